"""The real terminal driver and its worker, with a link of the world instead of socket and thread.

Everything between effect and bytes is the product's own: worker, driver, connection, session,
codec, verdicts, recovery, slips. Replaced are the connect, the reader thread (the session reads
when somebody waits or the world turns) and the waiting itself (the world's clock moves).
"""

from collections.abc import Callable, Iterator
from typing import Any

from core.card import CardSlip
from core.ports import Report
from devices.links.faults import FaultKind, LinkFault
from devices.terminals.westpay_epas.codec import UnusableMessage, decode
from devices.terminals.westpay_epas.connection import Connection
from devices.terminals.westpay_epas.frames import FrameReader, FrameTooLong
from devices.terminals.westpay_epas.messages import Identity, Inbound
from devices.terminals.westpay_epas.session import EpasSession, Exchange
from devices.terminals.westpay_epas.settings import EpasSettings
from devices.terminals.westpay_epas.slip_box import SlipBox
from devices.terminals.westpay_epas.terminal import WestpayEpasTerminal
from tests.world.clock import WorldClock
from tests.world.terminal import POI_ID, Terminal
from tests.world.terminal_link import Link

SETTINGS = EpasSettings("world", 1, POI_ID, "KASSA1", is_simulator_allowed=True)


class WorldSession(EpasSession):
    """A session that reads when it is asked to."""

    def __init__(
        self,
        link: Link,
        identity: Identity,
        clock: WorldClock,
        on_heard: Callable[[EpasSession, Inbound], None],
        on_end: Callable[[EpasSession, str], None],
    ) -> None:
        tcp: Any = link
        super().__init__(tcp, identity, clock, on_heard, on_end)
        self._wire = link
        self._time = clock
        self._frames = FrameReader()
        self._is_told = False
        self.turn: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Start no thread."""

    def join(self, limit_s: float) -> None:
        """Read to the end of a closed link: what the reader thread does before it ends."""
        self.read()

    def settle(self, exchange: Exchange, limit_s: float) -> bool:
        """Let the world go on until something happens, at most `limit_s`."""
        self.read()
        if not (exchange.answer or exchange.end_words):
            self.turn()
            self._time.sleep_until_something(limit_s)
            self.read()
        return bool(exchange.answer or exchange.end_words)

    def read(self) -> None:
        """Take everything that came, and the end of the link."""
        if self._is_told:
            return
        try:
            while self._wire.inbound and not self._is_over:
                for payload in self._frames.feed(self._wire.inbound.pop(0)):
                    if payload:
                        self._take(decode(payload))
        except (UnusableMessage, FrameTooLong) as exc:
            self._break(type(exc).__name__)
            self._wire.close()
        if self._wire.fault is not None or self._is_over:
            self._is_told = True
            self._listen()

    def _read_frames(self) -> None:
        """Only the end of the link is left to read."""
        if self._frames.is_mid_frame and not self._is_protocol_broken:
            raise UnusableMessage("frame cut short")
        raise self._wire.fault or LinkFault(FaultKind.CLOSED, "reader ended")


class WorldConnection(Connection):
    """A connection to the world's terminal."""

    terminal: Terminal
    time: WorldClock
    before_send: Callable[[], None]
    turn: Callable[[], None]

    def open_session(self, identity: Identity) -> EpasSession:
        """Connect to the terminal. Raises LinkFault."""
        link = self.terminal.connect(self.before_send)
        session = WorldSession(link, identity, self.time, self._on_heard, self._ended)
        session.turn = self.turn
        return session


class WorldSlips(SlipBox):
    """A slip box that lets the world go on while it waits."""

    go_on: Callable[[float], None]

    def wait_for_more(
        self, seen: list[CardSlip], until_s: float, is_over: Callable[[], bool]
    ) -> bool:
        """Wait for another slip until `until_s`."""
        while self.kept() == seen:
            left_s = until_s - self._clock.monotonic_s()
            if left_s <= 0 or is_over():
                return False
            self.go_on(left_s)
        return True


class WorldDriver(WestpayEpasTerminal):
    """The real driver on the world's link."""

    def __init__(
        self,
        terminal: Terminal,
        clock: WorldClock,
        report: Report,
        service_ids: Iterator[int],
        seams: tuple[Callable[[], None], Callable[[], None]],
    ) -> None:
        """`seams`: before bytes leave, and whenever the driver waits."""
        super().__init__(SETTINGS, clock, report, service_ids)
        connection = WorldConnection(SETTINGS, clock, report, service_ids, self._heard)
        connection.terminal, connection.time = terminal, clock
        connection.before_send, connection.turn = seams
        self._connection = connection
        slips = WorldSlips(clock, report)
        slips.go_on = self._go_on
        self._slips = slips
        self._time = clock

    def read(self) -> None:
        """Take what came while nobody waits."""
        session = self._connection.session
        if isinstance(session, WorldSession):
            session.read()

    def _go_on(self, limit_s: float) -> None:
        self._time.sleep_until_something(limit_s)
        self.read()
