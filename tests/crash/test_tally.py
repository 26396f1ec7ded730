"""What the crash runs count as what: a death where it was meant, and an end that was none."""

import os
import signal

import pytest

from tests.crash.call_shim import KILL_AFTER
from tests.crash.lives import USABLE_MAX_MS, Death, Verdict
from tests.crash.points import Tally
from tests.crash.window import KILLED, LIVED, Window

ONE, TWO = Death(7, KILL_AFTER), Death(8, KILL_AFTER)


@pytest.mark.parametrize(
    ("died", "counted"),
    [
        ([], "beyond"),
        ([0], "points"),
        ([1], "recoveries"),
        ([0, 1], "doubles"),
        ([1, 2], "doubles"),
        ([0, 1, 2], "triples"),
    ],
)
def test_a_run_is_counted_by_the_lives_that_died(died: list[int], counted: str) -> None:
    tally = Tally()
    tally.take((0, (ONE, TWO, TWO)), Verdict(["send"] * len(died), died))
    names = ("beyond", "points", "recoveries", "doubles", "triples")
    assert [name for name in names if getattr(tally, name)] == [counted]
    assert tally.seen == ({(0, ONE)} if counted == "points" else set())


def test_a_slow_restart_is_a_violation() -> None:
    tally = Tally()
    tally.take((0, (ONE,)), Verdict(["send"], [0], usable_ms=USABLE_MAX_MS))
    assert not tally.wrong
    tally.take((0, (ONE,)), Verdict(["send"], [0], usable_ms=USABLE_MAX_MS + 1))
    assert len(tally.wrong) == 1


def _dies(_told: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def _raises(_told: int) -> int:
    os.write(2, b"a bug")
    return 1


def _lives(told: int) -> int:
    os.write(told, b'{"busy": false, "attention": ""}\n')
    signal.pause()
    return 0


def test_a_program_that_ends_by_itself_is_told_from_one_that_was_killed_or_lives() -> None:
    window = Window(_dies)
    assert not window.wait(lambda _status: False)
    assert window.end() == KILLED
    window = Window(_raises)
    assert not window.wait(lambda _status: False)
    assert window.end() == "exit 1: a bug"
    window = Window(_lives)
    assert window.wait(lambda status: not status["busy"])
    assert window.end() == LIVED
