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
        self._width = 0
        """Of the picture that is shown."""
        self._strips: dict[int, Strip] = {}
        """Rows as they were painted last, for the size and ground below."""
        self._painted_for: object = None

    def show(self, picture: Block) -> None:
        """Take a new picture and repaint what differs, from the left to the last change in a row.

        The panel at the right mostly stays, and is half of what a row costs to write.
        """
        old, new, width = self._shown, picture.rows, picture.width
        if len(old) != len(new) or self._width != width:
            self._strips.clear()
            changed = [Region(0, y, width, 1) for y in range(len(new))]
        else:
            changed = [
                Region(0, y, _changed_cells(old[y], row), 1)
                for y, row in enumerate(new)
                if row != old[y]
            ]
        for region in changed:
            self._strips.pop(region.y, None)
        self._shown, self._width = new, width
        if changed:
            self.refresh(*changed)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the rows of the picture; without the borders and paddings that it has not."""
        width, ground = self.region.width, self.background_colors[1]
        filters = self.get_line_filters()
        painted_for = (width, ground, tuple(filters))
        if painted_for != self._painted_for:
            self._strips.clear()
            self._painted_for = painted_for
        strips = []
        is_whole = crop.column_span == (0, width)
        for y in crop.line_range:
            strip = self._strips.get(y)
            if strip is None:
                # A part is cut out before it is painted: most keys change the left half of a row.
                strip = self._row(y, width)
                strip = strip if is_whole else strip.crop(*crop.column_span)
                for each in filters:
                    strip = strip.apply_filter(each, ground)
                if is_whole:
                    self._strips[y] = strip
            elif not is_whole:
                strip = strip.crop(*crop.column_span)
            strips.append(strip)
        return strips

    def render_line(self, y: int) -> Strip:
        """Give one row of the picture."""
        return self._row(y, self.region.width)

    def _row(self, y: int, width: int) -> Strip:
        if y >= len(self._shown):
            return Strip([Segment(" " * width)], width)
        strip = Strip(self._shown[y], self._width)
        return strip if self._width == width else strip.crop_extend(0, width, None)

    def on_resize(self) -> None:
        """Ask for a picture of the new size."""
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        """Turn a click on a drawn button into its key."""
        key = event.style.meta.get("key")
        if isinstance(key, str):
            self.post_message(self.Pressed(self, key))


def _changed_cells(old: Row, new: Row) -> int:
    """Count the cells from the left end of a row to its last change."""
    same = 0
    for before, after in zip(reversed(old), reversed(new), strict=False):
        if before != after:
            break
        same += 1
    return max(1, sum(part.cell_length for part in new[: len(new) - same]))
