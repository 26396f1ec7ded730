"""Outside text: one cleaning, used at every border in and again at each border out; and its width.

Drops C0, DEL, C1, bidi controls, zero-width and other characters without a picture, and lone
surrogates; caps stacks of marks, folds to NFC, and cuts (reliability S4, F57). What is left can be
drawn, printed and logged as plain text; it is still not markup, ESC/POS, CSV or XML: each border
out escapes for itself. The borders are listed in tests/house/test_text_borders.py.

Every character that is left has one width in cells on which screen, paper and printer agree.
"""

import unicodedata
from re import compile as compile_pattern
from typing import Final

_PLAIN = compile_pattern(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e"
    "\u2190-\u2328\u232b-\u23ff\u2460-\u25ff]*"
)
"""Nothing but characters that stay as they are, one cell each: nearly every text there is."""
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LINE_ENDS: Final = frozenset("\t\n\v\f\r\x85\u2028\u2029")
_UNSEEN: Final = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F), (0x115F, 0x11FF), (0x17B4, 0x17B5), (0x180B, 0x180F),
        (0x2800, 0x2800), (0x3164, 0x3164), (0xD7B0, 0xD7FB), (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0), (0x1F3FB, 0x1F3FF), (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)  # fmt: skip
"""Letters and marks that draw nothing of their own: fillers, selectors, tones, stray jamo."""
_FLAG_A, _FLAG_Z = 0x1F1E6, 0x1F1FF
"""Halves of flags: no two terminals agree on their width, so they become letters."""
_WIDE_SINCE: Final = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D376))
"""Two cells wide since Unicode 16, which Python's tables do not know yet."""
MARKS_MAX: Final = 3
"""Marks on one letter; a higher stack would be drawn over the rows around it."""
_FIRST_UNUSUAL: Final = "\u0300"
"""Below this every character is one cell wide and nothing combines."""


def clean(text: str, length_max: int) -> str:
    """Give `text` as one clean line of at most `length_max` characters."""
    return " ".join(visible(text[: 8 * length_max]).split())[:length_max].rstrip()


def visible(text: str) -> str:
    """Give what of `text` can be seen, on one line; any kind of blank becomes a space."""
    if _PLAIN.fullmatch(text):
        return text
    kept = "".join(map(_kept, text))
    return kept if kept.isascii() else _capped(unicodedata.normalize("NFC", kept))


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs" or character in _LINE_ENDS:
        return " "
    if character in _UNSEEN or category in _DROPPED_CATEGORIES:
        return ""
    if _FLAG_A <= ord(character) <= _FLAG_Z:
        return chr(ord(character) - _FLAG_A + ord("A"))
    return character


def _capped(text: str) -> str:
    """Drop marks that stand on nothing, and those above MARKS_MAX of one letter."""
    kept: list[str] = []
    count = MARKS_MAX
    for character in text:
        is_mark = character >= _FIRST_UNUSUAL and unicodedata.category(character)[0] == "M"
        count = count + 1 if is_mark else (MARKS_MAX if character == " " else 0)
        if count <= MARKS_MAX:
            kept.append(character)
    return "".join(kept)


def cell_width(character: str) -> int:
    """Say how many cells a character takes: wide ones two, marks none."""
    if character < _FIRST_UNUSUAL:
        return 1
    if unicodedata.category(character)[0] == "M":
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 2 if any(first <= ord(character) <= last for first, last in _WIDE_SINCE) else 1


def cell_count(text: str) -> int:
    """Count the cells that `text` takes."""
    if text.isascii() or max(text) < _FIRST_UNUSUAL:
        return len(text)
    return sum(map(cell_width, text))


def cut_cells(text: str, cells_max: int) -> str:
    """Keep the beginning of `text` that fits `cells_max` cells."""
    used = 0
    for index, character in enumerate(text):
        used += cell_width(character)
        if used > cells_max:
            return text[:index]
    return text


def centred(text: str, width: int) -> str:
    """Set `text` in the middle of `width` cells with blanks before it."""
    shown = ("x" * cell_count(text)).center(width)
    return " " * (len(shown) - len(shown.lstrip(" "))) + text


def fold(text: str) -> str:
    """Fold for searching: casefolded, accents dropped except on å, ä and ö (ecosystem 2.4)."""
    kept = []
    for character in unicodedata.normalize("NFC", text).casefold():
        if character in "åäö":
            kept.append(character)
        else:
            base = unicodedata.normalize("NFD", character)
            kept.append("".join(c for c in base if not unicodedata.combining(c)))
    return "".join(kept)
