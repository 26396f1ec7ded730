"""Status bytes of a printer, at random: no hang, no crash, and "ready" only by the protocol.

The judge is written from the printer's command reference: a DLE EOT answer has bits 0 and 7 clear
and bits 1 and 4 set; ready means that neither cover, paper nor offline bit is set in three such.
"""

from random import Random
from time import monotonic, thread_time

from core.document import Cut, Document, TextLine
from core.errors import DeviceError
from core.facts import PrinterCondition
from devices.links.faults import FaultKind, LinkFault
from devices.printers.printer import EscposPrinter, PrinterLimits, PrinterSettings
from devices.printers.transports import Wire
from tests.frames.figures import Figures

PAPER = Document((TextLine("Kaffe  25,00"), Cut()), 42)
READY = frozenset({PrinterCondition.READY, PrinterCondition.PAPER_LOW})
LIMITS = PrinterLimits(status_s=0, finish_s=0.01, look_s=0)
_GOOD = (b"\x12", b"\x12", b"\x12")


class RandomWire:
    """A wire whose far end answers what the dice say; keeps its answers since it was opened."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.answers: list[bytes] = []
        self.sent_count = 0

    def open(self) -> None:
        """Be open."""

    def send(self, sent: bytes, limit_s: float) -> None:
        """Take everything, or break."""
        if self._dice.random() < 0.02:
            raise LinkFault(FaultKind.BROKEN, "torn", self._dice.choice((0, 1)))
        self.sent_count += len(sent)

    def ask(self, request: bytes, limit_s: float) -> bytes:
        """Answer at random."""
        self.send(request, limit_s)
        return self.receive(limit_s)

    def receive(self, limit_s: float) -> bytes:
        """Give something, nothing, or break."""
        dice = self._dice
        chance = dice.random()
        if chance < 0.05:
            raise LinkFault(FaultKind.SILENT, "nothing came")
        if chance < 0.08:
            raise LinkFault(dice.choice((FaultKind.CLOSED, FaultKind.BROKEN)), "torn")
        if chance < 0.5:
            came = dice.choice((*_GOOD, b"\x00", b"\x16", b"\x1e", b"\x72", b"\x0c", b"\x03"))
        else:
            came = dice.randbytes(dice.choice((1, 1, 1, 2, 4, 64)))
        self.answers.append(came)
        return came

    def close(self) -> None:
        """Be closed."""


class RandomPrinter(EscposPrinter):
    """The driver on a random wire."""

    def __init__(self, dice: Random) -> None:
        super().__init__(PrinterSettings("network", is_simulator_allowed=True), LIMITS)
        self.wire = RandomWire(dice)

    def _open(self) -> Wire:
        self.wire.answers.clear()
        return self.wire


def run(count: int, seed: int) -> Figures:
    """Ask and print `count` times in turn."""
    told = Figures("printer")
    dice = Random(seed)
    printer = RandomPrinter(dice)
    printer.warm_up()
    for number in range(count):
        began_s, began_all_s = thread_time(), monotonic()
        is_paper = number % 2 == 1
        try:
            is_believed = _is_believed(printer, is_paper=is_paper)
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            told.crash(f"{type(exc).__name__} {exc} at {number}: {printer.wire.answers}")
            continue
        told.take(thread_time() - began_s)
        if monotonic() - began_all_s > 2:
            told.crash(f"hang at {number}: {printer.wire.answers}")
        told.accepted += is_believed
        if is_believed and not _may_be_believed(printer.wire.answers, is_paper=is_paper):
            told.false_approval(f"at {number}: {printer.wire.answers}")
    return told.end()


def _is_believed(printer: EscposPrinter, *, is_paper: bool) -> bool:
    try:
        if is_paper:
            printer.print(PAPER)
            return True
        return printer.condition() in READY
    except DeviceError:
        return False


def _may_be_believed(answers: list[bytes], *, is_paper: bool) -> bool:
    """Judge: three good answers; for a paper three before, an in-order one, and three after."""
    if not is_paper:
        return _is_ready(answers)
    between = b"".join(answers[3:-3])
    has_closing = any(byte & 0x90 == 0 and byte & 0x0C == 0 for byte in between)
    return _is_ready(answers[:3]) and has_closing and _is_ready(answers[-3:])


def _is_ready(answers: list[bytes]) -> bool:
    if [len(one) for one in answers] != [1, 1, 1]:
        return False
    online, stopped, paper = (one[0] for one in answers)
    has_form = all(one & 0b1001_0011 == 0b0001_0010 for one in (online, stopped, paper))
    return has_form and not (online & 0x08 or stopped & 0x64 or paper & 0x60)
