"""An approval that came after its card payment had ended unpaid in the till.

The manager had decided "no payment", or the terminal had said so, and the money is drawn all the
same: it is never silently dropped (terminal-protocols 5.3 step 8). It belongs to no sale of the
till and stays open until a manager has answered for it.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Final

from core.errors import IllegalTransition
from core.frozen import frozen


class LateState(StrEnum):
    """Where a late approval stands."""

    OPEN = "open"
    """Nobody has answered for it; no card is asked for and no Z is taken meanwhile."""
    REVERSING = "reversing"
    """On disk before the terminal is asked to undo it."""
    REVERSED = "reversed"
    BY_HAND = "by-hand"
    """A manager says that it was handled beside the till; his name is journalled."""


L = LateState

LATE_TRANSITIONS: Final[frozenset[tuple[LateState, LateState]]] = frozenset(
    {
        (L.OPEN, L.REVERSING),
        (L.OPEN, L.BY_HAND),
        (L.REVERSING, L.OPEN),
        (L.REVERSING, L.REVERSED),
    }
)
"""A lost outcome of `reversing` is asked about; what nobody can tell is `open` again."""


@frozen
class LateApproval:
    """One late approval, from its answer to the manager's."""

    service_id: int
    """The card payment's; at most one late approval each, for ever."""
    sale_id: int
    tender_no: int
    authorized_ore: int
    """The whole amount drawn, tip included; what was asked when the answer named none."""
    poi_transaction: str
    card: str
    """Card name and masked number, as the slip shows them; may be empty."""
    at: str
    """The terminal's own time, else the till's, as `YYYY-MM-DD HH:MM:SS`."""
    state: LateState = LateState.OPEN
    reversal_service_id: int = 0
    """Of the newest reversal that was asked for; 0 = none."""
    resolved_by: str = ""

    def moved(self, state: LateState) -> "LateApproval":
        """Give it in another state. Raises IllegalTransition when the table has no such move."""
        if (self.state, state) not in LATE_TRANSITIONS:
            raise IllegalTransition(state=self.state, what=state)
        return replace(self, state=state)
