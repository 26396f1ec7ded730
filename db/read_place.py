"""Where a database can be read that lies where nothing can be written: an auditor's copy.

SQLite wants to make a `-shm` beside a file in WAL mode. Where it cannot, a file without a log is
whole by itself and is read as one that nobody changes; a file with a log that nobody holds open
(no `-shm`) is read from a copy of both. A till that runs has both beside it, and is read as ever.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from urllib.parse import quote


def is_unchanging(path: Path) -> bool:
    """Say whether a file has no log and can get none from us."""
    return _is_shut(path) and not (_log(path).exists() or _shared(path).exists())


def read_only_address(path: Path) -> str:
    """Give SQLite's own address of a file that is only read; `?`, `#` and `%` stay its name's."""
    return f"file:{quote(str(path))}?mode=ro&immutable={int(is_unchanging(path))}"


@contextmanager
def readable(path: Path) -> Iterator[Path]:
    """Give the path at which the database can be opened: its own, or that of a copy. OSError."""
    if not (_is_shut(path) and _log(path).exists() and not _shared(path).exists()):
        yield path
        return
    with TemporaryDirectory(prefix="blipp-") as folder:
        for each in (path, _log(path)):
            copyfile(each, Path(folder) / each.name)
        yield Path(folder) / path.name


def _is_shut(path: Path) -> bool:
    return not os.access(path.parent, os.W_OK)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _shared(path: Path) -> Path:
    return path.with_name(f"{path.name}-shm")
