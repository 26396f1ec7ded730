"""The app: hands keys and the till's words to the desk, and paints the picture.

Keys are taken before Textual reads them: no widget has the focus on the sale path and no binding
is dispatched per digit. The picture is made when the app has nothing else to do, and only rows
that differ are painted: one key, one repaint, never before its outcome.

Nothing slow is imported here, not even our own values: the register stands and shows digits in the
time that Textual itself needs, and the desk is loaded piece by piece after it (ecosystem 2, 7).
"""

import asyncio
import signal
import threading
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.widget import Widget

from tui.clock import SystemClock
from tui.entry import CHARACTERS, Entry
from tui.screens.first import draw_first
from tui.status import StatusStream
from tui.terminal_driver import TerminalDriver
from tui.widgets.block import Block, above, tall
from tui.widgets.board import Board
from tui.widgets.palette import palette

if TYPE_CHECKING:
    from core.ports import Clock
    from tui.messages import CommandDone, PanelChanged, TillChanged, TillFailed, TillReady
    from tui.screens.page import Cap
    from tui.screens.till_desk import TillDesk
    from tui.till_port import TillPort

LINE_FEED_S: Final = 0.05
"""A line feed this soon after Enter belongs to it (contract.md 5)."""
SMALLEST: Final = (80, 24)
"""In a smaller window nothing is shown but that, and no question can be answered."""
SOON_S: Final = 0.03
"""How long a picture may wait for a better one while a device is answering."""
FACE_WIDTH: Final = 40
FACE_KEY_S: Final = 1.0
"""A key pressed again this soon after the simulated terminal went away was meant for it; not a
digit, with which a scanned code may begin, and no more once another key came."""
_ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that close the till; one that was ignored from the start stays ignored."""
_OURS: Final = ("escape", "tab", "ctrl+q", "ctrl+c", "f1", "f9")
"""Keys that are the till's while the simulated terminal has the focus."""
_PIECES: Final = (
    "core.events",
    "core.checkout",
    "core.services.till",
    "tui.commands",
    "tui.views",
    "tui.texts",
    "tui.screens.register",
    "tui.screens.till_desk",
    "tui.widgets.top_bar",
)
"""What is loaded after the first paint, while keys are read."""


class DeskLoaded(Message):
    """The desk's modules are loaded."""


class TillApp(App[int]):
    """The till's screen. Returns the exit code of `blipp run`."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    CSS = f"""
    Screen {{ overflow: hidden; }}
    #face {{ width: {FACE_WIDTH}; height: 1fr; display: none; }}
    """

    def __init__(
        self,
        port: "TillPort",
        status: StatusStream | None = None,
        clock: "Clock | None" = None,
        look: str = "dark",
        scanner_prefix: str = "",
        keys: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Take the till behind the screens; it is started after the first paint."""
        super().__init__(driver_class=TerminalDriver)
        self._port = port
        self._look = look
        self._status = status
        self._clock: Clock = clock or SystemClock()
        self._styles = palette(look, self.console.color_system in ("standard", "windows"))
        self._scanner_prefix = scanner_prefix
        self._keys = keys
        self._desk: TillDesk | None = None
        self._early: list[tuple[str, str | None, float]] = []
        """Keys that came before the desk was loaded."""
        self._board = Board()
        self._slot = Container(id="face")
        self._face: Widget | None = None
        self._enter_at_s = 0.0
        self._face_key = ""
        """The last key that went to the simulated terminal."""
        self._face_left_s = 0.0
        """When the keys went back to the till by themselves."""
        self._is_draw_due = False
        self._is_draw_soon = False
        self._minute = -1

    def compose(self) -> ComposeResult:
        """Make the one board, and a place for the simulated terminal beside it."""
        with Horizontal():
            yield self._board
            yield self._slot

    def on_mount(self) -> None:
        """Start the till after the first paint."""
        if self._look == "light":
            self.theme = "textual-light"
        colour = self._styles.base.bgcolor
        self.screen.styles.background = colour.name if colour is not None else "black"
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, self.end_in_order)
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        threading.Thread(target=self._load, name="desk-loader").start()

    def _load(self) -> None:
        """Load the desk beside the event loop, which reads keys meanwhile."""
        for piece in _PIECES:
            import_module(piece)
        self.post_message(DeskLoaded())

    def on_desk_loaded(self) -> None:
        """Open the desk; only then let the till load, for two that load wait for one another."""
        if self._desk is None:
            self._open_desk()
        self._port.start(self.post_message)

    def _open_desk(self) -> "TillDesk":
        """Make the desk and hand it the keys that came before it."""
        from tui.bindings import Keymap
        from tui.screens.till_desk import TillDesk

        desk = TillDesk(self._port, self, self._clock, self._styles, Keymap(self._keys))
        desk.scans.prefix = self._scanner_prefix
        self._desk = desk
        self.tell()
        for key, character, at_s in self._early:
            desk.take_key(key, character, at_s)
        self._early.clear()
        self.draw_later()
        return desk

    @property
    def desk(self) -> "TillDesk":
        """The desk, loaded now if it is not yet."""
        return self._desk or self._open_desk()

    def on_terminal_gone(self) -> None:
        """End: nobody sees or types anything any more."""
        self.end_in_order()

    def end_in_order(self) -> None:
        """Close the till without asking; a payment that runs is asked about at the next start."""
        if self._desk is None:
            self.leave(0)
        else:
            self._desk.leave()

    def on_unmount(self) -> None:
        """End the till's own thread with the screen."""
        self._port.stop()

    # In: keys, clicks, sizes, and the till's words.

    async def on_event(self, event: events.Event) -> None:
        """Take keys before anything else reads them; the rest goes its usual way."""
        if isinstance(event, events.Key | events.Paste) and not self.screen_stack:
            return  # Typed while the till was closing: there is nobody left to read it.
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self.focused is None or event.key in _OURS:
                self._take_key(event)
                return
            self._face_key = event.key
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            self.desk.take_paste(event.text)
            return
        await super().on_event(event)

    def _take_key(self, event: events.Key) -> None:
        if event.key == "ctrl+j" and event.time - self._enter_at_s < LINE_FEED_S:
            return
        if event.key == "enter":
            self._enter_at_s = event.time
        is_again = event.key == self._face_key and event.character not in CHARACTERS
        if is_again and event.time - self._face_left_s < FACE_KEY_S:
            self.ring()
            return
        self._face_key = ""
        if self._desk is not None:
            self._desk.take_key(event.key, event.character, event.time)
        else:
            self._early.append((event.key, event.character, event.time))
            self.draw_later()

    def on_board_pressed(self, message: Board.Pressed) -> None:
        """Take a click on a drawn button as its key."""
        if message.board is not self._board:
            return
        character = message.key if len(message.key) == 1 else None
        self.desk.take_key(message.key, character, self._clock.monotonic_s())

    def on_board_resized(self) -> None:
        """Draw for the new size."""
        self._draw()

    def on_till_ready(self, message: "TillReady") -> None:
        """Take the shop and the first picture."""
        self.desk.ready(message)

    def on_till_changed(self, message: "TillChanged") -> None:
        """Take a newer picture."""
        self.desk.take_view(message.view)

    def on_panel_changed(self, message: "PanelChanged") -> None:
        """Take the panel that an import left."""
        self.desk.take_panel(message.quick_keys)

    def on_store_waited(self) -> None:
        """Tell that another program holds the database."""
        self.desk.tell_store_wait()

    def on_command_done(self, message: "CommandDone") -> None:
        """Take the outcome of a command."""
        self.desk.done(message)

    def on_till_failed(self, message: "TillFailed") -> None:
        """Stop selling."""
        self.desk.failed(message)

    def _tick(self) -> None:
        """Keep the clock true, and the time of a card payment or a wait for the control unit."""
        now = self._clock.now()
        desk = self._desk
        is_counting = desk is not None and (desk.is_card or desk.is_waiting)
        if is_counting or now.minute != self._minute:
            self._minute = now.minute
            self.draw_later()

    # Out: the picture, the bell, the status line (tui/screens/till_desk.py, Shell).

    def draw_later(self) -> None:
        """Draw when the messages that wait were taken; many wishes, one picture."""
        if not self._is_draw_due and self.is_running:
            self._is_draw_due = True
            self.call_later(self.draw_now)

    def draw_now(self) -> None:
        """Draw at once what is to be drawn later."""
        if self._is_draw_due:
            self._draw()

    def draw_soon(self) -> None:
        """Draw in a moment, unless something else is drawn before."""
        if not self._is_draw_due and not self._is_draw_soon and self.is_running:
            self._is_draw_soon = True
            self.set_timer(SOON_S, self._draw_if_soon)

    def _draw_if_soon(self) -> None:
        if self._is_draw_soon:
            self._draw()

    def _draw(self) -> None:
        self._is_draw_due = self._is_draw_soon = False
        if not self.screen_stack:
            return  # A timer that came while the till was closing.
        desk = self._desk
        if desk is None:
            self._board.show(self.picture())
            return
        desk.drawn_at_s = self._clock.monotonic_s()
        self._place_face(desk)
        self._board.show(self.picture())
        if self._is_too_small:
            desk.lose_sight()
        elif desk.is_unseen:
            self.call_after_refresh(desk.seen)

    @property
    def _is_too_small(self) -> bool:
        """Say whether the window shows only that it is too small: no question is seen in it."""
        return self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]

    def picture(self) -> Block:
        """Make the picture for the board's size."""
        desk, size, styles = self._desk, self._board.size, self._styles
        is_beside = self._face is not None and bool(self._slot.display)
        width_min = FACE_WIDTH if is_beside else SMALLEST[0]
        width, height = max(size.width, width_min), max(size.height, SMALLEST[1])
        clock = f"{self._clock.now():%H:%M}"
        if desk is None:
            return draw_first(self._typed_early(), clock, width, height, styles)
        from tui.widgets.bottom import draw_bottom
        from tui.widgets.top_bar import draw_top_bar

        if self._is_too_small:
            from tui.widgets.too_small import draw_too_small

            is_demo = desk.shop is not None and desk.shop.is_demo
            return draw_too_small(size.width, size.height, SMALLEST, styles.base, is_demo=is_demo)
        top = draw_top_bar(desk.shop, desk.view, clock, width, styles)
        bottom = draw_bottom(desk.news, self._caps(desk), width, styles, desk.key_words)
        room = height - len(top.rows) - len(bottom.rows)
        return above(top, tall(desk.top.draw(width, room), room, styles.base), bottom)

    def _caps(self, desk: "TillDesk") -> "list[Cap]":
        """Give the keys that the till takes now: few while the simulated terminal has them."""
        caps = desk.top.caps()
        return [cap for cap in caps if cap.press in _OURS] if desk.is_face_active else caps

    def _typed_early(self) -> str:
        """Give the digits that are typed already, as the entry line will show them."""
        entry = Entry()
        for _key, character, _at_s in self._early:
            if character not in CHARACTERS:
                break
            entry = entry.typed(character)
        return entry.text

    def _place_face(self, desk: "TillDesk") -> None:
        """Show the simulated terminal while a card is dealt with; a question takes the focus."""
        if desk.is_card and self._face is None:
            self._face = self._port.terminal_face()
            if self._face is not None:
                self._slot.mount(self._face)
        is_shown = desk.is_card and self._face is not None and not desk.top.is_wide
        desk.has_face = is_shown
        if bool(self._slot.display) is not is_shown:
            self._slot.display = is_shown
        if self.focused is not None and (not is_shown or desk.is_unseen):
            self.screen.set_focus(None)
            if not is_shown:
                self._face_left_s = self._clock.monotonic_s()
        desk.is_face_active = self.focused is not None

    def move_focus(self) -> None:
        """Move the keys between the till and the simulated terminal."""
        is_here = self.focused is None
        self.screen.set_focus(self._face if is_here else None)
        self.desk.is_face_active = self.focused is not None

    def ring(self) -> None:
        """Sound the bell."""
        self.bell()

    def tell(self) -> None:
        """Write a status line; that of an unpainted question waits until it is painted."""
        desk = self._desk
        if self._status is None or desk is None or desk.is_unseen:
            return
        from tui.screens.status_line import status_fields

        self._status.write(**status_fields(desk))

    def leave(self, code: int) -> None:
        """End the program with this exit code."""
        self.exit(code, return_code=code)
