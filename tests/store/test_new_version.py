"""A new version in the middle of a day, and an old one put back (reliability F65, sweden R5)."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.generate import generate
from bench.screen import Screen
from core.errors import StoreTooNew
from core.services import payment, registration, reporting
from db import migrate
from db.migrate import MIGRATIONS
from db.store import SqliteStore
from tests.fakes import NOON, a_world
from tests.house.tree import ROOT
from tests.real_shop import RULES, RealShop
from tests.store.test_former_shop import former_shop
from tests.till_life import Life, Scenario
from tui.__main__ import main


def lived(shop: RealShop, program: str, *, takes_z: bool = False) -> None:
    """Let one version of the program sell for cash, and perhaps end the day."""

    def work(life: Life) -> None:
        life.begin()
        if life.till.sale is None:
            registration.add_code(life.till, "2", None, None)
        payment.pay_cash(life.till, None)
        life.settle()
        if takes_z:
            reporting.z_report(life.till)
            life.settle()

    shop.live(Scenario("version", (), rules=replace(RULES, program=program)), work)


def versions(shop: RealShop) -> list[tuple[str | None, str]]:
    """Give each change of the version that the journal tells of."""
    rows = shop.read("SELECT payload FROM journal WHERE kind = 'setting-changed' ORDER BY seq")
    notes = [json.loads(payload) for (payload,) in rows]
    return [(note["old"], note["new"]) for note in notes if note["key"] == "program"]


def test_a_day_begun_by_a_former_version_is_sold_on_and_ended_by_the_new_one(
    tmp_path: Path,
) -> None:
    shop = former_shop(tmp_path / "shop")
    ((before,),) = shop.read("SELECT count(*) FROM receipt WHERE period_no = 2")
    assert before, "the day holds receipts of the former version"
    lived(shop, "Blipp 2", takes_z=True)
    assert shop.verify().is_sound
    ((body,),) = shop.read("SELECT body FROM z_report ORDER BY z_no DESC LIMIT 1")
    assert json.loads(body)["receipts"] == before + 1
    assert versions(shop) == [(None, "Blipp 2")]


def test_each_change_of_the_version_is_in_the_journal_and_a_restart_is_none(
    tmp_path: Path,
) -> None:
    shop = RealShop(tmp_path / "shop", a_world()).set_up()
    for program in ("Blipp 1", "Blipp 1", "Blipp 2", "Blipp 1"):
        lived(shop, program)
    assert versions(shop) == [(None, "Blipp 1"), ("Blipp 1", "Blipp 2"), ("Blipp 2", "Blipp 1")]
    assert shop.verify().is_sound


def test_a_former_version_refuses_the_tables_of_a_newer_one_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = former_shop(tmp_path / "shop")
    lived(shop, "Blipp 2")
    before = shop.read("SELECT max(seq), max(hash) FROM journal")
    monkeypatch.setattr(migrate, "MIGRATIONS", MIGRATIONS[:-1])
    with pytest.raises(StoreTooNew) as refused:
        SqliteStore(shop.folder / "till.db", NOON)
    assert refused.value.facts["migration"] == MIGRATIONS[-1]
    monkeypatch.undo()
    assert shop.read("SELECT max(seq), max(hash) FROM journal") == before
    lived(shop, "Blipp 2")
    assert shop.verify().is_sound


def test_the_real_till_says_so_and_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    generate(data, 2)
    shop = RealShop(data, a_world())
    shop.sql("INSERT INTO migration VALUES ('m9999_future', 'x')")
    run = [sys.executable, "-m", "tui", "run", "--demo", "--data", str(data)]
    with Screen([*run, "--status-fd", "{status}"], ROOT, has_status=True) as till:
        till.wait("nyare version av Blipp", "m9999_future")
        till.wait_status(lambda status: status["attention"] == "store-too-new")
        till.write(b"\x11")
        assert till.wait_ended() == 3
    assert main(["export", "json", str(tmp_path / "out"), "--data", str(data)]) == 0
