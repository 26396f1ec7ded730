"""What the till thread holds in its hands: the sale, the devices as last heard, and the rules.

The services are functions over a Till. Everything that must survive is in the store; what is here
can be rebuilt from it at start. Only the till thread touches a Till.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from core import events as ev
from core.card import CardSlip, Prompt
from core.card_policy import TipPolicy
from core.checkout import BETWEEN_CARD_AND_CODE, SaleState, advance
from core.control_record import ControlRecord
from core.document import Document
from core.effects import AskLastTransaction, Effect
from core.errors import PaymentInProgress, UnitNotReady
from core.facts import PrinterCondition, TerminalState
from core.frozen import frozen
from core.journal import NOTE_KINDS, JournalEntry, kind_of
from core.late_approval import LateApproval
from core.lost_time import LostTime
from core.payload import canonical
from core.ports import Clock
from core.receipt import Receipt, Shop
from core.receipt_copy import CopyState, ReceiptCopy
from core.sale import Sale
from core.store_ports import Paper, Period, Store, UnitOfWork

CLOCK_JUMP_MAX: Final = timedelta(seconds=60)
"""A wall clock that moved more than this against the monotonic one is journalled (F49)."""


@frozen
class Rules:
    """The shop's configuration, as far as the services need it."""

    shop: Shop
    operator: str
    manager: str
    """Who decides; with login off the same person as the operator."""
    tip: TipPolicy
    has_terminal: bool
    has_printer: bool
    paper_width: int
    opening_float_ore: int
    is_demo: bool
    program: str
    """Model, program and version (sweden R30)."""
    words: Callable[[str], str]
    """The receipt language's gettext."""
    has_drawer: bool = True
    """Whether cash opens the drawer through the printer."""
    query_interval_s: int = 5
    signing_tries_max: int = 3


@frozen
class Attention:
    """A question or a stop that a person must see. `code` is stable; words are made in tui."""

    code: str
    """card-doubt | card-held | unit-silent | unit-unclear | unit-refused | paper-unknown …"""
    facts: tuple[tuple[str, str | int], ...] = ()


@frozen
class TakenUp:
    """The sale that the start found between card and code, as last seen."""

    sale: Sale
    tender_no: int
    """The card of unclear fate; 0 = all was paid and only the code was missing."""


def check_may_quit(state: SaleState | None, attention: Attention | None) -> None:
    """Refuse to close the till while a device works on a payment. Raises PaymentInProgress.

    What a person is asked about (a card or a reversal in doubt), and a paid sale whose unit gave no
    code, go on at the next start: none may keep a till open whose device is away for good.
    """
    code = attention.code if attention else ""
    if state in (SaleState.PAID, SaleState.SIGNING) and not code.startswith("unit-"):
        raise PaymentInProgress(state=str(state))
    is_running = state in (SaleState.AUTHORIZING, SaleState.IN_DOUBT, SaleState.REVERSING)
    if is_running and code not in ("card-doubt", "card-unreversed"):
        raise PaymentInProgress(state=str(state))


@dataclass(slots=True)
class TerminalView:
    """The card terminal as last heard."""

    state: TerminalState = TerminalState.OFF
    text: str = ""
    lines: tuple[str, ...] = ()
    prompt: Prompt | None = None
    slip: CardSlip | None = None
    """The slip of the running payment that the customer is to sign."""
    reversal_slip: CardSlip | None = None
    """The customer's copy of the slip of the reversal that runs, once it came."""
    is_abort_asked: bool = False
    is_signature_refused: bool = False
    """The cashier said no to the signature of the payment that runs."""
    last_transaction: str = ""
    must_tell_last: bool = False
    """A person decided an unclear card: the terminal tells its last transaction before the next."""
    reversal_out: int = 0
    """Service id of the reversal that was handed out and not answered; 0 = none."""
    query_attempt: int = 0


@dataclass(slots=True)
class UnitView:
    """The control unit as last heard. `is_ready` None = not asked yet."""

    is_ready: bool | None = None
    unit_id: str = ""
    text: str = ""
    error: str = ""
    tries: int = 0
    """Registrations of the present receipt that brought no code."""
    is_registering: bool = False
    is_waiting_for_person: bool = False


def _unwatched() -> None:
    """Look at no file: a store in memory has none."""


@dataclass(slots=True)
class Till:
    """The one writer's state."""

    store: Store
    clock: Clock
    rules: Rules
    period: Period
    witness: Callable[[JournalEntry, str, int], None]
    """Writes the journal head outside the database and fsyncs it."""
    check_files: Callable[[], None] = _unwatched
    """Raises StoreDamaged when the store's files are others now, DiskNearlyFull."""
    check_before_z: Callable[[], None] = _unwatched
    """Raises StoreDamaged when what a Z would tell does not follow from the stored receipts."""
    sale: Sale | None = None
    terminal: TerminalView = field(default_factory=TerminalView)
    unit: UnitView = field(default_factory=UnitView)
    printer: PrinterCondition = PrinterCondition.NONE
    attention: Attention | None = None
    last_receipt: Receipt | None = None
    """The newest receipt finished in this run, for the screen."""
    last_paper: Document | None = None
    """That receipt laid out: once, for printer and screen alike."""
    last_tender_error: Attention | None = None
    """Why the last card attempt ended without payment; shown until the next act."""
    slip_told: Attention | None = None
    """A card slip that came outside a payment, for the screen; until the next payment."""
    taken_up: TakenUp | None = None
    """The sale that was being paid when the till stopped, until the next one begins."""
    before_stop: Attention | None = None
    """What became of that sale so far, for the screen (core.services.taken_up)."""
    papers: dict[int, Paper] = field(default_factory=dict)
    """Pending paper jobs, by id."""
    lost_time: LostTime = field(default_factory=LostTime)
    """What a restored backup cannot know."""
    copies: dict[int, ReceiptCopy] = field(default_factory=dict)
    """Copies that are not signed yet, by the original's number."""
    lates: dict[int, LateApproval] = field(default_factory=dict)
    """Late card approvals that no manager has answered for, by service id."""
    is_copy_out: bool = False
    """The control unit has a copy in hand."""
    effects: list[Effect] = field(default_factory=list)
    still_running_count: int = 0
    """Consecutive answers that the payment in doubt still runs at the terminal."""
    not_charged_count: int = 0
    """Consecutive `not charged` answers about the sale in doubt."""
    is_closing: bool = False
    """The devices are ending: nothing new is started."""
    clock_offset: datetime | None = None
    """The wall clock at monotonic zero, as last seen."""

    def note(
        self, uow: UnitOfWork, kind: str, **facts: str | int | bool | ControlRecord
    ) -> JournalEntry:
        """Append a note to the journal within the caller's unit of work."""
        assert kind in NOTE_KINDS, kind
        return uow.append_journal(self.clock.now(), kind, self.rules.operator, canonical(facts))

    def note_alone(self, kind: str, **facts: str | int | bool) -> None:
        """Append a note in a unit of work of its own; durable when this returns."""
        with self.store.unit_of_work() as uow:
            self.note(uow, kind, **facts)
            uow.commit()

    def note_witnessed(self, kind: str, witness_kind: str, **facts: str | int | bool) -> None:
        """Append a note and witness it, so that no tail before it can be cut unseen."""
        with self.store.unit_of_work() as uow:
            head = self.note(uow, kind, **facts)
            uow.commit()
        self.witness(head, witness_kind, 0)

    def record(self, uow: UnitOfWork, sale: Sale, events: Iterable[ev.SaleEvent]) -> Sale:
        """Advance a sale by events within the caller's unit of work: rows and journal together."""
        before, after = sale, sale
        for event in events:
            after = advance(after, event)
            uow.append_journal(
                self.clock.now(), kind_of(event), self.rules.operator, canonical(event)
            )
        uow.put_sale(before, after)
        return after

    def settle(self, *events: ev.SaleEvent) -> Sale:
        """Advance the present sale by events in one commit, durable when this returns."""
        assert self.sale is not None
        with self.store.unit_of_work() as uow:
            after = self.record(uow, self.sale, events)
            uow.commit()
        self.sale = after
        return after

    @property
    def state(self) -> SaleState | None:
        """The state of the present sale, None without one."""
        return SaleState(self.sale.state) if self.sale else None

    def check_unit(self) -> None:
        """Refuse when the control unit is known to be silent. Raises UnitNotReady."""
        if self.unit.is_ready is False:
            raise UnitNotReady(text=self.unit.text, error=self.unit.error)

    def check_unit_for_payment(self) -> None:
        """Refuse unless the control unit answered its last poll. Raises UnitNotReady."""
        if not self.unit.is_ready:
            raise UnitNotReady(text=self.unit.text, error=self.unit.error)
        copy = self.numbered_copy
        if copy is not None:
            raise UnitNotReady(text=f"copy={copy.receipt_no}", error="copy-waits")

    @property
    def numbered_copy(self) -> ReceiptCopy | None:
        """The copy that the control unit was told of and did not answer yet."""
        numbered = [one for one in self.copies.values() if one.state is CopyState.NUMBERED]
        return numbered[0] if numbered else None

    def check_no_payment(self) -> None:
        """Refuse while a sale lies between card and code. Raises PaymentInProgress."""
        if self.state in BETWEEN_CARD_AND_CODE:
            raise PaymentInProgress(state=str(self.state))

    def check_no_late(self) -> None:
        """Refuse a card while a late approval is unanswered. Raises PaymentInProgress."""
        if self.lates:
            raise PaymentInProgress(reason="late-approval")

    def ask_last_transaction(self) -> None:
        """Let no card be asked for until the terminal has told its last transaction anew."""
        self.terminal.must_tell_last = True
        self.effects.append(AskLastTransaction())

    def check_last_told(self) -> None:
        """Refuse a card until the terminal told its last transaction. Raises PaymentInProgress.

        What a person decided may be wrong: a payment that was drawn all the same must never be
        taken for the next one's (terminal-protocols 5.3, baseline).
        """
        if self.terminal.must_tell_last:
            raise PaymentInProgress(reason="asking-terminal")

    def watch_clock(self) -> None:
        """Journal a wall clock that moved against the monotonic one (sweden R37, F49)."""
        # In UTC: the local clock jumps twice a year and nobody set it.
        now = self.clock.now().astimezone(UTC)
        offset = now - timedelta(seconds=self.clock.monotonic_s())
        former = self.clock_offset
        if former is not None and abs(offset - former) > CLOCK_JUMP_MAX:
            self.note_alone("clock-jumped", seconds=(offset - former) // timedelta(seconds=1))
        self.clock_offset = offset

    def take_effects(self) -> tuple[Effect, ...]:
        """Give the effects to hand out, and forget them."""
        taken = tuple(self.effects)
        self.effects.clear()
        return taken
