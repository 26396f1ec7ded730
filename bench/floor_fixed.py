"""The floor: a bare Textual app with one own fixed-window widget, and keys in App.on_key.

Run as a program of its own. The argument is the number of rows it begins with. `q` adds a row,
`x` takes all away but the first ones, a digit and Enter make a scan. Only what every Textual till
must pay for is here: the event loop, one key, one repaint of one widget.
"""

import sys

from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget


def row_text(number: int) -> str:
    """Write the text of a row, unlike that of any other row."""
    return f"rad-{number:05d}"


class Window(Widget):
    """Draws the newest rows that fit."""

    DEFAULT_CSS = "Window { width: 1fr; height: 1fr; }"
    count = 0

    def render_line(self, y: int) -> Strip:
        """Give one row."""
        width, height = self.size
        number = max(0, self.count - height) + y + 1
        text = f"  1 {row_text(number)} Kanelbulle 36,00" if number <= self.count else ""
        if y == 0 and not self.count:
            text = "klar"
        return Strip([Segment(text.ljust(width))], width)


class Floor(App[None]):
    """One widget and its keys."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, first: int) -> None:
        super().__init__()
        self._first = first
        self._window = Window()
        self._window.count = first
        self._digits = ""

    def compose(self) -> ComposeResult:
        """Put the one widget in."""
        yield self._window

    def on_key(self, event: events.Key) -> None:
        """Take a key."""
        if event.key == "q" or (event.key == "enter" and self._digits):
            self._digits = ""
            self._window.count += 1
        elif event.key == "x":
            self._window.count = self._first
        elif event.character and event.character.isdigit():
            self._digits += event.character
            return
        self._window.refresh()


if __name__ == "__main__":
    Floor(int(sys.argv[1]) if len(sys.argv) > 1 else 0).run()
