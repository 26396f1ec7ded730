"""Hostile names on every screen that can show one: text, in its cells, and nothing else (S5)."""

from dataclasses import replace

import pytest
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.message import Message

from core.catalog import Article, KeyKind, QuickKey
from core.errors import PriceMissing, UnknownArticle
from core.receipt_layout import lay_out_receipt
from core.services.till import Attention
from core.text import clean, visible
from tests.builders_receipt import LUNCH, a_receipt, same
from tests.hostile.corpus import SHOWN, names, sample
from tests.screen.desk_of import opened, settle
from tests.screen.fake_till import SHOP_VIEW, FakeTill
from tui.app import TillApp
from tui.messages import CommandDone, TillChanged, TillFailed
from tui.screens.confirm import ConfirmPage, MessagePage
from tui.screens.register import RegisterPage
from tui.widgets.block import TEXT_MAX

SIZES = ((80, 24), (120, 40))
EACH = pytest.mark.parametrize(
    "corpus", [sample(40), pytest.param(names(), marks=pytest.mark.night)], ids=["some", "all"]
)


def assert_drawn(app: TillApp, name: str, size: tuple[int, int]) -> str:
    """Check that the picture is all text in exact cells, and give it as one line per row."""
    rows = app.picture().rows
    assert len(rows) == size[1]
    texts = ["".join(segment.text for segment in row) for row in rows]
    for row, text in zip(rows, texts, strict=True):
        assert cell_len(text) == size[0], (name[:60], text)
        assert text.isprintable(), (name[:60], text)
        assert visible(text) == text, (name[:60], text)
        for segment in row:
            assert isinstance(segment, Segment)
            assert segment.style is None or set(segment.style.meta) <= {"key"}, (name, text)
            assert segment.style is None or segment.style.link is None
    return "\n".join(texts)


def begins(name: str, cells: int = 8) -> str:
    """Give the first cells of a name as every screen shows them."""
    seen = visible(name[:TEXT_MAX])
    return set_cell_size(seen, min(cells, cell_len(seen))).strip()


async def show_everywhere(corpus: list[str], size: tuple[int, int]) -> None:
    """Show each name, as it is before any cleaning, on each screen and check the picture.

    The till's words go straight to the desk: a thousand names would wait for the loop too long.
    """
    till = FakeTill(articles=())
    async with opened(till, size) as (_pilot, _till, app):
        desk = app.desk

        def post(message: Message) -> bool:
            if isinstance(message, CommandDone):
                desk.done(message)
            elif isinstance(message, TillChanged):
                desk.take_view(message.view)
            return True

        till._post = post
        for raw in corpus:
            show(till, app, raw, size)
            assert app.is_running


def press(app: TillApp, *keys: str) -> None:
    """Let the desk read keys; a question counts as painted."""
    for key in keys:
        app.desk.take_key(key, key if len(key) == 1 else None, app._clock.monotonic_s())
        app.desk.seen()


def show(till: FakeTill, app: TillApp, name: str, size: tuple[int, int]) -> None:
    """Show one name on register, correction, search, pay, receipt, recovery and messages."""
    till.articles = (Article("1", name, "Fika", 1990, ean="7310865004703"),)
    desk, first = app.desk, begins(name)
    desk.take_panel((QuickKey(1, "q", name, KeyKind.ARTICLE, "1"),))
    press(app, "1", "enter")
    assert till.view.sale is not None
    for screen, keys in (("register", []), ("correction", ["-"]), ("pay", ["q", "+"])):
        press(app, *keys)
        text = assert_drawn(app, name, size)
        assert screen == "pay" or first in text, (screen, name)
    press(app, "escape", "f2")
    assert first in assert_drawn(app, name, size)
    press(app, "escape", "f11")
    receipt = a_receipt((replace(LUNCH[0], name=name), *LUNCH[1:]))
    till.tell(last_receipt=receipt, last_paper=lay_out_receipt(receipt, 42, same))
    assert_drawn(app, name, size)
    for error in (UnknownArticle(entry=name), PriceMissing(name=name)):
        desk.refuse(error)
        assert_drawn(app, name, size)
    for page in (
        ConfirmPage(desk, name, name, lambda: None),
        MessagePage(desk, name, (name, name)),
    ):
        desk.open(page)
        assert_drawn(app, name, size)
        page.close()
    facts = (("asked_ore", 100), ("service_id", 1), ("evidence_1", f"terminal={name}"))
    till.tell(
        terminal=replace(till.view.terminal, lines=(name, name)),
        attention=Attention("card-doubt", (*facts, ("text", name))),
    )
    assert desk.top.name == "recovery"
    assert first in assert_drawn(app, name, size)
    till.tell(attention=None)
    press(app, "escape")
    assert isinstance(desk.top, RegisterPage)


@EACH
async def test_every_screen_shows_every_name_as_text_in_its_cells(corpus: list[str]) -> None:
    await show_everywhere(corpus, SIZES[0])


async def test_a_wide_screen_shows_them_too() -> None:
    await show_everywhere(sample(40)[::5], SIZES[1])


async def test_the_shop_and_the_operator_may_be_called_anything() -> None:
    for raw in (SHOWN, "\u65e5" * 60, "[/b]"):
        name = clean(raw, 60)
        shop = replace(SHOP_VIEW, shop=replace(SHOP_VIEW.shop, name=name), operator=name)
        async with opened(FakeTill(shop)) as (_pilot, _till, app):
            assert begins(name) in assert_drawn(app, name, SIZES[0])


async def test_a_till_that_stops_over_a_hostile_name_says_so_in_text() -> None:
    async with opened() as (pilot, _till, app):
        app.post_message(TillFailed("bug", {"error": repr(SHOWN), "path": SHOWN}, is_bug=True))
        await settle(pilot)
        assert "[@click=app.quit]" in assert_drawn(app, SHOWN, SIZES[0])
        assert app.is_running
