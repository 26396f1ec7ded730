"""The change to hand out, large; any key goes on, and a key of the register is used there."""

from typing import ClassVar

from core.receipt import Receipt
from tui.entry import CHARACTERS, Entry
from tui.i18n import _
from tui.screens.page import Cap, Desk, Key, Page
from tui.screens.register import LETTERS
from tui.texts import paid_rows, spaced
from tui.widgets.block import Block, block, line, wrapped
from tui.widgets.dialog import inner_width, pairs, sheet

_PASSED_ON = ("search", "menu", "help", "page", "quit", "lock")
"""Functions that are used on the register too; a second payment key is not."""


class ChangePage(Page):
    """Shown after cash with change. It is no question: typed-ahead keys go through it."""

    name: ClassVar[str] = "change"

    def __init__(self, desk: Desk, receipt: Receipt, change_ore: int) -> None:
        super().__init__(desk)
        self.receipt = receipt
        self.change_ore = change_ore

    def key(self, key: Key) -> bool:
        """Go back with any key; what belongs to the register is used there."""
        register = self.desk.below(self)
        self.close()
        is_entry = key.name in CHARACTERS or key.name in LETTERS
        functions = self.desk.keymap.functions(key.name)
        if is_entry or any(each in _PASSED_ON for each in functions):
            return register.key(key)
        return True

    def scan(self, entry: Entry, is_whole: bool) -> bool:
        """Go back to the register, which reads the code."""
        register = self.desk.below(self)
        self.close()
        return register.scan(entry, is_whole)

    def paste(self, text: str, is_whole: bool) -> bool:
        """Go back to the register, which reads the text."""
        register = self.desk.below(self)
        self.close()
        return register.paste(text, is_whole)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        return [self.cap("enter", _("Vidare")), self.cap("search"), self.cap("menu")]

    def draw(self, width: int, height: int) -> Block:
        """Draw the change, and how the sale was paid."""
        styles, inner = self.desk.styles, inner_width(width)
        empty = line("", inner, styles.base)
        figures = line(spaced(self.change_ore), inner, styles.total, "centre")
        name = line(_("VÄXEL TILLBAKA"), inner, styles.total, "centre")
        rows = pairs(paid_rows(self.receipt), inner, styles)
        words = _("Vilken tangent som helst går vidare till nästa köp.")
        parts = [
            block(inner, (empty, name, empty, figures, empty)),
            rows,
            wrapped(words, inner, styles.muted),
        ]
        title = _("Kvitto {number}").format(number=self.receipt.receipt_no)
        return sheet(title, parts, width, height, styles)
