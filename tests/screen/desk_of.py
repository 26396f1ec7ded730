"""A till app over the scripted till, and ways to press keys fast and to read the picture."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot

from tests.screen.fake_till import FakeTill, FixedClock
from tui.app import TillApp

SIZE = (80, 24)


def text_of(app: TillApp) -> str:
    """Give the picture as plain text, one row per line."""
    rows = app.picture().rows
    return "\n".join("".join(segment.text for segment in row).rstrip() for row in rows)


def key_event(key: str) -> events.Key:
    """Make a key as a terminal would send it: `enter`, `f12`, `7`."""
    return events.Key(key, key if len(key) == 1 else None)


async def burst(pilot: Pilot[int], keys: Iterable[str]) -> None:
    """Put keys into the app's queue at once, as a terminal does with one read, and let them work.

    Unlike `Pilot.press` nothing waits between the keys.
    """
    for key in keys:
        pilot.app.post_message(key_event(key))
    await settle(pilot)


async def settle(pilot: Pilot[int]) -> None:
    """Let everything that waits be done: keys, answers, the picture, and what follows it."""
    for _round in range(4):
        await pilot.pause()


@asynccontextmanager
async def opened(
    till: FakeTill | None = None, size: tuple[int, int] = SIZE, **options: object
) -> AsyncIterator[tuple[Pilot[int], FakeTill, TillApp]]:
    """Run an app over a scripted till until it is ready."""
    till = till or FakeTill()
    options.setdefault("clock", FixedClock())
    app = TillApp(till, **options)  # type: ignore[arg-type] # for TillApp
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.desk.view is not None or not till.is_ready)
        await settle(pilot)
        yield pilot, till, app


async def until(pilot: Pilot[int], is_so: Callable[[], bool], rounds: int = 200) -> None:
    """Let the app work until something holds; fails when it never does."""
    for _round in range(rounds):
        if is_so():
            return
        await pilot.pause()
    raise AssertionError("it never came about")
