"""A paper as neutral elements for a width in characters; knows no printer.

Layout functions make these, printers and screens show them. Text is clean already: no control
characters reach an element (reliability S4).
"""

from core.frozen import frozen
from core.text import centred


@frozen
class TextLine:
    """One row. `is_double` is double width and height, so it holds half as many characters."""

    text: str
    is_bold: bool = False
    is_double: bool = False
    is_centred: bool = False


@frozen
class Cut:
    """Feed and cut the paper."""


Element = TextLine | Cut


@frozen
class Document:
    """One paper. `opens_drawer` pulses the drawer after the text (sweden R35)."""

    elements: tuple[Element, ...]
    width: int
    """Characters per line."""
    opens_drawer: bool = False

    def as_text(self) -> str:
        """Write the paper as plain lines; double rows are spaced out to their width."""
        rows = []
        for element in self.elements:
            if isinstance(element, Cut):
                continue
            text = " ".join(element.text) if element.is_double else element.text
            rows.append((centred(text, self.width) if element.is_centred else text).rstrip())
        return "\n".join(rows) + "\n"
