"""The till thread, loaded on a thread of its own after the first paint.

Its modules (services, layouts, store) take as long to load as Textual itself does; nothing of them
is needed before the register stands and takes digits (ecosystem 2.1).
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.message import Message
    from textual.widget import Widget

    from core.catalog import Article
    from tui.commands import Command
    from tui.till_port import TillPort


class LateTill:
    """Implements tui.till_port.TillPort; hands everything on once the real one is made."""

    def __init__(self, make: "Callable[[], TillPort]") -> None:
        self._make = make
        self._till: TillPort | None = None
        self._loader: threading.Thread | None = None

    def start(self, post: "Callable[[Message], bool]") -> None:
        """Load and start the till; its first message is TillReady or TillFailed."""
        self._loader = threading.Thread(target=self._load, args=(post,), name="till-loader")
        self._loader.start()

    def _load(self, post: "Callable[[Message], bool]") -> None:
        self._till = self._make()
        self._till.start(post)

    def submit(self, command: "Command") -> None:
        """Hand over a command; none comes before the till is ready."""
        assert self._till is not None
        self._till.submit(command)

    def search(self, words: str, limit: int) -> "tuple[Article, ...]":
        """Find articles in memory."""
        return self._till.search(words, limit) if self._till is not None else ()

    def terminal_face(self) -> "Widget | None":
        """Make the simulated terminal's face."""
        return self._till.terminal_face() if self._till is not None else None

    def stop(self) -> None:
        """Finish what is in hand, close devices and store."""
        if self._loader is not None:
            self._loader.join()
        if self._till is not None:
            self._till.stop()
