"""A till does not sell on with a journal that is behind its witness."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import StoreDamaged
from core.journal import GENESIS
from db.store import SqliteStore
from db.witness import Witness, WitnessLine, check_witness, read_witness

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_an_older_database_is_refused_at_start(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "till.db", NOON)
    witness = Witness(tmp_path / "witness.log")
    with store.unit_of_work() as uow:
        entry = uow.append_journal(NOON, "unit-silent", "Anna", "{}")
        uow.commit()
    witness.append(entry.seq, entry.hash, "receipt", 1)
    witness.close()
    lines = read_witness(tmp_path / "witness.log")
    check_witness(store, lines)
    for wrong in (WitnessLine(2, entry.hash, "receipt", 2), WitnessLine(1, GENESIS, "receipt", 1)):
        with pytest.raises(StoreDamaged):
            check_witness(store, (*lines, wrong))
    store.close()
