"""The register just after a payment: how it was paid is read without a key, at any size."""

import pytest

from tests.screen.desk_of import burst, opened, settle, text_of

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)


def row_with(text: str, words: str) -> str:
    """Give the only row of a picture in which a word begins after the frame."""
    rows = [row.strip("│ ") for row in text.splitlines() if row.startswith("│")]
    return " ".join(next(row for row in rows if row.startswith(words)).split("│")[0].split())


@SIZES
async def test_tip_and_the_charge_stand_beneath_the_amount_that_was_paid(
    size: tuple[int, int],
) -> None:
    async with opened(size=size) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.approve(tip_ore=1100)
        await settle(pilot)
        text = text_of(app)
        assert row_with(text, "BETALT") == "BETALT 3 4 , 0 0"
        assert row_with(text, "Kort ") == "Kort 45,00"
        assert row_with(text, "varav dricks") == "varav dricks 11,00"


@SIZES
async def test_the_change_stays_large_on_the_register_after_its_own_screen(
    size: tuple[int, int],
) -> None:
    async with opened(size=size) as (pilot, _till, app):
        await burst(pilot, ["q", "plus", "5", "0", "0", "enter"])
        await burst(pilot, ["enter"])
        text = text_of(app)
        assert row_with(text, "Kontant") == "Kontant 500,00"
        assert row_with(text, "VÄXEL") == "VÄXEL 4 6 6 , 0 0"


async def test_the_paper_is_first_seen_where_the_payment_begins_and_scrolls_both_ways() -> None:
    async with opened() as (pilot, _till, app):
        await burst(pilot, ["q", "f11"])
        text = text_of(app)
        assert "ATT BETALA SEK" in text
        assert "Org.nr" not in text
        await burst(pilot, ["pageup"])
        assert "Org.nr" in text_of(app)
        await burst(pilot, ["q", "f11"])
        assert "ATT BETALA SEK" in text_of(app)
        for _press in range(5):
            await burst(pilot, ["pagedown"])
        assert "Tack och välkommen!" in text_of(app)
