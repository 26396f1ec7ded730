"""Kills the whole program, screen and all, in a pty of 80x24, while keys sell and pay.

    python -m tests.crash.tui_points [tui=N] [workers=N]

Each life is a fork with everything imported; it draws on its own pty and is worked by keys. After
its death the program is started again on a pty, and timed until its first status line: the screen
takes keys then. It is killed there and then, and a till without a screen comes to rest and is
judged. The figures come last, one per line: name, value, unit.
"""

import contextlib
import fcntl
import json
import os
import random
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from time import monotonic
from typing import Any, Final, cast

from bench.figures import show
from tests.crash.call_shim import (
    COUNT,
    KILL_AFTER,
    KILL_BEFORE,
    Shim,
    die_with_parent,
    run_preloaded,
)
from tests.crash.judge import violations
from tests.crash.lives import Verdict, _recover, _run_life, make_template, quicken, say
from tests.crash.outside import Outside, begin_outside
from tests.crash.points import MEMORY_DISK
from tests.crash.scripts import Script, card
from tui.compose import run as run_program
from tui.compose import witness_path

ROWS, COLUMNS = 24, 80
PATIENCE_S: Final = 30.0
F12: Final = b"\x1b[24~"
Status = Mapping[str, Any]


def _is_open(status: Status) -> bool:
    return bool(status["state"] == "open" and not status["busy"])


def _is_closed(status: Status) -> bool:
    return bool(status["receipt_no"] and status["state"] == "none")


WAYS: Final[dict[str, tuple[tuple[bytes, Callable[[Status], bool]], ...]]] = {
    "cash": ((b"q", _is_open), (b"a", _is_open), (b"n", _is_closed)),
    "card": ((b"q", _is_open), (b"a", _is_open), (F12, _is_closed)),
}
"""Keys, and what the status stream says when each is done."""


class Window:
    """A pty with the program on it, in a fork."""

    def __init__(self, shim: Shim, outside: Outside, data: Path, at: int, mode: int) -> None:
        """Start the program; it dies at call `at`."""
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._status, told = os.pipe()
        self._rest = b""
        self.status: Status | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.login_tty(slave)
                die_with_parent()
                os.environ["TERM"] = "xterm-256color"
                shim.arm(at, mode)
                code = run_program(outside.config, data, is_demo=True, status_fd=told)
            finally:
                os._exit(code)
        os.close(slave)
        os.close(told)

    def wait(self, is_reached: Callable[[Status], bool], again: bytes = b"") -> bool:
        """Read until the status is as asked; False when the program is gone.

        The keys `again` are pressed once a second while the till refuses for want of its unit.
        """
        until_s, press_s = monotonic() + PATIENCE_S, monotonic() + 1
        while not (self.status and is_reached(self.status)):
            assert monotonic() < until_s, f"hangs at {self.status}"
            if not self._read(0.2):
                return False
            refused = self.status and self.status["attention"] == "unit-not-ready"
            if again and refused and monotonic() > press_s:
                self.press(again)
                press_s = monotonic() + 1
        return True

    def press(self, keys: bytes) -> None:
        """Press keys; into the void when the program is gone."""
        with contextlib.suppress(OSError):
            os.write(self._master, keys)

    def _read(self, limit_s: float) -> bool:
        ready, _, _ = select.select([self._master, self._status], [], [], limit_s)
        if self._master in ready:
            try:
                os.read(self._master, 65_536)
            except OSError:
                return False  # The other end is gone.
        if self._status in ready:
            came = os.read(self._status, 65_536)
            *lines, self._rest = (self._rest + came).split(b"\n")
            if lines:
                self.status = json.loads(lines[-1])
            return bool(came)
        return True

    def end(self) -> bool:
        """Kill it if it lives still; True when it was dead already."""
        done, status = os.waitpid(self.pid, os.WNOHANG)
        if done == 0:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._master)
        os.close(self._status)
        return done != 0 and os.WIFSIGNALED(status)


def run_point(shim: Shim, folder: Path, template: Path, way: str, at: int, mode: int) -> Verdict:
    """End the program at a call, start it again, and judge."""
    script = Script(way, card, "tip 5.00")
    outside = begin_outside(folder, script.plays)
    data, verdict = folder / "data", Verdict()
    shutil.copytree(template, data)
    try:
        window = Window(shim, outside, data, at, mode)
        alive = window.wait(lambda status: not status["busy"])
        for keys, is_reached in WAYS[way]:
            if alive:
                window.press(keys)
                alive = window.wait(is_reached, keys)
        if window.end() or not alive:
            verdict.deaths.append(shim.fatal())
        verdict.calls.append(shim.calls())
        begun_s = monotonic()
        again = Window(shim, outside, data, 0, COUNT)
        assert again.wait(lambda _status: True), "the program does not start again"
        verdict.usable_ms = int((monotonic() - begun_s) * 1000)
        again.end()
        ended = _run_life(shim, folder, verdict, partial(_recover, outside, data, script), None)
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


def _work(pipe: Connection, folder: Path, template: Path) -> None:
    """Be a worker until the pipe ends."""
    die_with_parent()
    shim = Shim()
    shim.own_counter()
    try:
        for number in count():
            way, at, mode = pipe.recv()
            place = folder / str(number)
            pipe.send(run_point(shim, place, template, way, at, mode))
            shutil.rmtree(place)
    except EOFError:
        pass  # The parent has no more for us.
    except BaseException:  # The fork's own top.
        traceback.print_exc()
    finally:
        os._exit(0)


def run(given: dict[str, str]) -> int:
    """Run all; 1 when an invariant was broken."""
    wanted = int(given.get("tui", 200))
    folder = Path(tempfile.mkdtemp(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
    verdicts: list[Verdict] = []
    begun_s = monotonic()
    try:
        quicken()
        template = make_template(folder / "template")
        pipes: list[Connection] = []
        for number in range(int(given.get("workers", 3))):
            mine, theirs = Pipe()
            if os.fork() == 0:
                _work(theirs, folder / f"worker-{number}", template)
            theirs.close()
            pipes.append(mine)
        calls = {}
        for way in WAYS:
            pipes[0].send((way, 0, COUNT))
            whole: Verdict = pipes[0].recv()
            _tell_wrong(way, whole)
            calls[way] = whole.calls[0]
            verdicts.append(whole)
        say(f"calls {calls}")
        dice = random.Random(3)
        busy: dict[Connection, str] = {}
        for pipe in pipes:
            busy[pipe] = _give(pipe, dice, calls)
        while busy:
            for pipe in cast(list[Connection], wait(list(busy))):
                verdict = pipe.recv()
                verdicts.append(verdict)
                _tell_wrong(busy.pop(pipe), verdict)
                died = sum(bool(one.deaths) for one in verdicts)
                if died + len(busy) < wanted:
                    busy[pipe] = _give(pipe, dice, calls)
                if len(verdicts) % 25 == 0:
                    say(f"{died} points, {died / (monotonic() - begun_s):.1f} a second")
    finally:
        shutil.rmtree(folder)
    return _tell(verdicts)


def _give(pipe: Connection, dice: random.Random, calls: dict[str, int]) -> str:
    way = dice.choice(list(calls))
    at, mode = dice.randint(1, calls[way]), dice.choice((KILL_BEFORE, KILL_AFTER))
    pipe.send((way, at, mode))
    return f"{way} {at} {mode}"


def _tell_wrong(point: str, verdict: Verdict) -> None:
    for each in verdict.wrong:
        say(f"VIOLATION {point} {verdict.deaths}: {each}")


def _tell(verdicts: list[Verdict]) -> int:
    wrong = sum(len(one.wrong) for one in verdicts)
    times = sorted(one.usable_ms for one in verdicts)
    for name, value, unit in (
        ("crash_points_tui", sum(bool(one.deaths) for one in verdicts), "points"),
        ("crash_tui_violations", wrong, "violations"),
        ("crash_tui_restart_median", times[len(times) // 2], "ms"),
        ("crash_tui_restart_max", times[-1], "ms"),
    ):
        show(name, value, unit)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(run_preloaded("tests.crash.tui_points", "crash points of the screen need", run))
