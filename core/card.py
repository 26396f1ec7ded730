"""What a card payment is made of: the request, the answer, the slip, the question.

Values only, brand-free. Wire names of a protocol live in its driver. Amounts are whole öre; only
masked card data exists here (PCI DSS 3.4.1, reliability I13).
"""

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from core.frozen import frozen


class CardVerdict(StrEnum):
    """How a card request ended, as far as anybody knows."""

    APPROVED = "approved"
    DECLINED = "declined"
    """Host, card or terminal said no (not paid)."""
    CANCELLED = "cancelled"
    """The customer or the cashier stopped it on the terminal (not paid)."""
    ABORTED = "aborted"
    """The till's own abort was accepted (not paid)."""
    NOT_CHARGED = "not-charged"
    """A query showed that the request never ran (not paid)."""
    UNKNOWN = "unknown"
    """Nobody knows; never a reason to charge again."""


class SlipCopy(StrEnum):
    """Whose copy of the card slip."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


@frozen
class CardSlip:
    """The card block of the receipt, as fields from the terminal, cleaned and masked.

    Every text may be empty. Source: terminal-protocols 2.9 and 4.
    """

    reference: str
    """The terminal's own reference number; equals poi_transaction of the payment."""
    copy: SlipCopy = SlipCopy.CUSTOMER
    service_id: int = 0
    status: str = "approved"
    """approved | cancelled | declined."""
    kind: str = "purchase"
    """purchase | refund | cash-advance | reversal."""
    denial_reason: str = ""
    currency: str = "SEK"
    at: str = ""
    """The terminal's own time, as `YYYY-MM-DD HH:MM:SS`, or empty."""
    amount_ore: int = 0
    """Goods; without tip, cash-back and charge."""
    vat_ore: int = 0
    cash_back_ore: int = 0
    tip_ore: int = 0
    charge_ore: int = 0
    total_ore: int = 0
    bank_agent: str = ""
    acquirer_reference: str = ""
    terminal_id: str = ""
    operator_id: str = ""
    merchant: tuple[str, ...] = ()
    """Name, address, postcode and town, organisation number, phone: those that came."""
    card_name: str = ""
    masked_pan: str = ""
    entry_mode: str = ""
    """C chip, D swipe, T keyed, K contactless (as on the control line)."""
    id_method: str = ""
    """@ signature, A PIN online, a PIN offline, - none, / no-CVM, b combined."""
    channel: str = ""
    responder: str = ""
    response_code: str = ""
    institution: str = ""
    approval_code: str = ""
    is_verified_by_device: bool = False
    aid: str = ""
    tvr: str = ""
    tsi: str = ""
    method: str = ""
    """Alternative payment method outside the card flow (`Swish` …), else empty."""
    dcc_lines: tuple[str, ...] = ()
    is_copy_of_query: bool = False
    """True when built from a query after a lost answer, not from the terminal's own print."""

    @property
    def needs_signature(self) -> bool:
        """Say whether the merchant copy carries a signature line."""
        return self.id_method in ("@", "b")


@frozen
class CardRequest:
    """One purchase (or refund) asked of the terminal. The service id is drawn once, persisted."""

    service_id: int
    sale_transaction_id: str
    """The till's own unique number of this tender, told to the terminal."""
    amount_ore: int
    """What is asked: the card's part of the sale, or amount + tip when the till asked for tip."""
    is_tip_allowed: bool
    operator_id: str
    started_at: datetime
    baseline_transaction: str = ""
    """The terminal's last transaction known before the start; empty = none known."""
    wait_card_removal: bool = False


@frozen
class CardResult:
    """The terminal's final word on one request.

    For APPROVED, `authorized_ore` is the whole amount drawn, tip included. `tip_ore` is what the
    terminal itself calls the tip (slip, or a tip field); None means that it named none.
    """

    service_id: int
    verdict: CardVerdict
    authorized_ore: int | None = None
    tip_ore: int | None = None
    poi_transaction: str = ""
    poi_at: str = ""
    currency: str = "SEK"
    condition: str = ""
    """The protocol's error word (`Refusal`, `Cancel` …), for words and log."""
    text: str = ""
    """Diagnostic text of the terminal, cleaned; not for customers."""
    slips: tuple[CardSlip, ...] = ()


@frozen
class QueryResult:
    """What asking about a request showed. UNKNOWN carries the evidence for the cashier's eye."""

    service_id: int
    verdict: CardVerdict
    result: CardResult | None = None
    """Set when APPROVED or DECLINED."""
    evidence: tuple[str, ...] = field(default=())
    """Plain facts for the recovery screen: `key=value` pairs, no sentence, no language."""


@frozen
class Prompt:
    """A question of the terminal that the cashier must answer, or the terminal waits for ever."""

    service_id: int
    prompt_id: str
    is_yes_no: bool
    lines: tuple[str, ...]
    is_signature: bool = False
    """Whether the cashier is asked to check a signature: `no` refuses the card."""


@frozen
class PromptAnswer:
    """The cashier's answer: `yes`/`no` for a yes-no question, else the typed text."""

    service_id: int
    prompt_id: str
    text: str
