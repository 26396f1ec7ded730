"""Kills the till at every call the outside can see, and judges what the restart makes of it.

    python -m tests.crash.points [points=N] [doubles=N] [disk=N] [workers=N] [only=SCRIPT]
                                 [plant=NAME]

Each script is first run whole and its calls are counted; then a life is killed before and after
each of them, in turn, until `points` are done; then `doubles` more, killed again at random calls
of the recovery (every fifth of them twice); then in `disk` more the disk is full, or its fsync
fails, from a random call on: the till must stop by itself with the store's own word. The figures
come last, one per line: name, value, unit.
"""

import errno
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from bench.figures import show
from tests.crash.call_shim import (
    DISK_FAILS,
    KILL_AFTER,
    KILL_BEFORE,
    Shim,
    run_preloaded,
)
from tests.crash.lives import USABLE_MAX_MS, Death, Verdict, run_point, say
from tests.crash.scripts import SCRIPTS
from tests.crash.workers import Workers, made_template

Task = tuple[int, tuple[Death, ...]]
"""Index of the script, and where its lives end."""
Crew = Workers[Task, Verdict]
RECOVERY_CALLS_MAX: Final = 90
"""A recovery makes about as many calls; a later death does not happen."""


@dataclass
class Tally:
    """What was done and found."""

    points: int = 0
    """Lives killed once and judged."""
    recoveries: int = 0
    """Lives that reached their end, and whose restart was killed once."""
    doubles: int = 0
    triples: int = 0
    disk: int = 0
    """Tills that stopped because their disk failed."""
    beyond: int = 0
    """Runs whose life ended before its call came."""
    seen: set[tuple[int, Death]] = field(default_factory=set)
    fatal: Counter[str] = field(default_factory=Counter)
    usable_ms: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Lives that were killed where they were to be, and judged."""
        return self.points + self.recoveries + self.doubles + self.triples

    def take(self, task: Task, verdict: Verdict) -> None:
        """Count one verdict."""
        index, deaths = task
        died = len(verdict.died)
        self.fatal.update(verdict.deaths)
        self.usable_ms.append(verdict.usable_ms)
        slow = f"it took {verdict.usable_ms} ms to start again"
        for each in [*verdict.wrong, *([slow] if verdict.usable_ms > USABLE_MAX_MS else [])]:
            self.wrong.append(f"{SCRIPTS[index].name} {deaths} {verdict.deaths}: {each}")
            say(f"VIOLATION {self.wrong[-1]}")
        if deaths[0].error:
            self.disk += len(verdict.deaths)
        elif died == 0:
            self.beyond += 1
        elif died == 1 and verdict.died == [0]:
            self.points += 1
            self.seen.add((index, deaths[0]))
        elif died == 1:
            self.recoveries += 1
        elif died == 2:
            self.doubles += 1
        else:
            self.triples += 1


def sweep(calls: dict[int, int], limit: int) -> Iterator[Task]:
    """Give every call of every script, before and after, over and over, in a mixed order."""
    points = [
        (index, (Death(at, mode),))
        for index, call_count in calls.items()
        for at in range(1, call_count + 1)
        for mode in (KILL_BEFORE, KILL_AFTER)
    ]
    dice = random.Random(1)
    done = 0
    while points and done < limit:
        dice.shuffle(points)
        yield from points[: limit - done]
        done += len(points)


def again_and_again(calls: dict[int, int], limit: int) -> Iterator[Task]:
    """Give points whose recovery is killed too, every fifth twice."""
    dice = random.Random(2)
    modes = (KILL_BEFORE, KILL_AFTER)
    indexes = list(calls)
    for number in range(limit):
        index = dice.choice(indexes)
        deaths = [Death(dice.randint(1, calls[index]), dice.choice(modes))]
        for _ in range(2 if number % 5 == 0 else 1):
            deaths.append(Death(dice.randint(1, RECOVERY_CALLS_MAX), dice.choice(modes)))
        yield index, tuple(deaths)


def on_a_failing_disk(calls: dict[int, int], limit: int) -> Iterator[Task]:
    """Give points from which on every write (ENOSPC) or every fsync (EIO) fails."""
    dice = random.Random(4)
    for _ in range(limit):
        index = dice.choice(list(calls))
        at, error = dice.randint(1, calls[index]), dice.choice((errno.ENOSPC, errno.EIO))
        yield index, (Death(at, DISK_FAILS, error),)


def run(given: dict[str, str]) -> int:
    """Run all; 1 when an invariant was broken."""
    limit = int(given.get("points", 10_000))
    doubles = int(given.get("doubles", 2_500))
    disk = int(given.get("disk", 1_000))
    chosen = [at for at, one in enumerate(SCRIPTS) if one.name == given.get("only", one.name)]
    plant = given.get("plant", "")
    tally, begun_s = Tally(), monotonic()

    def do(shim: Shim, place: Path, template: Path, task: Task) -> Verdict:
        index, deaths = task
        return run_point(shim, place, template, SCRIPTS[index], deaths, plant)

    with made_template() as template:
        workers = Workers(int(given.get("workers", 6)), template, do)
        calls = _count_calls(workers, chosen, tally)
        say(f"calls {' '.join(f'{SCRIPTS[at].name}={calls[at]}' for at in calls)}")
        if not tally.wrong or "plant" in given:
            for tasks in (
                sweep(calls, limit),
                again_and_again(calls, doubles),
                on_a_failing_disk(calls, disk),
            ):
                _run(workers, tasks, tally, begun_s)
        workers.end()
    _tell(tally, monotonic() - begun_s)
    return 1 if tally.wrong else 0


def _count_calls(workers: Crew, chosen: list[int], tally: Tally) -> dict[int, int]:
    """Run each script whole; gives its calls."""
    calls = {}
    for (index, _), verdict in workers.run((at, ()) for at in chosen):
        calls[index] = verdict.calls[0]
        for each in verdict.wrong:
            tally.wrong.append(f"{SCRIPTS[index].name} whole: {each}")
            say(f"VIOLATION {tally.wrong[-1]}")
    return dict(sorted(calls.items()))


def _run(workers: Crew, tasks: Iterator[Task], tally: Tally, begun_s: float) -> None:
    for number, (task, verdict) in enumerate(workers.run(tasks), 1):
        tally.take(task, verdict)
        if number % 250 == 0:
            per_s = tally.done / (monotonic() - begun_s)
            say(f"{number} runs, {per_s:.1f} a second, {len(tally.wrong)} violations")


def _tell(tally: Tally, took_s: float) -> None:
    times = sorted(tally.usable_ms) or [0]
    done = tally.done
    for name, value, unit in (
        ("crash_points", tally.points, "points"),
        ("crash_points_distinct", len(tally.seen), "points"),
        ("crash_points_recovery_only", tally.recoveries, "points"),
        ("crash_points_double", tally.doubles, "points"),
        ("crash_points_triple", tally.triples, "points"),
        ("crash_disk_failures", tally.disk, "points"),
        ("crash_points_not_reached", tally.beyond, "runs"),
        ("crash_violations", len(tally.wrong), "violations"),
        ("crash_restart_p99", times[int(len(times) * 0.99) - 1], "ms"),
        ("crash_restart_max", times[-1], "ms"),
        ("crash_points_per_second", round(done / took_s, 1), "1/s"),
    ):
        show(name, value, unit)
    say(f"died at: {dict(tally.fatal.most_common())}")


if __name__ == "__main__":
    sys.exit(run_preloaded("tests.crash.points", "crash points need", run))
