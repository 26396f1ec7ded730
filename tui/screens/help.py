"""The keys, from the one table (tui/bindings.py)."""

from typing import ClassVar

from rich.cells import cell_len

from tui.bindings import BINDINGS, shown_key
from tui.i18n import _
from tui.screens.page import Desk, Page
from tui.widgets.block import Block, Row, block, fit, framed, inset, line, pieces, tall

_KEY_CELLS = 16


class HelpPage(Page):
    """All keys with their words; any going-back key closes it."""

    name: ClassVar[str] = "help"
    shown_functions = ("up", "down", "page-down", "back")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.top = 0
        self.window = 1
        self.acts = {
            "back": self.close,
            "enter": self.close,
            "help": self.close,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "page-up": lambda: self._move(-self.window),
            "page-down": lambda: self._move(self.window),
        }

    @property
    def is_wide(self) -> bool:
        """Take the room of the simulated terminal: its rows are cut beside it."""
        return True

    def _move(self, count: int) -> None:
        self.top = max(0, self.top + count)

    def draw(self, width: int, height: int) -> Block:
        """Draw the window of the table."""
        styles = self.desk.styles
        inner = width - 4
        rows = self._rows(inner)
        self.window = max(1, height - 2)
        self.top = min(self.top, max(0, len(rows) - self.window))
        body = tall(block(inner, rows[self.top : self.top + self.window]), self.window, styles.base)
        card = framed([inset(body, 1, styles.base)], _("Tangenter"), styles.frame, styles.accent)
        return tall(card, height, styles.base)

    def _rows(self, width: int) -> list[Row]:
        styles = self.desk.styles
        later = _("finns inte än")
        rows = []
        for each in BINDINGS:
            keys = self.desk.keymap.keys[each.id]
            named = " ".join(shown_key(key) for key in keys)
            if each.id == "digits":
                named = "0–9 ,"
            elif each.id == "letters":
                named = "A–Ö"  # i18n: the letters on the keyboard
            words = _(each.words)
            style = styles.muted if each.is_later else styles.base
            text = f"{words} ({later})" if each.is_later else words
            rows.append(
                pieces(
                    width,
                    styles.base,
                    (fit(named, _KEY_CELLS), styles.accent),
                    (fit(text, max(0, width - _KEY_CELLS)), style),
                )
            )
        note = _("Tar fönstret F1, F10 eller F11 för egen del: ? + och + Enter gör detsamma.")
        rows.append(line("", width, styles.base))
        rows.append(line(note, width, styles.muted if cell_len(note) else styles.base))
        return rows
