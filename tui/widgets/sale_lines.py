"""The receipt so far: the newest lines in a fixed window, corrections visible."""

from rich.segment import Segment

from core.sale import Line, Sale
from tui.i18n import _
from tui.texts import amount, quantity
from tui.widgets.block import Block, Row, block, fit, line, tall
from tui.widgets.palette import Palette

_QUANTITY = 3
"""Cells of the quantity; a longer one stands before the name."""


def draw_sale_lines(sale: Sale | None, width: int, height: int, styles: Palette) -> Block:
    """Draw the newest lines that fit, the newest last; only those are looked at."""
    lines = sale.lines[-height:] if sale and height > 0 else ()
    if sale is not None and len(sale.lines) > height > 0:
        lines = lines[1:]
    gone = {each.corrects for each in lines if each.corrects}
    rows = [_row(each, each.seq in gone, each is lines[-1], width, styles) for each in lines]
    if sale is not None and len(sale.lines) > height > 0:
        more = _("… {count} rader ovanför").format(count=len(sale.lines) - len(lines))
        rows.insert(0, line(" " + more, width, styles.muted))
    return tall(block(width, rows), height, styles.base)


def _row(each: Line, is_gone: bool, is_newest: bool, width: int, styles: Palette) -> Row:
    """Draw one line: quantity, name, amount."""
    style = styles.muted if is_gone or each.corrects or each.follows else styles.base
    if is_newest:
        style = styles.warning if each.corrects else styles.strong
    many, name = quantity(each.quantity_milli, each.unit), each.name
    if each.follows and not each.corrects:
        name = "+ " + name
    if len(many) > _QUANTITY:
        many, name = "", f"{many} {name}"
    price = " " + amount(each.amount_ore) + " "
    room = width - _QUANTITY - 2 - len(price)
    return (
        Segment(" " + fit(many, _QUANTITY, "right") + " ", style),
        Segment(fit(name, room), style),
        Segment(price, style),
    )
