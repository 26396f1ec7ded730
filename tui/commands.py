"""What the screens may ask of the till thread: imperative, frozen; each gets one Outcome."""

from typing import Final

from core.frozen import frozen
from core.text import clean

NAME_LENGTH_MAX: Final = 40
"""Characters of the name of a person who decides."""


@frozen
class AddCode:
    """Add by EAN, PLU or article number; `price_ore` only for open prices."""

    code: str
    quantity_milli: int | None = None
    price_ore: int | None = None


@frozen
class AddNumbers:
    """Add the articles of one quick key, all or none."""

    numbers: tuple[str, ...]
    quantity_milli: int | None = None
    price_ore: int | None = None


@frozen
class AddDepartment:
    """Sell on a department at an open price."""

    name: str
    price_ore: int
    quantity_milli: int | None = None


@frozen
class RepeatLast:
    """Add the last article once more."""


@frozen
class CorrectLast:
    """Take the last article away."""


@frozen
class VoidSale:
    """Drop the sale before payment."""


@frozen
class PayCash:
    """Take cash; None = exactly what remains."""

    given_ore: int | None = None


@frozen
class GiveBack:
    """Give the last paid part of an unpaid sale back; `tender_no` is the one that was seen."""

    tender_no: int
    by: str = ""
    """Who has a card part reversed, if a name was typed; empty = the configured one."""


@frozen
class PayCard:
    """Ask the terminal; None = all that remains. `total_ore` is typed in the till's tip window."""

    amount_ore: int | None = None
    total_ore: int | None = None


@frozen
class AbortCard:
    """Ask the terminal to stop."""


@frozen
class AnswerPrompt:
    """Answer the terminal's question: `yes`/`no` or the typed text (empty = give up)."""

    prompt_id: str
    text: str


@frozen
class AskTerminalAgain:
    """Ask the terminal once more about an unclear payment."""


@frozen
class DecideDoubt:
    """The manager's recorded decision about an unclear payment."""

    is_charged: bool
    total_ore: int | None = None
    by: str = ""
    """Who decided, if a name was typed; empty = the configured one."""


@frozen
class KeepHeld:
    """The manager keeps a held card payment."""

    by: str = ""
    """Who decided, if a name was typed; empty = the configured one."""


@frozen
class ReverseHeld:
    """The manager has a held card payment reversed."""

    by: str = ""
    """Who decided, if a name was typed; empty = the configured one."""


@frozen
class DecideReversal:
    """The manager read on the terminal's slip what became of a reversal."""

    is_reversed: bool
    by: str = ""
    """Who decided, if a name was typed; empty = the configured one."""


@frozen
class ReverseLate:
    """The manager has a late approval reversed at the terminal."""

    service_id: int
    by: str = ""
    """Who decided, if a name was typed; empty = the configured one."""


@frozen
class SettleLateByHand:
    """The manager answers that a late approval was handled beside the till."""

    service_id: int
    by: str = ""
    """Who decided, if a name was typed; empty = the configured one."""


@frozen
class TrySigningAgain:
    """Ask the control unit again for a waiting receipt."""


@frozen
class DecidePaper:
    """Answer "did the paper come out?"."""

    paper_id: int
    was_seen: bool


@frozen
class TakeX:
    """Take an X report; the Outcome carries it."""


@frozen
class PrintX:
    """Print the X report that was taken last."""


@frozen
class TakeZ:
    """Take the Z report and close the period; the Outcome carries it."""


@frozen
class MakeBooks:
    """Begin a backup or an export; TillView.books tells what becomes of it."""

    kind: str
    """backup | export."""


@frozen
class SetDemoFault:
    """Demo only: set or clear a fault of a simulated device.

    `device` is terminal | control-unit | printer; `fault` is its word, or empty to clear.
    """

    device: str
    fault: str


@frozen
class Quit:
    """Close the till; refused while a payment runs, unless its outcome is unknown."""

    by: str = ""
    """Who decided, if a name was typed; empty = the configured one."""


Decision = (
    GiveBack
    | DecideDoubt
    | KeepHeld
    | ReverseHeld
    | DecideReversal
    | ReverseLate
    | SettleLateByHand
    | Quit
)
"""What a person decides by name."""

Command = (
    AddCode
    | AddNumbers
    | AddDepartment
    | RepeatLast
    | CorrectLast
    | VoidSale
    | PayCash
    | PayCard
    | AbortCard
    | AnswerPrompt
    | AskTerminalAgain
    | TrySigningAgain
    | DecidePaper
    | TakeX
    | PrintX
    | TakeZ
    | MakeBooks
    | SetDemoFault
    | Decision
)


def decider(command: Command, configured: str) -> str:
    """Give the name that a decision is recorded with: the typed one, cleaned, or the configured."""
    typed = clean(getattr(command, "by", ""), NAME_LENGTH_MAX)
    if not typed:
        return configured
    from core.card_secrets import redact_words  # not before the first paint

    return redact_words(typed)
