"""The disk of the world: the real store on a real file, whose commits can fail or be the last.

A till process that dies leaves the file as its last commit left it; what was open is rolled back
by SQLite itself, as after a killed process.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from core.errors import StoreError
from core.journal import JournalEntry
from db.store import SqliteStore
from db.unit_of_work import SqliteUnitOfWork
from db.witness import Witness
from tests.world.kinds import Chance

_PAGES_MAX = 1_000_000


class Died(Exception):
    """The process ended here."""


SEAMS = {
    "death-before-commit": 2,
    "death-after-commit": 2,
    "death-before-witness": 35,
    "death-before-effect": 9,
    "death-after-effect": 4,
}
"""Where a process may end, and how often in a thousand."""
_RECOVERING = 12


class Fate:
    """Decides at each seam whether the process ends there."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.is_recovering = False

    def seam(self, kind: str) -> None:
        """End the process here, perhaps. Raises Died."""
        if self._chance.strikes(_RECOVERING if self.is_recovering else SEAMS[kind]):
            self._chance.fire(kind)
            if self.is_recovering:
                self._chance.fire("death-in-recovery")
            raise Died(kind)


class WorldUnit(SqliteUnitOfWork):
    """A unit of work whose commit may fail, or be the last thing its process did."""

    store: "WorldStore"

    def commit(self) -> None:
        """Commit between two seams. Raises StoreError, Died."""
        chance, fate = self.store.chance, self.store.fate
        fate.seam("death-before-commit")
        if chance.strikes(2):
            chance.fire("commit-fails")
            raise StoreError(reason="disk I/O error")
        super().commit()
        self.store.commits += 1
        if chance.strikes(3):
            chance.fire("commit-unsure")
            raise StoreError(reason="disk I/O error")
        fate.seam("death-after-commit")
        self.store.on_commit()


class WorldStore(SqliteStore):
    """The real store with the world's commits."""

    chance: Chance
    fate: Fate
    on_commit: Callable[[], None]
    commits = 0

    def unit_of_work(self) -> SqliteUnitOfWork:
        """Begin a unit of work."""
        unit = WorldUnit(self._engine)
        unit.store = self
        return unit

    def fill(self) -> None:
        """Let the disk be full: no page more than there is."""
        with self._engine.connect() as connection:
            count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={int(count)}")

    def empty(self) -> None:
        """Let the disk have room again."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={_PAGES_MAX}")


def open_disk(
    folder: Path, at: datetime, chance: Chance, fate: Fate, on_commit: Callable[[], None]
) -> WorldStore:
    """Open the shop's file, as the start of the program does."""
    store = WorldStore(folder / "till.db", at)
    store.chance, store.fate, store.on_commit = chance, fate, on_commit
    return store


class WorldWitness(Witness):
    """The real witness between two seams."""

    fate: Fate

    def write(self, entry: JournalEntry, kind: str, number: int) -> None:
        """Append one line. Raises StoreError, Died."""
        self.fate.seam("death-before-witness")
        self.append(entry.seq, entry.hash, kind, number)
