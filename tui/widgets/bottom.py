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

_BESIDE = range(40, 60)
"""Widths beside the simulated terminal: the line of keys may be two rows."""


def draw_bottom(
    notice: Notice | None, caps: list[Cap], width: int, styles: Palette, instead: str = ""
) -> Block:
    """Draw the notice, whole, and the line of keys, or words `instead` while no key works."""
    if notice is None:
        news = filled(width, 1, styles.base)
    else:
        style = styles.error_line if notice.is_error else styles.notice_line
        news = inset(wrapped(notice.text, width - 2, style), 1, style)
    if instead:
        return above(news, block(width, (line(" " + instead, width, styles.muted),)))
    return above(news, block(width, key_rows(caps, width, styles)))


def key_rows(caps: list[Cap], width: int, styles: Palette) -> tuple[Row, ...]:
    """Draw every cap with its word; beside the simulated terminal that may take a second row."""
    count = len(caps)
    while count and _cells(caps[:count], count) > width:
        count -= 1
    if width not in _BESIDE or count == len(caps):
        return (key_row(caps, width, styles),)
    return key_row(caps[:count], width, styles), key_row(caps[count:], width, styles)


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
