"""The simulated terminal's side of the wire: listen, one till at a time, frames in, bytes out.

Who connects anew takes the place of a dead till. A torn link is told once. Zero-length keep-alives
go out while nothing comes in. Source: terminal-protocols 2.2.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from devices.simulators.terminal_desk import LinkGone
from devices.simulators.terminal_reading import (
    LinkSpoiled,
    WireRequest,
    cut_frames,
    read_request,
)
from devices.simulators.terminal_writing import KEEP_ALIVE

_KEEP_ALIVE_S = 5.0


@dataclass(slots=True)
class Till:
    """One connected till."""

    socket: socket.socket
    respell: Callable[[bytes], bytes]
    sending: threading.Lock = field(default_factory=threading.Lock)
    is_logged_in: bool = False
    is_gone: bool = False
    workstation_id: str = ""

    def send(self, sent: bytes) -> None:
        """Put bytes on the wire. Raises LinkGone."""
        with self.sending:
            if self.is_gone:
                raise LinkGone
            try:
                self.socket.sendall(self.respell(sent))
            except OSError as exc:
                raise LinkGone from exc


class TillPort:
    """Listens on one port. The callables are called from its threads."""

    def __init__(
        self,
        host: str,
        port: int,
        on_request: Callable[[Till, WireRequest], None],
        on_linked: Callable[[bool], None],
    ) -> None:
        self.port = port
        self.till: Till | None = None
        self.is_silent = False
        """True: what comes in is read and never answered."""
        self.respell: Callable[[bytes], bytes] = _as_it_is
        """What each message becomes on its way out."""
        self._host = host
        self._on_request = on_request
        self._on_linked = on_linked
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    def listen(self) -> None:
        """Listen; a port 0 becomes the port that was given. Raises OSError."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self.port))
            listener.listen(2)
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self._listener = listener
        self.run("terminal-accept", lambda: self._accept(listener))

    def unlisten(self) -> None:
        """Let nobody connect any more and tear the present link."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # Wakes accept.
            listener.close()
        self.tear(self.till)

    def join(self) -> None:
        """Wait for the threads to end, a moment each."""
        for thread in list(self._threads):
            if thread is not threading.current_thread():
                thread.join(2)

    def run(self, name: str, call: Callable[[], None]) -> threading.Thread:
        """Start a thread that `join` waits for."""
        thread = threading.Thread(target=call, name=name, daemon=True)
        self._threads = [known for known in self._threads if known.is_alive()]
        self._threads.append(thread)
        thread.start()
        return thread

    def tear(self, till: Till | None) -> None:
        """Tear a link with a reset, as a pulled cable ends in the end; the till is logged out."""
        if till is None or till.is_gone:
            return
        till.is_gone = True
        till.is_logged_in = False
        # Told before the till can know of it: a till that is back at once must find the former
        # payment ended, and its own next payment untouched.
        if self.till is till:
            self.till = None
            self._on_linked(False)
        with suppress(OSError):
            till.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            till.socket.shutdown(socket.SHUT_RD)  # Wakes our reader.
        till.socket.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connected, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError):
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(_KEEP_ALIVE_S)
            self.tear(self.till)
            till = Till(connected, lambda sent: self.respell(sent))
            self.till = till
            self._on_linked(True)
            self.run("terminal-link", partial(self._serve, till))

    def _serve(self, till: Till) -> None:
        held = bytearray()
        try:
            while True:
                try:
                    came = till.socket.recv(65_536)
                except TimeoutError:
                    if till.is_logged_in and not self.is_silent:
                        till.send(KEEP_ALIVE)
                    continue
                if not came:
                    return
                held += came
                for payload in cut_frames(held):
                    if payload and not self.is_silent:
                        self._on_request(till, read_request(payload))
        except (OSError, LinkSpoiled, LinkGone):
            return
        finally:
            self.tear(till)


def _as_it_is(sent: bytes) -> bytes:
    return sent
