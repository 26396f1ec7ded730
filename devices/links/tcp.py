"""Sole owner of one TCP socket: connect, send all, receive with a deadline, close.

Keeps sockets out of the drivers, so that time limits, keep-alive settings and the count of bytes
handed over are the same everywhere. It knows no protocol and never reconnects by itself. One thread
may receive while others send; sending is taken in turns. Source: terminal-protocols 2.2 and 5.2.
"""

import select
import socket
import threading
from contextlib import suppress
from time import monotonic
from typing import Self

from devices.links.faults import FaultKind, LinkFault

CONNECT_LIMIT_S = 3.0
SEND_LIMIT_S = 5.0
_IDLE_BEFORE_PROBE_S = 5
_PROBE_INTERVAL_S = 5
_PROBE_COUNT = 3
_UNACKNOWLEDGED_LIMIT_MS = 15_000


class TcpLink:
    """One connected socket. Any method may be called from any thread."""

    def __init__(self, connected: socket.socket) -> None:
        """Take over a connected socket; nobody else may use it afterwards."""
        self._socket = connected
        self._sending = threading.Lock()
        self._is_closed = False
        connected.setblocking(False)
        _keep_watch(connected)

    @classmethod
    def connect(cls, host: str, port: int, limit_s: float = CONNECT_LIMIT_S) -> Self:
        """Connect over IPv4 within `limit_s`. Raises LinkFault with sent_count 0."""
        try:
            found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as exc:
            raise LinkFault(FaultKind.UNREACHABLE, "no such host name") from exc
        fresh = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            fresh.settimeout(limit_s)
            fresh.connect(found[0][4])
        except TimeoutError as exc:
            fresh.close()
            raise LinkFault(FaultKind.SILENT, "no answer to connect") from exc
        except ConnectionRefusedError as exc:
            fresh.close()
            raise LinkFault(FaultKind.REFUSED, "connection refused") from exc
        except (OSError, OverflowError) as exc:
            fresh.close()
            raise LinkFault(FaultKind.UNREACHABLE, _words(exc)) from exc
        return cls(fresh)

    def send(self, sent: bytes, limit_s: float = SEND_LIMIT_S) -> None:
        """Hand all bytes to the network within `limit_s`.

        Raises LinkFault; its sent_count says how many bytes had left. Returning says nothing about
        arrival.
        """
        done_count = 0
        deadline_s = monotonic() + limit_s
        with self._sending:
            while done_count < len(sent):
                try:
                    done_count += self._socket.send(sent[done_count:])
                except BlockingIOError:
                    if not self._wait(select.POLLOUT, deadline_s - monotonic()):
                        words = "peer takes no bytes"
                        raise LinkFault(FaultKind.SILENT, words, done_count) from None
                except OSError as exc:
                    raise LinkFault(self._kind(), _words(exc), done_count) from exc

    def receive(self, limit_s: float, size_max: int = 65_536) -> bytes:
        """Give the bytes that came, at least one, at most `size_max`.

        Raises LinkFault SILENT when nothing came within `limit_s`, CLOSED when the peer closed,
        BROKEN when the link was torn.
        """
        deadline_s = monotonic() + limit_s
        while True:
            try:
                came = self._socket.recv(size_max)
            except BlockingIOError:
                if not self._wait(select.POLLIN, deadline_s - monotonic()):
                    raise LinkFault(FaultKind.SILENT, "nothing came") from None
                continue
            except OSError as exc:
                raise LinkFault(self._kind(), _words(exc)) from exc
            if not came:
                raise LinkFault(FaultKind.CLOSED, "closed by peer")
            return came

    def close(self) -> None:
        """Close both directions; wakes whoever waits in `receive`. Safe to call twice."""
        self._is_closed = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _wait(self, event: int, limit_s: float) -> bool:
        # poll, not select: a till that ran for months may hold file numbers above 1023.
        if limit_s <= 0:
            return False
        poller = select.poll()
        try:
            poller.register(self._socket, event)
        except ValueError:
            return True  # Closed by another thread; the next socket call raises the true fault.
        return bool(poller.poll(limit_s * 1000))

    def _kind(self) -> FaultKind:
        return FaultKind.CLOSED if self._is_closed else FaultKind.BROKEN


def _keep_watch(connected: socket.socket) -> None:
    """Let the kernel notice a dead peer: a silent terminal proves nothing (protocols 5.2)."""
    options = (
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", _IDLE_BEFORE_PROBE_S),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", _PROBE_INTERVAL_S),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", _PROBE_COUNT),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", _UNACKNOWLEDGED_LIMIT_MS),
    )
    for level, name, value in options:
        option: int | None = getattr(socket, name, None)
        if option is not None:
            with suppress(OSError):  # Not every system has each option; none is needed to sell.
                connected.setsockopt(level, option, value)


def _words(exc: Exception) -> str:
    return (exc.strerror or type(exc).__name__) if isinstance(exc, OSError) else type(exc).__name__
