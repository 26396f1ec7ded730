"""A program under a pty of 80x24, watched by scanning the bytes it writes.

Nothing is emulated: a text is on the screen when its bytes were read, which is the least that the
measuring can cost. The reader never rests while it waits, so the program is never held up by a full
pty. Times run from the write of a key to the read that made the awaited text true (peers.md 1).
"""

import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 80, 24
WAIT_LIMIT_S = 20.0
READ_SIZE = 65_536


def _own_terminal(slave: int) -> None:
    """Begin as in a window of its own: a run in the background hands down an ignored SIGINT."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.login_tty(slave)


class NotSeen(RuntimeError):
    """The awaited text or state did not come in time."""


class Screen:
    """One running program and what it has written."""

    def __init__(self, argv: Sequence[str], cwd: Path, has_status: bool = False) -> None:
        """Start the program; `{status}` in `argv` becomes the number of the status pipe."""
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        modes = termios.tcgetattr(slave)
        modes[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        self._status, status_in = os.pipe() if has_status else (-1, -1)
        self._status_rest = b""
        self.status: Mapping[str, object] = {}
        self.seen = bytearray()
        self.byte_count = 0
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "", "LINES": ""}
        for name in ("COLUMNS", "LINES", "COLORTERM", "TEXTUAL", "NO_COLOR"):
            environment.pop(name, None)
        self.started = perf_counter()
        self._process = subprocess.Popen(
            [part.replace("{status}", str(status_in)) for part in argv],
            cwd=cwd,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=(status_in,) if has_status else (),
            preexec_fn=lambda: _own_terminal(slave),
        )
        os.close(slave)
        if has_status:
            os.close(status_in)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The number of the started process."""
        return self._process.pid

    def press(self, keys: bytes, *texts: str) -> float:
        """Write keys in one write; give the seconds until all texts were written after it."""
        self.seen.clear()
        at = perf_counter()
        self.write(keys)
        return self.wait(*texts) - at

    def write(self, keys: bytes) -> None:
        """Write keys, reading meanwhile what comes, so that neither side is ever held up."""
        os.set_blocking(self._master, False)
        while keys:
            try:
                keys = keys[os.write(self._master, keys) :]
            except BlockingIOError:
                self.read(0.001)
        os.set_blocking(self._master, True)

    def wait(self, *texts: str, limit_s: float = WAIT_LIMIT_S) -> float:
        """Read until all texts stand in what was written since the last key; give when."""
        awaited = [text.encode() for text in texts]
        deadline = perf_counter() + limit_s
        while True:
            awaited = [text for text in awaited if text not in self.seen]
            if not awaited:
                return perf_counter()
            left = deadline - perf_counter()
            if left <= 0 or not self.read(left):
                raise NotSeen(f"{texts}: {self._tail()}")

    def wait_for(self, pattern: re.Pattern[bytes], limit_s: float = WAIT_LIMIT_S) -> None:
        """Read until what was written since the last key holds a pattern."""
        deadline = perf_counter() + limit_s
        while not pattern.search(self.seen):
            left = deadline - perf_counter()
            if left <= 0 or not self.read(left):
                raise NotSeen(f"{pattern.pattern!r}: {self._tail()}")

    def wait_status(
        self, is_reached: Callable[[Mapping[str, object]], bool], limit_s: float = WAIT_LIMIT_S
    ) -> float:
        """Read until the status stream tells of a state; give when."""
        deadline = perf_counter() + limit_s
        while not (self.status and is_reached(self.status)):
            left = deadline - perf_counter()
            if left <= 0 or not self.read(left):
                raise NotSeen(f"status {dict(self.status)}: {self._tail()}")
        return perf_counter()

    def rest(self, seconds: float) -> None:
        """Read what comes for some time."""
        until = perf_counter() + seconds
        while (left := until - perf_counter()) > 0:
            self.read(left)

    def read(self, limit_s: float) -> bool:
        """Wait for bytes and take them; False when the program is gone."""
        watched = [self._master] + ([self._status] if self._status >= 0 else [])
        ready, _, _ = select.select(watched, [], [], limit_s)
        if self._status in ready:
            self._read_status()
        if self._master not in ready:
            return True
        try:
            came = os.read(self._master, READ_SIZE)
        except OSError:
            return False
        self.seen += came
        self.byte_count += len(came)
        return bool(came)

    def hang_up(self) -> None:
        """Close the terminal's own end, as a closed window does."""
        os.close(self._master)
        self._master = -1

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

    def wait_ended(self, limit_s: float = WAIT_LIMIT_S) -> int:
        """Read until the program is gone; give its exit code."""
        deadline = perf_counter() + limit_s
        while self._master >= 0 and (left := deadline - perf_counter()) > 0 and self.read(left):
            pass
        return self._process.wait(max(0.1, deadline - perf_counter()))

    def close(self) -> None:
        """End the program at once."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        for descriptor in (self._master, self._status):
            if descriptor >= 0:
                os.close(descriptor)
        self._master = self._status = -1

    def _read_status(self) -> None:
        came = os.read(self._status, READ_SIZE)
        if not came:
            os.close(self._status)
            self._status = -1
            return
        *lines, self._status_rest = (self._status_rest + came).split(b"\n")
        if lines:
            self.status = json.loads(lines[-1])

    def _tail(self) -> str:
        return bytes(self.seen[-2000:]).decode("utf-8", "replace")
