"""A database that is missing or empty beside its log or witness is refused, and nothing is lost.

SQLite takes the log of an empty database away when it opens it: the newest sales lie only there.
"""

import shutil
from pathlib import Path

import pytest

from bench.generate import generate
from core.errors import StoreDamaged
from core.services import recovery, registration
from tests.contract.test_cli import blipp
from tests.fakes import a_world
from tests.real_shop import RULES, RealShop
from tests.till_life import Life, Scenario
from tui.cli.words import words_of
from tui.clock import SystemClock
from tui.compose import open_shop
from tui.config import demo_config

SCRIPT = Scenario("gone", (), rules=RULES)


@pytest.fixture
def killed(tmp_path: Path) -> RealShop:
    """A shop as a killed till leaves it: what it did last lies in the log only."""
    shop, folder = RealShop(tmp_path / "shop", a_world()).set_up(), tmp_path / "killed"

    def work(life: Life) -> None:
        recovery.start(life.till)
        registration.add_code(life.till, "2", None, None)
        shutil.copytree(shop.folder, folder)

    shop.live(SCRIPT, work)
    left = RealShop(folder, shop.world)
    assert log_of(left).stat().st_size > 0
    return left


def log_of(shop: RealShop) -> Path:
    return shop.folder / "till.db-wal"


def start(data: Path) -> str:
    """Start a till on these data; gives why it refuses."""
    with pytest.raises(StoreDamaged) as refused:
        open_shop(demo_config(), data, SystemClock(), is_demo=True)
    return words_of(refused.value)


def without_database(shop: RealShop, how: str) -> Path:
    """Move the database aside, and leave nothing or an empty file in its place."""
    aside = shop.folder / "aside.db"
    (shop.folder / "till.db").rename(aside)
    if how == "empty":
        (shop.folder / "till.db").touch()
    return aside


@pytest.mark.parametrize("how", ["missing", "empty"])
@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("doctor",),
        ("verify",),
        ("report", "x"),
        ("backup", "copy.db"),
        ("export", "json", "books"),
    ],
    ids=lambda command: command[0],
)
def test_no_command_takes_the_log_of_a_database_that_is_gone(
    killed: RealShop,
    tmp_path: Path,
    command: tuple[str, ...],
    how: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    aside, log = without_database(killed, how), log_of(killed).read_bytes()
    if command[0] == "run":
        told = start(killed.folder)
    else:
        assert blipp(*command, "--demo", "--data", killed.folder) != 0
        told = "".join(capsys.readouterr())
    assert log_of(killed).read_bytes() == log
    if how == "empty" or command[0] in ("run", "doctor"):
        assert "logg" in told, told
    aside.replace(killed.folder / "till.db")
    assert killed.verify().is_sound
    assert killed.read("SELECT count(*) FROM sale") == [(1,)]


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_no_new_shop_is_begun_where_a_witness_has_seen_one(
    tmp_path: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    generate(data, 1)
    for rest in data.glob("till.db-*"):
        rest.unlink()
    database = data / "till.db"
    database.rename(tmp_path / "aside.db")
    if how == "empty":
        database.touch()
    assert "Databasen saknas" in start(data)
    assert blipp("doctor", "--demo", "--data", data) != 0
    assert "Databasen saknas" in "".join(capsys.readouterr())
    assert not database.exists() or not database.stat().st_size
    (tmp_path / "aside.db").replace(database)
    assert blipp("verify", "--demo", "--data", data) == 0


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_neither_an_import_nor_an_init_begins_a_shop_beside_a_witness(
    tmp_path: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data, goods = tmp_path / "data", tmp_path / "goods.csv"
    generate(data, 1)
    goods.write_text("number;name;price;department;vat\n1;Te;30;Dryck;restaurant\n", "utf-8")
    for file in data.glob("till.db*"):
        file.unlink()
    if how == "empty":
        (data / "till.db").touch()
    # Where the configuration that is made says that it lies.
    shutil.copytree(data / "witness", tmp_path / "witness")
    for words in (
        ("import", "articles", goods, "--demo", "--data", data),
        ("init", tmp_path / "shop.toml"),
    ):
        assert blipp(*words) == 3
        assert "Databasen saknas" in capsys.readouterr().err
    assert not (data / "till.db").exists() or not (data / "till.db").stat().st_size
    assert not (tmp_path / "shop.toml").exists()
