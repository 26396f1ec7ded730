"""What the screens need of the till behind them, and nothing more.

The app is given one of these. `tui/till_thread.py` is the real one; tests use a scripted one. No
method here may wait for a disk, a device or another thread, except `stop`.
"""

from collections.abc import Callable
from typing import Protocol

from textual.message import Message
from textual.widget import Widget

from core.catalog import Article
from tui.commands import Command


class TillPort(Protocol):
    """The till thread, as the screens see it. Messages go up, commands go down."""

    def start(self, post: Callable[[Message], bool]) -> None:
        """Open the store on the till's own thread; called once, after the first paint.

        `post` is safe to call from any thread. The first message is TillReady or TillFailed.
        """
        ...

    def submit(self, command: Command) -> None:
        """Hand over a command; exactly one CommandDone (or TillFailed) is posted for it.

        The screens hand over one at a time, except AbortCard and AnswerPrompt, which may follow
        while a payment runs; those get a CommandDone as well.
        """
        ...

    def search(self, words: str, limit: int) -> tuple[Article, ...]:
        """Find articles in memory, best first; cheap enough for the event loop."""
        ...

    def terminal_face(self) -> Widget | None:
        """Make the simulated terminal's face to stand beside the card screen; None = there is none.

        Called once for each card screen. The widget takes keys only while it has the focus.
        """
        ...

    def stop(self) -> None:
        """Close the store and the devices; returns when the thread has ended."""
        ...
