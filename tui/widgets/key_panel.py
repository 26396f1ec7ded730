"""The quick-key panel, drawn as the letter rows of the keyboard.

Where the screen is wide enough the rows lie as on the keyboard, each key with its letter and two
lines; at 80 columns each row stands as a column, a key per line, which a person reads from a metre.
"""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from core.catalog import LETTER_ROWS, KeyKind, QuickKey
from core.layout_file import label_lines
from tui.widgets.block import Block, Row, above, beside, block, fit, line, pressable, tall
from tui.widgets.palette import Palette

ROW_KEYS = len(LETTER_ROWS[0])
KEYBOARD_WIDTH_MIN = ROW_KEYS * 10
KEYBOARD_HEIGHT = 3 * len(LETTER_ROWS)

Panel = Mapping[str, QuickKey]


def panel_of(keys: tuple[QuickKey, ...], page: int) -> Panel:
    """Give the keys of one page by their letter."""
    return {key.letter: key for key in keys if key.page == page}


def cut_label(label: str, cells: int) -> str:
    """Give a label as one line of at most these cells; a point says that it was cut."""
    text = joined_label(label)
    return text if cell_len(text) <= cells else fit(text, cells - 1).rstrip() + "."


def joined_label(label: str) -> str:
    """Give a label as one line; a word broken for two lines is whole again."""
    return label.replace("- ", "") if "- " in label else label


def draw_columns(panel: Panel, width: int, height: int, styles: Palette) -> Block:
    """Draw each letter row of the keyboard as a column, a key per line."""
    width_each = width // len(LETTER_ROWS)
    parts = []
    for number, letters in enumerate(LETTER_ROWS):
        cells = width_each + (width % len(LETTER_ROWS) if number == len(LETTER_ROWS) - 1 else 0)
        rows = [_column_key(letter, panel.get(letter), cells, styles) for letter in letters]
        parts.append(tall(block(cells, rows), height, styles.base))
    return beside(styles.base, *parts)


def _column_key(letter: str, key: QuickKey | None, cells: int, styles: Palette) -> Row:
    if key is None:
        return (Segment(fit(f" {letter}", cells), styles.frame),)
    cap = pressable(styles.caps.get(key.colour, styles.caps[""]), letter)
    text = pressable(_label_style(key, styles), letter)
    return (
        Segment(" ", styles.base),
        Segment(letter.upper(), cap),
        Segment(" " + fit(cut_label(key.label, cells - 3), cells - 3), text),
    )


def draw_keyboard(panel: Panel, width: int, styles: Palette) -> Block:
    """Draw the rows as they lie on the keyboard: three rows of keys, three lines each."""
    cells = min(14, width // ROW_KEYS)
    spare = width - cells * ROW_KEYS
    parts = []
    for number, letters in enumerate(LETTER_ROWS):
        shift = min(spare, 3) * number if spare >= 6 else 0
        keys = [_keyboard_key(letter, panel.get(letter), cells, styles) for letter in letters]
        left = block(shift, [line("", shift, styles.base)] * 3) if shift else None
        rest = width - shift - cells * len(letters)
        right = block(rest, [line("", rest, styles.base)] * 3)
        row = [*([left] if left else []), *keys, right]
        parts.append(beside(styles.base, *row))
    return above(*parts)


def _keyboard_key(letter: str, key: QuickKey | None, cells: int, styles: Palette) -> Block:
    if key is None:
        dead = line(f" {letter.upper()}", cells, styles.frame)
        return block(cells, (dead, *[line("", cells, styles.base)] * 2))
    cap = pressable(styles.caps.get(key.colour, styles.caps[""]), letter)
    text = pressable(_label_style(key, styles), letter)
    labels = (*label_lines(key.label), "", "")[:2]
    gap = Segment(" ", styles.base)
    rows: list[Row] = [(Segment(fit(f" {letter.upper()}", cells - 1), cap), gap)]
    rows += [(Segment(fit(label, cells - 1), text), gap) for label in labels]
    return block(cells, rows)


def _label_style(key: QuickKey, styles: Palette) -> Style:
    return styles.strong if key.kind is KeyKind.TENDER else styles.base
