"""The card screens: what they say of a payment that runs, is asked about, or ended."""

from dataclasses import replace

import pytest
from textual import events
from textual.widget import Widget

from core.checkout import SaleState
from core.facts import TerminalState
from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import SHOP_VIEW, FakeTill, FixedClock
from tui import commands as c


def asked_about(till: FakeTill) -> None:
    """Let the till ask the terminal about a card whose answer was lost."""
    assert till.view.sale is not None
    till.tell(sale=replace(till.view.sale, state=SaleState.IN_DOUBT))


async def test_a_card_that_is_asked_about_is_never_shown_as_waiting_for_the_customer() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        assert "Väntar på kunden" in text_of(app)
        asked_about(till)
        await settle(pilot)
        text = " ".join(text_of(app).split())
        assert "Väntar på kunden" not in text
        assert "avbryt kort" not in text.lower()
        assert "Frågar terminalen" in text
        assert "aldrig två gånger" in text
        await pilot.press("escape")
        assert c.AbortCard() not in till.taken


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (("f9", "3"), "sale-not-open"),
        (("f9", "2"), "report-not-allowed"),
        (("ctrl+q",), "payment-in-progress"),
    ],
    ids=["void", "z", "quit"],
)
async def test_what_a_running_card_forbids_is_refused_without_being_asked(
    keys: tuple[str, ...], code: str
) -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        taken = len(till.taken)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        assert app.desk.top.name != "confirm"
        assert app.desk.notice is not None
        assert app.desk.notice.code == code
        assert len(till.taken) == taken


async def test_a_part_paid_sale_is_not_asked_about_voiding_but_told_how_to_undo_the_part() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "+", "2", "0", "enter"])
        for key in ("f9", "3"):
            await pilot.press(key)
            await settle(pilot)
        assert app.desk.top.name != "confirm"
        assert "ge tillbaka den" in text_of(app)
        assert c.VoidSale() not in till.taken


async def test_a_card_in_doubt_is_left_for_the_next_start_only_when_a_person_was_asked() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        asked_about(till)
        await settle(pilot)
        await pilot.press("ctrl+q")
        await settle(pilot)
        assert app.desk.top.name == "card", "the till still asks the terminal"
        till.tell(attention=Attention("card-doubt", (("asked_ore", 3400), ("service_id", 1))))
        await settle(pilot)
        await pilot.press("ctrl+q")
        await settle(pilot)
        assert app.desk.top.name == "confirm"
        assert "oklart" in text_of(app)


async def test_enter_after_a_card_that_ended_unpaid_sells_nothing_more() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.decline()
        await settle(pilot)
        for _again in range(2):
            await burst(pilot, ["enter"])
            assert c.RepeatLast() not in till.taken
            assert "upprepar ingen vara" in text_of(app)
        await burst(pilot, ["w", "enter"])
        assert till.taken[-1] == c.RepeatLast(), "the sale went on"


async def test_an_esc_that_comes_just_after_the_approval_leaves_the_receipt_to_be_read() -> None:
    clock = FixedClock()
    async with opened(clock=clock) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.approve()
        await settle(pilot)
        assert "BETALT" in text_of(app)
        await burst(pilot, ["escape"])
        assert "BETALT" in text_of(app)
        clock.ahead_s = 2
        await burst(pilot, ["escape"])
        assert "BETALT" not in text_of(app)


async def test_a_second_key_for_the_simulated_terminal_sells_nothing() -> None:
    async with opened(FakeTill(SHOP_VIEW, face=Terminal)) as (pilot, till, _app):
        await burst(pilot, ["q", "f12"])
        await pilot.press("tab", "w")
        till.approve()
        await settle(pilot)
        taken = len(till.taken)
        await burst(pilot, ["w"])
        assert len(till.taken) == taken
        await burst(pilot, ["q"])
        assert till.taken[-1] == c.AddNumbers(("1001",))


@pytest.mark.parametrize("last", ["9", "enter"])
async def test_a_code_scanned_just_after_the_simulated_terminal_went_away_is_whole(
    last: str,
) -> None:
    async with opened(FakeTill(SHOP_VIEW, face=Terminal)) as (pilot, till, _app):
        await burst(pilot, ["q", "f12"])
        await pilot.press("tab", last)
        till.approve()
        await settle(pilot)
        await burst(pilot, [*"2900000039018", "enter"])
        assert till.taken[-1] == c.AddCode("2900000039018")


async def test_what_a_terminal_showed_before_its_link_was_lost_is_not_told_as_shown_now() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.ask(None, "VÄNTAR PÅ KORT")
        await settle(pilot)
        assert "VÄNTAR PÅ KORT" in text_of(app)
        asked_about(till)
        till.tell(terminal=replace(till.view.terminal, state=TerminalState.UNREACHABLE))
        await settle(pilot)
        assert "VÄNTAR PÅ KORT" not in text_of(app)
        assert "ingen kontakt" in text_of(app)


async def test_a_slip_that_the_till_holds_is_named_before_nothing_drawn_is_taken() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt("slip_total_ore=3400", "slip_total_ore=3400")
        await settle(pilot)
        assert text_of(app).count("Kortkvittot visar 34,00 kr") == 1
        attention = till.view.attention
        assert attention is not None
        till.tell(attention=replace(attention, facts=(*attention.facts, ("slip_ore", 4000))))
        await settle(pilot)
        await pilot.press("3")
        await settle(pilot)
        assert "VARNING" in text_of(app)
        assert "40,00 kr" in text_of(app)
        await pilot.press("n", "2", "enter")
        await settle(pilot)
        await pilot.press("j")
        await settle(pilot)
        assert till.taken[-1] == c.DecideDoubt(is_charged=True, total_ore=4000)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("30", ("VARNING", "GODKÄNT 40,00 kr, inte 30,00 kr", "4,00 kr mindre än begärt")),
        ("3400", ("VARNING: det är 3 366,00 kr i dricks, 9900 % av beloppet; gränsen är 100 %",)),
        ("40", ("Det är 6,00 kr i dricks, 18 % av beloppet",)),
    ],
)
async def test_a_decided_total_is_told_for_what_it_means_before_it_is_taken(
    typed: str, told: tuple[str, ...]
) -> None:
    shop = replace(SHOP_VIEW, tip_mode="terminal", tip_max_percent=100)
    async with opened(FakeTill(shop)) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt("slip_total_ore=4000")
        await settle(pilot)
        attention = till.view.attention
        assert attention is not None
        till.tell(attention=replace(attention, facts=(*attention.facts, ("slip_ore", 4000))))
        await settle(pilot)
        await pilot.press("2", *typed, "enter")
        await settle(pilot)
        words = " ".join(text_of(app).replace("│", " ").split())
        assert all(one in words for one in told), words
        assert ("VARNING" in words) is (typed != "40")


async def test_no_key_is_named_that_goes_to_the_simulated_terminal() -> None:
    async with opened(FakeTill(SHOP_VIEW, face=Terminal)) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt()
        await settle(pilot)
        assert "Fråga igen" in text_of(app)
        await pilot.press("tab")
        await settle(pilot)
        assert "Fråga igen" not in text_of(app).splitlines()[-1]
        assert "Till kassan" in text_of(app).splitlines()[-1]


class Terminal(Widget, can_focus=True):
    """A simulated terminal that takes every key."""

    def on_key(self, event: events.Key) -> None:
        """Take a key."""
        event.stop()
