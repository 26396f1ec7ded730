"""ESC/POS bytes -> what a printer does with them, command by command.

The second opinion on our encoder, written without it: it tracks code page, size, weight and
alignment, and tells rows, cuts, drawer pulses and questions apart (ecosystem 4.2). A command it
does not know, a wrong argument or a control byte in text is told as `Refused`, never skipped
silently. It does no I/O. Immediate commands (DLE) are the caller's: a printer obeys them before
everything that stands in its buffer.
"""

from dataclasses import dataclass, field
from re import compile as compile_pattern
from typing import Final

from core.frozen import frozen

_CONTROL = compile_pattern(rb"[\x00-\x1f\x7f]")
_ESC, _FS, _GS = 0x1B, 0x1C, 0x1D
_LF, _CR, _HT = 0x0A, 0x0D, 0x09
_TAB_CELLS = 8
_CODECS: Final = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    40: "iso8859-15",
}
"""Epson's numbers of the code pages (ESC t)."""

_ARGUMENTS = {
    (_ESC, c): n
    for letters, n in (("@2", 0), ("!-EGMadJt{3 RV", 1), ("c", 2), ("p", 3))
    for c in letters.encode()
} | {(_GS, c): n for letters, n in (("!BHbfhwrI", 1), ("LWP", 2)) for c in letters.encode()}
_ARGUMENTS |= {(_FS, ord(".")): 0, (_FS, ord("&")): 0}
"""Commands of fixed length: number of bytes behind the two that name them."""

_HARMLESS = {(_ESC, c) for c in b"-GJ23 RV{cM"} | {(_GS, c) for c in b"BHbfhwLWP"}
_HARMLESS |= {(_FS, c) for c in b".&"}
"""Known and without effect on the text of a row."""

_ANSWERED: Final = frozenset({"\x1dr", "\x1dI"})
_PICTURES: Final = {"\x1dk": "barcode", "\x1d(": "code", "\x1dv": "picture", "\x1b*": "picture"}
_PLAIN_CUTS: Final = (0, 1, 48, 49)
_FEEDING_CUTS: Final = (65, 66)


@frozen
class Row:
    """One printed row; wide characters are spaced out to their cells."""

    text: str
    is_bold: bool = False
    is_double: bool = False


@frozen
class Fed:
    """Empty paper of `rows` rows."""

    rows: int


@frozen
class WasCut:
    """The paper was cut."""


@frozen
class Pulsed:
    """The drawer got a pulse on `connector` 0 or 1."""

    connector: int


@frozen
class Asked:
    """A question that is answered in its turn: GS `command` `number`."""

    command: str
    number: int


@frozen
class Refused:
    """Something that this printer does not understand; `words` name the bytes."""

    words: str


Happening = Row | Fed | WasCut | Pulsed | Asked | Refused


@dataclass
class _Style:
    """What ESC @ resets."""

    codec: str = "cp437"
    width: int = 1
    height: int = 1
    is_bold: bool = False
    align: int = 0
    cells: list[str] = field(default_factory=list)
    has_bold: bool = False
    has_double: bool = False


class EscposDecoder:
    """One printer's interpreter. Used by one thread."""

    def __init__(self, columns: int = 48) -> None:
        self._columns = columns
        self._pending = bytearray()
        self._style = _Style()
        self._happened: list[Happening] = []

    def reset(self) -> None:
        """Forget everything, as a power cut does."""
        self._pending.clear()
        self._style = _Style()

    def feed(self, came: bytes) -> list[Happening]:
        """Work off `came`; an unfinished command waits for its rest."""
        self._happened = []
        self._pending += came
        position = 0
        while position < len(self._pending):
            used = self._step(position)
            if used == 0:
                break
            position += used
        del self._pending[:position]
        return self._happened

    def _step(self, at: int) -> int:
        """Work off what begins at `at`; give its length, 0 when more bytes are needed."""
        first = self._pending[at]
        if first in (_ESC, _FS, _GS):
            return self._command(at)
        if first >= 0x20 and first != 0x7F:
            return self._put_run(at)
        if first == _LF:
            self._end_row()
        elif first == _HT:
            used = len(self._style.cells)
            self._style.cells += " " * (_TAB_CELLS - used % _TAB_CELLS)
        elif first != _CR:
            self._refuse(bytes((first,)))
        return 1

    def _command(self, at: int) -> int:
        if len(self._pending) < at + 2:
            return 0
        name = (self._pending[at], self._pending[at + 1])
        length = _length(name, self._pending[at:])
        if length < 0:
            self._refuse(bytes(name))
            return 2
        if length == 0 or len(self._pending) < at + length:
            return 0
        self._obey(name, bytes(self._pending[at + 2 : at + length]))
        return length

    def _obey(self, name: tuple[int, int], arguments: bytes) -> None:
        style = self._style
        command = chr(name[0]) + chr(name[1])
        if command in _ANSWERED:
            self._happened.append(Asked(chr(name[1]), arguments[0]))
        elif command == "\x1b@":
            self._style = _Style()
        elif command == "\x1bt":
            self._choose_page(arguments[0])
        elif command == "\x1bE":
            style.is_bold = bool(arguments[0] & 1)
        elif command == "\x1b!":
            mode = arguments[0]
            style.is_bold = bool(mode & 0x08)
            style.height, style.width = 1 + bool(mode & 0x10), 1 + bool(mode & 0x20)
        elif command == "\x1d!":
            style.width, style.height = 1 + (arguments[0] >> 4 & 7), 1 + (arguments[0] & 7)
        elif command == "\x1ba":
            self._align(arguments[0])
        elif command == "\x1bd":
            if style.cells:
                self._end_row()
            self._happened.append(Fed(arguments[0]))
        elif command == "\x1bp":
            self._pulse(arguments[0])
        elif command == "\x1dV":
            self._cut(arguments)
        elif command in _PICTURES:
            self._happened.append(Row("[" + _PICTURES[command] + "]"))
        elif name not in _HARMLESS:
            self._refuse(bytes(name) + arguments[:8])

    def _put_run(self, at: int) -> int:
        """Put the plain text that begins at `at`, normal text as one piece; give its length."""
        found = _CONTROL.search(self._pending, at)
        end = found.start() if found else len(self._pending)
        run = bytes(self._pending[at:end])
        style = self._style
        if style.width == 1 and len(style.cells) + len(run) <= self._columns:
            style.cells += run.decode(style.codec, errors="replace")
            style.has_bold = style.has_bold or style.is_bold
        else:
            for page_byte in run:
                self._put(page_byte)
        return len(run)

    def _put(self, page_byte: int) -> None:
        style = self._style
        if len(style.cells) + style.width > self._columns:
            self._end_row()
        character = bytes((page_byte,)).decode(style.codec, errors="replace")
        style.cells += [character, *" " * (style.width - 1)]
        style.has_bold = style.has_bold or style.is_bold
        style.has_double = style.has_double or (style.width > 1 and style.height > 1)

    def _end_row(self) -> None:
        style = self._style
        text = "".join(style.cells).rstrip()
        if style.align == 1:
            text = text.center(self._columns).rstrip()
        elif style.align == 2:
            text = text.rjust(self._columns)
        self._happened.append(Row(text, style.has_bold, style.has_double))
        style.cells = []
        style.has_bold = style.has_double = False

    def _choose_page(self, slot: int) -> None:
        if slot in _CODECS:
            self._style.codec = _CODECS[slot]
        else:
            self._refuse(bytes((_ESC, ord("t"), slot)))

    def _align(self, side: int) -> None:
        if side in (0, 1, 2, 48, 49, 50):
            self._style.align = side % 48
        else:
            self._refuse(bytes((_ESC, ord("a"), side)))

    def _pulse(self, connector: int) -> None:
        if connector in (0, 1, 48, 49):
            self._happened.append(Pulsed(connector % 48))
        else:
            self._refuse(bytes((_ESC, ord("p"), connector)))

    def _cut(self, arguments: bytes) -> None:
        if arguments[0] not in (*_PLAIN_CUTS, *_FEEDING_CUTS):
            self._refuse(bytes((_GS, ord("V"))) + arguments)
            return
        if self._style.cells:
            self._end_row()
        self._happened.append(WasCut())

    def _refuse(self, refused: bytes) -> None:
        self._happened.append(Refused(refused.hex(" ")))


def _length(name: tuple[int, int], begun: bytearray) -> int:
    """Say how long the command is that `begun` starts with.

    0 when more bytes are needed to know, -1 when it is unknown.
    """
    if name in _ARGUMENTS:
        return 2 + _ARGUMENTS[name]
    if name == (_GS, ord("k")):
        return _barcode_length(begun)
    if name not in _SIZED:
        return -1
    needed, measure = _SIZED[name]
    return measure(begun) if len(begun) >= needed else 0


def _barcode_length(begun: bytearray) -> int:
    if len(begun) < 4:
        return 0
    if begun[2] > 6:
        return 4 + begun[3]
    end = begun.find(0, 3)
    return end + 1 if end >= 0 else 0


def _cut_length(begun: bytearray) -> int:
    return 4 if begun[2] in _FEEDING_CUTS else 3


def _group_length(begun: bytearray) -> int:
    return 5 + begun[3] + 256 * begun[4]


def _raster_length(begun: bytearray) -> int:
    return 8 + (begun[4] + 256 * begun[5]) * (begun[6] + 256 * begun[7])


def _column_image_length(begun: bytearray) -> int:
    return 5 + (begun[3] + 256 * begun[4]) * (3 if begun[2] > 1 else 1)


_SIZED: Final = {
    (_GS, ord("V")): (3, _cut_length),
    (_GS, ord("(")): (5, _group_length),
    (_GS, ord("v")): (8, _raster_length),
    (_ESC, ord("*")): (5, _column_image_length),
}
"""Commands that tell their own length: bytes needed to know it, and how."""
