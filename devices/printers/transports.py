"""The three wires to a printer: network, serial, file; each is opened and closed per paper.

Own code instead of python-escpos' transports, whose default limits are 60 s or none and whose
status says "paper adequate" when nothing answers (ecosystem 4.1). A wire raises only LinkFault,
with the number of bytes that had left, so that printer.py alone decides what that means. A wire
knows no command of the printer. `close` may be called from any thread.
"""

import os
import select
import stat
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from devices.links.faults import FaultKind, LinkFault
from devices.links.tcp import TcpLink

_RECEIVE_MAX = 64
"""A status answer is one byte; more than a few is garbage and is not read to its end."""
_SLICE_S = 0.2
"""How soon a waiting wire notices that another thread closed it."""
_BITS_PER_BYTE = 10


class Wire(Protocol):
    """What printer.py needs of a transport."""

    def open(self) -> None:
        """Connect. Raises LinkFault with sent_count 0."""

    def send(self, sent: bytes, limit_s: float) -> None:
        """Hand over all bytes within `limit_s` and make them durable if the wire is a file."""

    def ask(self, request: bytes, limit_s: float) -> bytes:
        """Send a short request and give what comes first. Raises LinkFault, SILENT included."""

    def receive(self, limit_s: float) -> bytes:
        """Give the bytes that come, at least one. Raises LinkFault, SILENT included."""

    def close(self) -> None:
        """Let the wire go; wakes whoever waits. Any thread; safe to call twice."""


class NetworkWire:
    """Raw bytes over TCP, as port 9100 takes them."""

    def __init__(self, host: str, port: int, connect_limit_s: float) -> None:
        self._host = host
        self._port = port
        self._connect_limit_s = connect_limit_s
        self._link: TcpLink | None = None

    def open(self) -> None:
        """Connect anew: a printer that was switched off shows it here (ecosystem 4.1)."""
        self._link = TcpLink.connect(self._host, self._port, self._connect_limit_s)

    def send(self, sent: bytes, limit_s: float) -> None:
        """Hand all bytes to the network."""
        self._held().send(sent, limit_s)

    def ask(self, request: bytes, limit_s: float) -> bytes:
        """Send and give the first answer."""
        self._held().send(request, limit_s)
        return self.receive(limit_s)

    def receive(self, limit_s: float) -> bytes:
        """Give what comes."""
        return self._held().receive(limit_s, _RECEIVE_MAX)

    def close(self) -> None:
        """Close the connection."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _held(self) -> TcpLink:
        link = self._link
        if link is None:
            raise LinkFault(FaultKind.CLOSED, "the wire is closed")
        return link


class SerialWire:
    """A serial port, 8N1 without flow control, held only while a paper or a question lasts."""

    def __init__(self, device: str, baudrate: int) -> None:
        self._device = device if "/" in device or os.name != "posix" else f"/dev/{device}"
        self._baudrate = baudrate
        self._port: Any = None
        self._is_stuck = False

    def open(self) -> None:
        """Open the port for us alone and drop what came before."""
        from serial import Serial  # Imported at the first use: the till must start fast.

        self._is_stuck = False
        try:
            self._port = Serial(
                self._device, self._baudrate, timeout=0, write_timeout=0, exclusive=True
            )
            self._port.reset_input_buffer()
        except (OSError, ValueError) as exc:  # SerialException is an OSError.
            self.close()
            raise LinkFault(FaultKind.UNREACHABLE, _words(exc)) from exc

    def send(self, sent: bytes, limit_s: float) -> None:
        """Hand all bytes to the port; the time they need at this speed is added to the limit."""
        wire_s = len(sent) * _BITS_PER_BYTE / self._baudrate
        deadline_s = monotonic() + limit_s + wire_s
        done_count = 0
        while done_count < len(sent):
            if not self._wait(select.POLLOUT, deadline_s, done_count):
                self._is_stuck = True
                raise LinkFault(FaultKind.SILENT, "the port takes no bytes", done_count)
            try:
                done_count += self._port.write(sent[done_count:]) or 0
            except (OSError, AttributeError, TypeError, ValueError) as exc:
                self._is_stuck = True
                raise LinkFault(FaultKind.BROKEN, _words(exc), done_count) from exc

    def ask(self, request: bytes, limit_s: float) -> bytes:
        """Send and give the first answer."""
        self.send(request, limit_s)
        return self.receive(limit_s)

    def receive(self, limit_s: float) -> bytes:
        """Give what comes."""
        if not self._wait(select.POLLIN, monotonic() + limit_s, 0):
            raise LinkFault(FaultKind.SILENT, "nothing came")
        try:
            came: bytes = self._port.read(_RECEIVE_MAX)
        except (OSError, AttributeError, TypeError, ValueError) as exc:
            self._is_stuck = True
            raise LinkFault(FaultKind.BROKEN, _words(exc)) from exc
        if not came:
            raise LinkFault(FaultKind.CLOSED, "the port gave nothing")
        return came

    def close(self) -> None:
        """Close the port; what is stuck in it is dropped, else closing waits for it 30 s."""
        port, self._port = self._port, None
        if port is None:
            return
        with suppress(OSError, TypeError, ValueError):
            if self._is_stuck:
                port.reset_output_buffer()
            port.close()

    def _wait(self, event: int, deadline_s: float, done_count: int) -> bool:
        while True:
            left_s = deadline_s - monotonic()
            port = self._port
            if port is None or not port.is_open:
                raise LinkFault(FaultKind.CLOSED, "the wire is closed", done_count)
            if left_s <= 0:
                return False
            poller = select.poll()
            poller.register(port.fileno(), event)
            if poller.poll(min(left_s, _SLICE_S) * 1000):
                return True


class FileWire:
    """Bytes appended to a file, or to a device file of the system's own printer driver."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._number: int | None = None

    def open(self) -> None:
        """Open for appending; a new file is for its owner only."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        is_new = not self._path.exists()
        try:
            self._number = os.open(self._path, flags, 0o600)
            if is_new:
                _sync_folder(self._path.parent)
        except (OSError, ValueError) as exc:
            self.close()
            raise LinkFault(FaultKind.UNREACHABLE, _words(exc)) from exc

    def send(self, sent: bytes, limit_s: float) -> None:
        """Append all bytes; they are on disk when this returns."""
        deadline_s = monotonic() + limit_s
        done_count = 0
        try:
            number = self._held()
            while done_count < len(sent):
                try:
                    done_count += os.write(number, sent[done_count:])
                except BlockingIOError:
                    _await_room(number, deadline_s, done_count)
            if stat.S_ISREG(os.fstat(number).st_mode):
                os.fsync(number)
        except OSError as exc:
            raise LinkFault(FaultKind.BROKEN, _words(exc), done_count) from exc

    def ask(self, request: bytes, limit_s: float) -> bytes:
        """Raise SILENT: a file answers nothing."""
        raise LinkFault(FaultKind.SILENT, "a file answers nothing")

    def receive(self, limit_s: float) -> bytes:
        """Raise SILENT: a file answers nothing."""
        raise LinkFault(FaultKind.SILENT, "a file answers nothing")

    def close(self) -> None:
        """Close the file."""
        number, self._number = self._number, None
        if number is not None:
            with suppress(OSError):
                os.close(number)

    def _held(self) -> int:
        if self._number is None:
            raise LinkFault(FaultKind.CLOSED, "the file is closed")
        return self._number


def _await_room(number: int, deadline_s: float, done_count: int) -> None:
    poller = select.poll()
    poller.register(number, select.POLLOUT)
    left_s = deadline_s - monotonic()
    if left_s <= 0 or not poller.poll(left_s * 1000):
        raise LinkFault(FaultKind.SILENT, "the device takes no bytes", done_count)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _words(exc: Exception) -> str:
    return (exc.strerror or type(exc).__name__) if isinstance(exc, OSError) else type(exc).__name__
