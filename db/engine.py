"""The engine: one SQLite file, one writer connection, one read-only engine for reports.

SQLite comes from sqlcipher3, which is past the WAL-reset bug (reliability M4, S16). WAL with
synchronous=FULL: a commit is on the disk when it returns (M3). The modes are read back at start;
a store that is not as it must be refuses to open.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from core.errors import StoreDamaged, StoreError

BUSY_TIMEOUT_MS: Final = 5000

_PRAGMAS: Final = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),
    ("busy_timeout", str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
    ("trusted_schema", "OFF", 0),
)


def sqlite_version() -> tuple[int, ...]:
    """Give the version of the SQLite in use."""
    return tuple(int(part) for part in dbapi2.sqlite_version.split("."))


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Say whether WAL with two connections can corrupt on this SQLite (reliability M4)."""
    is_fixed = version >= (3, 51, 3) or (
        (version[:2] == (3, 50) and version >= (3, 50, 7))
        or (version[:2] == (3, 44) and version >= (3, 44, 6))
    )
    return version >= (3, 7, 0) and not is_fixed


def open_writer(path: Path) -> Engine:
    """Open the one writing connection. Raises StoreDamaged, StoreError.

    The connection may be used from one thread at a time; the till thread is the one.
    """
    if has_wal_reset_bug(sqlite_version()):
        raise StoreDamaged(sqlite=dbapi2.sqlite_version, reason="wal-reset-bug")
    engine = create_engine(
        f"sqlite:///{path}",
        module=dbapi2,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.connect() as connection:
            check_modes(connection)
            connection.rollback()
    except DBAPIError as error:
        raise StoreError(reason=str(error.orig)) from error
    return engine


def open_reader(path: Path) -> Engine:
    """Open a read-only engine, for searches, verification and reports beside the till."""
    engine = create_engine(
        f"sqlite:///file:{path}?mode=ro&uri=true",
        module=dbapi2,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _on_connect_reader)
    return engine


def commits_of_others(engine: Engine) -> Callable[[], int]:
    """Give a look at a number that differs once another connection has committed.

    Asked of the driver itself: before every command, where a query by the engine costs ten times
    as much.
    """
    lent = engine.raw_connection()
    driver: Any = lent.driver_connection
    lent.close()

    def look() -> int:
        return int(driver.execute("PRAGMA data_version").fetchone()[0])

    return look


def check_modes(connection: Connection) -> dict[str, str]:
    """Read the modes back and give them. Raises StoreDamaged when one differs."""
    found = {}
    for name, _, wanted in _PRAGMAS:
        value = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        found[name] = str(value)
        if value != wanted:
            raise StoreDamaged(pragma=name, value=str(value), wanted=str(wanted))
    return found


def _on_connect(connection: Any, _record: object) -> None:
    """Take transactions into our own hands and set the modes (house.md 6)."""
    connection.isolation_level = None
    for name, value, _ in _PRAGMAS:
        connection.execute(f"PRAGMA {name}={value}")


def _on_connect_reader(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only=ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
