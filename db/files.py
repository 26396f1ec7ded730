"""The shop's files as the system sees them: who may read them, which they are, what room is left.

SQLite cannot tell that its file was moved away under it, that its log was deleted, or that the disk
is nearly full: each is found here, before money is taken (reliability F41, F46, S13).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE, S_ISDIR
from typing import Final

from core.errors import DiskNearlyFull, StoreDamaged, StoreError
from db.faults import system_error

FREE_BYTES_MIN: Final = 50_000_000
"""With less room than this no payment is taken: what follows it must still fit."""
DATABASE_NAME: Final = "till.db"
_OTHERS: Final = 0o077
_OURS: Final = ("till.db*", "till.lock", "till.log*", "apparater", "apparater/*")


def mend_rights(data_dir: Path, witness: Path) -> tuple[str, ...]:
    """Take the rights of others away from data and witness; gives what was mended.

    Raises StoreError when the data stay open to others: another's file, or a disk without rights.
    The witness may lie on such a disk: it holds hashes and numbers only.
    """
    mended = []
    for path in _shop_files(data_dir):
        if _shut(path, must_be_shut=True):
            mended.append(path.name)
    if witness.exists() and _shut(witness, must_be_shut=False):
        mended.append(witness.name)
    return tuple(mended)


def open_to_others(data_dir: Path, witness: Path) -> tuple[str, ...]:
    """Name what others may read or write."""
    paths = [*_shop_files(data_dir), *([witness] if witness.exists() else [])]
    return tuple(path.name for path in paths if path.stat().st_mode & _OTHERS)


def free_bytes(*places: Path) -> int:
    """Give the room on the fullest disk of these places, as a user without privileges has it."""
    return min(found.f_bavail * found.f_frsize for found in map(os.statvfs, places))


def sync(path: Path) -> None:
    """Put a file or a folder's names on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_gone(database: Path) -> bool:
    """Say whether a database is missing or empty."""
    return not database.exists() or database.stat().st_size == 0


def check_log_has_its_database(database: Path) -> None:
    """Refuse a log without its database. Raises StoreDamaged.

    SQLite takes the log of an empty database away when it opens it, and with it every commit that
    lay only there. A till makes its database before the log.
    """
    log = database.with_name(f"{database.name}-wal")
    if is_gone(database) and not is_gone(log):
        raise StoreDamaged(reason="database-gone-log-left", file=str(database), log=log.name)


def check_database_is_there(database: Path, *, is_witnessed: bool) -> None:
    """Refuse to begin a new shop where a log or a witness tells of one. Raises StoreDamaged."""
    check_log_has_its_database(database)
    if is_witnessed and is_gone(database):
        raise StoreDamaged(reason="database-gone", file=str(database))


class FileWatch:
    """Remembers which files were opened, and looks at them again before money is taken."""

    def __init__(self, database: Path, witness: Path, free_bytes_min: int = FREE_BYTES_MIN) -> None:
        """Remember the files as they are now, while they are open."""
        self._places = (database.parent, witness.parent)
        self._free_bytes_min = free_bytes_min
        log = database.with_name(f"{database.name}-wal")
        self._files = {path: _identity(path) for path in (database, log, witness)}

    def check(self) -> None:
        """Raises StoreDamaged for a file that is another now, DiskNearlyFull; some 10 µs."""
        for path, opened in self._files.items():
            if _identity(path) != opened:
                raise StoreDamaged(reason="file-replaced", file=path.name)
        for place in self._places:
            try:
                free = free_bytes(place)
            except OSError as error:
                raise system_error(error, place.name) from error
            if free < self._free_bytes_min:
                wanted_mb = self._free_bytes_min // 1_000_000
                raise DiskNearlyFull(
                    place=str(place), free_mb=free // 1_000_000, wanted_mb=wanted_mb
                )


def _identity(path: Path) -> tuple[int, int] | None:
    """Say which file lies at a place; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _shop_files(data_dir: Path) -> Iterator[Path]:
    yield data_dir
    for pattern in _OURS:
        yield from sorted(path for path in data_dir.glob(pattern) if not path.is_symlink())


def _shut(path: Path, *, must_be_shut: bool) -> bool:
    """Take the rights of others away; True when there were any. Raises StoreError."""
    mode = path.stat().st_mode
    if not mode & _OTHERS:
        return False
    try:
        path.chmod(0o700 if S_ISDIR(mode) else S_IMODE(mode) & ~_OTHERS)
        is_shut = not path.stat().st_mode & _OTHERS
    except OSError as error:
        is_shut = False
        if must_be_shut:
            raise StoreError(reason="file-rights", file=path.name) from error
    if must_be_shut and not is_shut:
        raise StoreError(reason="file-rights", file=path.name)
    return is_shut
