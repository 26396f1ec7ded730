"""What is looked at before the first key: the file's pages, its schema, the journal's tail.

Bounded in time, so that a shop of many years starts as fast as a new one; `blipp verify` looks at
everything. What cannot be trusted refuses to open (reliability F45-F47, 5.2 item 5).
"""

from itertools import pairwise
from time import monotonic
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from core.errors import StoreDamaged
from core.frozen import frozen
from core.journal import GENESIS, chain_hash
from db.schema_check import check_schema

TAIL_ROWS: Final = 500
"""Newest journal rows whose hashes are made anew at each start."""
PAGES_LIMIT_S: Final = 2.0
"""How long the look at the file's pages may take; about 200 MB a second."""
_STEPS_BETWEEN_LOOKS: Final = 10_000
_INTERRUPTED: Final = 9
"""SQLITE_INTERRUPT: the statement was stopped."""
_TAIL: Final = """SELECT seq, at, kind, operator, payload, hash FROM journal
  ORDER BY seq DESC LIMIT ?"""


@frozen
class StartChecks:
    """What the checks at start found to be sound."""

    is_whole_file_checked: bool
    """False when the time ran out first: `blipp verify` looks at the rest."""
    trigger_count: int
    tail_rows: int
    head_seq: int
    head_hash: str


def check_start(engine: Engine, limit_s: float = PAGES_LIMIT_S) -> StartChecks:
    """Check pages, schema and the journal's tail. Raises StoreDamaged naming what is wrong."""
    try:
        is_whole = _check_pages(engine, limit_s)
        with engine.connect() as connection:
            trigger_count = check_schema(connection)
        tail = _check_tail(engine)
    except (DBAPIError, UnicodeDecodeError) as error:
        # What SQLite says of a damaged name need not be text.
        raise StoreDamaged(reason="corrupt") from error
    return StartChecks(is_whole, trigger_count, *tail)


def _check_pages(engine: Engine, limit_s: float) -> bool:
    """Let SQLite look at every page, for at most `limit_s`; False when it did not get through."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        until_s = monotonic() + limit_s
        driver.set_progress_handler(lambda: int(monotonic() > until_s), _STEPS_BETWEEN_LOOKS)
        try:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", None) != _INTERRUPTED:
                raise
            return False
        finally:
            driver.set_progress_handler(None, 0)
    if found != "ok":
        raise StoreDamaged(reason=found)
    return True


def _check_tail(engine: Engine) -> tuple[int, int, str]:
    """Make the hashes of the newest rows anew; gives their number, and seq and hash of the head."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(_TAIL, (TAIL_ROWS + 1,)).all()
    newest_first = [tuple(row) for row in rows]
    for later, former in pairwise(newest_first):
        if later[0] != former[0] + 1 or chain_hash(former[5], *later[:5]) != later[5]:
            raise StoreDamaged(reason="chain-broken", seq=later[0])
    if newest_first and len(newest_first) <= TAIL_ROWS:
        first = newest_first[-1]
        if first[0] != 1 or chain_hash(GENESIS, *first[:5]) != first[5]:
            raise StoreDamaged(reason="chain-broken", seq=first[0])
    head = newest_first[0] if newest_first else (0, "", "", "", "", GENESIS)
    return min(len(newest_first), TAIL_ROWS), int(head[0]), str(head[5])
