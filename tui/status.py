"""The status stream: one JSON line per handled key and change, for supervisors and tests.

The form is contract.md 4. A reader that stalls costs lines (`seq` jumps), never the till: nothing
here waits. A line is given out whole or not at all; what a short write left over goes first.
"""

import json
import os

from core.text import visible


class StatusStream:
    """Writes status lines on a file descriptor without ever blocking."""

    def __init__(self, fd: int) -> None:
        """Take the descriptor over as it was opened by whoever started the till."""
        self._fd: int | None = fd
        self._seq = 0
        self._rest = b""
        try:
            os.set_blocking(fd, False)
        except OSError:
            self._fd = None

    def write(self, **fields: object) -> None:
        """Write one line; lost, with its number, when the reader does not keep up."""
        self._seq += 1
        if self._fd is None or not self._flush():
            return
        told = {name: visible(one) if isinstance(one, str) else one for name, one in fields.items()}
        line = json.dumps({"v": 1, "seq": self._seq, **told}, ensure_ascii=False)
        self._rest = line.encode() + b"\n"
        written = self._write()
        if written == 0:
            self._rest = b""

    def _flush(self) -> bool:
        """Write what is left of an earlier line; say whether nothing is."""
        while self._rest:
            if self._write() == 0:
                return False
        return True

    def _write(self) -> int:
        """Write a piece of what is left; 0 when the reader takes nothing."""
        if self._fd is None:
            return 0
        try:
            count = os.write(self._fd, self._rest)
        except BlockingIOError:
            return 0
        except OSError:
            self._fd = None
            return 0
        self._rest = self._rest[count:]
        return count
