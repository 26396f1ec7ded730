"""The cleaning of outside text, held against its rule for every character there is."""

import sys
import unicodedata
from collections.abc import Sequence

import pytest
from rich.cells import cell_len

from core.document import Cut, Document, TextLine
from core.sheet import Sheet
from core.text import MARKS_MAX, cell_count, cell_width, clean, visible
from devices.printers.encoder import EscposEncoder

ALL = range(sys.maxunicode + 1)
ALIKE = ((0x3400, 0xD7A3), (0x17000, 0x1AFFF), (0x1B200, 0x1BBFF), (0x20000, sys.maxunicode))
"""Blocks whose characters are all alike: each 97th stands for them, except at night."""
SOME = [
    code for code in ALL if code % 97 == 0 or not any(first < code < last for first, last in ALIKE)
]
EACH = pytest.mark.parametrize("codes", [SOME, pytest.param(ALL, marks=pytest.mark.night)])
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@EACH
def test_every_character_there_is_stays_or_goes_by_the_rule(codes: Sequence[int]) -> None:
    for character in map(chr, codes):
        kept = clean(f"1{character}2", 9)
        assert (kept[0], kept[-1]) == ("1", "2"), hex(ord(character))
        assert kept.isprintable(), hex(ord(character))
        assert not FORBIDDEN & {unicodedata.category(one) for one in kept}, hex(ord(character))


@EACH
def test_screen_paper_and_printer_agree_on_the_width_of_every_character_that_stays(
    codes: Sequence[int],
) -> None:
    encoder = EscposEncoder()
    for character in map(chr, codes):
        kept = visible("a" + character)
        cells = cell_count(kept)
        assert len(encoder.printable(kept)) == cells, hex(ord(character))
        assert cell_len(kept) == cells, hex(ord(character))


def test_cleaning_twice_changes_nothing_more() -> None:
    texts = [
        "a" * 59 + "  b",
        "e\u200d\u0301 x",
        "\u0958\u09dc",
        "\u1100\u1161",
        "a" + "\u0301" * 40 + "\u0323" * 9,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd",
    ]
    for text in texts:
        for length_max in (1, 2, 5, 60):
            once = clean(text, length_max)
            assert clean(once, length_max) == once
            assert visible(once) == once


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[@click=app.quit]Bulle[/] \x1b]52;c;aGVq\x07", "[@click=app.quit]Bulle[/] ]52;c;aGVq"),
        ("\x9b31mRöd", "31mRöd"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("Kaffe\n2026-11-28 ERROR APPROVED", "Kaffe 2026-11-28 ERROR APPROVED"),
        ("\ud800Te\udfff", "Te"),
        ("\u3164\u200b\u2800\ufe0f\u0301", ""),
        ("cafe\u0301", "caf\u00e9"),
        ("\U0001f1ee\U0001f1f9 Espresso", "IT Espresso"),
        ("\u2603\ufe0f", "\u2603"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("a" + "\u0338" * 50, "a" + "\u0338" * MARKS_MAX),
        (" \u0301x", "x"),
    ],
)
def test_what_is_left_of_a_hostile_text(text: str, kept: str) -> None:
    assert clean(text, 60) == kept


def test_a_mark_without_a_cell_of_its_own_moves_no_amount_on_paper() -> None:
    sheet = Sheet(32)
    sheet.row("\u0915\u0903\u0902\u20dd te", "24,90")
    sheet.row("te", "24,90")
    document = sheet.document()
    encoder = EscposEncoder()
    ends = {
        len(encoder.printable(row.text)) for row in document.elements if isinstance(row, TextLine)
    }
    assert ends == {32}


def test_a_centred_text_in_wide_letters_stands_in_the_middle_of_its_cells() -> None:
    paper = Document((TextLine("\u65e5\u672c\u8a9e", is_centred=True), Cut()), 32)
    assert paper.as_text() == " " * 13 + "\u65e5\u672c\u8a9e\n"
    assert cell_width("\u65e5") == 2
