"""A copy of the database to read at leisure: one unchanging state, while the till sells on.

Whoever reads a copy can write nothing into the shop, whatever the reading code does.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from core.errors import StoreError
from db.engine import open_reader
from db.read_place import readable
from db.store import SqliteStore


@contextmanager
def reading_copy(path: Path, at: datetime) -> Iterator[SqliteStore]:
    """Open a store on a copy of `path`, which is gone afterwards. Raises StoreError."""
    if not path.is_file():
        raise StoreError(reason=f"{path.name}: no such file")
    with TemporaryDirectory(prefix="blipp-") as folder:
        copy = Path(folder) / path.name
        with readable(path) as place:
            _copy(place, copy)
        store = SqliteStore(copy, at)
        try:
            yield store
        finally:
            store.close()


def _copy(path: Path, copy: Path) -> None:
    engine = open_reader(path)
    try:
        with closing(engine.raw_connection()) as source:
            driver = source.driver_connection
            assert driver is not None
            with closing(dbapi2.connect(str(copy))) as target:
                driver.backup(target)
    except (DBAPIError, dbapi2.Error) as error:
        raise StoreError(reason=str(error)) from error
    finally:
        engine.dispose()
