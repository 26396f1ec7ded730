"""`ReceiptPrinter` for ESC/POS printers: status, paper, the printer's own word afterwards.

Prevents two disagreements. Before the paper's first byte a fault is DeviceUnavailable (PaperOut)
and the paper may be tried again; after it every doubt is OutcomeUnknown and nobody prints it twice
(reliability F36-F39). And "sent" is not "printed": a paper counts as printed when the printer has
answered the in-order question [GS r] that stands behind its last byte, and is neither out of paper
nor open afterwards. A file has printed when its bytes are on disk.

Every wait has a limit. Status bytes are judged by their fixed bits; what does not fit is garbage
and counts as no answer, never as "enough paper" (ecosystem 4.1).
"""

from contextlib import suppress
from time import monotonic
from typing import Literal

from core.document import Cut, Document, TextLine
from core.errors import DeviceUnavailable, OutcomeUnknown, PaperOut
from core.facts import PrinterCondition
from core.frozen import frozen
from devices.links.faults import FaultKind, LinkFault, outcome_of
from devices.printers.encoder import ASK_MAKER, ASK_PAPER_IN_ORDER, PULSE, EscposEncoder, ask_now
from devices.printers.transports import FileWire, NetworkWire, SerialWire, Wire

Driver = Literal["network", "serial", "file", "none"]

_READY = frozenset({PrinterCondition.READY, PrinterCondition.PAPER_LOW})
_NO_PAPER = frozenset({PrinterCondition.PAPER_OUT, PrinterCondition.COVER_OPEN})
_ANSWERS_MAX = 200
_WARM_UP = Document((TextLine("åäö", is_double=True), Cut()), 32)


@frozen
class PrinterSettings:
    """Which printer, from the configuration (contract.md 3 `[printer]`)."""

    driver: Driver
    host: str = "127.0.0.1"
    port: int = 9100
    device: str = ""
    """Serial: path or bare name."""
    baudrate: int = 9600
    path: str = ""
    """File: bytes are appended."""
    width: int = 42
    """Characters per line."""
    code_page: str = "cp858"
    is_simulator_allowed: bool = False
    """Whether a printer that names itself a simulator may print (a database marked demo)."""
    has_status: bool = True
    """False for a printer that answers nothing: then sent counts as printed."""


@frozen
class PrinterLimits:
    """How long the printer may take, in seconds."""

    connect_s: float = 2.0
    status_s: float = 0.6
    """Per question; three questions stay within the 2 s of reliability F38."""
    write_s: float = 5.0
    finish_s: float = 10.0
    """From the last byte handed over to the printer's word that it is done."""
    look_s: float = 0.5
    """How often paper and cover are looked at while waiting for that word."""


class EscposPrinter:
    """One printer. All methods but `close` are for one worker thread."""

    def __init__(self, settings: PrinterSettings, limits: PrinterLimits | None = None) -> None:
        """Raises ValueError for an unknown code page. Connects nothing yet."""
        self._settings = settings
        self._limits = limits or PrinterLimits()
        self._encoder = EscposEncoder(settings.code_page)
        self._wire: Wire | None = None
        self._is_closed = False
        self._is_known = settings.is_simulator_allowed
        """Whether it was asked for its maker; a simulator is refused (house.md 14.8)."""
        self._is_refused = False
        self._has_status = settings.has_status and settings.driver in ("network", "serial")

    def warm_up(self) -> None:
        """Import python-escpos and encode once; call it early, in the worker's thread.

        Raises DeviceUnavailable where the disk takes no temporary files.
        """
        if self._settings.driver != "none":
            self._encode(_WARM_UP)

    def condition(self) -> PrinterCondition:
        """Ask for paper and cover, within 4 s. Raises DeviceUnavailable when unreachable."""
        if self._settings.driver == "none":
            return PrinterCondition.NONE
        wire = self._open()
        try:
            return self._condition_of(wire)
        except LinkFault as fault:
            raise self._unavailable(fault) from fault
        finally:
            wire.close()

    def _condition_of(self, wire: Wire) -> PrinterCondition:
        """Ask who it is, once, and how it is. Raises LinkFault when the link broke."""
        if not self._has_status:
            return PrinterCondition.READY
        condition = self._read_condition(wire)
        if not self._is_known and condition in _READY:
            self._is_refused = self._names_itself_simulator(wire)
            self._is_known = True
        return PrinterCondition.REFUSED if self._is_refused else condition

    def _names_itself_simulator(self, wire: Wire) -> bool:
        """Ask for the maker's name; a printer that does not answer is a real one."""
        try:
            return b"SIMULATOR" in wire.ask(ASK_MAKER, self._limits.status_s)
        except LinkFault as fault:
            if fault.kind is FaultKind.SILENT:
                return False
            raise

    def print(self, document: Document) -> None:
        """Print one paper and wait for the printer's word; a file is on disk on return.

        Raises PaperOut or DeviceUnavailable before the first byte (fact `condition`),
        OutcomeUnknown after it.
        """
        encoded = self._encode(document)
        wire = self._open()
        try:
            self._require_ready(wire)
            closing = ASK_PAPER_IN_ORDER if self._has_status else b""
            try:
                wire.send(encoded + closing, self._limits.write_s)
            except LinkFault as fault:
                raise outcome_of(fault, condition=PrinterCondition.UNREACHABLE) from fault
            if self._has_status:
                self._await_done(wire)
        finally:
            wire.close()

    def kick_drawer(self) -> None:
        """Open the drawer without a paper.

        Raises DeviceUnavailable; also when the printer is stopped, because it would keep the pulse
        and open the drawer when the paper is changed.
        """
        wire = self._open()
        try:
            self._require_ready(wire)
            wire.send(PULSE, self._limits.write_s)
        except LinkFault as fault:
            raise self._unavailable(fault) from fault
        finally:
            wire.close()

    def close(self) -> None:
        """Close the link and wake whoever waits on it. Any thread; safe to call twice."""
        self._is_closed = True
        wire = self._wire
        if wire is not None:
            wire.close()

    def _encode(self, document: Document) -> bytes:
        """Give the paper's bytes. Raises DeviceUnavailable when the first can write no files."""
        try:
            return self._encoder.encode(document)
        except OSError as error:
            raise DeviceUnavailable(
                device="printer", condition=PrinterCondition.DISK_FAULT, words=str(error)
            ) from error

    def _open(self) -> Wire:
        settings = self._settings
        wire: Wire
        if settings.driver == "network":
            wire = NetworkWire(settings.host, settings.port, self._limits.connect_s)
        elif settings.driver == "serial":
            wire = SerialWire(settings.device, settings.baudrate)
        elif settings.driver == "file":
            wire = FileWire(settings.path)
        else:
            raise DeviceUnavailable(device="printer", condition=PrinterCondition.NONE)
        self._wire = wire
        try:
            wire.open()
        except LinkFault as fault:
            raise self._unavailable(fault) from fault
        if self._is_closed:
            wire.close()
            raise DeviceUnavailable(device="printer", condition=PrinterCondition.UNREACHABLE)
        return wire

    @staticmethod
    def _unavailable(fault: LinkFault) -> DeviceUnavailable:
        return DeviceUnavailable(
            device="printer",
            condition=PrinterCondition.UNREACHABLE,
            fault=str(fault.kind),
            words=fault.words,
        )

    def _require_ready(self, wire: Wire) -> None:
        if not self._has_status:
            return
        try:
            condition = self._condition_of(wire)
        except LinkFault as fault:
            raise self._unavailable(fault) from fault
        if condition in _NO_PAPER:
            raise PaperOut(device="printer", condition=condition)
        if condition not in _READY:
            raise DeviceUnavailable(device="printer", condition=condition)

    def _read_condition(self, wire: Wire) -> PrinterCondition:
        """Ask the three questions in turn. Raises LinkFault when the link broke."""
        answers: list[int] = []
        for number in (1, 2, 4):
            try:
                came = wire.ask(ask_now(number), self._limits.status_s)
            except LinkFault as fault:
                if fault.kind is FaultKind.SILENT:
                    return PrinterCondition.SILENT
                raise
            if len(came) != 1 or not _is_immediate(came[0]):
                return PrinterCondition.SILENT
            answers.append(came[0])
        return _judge(*answers)

    def _await_done(self, wire: Wire) -> None:
        """Wait for the in-order answer, looking at paper and cover meanwhile."""
        waiting = _Waiting(wire, self._limits)
        try:
            condition = waiting.until_done()
            if condition in _READY:
                condition = self._read_condition(wire)
        except LinkFault as fault:
            raise OutcomeUnknown(
                device="printer",
                condition=PrinterCondition.UNREACHABLE,
                fault=str(fault.kind),
                words=fault.words,
            ) from fault
        if condition not in _READY:
            raise OutcomeUnknown(device="printer", condition=condition)


class _Waiting:
    """The time between a paper's last byte and the printer's word.

    Immediate answers have bit 4 set, the in-order answer has it clear: that tells them apart.
    """

    def __init__(self, wire: Wire, limits: PrinterLimits) -> None:
        self._wire = wire
        self._limits = limits
        self._asked: list[int] = []
        self._next = 4

    def until_done(self) -> PrinterCondition:
        """Give READY when everything was worked off, else what stands in the way.

        Raises LinkFault when the link broke.
        """
        deadline_s = monotonic() + self._limits.finish_s
        is_done = False
        for _turn in range(_ANSWERS_MAX):
            left_s = deadline_s - monotonic()
            if left_s <= 0:
                return PrinterCondition.SILENT
            try:
                came = self._wire.receive(min(left_s, self._limits.look_s))
            except LinkFault as fault:
                if fault.kind is not FaultKind.SILENT:
                    raise
                self._look()
                continue
            for answer in came:
                condition = self._take(answer)
                if condition not in _READY:
                    return condition
                is_done = is_done or not answer & 0x10
            if is_done and not self._asked:
                return PrinterCondition.READY
        return PrinterCondition.SILENT

    def _look(self) -> None:
        if not self._asked:
            with suppress(LinkFault):  # A broken link shows at the next receive.
                self._wire.send(ask_now(self._next), self._limits.status_s)
            self._asked.append(self._next)
            self._next = 2 if self._next == 4 else 4

    def _take(self, answer: int) -> PrinterCondition:
        if answer & 0x90 == 0:
            return PrinterCondition.PAPER_OUT if answer & 0x0C else PrinterCondition.READY
        if not _is_immediate(answer) or not self._asked:
            return PrinterCondition.SILENT
        number = self._asked.pop()
        quiet = 0x12
        return _judge(quiet, answer if number == 2 else quiet, answer if number == 4 else quiet)


def _is_immediate(answer: int) -> bool:
    """Check the fixed bits of a DLE EOT answer: bits 0 and 7 clear, 1 and 4 set."""
    return answer & 0x93 == 0x12


def _judge(online: int, stopped: int, paper: int) -> PrinterCondition:
    """Read the answers to DLE EOT 1, 2 and 4. Offline without a reason counts as unreachable."""
    if stopped & 0x04:
        return PrinterCondition.COVER_OPEN
    if paper & 0x60 or stopped & 0x20:
        return PrinterCondition.PAPER_OUT
    if online & 0x08 or stopped & 0x40:
        return PrinterCondition.UNREACHABLE
    return PrinterCondition.PAPER_LOW if paper & 0x0C else PrinterCondition.READY
