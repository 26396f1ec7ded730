"""The lock of a data folder, and the migrations: killed half way, failing, of a newer program."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection
from sqlcipher3 import dbapi2

from core.errors import StoreError, StoreInUse, StoreTooNew
from db.engine import open_writer
from db.lock import DataLock
from db.migrate import MIGRATIONS, migrate
from db.migrations import m0001_initial
from db.store import SqliteStore
from tests.fakes import NOON

ROOT: Final = Path(__file__).parents[2]


def run(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Run Python in a process of its own, from the house's root."""
    words = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


HOLD = """
import sys
from pathlib import Path
from db.lock import DataLock
lock = DataLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
"""


def test_a_second_till_is_refused_and_told_which_one_is_first(tmp_path: Path) -> None:
    with run(HOLD, tmp_path) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreInUse) as refused:
            DataLock(tmp_path)
        assert refused.value.facts["process"] == str(holder.pid)
        holder.kill()
        holder.wait()
    lock = DataLock(tmp_path)
    lock.release()
    lock.release()


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from db import migrate
from importlib import import_module
module, after = import_module(sys.argv[2]), int(sys.argv[3])
statements = module.statements()
def until_killed():
    for number, statement in enumerate(statements):
        if number == after:
            os.kill(os.getpid(), signal.SIGKILL)
        yield statement
module.statements = until_killed
from db.store import SqliteStore
SqliteStore(Path(sys.argv[1]), datetime.now().astimezone())
"""


@pytest.mark.parametrize(
    ("name", "after"),
    [(MIGRATIONS[0], 0), (MIGRATIONS[0], 9), (MIGRATIONS[0], 20), (MIGRATIONS[1], 1)],
)
def test_a_migration_killed_half_way_leaves_the_old_schema_whole(
    tmp_path: Path, name: str, after: int
) -> None:
    path = tmp_path / "till.db"
    with run(KILLED, path, f"db.migrations.{name}", after) as process:
        assert process.wait() == -signal.SIGKILL
    done = MIGRATIONS[: MIGRATIONS.index(name)]
    connection = dbapi2.connect(str(path), isolation_level=None)
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    connection.close()
    assert ("receipt_copy" in names, "journal" in names) == (False, bool(done))
    store = SqliteStore(path, NOON)
    assert store.applied == MIGRATIONS[len(done) :]
    store.close()


@pytest.mark.parametrize("after", range(0, 30, 7))
def test_a_migration_that_fails_is_taken_back_and_runs_again(tmp_path: Path, after: int) -> None:
    engine = open_writer(tmp_path / "till.db")
    begun = 0

    def begin() -> Connection:
        nonlocal begun
        begun += 1
        connection = engine.connect()
        connection.begin()
        return connection

    statements = m0001_initial.statements()
    assert after < len(statements)
    with begin() as connection:
        for statement in statements[:after]:
            connection.exec_driver_sql(statement)
        connection.rollback()
    with begin() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
        connection.rollback()
    assert left == 0
    assert migrate(begin, "x") == MIGRATIONS
    assert migrate(begin, "x") == ()
    engine.dispose()
    assert begun > len(MIGRATIONS)


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "till.db", NOON).close()
    connection = dbapi2.connect(str(tmp_path / "till.db"), isolation_level=None)
    connection.execute("INSERT INTO migration VALUES ('m9999_later', 'x')")
    connection.close()
    with pytest.raises(StoreTooNew) as refused:
        SqliteStore(tmp_path / "till.db", NOON)
    assert refused.value.facts == {"migration": "m9999_later"}


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "till.db").write_bytes(b"no database at all, but long enough" * 100)
    with pytest.raises(StoreError):
        SqliteStore(tmp_path / "till.db", NOON)
