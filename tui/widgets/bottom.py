"""The two lines at the bottom: what happened, and the keys that work now."""

from rich.cells import cell_len
from rich.segment import Segment

from tui.screens.page import Cap, Notice
from tui.widgets.block import Block, Row, block, fit, line, pressable
from tui.widgets.palette import Palette


def draw_bottom(notice: Notice | None, caps: list[Cap], width: int, styles: Palette) -> Block:
    """Draw the notice and the line of keys."""
    if notice is None:
        news = line("", width, styles.base)
    else:
        style = styles.error_line if notice.is_error else styles.notice_line
        news = line(" " + notice.text, width, style)
    return block(width, (news, _keys(caps, width, styles)))


def _keys(caps: list[Cap], width: int, styles: Palette) -> Row:
    """Draw as many whole caps as fit."""
    row: list[Segment] = []
    used = 0
    for cap in caps:
        key, word = f" {cap.label} ", f" {cap.word} "
        cells = cell_len(key) + cell_len(word)
        if used + cells > width + 1:
            break
        row.append(Segment(key, pressable(styles.key, cap.press)))
        row.append(
            Segment(
                fit(word, min(cell_len(word), width - used - cell_len(key))),
                pressable(styles.base, cap.press),
            )
        )
        used += min(cells, width - used)
    row.append(Segment(" " * (width - used), styles.base))
    return tuple(row)
