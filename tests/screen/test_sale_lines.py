"""The sale's lines: a cut name never reads as a price, and the columns stand still."""

from datetime import UTC, datetime

import pytest

from core.checkout import SaleState
from core.sale import Line, Sale, line_amount
from tui.widgets.palette import palette
from tui.widgets.sale_lines import draw_sale_lines

AT = datetime(2026, 5, 1, 14, 32, tzinfo=UTC)


def rows_of(goods: list[tuple[str, int, str, int]], width: int = 35) -> list[str]:
    """Draw lines of name, quantity in thousandths, unit and price; gives what stands there."""
    lines = tuple(
        Line(seq, "1", name, "Varor", milli, unit, price_ore, line_amount(price_ore, milli), 2500)
        for seq, (name, milli, unit, price_ore) in enumerate(goods, 1)
    )
    sale = Sale(1, SaleState.OPEN, "Anna", AT, lines=lines)
    drawn = draw_sale_lines(sale, width, len(lines), palette("dark", is_16=False))
    return ["".join(segment.text for segment in row) for row in drawn.rows]


@pytest.mark.parametrize(
    "name", ["Kaffebönor mellanrost 250 g", "Chokladkaka mörk 70 % 100 g", "Påfyllning 12345678 9"]
)
def test_a_name_that_ends_in_a_figure_never_reads_as_part_of_the_price(name: str) -> None:
    for width in range(30, 44):
        row = rows_of([(name, 1000, "st", 9500)], width)[0]
        head, _two, price = row.rpartition("  ")
        assert price == "95,00 ", row
        assert name in head or head.rstrip().endswith("…"), row


def test_names_begin_below_one_another_whatever_the_quantity() -> None:
    rows = rows_of(
        [
            ("Kanelbulle", 1000, "st", 3600),
            ("Kanelbulle", 99_999_000, "st", 3600),
            ("Kanelbulle", 435, "kg", 2790),
        ]
    )
    assert len({row.index("Kanel") for row in rows}) == 1
    assert [row.split("Kanel")[0].strip() for row in rows] == ["1", "99999", "0,435 kg"]
    assert rows[1].endswith("  3 599 964,00 ")
