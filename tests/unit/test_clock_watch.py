"""A wall clock that jumps is journalled; one that runs is not."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from core.services.till import Rules, Till
from core.store_ports import Period, Store


@dataclass
class SteppedClock:
    """A clock whose two hands the test moves."""

    wall: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)
    monotonic: int = 1000

    def now(self) -> datetime:
        """Give the wall clock."""
        return self.wall

    def monotonic_s(self) -> int:
        """Give the monotonic clock."""
        return self.monotonic


@dataclass
class WatchedTill(Till):
    """A till that keeps its notes in a list."""

    notes: list[tuple[str, str | int | bool]] = field(default_factory=list)

    def note_alone(self, kind: str, **facts: str | int | bool) -> None:
        """Keep the note."""
        self.notes.append((kind, facts["seconds"]))


def _till(clock: SteppedClock) -> WatchedTill:
    return WatchedTill(
        store=cast(Store, None),
        clock=clock,
        rules=cast(Rules, None),
        period=cast(Period, None),
        witness=lambda entry, kind, number: None,
    )


def test_a_clock_that_runs_is_not_journalled() -> None:
    clock = SteppedClock()
    till = _till(clock)
    for _ in range(3):
        till.watch_clock()
        clock.wall += timedelta(seconds=30)
        clock.monotonic += 30
    assert till.notes == []


def test_a_clock_set_back_an_hour_is_journalled_once() -> None:
    clock = SteppedClock()
    till = _till(clock)
    till.watch_clock()
    clock.wall -= timedelta(hours=1)
    till.watch_clock()
    till.watch_clock()
    assert till.notes == [("clock-jumped", -3600)]


def test_summer_time_is_no_clock_that_was_set() -> None:
    # Found by the world: differences of local times are wall clock differences.
    zone = ZoneInfo("Europe/Stockholm")
    clock = SteppedClock(wall=datetime(2026, 3, 29, 1, 59, tzinfo=zone))
    till = _till(clock)
    till.watch_clock()
    clock.wall = datetime(2026, 3, 29, 3, 1, tzinfo=zone)
    clock.monotonic += 120
    till.watch_clock()
    assert till.notes == []
