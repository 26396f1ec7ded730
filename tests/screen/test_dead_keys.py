"""A key that does nothing says why, and keys never go where nobody looks."""

from dataclasses import replace

import pytest
from textual import events
from textual.widget import Widget

from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import SHOP_VIEW, FakeTill
from tests.screen.test_card_page import asked_about
from tui import commands as c

COPY = Attention("paper-unknown", (("paper_id", 4), ("kind", "copy"), ("reference", 22)))


class Terminal(Widget, can_focus=True):
    """A simulated terminal that takes every key."""

    taken: list[str]

    def on_key(self, event: events.Key) -> None:
        """Take a key."""
        self.taken.append(event.key)
        event.stop()


def flat(text: str) -> str:
    """Give the picture as one line."""
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize("key", ["f11", "f12", "+", "-", "q", "enter"])
async def test_a_key_says_why_it_does_nothing_about_an_unclear_card(key: str) -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt()
        await settle(pilot)
        taken = len(till.taken)
        await pilot.press(key)
        await settle(pilot)
        assert "Vänta: kortköpet är oklart." in flat(text_of(app))
        assert len(till.taken) == taken
        await pilot.press("f1")
        await settle(pilot)
        assert app.desk.top.name == "help", "what works everywhere works here"


async def test_a_key_says_what_a_card_payment_waits_for() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        await pilot.press("f11")
        await settle(pilot)
        assert "kortköpet pågår på terminalen. Esc avbryter det." in flat(text_of(app))
        asked_about(till)
        await settle(pilot)
        for key in ("f11", "escape"):
            await pilot.press(key)
            await settle(pilot)
            assert "kassan frågar terminalen om kortet är draget" in flat(text_of(app))


async def test_a_z_that_is_refused_names_the_card_or_the_code_that_it_waits_for() -> None:
    silent = Attention("unit-silent", (("receipt_no", 1), ("waits_for_person", 0)))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        await burst(pilot, ["f9", "2"])
        assert "en kortbetalning pågår eller är oklar" in flat(text_of(app))
        assert till.view.sale is not None
        till.tell(sale=replace(till.view.sale, state="signing"), attention=silent)
        await settle(pilot)
        await burst(pilot, ["f9", "2"])
        assert "väntar på sin kontrollkod" in flat(text_of(app))


async def test_a_copy_that_may_not_have_come_out_is_told_as_the_only_copy() -> None:
    async with opened() as (pilot, till, app):
        till.tell(attention=COPY)
        await settle(pilot)
        text = flat(text_of(app))
        assert "Kom kopian av kvitto 22 ut?" in text
        assert "Detta är KOPIAN av kvitto 22: lagen tillåter bara en." in text
        await pilot.press("n")
        await settle(pilot)
        assert till.taken == [c.DecidePaper(4, False)]
        text = flat(text_of(app))
        assert app.desk.top.name == "message"
        assert "Kunden har inget papper" in text
        assert "skriver inte ut kvitto 22 igen" in text
        assert "kontantnota för hand" in text
        assert "slå inte in det igen" in text
        await pilot.press("enter")
        await settle(pilot)
        assert app.desk.top.name == "register"


@pytest.mark.parametrize("key", ["f9", "f1"])
async def test_a_page_that_opens_takes_the_keys_back_from_the_simulated_terminal(key: str) -> None:
    face = Terminal()
    face.taken = []
    async with opened(FakeTill(SHOP_VIEW, face=lambda: face)) as (pilot, _till, app):
        await burst(pilot, ["q", "f12"])
        await pilot.press("tab", "3")
        await settle(pilot)
        assert face.taken == ["3"]
        await pilot.press(key)
        await settle(pilot)
        await pilot.press("9" if key == "f9" else "down")
        await settle(pilot)
        assert face.taken == ["3"]
        assert "Demo: fel" in text_of(app) if key == "f9" else "Tangenter" in text_of(app)


@pytest.mark.parametrize("keys", [["f1"], ["f9", "9"]], ids=["help", "faults"])
async def test_help_and_faults_are_whole_words_during_a_card(keys: list[str]) -> None:
    face = Terminal()
    face.taken = []
    async with opened(FakeTill(SHOP_VIEW, face=lambda: face)) as (pilot, _till, app):
        await burst(pilot, ["q", "f12"])
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        text = text_of(app)
        whole = ("lägg in varan; utan siffror: samma vara", "långsam bank från nästa kort")
        assert any(words in text for words in whole), text
        assert "(6 och L) i ordning" in text or len(keys) == 1


async def test_a_question_put_aside_is_told_with_what_waits_for_it() -> None:
    async with opened() as (pilot, till, app):
        till.tell(attention=COPY, papers_waiting=3)
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        text = flat(text_of(app))
        assert "Obesvarat: Kom kopian av kvitto 22 ut?" in text
        assert "2 papper väntar på svaret: inget skrivs ut, och lådan öppnas inte." in text
        await pilot.press("f9")
        await settle(pilot)
        assert "0 Obesvarat: Kom kopian av kvitto 22 ut?" in flat(text_of(app))
