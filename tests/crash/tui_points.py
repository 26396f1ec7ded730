"""Kills the whole program, screen and all, in a pty of 80x24, while keys sell and pay.

    python -m tests.crash.tui_points [tui=N] [workers=N]

Each life is a fork with everything imported; it draws on its own pty and is worked by keys. It
dies at its call, or lives to the end of its sale: a program that ends in any other way is a
violation. Then the program is started anew as a shop starts it, nothing imported, and timed until
its screen takes keys; more than five seconds are a violation. In every second run this screen
recovers, answered by keys, until it is at rest and closed with Ctrl+Q, and a till without a screen
finds nothing left to do but the Z; in the others it is killed there and then and the till without a
screen comes to rest. Both are judged. The figures come last, one per line: name, value, unit.
"""

import os
import random
import shutil
import sys
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from pathlib import Path
from time import monotonic
from typing import Final

from bench.figures import show
from tests.crash.call_shim import (
    COUNT,
    KILL_AFTER,
    KILL_BEFORE,
    Shim,
    run_preloaded,
)
from tests.crash.judge import violations
from tests.crash.lives import (
    USABLE_MAX_MS,
    Verdict,
    _recover,
    _run_life,
    say,
)
from tests.crash.outside import Outside, begin_outside
from tests.crash.scripts import Script, card
from tests.crash.tui_cashier import close_by_keys, work_to_rest
from tests.crash.window import KILLED, LIVED, Status, Window
from tests.crash.workers import Workers, made_template
from tests.whole.harness import WholeTill
from tui.compose import run as run_program
from tui.compose import witness_path
from tui.config import Config

F12: Final = b"\x1b[24~"
BY_KEYS: Final = 0.5
"""Share of the runs in which the restarted screen recovers."""
Task = tuple[str, int, int, bool]
"""Way, call, how it dies there, and whether the restarted screen recovers by keys."""


def _takes_keys(status: Status) -> bool:
    return bool(status["operator"] and not status["busy"])


def _is_open(status: Status) -> bool:
    return bool(status["state"] == "open" and not status["busy"])


def _is_closed(status: Status) -> bool:
    return bool(status["receipt_no"] and status["state"] == "none")


WAYS: Final[dict[str, tuple[tuple[bytes, Callable[[Status], bool]], ...]]] = {
    "cash": ((b"q", _is_open), (b"a", _is_open), (b"n", _is_closed)),
    "card": ((b"q", _is_open), (b"a", _is_open), (F12, _is_closed)),
}
"""Keys, and what the status stream says when each is done."""


def run_point(shim: Shim, folder: Path, template: Path, task: Task) -> Verdict:
    """End the program at a call, start it again, let it recover, and judge."""
    way, *_, is_by_keys = task
    script = Script(way, card, "tip 5.00")
    outside = begin_outside(folder, script.plays)
    data, verdict = folder / "data", Verdict()
    shutil.copytree(template, data)
    try:
        _sell(shim, outside, data, task, verdict)
        begun_s = monotonic()
        again = Window(partial(_start_anew, outside.config, data))
        assert again.wait(_takes_keys), f"the program does not start again: {again.end()}"
        verdict.usable_ms = int((monotonic() - begun_s) * 1000)
        if verdict.usable_ms > USABLE_MAX_MS:
            verdict.wrong.append(f"it took {verdict.usable_ms} ms to start again")
        work: Callable[[], None] = partial(_recover, outside, data, script)
        if is_by_keys:
            work_to_rest(again, data, outside.ledgers)
            ended = close_by_keys(again)
            assert ended.startswith("exit 0:"), f"recovered, then {ended}"
            work = partial(_close_day, outside, data)
        else:
            again.end()
        ended = _run_life(shim, folder, verdict, work, None)
        if ended == "done":
            verdict.wrong += violations(data, witness_path(outside.config, data), outside.ledgers())
        else:
            error = folder / "error"
            verdict.wrong.append(f"{ended}: {error.read_text()[-400:] if error.exists() else ''}")
    except AssertionError as error:
        verdict.wrong.append(str(error))
    finally:
        outside.end()
    return verdict


def _sell(shim: Shim, outside: Outside, data: Path, task: Task, verdict: Verdict) -> None:
    """Sell by keys until the program dies at its call, or the sale is closed.

    Raises AssertionError for a program that ends in any other way.
    """
    way, at, mode, _ = task

    def program(told: int) -> int:
        shim.arm(at, mode)
        return run_program(outside.config, data, is_demo=True, status_fd=told)

    window = Window(program)
    alive = window.wait(lambda status: not status["busy"])
    for keys, is_reached in WAYS[way]:
        if alive:
            window.press(keys)
            alive = window.wait(is_reached, keys)
    ended = window.end()
    verdict.calls.append(shim.calls())
    if ended == KILLED and at:
        verdict.deaths.append(shim.fatal())
    elif ended != LIVED:
        raise AssertionError(f"the program ended by itself: {ended}")


def _start_anew(config: Config, data: Path, told: int) -> int:
    """Become the program as a shop starts it: nothing is imported yet, nothing preloaded."""
    os.environ.pop("LD_PRELOAD", None)
    os.set_inheritable(told, True)
    terminal, printer = config.terminal, config.printer
    doors = (terminal.host, str(terminal.port), config.control_unit.url, str(printer.port))
    words = ["-m", "tests.crash.tui_start", str(data), str(told), *doors]
    os.execv(sys.executable, [sys.executable, *words])


def _close_day(outside: Outside, data: Path) -> None:
    """Find nothing that is open, and take the Z."""
    till = WholeTill(outside.config, data).ready()
    view = till.view
    left = (view.sale, view.attention, view.papers_waiting)
    assert left == (None, None, 0), f"the screen was at rest and left {left}"
    if outside.ledgers().registered:
        till.z()
        till.papers_done()
    till.stop()


def run(given: dict[str, str]) -> int:
    """Run all; 1 when an invariant was broken."""
    wanted = int(given.get("tui", 200))
    tally: list[tuple[Task, Verdict]] = []
    begun_s = monotonic()
    with made_template() as template:
        workers = Workers(int(given.get("workers", 3)), template, run_point)
        whole = ((way, 0, COUNT, by_keys) for way in WAYS for by_keys in (False, True))
        calls = {}
        for task, verdict in workers.run(whole):
            _tell_wrong(f"{task[0]} whole", verdict)
            tally.append((task, verdict))
            calls[task[0]] = verdict.calls[0] if verdict.calls else 0
        say(f"calls {calls}")
        if any(verdict.wrong for _, verdict in tally):
            return _tell(tally)
        dice = random.Random(int(given.get("seed", 3)))
        drawn = iter(partial(_draw, dice, dict(sorted(calls.items()))), None)
        for task, verdict in workers.run(takewhile(lambda _: _is_short(tally, wanted), drawn)):
            tally.append((task, verdict))
            _tell_wrong(f"{task}", verdict)
            if len(tally) % 25 == 0:
                died = _died(tally)
                say(f"{died} points, {died / (monotonic() - begun_s):.1f} a second")
        workers.end()
    return _tell(tally)


def _died(tally: list[tuple[Task, Verdict]]) -> int:
    return sum(bool(one.deaths) for _, one in tally)


def _is_short(tally: list[tuple[Task, Verdict]], wanted: int) -> bool:
    """Say whether more lives must die; a run whose calls never come ends all the same."""
    return _died(tally) < wanted and len(tally) < 3 * wanted


def _draw(dice: random.Random, calls: dict[str, int]) -> Task:
    way = dice.choice(list(calls))
    at, mode = dice.randint(1, calls[way]), dice.choice((KILL_BEFORE, KILL_AFTER))
    return way, at, mode, dice.random() < BY_KEYS


def _tell_wrong(point: str, verdict: Verdict) -> None:
    for each in verdict.wrong:
        say(f"VIOLATION {point} {verdict.deaths}: {each}")


def _tell(tally: list[tuple[Task, Verdict]]) -> int:
    wrong = sum(len(one.wrong) for _, one in tally)
    times = sorted(one.usable_ms for _, one in tally)
    died = [task for task, one in tally if one.deaths]
    beyond = sum(task[1] > 0 and not one.deaths for task, one in tally)
    for name, value, unit in (
        ("crash_points_tui", len(died), "points"),
        ("crash_points_tui_distinct", len({task[:3] for task in died}), "points"),
        ("crash_points_tui_by_keys", sum(task[3] for task in died), "points"),
        ("crash_points_tui_not_reached", beyond, "runs"),
        ("crash_tui_violations", wrong, "violations"),
        ("crash_tui_restart_median", times[len(times) // 2], "ms"),
        ("crash_tui_restart_max", times[-1], "ms"),
    ):
        show(name, value, unit)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(run_preloaded("tests.crash.tui_points", "crash points of the screen need", run))
