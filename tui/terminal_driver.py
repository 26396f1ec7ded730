"""Textual's driver for a real terminal: our reader of pastes, and an end when it is gone.

A window that is closed, or a lost ssh connection, hangs the terminal up. The kernel tells by
SIGHUP, unless somebody had it ignored (nohup): then reading gives nothing at once, for ever, and
writing fails. Textual would read on without rest and lose its writer, so both are ended here and
the app is told once (reliability F5).
"""

import os
import select
import threading
from codecs import getincrementaldecoder
from typing import IO, TYPE_CHECKING, Any, Final

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.paste_reader import PasteReader

if TYPE_CHECKING:
    from textual.app import App


READ_MAX: Final = 4096
TICK_S: Final = 0.1
"""How long a read waits before the parser is asked what waited long enough."""


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

    def run_input_thread(self) -> None:
        """Read keys, clicks and pastes until the program ends."""
        parser = PasteReader()
        decode = getincrementaldecoder("utf-8")("replace").decode
        waited = select.poll()
        waited.register(self.fileno, select.POLLIN)
        while not self.exit_event.is_set():
            if waited.poll(TICK_S * 1000):
                try:
                    text = decode(os.read(self.fileno, READ_MAX))
                except OSError:
                    return  # The terminal is gone, which the watch tells.
                for message in parser.feed(text) if text else ():
                    self.process_message(message)
            for message in parser.tick():
                self.process_message(message)
