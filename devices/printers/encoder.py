"""Document -> ESC/POS bytes, through python-escpos as a byte encoder only.

Only this module makes ESC, GS, FS and DLE: text goes through a table of one code page that yields
bytes of 0x20 and above and nothing else (reliability S6). The code page is chosen once per paper,
after the initialising command, because a printer forgets it there (ecosystem 4.1). A character the
page lacks becomes plain ASCII of as many cells, so that columns stay aligned.

python-escpos is imported at the first use, off the event loop. Its import parses a capabilities
file for 150 ms, leaves a temporary folder behind at each start and calls `logging.basicConfig()`;
`_import_cleanly` gives it a tiny capabilities file of ours, removes what it leaves, and sees to it
that the root logger already has a handler.
"""

import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final
from unicodedata import category, normalize

from core.document import Cut, Document, TextLine
from core.text import cell_width, centred

PULSE: Final = b"\x1bp\x00\x32\x32"
"""[ESC][p][connector 0][100 ms on][100 ms off]: the drawer alone, without a paper."""
ASK_PAPER_IN_ORDER: Final = b"\x1dr\x01"
"""[GS][r][1]: answered only when everything sent before it has been worked off."""


def ask_now(number: int) -> bytes:
    """Ask [DLE][EOT][number 1-4]: answered at once, also while the printer is stopped."""
    assert 1 <= number <= 4
    return bytes((0x10, 0x04, number))


ASK_MAKER: Final = b"\x1dI\x42"
"""GS I 66: the maker's name, answered `_<name><NUL>` in order."""

CODE_PAGES: Final = {
    "cp437": (0, "CP437"),
    "cp850": (2, "CP850"),
    "cp865": (5, "CP865"),
    "cp1252": (16, "CP1252"),
    "cp858": (19, "CP858"),
    "iso8859-15": (40, "ISO_8859-15"),
}
"""Setting -> Epson's number of the page and python-escpos' name (ecosystem 4)."""

_SUBSTITUTES: Final = {
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u2018": "'", "\u2019": "'", "\u201a": ",", "\u201b": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"',
    "\u2022": "*", "\u2026": ".", "\u2039": "<", "\u203a": ">", "\u20ac": "E", "\u00d7": "x",
}  # fmt: skip

_FIRST_PRINTABLE = 0x20
_importing = Lock()


class _Substitutes(dict[int, str]):
    """What stands for each character, found when it first occurs; the form str.translate reads."""

    def __init__(self, find: Callable[[str], str]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, code: int) -> str:
        found = self[code] = self._find(chr(code))
        return found


class EscposEncoder:
    """Turns documents into bytes for one code page. Used by one thread."""

    def __init__(self, code_page: str = "cp858") -> None:
        """Choose a page of CODE_PAGES. Raises ValueError for another."""
        if code_page.lower() not in CODE_PAGES:
            raise ValueError(f"code page {code_page!r} is none of {', '.join(CODE_PAGES)}")
        self._codec = code_page.lower()
        self._name = CODE_PAGES[self._codec][1]
        self._dummy: Any = None
        self._table = _Substitutes(self._find)

    def encode(self, document: Document) -> bytes:
        """Give all bytes of one paper: initialise, page, rows, drawer pulse, cut.

        The first one imports python-escpos, which writes temporary files. Raises OSError when it
        cannot; the next call tries again.
        """
        if self._dummy is None:
            self._dummy = _import_dummy()()
        printer = self._dummy
        printer.clear()
        printer.hw("INIT")
        printer.magic.encoding = None  # Else the page is not sent again after INIT.
        printer.charcode(self._name)
        pulse_at = _pulse_position(document)
        for index, element in enumerate(document.elements):
            if index == pulse_at:
                printer.cashdraw(2)
            if isinstance(element, Cut):
                printer.cut()
            else:
                self._write(printer, element, document.width)
        if pulse_at == len(document.elements):
            printer.cashdraw(2)
        encoded: bytes = printer.output
        printer.clear()
        return encoded

    def printable(self, text: str) -> str:
        """Give `text` as characters of the code page only, each cell kept; no control passes."""
        return text.translate(self._table)

    def lost(self, text: str) -> str:
        """Give the characters of `text` that come out as a question mark, each once."""
        return "".join(
            dict.fromkeys(one for one in text if one != "?" and "?" in self._table[ord(one)])
        )

    def _write(self, printer: Any, line: TextLine, width: int) -> None:
        text = self.printable(line.text)
        if line.is_centred:
            # Padded in normal size, exactly as Document.as_text does, whatever the paper's width.
            shown = " ".join(text) if line.is_double else text
            self._put(printer, centred(shown, width).removesuffix(shown))
        if line.is_double:
            printer.set(custom_size=True, width=2, height=2)
        if line.is_bold:
            printer.set(bold=True)
        self._put(printer, text)
        if line.is_bold:
            printer.set(bold=False)
        if line.is_double:
            printer.set(custom_size=True, width=1, height=1)
        self._put(printer, "\n")

    def _put(self, printer: Any, text: str) -> None:
        """Put text of the code page as it is: the library would look for a page per character."""
        printer._raw(text.encode(self._codec))

    def _find(self, character: str) -> str:
        kind = category(character)
        if kind[0] in "CM" or kind in ("Zl", "Zp"):
            return ""  # Controls, marks without a cell, line separators.
        if kind == "Zs":
            return " "
        if self._has(character):
            return character
        if character in _SUBSTITUTES:
            return _SUBSTITUTES[character]
        if cell_width(character) == 2:
            return "??"
        base = normalize("NFKD", character)[0]
        return base if base.isascii() and base.isprintable() else "?"

    def _has(self, character: str) -> bool:
        try:
            page_byte = character.encode(self._codec)
        except UnicodeEncodeError:
            return False
        return len(page_byte) == 1 and page_byte[0] >= _FIRST_PRINTABLE


def _pulse_position(document: Document) -> int:
    """Say before which element the drawer opens: after the text, before the closing cut."""
    if not document.opens_drawer:
        return -1
    is_cut_last = bool(document.elements) and isinstance(document.elements[-1], Cut)
    return len(document.elements) - (1 if is_cut_last else 0)


def _capabilities() -> dict[str, object]:
    features = {"paperFullCut": True, "paperPartCut": True}
    pages = {str(slot): name for slot, name in CODE_PAGES.values()}
    default = {
        "name": "Default",
        "codePages": pages,
        "features": features,
        "fonts": {"0": {"columns": 42, "name": "Font A"}},
        "media": {"width": {"pixels": "Unknown"}},
    }
    encodings = {
        name: {"name": name, "python_encode": codec} for codec, (_slot, name) in CODE_PAGES.items()
    }
    return {"profiles": {"default": default}, "encodings": encodings}


def _import_dummy() -> Any:
    """Give python-escpos' Dummy printer class, imported without its side effects."""
    with _importing:
        if "escpos.capabilities" not in sys.modules:
            _import_cleanly()
        from escpos.printer import Dummy  # 100 ms, so only here.
    return Dummy


def _import_cleanly() -> None:
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())
    names = ("ESCPOS_CAPABILITIES_FILE", "ESCPOS_CAPABILITIES_PICKLE_DIR")
    before = {name: os.environ.pop(name, None) for name in names}
    with TemporaryDirectory(prefix="blipp-") as folder:
        written = Path(folder) / "capabilities.json"
        written.write_text(json.dumps(_capabilities()), encoding="ascii")
        os.environ[names[0]] = str(written)
        make = tempfile.mkdtemp

        def make_here(*given: Any, **named: Any) -> str:
            return str(make(*given, **named)) if given or named else folder

        # The library asks for a folder, bare, and forgets it; a thread of ours names what it asks.
        tempfile.mkdtemp = make_here  # type: ignore[assignment]  # put back below
        try:
            import_module("escpos.capabilities")
        finally:
            tempfile.mkdtemp = make
            del os.environ[names[0]]
            os.environ.update({name: value for name, value in before.items() if value is not None})
