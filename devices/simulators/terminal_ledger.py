"""The simulated terminal's own memory: its clock, its transactions, its last transaction.

It is a second witness: tests compare what the till believes with what this ledger says. It lives as
long as the simulator, not as long as a link; with a file it outlives the process too, as a real
terminal's memory outlives a power cut.
"""

import threading
from collections import deque
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Any

from core.frozen import frozen
from devices.simulators.memory import Memory

_ENTRY_COUNT_MAX = 200_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LedgerState(StrEnum):
    """How a transaction stands on the terminal."""

    APPROVED = "approved"
    DECLINED = "declined"
    REVERSED = "reversed"


@frozen
class LedgerEntry:
    """One transaction that got a number on the terminal."""

    transaction_id: str
    service_id: str
    sale_transaction_id: str
    state: LedgerState
    is_refund: bool
    amount_ore: int
    tip_ore: int
    at: datetime
    entry_mode: str = "K"
    id_method: str = "/"
    condition: str = ""

    @property
    def total_ore(self) -> int:
        """Give what was drawn (or would have been): amount and tip."""
        return self.amount_ore + self.tip_ore


class TerminalClock:
    """The terminal's time: set by the till's Login, then running by itself."""

    def __init__(self) -> None:
        self._set_at = _EPOCH
        self._set_s = monotonic()

    def set(self, at: datetime) -> None:
        """Take over the till's time."""
        self._set_at, self._set_s = at, monotonic()

    def now(self) -> datetime:
        """Give the terminal's time, in the till's own offset."""
        return self._set_at + timedelta(seconds=monotonic() - self._set_s)


def _pack(entry: LedgerEntry) -> dict[str, object]:
    row = {each.name: getattr(entry, each.name) for each in fields(entry)}
    return {**row, "at": entry.at.isoformat()}


def _unpack(row: dict[str, Any]) -> LedgerEntry:
    at = datetime.fromisoformat(row["at"])
    return LedgerEntry(**{**row, "state": LedgerState(row["state"]), "at": at})


class Ledger:
    """Transactions, oldest first, at most 200 000. Any thread."""

    def __init__(self, clock: TerminalClock, file: Path | None = None) -> None:
        """Prepare; the file is read when the ledger is first asked."""
        self._clock = clock
        self._lock = threading.RLock()
        self._memory = Memory(file, _pack, _unpack)
        self._kept: deque[LedgerEntry] | None = None
        self._next_number = 0

    @property
    def _entries(self) -> deque[LedgerEntry]:
        if self._kept is None:
            self._kept = deque(maxlen=_ENTRY_COUNT_MAX)
            for entry in self._memory.rows():
                self._put(self._kept, entry)
            if self._kept:
                self._next_number = int(self._kept[-1].transaction_id)
        return self._kept

    @staticmethod
    def _put(entries: deque[LedgerEntry], entry: LedgerEntry) -> None:
        """Add a transaction, or what became of the last one."""
        if entries and entries[-1].transaction_id == entry.transaction_id:
            entries[-1] = entry
        else:
            entries.append(entry)

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Give all transactions, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def last(self) -> LedgerEntry | None:
        """Give the last transaction, or None."""
        with self._lock:
            return self._entries[-1] if self._entries else None

    def next_id(self) -> str:
        """Draw a 12-digit number; it starts from the clock, so a restart repeats none."""
        with self._lock:
            if not self._entries and not self._next_number:
                seconds = (self._clock.now() - _EPOCH) // timedelta(seconds=1)
                self._next_number = seconds % 10**9 * 1000
            self._next_number += 1
            return f"{self._next_number:012d}"

    def add(self, entry: LedgerEntry) -> bool:
        """Write a transaction down; False when it cannot be kept, and then it is not there."""
        with self._lock:
            entries = self._entries
            is_kept = self._memory.keep(entry)
            if is_kept:
                self._put(entries, entry)
            return is_kept

    def reverse_last(self, transaction_id: str) -> LedgerEntry | None:
        """Reverse the last transaction if it is this one and approved, else give None."""
        with self._lock:
            last = self._entries[-1] if self._entries else None
            is_it = last is not None and last.transaction_id == transaction_id
            if last is None or not is_it or last.state is not LedgerState.APPROVED:
                return None
            undone = replace(last, state=LedgerState.REVERSED)
            return undone if self.add(undone) else None
