"""What a screen sees: one immutable picture of the till after each command and fact.

The till thread makes it; screens only read it. Sale, Attention, Receipt and DayReport are frozen
values of `core`; amounts and dates become text in the widgets through `tui/texts.py`, nowhere else.
"""

from typing import Final

from core.card import Prompt
from core.catalog import QuickKey
from core.document import Document
from core.errors import TillError
from core.facts import PrinterCondition, TerminalState
from core.frozen import frozen
from core.receipt import Receipt, Shop
from core.reports import DayReport
from core.sale import Sale
from core.services.till import Attention
from tui.books import BooksPicture

SIGNING: Final = ("paid", "signing")
"""States of a sale that is paid and has no control code yet."""


PRINTER_GOOD: Final = (PrinterCondition.READY, PrinterCondition.PAPER_LOW, PrinterCondition.NONE)
"""Conditions in which nothing keeps a paper from being printed."""


@frozen
class ShopView:
    """What does not change while the till runs."""

    shop: Shop
    operator: str
    is_demo: bool
    has_terminal: bool
    tip_mode: str
    """off | terminal | till."""
    tip_warn_percent: int
    tip_max_percent: int
    quick_keys: tuple[QuickKey, ...]
    version: str
    simulated: frozenset[str] = frozenset()
    """The devices simulated inside the till: terminal, control-unit, printer. Only in a demo."""


@frozen
class TerminalPicture:
    """The card terminal, for the top line and the card screen."""

    state: TerminalState
    text: str
    lines: tuple[str, ...]
    """Its own display, as last told."""
    prompt: Prompt | None
    is_abort_asked: bool
    query_attempt: int
    slip: Document | None = None
    """The slip to be signed, as it prints, while the cashier is asked about the signature."""


@frozen
class UnitPicture:
    """The control unit, for the top line."""

    is_ready: bool | None
    """None = not asked yet."""
    unit_id: str
    text: str
    is_registering: bool


@frozen
class TillView:
    """Everything a screen may show, after one command or fact."""

    version: int
    """Rises by one each time; an older picture is never shown after a newer one."""
    sale: Sale | None
    """None = no open sale."""
    terminal: TerminalPicture
    unit: UnitPicture
    printer: PrinterCondition
    papers_waiting: int
    attention: Attention | None
    """A question or stop that a person must see (core.services.till.Attention)."""
    card_result: Attention | None
    """Why the last card attempt ended without payment; shown until the next act."""
    last_receipt: Receipt | None
    """The newest receipt finished in this run."""
    last_paper: Document | None
    """Its layout, for the screen."""
    before_stop: Attention | None = None
    """What became of the sale that was being paid when the till stopped; until the next one."""
    slip_told: Attention | None = None
    """A card slip that came outside a payment; until the next payment."""
    faults: frozenset[tuple[str, str]] = frozenset()
    """Demo only: the simulated devices' faults that are on, as (device, word)."""
    is_drawer_waiting: bool = False
    """A paper that is not printed yet is to open the drawer."""
    books: BooksPicture | None = None
    """The newest backup or export that was begun from the menu in this run."""

    @property
    def card_news(self) -> Attention | None:
        """Give why the last card was not paid, unless what is told of the stop says it already."""
        told = self.before_stop.code if self.before_stop is not None else ""
        result = self.card_result
        is_plain = result is not None and result.code in ("card-never-charged", "card-reversed")
        return None if is_plain and told.endswith(("-not-drawn", "-reversed")) else result

    @property
    def is_paper_stuck(self) -> bool:
        """Say whether a paper waits for a printer that cannot print now."""
        return self.papers_waiting > 0 and self.printer not in PRINTER_GOOD

    @property
    def is_signing(self) -> bool:
        """Say whether a paid sale waits for its code and nobody is asked about it."""
        sale = self.sale
        return sale is not None and sale.state in SIGNING and self.attention is None


@frozen
class Outcome:
    """What came of one command."""

    error: TillError | None = None
    """None = done. A RuleError changed nothing."""
    report: DayReport | None = None
    """Set by TakeX and TakeZ."""
    paper: Document | None = None
    """The report laid out, as it prints."""
    may_quit: bool = False
