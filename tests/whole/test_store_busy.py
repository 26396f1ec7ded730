"""Another program holds the database while the whole till sells: told, refused, or waited for."""

from contextlib import closing

import pytest
from sqlcipher3 import dbapi2

from db import patience
from tests.whole.harness import MUG, Shop
from tui import commands as c


def test_a_key_is_refused_while_another_program_holds_the_database_and_works_after_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = shop.open().ready()
    till.do(c.AddCode(MUG))
    monkeypatch.setattr(patience, "LIMIT_S", 0.3)
    with closing(dbapi2.connect(str(shop.data_dir / "till.db"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert till.refuse(c.AddCode(MUG)) == "store-busy"
        assert till.refuse(c.PayCash()) == "store-busy"
        other.rollback()
    till.do(c.AddCode(MUG))
    till.do(c.PayCash())
    assert till.receipt(1).total_ore == 2 * 129_00
