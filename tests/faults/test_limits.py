"""Few open files and little memory: refused before money, or survived (reliability F8)."""

import os
import re
import resource
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from bench.screen import Screen
from tui.__main__ import main

UNIT_READY = re.compile(rb"Kontrollenhet\s*(?:\x1b\[[0-9;]*m|\s)*redo")
ROOT = Path(__file__).resolve().parents[2]


def limited(data: Path, limit: str) -> Screen:
    """Start the real till on a demo shop under a limit of the shell."""
    words = f'ulimit {limit}; exec "$0" "$@"'
    run = [sys.executable, "-m", "tui", "run", "--demo", "--data", str(data)]
    return Screen(["sh", "-c", words, *run, "--status-fd", "{status}"], ROOT, has_status=True)


def is_ready(status: Mapping[str, object]) -> bool:
    return status["screen"] == "register" and status["operator"] == "Anna"


def is_taken_up(status: Mapping[str, object]) -> bool:
    """Say whether a restarted till shows what became of its sale: open, closed, or asked about."""
    is_asked = status["attention"] == "paper-unknown"
    return status["state"] == "open" or status["receipt_no"] == 1 or is_asked


def sell(till: Screen) -> None:
    """Sell one coffee for cash."""
    till.wait_status(is_ready)
    till.wait_for(UNIT_READY)
    till.write(b"q")
    till.wait_status(lambda status: status["line_count"] == 1)
    till.write(b"+")
    till.wait_status(lambda status: status["screen"] == "pay")
    till.write(b"\r")


@pytest.mark.parametrize(("limit", "words"), [("-n 32", "öppna filer"), ("-v 400000", "MB minne")])
def test_a_till_without_room_is_refused_before_it_draws_anything(
    tmp_path: Path, limit: str, words: str
) -> None:
    with limited(tmp_path / "data", limit) as till:
        till.wait(words)
        assert till.wait_ended() == 3
        assert till.status == {}
    assert not (tmp_path / "data").exists()


def test_a_limit_that_may_be_raised_is_raised(tmp_path: Path) -> None:
    with limited(tmp_path / "data", "-S -n 32") as till:
        sell(till)
        till.wait_status(lambda status: status["receipt_no"] == 1)
    assert main(["verify", "--data", str(tmp_path / "data")]) == 0


@pytest.mark.parametrize(
    "limit", ["-n 48", pytest.param("-v 1000000", marks=pytest.mark.night)], ids=["files", "memory"]
)
def test_the_least_room_is_enough_to_sell_with(tmp_path: Path, limit: str) -> None:
    with limited(tmp_path / "data", limit) as till:
        sell(till)
        till.wait_status(lambda status: status["receipt_no"] == 1)
    assert main(["verify", "--data", str(tmp_path / "data")]) == 0


def test_a_till_that_runs_out_of_files_in_a_sale_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with limited(data, "-n 1024") as till:
        till.wait_status(is_ready)
        till.wait_for(UNIT_READY)
        open_now = len(os.listdir(f"/proc/{till.pid}/fd"))
        resource.prlimit(till.pid, resource.RLIMIT_NOFILE, (open_now, 1024))
        till.write(b"q")
        till.wait_status(lambda status: status["line_count"] == 1)
        till.write(b"+\r")
        till.wait_status(lambda status: status["screen"] != "register")
        till.rest(1.0)
    assert main(["verify", "--data", str(data)]) == 0
    with limited(data, "-n 1024") as till:
        till.wait_for(UNIT_READY)
        till.wait_status(is_taken_up)
        if till.status["state"] == "open":
            till.write(b"+\r")
            till.wait_status(lambda status: status["receipt_no"] == 1)
        elif till.status["attention"] == "paper-unknown":
            till.write(b"j")
            till.wait_status(lambda status: status["attention"] != "paper-unknown")
    assert main(["verify", "--data", str(data)]) == 0
    with closing(dbapi2.connect(str(data / "till.db"))) as file:
        assert file.execute("SELECT receipt_no FROM receipt").fetchall() == [(1,)]
