"""Which page is on top: the stack of pages, and the pages that come and go by themselves.

Card and recovery pages follow the till's picture: the cashier can neither open nor leave them. A
menu may lie above them; a new question goes on top of everything.
"""

from core.checkout import SaleState
from core.services.late import LATE_CODE
from core.services.till import Attention
from core.tender import TenderKind
from tui.screens.card import CardPage
from tui.screens.change import ChangePage
from tui.screens.page import Desk, Page
from tui.screens.pay import PayPage
from tui.screens.recovery import RecoveryPage
from tui.screens.register import RegisterPage
from tui.screens.tip import TipPage
from tui.views import TillView

CARD_STATES = (
    SaleState.AUTHORIZING,
    SaleState.IN_DOUBT,
    SaleState.HELD,
    SaleState.REVERSING,
)


class PageStack:
    """The pages, lowest first; the register is always there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.register = RegisterPage(desk)
        self.pages: list[Page] = [self.register]
        self._own: Page | None = None
        """The page that came by itself."""
        self._prompt_id = ""
        self.aside: Attention | None = None

    @property
    def top(self) -> Page:
        """The page that takes keys."""
        return self.pages[-1]

    @property
    def is_card(self) -> bool:
        """Say whether a card is being asked for, asked about or decided on."""
        own = self._own
        is_recovery = isinstance(own, RecoveryPage) and own.attention.code.startswith("card-")
        return isinstance(own, CardPage) or is_recovery

    def open(self, page: Page) -> None:
        """Put a page on top."""
        self.pages.append(page)

    def close(self, page: Page) -> None:
        """Take a page away; the register stays."""
        if page in self.pages and page is not self.register:
            self.pages.remove(page)

    def below(self, page: Page) -> Page:
        """Give the page beneath."""
        return self.pages[max(0, self.pages.index(page) - 1)]

    def follow(self, before: TillView | None, view: TillView) -> bool:
        """Bring the pages in line with a new picture; True when a new question came up."""
        self._end_sale(before, view)
        is_new = self._follow_question(view)
        sale = view.sale
        is_part_paid = sale is not None and bool(sale.settled) and sale.state == "tendering"
        if is_part_paid and self.top is self.register:
            self.open(PayPage(self._desk))
        prompt = view.terminal.prompt
        prompt_id = prompt.prompt_id if prompt else ""
        is_asked = bool(prompt_id) and prompt_id != self._prompt_id and self.is_card
        self._prompt_id = prompt_id
        if is_asked and self._own is not None and self.top is not self._own:
            self.pages.remove(self._own)
            self.pages.append(self._own)
        return is_new or is_asked

    def _end_sale(self, before: TillView | None, view: TillView) -> None:
        """Leave the payment when its sale is over, and show the change."""
        if before is None or before.sale is None:
            return
        if view.sale is not None and view.sale.sale_id == before.sale.sale_id:
            return
        for page in [page for page in self.pages if isinstance(page, PayPage | TipPage)]:
            self.close(page)
        receipt = view.last_receipt
        if receipt is None or receipt is before.last_receipt:
            return
        self.register.sale_closed(receipt)
        change_ore = sum(
            each.change_ore for each in receipt.tenders if each.kind == TenderKind.CASH
        )
        if change_ore:
            self.pages.insert(1, ChangePage(self._desk, receipt, change_ore))

    def _follow_question(self, view: TillView) -> bool:
        """Show, keep or take away the page that comes by itself."""
        attention = view.attention
        if attention is None or attention != self.aside:
            self.aside = None
        own = self._own
        state = view.sale.state if view.sale else ""
        is_card = state in CARD_STATES
        may_wait = attention is not None and attention.code.startswith(("paper-", LATE_CODE))
        if is_card and may_wait:
            attention = None
        if attention is not None and self.aside is None:
            if isinstance(own, RecoveryPage) and _is_one_matter(own.attention, attention):
                is_same = own.attention == attention or attention.code.startswith("unit-")
                own.attention = attention
                return not is_same
            return self._replace_own(RecoveryPage(self._desk, attention))
        if is_card:
            return not isinstance(own, CardPage) and self._replace_own(CardPage(self._desk))
        if own is not None:
            self.close(own)
            self._own = None
        return False

    def _replace_own(self, page: Page) -> bool:
        if self._own is not None:
            self.close(self._own)
        self._own = page
        self.pages = [each for each in self.pages if not each.is_question]
        self.open(page)
        return True

    def put_aside(self, attention: Attention) -> None:
        """Let the register be used while a question stands; a banner stays."""
        self.aside = attention
        if self._own is not None:
            self.close(self._own)
            self._own = None

    def answer_now(self) -> None:
        """Show the question that was put aside."""
        if self.aside is not None:
            page = RecoveryPage(self._desk, self.aside)
            self.aside = None
            self._replace_own(page)


def _is_one_matter(shown: Attention, newer: Attention) -> bool:
    """Say whether a page may go on with a newer question; why a code is missing may change."""
    is_unit = shown.code.startswith("unit-") and newer.code.startswith("unit-")
    return is_unit or shown.code == newer.code
