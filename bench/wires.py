"""What stands on the till's wires while a card sale is measured: two proxies and a tiny printer.

They run in the bench's process, so that the time at which the terminal's answer passed, the time
that the control unit took for itself and the time of the printer's first byte are of one clock.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from time import perf_counter

READ_SIZE = 65_536
Watch = Callable[[bytes, float], None]


def _serve(listener: socket.socket, take: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            taken, _ = listener.accept()
        except OSError:
            return
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=take, args=(taken,), daemon=True).start()


class Proxy:
    """Hands bytes through; tells of each piece and when it was read, before it goes on."""

    def __init__(self, target_port: int, from_till: Watch, to_till: Watch) -> None:
        self._target_port = target_port
        self._from_till = from_till
        self._to_till = to_till
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=_serve, args=(self._listener, self._take), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _take(self, till: socket.socket) -> None:
        device = socket.create_connection(("127.0.0.1", self._target_port))
        device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=_pump, args=(till, device, self._from_till), daemon=True).start()
        _pump(device, till, self._to_till)


def _pump(source: socket.socket, sink: socket.socket, watch: Watch) -> None:
    with suppress(OSError):
        while came := source.recv(READ_SIZE):
            watch(came, perf_counter())
            sink.sendall(came)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


class TinyPrinter:
    """Answers that it is ready, swallows papers, and notes when each began."""

    def __init__(self) -> None:
        self.began: list[float] = []
        """When the first byte of each paper came; status questions are no paper."""
        self.done_count = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=_serve, args=(self._listener, self._take), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _take(self, till: socket.socket) -> None:
        is_begun = False
        with suppress(OSError), till:
            while came := till.recv(READ_SIZE):
                at = perf_counter()
                if not is_begun and not came.startswith(b"\x10\x04"):
                    is_begun = True
                    self.began.append(at)
                questions = came.count(b"\x10\x04") if len(came) <= 9 else 0
                if questions:
                    till.sendall(b"\x12" * questions)
                if came.endswith(b"\x1dr\x01"):
                    till.sendall(b"\x00")
                    self.done_count += 1


class UnitClock:
    """The time that the control unit took for itself: last request byte to first answer byte."""

    def __init__(self) -> None:
        self._asked_at = 0.0
        self.took: list[tuple[float, float]] = []
        """When each answer came, and how long the unit had taken."""

    def asked(self, _came: bytes, at: float) -> None:
        """A piece of a request passed; the last one counts."""
        self._asked_at = at

    def answered(self, _came: bytes, at: float) -> None:
        """A piece of an answer passed; the first one counts."""
        if self._asked_at:
            self.took.append((at, at - self._asked_at))
            self._asked_at = 0.0

    def between(self, start: float, end: float) -> float:
        """Give the unit's own time within a span."""
        return sum(took for at, took in self.took if start <= at <= end)
