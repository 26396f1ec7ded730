"""Hostile pastes as a terminal sends them to the real till: text, and never a key."""

import sys
from pathlib import Path

import pytest

from bench.screen import Screen

START, END = b"\x1b[200~", b"\x1b[201~"
HOSTILE = b"x[b]\x1b]52;c;aGVq\x07 j\r\x1b[24~\x1bOP\x11q\r"


@pytest.mark.slow
def test_a_paste_with_escapes_sells_answers_and_closes_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui", "run", "--demo", "--data", str(tmp_path / "data")]
    with Screen([*command, "--status-fd", "{status}"], Path.cwd(), has_status=True) as till:
        till.wait_status(lambda now: now["screen"] == "register" and not now["busy"])
        till.wait("redo")
        till.write(START + HOSTILE * 200 + END)
        till.rest(0.2)
        till.write(b"\x11")
        till.wait_status(lambda now: now["screen"] == "confirm")
        assert till.status["line_count"] == 0
        till.write(START + HOSTILE + END + b"j\r" + END)
        till.rest(0.2)
        till.write(b"\x1b")
        till.wait_status(lambda now: now["screen"] == "register")
        till.write(START + b"2900000039018")  # Its end is lost.
        till.rest(1.3)
        till.write(b"\r")
        till.wait_status(lambda now: now["line_count"] == 1)
        till.write(b"\x11")
        till.wait_status(lambda now: now["screen"] == "confirm")
        till.write(b"j")
        assert till.wait_ended() == 0
