"""The receipt so far: the newest lines in a fixed window, corrections visible."""

from rich.segment import Segment
from rich.style import Style

from core.sale import Line, Sale
from tui.i18n import _
from tui.texts import amount, quantity
from tui.widgets.block import Block, Row, block, fit, line, shortened, tall
from tui.widgets.palette import Palette

_QUANTITY_MIN = 3
"""Cells of the quantity; the longest one that is seen makes room for itself on every row."""


def draw_sale_lines(sale: Sale | None, width: int, height: int, styles: Palette) -> Block:
    """Draw the newest lines that fit, the newest last; only those are looked at."""
    lines = sale.lines[-height:] if sale and height > 0 else ()
    if sale is not None and len(sale.lines) > height > 0:
        lines = lines[1:]
    gone = {each.corrects for each in lines if each.corrects}
    many = [quantity(each.quantity_milli, each.unit) for each in lines]
    column = max(_QUANTITY_MIN, max(map(len, many), default=0))
    rows = []
    for each, count in zip(lines, many, strict=True):
        style = _style(each, each.seq in gone, each is lines[-1], styles)
        rows.append(_row(each, fit(count, column, "right"), style, width))
    if sale is not None and len(sale.lines) > height > 0:
        more = _("… {count} rader ovanför").format(count=len(sale.lines) - len(lines))
        rows.insert(0, line(" " + more, width, styles.muted))
    return tall(block(width, rows), height, styles.base)


def _style(each: Line, is_gone: bool, is_newest: bool, styles: Palette) -> Style:
    """Give the newest line weight; mute what was taken back, and what follows another line."""
    if is_newest:
        return styles.warning if each.corrects else styles.strong
    return styles.muted if is_gone or each.corrects or each.follows else styles.base


def _row(each: Line, many: str, style: Style, width: int) -> Row:
    """Draw one line: quantity, name, amount; a cut name says so and never touches the amount.

    Two blanks part the name from the amount, because one blank parts thousands: a name that ends
    in a figure must not read as the head of a price.
    """
    name = "+ " + each.name if each.follows and not each.corrects else each.name
    price = f"  {amount(each.amount_ore)} "
    room = width - len(many) - 2 - len(price)
    return (
        Segment(f" {many} ", style),
        Segment(shortened(name, room), style),
        Segment(price, style),
    )
