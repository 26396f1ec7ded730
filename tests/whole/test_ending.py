"""A till that is told to end, or whose terminal goes away, ends in order and loses nothing."""

import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bench.screen import Screen
from db.verify import verify_shop

ROOT = Path(__file__).resolve().parents[2]
F12 = b"\x1b[24~"


def journal(data: Path) -> list[str]:
    """Give the kinds of the journal's rows."""
    with closing(sqlite3.connect(data / "till.db")) as database:
        return [str(row[0]) for row in database.execute("SELECT kind FROM journal ORDER BY seq")]


def ask_for_a_card(screen: Screen) -> None:
    """Press the card key until the devices are ready for it."""
    for _try in range(100):
        screen.write(F12)
        screen.rest(0.1)
        if screen.status["state"] == "authorizing":
            return
    raise AssertionError(dict(screen.status))


@pytest.mark.parametrize(
    ("how", "state"),
    [
        ("SIGTERM", "authorizing"),
        ("SIGHUP", "open"),
        ("SIGINT", "open"),
        ("gone", "open"),
        ("gone, SIGHUP ignored", "authorizing"),
    ],
)
def test_a_till_that_must_end_ends_in_order(how: str, state: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    run = [sys.executable, "-m", "tui", "run", "--demo", "--data", str(data)]
    run += ["--status-fd", "{status}"]
    before = ["sh", "-c", 'trap "" HUP; exec "$@"', "-"] if "ignored" in how else []
    # A test run that was started in the background ignores SIGINT, and its children would too.
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        begun = Screen([*before, *run], ROOT, has_status=True)
    finally:
        signal.signal(signal.SIGINT, former)
    with begun as screen:
        screen.wait_status(lambda status: status["screen"] == "register")
        screen.write(b"q")
        screen.wait_status(lambda status: status["line_count"] == 1)
        if state == "authorizing":
            ask_for_a_card(screen)
        if how.startswith("SIG"):
            screen.signal(signal.Signals[how])
        else:
            screen.hang_up()
        assert screen.wait_ended() == 0
    assert journal(data)[-1] == "program-stopped"
    with closing(sqlite3.connect(data / "till.db")) as database:
        assert database.execute("SELECT state, total_ore FROM sale").fetchall() == [(state, 3400)]
    report = verify_shop(data, data / "witness" / "witness.log")
    assert report.is_sound, report.problem


def test_a_simulators_face_ends_with_its_terminal(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "tui", "simulate", "printer", "--port", "0"]
    with Screen(["sh", "-c", 'trap "" HUP; exec "$@"', "-", *run], ROOT) as screen:
        screen.wait("Skrivare (simulerad)")
        screen.hang_up()
        assert screen.wait_ended() == 0
