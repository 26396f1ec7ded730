"""One connection to the terminal, from connect to the end of its link: who waits for which answer.

The reader is always on, because the terminal speaks unasked. At most one request waits for an
answer, and only a Response with its service id, category, terminal and till ids ends the wait; all
else goes to the driver as heard or as stray. When the link ends for any reason, the waiting request
is told so; the session never reconnects. Source: terminal-protocols 2.2, 2.3 and 5.4.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import DeviceUnavailable
from core.ports import Clock
from devices.links.faults import LinkFault, outcome_of
from devices.links.tcp import TcpLink
from devices.terminals.westpay_epas.codec import UnusableMessage, decode, encode
from devices.terminals.westpay_epas.frames import (
    KEEP_ALIVE,
    FrameReader,
    FrameTooLong,
    encode_frame,
)
from devices.terminals.westpay_epas.messages import (
    Answer,
    DisplayRequest,
    EventNotification,
    Identity,
    Inbound,
    MessageHeader,
    OtherMessage,
    PrintRequest,
    Request,
)

_FRAME_LIMIT_S = 20.0
_LISTEN_S = 5.0
FLOOD = "too many messages"
FLOOD_BURST = 1000
FLOOD_RATE = 100
"""Frames a link may carry at once, and per second after that; a sale takes about fifteen."""
_LOOK_S = 0.25
"""How often a wait looks at the clock, so that a till clock moved by a test is seen."""


@dataclass(slots=True)
class Exchange:
    """One request and, in time, its answer. Written under the session's lock."""

    service_id: int
    category: str
    began_s: float
    aborted_s: float | None = None
    answer: Answer | None = None
    end_words: str = ""
    """Why the link ended before an answer came; empty while it stands."""
    is_protocol_broken: bool = False
    is_foreign_terminal: bool = False
    """Another terminal id answered this very request."""


class EpasSession:
    """Owns the link and its reader thread."""

    def __init__(
        self,
        link: TcpLink,
        identity: Identity,
        clock: Clock,
        on_heard: Callable[["EpasSession", Inbound], None],
        on_end: Callable[["EpasSession", str], None],
    ) -> None:
        """Take over a fresh link. The callables are called from the reader thread."""
        self._link = link
        self._identity = identity
        self._clock = clock
        self._on_heard = on_heard
        self._on_end = on_end
        self._changed = threading.Condition()
        self._sending = threading.RLock()
        self._exchange: Exchange | None = None
        self._is_over = False
        self._end_words = ""
        self._is_protocol_broken = False
        self._sent_s = clock.monotonic_s()
        self._reader = threading.Thread(target=self._listen, name="epas-reader", daemon=True)

    def start(self) -> None:
        """Start to listen."""
        self._reader.start()

    @property
    def is_over(self) -> bool:
        """Say whether the link has ended."""
        return self._is_over

    @property
    def open_exchange(self) -> Exchange | None:
        """Give the request that waits, if any."""
        return self._exchange

    def ask(self, request: Request, category: str) -> Exchange:
        """Send a request and open its exchange; `settle` waits, `finish` closes it.

        Raises DeviceUnavailable when no byte left us, OutcomeUnknown when some did.
        """
        frame = encode_frame(encode(request, self._identity))
        exchange = Exchange(request.service_id, category, self._clock.monotonic_s())
        with self._sending:
            with self._changed:
                if self._is_over or self._exchange is not None:
                    words = self._end_words or "one service dialogue at a time"
                    raise DeviceUnavailable(words=words, service_id=request.service_id)
                self._exchange = exchange
            try:
                self._send(frame)
            except LinkFault as fault:
                self.finish(exchange)
                self.close(fault.words)
                raise outcome_of(fault, service_id=request.service_id) from fault
        return exchange

    def settle(self, exchange: Exchange, limit_s: float) -> bool:
        """Wait at most `limit_s`, or one short look, for the answer or the end of the link."""
        with self._changed:
            if not (exchange.answer or exchange.end_words):
                self._changed.wait(max(min(limit_s, _LOOK_S), 0))
            return bool(exchange.answer or exchange.end_words)

    def finish(self, exchange: Exchange) -> None:
        """Close the exchange; an answer that comes later is a stray."""
        with self._changed:
            if self._exchange is exchange:
                self._exchange = None

    def say(self, request: Request) -> bool:
        """Send a message that has no answer of its own (Abort, the answer to a question).

        Gives False when the link has ended or ends now.
        """
        with self._sending:
            if self._is_over:
                return False
            try:
                self._send(encode_frame(encode(request, self._identity)))
            except LinkFault as fault:
                self.close(fault.words)
                return False
            return True

    def abort(self, request: Request, service_id: int) -> bool:
        """Send an Abort for the open exchange; False when `service_id` is not it."""
        with self._sending:
            exchange = self._exchange
            if exchange is None or exchange.service_id != service_id:
                return False
            if not self.say(request):
                return False
            if exchange.aborted_s is None:
                exchange.aborted_s = self._clock.monotonic_s()
            return True

    def keep_alive(self, interval_s: float) -> None:
        """Send the four zero bytes when nothing was sent for `interval_s` and nobody waits."""
        with self._sending:
            if self._is_over or self._exchange is not None:
                return
            if self._clock.monotonic_s() - self._sent_s < interval_s:
                return
            try:
                self._send(KEEP_ALIVE)
            except LinkFault as fault:
                self.close(fault.words)

    def close(self, words: str = "closed by the till") -> None:
        """End the link; the reader ends by itself. Safe to call twice, from any thread."""
        with self._changed:
            self._end_words = self._end_words or words
            self._is_over = True
        self._link.close()

    def join(self, limit_s: float) -> None:
        """Wait for the reader to end, unless the reader itself asks."""
        if self._reader.is_alive() and self._reader is not threading.current_thread():
            self._reader.join(limit_s)

    def _send(self, sent: bytes) -> None:
        self._link.send(sent)
        self._sent_s = self._clock.monotonic_s()

    def _listen(self) -> None:
        try:
            self._read_frames()
        except LinkFault as fault:
            self._end_words = self._end_words or fault.words
        except FrameTooLong as exc:
            self._break(f"frame of {exc.length} bytes")
        except UnusableMessage as exc:
            self._break(exc.words)
        finally:
            # Also after a bug of ours: whoever waits must never wait for a dead reader.
            self._end_words = self._end_words or "reader ended"
            self._link.close()
            with self._changed:
                self._is_over = True
                if self._exchange is not None and self._exchange.answer is None:
                    self._exchange.is_protocol_broken = self._is_protocol_broken
                    self._exchange.end_words = self._end_words
                self._changed.notify_all()
            self._on_end(self, self._end_words)

    def _break(self, words: str) -> None:
        self._is_protocol_broken = True
        self._end_words = self._end_words or words

    def _read_frames(self) -> None:
        frames = FrameReader()
        frame_began_s: float | None = None
        budget, budget_s = FLOOD_BURST, self._clock.monotonic_s()
        while not self._is_over:
            try:
                finished = frames.feed(self._link.receive(_LISTEN_S))
            except LinkFault as fault:
                if fault.kind != "silent":
                    if frames.is_mid_frame:
                        raise UnusableMessage("frame cut short") from fault
                    raise
                finished = []
            for payload in finished:
                if payload:
                    self._take(decode(payload))
            now_s = self._clock.monotonic_s()
            refill = int((now_s - budget_s) * FLOOD_RATE)
            if refill > 0:
                budget, budget_s = min(FLOOD_BURST, budget + refill), now_s
            budget -= len(finished)
            if budget < 0:
                raise UnusableMessage(FLOOD)
            if finished or not frames.is_mid_frame:
                frame_began_s = now_s if frames.is_mid_frame else None
            elif frame_began_s is None:
                frame_began_s = now_s
            elif now_s - frame_began_s > _FRAME_LIMIT_S:
                raise UnusableMessage("frame never ended")

    def _take(self, message: Inbound) -> None:
        match message:
            case DisplayRequest() | PrintRequest() | EventNotification() | OtherMessage():
                self._on_heard(self, message)
            case _:
                if not self._take_answer(message):
                    self._on_heard(self, message)

    def _take_answer(self, answer: Answer) -> bool:
        with self._changed:
            exchange = self._exchange
            if exchange is None or exchange.answer is not None:
                return False
            if is_answer_to(exchange, answer.header, self._identity):
                exchange.answer = answer
                self._changed.notify_all()
                return True
            if self._is_from_another_terminal(exchange, answer.header):
                exchange.is_foreign_terminal = True
            return False

    def _is_from_another_terminal(self, exchange: Exchange, header: MessageHeader) -> bool:
        return (
            header.service_id == str(exchange.service_id)
            and header.category == exchange.category
            and header.poi_id != self._identity.poi_id
        )


def is_answer_to(exchange: Exchange, header: MessageHeader, identity: Identity) -> bool:
    """Say whether a response with this header ends the exchange: every id must be ours (F14)."""
    return (
        header.message_class == "Service"
        and header.category == exchange.category
        and header.service_id == str(exchange.service_id)
        and header.poi_id == identity.poi_id
        and header.workstation_id in ("", identity.workstation_id)
    )
