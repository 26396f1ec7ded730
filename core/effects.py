"""Wishes towards the world, imperative, frozen: what the till thread hands to a device worker.

An effect is handed out only after the commit that makes its cause durable. Each one brings back
exactly one fact (core/facts.py), except those marked "no answer".
"""

from dataclasses import dataclass

from core.card import CardRequest, PromptAnswer
from core.control_record import ControlRecord
from core.document import Document


@dataclass(frozen=True, slots=True)
class AuthorizeCard:
    """Ask for a purchase; sent once in the life of its service id."""

    request: CardRequest


@dataclass(frozen=True, slots=True)
class QueryCard:
    """Ask what became of a request, after waiting `delay_s`; asked again until told."""

    request: CardRequest
    delay_s: int = 0


@dataclass(frozen=True, slots=True)
class ReverseCard:
    """Undo the last approved transaction."""

    service_id: int
    poi_transaction: str


@dataclass(frozen=True, slots=True)
class AbortCard:
    """Ask the terminal to stop, past its queue. No answer: the answer to the request tells."""

    service_id: int


@dataclass(frozen=True, slots=True)
class AnswerPrompt:
    """Answer the terminal's question, past its queue. No answer."""

    answer: PromptAnswer


@dataclass(frozen=True, slots=True)
class RegisterReceipt:
    """Register one receipt at the control unit; a retry is the identical record."""

    record: ControlRecord


@dataclass(frozen=True, slots=True)
class PollUnit:
    """Ask the control unit now instead of at its next turn."""


@dataclass(frozen=True, slots=True)
class PrintPaper:
    """Print one paper; its job is `printing` on disk already."""

    paper_id: int
    document: Document


@dataclass(frozen=True, slots=True)
class CheckPrinter:
    """Ask the printer for its condition now."""


Effect = (
    AuthorizeCard
    | QueryCard
    | ReverseCard
    | AbortCard
    | AnswerPrompt
    | RegisterReceipt
    | PollUnit
    | PrintPaper
    | CheckPrinter
)
