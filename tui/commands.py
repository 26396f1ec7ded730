"""What the screens may ask of the till thread: imperative, frozen; each gets one Outcome."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AddCode:
    """Add by EAN, PLU or article number; `price_ore` only for open prices."""

    code: str
    quantity_milli: int | None = None
    price_ore: int | None = None


@dataclass(frozen=True, slots=True)
class AddNumbers:
    """Add the articles of one quick key, all or none."""

    numbers: tuple[str, ...]
    quantity_milli: int | None = None
    price_ore: int | None = None


@dataclass(frozen=True, slots=True)
class AddDepartment:
    """Sell on a department at an open price."""

    name: str
    price_ore: int
    quantity_milli: int | None = None


@dataclass(frozen=True, slots=True)
class RepeatLast:
    """Add the last article once more."""


@dataclass(frozen=True, slots=True)
class CorrectLast:
    """Take the last article away."""


@dataclass(frozen=True, slots=True)
class VoidSale:
    """Drop the sale before payment."""


@dataclass(frozen=True, slots=True)
class PayCash:
    """Take cash; None = exactly what remains."""

    given_ore: int | None = None


@dataclass(frozen=True, slots=True)
class PayCard:
    """Ask the terminal; None = all that remains. `total_ore` is typed in the till's tip window."""

    amount_ore: int | None = None
    total_ore: int | None = None


@dataclass(frozen=True, slots=True)
class AbortCard:
    """Ask the terminal to stop."""


@dataclass(frozen=True, slots=True)
class AnswerPrompt:
    """Answer the terminal's question: `yes`/`no` or the typed text (empty = give up)."""

    prompt_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AskTerminalAgain:
    """Ask the terminal once more about an unclear payment."""


@dataclass(frozen=True, slots=True)
class DecideDoubt:
    """The manager's recorded decision about an unclear payment."""

    is_charged: bool
    total_ore: int | None = None


@dataclass(frozen=True, slots=True)
class KeepHeld:
    """The manager keeps a held card payment."""


@dataclass(frozen=True, slots=True)
class ReverseHeld:
    """The manager has a held card payment reversed."""


@dataclass(frozen=True, slots=True)
class DecideReversal:
    """The manager read on the terminal's slip what became of a reversal."""

    is_reversed: bool


@dataclass(frozen=True, slots=True)
class TrySigningAgain:
    """Ask the control unit again for a waiting receipt."""


@dataclass(frozen=True, slots=True)
class DecidePaper:
    """Answer "did the paper come out?"."""

    paper_id: int
    was_seen: bool


@dataclass(frozen=True, slots=True)
class TakeX:
    """Take an X report; the Outcome carries it."""


@dataclass(frozen=True, slots=True)
class PrintX:
    """Print the X report that was taken last."""


@dataclass(frozen=True, slots=True)
class TakeZ:
    """Take the Z report and close the period; the Outcome carries it."""


@dataclass(frozen=True, slots=True)
class SetDemoFault:
    """Demo only: set or clear a fault of a simulated device.

    `device` is terminal | control-unit | printer; `fault` is its word, or empty to clear.
    """

    device: str
    fault: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Close the till; refused while a payment runs, unless its outcome is unknown."""


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
    | DecideDoubt
    | KeepHeld
    | ReverseHeld
    | DecideReversal
    | TrySigningAgain
    | DecidePaper
    | TakeX
    | PrintX
    | TakeZ
    | SetDemoFault
    | Quit
)
