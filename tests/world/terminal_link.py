"""The wire between the till and the terminal of the world: no socket, no thread, no time."""

from collections.abc import Callable
from typing import Protocol

from devices.links.faults import FaultKind, LinkFault


class Peer(Protocol):
    """The terminal at the other end."""

    def take(self, link: "Link", sent: bytes) -> None:
        """Take bytes of the till."""

    def lose(self, link: "Link") -> None:
        """A link ended."""


class Link:
    """One connection of the till to the terminal; stands where devices.links.tcp.TcpLink does."""

    def __init__(self, terminal: Peer, before_send: Callable[[], None]) -> None:
        self._terminal = terminal
        self._before_send = before_send
        self.inbound: list[bytes] = []
        self.fault: LinkFault | None = None

    def send(self, sent: bytes, limit_s: float = 0) -> None:
        """Hand bytes to the terminal."""
        if self.fault is not None:
            raise LinkFault(FaultKind.BROKEN, self.fault.words)
        self._before_send()
        self._terminal.take(self, sent)

    def receive(self, limit_s: float, size_max: int = 0) -> bytes:
        """Give what came; the session reads the end of the link here."""
        if self.inbound:
            return self.inbound.pop(0)
        raise self.fault or LinkFault(FaultKind.SILENT, "nothing came")

    def close(self) -> None:
        """Close from the till's side."""
        if self.fault is None:
            self.fault = LinkFault(FaultKind.CLOSED, "closed by the till")
            self._terminal.lose(self)
