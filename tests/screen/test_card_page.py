"""The card screens: what they say of a payment that runs, is asked about, or ended."""

from dataclasses import replace

from core.checkout import SaleState
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import FakeTill
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
