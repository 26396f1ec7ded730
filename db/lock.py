"""One till process per shop: a lock file beside the database.

The kernel drops the lock with the process, so a killed till never blocks the next one
(reliability F7).
"""

import fcntl
import os
from pathlib import Path

from core.errors import StoreInUse


class DataLock:
    """Holds the data directory for this process until `release`."""

    def __init__(self, directory: Path) -> None:
        """Take the lock. Raises StoreInUse naming the process that holds it."""
        descriptor = os.open(directory / "till.lock", os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._file = os.fdopen(descriptor, "a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            holder = self._file.read(32).strip()
            self._file.close()
            raise StoreInUse(process=holder or "?") from error
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Give the lock back; safe to call twice."""
        self._file.close()
