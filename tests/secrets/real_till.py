"""The real till in a real terminal: a process behind a pseudo terminal, with its status stream.

Every byte of both is kept, so that it can be searched afterwards.
"""

import json
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path
from re import compile as compile_pattern
from select import poll
from time import monotonic
from typing import Any

PATIENCE_S = 60.0
_COLOURS = compile_pattern(r"\x1b\[[0-9;:]*m")
_ROWS, _COLUMNS = 30, 100


class RealTill:
    """`blipp run --demo` with a configuration file over the demo's."""

    def __init__(self, config: Path, data_dir: Path) -> None:
        """Start it."""
        self.pty = bytearray()
        self.stream = bytearray()
        self._far, near = os.openpty()
        ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        self._status, told = os.pipe()
        where = ["--demo", "--config", str(config), "--data", str(data_dir)]
        self.arguments = [sys.executable, "-m", "tui", "run", *where, "--status-fd", str(told)]
        self.process = subprocess.Popen(
            self.arguments,
            stdin=near,
            stdout=near,
            stderr=near,
            pass_fds=(told,),
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(near)
        os.close(told)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._far, keys.encode())

    def wait(self, is_it: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Read until the newest status line is as described, and give it."""
        until_s = monotonic() + PATIENCE_S
        while True:
            newest = self._newest()
            if newest is not None and is_it(newest):
                return newest
            assert monotonic() < until_s, (newest, bytes(self.pty[-2000:]))
            assert self._read(), (newest, bytes(self.pty[-2000:]))

    def wait_shown(self, words: str) -> None:
        """Read until these words have been painted, colours aside."""
        until_s = monotonic() + PATIENCE_S
        while words not in _COLOURS.sub("", self.pty.decode("utf-8", "replace")):
            assert monotonic() < until_s, bytes(self.pty[-2000:])
            assert self._read(), bytes(self.pty[-2000:])

    def close(self) -> None:
        """End it as a closed window does, and keep what it still says."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        while self._read():
            pass
        self.process.wait(PATIENCE_S)
        os.close(self._far)
        os.close(self._status)

    def told_by_the_system(self) -> bytes:
        """Give arguments and environment of the process and its children, as others see them."""
        told = b""
        for pid in (self.process.pid, *self.children()):
            told += Path(f"/proc/{pid}/cmdline").read_bytes()
            try:
                told += Path(f"/proc/{pid}/environ").read_bytes()
            except PermissionError:  # Nobody but root may look into a till: better still.
                continue
        return told

    def children(self) -> list[int]:
        """Give the processes it started."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text("ascii").split()]

    def limit(self, name: str) -> str:
        """Give one of its limits as the system tells it."""
        rows = Path(f"/proc/{self.process.pid}/limits").read_text("ascii").splitlines()
        return next(row.removeprefix(name).split()[0] for row in rows if row.startswith(name))

    def _newest(self) -> dict[str, Any] | None:
        lines = bytes(self.stream).split(b"\n")[:-1]
        newest: dict[str, Any] | None = json.loads(lines[-1]) if lines else None
        return newest

    def _read(self) -> bool:
        """Take what came; False when both streams have ended."""
        poller = poll()
        for file_no in (self._far, self._status):
            poller.register(file_no, 1)
        is_open = False
        for file_no, _event in poller.poll(PATIENCE_S * 1000):
            try:
                came = os.read(file_no, 65_536)
            except OSError:
                came = b""
            is_open |= bool(came)
            (self.pty if file_no == self._far else self.stream).extend(came)
        return is_open
