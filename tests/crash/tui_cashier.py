"""A cashier at the restarted screen: answers by keys until the program itself is at rest.

She sees what the status stream tells of the screen, the terminal's memory and the papers on the
counter. Which paper a question is about stands on the screen, but not in the stream: it is read
from the shop's file, and so is whether a paper still waits.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlcipher3 import dbapi2

from core.money import format_kronor
from tests.crash.cashier import is_paper_out
from tests.crash.outside import Charge, Ledgers
from tests.crash.window import PATIENCE_S, Status, Window
from tui.compose import DATABASE_NAME

F9, F11 = b"\x1b[20~", b"\x1b[23~"
ESCAPE: Final = b"\x1b"
PRESS_S: Final = 0.4
"""A key that brought no other picture after so long is pressed again."""
OPEN: Final = ("open", "tendering")
LEFT: Final = ("change", "message", "report", "reports", "help", "search")
"""Pages that Esc leaves."""


def work_to_rest(window: Window, data: Path, look: Callable[[], Ledgers]) -> list[str]:
    """Answer every question and end the open sale with cash; gives the keys that were pressed."""
    until_s, press_s = monotonic() + PATIENCE_S, 0.0
    pressed: list[str] = []
    former: Status | None = None
    while True:
        assert monotonic() < until_s, f"does not come to rest: {window.status} after {pressed}"
        assert window.read(0.05), f"ended by itself after {pressed}"
        status = window.status
        if status is None or status["busy"] or not status["operator"]:
            continue
        is_quiet = status["screen"] == "register" and status["state"] == "none"
        if is_quiet and not _waits(data):
            return pressed
        if status is former and monotonic() < press_s:
            continue
        keys = _keys(status, data, look)
        former, press_s = status, monotonic() + PRESS_S
        if keys:
            pressed.append(keys.decode())
            window.press(keys)


def close_by_keys(window: Window) -> str:
    """Close the till as a person does; says how it ended."""
    window.press(b"\x11")
    if window.wait(lambda status: bool(status["screen"] == "confirm")):
        window.press(b"j")
        window.wait(lambda _status: False)
    return window.end()


def _keys(status: Status, data: Path, look: Callable[[], Ledgers]) -> bytes:
    """Give what she presses now; empty = she waits."""
    screen, state, question = status["screen"], status["state"], str(status["attention"])
    if screen == "confirm":
        return b"j"
    if screen == "recovery":
        return _answer(question, data, look)
    if screen in LEFT:
        return ESCAPE
    if screen in ("register", "pay") and state in OPEN:
        return F11
    return b""


def _answer(question: str, data: Path, look: Callable[[], Ledgers]) -> bytes:
    """Answer the question on the screen from what the devices show."""
    if question == "paper-unknown":
        rows = _rows(
            data, "SELECT kind, reference FROM paper WHERE state IN ('unknown','printing')"
        )
        papers = look().papers
        return b"j" if rows and is_paper_out(papers, str(rows[0][0]), int(rows[0][1])) else b"n"
    if question == "card-held":
        return b"1"
    if question == "card-doubt":
        charge = _newest_charge(data, look())
        if charge is None or not charge.is_approved:
            return b"3"
        return b"2" + format_kronor(charge.total_ore).replace("\u00a0", "").encode() + b"\r"
    if question == "card-unreversed":
        charge = _newest_charge(data, look())
        return b"1" if charge is not None and charge.is_reversed else b"2"
    return b"1" if question.startswith("unit-") else b""


def _newest_charge(data: Path, world: Ledgers) -> Charge | None:
    rows = _rows(data, "SELECT max(service_id) FROM tender WHERE kind = 'card'")
    return next((one for one in world.charges if one.service_id == rows[0][0]), None)


def _waits(data: Path) -> bool:
    """Say whether a paper still waits, or a copy for its code."""
    return bool(
        _rows(
            data,
            "SELECT 1 FROM paper WHERE state IN ('queued', 'printing', 'unknown')"
            " UNION SELECT 1 FROM receipt_copy WHERE state IN ('wanted', 'numbered')",
        )
    )


def _rows(data: Path, statement: str) -> list[tuple[Any, ...]]:
    path = f"file:{data / DATABASE_NAME}?mode=ro"
    with closing(dbapi2.connect(path, uri=True)) as connection:
        return [tuple(row) for row in connection.execute(statement).fetchall()]
