"""A calm framed sheet in the middle of the screen: questions, amounts, lists of choices."""

from collections.abc import Iterable, Sequence

from rich.segment import Segment

from tui.widgets.block import (
    Block,
    Row,
    above,
    beside,
    block,
    filled,
    fit,
    framed,
    inset,
    line,
    pressable,
    spread,
    tall,
    wrapped,
)
from tui.widgets.palette import Palette

WIDTH_MAX = 62
_PRESSED = {"Esc": "escape"}
"""Keys that are written otherwise than they are named."""


def inner_width(width: int) -> int:
    """Give the cells that a sheet has for its text."""
    return max(10, min(width, WIDTH_MAX + 4) - 6)


def sheet(title: str, parts: Sequence[Block], width: int, height: int, styles: Palette) -> Block:
    """Frame parts of `inner_width` and set them in the middle of the page."""
    frames = [inset(part, 2, styles.base) for part in parts]
    card = framed(frames, title, styles.frame, styles.accent)
    top = max(0, (height - len(card.rows)) // 3)
    left = max(0, (width - card.width) // 2)
    rows = filled(card.width, top, styles.base).rows + card.rows
    middle = tall(Block(card.width, rows), height, styles.base)
    sides = (
        filled(left, height, styles.base),
        filled(width - left - card.width, height, styles.base),
    )
    return beside(styles.base, sides[0], middle, sides[1])


def gap(width: int, styles: Palette) -> Block:
    """Give an empty row."""
    return filled(width, 1, styles.base)


def pairs(rows: Iterable[tuple[str, str]], width: int, styles: Palette) -> Block:
    """Draw names with amounts at the right."""
    return block(width, (spread(*row, width, styles.base, styles.strong) for row in rows))


def choices(rows: Sequence[tuple[str, str]], width: int, styles: Palette) -> Block:
    """Draw keys with what they do, the words beneath one another; a click on one presses it."""
    cells = max(len(key) for key, _text in rows)
    return above(*(_choice(key, text, cells, width, styles) for key, text in rows))


def _choice(key: str, text: str, cells: int, width: int, styles: Palette) -> Block:
    """Draw one key with what it does, in as many rows as the words need."""
    press = _PRESSED.get(key, key.lower())
    style = pressable(styles.base, press)
    words = wrapped(text, width - cells - 4, style).rows
    cap, rest = Segment(f" {key} ", pressable(styles.key, press)), " " * (cells - len(key) + 2)
    first: Row = (cap, Segment(rest, style), *words[0])
    more = ((Segment(" " * (cells + 4), styles.base), *row) for row in words[1:])
    return block(width, (first, *more))


def choice(key: str, text: str, width: int, styles: Palette, *, is_chosen: bool = False) -> Row:
    """Draw one key of a list with what it does; the chosen row is marked as a whole."""
    cap = f" {key} "
    style = pressable(styles.chosen if is_chosen else styles.base, key.lower())
    words = Segment(" " + fit(text, width - len(cap) - 1), style)
    return (Segment(cap, pressable(styles.key, key.lower())), words)


def field(text: str, width: int, styles: Palette, unit: str = "") -> Block:
    """Draw an entry field with what is typed, right beside a mark that shows where."""
    body = f"{text}_"
    return block(width, (line(f"> {body} {unit}".rstrip(), width, styles.entry),))
