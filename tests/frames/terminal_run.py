"""The driver's own way from bytes to an event, without a socket, and the fuzz run over it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from random import Random
from time import thread_time

from core.card import CardResult, CardSlip
from core.card_policy import TipMode, TipPolicy, judge
from core.errors import DeviceError
from core.events import CardAuthorized
from core.tender import Tender, TenderKind, TenderState
from devices.links.faults import FaultKind, LinkFault
from devices.terminals.westpay_epas.codec import UnusableMessage, decode
from devices.terminals.westpay_epas.messages import (
    Identity,
    Inbound,
    PaymentRequest,
    PaymentResponse,
    PrintRequest,
)
from devices.terminals.westpay_epas.session import EpasSession, Exchange, is_answer_to
from devices.terminals.westpay_epas.verdicts import Asked, payment_result
from tests.frames.approvals import POI, STARTED_AT, WORKSTATION, Approval, approval
from tests.frames.figures import Figures
from tests.frames.judge import says_the_same
from tests.frames.mutator import mutated

SEED_COUNT = 200
US = Identity(WORKSTATION, POI)
Shown = tuple[bool, CardResult | None]
Show = Callable[[Approval, bytes, tuple[CardSlip, ...]], Shown]
POLICY = TipPolicy(TipMode.TERMINAL, 50, 100)


class StillClock:
    """A till clock that stands, or is moved by a test."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def now(self) -> datetime:
        """Give the start of the payment."""
        return STARTED_AT

    def monotonic_s(self) -> float:
        """Give seconds."""
        return self.at_s


class PlayedLink:
    """A link that gives the played pieces, then has been closed by the peer."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self.sent = bytearray()
        self.is_closed = False

    def send(self, sent: bytes, limit_s: float = 0) -> None:
        """Keep what the driver sent."""
        self.sent += sent

    def receive(self, limit_s: float, size_max: int = 65_536) -> bytes:
        """Give the next piece."""
        piece = next(self._pieces, None)
        if piece is None or self.is_closed:
            raise LinkFault(FaultKind.CLOSED, "closed by peer")
        if not piece:
            raise LinkFault(FaultKind.SILENT, "nothing came")
        return piece

    def close(self) -> None:
        """Be closed."""
        self.is_closed = True


def exchange_of(
    asked: Approval, pieces: Iterable[bytes], clock: StillClock | None = None
) -> tuple[Exchange, list[Inbound]]:
    """Play pieces to a session that waits for this payment's answer; wait until it has ended."""
    link = PlayedLink(pieces)
    heard: list[Inbound] = []
    session = EpasSession(
        link,  # type: ignore[arg-type]  # a link by its methods
        US,
        clock or StillClock(),
        lambda _session, message: heard.append(message),
        lambda _session, _words: None,
    )
    request = PaymentRequest(
        asked.service_id, "1", STARTED_AT, "17", asked.requested_ore, asked.is_tip_allowed
    )
    exchange = session.ask(request, "Payment")
    session.start()
    session.join(20)
    return exchange, heard


def slips_of(asked: Approval) -> tuple[CardSlip, ...]:
    """Read the slips that came before the answer."""
    read = [decode(payload) for payload in asked.slips]
    return tuple(one.slip for one in read if isinstance(one, PrintRequest))


def result_of(
    asked: Approval, exchange: Exchange, slips: tuple[CardSlip, ...]
) -> CardResult | None:
    """Give what the driver makes of the answer; None when nothing is believed."""
    if not isinstance(exchange.answer, PaymentResponse):
        return None
    wanted = Asked(asked.service_id, asked.requested_ore, asked.baseline, asked.is_refund)
    try:
        return payment_result(wanted, exchange.answer, slips)
    except DeviceError:
        return None


def is_approved(asked: Approval, result: CardResult | None) -> bool:
    """Say whether the till would count the sale as paid by it."""
    if result is None:
        return False
    tender = Tender(
        no=1,
        kind=TenderKind.CARD,
        state=TenderState.REQUESTED,
        operator="Anna",
        requested_ore=asked.requested_ore,
        service_id=asked.service_id,
        is_tip_allowed=asked.is_tip_allowed,
    )
    return isinstance(judge(1, tender, result, POLICY), CardAuthorized)


@cache
def known() -> tuple[tuple[Approval, ...], tuple[tuple[CardSlip, ...], ...]]:
    """Give the approvals a run starts from, and the slips of each."""
    seeds = tuple(approval(number) for number in range(SEED_COUNT))
    return seeds, tuple(map(slips_of, seeds))


def run(count: int, seed: int, show: Show | None = None) -> Figures:
    """Show the driver `count` mutated approvals; a wrong one that is believed is a fault.

    `show` takes the driver's place in tests of this run.
    """
    show = show or shown
    told = Figures("terminal")
    dice = Random(seed)
    seeds, slips = known()
    for number in range(count):
        at = number % SEED_COUNT
        asked = seeds[at]
        payload = mutated(asked, dice)
        began_s = thread_time()
        try:
            approved, result = show(asked, payload, slips[at])
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            told.crash(f"{type(exc).__name__} {exc} at {number}: {payload[:2000]!r}")
            continue
        told.take(thread_time() - began_s)
        if not approved:
            continue
        told.accepted += 1
        is_exact = (
            result is not None
            and result.authorized_ore == asked.total_ore
            and result.tip_ore in (None, asked.tip_ore)
        )
        if not is_exact or not says_the_same(asked, payload):
            told.false_approval(f"at {number}: {payload[:2000]!r}")
        if number == 1000:
            told.warmed_up()
    return told.end()


def shown(asked: Approval, payload: bytes, slips: tuple[CardSlip, ...]) -> Shown:
    """Take one payload as the session does once it is whole."""
    try:
        message = decode(payload)
    except UnusableMessage:
        return False, None
    exchange = Exchange(asked.service_id, "Payment", 0)
    if not (isinstance(message, PaymentResponse) and is_answer_to(exchange, message.header, US)):
        return False, None
    exchange.answer = message
    result = result_of(asked, exchange, slips)
    return is_approved(asked, result), result
