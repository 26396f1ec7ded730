"""The world's time: it moves only when somebody looks at it or sleeps."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Stockholm")
LOOK_MS: Final = 20
"""How far each look moves the clock, so that no two acts share a time."""


class WorldClock:
    """Implements core.ports.Clock; devices put what they mean to do later on it."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._ms = 0
        self._set_ms = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> datetime:
        """Give the till's local time."""
        self._ms += LOOK_MS
        return self._at(self._ms + self._set_ms)

    def true_now(self) -> datetime:
        """Give the true time, without moving it."""
        return self._at(self._ms)

    def monotonic_s(self) -> float:
        """Give the seconds since the beginning, without moving."""
        return self._ms / 1000

    @property
    def set_ms(self) -> int:
        """How far the till's wall clock was set beside the true time."""
        return self._set_ms

    def set_wall(self, seconds: int) -> None:
        """Set the till's wall clock forward or back."""
        self._set_ms += seconds * 1000

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do `act` after so many seconds."""
        self._count += 1
        heapq.heappush(self._due, (self._ms + round(seconds * 1000), self._count, act))

    def sleep(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due in it."""
        end_ms = self._ms + max(0, round(seconds * 1000))
        while self._due and self._due[0][0] <= end_ms:
            self._step()
        self._ms = max(self._ms, end_ms)

    def sleep_until_something(self, seconds: float) -> None:
        """Let time pass until the next thing happens, but no longer than so many seconds."""
        end_ms = self._ms + max(0, round(seconds * 1000))
        if self._due and self._due[0][0] <= end_ms:
            self._step()
        else:
            self._ms = max(self._ms, end_ms) + 1

    def _step(self) -> None:
        at_ms, _, act = heapq.heappop(self._due)
        self._ms = max(self._ms, at_ms)
        act()

    def _at(self, ms: int) -> datetime:
        return (self._start + timedelta(milliseconds=ms)).astimezone(ZONE)
