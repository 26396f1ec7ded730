"""Looking at papers in tests: kept golden texts, rows, and the width that nothing may exceed."""

import os
from pathlib import Path

from core.document import Document, TextLine
from core.text import cell_count

GOLDEN = Path(__file__).parent / "unit" / "golden" / "receipts"
WIDTHS = (32, 42, 48)


def assert_golden(name: str, written: str) -> None:
    """Compare with the kept paper; BLIPP_WRITE_GOLDEN=1 writes it anew for looking at."""
    kept = GOLDEN / f"{name}.txt"
    if os.environ.get("BLIPP_WRITE_GOLDEN") == "1":
        kept.write_text(written, encoding="utf-8")
    assert written == kept.read_text(encoding="utf-8")


def rows_of(document: Document) -> list[TextLine]:
    """Give the rows without the cut."""
    return [element for element in document.elements if isinstance(element, TextLine)]


def assert_fits(document: Document) -> None:
    """Check every row against the width, double ones against half of it."""
    for row in rows_of(document):
        assert cell_count(row.text) <= document.width // (2 if row.is_double else 1), row
        assert all(character.isprintable() for character in row.text), row
