"""`blipp simulate …` on a terminal: one face, full screen, until Ctrl+Q or Esc."""

import asyncio
import signal
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.binding import Binding

from tui.simulator.face import Face
from tui.terminal_driver import TerminalDriver


class FaceApp(App[None]):
    """Shows one face; the simulator behind it is started and stopped by the caller."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { align: center middle; }"
    BINDINGS = [  # noqa: RUF012 -- Textual declares it as a plain list
        Binding("ctrl+q,escape", "quit", show=False, priority=True)
    ]

    def __init__(self, make_face: Callable[[], Face]) -> None:
        super().__init__(driver_class=TerminalDriver)
        self._make_face = make_face

    def compose(self) -> ComposeResult:
        """Put the face on the screen."""
        face = self._make_face()
        face.is_alone = True
        yield face

    def on_mount(self) -> None:
        """Give the keys to the face."""
        self.query_one(Face).focus()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self.exit)

    def on_terminal_gone(self) -> None:
        """End: nobody sees or types anything any more."""
        self.exit()
