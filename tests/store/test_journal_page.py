"""The page docs/journal.md is enough to verify a journal: its own program is run."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from db.store import SqliteStore

PAGE = Path(__file__).resolve().parents[2] / "docs" / "journal.md"
ROWS = 3 + 10
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Give the page's example program as a file."""
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert found is not None
    path = tmp_path / "verify_page.py"
    path.write_text(found.group(1), "utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Give a database with a journal of ten rows behind those of its migrations."""
    path = tmp_path / "till.db"
    store = SqliteStore(path, NOON)
    for number in range(1, 11):
        with store.unit_of_work() as uow:
            at = NOON + timedelta(seconds=number)
            uow.append_journal(at, "unit-silent", "Åsa", f'{{"text":"nr {number} é"}}')
            uow.commit()
    store.close()
    return path


def _run(program: Path, database: Path) -> subprocess.CompletedProcess[str]:
    # SQLite's own module may be too old for our pragmas, not for reading.
    return subprocess.run(
        [sys.executable, str(program), str(database)], capture_output=True, text=True, check=False
    )


def test_the_program_of_the_page_accepts_a_sound_journal(program: Path, database: Path) -> None:
    ran = _run(program, database)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"{ROWS} ")


def test_the_program_of_the_page_names_an_edited_row(program: Path, database: Path) -> None:
    connection = dbapi2.connect(str(database))
    connection.execute("DROP TRIGGER journal_keeps_update")
    connection.execute("UPDATE journal SET operator = 'Bo' WHERE seq = 7")
    connection.commit()
    connection.close()
    ran = _run(program, database)
    assert ran.returncode == 1
    assert "journal row 7" in ran.stderr
