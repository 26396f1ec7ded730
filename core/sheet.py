"""A sheet of paper being filled: rows that never exceed the width, counted in cells.

Every layout writes through a Sheet, so no two papers disagree about wrapping, cutting, alignment
or what a character is wide. Outside text is cleaned here once more (reliability S4). It knows no
receipt and no printer.
"""

from collections.abc import Callable

from core.document import Cut, Document, Element, TextLine
from core.text import cell_count, clean, cut_cells

Translate = Callable[[str], str]
"""Gives the receipt's language for a Swedish text (gettext)."""

TEXT_MAX = 400
"""Characters of one outside text that a paper shows at most."""

DEMO_MARK = "ÖVNING \u2013 EJ KVITTO"
"""On every paper of a demo (house.md 14.8). Not translated and not configurable (sweden R21)."""


def wrap_cells(text: str, cells_max: int) -> list[str]:
    """Break `text` at spaces into rows of at most `cells_max` cells (2 and up).

    A word that is longer than a row is broken where the row ends. Gives at least one row.
    """
    assert cells_max >= 2
    rows: list[str] = []
    row = ""
    for word in text.split():
        joined = f"{row} {word}" if row else word
        if cell_count(joined) <= cells_max:
            row = joined
            continue
        if row:
            rows.append(row)
        row = word
        while cell_count(row) > cells_max:
            head = cut_cells(row, cells_max)
            rows.append(head)
            row = row[len(head) :]
    return [*rows, row] if row or not rows else rows


class Sheet:
    """Collects the elements of one paper of `width` cells, 16 and up."""

    def __init__(self, width: int) -> None:
        assert width >= 16
        self.width = width
        self._elements: list[Element] = []

    def text(self, text: str, *, is_bold: bool = False, indent: int = 0) -> None:
        """Write a text from the left, wrapped; an empty text writes nothing."""
        for row in self._wrapped(text, self.width - indent):
            self._elements.append(TextLine(" " * indent + row, is_bold=is_bold))

    def centred(self, text: str, *, is_bold: bool = False) -> None:
        """Write a text in the middle, wrapped; an empty text writes nothing."""
        for row in self._wrapped(text, self.width):
            self._elements.append(TextLine(row, is_bold=is_bold, is_centred=True))

    def marking(self, text: str) -> None:
        """Write a marking in double width and height, on two rows when it must be (sweden R21)."""
        half = self.width // 2
        head, dash, tail = text.partition(" \u2013 ")
        parts = (text,) if cell_count(text) <= half else (head + dash, tail)
        for row in (row for part in parts for row in self._wrapped(part, half)):
            self._elements.append(TextLine(row, is_bold=True, is_double=True, is_centred=True))

    def row(self, left: str, right: str, *, is_bold: bool = False, margin: int = 0) -> None:
        """Write `left` and, at the right edge less `margin`, `right`.

        A long left text wraps and keeps the right one on its last row; a right text that does not
        fit beside it gets rows of its own. Two blanks part it from a figure, because one blank
        parts thousands: a name that ends in `1` must not read as the head of a price.
        """
        width = self.width - margin
        rows = self._wrapped(left, width)
        for part in self._wrapped(right, width):
            space = width - cell_count(part)
            last = rows.pop() if rows and _has_room(rows[-1], space) else ""
            rows.append(last + " " * (space - cell_count(last)) + part)
        self._elements.extend(TextLine(row, is_bold=is_bold) for row in rows)

    def columns(self, left: str, middle: str, right: str, *, margin: int = 0) -> bool:
        """Write three columns, the last two to the right. Gives False when they do not fit."""
        width = self.width - margin
        middle_end = width - (width - 10) // 2
        right_room = width - middle_end - 1
        middle_room = middle_end - cell_count(left) - 1
        if cell_count(middle) > middle_room or cell_count(right) > right_room:
            return False
        head = left + " " * (middle_end - cell_count(left) - cell_count(middle)) + middle
        tail = " " * (right_room + 1 - cell_count(right)) + right
        self._elements.append(TextLine(head + tail))
        return True

    def verbatim(self, row: str) -> None:
        """Write a row whose spaces are meant; cut at the width."""
        self._elements.append(TextLine(cut_cells(row, self.width).rstrip()))

    def rule(self) -> None:
        """Draw a line across the paper."""
        self._elements.append(TextLine("-" * self.width))

    def blank(self) -> None:
        """Leave a row empty."""
        self._elements.append(TextLine(""))

    def document(self, *, opens_drawer: bool = False) -> Document:
        """Cut the paper and give it."""
        return Document((*self._elements, Cut()), self.width, opens_drawer)

    @staticmethod
    def _wrapped(text: str, cells_max: int) -> list[str]:
        cleaned = clean(text, TEXT_MAX)
        return wrap_cells(cleaned, cells_max) if cleaned else []


def _has_room(left: str, space: int) -> bool:
    """Say whether a right text may stand on the row of `left`, within `space` cells."""
    return cell_count(left) + (2 if left[-1:].isdigit() else 1) <= space
