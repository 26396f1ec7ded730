"""A scanned or pasted code is data: no binding fires, whatever stands in it (reliability S20)."""

import pytest
from textual import events
from textual.pilot import Pilot

from core.catalog import Article
from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import ARTICLES, FakeTill
from tui import commands as c

ODD = Article("AB-7?+Q", "Udda vara", "Hylla", 100)
CODES = (
    "q",
    "+",
    "JjYy",
    "F12",
    "\x03",
    "\x11",
    "\x1b",
    "\x1b[A",
    "\x1b[24~",
    "\x0c",
    "\x04\x01\x02\x1d\x1e",
    "3*4",
    "-",
    "[@click=app.quit]",
    "x" * 4096,
    "\u202e123\u202c",
    "*",
    "' OR 1=1 --",
)
_NAMED = {"\x03": "ctrl+c", "\x11": "ctrl+q", "\x1b": "escape", "\x0c": "ctrl+l", "\x1d": "ctrl+@"}


def scanned(code: str) -> list[events.Key]:
    """Make the keys that a terminal makes of a code."""
    return [
        events.Key(_NAMED.get(one, one), one if one.isprintable() else None) for one in f"]{code}"
    ]


async def scan(pilot: Pilot[int], code: str) -> None:
    """Let the scanner send a code and Enter."""
    for key in [*scanned(code), events.Key("enter", "\r")]:
        pilot.app.post_message(key)
    await settle(pilot)


def acts(till: FakeTill) -> list[c.Command]:
    """Give what was asked of the till, but for codes that were looked up."""
    return [each for each in till.taken if not isinstance(each, c.AddCode)]


async def test_no_code_behind_the_prefix_fires_a_binding() -> None:
    async with opened(scanner_prefix="]") as (pilot, till, app):
        for code in CODES:
            await scan(pilot, code)
            assert acts(till) == [], code
            assert app.desk.top.name == "register", code
        assert till.view.sale is None


async def test_a_code_that_ends_inside_an_unknown_one_fires_no_binding() -> None:
    async with opened(scanner_prefix="]") as (pilot, till, app):
        for one in "]BCD\r002\rSCT\rq\r+\r":
            pilot.app.post_message(events.Key("enter" if one == "\r" else one, one))
        await settle(pilot)
        assert acts(till) == []
        assert app.desk.top.name == "register"


async def test_two_codes_in_one_write_are_two_codes() -> None:
    async with opened(FakeTill(articles=(ODD,)), scanner_prefix="]") as (pilot, till, _app):
        for _each in range(2):
            for key in [*scanned("AB-7?+Q"), events.Key("enter", "\r")]:
                pilot.app.post_message(key)
        await settle(pilot)
        assert till.taken == [c.AddCode("AB-7?+Q")] * 2


@pytest.mark.parametrize("keys", [["q", "+"], ["q", "f9"], ["ctrl+q"], ["f1"], ["f9", "2"]])
async def test_a_code_answers_no_question_and_presses_no_key_on_any_page(keys: list[str]) -> None:
    async with opened(scanner_prefix="]") as (pilot, till, app):
        await burst(pilot, keys)
        page = app.desk.top
        till.taken.clear()
        await scan(pilot, "j1\x1by23+qjJ,5\x03")
        assert till.taken == []
        assert app.desk.top is page
        assert app.desk.notice is not None
        assert app.desk.notice.code == "no-scan"


async def test_a_question_that_comes_up_in_the_middle_of_a_code_is_not_answered_by_its_rest() -> (
    None
):
    async with opened(scanner_prefix="]") as (pilot, till, app):
        for key in scanned("AB"):
            app.post_message(key)
        await settle(pilot)
        facts = (("paper_id", 3), ("kind", "receipt"), ("reference", "1042"))
        till.tell(attention=Attention("paper-unknown", facts))
        await settle(pilot)
        assert app.desk.top.name == "recovery"
        await burst(pilot, ["j", "n", "enter"])
        assert till.taken == []
        await burst(pilot, ["n"])
        assert till.taken == [c.DecidePaper(3, False)]


async def test_a_person_gives_a_scan_up_with_escape_but_an_escape_in_a_code_does_not() -> None:
    async with opened(scanner_prefix="]") as (pilot, till, app):
        start = app._clock.monotonic_s()
        for after_s, key in ((0, "]"), (0.01, "a"), (0.02, "escape"), (0.03, "q")):
            app.desk.take_key(key, key if len(key) == 1 else None, start + after_s)
        assert app.desk.top.entry_text == "aq"
        app.desk.take_key("escape", None, start + 1)
        assert app.desk.top.entry_text == ""
        app.desk.take_key("q", "q", start + 2)
        await settle(pilot)
        assert till.taken == [c.AddNumbers(("1001",))]


async def test_a_paste_is_text_on_every_page_and_never_a_key() -> None:
    hostile = "q\nj\n+\n\x1b[24~\n\x11\nctrl+q\n" + "qwerty" * 2000
    async with opened() as (pilot, till, app):
        app.post_message(events.Paste(hostile))
        await settle(pilot)
        assert acts(till) == []
        assert app.desk.top.name == "register"
        for keys in (["q", "+"], ["f9"], ["escape", "f9", "3"]):
            await burst(pilot, keys)
            till.taken.clear()
            page = app.desk.top
            app.post_message(events.Paste("j\n2\n" + hostile))
            await settle(pilot)
            assert till.taken == []
            assert app.desk.top is page


async def test_pasted_digits_stay_on_the_entry_line_until_enter() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["3", "*"])
        app.post_message(events.Paste("1001"))
        await settle(pilot)
        assert "> 3*1001_" in text_of(app)
        await burst(pilot, ["enter"])
        assert till.taken == [c.AddCode("1001", 3000)]


async def test_ten_kilobytes_of_codes_are_each_taken_once_and_in_order() -> None:
    many = [each.ean for each in ARTICLES if each.ean] * 200
    text = "\r".join(many)[:10_240].rpartition("\r")[0] + "\r"
    async with opened() as (pilot, till, app):
        app.post_message(events.Paste(text))
        await settle(pilot)
        assert till.taken == [c.AddCode(code) for code in text.split()]


async def test_a_pasted_line_of_blanks_repeats_nothing() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q"])
        till.taken.clear()
        app.post_message(events.Paste("\n\n\r\n"))
        await settle(pilot)
        assert till.taken == []
