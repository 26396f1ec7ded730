"""The first picture: the register before the till's own modules are loaded.

It is drawn from nothing but text, so that the screen stands and digits show in the time that
Textual itself needs (ecosystem 2.1); the register page takes its place without a row moving.
"""

from tui.i18n import _
from tui.widgets.block import Block, above, block, filled, framed, line, pieces, spread, tall
from tui.widgets.palette import Palette

LEFT_MIN = 37


def receipt_width(width: int, has_keyboard: bool, paper_width: int = 0) -> int:
    """Give the width of the receipt: beside a keyboard of true rows, or beside the panel."""
    if has_keyboard:
        return width * 3 // 5
    wanted = max(LEFT_MIN, paper_width + 2 if paper_width else 0, min(60, width * 9 // 20))
    return min(wanted, width - 24)


def draw_total(name: str, figures: str, width: int, styles: Palette) -> Block:
    """Draw the total in rows of its own."""
    empty = line("", width, styles.base)
    row = spread(f" {name}", f"{figures} ", width, styles.total, styles.total)
    return block(width, (empty, row, empty))


def draw_first(typed: str, clock: str, width: int, height: int, styles: Palette) -> Block:
    """Draw the register with what was typed so far."""
    left = receipt_width(width, has_keyboard=False)
    inner = left - 2
    right = f" {clock} "
    top = pieces(
        width,
        styles.bar,
        (" Blipp", styles.bar_strong),
        (" " * (width - 6 - len(right)), styles.bar),
        (right, styles.bar_strong),
    )
    starting = line(" " + _("Kassan startar …"), width, styles.muted)
    total = draw_total(_("TOTALT"), "0 , 0 0", inner, styles)
    entry = block(inner, (line(f" > {typed}_", inner, styles.entry),))
    window = filled(inner, height - 4 - len(total.rows) - 5, styles.base)
    card = framed([window, total, entry], _("Nytt köp"), styles.frame, styles.accent)
    rows = [(*row, *line("", width - left, styles.base)) for row in card.rows]
    return tall(above(block(width, (top, starting)), block(width, rows)), height, styles.base)
