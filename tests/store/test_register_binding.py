"""A database belongs to one shop, and to practice or real money, and says so to everybody."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from core.errors import ConfigError, StoreDamaged
from db.store import SqliteStore
from tests.fakes import NOON, FixedClock
from tui.__main__ import main
from tui.compose import DATABASE_NAME
from tui.config import demo_config
from tui.register_binding import bind_register

REAL = """[shop]
name = "Bagarn AB"
org_no = "556677-8899"
address = ["Storgatan 1"]
register_id = "KASSA1"
[control_unit]
driver = "cleancash-xccsp"
url = "http://127.0.0.1:9/"
"""
ROWS = "journal WHERE kind='setting-changed'"
EDITS = (
    "UPDATE setting SET value='0' WHERE key='demo'",
    "DELETE FROM setting WHERE key='demo'",
    "DELETE FROM setting",
    "UPDATE setting SET value='KASSA2' WHERE key='register_id'",
    f"DELETE FROM setting; DROP TRIGGER journal_keeps_delete; DELETE FROM {ROWS}",
    "UPDATE setting SET value='0' WHERE key='demo'; DROP TRIGGER journal_keeps_update;"
    f"UPDATE journal SET payload=replace(payload, '\"1\"', '\"0\"') WHERE seq IN (SELECT seq FROM"
    f" {ROWS})",
)


def bind(folder: Path, *, is_demo: bool = True, register_id: str = "KASSA1") -> None:
    """Start a till on a folder, as far as its database is concerned."""
    config = demo_config()
    config = replace(config, shop=replace(config.shop, register_id=register_id))
    store = SqliteStore(folder / DATABASE_NAME, NOON)
    try:
        bind_register(store, config, FixedClock(), is_demo=is_demo)
        if store.period() is None:
            with store.unit_of_work() as uow:
                uow.open_period(NOON, 0)
                uow.commit()
    finally:
        store.close()


@pytest.mark.parametrize("script", EDITS)
def test_a_mark_that_somebody_edited_or_deleted_stops_the_till(tmp_path: Path, script: str) -> None:
    bind(tmp_path)
    bind(tmp_path)
    connection = dbapi2.connect(str(tmp_path / DATABASE_NAME))
    triggers = "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
    before = connection.execute(triggers).fetchall()
    connection.executescript(script)
    left = {name for name, _sql in connection.execute(triggers)}
    for name, sql in before:
        if name not in left:
            connection.execute(sql)  # Whoever edits with care puts the trigger back.
    connection.close()
    for is_demo in (True, False):
        # An edited journal row is found by its chain, before the binding is looked at.
        with pytest.raises(StoreDamaged, match=r"binding-changed|chain-broken"):
            bind(tmp_path, is_demo=is_demo)


def test_a_database_of_another_register_or_of_practice_is_refused_and_stays_as_it_is(
    tmp_path: Path,
) -> None:
    bind(tmp_path)
    with pytest.raises(ConfigError, match="demo-database"):
        bind(tmp_path, is_demo=False)
    with pytest.raises(ConfigError, match="other-register"):
        bind(tmp_path, register_id="KASSA2")
    bind(tmp_path)


def test_a_report_is_not_printed_under_another_shops_name_nor_without_its_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bind(tmp_path)
    file = tmp_path / "real.toml"
    file.write_text(REAL, "utf-8")
    for kind in ("x", "z"):
        assert main(["report", kind, "--config", str(file), "--data", str(tmp_path)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "övningsbutik" in told.err
        assert "--demo" in told.err
    assert main(["report", "x", "--demo", "--data", str(tmp_path)]) == 0
    assert "Ö V N I N G" in capsys.readouterr().out
