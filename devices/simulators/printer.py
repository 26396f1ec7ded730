"""A receipt printer on TCP 9100: strict about what it reads, with faults to order.

The wire and the thread; what a printer does inside stands in printer_mechanism.py. It answers at
once, serves several connections one after another or side by side, and stays on its port when it is
unplugged and plugged again. It knows no Textual: a face asks `view()` and is told by `on_change`,
which runs in the printer's own thread.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Literal

from core.frozen import frozen
from devices.simulators.escpos_decoder import Row
from devices.simulators.printer_mechanism import Mechanism, Paper, PaperState, split_immediate

StopHow = Literal["paper-out", "unplug", "never-read", "silent"]

_ACT_LIMIT_S = 5.0
_GARBAGE = b"\xff\x00\xa5"
_COLUMNS = 48


@frozen
class PrinterView:
    """Everything a face shows, at one moment."""

    paper: PaperState
    is_cover_open: bool
    is_plugged: bool
    is_silent: bool
    papers: tuple[Paper, ...]
    """Oldest first, at most 500."""
    strip: tuple[Row, ...]
    """Rows that came out since the last cut."""
    drawer_pulses: int
    errors: tuple[str, ...]


class SimulatedPrinter:
    """One printer on `host:port` (0 = any free port). Public methods may be called from anywhere.

    `keep_dir` receives each paper as a text file. `columns` is how many characters fit a row.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        keep_dir: Path | None = None,
        columns: int = _COLUMNS,
    ) -> None:
        self.host = host
        self.port = port
        self.on_change: Callable[[], None] | None = None
        self._works = Mechanism(columns, keep_dir, self._answer_speaker, self._fail)
        self._is_plugged = True
        self._is_silent = False
        self._is_garbage = False
        self._is_deaf = False
        self._stop_how: StopHow = "paper-out"
        self._tails: dict[socket.socket, bytes] = {}
        self._speaker: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._selector = DefaultSelector()
        self._waker: socket.socket | None = None
        self._woken: socket.socket | None = None
        self._acts: deque[tuple[Callable[[], None], threading.Event]] = deque()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._is_stopping = False

    @property
    def papers(self) -> list[Paper]:
        """All papers that were cut, oldest first, at most 500."""
        return list(self._works.papers)

    @property
    def errors(self) -> list[str]:
        """Everything it refused, oldest first."""
        return list(self._works.errors)

    @property
    def drawer_pulses(self) -> int:
        """How often the drawer was opened."""
        return self._works.drawer_pulses

    def start(self) -> None:
        """Listen and serve in a thread of its own; once. Raises OSError when the port is taken."""
        self._listen()
        self._waker, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._selector.register(self._woken, EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="sim-printer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close everything and end the thread. Safe to call twice."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._is_stopping = True
            self._wake()
            thread.join(_ACT_LIMIT_S)

    def set_paper(self, state: PaperState) -> None:
        """Load paper, let it run low, or take it out. What waited in the buffer then prints."""
        self._do(lambda: setattr(self._works, "paper", state))

    def set_cover(self, is_open: bool) -> None:
        """Open or close the cover."""
        self._do(lambda: setattr(self._works, "is_cover_open", is_open))

    def set_silent(self, is_silent: bool) -> None:
        """Answer no question (and go on printing)."""
        self._do(lambda: setattr(self, "_is_silent", is_silent))

    def set_garbage(self, is_garbage: bool) -> None:
        """Answer every question with bytes that no printer sends."""
        self._do(lambda: setattr(self, "_is_garbage", is_garbage))

    def set_never_read(self, is_deaf: bool) -> None:
        """Take connections but read nothing, as with flow control off."""
        self._do(lambda: self._set_deaf(is_deaf))

    def stop_after(self, byte_count: int, how: StopHow = "paper-out") -> None:
        """Fail `how` once `byte_count` more bytes of papers have been worked off."""

        def act() -> None:
            self._works.stop_left, self._stop_how = byte_count, how

        self._do(act)

    def unplug(self) -> None:
        """Cut the power: connections drop, the buffer is lost, the strip stays as it is."""
        self._do(self._unplug)

    def plug(self) -> None:
        """Give it power again, on the same port."""
        self._do(self._plug)

    def view(self) -> PrinterView:
        """Give the state of this moment."""
        with self._lock:
            works = self._works
            return PrinterView(
                works.paper,
                works.is_cover_open,
                self._is_plugged,
                self._is_silent,
                tuple(works.papers),
                tuple(works.strip),
                works.drawer_pulses,
                tuple(works.errors),
            )

    # From here on everything runs in the printer's own thread.

    def _serve(self) -> None:
        while not self._is_stopping:
            for key, _events in self._selector.select(1.0):
                if key.fileobj is self._woken:
                    self._obey_acts()
                elif key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket):
                    self._read(key.fileobj)
        self._obey_acts()
        self._drop_all()
        self._selector.close()
        for end in (self._waker, self._woken):
            if end is not None:
                end.close()

    def _obey_acts(self) -> None:
        with suppress(OSError):
            if self._woken is not None:
                self._woken.recv(4096)
        while self._acts:
            act, done = self._acts.popleft()
            self._act(act)
            done.set()

    def _do(self, act: Callable[[], None]) -> None:
        """Run `act` in the printer's thread and wait for it (called from any thread)."""
        thread = self._thread
        if thread is None or threading.current_thread() is thread:
            self._act(act)
            return
        done = threading.Event()
        self._acts.append((act, done))
        self._wake()
        done.wait(_ACT_LIMIT_S)

    def _act(self, act: Callable[[], None]) -> None:
        with self._lock:
            act()
            self._works.work_off()
        self._tell()

    def _wake(self) -> None:
        with suppress(OSError):
            if self._waker is not None:
                self._waker.send(b"w")

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
            listener.listen(8)
        except OSError:
            listener.close()
            raise
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._selector.register(listener, EVENT_READ)

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            peer, _address = self._listener.accept()
        except OSError:
            return
        peer.setblocking(False)
        with suppress(OSError):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tails[peer] = b""
        if not self._is_deaf:
            self._selector.register(peer, EVENT_READ)

    def _read(self, peer: socket.socket) -> None:
        if peer not in self._tails or self._is_deaf:
            return
        try:
            came = peer.recv(16_384)
        except BlockingIOError:
            return
        except OSError:
            came = b""
        if not came:
            self._drop(peer)
            return
        held, commands, self._tails[peer] = split_immediate(self._tails[peer] + came)
        with self._lock:
            for command in commands:
                self._answer(peer, self._works.immediate(command))
            self._speaker = peer
            self._works.hold(held)
            self._works.work_off()
        if held:
            self._tell()

    def _answer_speaker(self, answer: bytes) -> None:
        if self._speaker is not None:
            self._answer(self._speaker, answer)

    def _answer(self, peer: socket.socket, answer: bytes) -> None:
        if answer and not self._is_silent and peer in self._tails:
            with suppress(OSError):
                peer.send(_GARBAGE if self._is_garbage else answer)

    def _fail(self) -> None:
        if self._stop_how == "paper-out":
            self._works.paper = "out"
        elif self._stop_how == "unplug":
            self._unplug()
        elif self._stop_how == "silent":
            self._is_silent = True
        else:
            self._set_deaf(True)

    def _set_deaf(self, is_deaf: bool) -> None:
        if is_deaf == self._is_deaf:
            return
        self._is_deaf = self._works.is_stopped = is_deaf
        for peer in self._tails:
            if is_deaf:
                self._selector.unregister(peer)
            else:
                self._selector.register(peer, EVENT_READ)

    def _unplug(self) -> None:
        self._is_plugged = False
        self._works.forget()
        self._drop_all()

    def _plug(self) -> None:
        if not self._is_plugged:
            self._is_plugged = True
            self._listen()

    def _drop(self, peer: socket.socket) -> None:
        self._tails.pop(peer, None)
        if not self._is_deaf:
            with suppress(KeyError, ValueError):
                self._selector.unregister(peer)
        peer.close()

    def _drop_all(self) -> None:
        for peer in list(self._tails):
            self._drop(peer)
        listener, self._listener = self._listener, None
        if listener is not None:
            self._selector.unregister(listener)
            listener.close()
