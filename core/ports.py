"""The world as arguments: what `core` asks of devices, clock and store.

A device driver is called from one worker thread only, except where a method says otherwise. The
class of the error tells what may be done next (core/errors.py); the rule that decides it is one:
had the first byte of the request left us?
"""

from datetime import datetime
from typing import Protocol

from core.card import CardRequest, CardResult, PromptAnswer, QueryResult
from core.control_record import ControlRecord, Signature, UnitStatus
from core.document import Document
from core.facts import Fact, PrinterCondition


class Clock(Protocol):
    """Local Swedish time for people and law; monotonic seconds for limits."""

    def now(self) -> datetime:
        """Give the local time with its UTC offset."""

    def monotonic_s(self) -> float:
        """Give seconds that never go backwards; only differences mean anything."""


class Report(Protocol):
    """Where a driver puts what its device says unasked. Never blocks for long, never drops."""

    def __call__(self, fact: Fact, /) -> None:
        """Hand one fact to the till thread."""


class PaymentTerminal(Protocol):
    """A card terminal. Display texts, questions and slips go through the driver's `Report`."""

    def tend(self) -> None:
        """Connect, log in and keep the link alive; called about once a second between requests.

        An unreachable terminal is reported as a TerminalStateChanged fact, never raised.
        """

    def authorize(self, request: CardRequest) -> CardResult:
        """Ask for a purchase and wait for the terminal's final word.

        Raises DeviceUnavailable when nothing left us, OutcomeUnknown when the answer is lost,
        unusable or late. Never sends the same request twice.
        """

    def query(self, request: CardRequest) -> QueryResult:
        """Ask what became of a request whose answer was lost (terminal-protocols 5.3).

        One attempt: connects and logs in first if it must. Raises DeviceUnavailable when the
        terminal cannot be asked now.
        """

    def reverse(self, service_id: int, poi_transaction: str) -> CardResult:
        """Undo the last approved transaction. Raises as `authorize`."""

    def refund(self, request: CardRequest) -> CardResult:
        """Pay back to a card. Raises as `authorize`."""

    def last_transaction_id(self) -> str:
        """Give the newest transaction id this terminal is known to have run; empty = none known."""

    def learn_last(self) -> bool:
        """Ask the idle terminal for its last transaction; False when it could not tell now."""

    def answer(self, answer: PromptAnswer) -> None:
        """Answer a question while `authorize` waits. Any thread."""

    def abort(self, service_id: int) -> None:
        """Ask the terminal to stop the request. Any thread; moves no state: the answer does."""

    def close(self) -> None:
        """Log out if idle, close the link, end the reader. Any thread; safe to call twice."""


class ControlUnit(Protocol):
    """A control unit (kontrollenhet)."""

    def poll(self) -> UnitStatus:
        """Ask for identity and status. Raises DeviceUnavailable or DeviceRefused."""

    def register(self, record: ControlRecord) -> Signature:
        """Register one receipt; a retry sends the identical message.

        Raises DeviceUnavailable (nothing left us), OutcomeUnknown (no usable answer; repeat the
        identical record only), DeviceRefused (it answered no, code and words in the facts).
        """

    def close(self) -> None:
        """Close the link. Any thread; safe to call twice."""


class ReceiptPrinter(Protocol):
    """A receipt printer with an optional cash drawer on its port."""

    def condition(self) -> PrinterCondition:
        """Ask for paper and cover. Raises DeviceUnavailable."""

    def warm_up(self) -> None:
        """Load what the first paper needs, when nobody waits; may be skipped.

        Raises DeviceUnavailable; it may be tried again.
        """

    def print(self, document: Document) -> None:
        """Print one paper: status before, bytes, status after.

        Raises PaperOut or DeviceUnavailable before the first byte; OutcomeUnknown after it.
        """

    def kick_drawer(self) -> None:
        """Open the drawer without a paper. Raises DeviceUnavailable."""

    def close(self) -> None:
        """Close the link. Any thread; safe to call twice."""
