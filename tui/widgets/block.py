"""Pictures in characters: rectangles of styled text that are set beside and above one another.

Every row of a Block has exactly its width in cells, whatever was put in, so that a name in wide
letters never moves a frame. Outside text is cleaned here and becomes plain text: nothing is ever
read as markup, and no control character reaches the terminal (reliability M5, M6, S4).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from core.frozen import frozen
from core.text import visible

TEXT_MAX: Final = 400
"""More characters than any row has cells."""
Row = tuple[Segment, ...]


@frozen
class Block:
    """A rectangle of text."""

    width: int
    rows: tuple[Row, ...]


def shown(text: str) -> str:
    """Give what of a text can be seen: the border to the terminal."""
    return visible(text[:TEXT_MAX])


@lru_cache(maxsize=4096)
def fit(text: str, width: int, align: str = "left") -> str:
    """Give clean text of exactly `width` cells: cut or padded; align left, right or centre."""
    if width <= 0:
        return ""
    text = shown(text)
    room = width - cell_len(text)
    if room > 0 and align == "right":
        return " " * room + text
    if room > 0 and align == "centre":
        return set_cell_size(" " * (room // 2) + text, width)
    return set_cell_size(text, width)


@lru_cache(maxsize=4096)
def shortened(text: str, width: int) -> str:
    """Give clean text of exactly `width` cells as `fit` does; where it is cut, it ends in `…`."""
    if width <= 0 or cell_len(shown(text)) <= width:
        return fit(text, width)
    return fit(fit(text, width - 1).rstrip() + "…", width)


def cut(text: str, width: int) -> str:
    """Give clean text of at most `width` cells; a mark says that there was more."""
    text = shown(text)
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


@lru_cache(maxsize=512)
def pressable(style: Style, key: str) -> Style:
    """Give a style that makes what it draws a button: a click on it is a press of `key`."""
    return style + Style(meta={"key": key})


def pieces(width: int, style: Style, *parts: tuple[str, Style]) -> Row:
    """Make a row of parts as wide as they are, cut or padded with `style` to the width."""
    row, left = [], width
    for part, part_style in parts:
        if left <= 0:
            break
        text = shown(part)
        room = min(left, cell_len(text))
        row.append(Segment(set_cell_size(text, room), part_style))
        left -= room
    if left > 0:
        row.append(Segment(" " * left, style))
    return tuple(row)


def line(text: str, width: int, style: Style, align: str = "left") -> Row:
    """Make a row of one text."""
    return (Segment(fit(text, width, align), style),)


def spread(left: str, right: str, width: int, left_style: Style, right_style: Style) -> Row:
    """Make a row with one text at each end; the right one is never cut for the left one."""
    right_cells = min(width, cell_len(shown(right)))
    room = max(0, width - right_cells - 1)
    gap = width - room - right_cells
    return (
        Segment(fit(left, room), left_style),
        Segment(" " * gap, left_style),
        Segment(fit(right, right_cells), right_style),
    )


def filled(width: int, height: int, style: Style) -> Block:
    """Make an empty rectangle."""
    return Block(width, (line("", width, style),) * max(0, height))


def block(width: int, rows: Iterable[Row]) -> Block:
    """Make a rectangle of rows that have its width."""
    return Block(width, tuple(rows))


def tall(part: Block, height: int, style: Style, at_bottom: bool = False) -> Block:
    """Cut or fill a rectangle to a height; `at_bottom` keeps its last rows at the lower edge."""
    missing = height - len(part.rows)
    if missing <= 0:
        rows = part.rows[-height:] if at_bottom and height else part.rows[: max(0, height)]
        return Block(part.width, rows)
    empty = filled(part.width, missing, style).rows
    return Block(part.width, empty + part.rows if at_bottom else part.rows + empty)


def above(*parts: Block) -> Block:
    """Set rectangles of one width above one another."""
    return Block(parts[0].width, tuple(row for part in parts for row in part.rows))


def beside(style: Style, *parts: Block) -> Block:
    """Set rectangles beside one another; shorter ones are filled with `style`."""
    empty = [line("", part.width, style) for part in parts]
    rows = (
        tuple(
            segment
            for row, blank in zip(each, empty, strict=True)
            for segment in (blank if row is None else row)
        )
        for each in zip_longest(*(part.rows for part in parts))
    )
    return Block(sum(part.width for part in parts), tuple(rows))


def framed(parts: Sequence[Block], title: str, style: Style, title_style: Style) -> Block:
    """Draw a frame of plain lines around rectangles of one width, a line between each two."""
    width = parts[0].width
    name = f" {fit(title, min(width - 4, cell_len(title)))} " if title and width > 6 else ""
    rows: list[Row] = [
        pieces(
            width + 2,
            style,
            ("┌─" if name else "┌", style),
            (name, title_style),
            ("─" * (width - cell_len(name) - (1 if name else 0)) + "┐", style),
        )
    ]
    edge = Segment("│", style)
    for number, part in enumerate(parts):
        if number:
            rows.append((Segment("├" + "─" * width + "┤", style),))
        rows += [(edge, *row, edge) for row in part.rows]
    rows.append((Segment("└" + "─" * width + "┘", style),))
    return Block(width + 2, tuple(rows))


def inset(part: Block, margin: int, style: Style) -> Block:
    """Put a margin of blanks on both sides of a rectangle."""
    edge = Segment(" " * margin, style)
    rows = tuple((edge, *row, edge) for row in part.rows)
    return Block(part.width + 2 * margin, rows)


def wrapped(text: str, width: int, style: Style) -> Block:
    """Break a cleaned text at its blanks into rows of the width."""
    rows: list[str] = []
    for word in shown(text).split():
        while cell_len(word) > width:
            head = set_cell_size(word, max(2, width)).rstrip()
            rows.append(head)
            word = word[max(1, len(head)) :]
        if rows and cell_len(rows[-1]) + 1 + cell_len(word) <= width:
            rows[-1] += " " + word
        else:
            rows.append(word)
    return block(width, (line(row, width, style) for row in rows or [""]))
