"""The receipt so far: the newest lines in a fixed window, corrections visible."""

from core.sale import Line, Sale
from tui.i18n import _
from tui.texts import amount, quantity
from tui.widgets.block import Block, Row, block, fit, line, pieces, tall
from tui.widgets.palette import Palette

_QUANTITY, _AMOUNT = 6, 12


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
    many = quantity(each.quantity_milli, each.unit)
    name_cells = width - _QUANTITY - _AMOUNT - 2
    if len(many) > _QUANTITY - 1:
        name = f"{many} {each.name}"
        return pieces(
            width,
            style,
            (" " + fit(name, name_cells + _QUANTITY), style),
            (fit(amount(each.amount_ore), _AMOUNT, "right") + " ", style),
        )
    name = "  + " + each.name if each.follows and not each.corrects else each.name
    return pieces(
        width,
        style,
        (" " + fit(many, _QUANTITY - 2, "right") + "  ", style),
        (fit(name, name_cells), style),
        (fit(amount(each.amount_ore), _AMOUNT, "right") + " ", style),
    )
