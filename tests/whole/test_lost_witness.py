"""The accident itself: an older database in place while the witness is away with its disk."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import StoreDamaged
from tests.whole.harness import MUG, Shop, WholeTill
from tui import commands as c
from tui.__main__ import main
from tui.clock import SystemClock
from tui.compose import DATABASE_NAME, open_shop
from tui.texts import error_words


def sell(till: WholeTill, receipt_no: int) -> None:
    till.sell(MUG)
    till.do(c.PayCash())
    till.receipt(receipt_no)


def refusal(shop: Shop) -> str:
    """Try to start, and give what the screen says then."""
    with pytest.raises(StoreDamaged) as refused:
        open_shop(shop.config, shop.data_dir, SystemClock(), is_demo=True)
    return error_words(refused.value.code, refused.value.facts)


def test_no_number_is_used_twice_by_an_older_database_whose_witness_is_away(
    shop: Shop, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    shop.config = replace(shop.config, data=replace(shop.config.data, witness=disk))
    till = shop.open().ready()
    sell(till, 1)
    till.stop()
    shutil.copy(shop.data_dir / DATABASE_NAME, tmp_path / "older.db")
    till = shop.open().ready()
    sell(till, 2)
    sell(till, 3)
    till.stop()
    shutil.copy(tmp_path / "older.db", shop.data_dir / DATABASE_NAME)

    disk.rename(tmp_path / "away")
    words = refusal(shop)
    assert str(disk / "witness.log") in words
    assert "blipp restore --same-file" in words
    assert not disk.exists(), "a start that is refused makes no witness"
    (tmp_path / "away").rename(disk)
    assert "äldre än sitt vittne" in refusal(shop)

    shutil.rmtree(disk)
    shop.config = replace(shop.config, data=replace(shop.config.data, witness=None))
    told = ["--last-receipt", "3", "--last-z", "0", "--by", "Maja"]
    assert main(["restore", "--same-file", "--demo", "--data", str(shop.data_dir), *told]) == 0
    till = shop.open().ready()
    sell(till, 5)
    assert "restored witness 2-3" in till.z().remarks
    assert [row.sent.receipt_no for row in shop.unit.ledger] == ["1", "2", "3", "5"]


def test_a_witness_that_is_a_folder_is_told_in_words(shop: Shop) -> None:
    till = shop.open().ready()
    till.stop()
    witness = shop.data_dir / "witness" / "witness.log"
    witness.unlink()
    witness.mkdir()
    assert "Vittnesfilen kan inte läsas" in refusal(shop)
    witness.rmdir()
    assert "Vittnesfilen saknas" in refusal(shop)
