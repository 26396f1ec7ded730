"""The whole program on a pty of 80x24 with its status stream, worked by keys."""

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import struct
import termios
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, Final

from tests.crash.call_shim import die_with_parent

ROWS, COLUMNS = 24, 80
PATIENCE_S: Final = 45.0
DYING_S: Final = 10.0
WORDS_MAX: Final = 300
LIVED, KILLED = "lived", "killed"
Status = Mapping[str, Any]


class Window:
    """A pty with the program on it, in a fork."""

    def __init__(self, program: Callable[[int], int]) -> None:
        """Start the program; it is given the descriptor of its status stream."""
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._status, told = os.pipe()
        self._rest = self._shown = b""
        self.is_gone = False
        self.status: Status | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.login_tty(slave)
                die_with_parent()
                os.environ["TERM"] = "xterm-256color"
                code = program(told)
            finally:
                os._exit(code)
        os.close(slave)
        os.close(told)

    def wait(self, is_reached: Callable[[Status], bool], again: bytes = b"") -> bool:
        """Read until the status is as asked; False when the program is gone.

        The keys `again` are pressed once a second while the till refuses for want of its unit.
        """
        until_s, press_s = monotonic() + PATIENCE_S, monotonic() + 1
        while not (self.status and is_reached(self.status)):
            assert monotonic() < until_s, f"hangs at {self.status}"
            if not self.read(0.2):
                return False
            refused = self.status and self.status["attention"] == "unit-not-ready"
            if again and refused and monotonic() > press_s:
                self.press(again)
                press_s = monotonic() + 1
        return True

    def press(self, keys: bytes) -> None:
        """Press keys; into the void when the program is gone."""
        with contextlib.suppress(OSError):
            os.write(self._master, keys)

    def read(self, limit_s: float) -> bool:
        """Read what it draws and tells; False when it is gone."""
        ready, _, _ = select.select([self._master, self._status], [], [], limit_s)
        if self._master in ready:
            try:
                self._shown = (self._shown + os.read(self._master, 65_536))[-8192:]
            except OSError:
                self.is_gone = True  # The other end is gone.
                return False
        if self._status in ready:
            came = os.read(self._status, 65_536)
            *lines, self._rest = (self._rest + came).split(b"\n")
            if lines:
                self.status = json.loads(lines[-1])
            self.is_gone = not came
        return not self.is_gone

    def end(self) -> str:
        """Kill it if it lives still; says how it was: lived, killed, or what it ended with."""
        until_s = monotonic() + (DYING_S if self.is_gone else 0)
        done, status = os.waitpid(self.pid, os.WNOHANG)
        while done == 0 and monotonic() < until_s:
            self._drain()
            done, status = os.waitpid(self.pid, os.WNOHANG)
        if done == 0:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        words = self._words() if done else ""
        os.close(self._master)
        os.close(self._status)
        if done == 0:
            return "closed its screen and lived on" if self.is_gone else LIVED
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return KILLED if number == signal.SIGKILL else f"signal {number}: {words}"
        return f"exit {os.WEXITSTATUS(status)}: {words}"

    def _drain(self) -> None:
        """Take what a dying program still draws, which could not end otherwise."""
        ready, _, _ = select.select([self._master], [], [], 0.02)
        if ready:
            with contextlib.suppress(OSError):
                self._shown = (self._shown + os.read(self._master, 65_536))[-8192:]

    def _words(self) -> str:
        text = re.sub(rb"\x1b\[[0-9;?<]*[a-zA-Z]", b" ", self._shown).decode("utf-8", "replace")
        return " ".join(text.split())[-WORDS_MAX:]
