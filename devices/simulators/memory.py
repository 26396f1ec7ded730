"""What a simulated device remembers over its own end, as a real one does over a power cut.

Rows in a file, one JSON object a line, on the disk before the device answers. A row that was being
written when the power went was never answered: reading stops before it, and the next row is written
in its place. Without a file a device remembers as long as its process lives.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
_ENCODING = "utf-8"


class Memory(Generic[Row]):
    """Rows of one kind, oldest first. Its owner sees to it that one thread at a time is here."""

    def __init__(
        self,
        file: Path | None,
        pack: Callable[[Row], Mapping[str, object]],
        unpack: Callable[[dict[str, Any]], Row],
    ) -> None:
        """Prepare; nothing is read yet. `unpack` raises ValueError, TypeError or KeyError."""
        self._file = file
        self._pack = pack
        self._unpack = unpack
        self._length = 0
        """Bytes of whole rows, as far as read or written."""

    def rows(self) -> list[Row]:
        """Read what is remembered. Raises OSError when there is a file that cannot be read."""
        self._length = 0
        kept: list[Row] = []
        if self._file is None or not self._file.exists():
            return kept
        with self._file.open("rb") as opened:
            for line in opened:
                if not line.endswith(b"\n"):
                    break
                try:
                    kept.append(self._unpack(json.loads(line.decode(_ENCODING))))
                except (ValueError, TypeError, KeyError):
                    break
                self._length += len(line)
        return kept

    def keep(self, row: Row) -> bool:
        """Write a row, durable when this returns True; False = it could not be written.

        To be called after `rows`.
        """
        if self._file is None:
            return True
        line = (json.dumps(self._pack(row), ensure_ascii=False) + "\n").encode(_ENCODING)
        try:
            self._write(self._file, line)
        except OSError:
            return False
        self._length += len(line)
        return True

    def _write(self, file: Path, line: bytes) -> None:
        is_new = not file.exists()
        if is_new:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(number, self._length)
            os.pwrite(number, line, self._length)
            os.fsync(number)
        finally:
            os.close(number)
        if is_new:
            folder = os.open(file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
