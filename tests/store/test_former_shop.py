"""A database of the former shape opens, verifies, and from then on every row of it is bound.

`former/` holds what the till of the first two migrations left after two days, tables as SQL text.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from core.search import searchable
from db.migrate import MIGRATIONS
from db.store import SqliteStore
from db.verify import verify_shop
from db.verify_bound import search_text
from tests.fakes import NOON, a_world
from tests.house.tree import ROOT
from tests.real_shop import RULES, WITNESS, RealShop
from tests.till_life import Life, Scenario
from tui.register_binding import KEYS

FORMER = Path(__file__).with_name("former")


@pytest.fixture
def shop(tmp_path: Path) -> RealShop:
    return former_shop(tmp_path / "shop")


def former_shop(folder: Path) -> RealShop:
    """Make the shop that the till of the first two migrations left."""
    folder.mkdir(mode=0o700)
    connection = dbapi2.connect(str(folder / "till.db"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript((FORMER / "till.sql").read_text("utf-8"))
    connection.close()
    (folder / WITNESS).write_bytes((FORMER / WITNESS).read_bytes())
    return RealShop(folder, a_world())


def opened(shop: RealShop) -> tuple[str, ...]:
    store = SqliteStore(shop.folder / "till.db", NOON)
    store.close()
    return store.applied


def test_a_former_shop_verifies_before_and_after_it_is_opened(shop: RealShop) -> None:
    assert shop.verify().is_sound
    assert opened(shop) == MIGRATIONS[2:]
    report = shop.verify()
    assert report.problem is None
    assert opened(shop) == ()


def test_what_was_found_is_journalled_by_table(shop: RealShop) -> None:
    opened(shop)
    rows = shop.read("SELECT payload FROM journal WHERE kind = 'rows-found' ORDER BY seq")
    tables = [payload.partition('"table":"')[2].rstrip('"}') for (payload,) in rows]
    assert tables == [
        "migration", "setting", "vat_rate", "department", "article", "quick_key", "counter",
        "period", "receipt_copy", "slip", "paper",
    ]  # fmt: skip


def test_a_former_shop_goes_on_and_stays_sound(shop: RealShop) -> None:
    def work(life: Life) -> None:
        life.begin()
        life.settle()

    shop.live(Scenario("former", (), rules=RULES), work)
    report = shop.verify()
    assert report.problem is None


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE setting SET value = '1' WHERE key = 'demo'", "setting demo"),
        ("DELETE FROM vat_rate WHERE code = 'exempt'", "vat_rate exempt/"),
        ("UPDATE department SET vat_code = 'food'", "department "),
        ("UPDATE article SET price_ore = price_ore + 1 WHERE number = '1'", "article 1"),
        ("DELETE FROM quick_key WHERE letter = 'q'", "quick_key 1/q"),
        ("UPDATE counter SET value = value + 1 WHERE name = 'service_id'", "counter service_id"),
        ("UPDATE period SET opened_at = 'x' WHERE closed_at IS NULL", "period 2"),
        ("UPDATE receipt_copy SET record = 'x'", "receipt_copy "),
        ("UPDATE slip SET seen = seen + 1 WHERE reference = '000000000077'", "slip 000000000077/"),
        ("UPDATE slip SET body = replace(body, '9659', '1234')", "slip "),
        ("UPDATE paper SET opens_drawer = 1 - opens_drawer WHERE paper_id = 3", "paper 3"),
        ("UPDATE paper SET body = 'x' WHERE kind = 'x-report'", "paper "),
        ("UPDATE migration SET applied_at = 'x' WHERE name = 'm0001_initial'", "migration m0001"),
        ("DELETE FROM migration WHERE name = 'm0003_bound_rows'", "migration m0003"),
    ],
)
def test_what_is_changed_after_that_is_named(shop: RealShop, statement: str, bad: str) -> None:
    opened(shop)
    shop.sql(statement)
    report = shop.verify()
    assert report.problem is not None
    assert f"{report.problem.table} {report.problem.key}".startswith(bad)


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from db.migrations import m0003_bound_rows as module
notes, after = module.notes, int(sys.argv[2])
def until_killed(connection):
    for number, note in enumerate(notes(connection)):
        if number == after:
            os.kill(os.getpid(), signal.SIGKILL)
        yield note
    os.kill(os.getpid(), signal.SIGKILL)
module.notes = until_killed
from db.store import SqliteStore
SqliteStore(Path(sys.argv[1]), datetime.now().astimezone())
"""


@pytest.mark.parametrize("after", [0, 1, 5, 10, 11])
def test_an_upgrade_killed_half_way_leaves_the_former_shop_whole(
    shop: RealShop, after: int
) -> None:
    before = shop.read("SELECT * FROM journal")
    words = [sys.executable, "-c", KILLED, str(shop.folder / "till.db"), str(after)]
    ran = subprocess.run(words, cwd=ROOT, env=dict(os.environ), check=False)
    assert ran.returncode == -signal.SIGKILL
    assert shop.read("SELECT * FROM journal") == before
    assert shop.read("SELECT name FROM migration") == [(name,) for name in MIGRATIONS[:2]]
    assert shop.verify().is_sound
    assert opened(shop) == MIGRATIONS[2:]
    assert shop.verify().is_sound


def test_a_binding_migration_without_its_journal_rows_is_named(shop: RealShop) -> None:
    shop.sql("INSERT INTO migration VALUES ('m0003_bound_rows', 'x')")
    report = verify_shop(shop.folder, None)
    assert report.problem is not None
    assert str(report.problem).startswith("migration m0003_bound_rows")


@pytest.mark.parametrize(
    "name", ["Räksmörgås", "Crème brûlée 2 st", "ÅÄÖ/åäö", "Ærø ½ l", "ΟΔΟΣ", "1001", "", "İ ﬁn"]
)
def test_verification_says_by_itself_how_a_name_is_searched_for(name: str) -> None:
    assert search_text(name) == searchable(name)


def test_a_former_shop_keeps_what_it_is(shop: RealShop) -> None:
    store = SqliteStore(shop.folder / "till.db", NOON)
    try:
        told = store.journalled_settings(KEYS)
        assert told == {key: store.setting(key) for key in KEYS}
    finally:
        store.close()
