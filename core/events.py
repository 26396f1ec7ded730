"""What happened, past tense, frozen: the journal's payloads.

The fields of an event are the keys of its journal payload (core/journal.py writes them in order of
name), so a change here is a change of the journal format and belongs in docs/journal.md.
"""

from datetime import datetime

from core.control_record import ControlRecord
from core.frozen import frozen
from core.receipt import Receipt
from core.sale import Line


@frozen
class SaleOpened:
    """The first line of a new sale is about to be added."""

    sale_id: int


@frozen
class LinesAdded:
    """Lines were added by one act of the cashier (an article and its deposit, a key of several)."""

    sale_id: int
    lines: tuple[Line, ...]


@frozen
class LinesCorrected:
    """The last article was taken away again; the lines carry the opposite sign."""

    sale_id: int
    lines: tuple[Line, ...]


@frozen
class SaleFrozen:
    """Payment began: no line may be added until it is given up."""

    sale_id: int


@frozen
class SaleUnfrozen:
    """Payment was given up before any tender settled."""

    sale_id: int


@frozen
class SaleVoided:
    """The sale was dropped before payment (makulering)."""

    sale_id: int
    total_ore: int


@frozen
class CashTendered:
    """Cash was taken."""

    sale_id: int
    tender_no: int
    amount_ore: int
    rounding_ore: int
    given_ore: int
    change_ore: int


@frozen
class CashReturned:
    """The last cash part was handed back before the sale was paid."""

    sale_id: int
    tender_no: int
    returned_ore: int


@frozen
class CardRequested:
    """A card is about to be asked for; on disk before anything leaves (reliability d2)."""

    sale_id: int
    tender_no: int
    service_id: int
    requested_ore: int
    till_tip_ore: int
    is_tip_allowed: bool
    baseline_transaction: str
    started_at: datetime


@frozen
class CardAbortAsked:
    """The cashier asked the terminal to stop; on disk before it is asked, moves no state."""

    sale_id: int
    service_id: int


@frozen
class CardAuthorized:
    """The card was drawn; amount and tip add up to the authorized total."""

    sale_id: int
    service_id: int
    authorized_ore: int
    amount_ore: int
    tip_ore: int
    is_tip_derived: bool
    poi_transaction: str
    resolved_by: str = ""
    """Manager's name when a person decided an unclear outcome, else empty."""


@frozen
class CardDeclined:
    """Not paid: host, card or terminal said no."""

    sale_id: int
    service_id: int
    condition: str
    text: str


@frozen
class CardAborted:
    """Not paid: the customer or the till stopped it."""

    sale_id: int
    service_id: int
    condition: str
    text: str


@frozen
class CardNeverCharged:
    """Not paid: the request never ran."""

    sale_id: int
    service_id: int
    text: str
    resolved_by: str = ""


@frozen
class AnswerLost:
    """Nobody knows whether the card was drawn."""

    sale_id: int
    service_id: int
    text: str


@frozen
class AnswerUnusable:
    """An answer came that does not add up; it is asked about, never believed."""

    sale_id: int
    service_id: int
    text: str


@frozen
class CardAuthorizedOutOfPolicy:
    """The card was drawn, the sums add up, but our policy says no; a manager decides."""

    sale_id: int
    service_id: int
    authorized_ore: int
    amount_ore: int
    tip_ore: int
    is_tip_derived: bool
    poi_transaction: str
    reason: str
    """tip-above-cap | tip-while-off | partial | abort-too-late | restored."""


@frozen
class ManagerKept:
    """The manager kept a held card payment."""

    sale_id: int
    service_id: int
    by: str


@frozen
class ReversalRequested:
    """A held card payment, or a card part of an unpaid sale, is to be undone; on disk first."""

    sale_id: int
    service_id: int
    reversal_service_id: int
    by: str


@frozen
class CardReversed:
    """A card payment was undone at the terminal."""

    sale_id: int
    service_id: int
    resolved_by: str = ""
    """Manager's name when a person read on the terminal's slip that it was undone, else empty."""
    reversed_ore: int = 0
    """What was undone, tip included: counted on X and Z. 0 in rows of a till that did not count."""


@frozen
class ReversalRefused:
    """The terminal did not undo it; the payment is held still."""

    sale_id: int
    service_id: int
    text: str


@frozen
class ReceiptNumbered:
    """Number, serial and content are fixed; the control unit is told exactly this."""

    sale_id: int
    record: ControlRecord


@frozen
class ReceiptSigned:
    """The control code came back: the sale is closed and counted."""

    sale_id: int
    receipt: Receipt
    lines: tuple[Line, ...]
    """The standing lines with departments and kinds, for groups and counts."""
    tip_operators: tuple[tuple[str, str, int], ...]
    """(tender kind, operator, tip) of each tipped tender."""
    correction_count: int
    correction_ore: int
    serial: int


SaleEvent = (
    SaleOpened
    | LinesAdded
    | LinesCorrected
    | SaleFrozen
    | SaleUnfrozen
    | SaleVoided
    | CashTendered
    | CashReturned
    | CardRequested
    | CardAbortAsked
    | CardAuthorized
    | CardDeclined
    | CardAborted
    | CardNeverCharged
    | AnswerLost
    | AnswerUnusable
    | CardAuthorizedOutOfPolicy
    | ManagerKept
    | ReversalRequested
    | CardReversed
    | ReversalRefused
    | ReceiptNumbered
    | ReceiptSigned
)
