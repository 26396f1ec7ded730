"""Textual's driver for a real terminal, made to notice when that terminal is gone.

A window that is closed, or a lost ssh connection, hangs the terminal up. The kernel tells by
SIGHUP, unless somebody had it ignored (nohup): then reading gives nothing at once, for ever, and
writing fails. Textual would read on without rest and lose its writer, so both are ended here and
the app is told once (reliability F5).
"""

import select
import threading
from typing import IO, TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App


class TerminalGone(Message):
    """Nobody can see or type anything any more."""


class _Screen:
    """The terminal as a file to write on; what is written to one that is gone is lost."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, or lose it."""
        try:
            self._file.write(text)
        except OSError:
            return

    def flush(self) -> None:
        """Flush, or lose what is there."""
        try:
            self._file.flush()
        except OSError:
            return

    def fileno(self) -> int:
        """Give the descriptor."""
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Posts TerminalGone when the terminal has hung up, and reads no more then."""

    def __init__(self, app: "App[Any]", **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = _Screen(self._file)
        # It waits in the kernel until there is something to tell, or the program ends.
        threading.Thread(target=self._watch, name="terminal-watch", daemon=True).start()

    def _watch(self) -> None:
        watched = select.poll()
        watched.register(self.fileno, 0)  # A hang-up is told without being asked for.
        watched.poll()
        self.exit_event.set()
        self._app.post_message(TerminalGone())
