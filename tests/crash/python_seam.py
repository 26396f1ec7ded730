"""Crash points without a C compiler: the till's own calls to the outside, wrapped and counted.

It stands in for the call shim where only Python calls matter: commit, witness, send and receive on
each wire. The process that arms it is killed, as by the shim; the fsync between two writes is the
shim's alone.
"""

import mmap
import os
import signal
import struct
import threading
from collections.abc import Callable
from typing import Any, Final

import pytest

from db.unit_of_work import SqliteUnitOfWork
from db.witness import Witness
from devices.links.http import HttpLink
from devices.links.serial import SerialLink
from devices.links.tcp import TcpLink
from tests.crash.call_shim import KILL_AFTER, KILL_BEFORE

SEAMS: Final[tuple[tuple[type, str], ...]] = (
    (SqliteUnitOfWork, "commit"),
    (Witness, "append"),
    (TcpLink, "send"),
    (TcpLink, "receive"),
    (HttpLink, "post"),
    (SerialLink, "write_all"),
    (SerialLink, "read_until"),
)
_COUNT: Final = struct.Struct("=q32s")


class PythonSeam:
    """Counts and kills as `Shim` does; its counter outlives the child that armed it."""

    def __init__(self) -> None:
        self._box = mmap.mmap(-1, _COUNT.size)
        self._lock = threading.Lock()
        self._at = self._mode = 0

    def own_counter(self) -> None:
        """Give this process and its children to come a counter of their own."""
        self._box = mmap.mmap(-1, _COUNT.size)

    def arm(self, at: int = 0, mode: int = 0, error: int = 0) -> None:
        """Wrap the calls of this process, which is a fork with one life, and count from 1."""
        assert not error, "only the call shim makes a disk fail"
        self._at, self._mode = at, mode
        _COUNT.pack_into(self._box, 0, 0, b"")
        patch = pytest.MonkeyPatch()
        for owner, name in SEAMS:
            patch.setattr(owner, name, self._wrapped(getattr(owner, name), name))

    def disarm(self) -> None:
        """Let this process alone from here on."""
        self._at = 0

    def calls(self) -> int:
        """Give how many calls were counted; also of a child that is dead."""
        return int(_COUNT.unpack_from(self._box)[0])

    def fatal(self) -> str:
        """Name the call that the last child died at."""
        return str(_COUNT.unpack_from(self._box)[1].rstrip(b"\0").decode())

    def _wrapped(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            with self._lock:
                number = self.calls() + 1
                _COUNT.pack_into(self._box, 0, number, b"")
                if (number, self._mode) == (self._at, KILL_BEFORE):
                    self._die(name)
            result = call(*given, **named)
            if (number, self._mode) == (self._at, KILL_AFTER):
                self._die(name)
            return result

        return counted

    def _die(self, name: str) -> None:
        _COUNT.pack_into(self._box, 0, self.calls(), name.encode())
        os.kill(os.getpid(), signal.SIGKILL)
