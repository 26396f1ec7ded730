"""Backup and export in the menu: what is being made, where it lies, or why there is none."""

from dataclasses import replace

from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import FakeTill
from tui import commands as c
from tui.app import TillApp
from tui.books import BooksPicture

BEGUN = BooksPicture("backup", "/srv/kassa/data/backup/blipp-20261128-204500.db")
DONE = replace(
    BEGUN, is_running=False, size_bytes=12_345_678, head_seq=900, receipt_no=41, is_same_disk=True
)
FULL = replace(BEGUN, is_running=False, error="Det finns inte plats för kopian på disken.")


def plain(app: TillApp) -> str:
    return " ".join(text_of(app).split())


async def test_a_backup_is_begun_and_its_place_size_and_check_are_told() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["f9", "5", "1"])
        assert till.taken == [c.MakeBooks("backup")]
        till.tell(books=BEGUN)
        await settle(pilot)
        assert "görs och kontrolleras" in plain(app)
        await burst(pilot, ["1"])
        assert till.taken == [c.MakeBooks("backup")], "one at a time"
        till.tell(books=DONE)
        await settle(pilot)
        shown = plain(app)
        for words in ("gjord och kontrollerad", DONE.place, "12 MB", "rad 900", "samma disk"):
            assert words in shown
        await burst(pilot, ["2"])
        assert till.taken[-1] == c.MakeBooks("export")


async def test_why_there_is_no_backup_is_told_on_whatever_screen_is_open() -> None:
    async with opened(FakeTill()) as (pilot, till, app):
        await burst(pilot, ["f9", "5", "1", "escape"])
        till.tell(books=BEGUN)
        till.tell(books=FULL)
        await settle(pilot)
        assert app.desk.top.name == "register"
        assert "Ingen säkerhetskopia är gjord. Det finns inte plats" in plain(app)
        assert app.desk.notice is not None
        assert app.desk.notice.code == "books-failed"
