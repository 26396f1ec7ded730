"""What devices tell the till thread: facts, past tense, frozen.

A worker turns each answer or error of its driver into exactly one fact; the till thread takes them
in order and decides. Facts move no state by themselves.
"""

from enum import StrEnum
from typing import Final

from core.card import CardResult, CardSlip, Prompt, QueryResult
from core.control_record import Signature, UnitStatus
from core.frozen import frozen

PAYMENT_TIMEOUT: Final = "payment-timeout"
"""Text of a TerminalStateChanged: the payment has run longer than it should, and still may end."""


class TerminalState(StrEnum):
    """The link to the card terminal, for the top line and for refusing a card early."""

    OFF = "off"
    CONNECTING = "connecting"
    LOGGING_IN = "logging-in"
    READY = "ready"
    BUSY = "busy"
    MAINTENANCE = "maintenance"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """It answered, but may not be used: login failed, foreign terminal id, simulator."""


class PrinterCondition(StrEnum):
    """What the printer says of itself."""

    READY = "ready"
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    """Connected, but it answers no status request."""
    REFUSED = "refused"
    """It names itself a simulator, and this shop is no demo."""
    DISK_FAULT = "disk-fault"
    """The till's own disk takes no temporary files (full, read-only): no paper can be made."""
    NONE = "none"
    """No printer is configured."""


@frozen
class TerminalStateChanged:
    """The link or the login of the terminal changed."""

    state: TerminalState
    text: str = ""
    is_simulator: bool = False


@frozen
class TerminalShowed:
    """The terminal told the cashier something (its own display text, cleaned)."""

    service_id: int
    lines: tuple[str, ...]


@frozen
class TerminalAsked:
    """The terminal asked the cashier something and waits."""

    prompt: Prompt


@frozen
class TerminalEvent:
    """Card inserted, removed, accepted; maintenance began or ended."""

    service_id: int
    event: str


@frozen
class SlipArrived:
    """A card slip came, in or outside a payment; stored before anything else."""

    slip: CardSlip


@frozen
class ForeignAnswer:
    """An answer that matches no open request: journalled, moves nothing (protocols 5.4)."""

    service_id: int
    category: str
    text: str


@frozen
class CardAnswered:
    """The terminal's final word on our request."""

    result: CardResult


@frozen
class CardNotSent:
    """Nothing left us: the request never reached the terminal."""

    service_id: int
    text: str


@frozen
class CardAnswerLost:
    """The request left us and its outcome is unknown."""

    service_id: int
    text: str


@frozen
class CardQueried:
    """One question about a lost answer was answered."""

    query: QueryResult


@frozen
class CardQueryFailed:
    """The terminal could not be asked; it will be asked again."""

    service_id: int
    text: str
    attempt: int


@frozen
class LastTransactionTold:
    """The terminal, idle, told its last transaction after it was asked to."""


@frozen
class CardReversed:
    """The answer to a reversal (its verdict says whether it was done)."""

    service_id: int
    result: CardResult


@frozen
class CardReversalLost:
    """The outcome of a reversal is unknown."""

    service_id: int
    text: str


@frozen
class UnitPolled:
    """The control unit answered a poll."""

    status: UnitStatus


@frozen
class UnitSilent:
    """The control unit did not answer a poll, or may not be used."""

    text: str
    code: str = "device-unavailable"


@frozen
class RecordSigned:
    """The control unit registered a receipt and gave its code."""

    serial: int
    receipt_no: int
    signature: Signature


@frozen
class SigningFailed:
    """A registration brought no code; `is_final` when the unit answered no."""

    serial: int
    receipt_no: int
    text: str
    is_final: bool
    is_answered: bool = False
    """The unit did answer, but with nothing that may be believed."""


@frozen
class PaperPrinted:
    """A paper came out and the printer said so afterwards."""

    paper_id: int


@frozen
class PaperRefused:
    """Nothing was printed: no paper, cover open or unreachable before the first byte."""

    paper_id: int
    condition: PrinterCondition


@frozen
class PrintLost:
    """Bytes left us and nobody knows whether the paper came out."""

    paper_id: int
    text: str


@frozen
class PrinterConditionChanged:
    """The printer's own condition changed."""

    condition: PrinterCondition


Fact = (
    TerminalStateChanged
    | TerminalShowed
    | TerminalAsked
    | TerminalEvent
    | SlipArrived
    | ForeignAnswer
    | CardAnswered
    | CardNotSent
    | CardAnswerLost
    | CardQueried
    | CardQueryFailed
    | LastTransactionTold
    | CardReversed
    | CardReversalLost
    | UnitPolled
    | UnitSilent
    | RecordSigned
    | SigningFailed
    | PaperPrinted
    | PaperRefused
    | PrintLost
    | PrinterConditionChanged
)
