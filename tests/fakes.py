"""A till's surroundings in memory: clock, terminal, control unit, printer.

`World` outlives a till, as `tests.fake_store.Disk` does: the next life begins from copies of both.
Each device keeps a ledger of its own that tells the truth whatever reached the till.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Final

from core import facts as f
from core.card import CardRequest, CardResult, CardSlip, CardVerdict, QueryResult
from core.control_record import ControlRecord, Signature, UnitStatus
from core.effects import (
    AskLastTransaction,
    AuthorizeCard,
    CheckPrinter,
    Effect,
    KickDrawer,
    PollUnit,
    PrintPaper,
    QueryCard,
    RegisterReceipt,
    ReverseCard,
)

SWEDISH_WINTER: Final = timezone(timedelta(hours=1))
NOON: Final = datetime(2026, 11, 23, 12, 0, tzinfo=SWEDISH_WINTER)
SWITCHED_OFF_S: Final = 60
"""How long the till is off between two lives."""


class FixedClock:
    """Moves one second at each look, so that two acts never share a time."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self.seconds = 0

    def now(self) -> datetime:
        """Give the local time."""
        self.seconds += 1
        return self._start + timedelta(seconds=self.seconds)

    def monotonic_s(self) -> float:
        """Give the seconds since the start, without moving."""
        return float(self.seconds)


@dataclass(frozen=True)
class Charge:
    """One row of the terminal's own ledger."""

    transaction: str
    service_id: int
    authorized_ore: int
    tip_ore: int
    at: datetime
    is_reversed: bool = False


@dataclass(frozen=True)
class CardPlan:
    """What the customer and the link do with one request."""

    tip_ore: int = 0
    verdict: CardVerdict = CardVerdict.APPROVED
    partial_ore: int = 0
    """Approve only this much; 0 = all."""
    answer: str = "given"
    """given | not-sent | lost-before | lost-after | late (charged between two queries)."""


@dataclass
class CardTerminal:
    """A card terminal with a ledger.

    `memory`: `service-ids` (nexo), `last` (Westpay), or `none` (it cannot tell: a person reads).
    """

    clock: FixedClock
    memory: str = "service-ids"
    plans: tuple[CardPlan, ...] = (CardPlan(),)
    """One per request, the last one for all that follow."""
    reversal_answers: tuple[str, ...] = ("given",)
    """given | refused | lost-before | lost-after, the last one for all that follow."""
    ledger: list[Charge] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    """Service ids of every payment request that came, in order."""
    declined: list[int] = field(default_factory=list)
    reversals: int = 0
    queries: int = 0
    late: CardRequest | None = None
    last_is_reversal: bool = False

    def authorize(self, request: CardRequest) -> list[f.Fact]:
        """Take a payment request."""
        plan = self._plan(len(self.sent))
        service_id = request.service_id
        if plan.answer == "not-sent":
            self.plans = (*self.plans[: len(self.sent)], *self.plans[len(self.sent) + 1 :])
            self.plans = self.plans or (CardPlan(),)
            return [f.CardNotSent(service_id, "refused")]
        self.sent.append(service_id)
        if plan.answer == "lost-before":
            return [f.CardAnswerLost(service_id, "link lost")]
        if plan.answer == "late":
            self.late = request
            return [f.CardAnswerLost(service_id, "link lost")]
        if plan.verdict is not CardVerdict.APPROVED:
            self.declined.append(service_id)
            return [f.CardAnswered(CardResult(service_id, plan.verdict, condition="Refusal"))]
        charge = self._charge(request, plan)
        if plan.answer == "lost-after":
            return [f.CardAnswerLost(service_id, "link lost")]
        result = self.result_of(charge)
        return [f.SlipArrived(result.slips[0]), f.CardAnswered(result)]

    def query(self, request: CardRequest) -> list[f.Fact]:
        """Say what became of a request."""
        self.queries += 1
        if self.queries > 1:
            self._charge_late()
        verdict, result = self._remember(request)
        evidence = (f"ledger={len(self.ledger)}",)
        return [f.CardQueried(QueryResult(request.service_id, verdict, result, evidence))]

    def reverse(self, service_id: int, transaction: str) -> list[f.Fact]:
        """Undo the last approved transaction."""
        answer = self.reversal_answers[min(self.reversals, len(self.reversal_answers) - 1)]
        self.reversals += 1
        if answer == "lost-before":
            return [f.CardReversalLost(service_id, "link lost")]
        last = self.ledger[-1] if self.ledger else None
        is_last = last is not None and last.transaction == transaction and not last.is_reversed
        if last is None or not is_last or answer == "refused":
            refused = CardResult(service_id, CardVerdict.DECLINED, condition="NotFound")
            return [f.CardReversed(service_id, refused)]
        self.ledger[-1] = replace(last, is_reversed=True)
        self.last_is_reversal = True
        if answer == "lost-after":
            return [f.CardReversalLost(service_id, "link lost")]
        return [f.CardReversed(service_id, CardResult(service_id, CardVerdict.APPROVED))]

    def slip_shows(self, service_id: int) -> Charge | None:
        """What the terminal's own slip shows to a person, who waits until it is done."""
        self._charge_late()
        return self.charged(service_id)

    def charged(self, service_id: int) -> Charge | None:
        """Give what stands on the card of this request, reversals taken into account."""
        found = [one for one in self.ledger if one.service_id == service_id]
        return found[-1] if found and not found[-1].is_reversed else None

    def result_of(self, charge: Charge) -> CardResult:
        """Write the answer to an approved request."""
        slip = CardSlip(
            reference=charge.transaction,
            service_id=charge.service_id,
            amount_ore=charge.authorized_ore - charge.tip_ore,
            tip_ore=charge.tip_ore,
            total_ore=charge.authorized_ore,
            masked_pan="************9659",
        )
        return CardResult(
            charge.service_id,
            CardVerdict.APPROVED,
            authorized_ore=charge.authorized_ore,
            tip_ore=charge.tip_ore,
            poi_transaction=charge.transaction,
            slips=(slip,),
        )

    def _plan(self, index: int) -> CardPlan:
        return self.plans[min(index, len(self.plans) - 1)]

    def _charge_late(self) -> None:
        """Let a customer who took his time finish."""
        if self.late is not None:
            late, self.late = self.late, None
            self._charge(late, self._plan(len(self.sent) - 1))

    def _charge(self, request: CardRequest, plan: CardPlan) -> Charge:
        amount_ore = plan.partial_ore or request.amount_ore
        charge = Charge(
            transaction=f"T{len(self.ledger) + 1:04d}",
            service_id=request.service_id,
            authorized_ore=amount_ore + plan.tip_ore,
            tip_ore=plan.tip_ore,
            at=self.clock.now(),
        )
        self.ledger.append(charge)
        self.last_is_reversal = False
        return charge

    def _remember(self, request: CardRequest) -> tuple[CardVerdict, CardResult | None]:
        if self.memory == "none":
            return CardVerdict.UNKNOWN, None
        return self._by_service_id(request) if self.memory != "last" else self._by_last(request)

    def _by_service_id(self, request: CardRequest) -> tuple[CardVerdict, CardResult | None]:
        service_id = request.service_id
        if service_id in self.declined:
            return CardVerdict.DECLINED, CardResult(service_id, CardVerdict.DECLINED)
        charge = self.charged(service_id)
        if charge is None:
            return CardVerdict.NOT_CHARGED, None
        return CardVerdict.APPROVED, self.result_of(charge)

    def _by_last(self, request: CardRequest) -> tuple[CardVerdict, CardResult | None]:
        """Remember the last transaction only, and nobody's service id (protocols 5.3)."""
        if not self.ledger:
            never = CardVerdict.UNKNOWN if request.baseline_transaction else CardVerdict.NOT_CHARGED
            return never, None
        last = self.ledger[-1]
        if self.last_is_reversal:
            return CardVerdict.NOT_CHARGED, None
        if last.transaction == request.baseline_transaction:
            return CardVerdict.NOT_CHARGED, None
        if last.at < request.started_at:
            return CardVerdict.UNKNOWN, None
        result = replace(self.result_of(last), service_id=request.service_id)
        return CardVerdict.APPROVED, result


@dataclass
class SealedUnit:
    """A control unit. `repeat` says what it does with a receipt number it knows."""

    repeat: str = "same"
    """same | refuse | new."""
    answers: tuple[str, ...] = ("given",)
    """given | lost-before | lost-after | silent, the last one for all that follow."""
    ledger: list[tuple[ControlRecord, str]] = field(default_factory=list)
    asked: int = 0

    def register(self, record: ControlRecord) -> f.Fact:
        """Take one registration."""
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        lost = f.SigningFailed(record.serial, record.receipt_no, "no answer", is_final=False)
        if answer in ("lost-before", "silent"):
            return lost
        known = [code for held, code in self.ledger if held.serial == record.serial]
        if known and self.repeat == "refuse":
            return f.SigningFailed(record.serial, record.receipt_no, "known", is_final=True)
        code = known[0] if known and self.repeat == "same" else self._sign(record)
        if answer == "lost-after":
            return lost
        return f.RecordSigned(record.serial, record.receipt_no, Signature(code, "CCTEST01"))

    def poll(self) -> f.Fact:
        """Answer a poll."""
        return f.UnitPolled(UnitStatus("CCTEST01", is_ready=True, is_simulator=True))

    def _sign(self, record: ControlRecord) -> str:
        code = control_code(f"{record.receipt_no} {len(self.ledger)}")
        self.ledger.append((record, code))
        return code


def control_code(seed: str) -> str:
    """Make a code of the shape a control unit gives, another one for each seed."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    digest = sha256(seed.encode()).digest() + sha256(seed.encode() + b"2").digest()
    text = "".join(letters[byte & 31] for byte in digest)
    return f"{text[:32]};{text[32:58]}"


@dataclass
class PaperPrinter:
    """A printer that counts what came out of it."""

    answers: tuple[str, ...] = ("given",)
    """given | refused | lost-before | lost-after, the last one for all that follow."""
    papers: list[tuple[int, str]] = field(default_factory=list)
    """(paper id, text), in order."""
    asked: int = 0
    kicks: int = 0
    """How often the drawer was opened without a paper."""

    def print(self, job: PrintPaper) -> list[f.Fact]:
        """Print one paper."""
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if answer == "refused":
            # Somebody puts a new roll in, and the printer says so.
            out = f.PaperRefused(job.paper_id, f.PrinterCondition.PAPER_OUT)
            return [out, f.PrinterConditionChanged(f.PrinterCondition.READY)]
        if answer == "lost-before":
            return [f.PrintLost(job.paper_id, "cable")]
        self.papers.append((job.paper_id, job.document.as_text()))
        if answer == "lost-after":
            return [f.PrintLost(job.paper_id, "cable")]
        return [f.PaperPrinted(job.paper_id)]

    def shows(self, paper_id: int) -> bool:
        """Say whether a person who looks finds the paper."""
        return any(one == paper_id for one, _ in self.papers)


@dataclass
class World:
    """The devices around one till."""

    clock: FixedClock
    terminal: CardTerminal
    unit: SealedUnit
    printer: PaperPrinter

    def copy(self) -> "World":
        """Copy the ledgers, so that another future can begin here."""
        clock = copy(self.clock)
        terminal = replace(
            self.terminal,
            clock=clock,
            ledger=list(self.terminal.ledger),
            sent=list(self.terminal.sent),
            declined=list(self.terminal.declined),
        )
        unit = replace(self.unit, ledger=list(self.unit.ledger))
        return World(clock, terminal, unit, replace(self.printer, papers=list(self.printer.papers)))

    def do(self, effect: Effect) -> list[f.Fact]:
        """Do what was asked, and give what the devices say to it."""
        match effect:
            case AuthorizeCard():
                return self.terminal.authorize(effect.request)
            case QueryCard():
                return self.terminal.query(effect.request)
            case AskLastTransaction():
                return [f.LastTransactionTold()]
            case ReverseCard():
                return self.terminal.reverse(effect.service_id, effect.poi_transaction)
            case RegisterReceipt():
                return [self.unit.register(effect.record)]
            case PollUnit():
                return [self.unit.poll()]
            case PrintPaper():
                return self.printer.print(effect)
            case KickDrawer():
                self.printer.kicks += 1
                return []
            case CheckPrinter():
                return [f.PrinterConditionChanged(f.PrinterCondition.READY)]
            case _:
                return []


def a_world(
    *,
    plans: tuple[CardPlan, ...] = (CardPlan(),),
    memory: str = "service-ids",
    reversals: tuple[str, ...] = ("given",),
    unit: SealedUnit | None = None,
    printer: PaperPrinter | None = None,
) -> World:
    """Make a world in which everything works, but for what is given."""
    clock = FixedClock()
    terminal = CardTerminal(clock, memory, plans, reversals)
    return World(clock, terminal, unit or SealedUnit(), printer or PaperPrinter())
