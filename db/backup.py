"""A consistent copy of the database while the till sells, verified before anybody relies on it.

SQLite's own backup reads one unchanging state; it takes no write lock, so the till waits for
nothing. Nothing is written into the shop: only the till thread writes there
(docs/decisions/010). The copy is one file without a log beside it. Copying `till.db` by any other
means misses what still lies in `till.db-wal`.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from core.errors import StoreBusy, StoreDamaged, StoreError, StoreFull
from core.frozen import frozen
from db.engine import open_reader
from db.faults import store_error
from db.files import FREE_BYTES_MIN, free_bytes, sync
from db.read_place import read_only_address, readable
from db.verify import VerifyReport, verify_file
from db.verify_rows import Problem
from db.witness import WitnessLine, read_witness

PART = ".part"
"""Ends the name of a copy that is not verified yet."""
COPY_FULL = "copy-full"
"""Reason: there is no room for the copy; the till may sell on."""


@frozen
class BackupHead:
    """How far a copy reaches."""

    rows_checked: int
    seq: int
    """Of the newest journal row in it."""
    hash: str
    receipt_no: int
    z_no: int


class BackupUnsound(Exception):
    """The copy, and so the shop, does not verify; the copy is not kept."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def back_up(database: Path, witness: Path, target: Path) -> BackupHead:
    """Copy `database` to `target`, mode 0600, verified and fsynced when this returns.

    Never writes over a file (FileExistsError). Raises StoreError when the database cannot be read
    or the copy not be written, BackupUnsound when it does not verify; nothing is left behind then.
    """
    if target.exists():
        raise FileExistsError(17, os.strerror(17), str(target))
    _check_room(database, target)
    # Read before the copy is made: what is witnessed by now must be in it. Without a witness the
    # copy is what a lost one is begun anew from (docs/decisions/012).
    lines = read_witness(witness) or None
    part = target.with_name(target.name + PART)
    with _part_file(part):
        copy_database(database, part)
        head = verified_head(part, lines)
        sync(part)
        _name_finally(part, target)
    sync(target.parent)
    return head


def _check_room(database: Path, target: Path) -> None:
    """Refuse a copy that would take the room that the till sells with. Raises StoreError, OSError.

    Only on the till's own disk: on another one a copy that does not fit harms nobody.
    """
    place = target.parent
    if place.stat().st_dev != database.stat().st_dev:
        return
    log = database.with_name(f"{database.name}-wal")
    wanted = database.stat().st_size + (log.stat().st_size if log.exists() else 0)
    if free_bytes(place) < wanted + FREE_BYTES_MIN:
        raise StoreError(reason=COPY_FULL)


def copy_database(database: Path, target: Path) -> None:
    """Copy one state of the database into a file that is empty or not there. Raises StoreError."""
    with readable(database) as place:
        _copy(place, target)


def _copy(database: Path, target: Path) -> None:
    engine = open_reader(database)
    try:
        with closing(engine.raw_connection()) as source:
            driver = source.driver_connection
            assert driver is not None
            with closing(dbapi2.connect(str(target), isolation_level=None)) as copy:
                driver.backup(copy)
                # One file, whole by itself: a copy that is carried away has no log beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
    except StoreFull as error:
        raise StoreError(reason=COPY_FULL) from error
    except (DBAPIError, dbapi2.Error) as error:
        named = store_error(error.orig if isinstance(error, DBAPIError) else error)
        if isinstance(named, StoreBusy | StoreDamaged):
            raise named from error
        reason = COPY_FULL if isinstance(named, StoreFull) else str(error)
        raise StoreError(reason=reason) from error
    finally:
        engine.dispose()


def verified_head(copy: Path, lines: tuple[WitnessLine, ...] | None) -> BackupHead:
    """Verify a copy and say how far it reaches. Raises BackupUnsound."""
    report: VerifyReport = verify_file(copy, lines)
    if report.problem is not None:
        raise BackupUnsound(report.problem)
    with closing(dbapi2.connect(read_only_address(copy), uri=True)) as connection:
        row = connection.execute(
            "SELECT coalesce(max(seq), 0), coalesce((SELECT hash FROM journal ORDER BY seq DESC"
            " LIMIT 1), ''), (SELECT coalesce(max(receipt_no), 0) FROM receipt),"
            " (SELECT coalesce(max(z_no), 0) FROM z_report) FROM journal"
        ).fetchone()
    return BackupHead(report.rows_checked, int(row[0]), str(row[1]), int(row[2]), int(row[3]))


@contextmanager
def _part_file(part: Path) -> Iterator[None]:
    """Make the unverified file, ours alone; whatever ends this takes it away.

    What a killed backup left there is begun anew: its lock went with its process.
    """
    journal = part.with_name(part.name + "-journal")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FileExistsError(17, os.strerror(17), str(part)) from error
        try:
            os.ftruncate(descriptor, 0)
            journal.unlink(missing_ok=True)
            yield
        finally:
            part.unlink(missing_ok=True)
            journal.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _name_finally(part: Path, target: Path) -> None:
    """Give the copy its name; a file that came there meanwhile is not written over."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        # A disk without hard links: the name is taken first, empty, and then given the content.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        os.replace(part, target)
