"""What every screen of the till is: a page that reads keys and draws itself as a Block.

Pages are plain objects on one stack, drawn by one widget: changing the page costs one repaint of
the rows that differ, never a layout (ecosystem 2.2). A page decides nothing about money: it turns
keys into commands and shows the picture that comes back. It asks the app through `Desk`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Final, Protocol

from core.catalog import Article
from core.errors import NothingToPay, TillError, UnitNotReady
from core.frozen import frozen
from core.services.till import Attention
from tui.bindings import Keymap, binding
from tui.commands import Command, PayCard, SetDemoFault
from tui.entry import Entry
from tui.i18n import _
from tui.views import Outcome, ShopView, TillView
from tui.widgets.block import Block
from tui.widgets.palette import Palette


@frozen
class Key:
    """One key as it was read."""

    name: str
    """As tui.bindings.key_name makes it."""
    character: str
    """What it types; empty for keys that type nothing."""
    at_s: float
    """Monotonic time at which it was read."""
    pasted: str | None = None
    """Text that was pasted, instead of a key."""


@frozen
class Cap:
    """One key on the line of keys: how it is written, its word, and what a click on it presses."""

    label: str
    word: str
    press: str


@frozen
class Notice:
    """One line for the person at the till; gone with the next key that is handled."""

    text: str
    code: str = ""
    """Error code for the status stream; empty for plain news."""

    @property
    def is_error(self) -> bool:
        """Say whether it tells of an error."""
        return bool(self.code)


class Desk(Protocol):
    """What a page may ask of the app."""

    keymap: Keymap
    notice: Notice | None

    @property
    def shop(self) -> ShopView | None:
        """What does not change while the till runs; None before the till is ready."""

    @property
    def view(self) -> TillView | None:
        """The newest picture; None before the till is ready."""

    @property
    def styles(self) -> Palette:
        """The colours to draw with."""

    @property
    def has_face(self) -> bool:
        """Say whether a simulated terminal stands beside the card screen."""

    @property
    def is_face_active(self) -> bool:
        """Say whether keys go to the simulated terminal."""

    def now(self) -> datetime:
        """Give the time for people."""

    def send(self, command: Command, sender: "Page") -> None:
        """Hand a command to the till; `sender.done` is called with its outcome."""

    def open(self, page: "Page") -> None:
        """Put a page on top."""

    def close(self, page: "Page") -> None:
        """Take a page away."""

    def below(self, page: "Page") -> "Page":
        """Give the page beneath."""

    def refuse(self, error: TillError) -> None:
        """Show an error of the till and sound the bell."""

    def warn(self, text: str, code: str) -> None:
        """Show a text as an error and sound the bell."""

    def ring(self, count: int = 1) -> None:
        """Sound the bell."""

    def search(self, words: str, limit: int) -> tuple[Article, ...]:
        """Find articles in memory."""

    def unanswered(self) -> Attention | None:
        """Give the question that was put aside and still stands."""

    def answer_now(self) -> None:
        """Show the question that was put aside."""

    def put_aside(self, attention: Attention) -> None:
        """Put a question aside; a banner stays."""

    def leave(self) -> None:
        """Close the till: the till thread agreed."""


Act = Callable[[], None]


class Page(ABC):
    """A screen. Subclasses fill `acts` with what their functions do, by id of tui/bindings.py."""

    name: ClassVar[str] = ""
    """As in the status stream (contract.md 4)."""
    is_question: ClassVar[bool] = False
    """Keys typed before it was painted are dropped: nobody answers what he has not seen."""
    shown_functions: ClassVar[tuple[str, ...]] = ()
    """What stands on the line of keys, most important first."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.acts: dict[str, Act] = {}

    def key(self, key: Key) -> bool:
        """Take a key; False when it means nothing here."""
        for function in self.desk.keymap.functions(key.name):
            act = self.acts.get(function)
            if act is not None:
                act()
                return True
        return False

    def scan(self, entry: Entry, is_whole: bool) -> bool:
        """Take a scanned code, whole or so far; False where no code is read."""
        return False

    def paste(self, text: str, is_whole: bool) -> bool:
        """Take a pasted line or, not whole, the last piece of one; False where none is read."""
        return False

    def done(self, command: Command, outcome: Outcome) -> None:  # noqa: B027 - few pages send
        """Take the outcome of a command that this page sent. Errors were shown already."""

    @abstractmethod
    def draw(self, width: int, height: int) -> Block:
        """Draw the page at this size."""

    def caps(self) -> list[Cap]:
        """Give the line of keys."""
        return [self.cap(function) for function in self.shown_functions]

    def cap(self, function: str, word: str = "") -> Cap:
        """Make a cap from the table of keys."""
        keys = self.desk.keymap.keys[function]
        return Cap(
            self.desk.keymap.shown(function),
            word or _(binding(function).label),
            keys[0] if keys else "",
        )

    @property
    def own_error(self) -> Notice | None:
        """The error that the page shows beside its entry, so that the bottom line need not."""
        return None

    @property
    def is_wide(self) -> bool:
        """Say whether the page needs the room of the simulated terminal beside it."""
        return False

    def face_cap(self) -> Cap:
        """Make the cap of the key between the till and the simulated terminal beside it."""
        return self.cap("face", _("Till kassan") if self.desk.is_face_active else "")

    @property
    def entry_text(self) -> str:
        """What is typed, for the status stream."""
        return ""

    @property
    def error_code(self) -> str:
        """The error or question that the page itself shows, for the status stream."""
        return ""

    def close(self) -> None:
        """Go back to the page beneath."""
        self.desk.close(self)


_EVERYWHERE: Final = ("help", "quit", "face", "lock")
"""Functions that work on every page."""


def refuse_key(page: Page, key: Key, words: str) -> bool:
    """Say why a key does nothing on a page that waits; False for keys that work everywhere."""
    if any(each in _EVERYWHERE for each in page.desk.keymap.functions(key.name)):
        return False
    page.desk.warn(words, "must-answer")
    return True


def error_of(desk: Desk) -> Notice | None:
    """Give the notice if it tells of an error."""
    notice = desk.notice
    return notice if notice is not None and notice.is_error else None


def unit_trouble(view: TillView | None) -> UnitNotReady | None:
    """Give the refusal that any payment meets while the control unit is silent."""
    if view is None or view.unit.is_ready is not False:
        return None
    return UnitNotReady(text=view.unit.text, error=view.unit.text.partition(" ")[0])


def take_card(page: Page, amount_ore: int | None) -> None:
    """Start a card: at once, or through the tip window when the till asks for the tip."""
    from tui.screens.tip import TipPage

    desk = page.desk
    view, shop = desk.view, desk.shop
    sale = view.sale if view else None
    if shop is None or sale is None or not sale.lines:
        desk.refuse(NothingToPay())
        return
    trouble = unit_trouble(view)
    if trouble is not None:
        desk.refuse(trouble)
        return
    if shop.tip_mode == "till" and shop.has_terminal:
        asked_ore = sale.remaining_ore if amount_ore is None else amount_ore
        if 0 < asked_ore <= sale.remaining_ore:
            desk.open(TipPage(desk, page, amount_ore, asked_ore))
            return
    desk.send(PayCard(amount_ore), page)


def set_fault(page: Page, device: str, fault: str) -> None:
    """Set or clear a fault of a simulated device (demo)."""
    page.desk.send(SetDemoFault(device, fault), page)
