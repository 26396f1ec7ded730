"""A signature on the card screen: the demo shows the slip itself, a shop points at the paper."""

from dataclasses import replace

import pytest
from textual.widgets import Static

from core.card import Prompt
from core.receipt_layout import lay_out_signature_slip
from tests.builders_receipt import a_slip, same
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import SHOP, SHOP_VIEW, FakeTill
from tui.commands import AnswerPrompt

LINES = ("Kontrollera signatur", "Godkänns den?")
SIGNATURE = Prompt(7, "662", True, LINES, is_signature=True)
SLIP = lay_out_signature_slip(replace(a_slip(), id_method="@"), SHOP, 42, same, is_demo=True)


def asking(till: FakeTill) -> None:
    """Let the terminal ask about a signature, its slip printed."""
    terminal = replace(till.view.terminal, prompt=SIGNATURE, lines=LINES, slip=SLIP)
    till.tell(terminal=terminal)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
async def test_a_demo_shows_the_slip_to_be_signed_in_the_terminals_place(
    size: tuple[int, int],
) -> None:
    till = FakeTill(face=lambda: Static("terminalen"))
    async with opened(till, size=size) as (pilot, _till, app):
        await burst(pilot, ["q", "f12"])
        assert "Tab" in text_of(app)
        asking(till)
        await settle(pilot)
        text = text_of(app)
        assert "Tab" not in text
        for words in ("Totalt SEK", "280,00", "Kortinnehavarens underskrift", "Titta på", "J", "N"):
            assert words in text, text
        assert text.count("Kontrollera signatur") == 1
        assert "Väntar på kunden" not in text
        await burst(pilot, ["pageup", "pageup"])
        assert "Org.nr" in text_of(app)
        await burst(pilot, ["j"])
        assert "Tab" in text_of(app)
        assert till.taken[-1] == AnswerPrompt("662", "yes")


async def test_a_shop_with_a_printer_points_at_the_slip_and_draws_none() -> None:
    till = FakeTill(replace(SHOP_VIEW, is_demo=False, simulated=frozenset()))
    async with opened(till) as (pilot, _till, app):
        await burst(pilot, ["q", "f12"])
        asking(till)
        await settle(pilot)
        text = text_of(app)
        assert "Titta på kortblanketten" in text
        assert "Totalt SEK" not in text
