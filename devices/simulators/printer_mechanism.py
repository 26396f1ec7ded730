"""The works of the simulated printer without its wire: buffer, paper, cover, strip, cutter.

A paper is what lies between two cuts, so half a receipt stays on the strip until something cuts it.
Commands wait in the buffer while there is no paper; immediate questions do not. Used under the
simulator's lock; it owns no socket and no thread.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from core.frozen import frozen
from devices.simulators.escpos_decoder import (
    Asked,
    EscposDecoder,
    Fed,
    Happening,
    Pulsed,
    Refused,
    Row,
    WasCut,
)

PaperState = Literal["ok", "low", "out"]

NAME = b"BLIPP SIMULATOR"
"""Answer to GS I: on the wire it names itself a simulator."""

_DLE, _EOT, _ENQ, _DC4 = 0x10, 0x04, 0x05, 0x14
_IMMEDIATE_LENGTHS = {_EOT: 3, _ENQ: 3, _DC4: 5}
_BUFFER_MAX = 65_536
_PAPERS_MAX = 500
_ERRORS_MAX = 200
_FIXED_BITS = 0x12


@frozen
class Paper:
    """What came out between two cuts."""

    no: int
    lines: tuple[Row, ...]
    drawer_pulses: int
    is_cut: bool

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows as plain text, double ones spaced out."""
        return tuple(line.text for line in self.lines)

    @property
    def text(self) -> str:
        """The paper as a text file."""
        return "\n".join(self.rows) + "\n"


class Mechanism:
    """One printer's inside. `answer` sends an in-order answer; `fail` is an ordered fault."""

    def __init__(
        self,
        columns: int,
        keep_dir: Path | None,
        answer: Callable[[bytes], None],
        fail: Callable[[], None],
    ) -> None:
        self.paper: PaperState = "ok"
        self.is_cover_open = False
        self.is_stopped = False
        """Held up from outside: no power, or flow control off."""
        self.papers: list[Paper] = []
        self.errors: list[str] = []
        self.strip: list[Row] = []
        self.drawer_pulses = 0
        self.stop_left: int | None = None
        """Bytes until the ordered fault; None = none is ordered."""
        self._keep_dir = keep_dir
        self._answer = answer
        self._fail = fail
        self._decoder = EscposDecoder(columns)
        self._held = bytearray()
        self._strip_pulses = 0
        self._printed_count = 0

    def forget(self) -> None:
        """Lose buffer and modes, as without power; the strip stays as it is."""
        self._held.clear()
        self._decoder.reset()

    def hold(self, came: bytes) -> None:
        """Take bytes into the buffer; what does not fit is refused whole."""
        if len(self._held) + len(came) > _BUFFER_MAX:
            self.note("buffer overrun")
        else:
            self._held += came

    def work_off(self) -> None:
        """Print what is held, as far as paper, cover and the ordered fault allow."""
        while self._held and not self.is_stopped:
            if self.paper == "out" or self.is_cover_open:
                return
            size = len(self._held)
            if self.stop_left is not None:
                size = min(size, self.stop_left)
            piece = bytes(self._held[:size])
            del self._held[:size]
            for happening in self._decoder.feed(piece):
                self._happen(happening)
            if self.stop_left is not None:
                self.stop_left -= size
                if self.stop_left <= 0:
                    self.stop_left = None
                    self._fail()

    def immediate(self, command: bytes) -> bytes:
        """Obey one DLE command; give its answer, empty when it has none."""
        if len(command) == 3 and command[1] == _EOT and 1 <= command[2] <= 4:
            return bytes((self._status(command[2]),))
        if len(command) == 5 and command[2] == 1 and command[3] in (0, 1):
            self._pulsed()
        elif not (len(command) == 3 and command[1] == _ENQ and command[2] in (1, 2)):
            self.note("refused " + command.hex(" "))
        return b""

    def note(self, words: str) -> None:
        """Keep what went wrong, newest last."""
        self.errors.append(words)
        del self.errors[:-_ERRORS_MAX]

    def _status(self, number: int) -> int:
        is_out = self.paper == "out"
        bits = 0
        if number == 1:
            bits = 0x08 if is_out or self.is_cover_open else 0
        elif number == 2:
            bits = (0x04 if self.is_cover_open else 0) | (0x20 if is_out else 0)
        elif number == 4:
            bits = (0 if self.paper == "ok" else 0x0C) | (0x60 if is_out else 0)
        return _FIXED_BITS | bits

    def _happen(self, happening: Happening) -> None:
        if isinstance(happening, Row):
            self.strip.append(happening)
        elif isinstance(happening, Fed):
            self.strip += [Row("")] * happening.rows
        elif isinstance(happening, Pulsed):
            self._pulsed()
        elif isinstance(happening, WasCut):
            self._cut()
        elif isinstance(happening, Asked):
            self._answer_in_order(happening)
        elif isinstance(happening, Refused):
            self.note("refused " + happening.words)

    def _answer_in_order(self, asked: Asked) -> None:
        if asked.command == "r" and asked.number in (1, 49):
            self._answer(b"\x03" if self.paper == "low" else b"\x00")
        elif asked.command == "r" and asked.number in (2, 50):
            self._answer(b"\x00")
        elif asked.command == "I" and asked.number in (65, 66, 67, 68):
            self._answer(b"_" + NAME + b"\x00")
        else:
            self.note(f"refused question GS {asked.command} {asked.number}")

    def _pulsed(self) -> None:
        self.drawer_pulses += 1
        if self.strip:
            self._strip_pulses += 1

    def _cut(self) -> None:
        lines = self.strip
        while lines and not lines[-1].text:
            lines.pop()
        if not lines:
            return
        self._printed_count += 1
        paper = Paper(self._printed_count, tuple(lines), self._strip_pulses, is_cut=True)
        self.strip, self._strip_pulses = [], 0
        self.papers.append(paper)
        del self.papers[:-_PAPERS_MAX]
        if self._keep_dir is not None:
            self._keep(self._keep_dir, paper)

    def _keep(self, folder: Path, paper: Paper) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            kept = [old.stem.removeprefix("paper-") for old in folder.glob("paper-*.txt")]
            number = 1 + max((int(stem) for stem in kept if stem.isdecimal()), default=0)
            (folder / f"paper-{number:05d}.txt").write_text(paper.text, encoding="utf-8")
        except OSError as exc:
            self.note(f"paper not kept: {exc.strerror}")


def split_immediate(came: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Take the DLE commands out of `came`: other bytes, commands, an unfinished command's begin."""
    kept = bytearray()
    commands: list[bytes] = []
    at = 0
    while (found := came.find(_DLE, at)) >= 0:
        kept += came[at:found]
        is_named = len(came) > found + 1
        length = _IMMEDIATE_LENGTHS.get(came[found + 1], 1) if is_named else 2
        if len(came) < found + length:
            return bytes(kept), commands, came[found:]
        commands.append(came[found : found + length])
        at = found + length
    return bytes(kept + came[at:]), commands, b""
