"""What is refused is told beside the entry, with the figures that tell what to do."""

import pytest

from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import FakeTill
from tui.attention_texts import attention_words
from tui.texts import error_words

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)


@SIZES
async def test_an_unknown_code_is_told_just_above_the_entry_and_nowhere_else(
    size: tuple[int, int],
) -> None:
    async with opened(size=size) as (pilot, _till, app):
        await burst(pilot, [*"999", "enter"])
        rows = text_of(app).splitlines()
        entry = next(number for number, row in enumerate(rows) if "> 999" in row)
        assert "Okänd vara: 999" in rows[entry - 1]
        assert "\n".join(rows).count("Okänd vara") == 1
        await burst(pilot, ["1"])
        assert "Okänd vara" not in text_of(app)


@SIZES
async def test_an_amount_that_is_refused_is_told_beneath_the_field(size: tuple[int, int]) -> None:
    async with opened(size=size) as (pilot, _till, app):
        await burst(pilot, ["q", "plus", *"50000", "enter"])
        rows = text_of(app).splitlines()
        entry = next(number for number, row in enumerate(rows) if "> 50000" in row)
        assert "skannade du en vara" in rows[entry + 1]
        assert "\n".join(rows).count("skannade du en vara") == 1


async def test_a_sale_that_was_corrected_to_nothing_offers_no_payment() -> None:
    async with opened(FakeTill()) as (pilot, _till, app):
        await burst(pilot, ["q", "minus"])
        await settle(pilot)
        text = text_of(app)
        assert "tar hela beloppet" not in text
        assert "Betala" not in text
        assert "Skanna en vara" in text
        await burst(pilot, ["q"])
        assert "tar hela beloppet" in text_of(app)


def test_a_part_of_what_is_sold_by_the_piece_is_named_as_that() -> None:
    words = error_words("quantity-out-of-range", {"reason": "by-piece", "name": "Kaffebönor"})
    assert words == "Kaffebönor säljs styckvis: skriv ett helt antal före *."


def test_a_tip_above_the_cap_is_told_with_its_percent_and_the_limit() -> None:
    facts = (("reason", "tip-above-cap"), ("requested_ore", 4185), ("tip_ore", 4186))
    held = Attention("card-held", (*facts, ("limit_percent", 100)))
    told = " ".join(attention_words(held))
    assert "41,86 kr är 101 % av beloppet; gränsen är 100 %." in told
