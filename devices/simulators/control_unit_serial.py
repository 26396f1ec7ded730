"""The simulated control unit on a cable: CCSP v1 and v2 over a pseudo terminal.

Strict about what it reads, as the box is: a wrong length, checksum, type or field is answered with
its NAK, noise with nothing. It reads frames with its own few lines instead of the driver's, so that
a mistake there is seen here. Any CCSP client may use it, not only ours. Source: sweden 3.4.
"""

import os
import tty
from contextlib import suppress
from functools import reduce
from operator import xor
from pathlib import Path
from select import poll
from threading import Event, Thread

from devices.simulators.control_unit import FIRMWARE, SimulatedControlUnit, UnitFault
from devices.simulators.control_unit_rules import (
    INVALID,
    INVALID_SEQUENCE,
    Refused,
    SentRecord,
)

_INVALID_LRC = 1
_UNKNOWN_MESSAGE = 2
_BUFFER_MAX = 4096
_VAT_FIELD_MAX = 20
_NOISE = b"\x00\xffk#!x\r#!"
_REGISTERING = frozenset({"RR", "SQ"})
_REGISTERING_STEPS = frozenset({"RR", "ST", "RH", "SQ"})
_ANY_ANSWER_FAULTS = frozenset(
    {UnitFault.SLOW, UnitFault.BAD_CHECKSUM, UnitFault.TRUNCATED, UnitFault.NOISE}
)
_FIELD_COUNTS = {"IQ": 0, "SIQ": 0, "SQX": 0, "ST": 0, "SQ": 0, "RR": 12, "RH": 13}
_V2_ONLY = frozenset({"RR", "SIQ"})


class SimulatedSerialUnit:
    """A simulated unit behind a pseudo terminal, in a thread of its own."""

    def __init__(
        self,
        unit: SimulatedControlUnit,
        link: Path | None = None,
        protocol_version: int = 2,
    ) -> None:
        """Serve `unit`; `link` becomes a symbolic link to the pseudo terminal.

        Protocol version 1 answers RR and SIQ with NAK 002.
        """
        self.unit = unit
        self.link = link
        """The path a client opens; known after `start`."""
        self.frames: list[bytes] = []
        """Every whole line that came, newest last, at most 1000: what a client truly sent."""
        self._is_own_link = link is not None
        self._version = protocol_version
        self._header: SentRecord | None = None
        self._is_started_v1 = False
        self._stopping = Event()
        self._thread: Thread | None = None
        self._master = self._slave = self._wake_in = self._wake_out = -1

    def start(self) -> None:
        """Open the pseudo terminal and serve. Raises OSError when the link cannot be made."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        path = Path(os.ttyname(self._slave))
        if self.link is None:
            self.link = path
        else:
            if self.link.is_symlink():
                self.link.unlink()
            self.link.symlink_to(path)
        self._wake_in, self._wake_out = os.pipe()
        self._stopping.clear()
        self._thread = Thread(target=self._serve, name="simulated control unit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, close the pseudo terminal, remove the link. Safe to call twice."""
        if self._thread is None:
            return
        self._stopping.set()
        os.write(self._wake_out, b"x")
        self._thread.join()
        self._thread = None
        for file_no in (self._master, self._slave, self._wake_in, self._wake_out):
            os.close(file_no)
        if self._is_own_link and self.link is not None:
            with suppress(OSError):
                self.link.unlink()

    def _serve(self) -> None:
        poller = poll()
        poller.register(self._master, 1)
        poller.register(self._wake_in, 1)
        buffer = b""
        while not self._stopping.is_set():
            poller.poll()
            if self._stopping.is_set():
                return
            try:
                buffer += os.read(self._master, _BUFFER_MAX)
            except OSError:
                return
            *lines, buffer = buffer.split(b"\r")
            for line in lines:
                self._answer(line + b"\r")
            buffer = buffer[-_BUFFER_MAX:]

    def _answer(self, line: bytes) -> None:
        self.frames.append(line)
        del self.frames[:-1000]
        start = line.rfind(b"#!#")
        if start < 0:
            return
        fault = self.unit.active_fault()
        kind = fault.fault if fault is not None else None
        if kind is UnitFault.SILENT:
            return
        message, answer = self.answer_to(line[start:])
        is_dropped = kind is UnitFault.DROP_AFTER_REGISTERING and message in _REGISTERING
        if fault is not None and kind is UnitFault.SLOW:
            self._stopping.wait(fault.seconds)
        if message in (_REGISTERING_STEPS if kind in _ANY_ANSWER_FAULTS else _REGISTERING):
            self.unit.count_answer()
        if not is_dropped and not self._stopping.is_set():
            # A client that never reads fills the buffer; the cable would lose bytes, so do we.
            with suppress(BlockingIOError):
                os.write(self._master, _spoiled(answer, kind))

    def answer_to(self, frame: bytes) -> tuple[str, bytes]:
        """Carry out one frame; gives its message type, empty when unreadable, and the answer."""
        message = ""
        try:
            message, fields = _read(frame)
            return message, self._reply(message, fields)
        except Refused as refused:
            return message, _frame("NAK", f"{refused.number:03d}")

    def _reply(self, message: str, fields: list[str]) -> bytes:
        view = self.unit.view()
        wanted_count = _FIELD_COUNTS.get(message)
        if wanted_count is None or (self._version < 2 and message in _V2_ONLY):
            raise Refused(_UNKNOWN_MESSAGE, message)
        if len(fields) != wanted_count:
            raise Refused(INVALID, "number of fields")
        match message:
            case "IQ":
                return _frame("IR", view.unit_id, str(self._version), FIRMWARE)
            case "SIQ":
                return _frame("SIR", str(view.main_status), "")
            case "SQX":
                return _frame("SRX", str(view.main_status), "")
            case "RR":
                sent = _record(fields[0], fields[1:4], fields[4:])
                code = self.unit.register(sent)
                main, storage = str(view.main_status), str(view.storage_status)
                return _frame("RRR", code, view.unit_id, main, storage)
            case _:
                return self._reply_v1(message, fields)

    def _reply_v1(self, message: str, fields: list[str]) -> bytes:
        if message == "ST":
            self._is_started_v1, self._header = True, None
            return _frame("ACK")
        if message == "RH":
            if not self._is_started_v1:
                raise Refused(INVALID_SEQUENCE, "no ST before RH")
            if fields[3:5] != [" ", " "]:
                raise Refused(INVALID, "blank fields")
            self._header = _record(None, fields[:3], fields[5:])
            return _frame("ACK")
        header, self._header, self._is_started_v1 = self._header, None, False
        if header is None:
            raise Refused(INVALID_SEQUENCE, "no RH before SQ")
        return _frame("SR", self.unit.register(header))


def _read(frame: bytes) -> tuple[str, list[str]]:
    """Take a frame apart. Raises Refused for a wrong length or checksum."""
    if len(frame) < 12 or frame[6:7] != b"#" or frame[-4:-3] != b"#":
        raise Refused(INVALID, "frame")
    if frame[3:6] != b"%03X" % len(frame):
        raise Refused(INVALID, "length")
    if frame[-3:-1] != b"%02X" % reduce(xor, frame[:-3]):
        raise Refused(_INVALID_LRC, "checksum")
    try:
        message, *fields = frame[7:-4].decode("ascii").split("#")
    except UnicodeDecodeError as exc:
        raise Refused(INVALID, "not ASCII") from exc
    return message, fields


def _record(serial: str | None, head: list[str], rest: list[str]) -> SentRecord:
    """Make a record of date, receipt id, register id and org no, amounts, type, VAT 1-4."""
    vats = []
    for field in rest[4:]:
        if field == " ":
            continue
        rate, mark, amount = field.partition(";")
        if not mark or len(field) > _VAT_FIELD_MAX:
            raise Refused(INVALID, "vat")
        vats.append((rate, amount))
    date, receipt_no, register_id = head
    org_no, total, negative_total, kind = rest[:4]
    return SentRecord(
        serial, date, receipt_no, register_id, org_no, total, negative_total, kind, tuple(vats)
    )


def _frame(*parts: str) -> bytes:
    payload = "#".join(parts).encode("ascii")
    covered = b"#!#%03X#%s#" % (11 + len(payload), payload)
    return covered + b"%02X\r" % reduce(xor, covered)


def _spoiled(answer: bytes, kind: UnitFault | None) -> bytes:
    match kind:
        case UnitFault.BAD_CHECKSUM:
            return answer[:-3] + b"%02X\r" % (int(answer[-3:-1], 16) ^ 1)
        case UnitFault.TRUNCATED:
            return answer[: len(answer) // 2]
        case UnitFault.NOISE:
            return _NOISE + answer
        case _:
            return answer
