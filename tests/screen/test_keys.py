"""The order of keys: nothing lost, merged or reordered, and nothing answered unseen."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from textual import events

from core.catalog import Article
from core.services.till import Attention
from tests.screen.desk_of import burst, key_event, opened, settle, text_of, until
from tests.screen.fake_till import ARTICLES, SHOP_VIEW, FakeTill
from tui import commands as c
from tui.bindings import BINDINGS, Keymap, binding, key_name

PAPER = Attention("paper-unknown", (("paper_id", 3), ("kind", "receipt"), ("reference", 1042)))


def shelf(count: int) -> tuple[Article, ...]:
    """Make articles that only a whole, right code finds."""
    return tuple(
        Article(f"{number}", f"Vara {number}", "Hylla", 100, ean=f"{7310000000000 + number}")
        for number in range(1, count + 1)
    )


def scans(articles: tuple[Article, ...], *ends: str) -> list[str]:
    """Give the keys of a scanner that reads each article once."""
    return [key for each in articles for key in (*each.ean, *ends)]


async def test_a_flood_of_scans_loses_merges_and_reorders_nothing() -> None:
    articles = shelf(150)
    async with opened(FakeTill(articles=articles)) as (pilot, till, app):
        await burst(pilot, scans(articles, "enter"))
        await until(pilot, lambda: len(till.taken) == len(articles) and not app.desk.is_busy)
        assert till.taken == [c.AddCode(each.ean) for each in articles]
        assert "Vara 150" in text_of(app)


async def test_a_line_feed_after_enter_belongs_to_it() -> None:
    articles = shelf(20)
    async with opened(FakeTill(articles=articles)) as (pilot, till, _app):
        await burst(pilot, scans(articles, "enter", "ctrl+j"))
        await until(pilot, lambda: len(till.taken) >= len(articles))
        assert till.taken == [c.AddCode(each.ean) for each in articles]


async def test_a_scanner_that_sends_line_feeds_only_is_read() -> None:
    articles = shelf(20)
    async with opened(FakeTill(articles=articles)) as (pilot, till, _app):
        await burst(pilot, scans(articles, "ctrl+j"))
        await until(pilot, lambda: len(till.taken) >= len(articles))
        assert till.taken == [c.AddCode(each.ean) for each in articles]


async def test_a_paste_is_a_scan() -> None:
    async with opened() as (pilot, till, app):
        app.post_message(events.Paste("7310865004703\r\n1001\n"))
        await settle(pilot)
        assert till.taken == [c.AddCode("7310865004703"), c.AddCode("1001")]


async def test_keys_wait_in_order_until_the_till_is_ready() -> None:
    till = FakeTill(is_ready=False)
    async with opened(till) as (pilot, _till, app):
        await burst(pilot, ["3", "*", "q", "w", "7", "3"])
        assert till.taken == []
        assert "> 3*_" in text_of(app)
        till.become_ready()
        await settle(pilot)
        assert till.taken == [c.AddNumbers(("1001",), 3000), c.AddNumbers(("1101",))]
        assert app.desk.top.entry_text == "73"


async def test_keys_after_a_payment_belong_to_the_next_customer() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "+", "5", "0", "0", "enter", "3", "*", "w", "f11", "enter", "q"])
        assert till.taken == [
            c.AddNumbers(("1001",)),
            c.PayCash(50000),
            c.AddNumbers(("1101",), 3000),
            c.PayCash(),
            c.AddNumbers(("1001",)),
        ]
        assert app.desk.top.name == "register"


async def test_keys_wait_while_a_paid_sale_waits_for_its_code() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q"])
        assert till.view.sale is not None
        till.tell(sale=replace(till.view.sale, state="signing"))
        await burst(pilot, ["w", "7"])
        assert len(till.taken) == 1
        assert app.desk.is_busy
        till.tell(sale=None)
        await settle(pilot)
        assert till.taken[1:] == [c.AddNumbers(("1101",))]
        assert app.desk.top.entry_text == "7"


async def test_keys_typed_before_a_question_are_dropped_with_a_bell() -> None:
    async with opened() as (pilot, till, app):
        bells: list[int] = []
        app.bell = lambda: bells.append(1)  # type: ignore[method-assign] # counts the bell
        await burst(pilot, ["q", "f9", "3", "j", "j"])
        assert app.desk.top.name == "confirm"
        assert till.taken == [c.AddNumbers(("1001",))]
        assert bells
        await pilot.press("j")
        await settle(pilot)
        assert till.taken[-1] == c.VoidSale()


async def test_a_question_that_comes_by_itself_is_not_answered_by_keys_on_their_way() -> None:
    async with opened() as (pilot, till, app):
        till.tell(attention=PAPER)
        await burst(pilot, ["n", "n"])
        assert app.desk.top.name == "recovery"
        assert till.taken == []
        await pilot.press("n")
        await settle(pilot)
        assert till.taken == [c.DecidePaper(3, False)]


async def test_an_article_is_scanned_with_a_prefix_as_text() -> None:
    odd = Article("AB-7?+Q", "Udda vara", "Hylla", 100)
    async with opened(FakeTill(articles=(odd,)), scanner_prefix="]") as (pilot, till, _app):
        await burst(pilot, ["right_square_bracket"])
        till.taken.clear()
        for character in "]AB-7?+Q":
            pilot.app.post_message(events.Key(character, character))
        await burst(pilot, ["enter"])
        assert till.taken == [c.AddCode("AB-7?+Q")]


async def test_a_scan_of_control_characters_does_nothing() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["ctrl+b", "ctrl+d", "ctrl+right_square_bracket", "ctrl+z", "ctrl+p"])
        assert till.taken == []
        assert app.desk.top.name == "register"
        assert app.is_running


async def test_the_keypad_of_every_terminal_leads_to_the_same_keys() -> None:
    for key in ("add", "plus", "kp_add"):
        assert key_name(key, None) == "+"
    for key in ("subtract", "minus"):
        assert key_name(key, None) == "-"
    for key in ("decimal", "comma", "full_stop"):
        assert key_name(key, None) == ","
    assert key_name("full_stop", ".") == ","
    assert key_name("Q", "Q") == "q"
    assert key_name("å", "å") == "å"
    assert key_event("enter").key == "enter"


def test_ids_are_unique_and_no_screen_has_one_key_twice() -> None:
    assert len({each.id for each in BINDINGS}) == len(BINDINGS)
    by_key: dict[tuple[str, str], str] = {}
    for each in BINDINGS:
        for screen in each.screens:
            for key in each.keys:
                assert by_key.setdefault((screen, key), each.id) == each.id, key


def test_the_shop_may_change_a_key_by_its_id() -> None:
    keymap = Keymap({"card": ("f5",)})
    assert keymap.functions("f5") == ["review", "card"]
    assert not keymap.is_key("f12", "card")
    assert keymap.shown("card") == "F5"
    assert binding("card").keys == ("f12",)


async def test_later_functions_say_so() -> None:
    async with opened() as (pilot, till, app):
        for key in ("f3", "f4", "f5", "f6", "f7", "ctrl+l"):
            await pilot.press(key)
            await settle(pilot)
            assert "finns inte än" in text_of(app)
        assert till.taken == []


async def test_an_unknown_code_is_kept_and_replaced_by_the_next_digit() -> None:
    async with opened(FakeTill(articles=ARTICLES)) as (pilot, till, app):
        bells: list[int] = []
        app.bell = lambda: bells.append(1)  # type: ignore[method-assign] # counts the bell
        await burst(pilot, ["9", "9", "9", "enter"])
        assert len(bells) == 2
        assert "Okänd vara: 999" in text_of(app)
        assert app.desk.top.entry_text == "999"
        await burst(pilot, ["1", "enter"])
        assert till.taken == [c.AddCode("999"), c.AddCode("1")]
        assert app.desk.top.entry_text == ""


async def test_tab_moves_keys_to_the_terminal_and_a_question_takes_them_back() -> None:
    from textual.widget import Widget

    class Face(Widget, can_focus=True):
        taken: list[str]

        def on_key(self, event: events.Key) -> None:
            self.taken.append(event.key)

    face = Face()
    face.taken = []
    async with opened(FakeTill(SHOP_VIEW, face=lambda: face)) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        await pilot.press("tab", "2", "8", "enter")
        await settle(pilot)
        assert face.taken == ["2", "8", "enter"]
        sold = list(till.taken)
        till.ask(till.question)
        await settle(pilot)
        await pilot.press("j")
        await settle(pilot)
        assert face.taken == ["2", "8", "enter"]
        assert till.taken == [*sold, c.AnswerPrompt("1", "yes")]
        await pilot.press("tab", "escape")
        await settle(pilot)
        assert till.taken == [*sold, c.AnswerPrompt("1", "yes"), c.AbortCard()]
        assert face.taken == ["2", "8", "enter"]
        assert app.desk.top.name == "card"


def say_nothing() -> None:
    """Let the terminal say nothing."""


@pytest.mark.parametrize("seed", range(2))
async def test_no_keys_in_any_order_break_the_till(seed: int) -> None:
    draw = Random(seed)
    special = (
        "enter", "escape", "backspace", "tab", "up", "down", "pageup", "pagedown", "ctrl+c",
        "ctrl+j", "ctrl+z", "ctrl+p", "ctrl+l", "shift+tab", "home", "end", "delete", "insert",
        *(f"f{number}" for number in range(1, 13)),
    )  # fmt: skip
    keys = [*special, *"0123456789,*+-?.jyn qweözmc", "add", "decimal", "kp_7"]
    till = FakeTill(replace(SHOP_VIEW, tip_mode="till"))
    till.may_quit = False
    async with opened(till) as (pilot, _till, app):
        for _round in range(60):
            await burst(pilot, draw.choices(keys, k=6))
            acts: list[Callable[[], None]] = [
                till.approve,
                till.decline,
                till.in_doubt,
                say_nothing,
            ]
            news = draw.choice(acts)
            if till.view.sale is not None and till.view.sale.state == "authorizing":
                news()
                await settle(pilot)
            assert app.is_running
            assert text_of(app)
        assert len(till.taken) > 5
