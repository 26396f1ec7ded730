"""X or Z on the screen: the paper as it prints, to be scrolled."""

from typing import ClassVar

from core.document import Document
from tui.commands import Command, PrintX
from tui.i18n import _
from tui.screens.page import Cap, Desk, Notice, Page
from tui.views import Outcome
from tui.widgets.block import Block, beside, filled, framed, tall
from tui.widgets.paper import draw_paper, top_max


class ReportPage(Page):
    """Shows a report; P prints an X. A Z prints by itself."""

    name: ClassVar[str] = "report"

    def __init__(self, desk: Desk, paper: Document, *, may_print: bool) -> None:
        super().__init__(desk)
        self.paper = paper
        self.may_print = may_print
        self.top = 0
        self.window = 1
        self.acts = {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "page-up": lambda: self._move(-self.window),
            "page-down": lambda: self._move(self.window),
            "back": self.close,
            "enter": self.close,
        }
        if may_print:
            self.acts["print"] = lambda: self.desk.send(PrintX(), self)

    def _move(self, count: int) -> None:
        self.top = max(0, min(top_max(self.paper, self.window), self.top + count))

    def done(self, command: Command, outcome: Outcome) -> None:
        """Say that the report is on its way to the printer."""
        if outcome.error is None:
            self.desk.notice = Notice(_("Rapporten skrivs ut."))

    def draw(self, width: int, height: int) -> Block:
        """Draw the window of the paper."""
        styles = self.desk.styles
        self.window = max(1, height - 2)
        self.top = min(self.top, top_max(self.paper, self.window))
        inner = min(width - 2, self.paper.width + 4)
        paper = draw_paper(self.paper, inner, self.window, self.top, styles)
        title = _("X-rapport") if self.may_print else _("Z-rapport")
        card = framed([paper], title, styles.frame, styles.accent)
        left = (width - card.width) // 2
        sides = (
            filled(left, height, styles.base),
            filled(width - left - card.width, height, styles.base),
        )
        return tall(beside(styles.base, sides[0], card, sides[1]), height, styles.base)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        caps = [self.cap("up"), self.cap("down"), self.cap("page-down"), self.cap("back")]
        return [self.cap("print"), *caps] if self.may_print else caps
