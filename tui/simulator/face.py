"""What the faces of all simulated devices share: keys in, a picture out, news from other threads.

A face draws what its simulator's `view()` says and presses the simulator's keys; it decides nothing
itself. The simulator tells of a change from one of its own threads, so the news travels as a
message and many of them become one picture.
"""

from collections.abc import Callable
from typing import Protocol

from textual import events
from textual.message import Message

from tui.widgets.block import Block
from tui.widgets.board import Board
from tui.widgets.palette import Palette, palette

ENTER_KEYS = frozenset({"enter", "ctrl+j", "kp_enter"})


class Simulated(Protocol):
    """A simulator that can tell of changes."""

    on_change: Callable[[], None] | None


class Face(Board, can_focus=True):
    """One simulated device on the screen. Takes keys only while it has the focus."""

    class Changed(Message):
        """The simulator changed."""

        def can_replace(self, message: Message) -> bool:
            """One picture serves all news that wait."""
            return isinstance(message, Face.Changed)

    def __init__(self, simulated: Simulated) -> None:
        super().__init__()
        self._simulated = simulated
        self._tell = self._post_changed
        self.is_alone = False
        """True in `blipp simulate`, where no till stands beside it."""

    def picture(self, styles: Palette, width: int, height: int) -> Block:
        """Draw the device as it is now."""
        raise AssertionError("each face draws itself")

    def take(self, key: str, character: str) -> bool:
        """Take one key; False leaves it to the screen."""
        raise AssertionError("each face has its own keys")

    def on_mount(self) -> None:
        """Listen to the simulator."""
        self._simulated.on_change = self._tell

    def on_unmount(self) -> None:
        """Stop listening, unless another face has taken over."""
        if self._simulated.on_change == self._tell:
            self._simulated.on_change = None

    def redraw(self) -> None:
        """Draw again; rows that did not change are not painted."""
        width, height = self.size
        if width > 0 and height > 0:
            self.show(self.picture(self._styles(), width, height))

    def on_face_changed(self) -> None:
        """Take news."""
        self.redraw()

    def on_board_resized(self, message: Board.Resized) -> None:
        """Draw for the new size."""
        message.stop()
        self.redraw()

    def on_focus(self) -> None:
        """Show that the keys come here."""
        self.call_later(self.redraw)

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.call_later(self.redraw)

    def on_key(self, event: events.Key) -> None:
        """Take a key; what types something never goes through to the till behind."""
        character = event.character or ""
        is_typed = len(character) == 1 and character.isprintable()
        if self.take(event.key, character.lower() if is_typed else "") or is_typed:
            event.stop()
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Press what was clicked."""
        event.stop()
        event.prevent_default()
        self.focus()
        key = event.style.meta.get("key")
        if isinstance(key, str):
            self.take(key, key if len(key) == 1 else "")

    def _post_changed(self) -> None:
        """Pass the news on; any thread."""
        self.post_message(self.Changed())

    def _styles(self) -> Palette:
        look = "dark" if self.app.current_theme.dark else "light"
        return palette(look, self.app.console.color_system in (None, "standard"))
