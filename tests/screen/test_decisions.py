"""A decision about a card is recorded in the name that the screen shows."""

from dataclasses import replace

from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import FakeTill
from tui import commands as c

LATE = Attention(
    "card-late-approval",
    (("late_service_id", 7), ("authorized_ore", 34_00), ("may_reverse", 1), ("sale_id", 1)),
)


async def test_the_name_of_a_decision_is_shown_and_another_may_be_typed() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt()
        await settle(pilot)
        await pilot.press("3")
        await settle(pilot)
        assert "Beslutet skrivs i journalen med namnet Anna." in text_of(app)
        await pilot.press("a", "M", "a", "j", "a", "space", "j", "x", "backspace")
        await settle(pilot)
        assert app.desk.top.entry_text == "Maja j"
        assert not any(isinstance(each, c.DecideDoubt) for each in till.taken)
        await pilot.press("enter")
        await settle(pilot)
        assert "med namnet Maja j." in text_of(app)
        await pilot.press("j")
        await settle(pilot)
        assert till.taken[-1] == c.DecideDoubt(is_charged=False, by="Maja j")


async def test_escape_keeps_the_configured_name() -> None:
    async with opened() as (pilot, till, app):
        till.tell(attention=LATE)
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("a", "M", "escape")
        await settle(pilot)
        assert "med namnet Anna." in text_of(app)
        await pilot.press("j")
        await settle(pilot)
        assert till.taken[-1] == c.SettleLateByHand(7)


async def test_a_reversal_that_the_slip_does_not_show_is_decided_by_name_after_a_question() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt()
        sale = till.view.sale
        assert sale is not None
        facts = (("authorized_ore", 34_00), ("reversal_service_id", 8))
        till.tell(
            sale=replace(sale, state="reversing"), attention=Attention("card-unreversed", facts)
        )
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        assert not any(isinstance(each, c.DecideReversal) for each in till.taken)
        told = " ".join(text_of(app).replace("│", " ").split())
        assert "INGEN återföring: 34,00 kr är draget på kortet" in told
        assert "med namnet Anna." in told
        await pilot.press("a", "B", "o", "enter", "j")
        await settle(pilot)
        assert till.taken[-1] == c.DecideReversal(is_reversed=False, by="Bo")


async def test_a_card_part_is_given_back_in_the_name_that_is_shown() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "q", "+", "1", "0", "+"])
        till.approve()
        await settle(pilot)
        assert app.desk.top.name == "pay"
        await burst(pilot, ["-"])
        assert "med namnet Anna." in text_of(app)
        await burst(pilot, ["a", "B", "o", "enter", "j"])
        assert till.taken[-1] == c.GiveBack(1, by="Bo")


async def test_closing_with_an_unclear_card_asks_in_whose_name() -> None:
    till = FakeTill()
    till.may_quit = False
    async with opened(till) as (pilot, _till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt()
        await settle(pilot)
        await pilot.press("ctrl+q")
        await settle(pilot)
        assert "med namnet Anna." in text_of(app)
        await pilot.press("a", "B", "o", "enter", "j")
        await settle(pilot)
        assert till.taken[-1] == c.Quit("Bo")


def test_a_typed_name_is_cleaned_and_never_a_card_number() -> None:
    assert c.decider(c.KeepHeld(), "Anna") == "Anna"
    assert c.decider(c.KeepHeld("  "), "Anna") == "Anna"
    assert c.decider(c.KeepHeld("Bo\x1b[31m\u202e Ek"), "Anna").startswith("Bo")
    assert "\x1b" not in c.decider(c.KeepHeld("Bo\x1b[31m"), "Anna")
    assert "4111111111111111" not in c.decider(c.KeepHeld("4111111111111111"), "Anna")
    assert len(c.decider(c.KeepHeld("x" * 400), "Anna")) == c.NAME_LENGTH_MAX
