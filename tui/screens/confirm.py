"""A yes-or-no question, and a plain message."""

from collections.abc import Callable
from typing import ClassVar

from tui.i18n import _
from tui.screens.page import Cap, Desk, Key, Page
from tui.widgets.block import Block, above, wrapped
from tui.widgets.dialog import choices, inner_width, sheet


class ConfirmPage(Page):
    """Asks before something that cannot be taken back; only J says yes."""

    name: ClassVar[str] = "confirm"
    is_question: ClassVar[bool] = True
    shown_functions = ("yes", "no", "back")

    def __init__(
        self, desk: Desk, title: str, words: str, yes: Callable[[], None], code: str = ""
    ) -> None:
        """Ask; `yes` runs after the page is gone. `code` is the question's in the status stream."""
        super().__init__(desk)
        self.title = title
        self.words = words
        self.yes = yes
        self.code = code
        self.acts = {"yes": self._yes, "no": self.close, "back": self.close}

    @property
    def error_code(self) -> str:
        """The question's code."""
        return self.code

    def _yes(self) -> None:
        self.close()
        self.yes()

    def draw(self, width: int, height: int) -> Block:
        """Draw the question."""
        styles, inner = self.desk.styles, inner_width(width)
        parts = [
            wrapped(self.words, inner, styles.strong),
            choices([("J", _("ja")), ("N", _("nej"))], inner, styles),
        ]
        return sheet(self.title, parts, width, height, styles)


class MessagePage(Page):
    """Tells something that a person must have read; Enter or Esc goes on."""

    name: ClassVar[str] = "message"
    is_question: ClassVar[bool] = True

    def __init__(self, desk: Desk, title: str, words: tuple[str, ...], code: str = "") -> None:
        super().__init__(desk)
        self.title = title
        self.words = words
        self.code = code
        self.acts = {"enter": self.close, "back": self.close}

    @property
    def error_code(self) -> str:
        """The code that is shown."""
        return self.code

    def draw(self, width: int, height: int) -> Block:
        """Draw the message."""
        styles, inner = self.desk.styles, inner_width(width)
        texts = above(*(wrapped(text, inner, styles.strong) for text in self.words or ("",)))
        return sheet(self.title, [texts], width, height, styles)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        return [self.cap("enter", _("Vidare"))]


class StopPage(MessagePage):
    """Selling has stopped: only closing the till is left."""

    def __init__(self, desk: Desk, title: str, words: tuple[str, ...], code: str) -> None:
        super().__init__(desk, title, words, code)
        self.acts = {"quit": desk.leave}

    def key(self, key: Key) -> bool:
        """Close the till with its key; all else says that it is stopped."""
        if not super().key(key):
            self.desk.ring()
        return True

    def caps(self) -> list[Cap]:
        """Give the only key that works."""
        return [self.cap("quit")]
