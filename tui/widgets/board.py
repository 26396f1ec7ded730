"""The one widget that draws the till: a fixed window of rows, of which only changed ones repaint.

A layout, a scroll or a whole repaint costs a frame each (ecosystem 2.2); this widget has none of
them: it is handed finished rows and compares them with those it shows.
"""

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.block import Block, Row


class Board(Widget):
    """Shows a Block as large as itself."""

    DEFAULT_CSS = "Board { width: 1fr; height: 1fr; }"

    class Pressed(Message):
        """Something drawn as a button was clicked; `key` is the key that it stands for."""

        def __init__(self, board: "Board", key: str) -> None:
            self.board = board
            self.key = key
            super().__init__()

    class Resized(Message):
        """The board has another size and wants another picture."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Row, ...] = ()
        self._strips: list[Strip] = []

    def show(self, picture: Block) -> None:
        """Take a new picture and repaint the rows that differ."""
        old, new = self._shown, picture.rows
        if len(old) != len(new) or (self._strips and self._strips[0].cell_length != picture.width):
            changed = list(range(len(new)))
            self._strips = [Strip.blank(0)] * len(new)
        else:
            changed = [y for y, row in enumerate(new) if row != old[y]]
        for y in changed:
            self._strips[y] = Strip(new[y], picture.width)
        self._shown = new
        if changed:
            self.refresh(*(Region(0, y, picture.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """Give one row of the picture."""
        if y < len(self._strips):
            return self._strips[y].crop_extend(0, self.size.width, None)
        return Strip([Segment(" " * self.size.width)], self.size.width)

    def on_resize(self) -> None:
        """Ask for a picture of the new size."""
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        """Turn a click on a drawn button into its key."""
        key = event.style.meta.get("key")
        if isinstance(key, str):
            self.post_message(self.Pressed(self, key))
