"""The engine: one SQLite file, one writer connection, one read-only engine for reports.

SQLite comes from sqlcipher3, which is past the WAL-reset bug (reliability M4, S16). WAL with
synchronous=FULL: a commit is on the disk when it returns (M3). The modes are read back at start;
a store that is not as it must be refuses to open.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from core.errors import StoreDamaged, StoreError
from db.faults import name_faults, store_error
from db.files import check_log_has_its_database
from db.patience import TRY_MS
from db.read_place import read_only_address

BUSY_TIMEOUT_MS: Final = TRY_MS
READER_TIMEOUT_MS: Final = 5000
READS: Final = {"reads": "all of one moment"}
"""Execution option of a connection that takes no write lock."""
READS_ONCE: Final = {"reads": "one statement"}
"""Execution option of a connection for one statement, which is a moment of its own in SQLite."""
CHECKPOINT_COMMITS: Final = 128
CHECKPOINT_BYTES: Final = 8_000_000

_PRAGMAS: Final = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),
    ("busy_timeout", str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
    ("trusted_schema", "OFF", 0),
    ("wal_autocheckpoint", "0", 0),
    ("cache_size", "-2000", -2000),
)
"""The pages kept are 2 MB, full after a day: sqlcipher's own 8 MB would fill for weeks."""


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
    check_log_has_its_database(path)
    engine = create_engine(
        # Not as one text: in that a `?` ends the name, and another file would be sold into.
        URL.create("sqlite", database=str(path)),
        module=dbapi2,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _on_connect)
    name_faults(engine)
    checkpoints = _Checkpoints(path)
    event.listen(engine, "begin", checkpoints.begin)
    event.listen(engine, "commit", checkpoints.count)
    try:
        with engine.execution_options(**READS).connect() as connection:
            check_modes(connection)
        if not has_one_connection(engine):
            raise StoreDamaged(reason="two-writers")
    except DBAPIError as error:
        raise StoreError(reason=str(error.orig)) from error
    return engine


def open_reader(path: Path) -> Engine:
    """Open a read-only engine, for searches, verification and reports beside the till.

    Raises StoreDamaged for an empty file beside a log.
    """
    check_log_has_its_database(path)
    name = read_only_address(path)
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        poolclass=StaticPool,
        creator=lambda: dbapi2.connect(
            name, uri=True, check_same_thread=False, timeout=READER_TIMEOUT_MS / 1000
        ),
    )
    event.listen(engine, "connect", _on_connect_reader)
    name_faults(engine)
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
        try:
            return int(driver.execute("PRAGMA data_version").fetchone()[0])
        except dbapi2.Error as error:
            raise store_error(error) or error from error

    return look


def has_one_connection(engine: Engine) -> bool:
    """Say whether whoever asks for a connection gets the same one: only one may write."""
    one, other = engine.raw_connection(), engine.raw_connection()
    try:
        return one.driver_connection is other.driver_connection
    finally:
        one.close()
        other.close()


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
    connection.execute(f"PRAGMA busy_timeout={READER_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only=ON")


class _Checkpoints:
    """Begins units of work, and moves the log into the database between them.

    SQLite would do it within a commit and keep a failed sync of the database to itself; done here,
    a disk that fails stops the till before the next step is begun (reliability F42).
    """

    def __init__(self, path: Path) -> None:
        self._log = path.with_name(f"{path.name}-wal")
        self._commit_count = 0
        self._log_bytes = 0

    def count(self, _connection: Connection) -> None:
        """Count a commit."""
        self._commit_count += 1

    def begin(self, connection: Connection) -> None:
        """Send BEGIN: with the write lock, or without it for a connection that only reads."""
        reads = connection.get_execution_options().get("reads")
        if reads == READS_ONCE["reads"]:
            return
        if reads:
            connection.exec_driver_sql("BEGIN")
            return
        if self._commit_count:
            self._move_log(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _move_log(self, connection: Connection) -> None:
        log_bytes = self._log.stat().st_size if self._log.exists() else 0
        if (
            self._commit_count < CHECKPOINT_COMMITS
            and log_bytes < self._log_bytes + CHECKPOINT_BYTES
        ):
            return
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        self._commit_count = 0
        self._log_bytes = log_bytes
