"""Two tills on one shop, a bug in a device thread, and a terminal that stops the program."""

import signal
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest

from bench.screen import Screen
from core.effects import Effect, QueryCard
from tests.whole.harness import SALE_ORE, Shop, amounts
from tui import commands as c
from tui.device_desk import DeviceDesk

ROOT = Path(__file__).resolve().parents[2]
REFUSED_S = 2.0
"""A second till says so within this (reliability F7)."""


def run_till(data: Path) -> list[str]:
    run = [sys.executable, "-m", "tui", "run", "--demo", "--data", str(data)]
    return [*run, "--status-fd", "{status}"]


def test_a_second_till_names_the_first_and_a_killed_one_blocks_nobody(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Screen(run_till(data), ROOT, has_status=True) as first:
        first.wait_status(lambda status: status["screen"] == "register")
        first.write(b"q")
        first.wait_status(lambda status: status["line_count"] == 1)
        start_s = monotonic()
        with Screen(run_till(data), ROOT, has_status=True) as second:
            second.wait(f"process {first.pid}")
            assert second.wait_ended() == 4
            took_s = monotonic() - start_s
        first.signal(signal.SIGSTOP)  # A stopped window goes on where it was.
        first.signal(signal.SIGCONT)
        first.write(b"\x1a")  # Ctrl-Z is a key without a function.
        first.write(b"q")
        first.wait_status(lambda status: status["line_count"] == 2)
        first.signal(signal.SIGKILL)
        first.wait_ended()
    assert took_s < REFUSED_S * 5, "a busy machine is given time; alone it takes a fifth of that"
    with Screen(run_till(data), ROOT, has_status=True) as third:
        third.wait_status(lambda status: status["line_count"] == 2)
        third.signal(signal.SIGTERM)
        assert third.wait_ended() == 0


def test_a_bug_in_a_device_call_stops_the_till_and_loses_no_payment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.play("tip 31.00\ncable after-approval")
    till = shop.open().ready()
    honest = DeviceDesk.hand_out

    def hand_out(desk: DeviceDesk, effect: Effect) -> None:
        if isinstance(effect, QueryCard):
            raise RuntimeError("planted")
        honest(desk, effect)

    monkeypatch.setattr(DeviceDesk, "hand_out", hand_out)
    till.sell()
    till.do(c.PayCard())
    done = threading.Event()
    for _ in range(2000):
        if till.failed is not None or done.wait(0.01):
            break
    assert till.failed is not None
    assert (till.failed.code, till.failed.is_bug) == ("bug", True)
    monkeypatch.setattr(DeviceDesk, "hand_out", honest)
    till = shop.open()
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    assert len(shop.charges()) == 1
