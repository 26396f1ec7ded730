"""Sole owner of one serial port: open, write all, read until a terminator, close.

Prevents the disagreement about when something left us: bytes are counted while they are written,
and every LinkFault carries the count, also one that comes while the answer is awaited. Every wait
has a total deadline and every answer a byte cap. `readline()` is not used anywhere: it waits for a
line feed that these devices never send (sweden 3.4).

It knows no protocol. pyserial is imported at the first use, because the till must start fast.
"""

import termios
from pathlib import PurePosixPath
from select import POLLOUT, poll
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from core.text import clean
from devices.links.faults import FaultKind, LinkFault

if TYPE_CHECKING:
    from serial import Serial

DEVICE_FOLDER = PurePosixPath("/dev")
"""Where a bare name such as ttyUSB0 lies."""

_WORDS_MAX = 120
_TORN = (OSError, termios.error, TypeError, ValueError, AttributeError)
"""What pyserial raises on a fault (its own errors are OSErrors), and what it raises in a thread
whose port another thread closes under it."""


def device_path(device: str) -> str:
    """Give the path of a configured device: a bare name lies in the device folder."""
    return device if "/" in device else str(DEVICE_FOLDER / device)


class SerialLink:
    """One serial port, 8N1 without flow control.

    Used by one thread at a time; only `close` may be called from any thread.
    """

    def __init__(self, device: str, baudrate: int = 9600) -> None:
        self._path = device_path(device)
        self._baudrate = baudrate
        self._port: Serial | None = None
        self._received = bytearray()
        self._sent_count = 0
        self._holding = Lock()

    @property
    def is_open(self) -> bool:
        """Tell whether the port is held; False after any fault of the port itself."""
        return self._port is not None

    def open(self) -> None:
        """Open the port for us alone; does nothing when it is open.

        Raises LinkFault UNREACHABLE with nothing sent: missing, forbidden, held by another process.
        """
        if self._port is not None:
            return
        from serial import Serial

        try:
            port = Serial(self._path, self._baudrate, timeout=0, write_timeout=0, exclusive=True)
        except (OSError, ValueError) as exc:
            raise LinkFault(FaultKind.UNREACHABLE, _words(exc)) from exc
        with self._holding:
            self._received.clear()
            self._port = port

    def discard_input(self) -> None:
        """Drop what came unasked or too late, and count from zero for a new request.

        Raises LinkFault with nothing sent when the port is gone.
        """
        self._received.clear()
        self._sent_count = 0
        try:
            self._held_port().reset_input_buffer()
        except _TORN as exc:
            raise self._broken(exc) from exc

    def write_all(self, sent: bytes, deadline_s: float) -> None:
        """Write every byte before `deadline_s` (monotonic).

        Raises LinkFault; its sent_count says how many bytes had left.
        """
        done_count = 0
        try:
            while done_count < len(sent):
                port = self._held_port()
                if not _is_writable(port.fileno(), deadline_s - monotonic()):
                    words = "the port takes no bytes"
                    raise LinkFault(FaultKind.SILENT, words, self._sent_count)
                wrote_count = port.write(sent[done_count:]) or 0
                done_count += wrote_count
                self._sent_count += wrote_count
        except _TORN as exc:
            raise self._broken(exc) from exc

    def read_until(self, terminator: bytes, deadline_s: float, length_max: int) -> bytes:
        """Read up to and including `terminator`, before `deadline_s` (monotonic).

        What came behind the terminator is kept for the next call. At `length_max` bytes without a
        terminator it gives what came, so that noise cannot fill the memory. Raises LinkFault
        SILENT, CLOSED or BROKEN with the bytes sent since the last `discard_input`.
        """
        while True:
            end = self._received.find(terminator)
            if end >= 0 or len(self._received) >= length_max:
                length = end + len(terminator) if end >= 0 else length_max
                taken = bytes(self._received[:length])
                del self._received[:length]
                return taken
            self._received += self._read_some(deadline_s)

    def close(self) -> None:
        """Close the port and wake a reader. Any thread; safe to call twice."""
        with self._holding:
            port, self._port = self._port, None
        if port is not None:
            port.cancel_read()
            port.close()

    def _read_some(self, deadline_s: float) -> bytes:
        left_s = deadline_s - monotonic()
        if left_s <= 0:
            raise LinkFault(FaultKind.SILENT, "nothing came", self._sent_count)
        try:
            port = self._held_port()
            port.timeout = left_s
            chunk: bytes = port.read(1)
            if chunk:
                chunk += port.read(port.in_waiting)
        except _TORN as exc:
            raise self._broken(exc) from exc
        return chunk

    def _held_port(self) -> "Serial":
        port = self._port
        if port is None:
            raise LinkFault(FaultKind.CLOSED, "the link is closed", self._sent_count)
        return port

    def _broken(self, exc: BaseException) -> LinkFault:
        kind = FaultKind.BROKEN if self.is_open else FaultKind.CLOSED
        self.close()
        return LinkFault(kind, _words(exc), self._sent_count)


def _is_writable(file_no: int, limit_s: float) -> bool:
    # poll, not select: a till that ran for months may hold file numbers above 1023.
    poller = poll()
    poller.register(file_no, POLLOUT)
    return bool(poller.poll(max(0.0, limit_s) * 1000))


def _words(exc: BaseException) -> str:
    return clean(str(exc), _WORDS_MAX)
