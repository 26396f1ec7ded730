"""The deterministic world: sales in a second of one process (docs/reliability.md).

Measured are whole days with their faults and checks, on a ram disk where there is one. The floor is
the same number of commits on the same disk by the same SQLite in the same modes, each putting as
many journal rows as a commit of the world does, and nothing else.
"""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from sqlcipher3 import dbapi2

from bench.figures import show, show_ratio
from bench.till import Place
from tests.world.__main__ import run_seeds
from tests.world.shop import ram_disk

SEEDS: Final = 60
_PAYLOAD: Final = "x" * 300
"""About as long as a row of the journal."""


def run(_place: Place) -> None:
    """Print the row of the world."""
    at = perf_counter()
    days = run_seeds(1, SEEDS)
    took_s = perf_counter() - at
    sales = sum(day.sales for day in days)
    commits = sum(day.commits for day in days)
    rows = sum(day.rows for day in days)
    with TemporaryDirectory(prefix="blipp-bench-", dir=ram_disk()) as folder:
        floor_s = _commit_rows(Path(folder) / "rows.db", commits, rows)
    show("world_seeds", SEEDS, "days")
    show("world_sales", sales, "receipts")
    show("world_commits", commits, "commits")
    show("world_floor", floor_s, "s")
    show("world_took", took_s, "s")
    show("world_speed", sales / took_s, "sales/s")
    show_ratio("world", took_s, floor_s)


def _commit_rows(path: Path, commits: int, rows: int) -> float:
    """Put so many rows in so many commits; give the seconds."""
    with closing(dbapi2.connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE row (seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
        at = perf_counter()
        for commit in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            for _ in range(rows * commit // commits, rows * (commit + 1) // commits):
                connection.execute("INSERT INTO row (payload) VALUES (?)", (_PAYLOAD,))
            connection.execute("COMMIT")
        return perf_counter() - at
