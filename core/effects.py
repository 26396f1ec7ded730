"""Wishes towards the world, imperative, frozen: what the till thread hands to a device worker.

An effect is handed out only after the commit that makes its cause durable. Each one brings back
exactly one fact (core/facts.py), except those marked "no answer".
"""

from core.card import CardRequest, PromptAnswer
from core.control_record import ControlRecord
from core.document import Document
from core.frozen import frozen


@frozen
class AuthorizeCard:
    """Ask for a purchase; sent once in the life of its service id."""

    request: CardRequest


@frozen
class QueryCard:
    """Ask what became of a request, after waiting `delay_s`; asked again until told."""

    request: CardRequest
    delay_s: int = 0


@frozen
class ReverseCard:
    """Undo the last approved transaction."""

    service_id: int
    poi_transaction: str


@frozen
class AskLastTransaction:
    """Ask the idle terminal for its last transaction until it has told it."""


@frozen
class AbortCard:
    """Ask the terminal to stop, past its queue. No answer: the answer to the request tells."""

    service_id: int


@frozen
class AnswerPrompt:
    """Answer the terminal's question, past its queue. No answer."""

    answer: PromptAnswer


@frozen
class RegisterReceipt:
    """Register one receipt at the control unit; a retry is the identical record."""

    record: ControlRecord


@frozen
class PollUnit:
    """Ask the control unit now instead of at its next turn."""


@frozen
class PrintPaper:
    """Print one paper; its job is `printing` on disk already."""

    paper_id: int
    document: Document


@frozen
class KickDrawer:
    """Open the drawer without a paper. No answer: trouble shows as the printer's condition."""


@frozen
class CheckPrinter:
    """Ask the printer for its condition now."""


Effect = (
    AuthorizeCard
    | QueryCard
    | ReverseCard
    | AskLastTransaction
    | AbortCard
    | AnswerPrompt
    | RegisterReceipt
    | PollUnit
    | PrintPaper
    | KickDrawer
    | CheckPrinter
)
