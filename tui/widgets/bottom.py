"""The lines at the bottom: what happened, and the keys that work now."""

from rich.cells import cell_len
from rich.segment import Segment

from tui.screens.page import Cap, Notice
from tui.widgets.block import (
    Block,
    Row,
    above,
    block,
    filled,
    fit,
    inset,
    line,
    pressable,
    wrapped,
)
from tui.widgets.palette import Palette


def draw_bottom(
    notice: Notice | None, caps: list[Cap], width: int, styles: Palette, instead: str = ""
) -> Block:
    """Draw the notice, whole, and the line of keys, or words `instead` while no key works."""
    if notice is None:
        news = filled(width, 1, styles.base)
    else:
        style = styles.error_line if notice.is_error else styles.notice_line
        news = inset(wrapped(notice.text, width - 2, style), 1, style)
    keys = line(" " + instead, width, styles.muted) if instead else key_row(caps, width, styles)
    return above(news, block(width, (keys,)))


def key_row(caps: list[Cap], width: int, styles: Palette) -> Row:
    """Draw every cap; where room is short the last ones, which matter least, lose their words."""
    worded = len(caps)
    while worded and _cells(caps, worded) > width:
        worded -= 1
    row: list[Segment] = []
    used = 0
    for number, cap in enumerate(caps):
        key, word = f" {cap.label} ", f" {cap.word} " if number < worded else " "
        if used + cell_len(key) > width:
            break
        word = fit(word, min(cell_len(word), width - used - cell_len(key)))
        row.append(Segment(key, pressable(styles.key, cap.press)))
        row.append(Segment(word, pressable(styles.base, cap.press)))
        used += cell_len(key) + cell_len(word)
    row.append(Segment(" " * (width - used), styles.base))
    return tuple(row)


def _cells(caps: list[Cap], worded: int) -> int:
    """Count the cells of all caps when the first `worded` have their words; no blank at the end."""
    words = sum(cell_len(cap.word) + 1 for cap in caps[:worded])
    return sum(cell_len(cap.label) + 3 for cap in caps) + words - 1
