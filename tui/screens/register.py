"""The register: the receipt so far, the total, the entry line and the quick-key panel.

Every line that is shown is durable: an entry stays as it is until the till's outcome comes, and
only then the line appears. An unknown code is kept to be read and replaced by the next digit.
"""

from datetime import timedelta
from typing import ClassVar

from core.catalog import LETTER_ROWS, KeyKind, QuickKey
from core.document import Document
from core.errors import NothingToPay, NothingToRepeat, PriceMissing, TillError
from core.receipt import Receipt
from tui.bindings import LATER
from tui.commands import (
    AddCode,
    AddDepartment,
    AddNumbers,
    Command,
    CorrectLast,
    PayCash,
    RepeatLast,
)
from tui.entry import CHARACTERS, Entry
from tui.i18n import _
from tui.screens import register_picture
from tui.screens.page import Cap, Desk, Key, Notice, Page, error_of, take_card, unit_trouble
from tui.views import Outcome
from tui.widgets.block import Block
from tui.widgets.key_panel import panel_of
from tui.widgets.paper import payment_row, top_max

LATE_BACK = timedelta(seconds=1)
"""An Esc this soon after a sale was closed was meant for its payment."""
LETTERS = frozenset("".join(LETTER_ROWS))


class RegisterPage(Page):
    """The screen where goods are entered; always the lowest page."""

    name: ClassVar[str] = "register"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.entry = Entry()
        self.panel_page = 1
        self.finished: Receipt | None = None
        """The sale that was just closed, told until the next line."""
        self.closed_at = desk.now()
        """When it was."""
        self.paper_top: int | None = None
        """The row the paper is scrolled to; None = not scrolled yet."""
        self.panel_kept: tuple[object, Block] | None = None
        """The panel as last drawn, and what it was drawn from: it seldom changes."""
        self.paper_window = 1
        """Rows of the paper that are seen, as last drawn."""
        self.acts = {
            "enter": self._enter,
            "correct": self._correct,
            "erase": self._erase,
            "pay": lambda: self._open_pay(),
            "search": self._search,
            "page": self._next_panel,
            "menu": self._menu,
            "exact-cash": self._exact_cash,
            "card": self._card,
            "back": self._back,
            "page-up": lambda: self._scroll(-1),
            "page-down": lambda: self._scroll(1),
        }

    @property
    def own_error(self) -> Notice | None:
        """What is wrong with the entry, shown just above it."""
        return error_of(self.desk) if self.entry.is_kept else None

    @property
    def entry_text(self) -> str:
        """What stands on the entry line."""
        return self.entry.text

    def key(self, key: Key) -> bool:
        """Take a key: digits first, then functions, then quick keys."""
        if key.name in CHARACTERS:
            return self._digit(key.name)
        if super().key(key):
            return True
        if key.name in LETTERS:
            return self._quick_key(key.name)
        return False

    def scan(self, entry: Entry, is_whole: bool) -> bool:
        """Show a code as it comes, and look it up when it is whole."""
        self.entry = entry
        if is_whole:
            self._enter()
        return True

    def paste(self, text: str, is_whole: bool) -> bool:
        """Take digits as if they were typed, all else as a code: a paste presses no key."""
        if CHARACTERS.issuperset(text):
            for character in text:
                self.entry = self.entry.typed(character)
        else:
            self.entry = Entry(is_scan=True)
            for character in text:
                self.entry = self.entry.typed(character)
            is_whole = True
        if is_whole:
            self._enter()
        return True

    def _digit(self, character: str) -> bool:
        if character == "*" and self.entry.is_empty:
            self.desk.ring()
            return True
        self.entry = self.entry.typed(character)
        return True

    def _enter(self) -> None:
        if not self.entry.text and not self.entry.is_scan:
            view = self.desk.view
            sale = view.sale if view else None
            if sale is None or not sale.lines:
                self.desk.refuse(NothingToRepeat())
            elif view is not None and view.card_result is not None:
                # An Enter meant for the payment that just ended must not sell (contract.md 5).
                self.desk.refuse(NothingToRepeat(reason="after-payment"))
            else:
                self.desk.send(RepeatLast(), self)
            return
        try:
            goods = self.entry.code()
        except TillError as error:
            self._refused(error)
            return
        self.desk.send(AddCode(goods.text, goods.quantity_milli), self)

    def _correct(self) -> None:
        self.entry = Entry()
        self.desk.send(CorrectLast(), self)

    def _erase(self) -> None:
        self.entry = self.entry.erased()

    def _back(self) -> None:
        is_fresh = self.finished is not None and self.desk.now() - self.closed_at < LATE_BACK
        if is_fresh and not self.entry.text:
            # Meant for the payment, which ended first: what it ended as stays to be read.
            self.desk.ring()
            return
        self.entry = Entry()
        self.finished = None

    def _open_pay(self, text: str | None = None) -> None:
        """Open the payment with the typed amount held there, never taken at once."""
        from tui.screens.pay import PayPage

        view = self.desk.view
        if view is None or view.sale is None or not view.sale.standing:
            self.desk.refuse(NothingToPay())
            return
        trouble = unit_trouble(view)
        if trouble is not None:
            self._refused(trouble)
            return
        held = "" if self.entry.is_empty else self.entry.text
        try:
            Entry(held, is_too_long=self.entry.is_too_long).amount_ore()
        except TillError as error:
            self._refused(error)
            return
        self.entry = Entry()
        self.desk.open(PayPage(self.desk, held))

    def _exact_cash(self) -> None:
        if self.entry.is_empty:
            self.desk.send(PayCash(), self)
        else:
            self._open_pay()

    def _card(self) -> None:
        if self.entry.is_empty:
            take_card(self, None)
        else:
            self._open_pay()

    def _search(self) -> None:
        from tui.screens.search import SearchPage

        try:
            quantity_milli, price_ore = self.entry.before_key()
        except TillError as error:
            self._refused(error)
            return
        self.entry = Entry()
        self.desk.open(SearchPage(self.desk, quantity_milli, price_ore))

    def _menu(self) -> None:
        from tui.screens.reports import MenuPage

        self.desk.open(MenuPage(self.desk))

    def _next_panel(self) -> None:
        shop = self.desk.shop
        pages = sorted({key.page for key in shop.quick_keys}) if shop else []
        later = [page for page in pages if page > self.panel_page]
        self.panel_page = later[0] if later else (pages[0] if pages else 1)

    def _scroll(self, direction: int) -> None:
        paper = self.paper
        if paper is not None:
            last, step = top_max(paper, self.paper_window), max(1, self.paper_window - 1)
            top = self.paper_shown_top(paper) + step * direction
            self.paper_top = max(0, min(last, top))

    def paper_shown_top(self, paper: Document) -> int:
        """Give the first row that is seen: where the payment begins, until it is scrolled."""
        top = payment_row(paper) if self.paper_top is None else self.paper_top
        return min(top, top_max(paper, self.paper_window))

    def _quick_key(self, letter: str) -> bool:
        shop = self.desk.shop
        key = panel_of(shop.quick_keys, self.panel_page).get(letter) if shop else None
        if key is None:
            self.desk.warn(_("Knappen {letter} är tom.").format(letter=letter.upper()), "no-key")
            return True
        try:
            self._press(key)
        except TillError as error:
            if self.entry.is_kept:
                # What an earlier key was refused for has nothing to do with this one.
                self.entry = Entry()
            self._refused(error)
        return True

    def _press(self, key: QuickKey) -> None:
        """Do what a quick key holds. Raises RuleError for an entry that does not fit."""
        if key.kind is KeyKind.TENDER:
            (self._card if key.target == "card" else self._exact_cash)()
        elif key.kind is KeyKind.PAGE:
            self.panel_page = int(key.target) if key.target.isdigit() else 1
        elif key.kind is KeyKind.FUNCTION:
            self._function(key.target)
        else:
            quantity_milli, price_ore = self.entry.before_key()
            if key.kind is KeyKind.ARTICLE:
                numbers = tuple(key.target.split())
                self.desk.send(AddNumbers(numbers, quantity_milli, price_ore), self)
            elif price_ore is None:
                raise PriceMissing(name=key.target)
            else:
                self.desk.send(AddDepartment(key.target, price_ore, quantity_milli), self)

    def _function(self, function: str) -> None:
        act = self.acts.get(function)
        if act is not None:
            act()
        elif function in LATER:
            self.desk.notice = Notice(_("Det finns inte än i denna version."), "not-yet-built")
        else:
            self.desk.ring()

    def _refused(self, error: TillError) -> None:
        self.entry = self.entry.kept() if self.entry.text else Entry()
        self.desk.refuse(error)

    def done(self, command: Command, outcome: Outcome) -> None:
        """Clear the entry when it was used; keep it to be read when it was refused."""
        if outcome.error is not None:
            self.entry = self.entry.kept() if self.entry.text else Entry()
            return
        self.entry = Entry()
        if self.desk.view is not None and self.desk.view.sale is not None:
            self.finished = None

    def sale_closed(self, receipt: Receipt) -> None:
        """Tell of the sale that was just closed, until the next line."""
        self.finished = receipt
        self.closed_at = self.desk.now()
        self.paper_top = None
        self.entry = Entry()

    @property
    def paper(self) -> Document | None:
        """The paper of the sale that was just closed; shown in a demo."""
        desk = self.desk
        if self.finished is None or desk.shop is None or not desk.shop.is_demo:
            return None
        return desk.view.last_paper if desk.view else None

    def draw(self, width: int, height: int) -> Block:
        """Draw the register."""
        return register_picture.draw(self, width, height)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        view = self.desk.view
        sale = view.sale if view else None
        if not self.entry.is_empty:
            entry = [self.cap("enter"), self.cap("times"), self.cap("erase"), self.cap("back")]
            return [*entry, self.cap("pay")] if sale else entry
        if sale is not None and not register_picture.has_goods(sale):
            return [self.cap(name) for name in ("search", "menu", "help", "page")]
        if sale is None:
            first = [self.cap("help"), self.cap("search"), self.cap("page"), self.cap("menu")]
            return [*first, self.cap("quit")]
        names = ["pay", "card", "exact-cash", "correct", "search", "menu", "help", "page"]
        if unit_trouble(view) is not None:
            names = names[3:]
        return [self.cap(name) for name in names]
