"""One act of paying, and what is left to pay.

A tender keeps the part of the sale it pays (`amount_ore`) apart from the tip: `authorized_ore ==
amount_ore + tip_ore` whenever a card was drawn. A declined or reversed tender stays as a row; a new
try is a new tender with a new service id (house.md 4).
"""

from datetime import datetime
from enum import StrEnum

from core.frozen import frozen


class TenderKind(StrEnum):
    """Payment means (betalningsmedel)."""

    CASH = "cash"
    CARD = "card"


class TenderState(StrEnum):
    """Where one tender stands; only SETTLED ones pay for anything."""

    REQUESTED = "requested"
    """The card was asked for, or its outcome is unknown."""
    HELD = "held"
    """Approved against our policy; a manager keeps or reverses it."""
    REVERSING = "reversing"
    SETTLED = "settled"
    DECLINED = "declined"
    ABORTED = "aborted"
    NEVER_CHARGED = "never-charged"
    REVERSED = "reversed"
    """Undone: at the card terminal, or handed back in cash."""


@frozen
class Tender:
    """One payment of a sale."""

    no: int
    """1 and up within the sale."""
    kind: TenderKind
    state: TenderState
    operator: str
    """Who started it; the tip of this tender is theirs on the reports."""
    requested_ore: int
    """Part of the sale asked for, without tip."""
    amount_ore: int = 0
    """Part of the sale paid; cash rounding included. 0 until settled."""
    tip_ore: int = 0
    """Tip of an approved card."""
    till_tip_ore: int = 0
    """Tip typed in the till's own window and sent as part of the card's amount."""
    is_tip_allowed: bool = False
    """The terminal was allowed to ask for a tip."""
    given_ore: int = 0
    change_ore: int = 0
    rounding_ore: int = 0
    service_id: int = 0
    baseline_transaction: str = ""
    poi_transaction: str = ""
    authorized_ore: int = 0
    started_at: datetime | None = None
    hold_reason: str = ""
    """Why it is held: tip-above-cap, tip-while-off, partial, abort-too-late, restored."""
    is_tip_derived: bool = False
    """The tip is the difference of totals: the terminal named none."""
    resolved_by: str = ""
    """Name of the manager who decided an unclear outcome; empty = the terminal's own word."""
    reversal_service_id: int = 0
    is_abort_asked: bool = False
    """The cashier asked to stop it: an approval that comes all the same is held."""

    @property
    def asked_ore(self) -> int:
        """What the terminal was asked to draw."""
        return self.requested_ore + self.till_tip_ore
