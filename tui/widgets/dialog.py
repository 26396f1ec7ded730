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


def choices(rows: Iterable[tuple[str, str]], width: int, styles: Palette) -> Block:
    """Draw keys with what they do; a click on one presses it."""
    return above(*(wrapped_choice(key, text, width, styles) for key, text in rows))


def wrapped_choice(key: str, text: str, width: int, styles: Palette) -> Block:
    """Draw one key with what it does, in as many rows as the words need."""
    style = pressable(styles.base, key.lower())
    cap = Segment(f" {key} ", pressable(styles.key, key.lower()))
    cells = len(key) + 2
    words = wrapped(text, width - cells - 1, style).rows
    blank, gap_ = Segment(" " * cells, styles.base), Segment(" ", style)
    heads = (cap, *[blank] * (len(words) - 1))
    return block(width, ((head, gap_, *row) for head, row in zip(heads, words, strict=True)))


def choice(key: str, text: str, width: int, styles: Palette, press: str = "") -> Row:
    """Draw one key with what it does."""
    cap = f" {key} "
    style = pressable(styles.base, press or key.lower())
    return (
        Segment(cap, pressable(styles.key, press or key.lower())),
        Segment(" " + fit(text, width - len(cap) - 1), style),
    )


def field(text: str, width: int, styles: Palette, unit: str = "") -> Block:
    """Draw an entry field with what is typed, right beside a mark that shows where."""
    body = f"{text}_"
    return block(width, (line(f"> {body} {unit}".rstrip(), width, styles.entry),))
