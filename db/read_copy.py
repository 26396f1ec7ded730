"""A copy of the database to read at leisure: one unchanging state, while the till sells on.

Whoever reads a copy can write nothing into the shop, whatever the reading code does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import StoreError
from db.backup import copy_database
from db.store import SqliteStore


@contextmanager
def reading_copy(path: Path, at: datetime) -> Iterator[SqliteStore]:
    """Open a store on a copy of `path`, which is gone afterwards. Raises StoreError."""
    if not path.is_file():
        raise StoreError(reason=f"{path.name}: no such file")
    with TemporaryDirectory(prefix="blipp-") as folder:
        copy = Path(folder) / path.name
        copy_database(path, copy)
        store = SqliteStore(copy, at)
        try:
            yield store
        finally:
            store.close()
