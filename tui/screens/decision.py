"""A decision about money that is recorded by name: whose name is shown, and may be changed.

There is no login yet: the name of the configuration is recorded unless another one is typed.
"""

from collections.abc import Callable
from typing import Final

from core.card_secrets import redact_words
from core.text import clean
from tui.commands import NAME_LENGTH_MAX
from tui.i18n import _
from tui.screens.confirm import ConfirmPage
from tui.screens.page import Cap, Desk, Key
from tui.widgets.block import Block, above, wrapped
from tui.widgets.dialog import choices, field, inner_width, sheet

OTHER_NAME: Final = "a"
"""The key that types another name."""


class DecisionPage(ConfirmPage):
    """Asks before a decision; J takes it in the name that is shown, A types another name."""

    def __init__(
        self, desk: Desk, title: str, words: str, decide: Callable[[str], None], code: str = ""
    ) -> None:
        """Ask; `decide` gets the typed name, empty = the configured one."""
        super().__init__(desk, title, words, lambda: decide(self.typed_name), code)
        self.text = ""
        self.is_typing = False

    @property
    def typed_name(self) -> str:
        """The name that was typed, as it is recorded; empty = the configured one."""
        return redact_words(clean(self.text, NAME_LENGTH_MAX))

    @property
    def entry_text(self) -> str:
        """The name while it is being typed."""
        return self.text if self.is_typing else ""

    def key(self, key: Key) -> bool:
        """Type a name after A; else answer."""
        if not self.is_typing:
            if key.name == OTHER_NAME:
                self.text, self.is_typing = "", True
                return True
            return super().key(key)
        functions = self.desk.keymap.functions(key.name)
        if key.character:
            self.text = (self.text + key.character)[:NAME_LENGTH_MAX]
        elif "erase" in functions:
            self.text = self.text[:-1]
        elif "enter" in functions:
            self.is_typing = False
        elif "back" in functions:
            self.text, self.is_typing = "", False
        else:
            return False
        return True

    def draw(self, width: int, height: int) -> Block:
        """Draw the question, and in whose name it will be recorded."""
        styles, inner = self.desk.styles, inner_width(width)
        shop = self.desk.shop
        name = self.typed_name or (shop.operator if shop is not None else "")
        question = wrapped(self.words, inner, styles.strong)
        if self.is_typing:
            asked = wrapped(_("Vem beslutar? Skriv namnet."), inner, styles.strong)
            rows = [("Enter", _("klart")), ("Esc", _("ångra"))]
            parts = [question, above(asked, field(self.text, inner, styles))]
        else:
            words = _("Beslutet skrivs i journalen med namnet {name}.").format(name=name)
            rows = [("J", _("ja")), ("N", _("nej")), ("A", _("annat namn"))]
            parts = [question, wrapped(words, inner, styles.accent)]
        return sheet(self.title, [*parts, choices(rows, inner, styles)], width, height, styles)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        if self.is_typing:
            return [self.cap("enter", _("Klart")), self.cap("erase"), self.cap("back")]
        return [*super().caps(), Cap("A", _("Annat namn"), OTHER_NAME)]
