"""Holds late card approvals against the journal: each is told once, and answered by its rows.

Plain JSON values only, as in the rest of verification.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from db.verify_rows import BadRow, Row, Snapshot, expect, expect_body
from db.verify_totals import Payload, TotalsFold

_MOVES: Final = {
    "late-reversal-requested": ("open", "reversing"),
    "late-reversal-refused": ("reversing", "open"),
    "late-reversed": ("reversing", "reversed"),
    "late-by-hand": ("open", "by-hand"),
}
"""State before and after, by kind of row."""


class JournalledLates:
    """The late approvals as the journal tells them."""

    def __init__(self, totals: TotalsFold, draw: Callable[[int, int], None]) -> None:
        """Count into `totals`; `draw` takes a service id that was drawn, and its row."""
        self._lates: dict[int, dict[str, Any]] = {}
        self._totals = totals
        self._draw = draw

    @property
    def takers(self) -> dict[str, Callable[[int, Payload, str], None]]:
        """Give what takes each kind of row about a late approval."""
        moves = {kind: partial(self._move, kind) for kind in _MOVES}
        return {"card-late-approval": self._tell, **moves}

    def _tell(self, seq: int, note: Payload, _payload: str) -> None:
        number = note["service_id"]
        if number in self._lates:
            raise BadRow("journal", seq, "late approval {number} was told before", number=number)
        late = {**note, "state": "open", "reversal_service_id": 0, "resolved_by": ""}
        self._lates[number] = late
        self._totals.add("card-unclear", "late", 1, late["authorized_ore"])

    def _move(self, kind: str, seq: int, note: Payload, _payload: str) -> None:
        number = note["service_id"]
        late = self._lates.get(number, {})
        before, after = _MOVES[kind]
        expect("journal", seq, f"state before {kind}", late.get("state"), before)
        late["state"] = after
        if kind == "late-reversal-requested":
            self._draw(note["reversal_service_id"], seq)
            late["reversal_service_id"] = note["reversal_service_id"]
        elif kind == "late-by-hand":
            late["resolved_by"] = note["by"]
        if after in ("reversed", "by-hand"):
            self._totals.add("card-unclear", kind, 1, late["authorized_ore"])
        if after == "reversed":
            self._totals.add("card-reversed", "", 1, late["authorized_ore"])

    def check_answered(self, seq: int) -> None:
        """Find one that nobody had answered for when a Z was taken. Raises BadRow."""
        for number, late in self._lates.items():
            if late["state"] in ("open", "reversing"):
                what = "Z while late approval {number} is unanswered"
                raise BadRow("journal", seq, what, number=number)

    def check(self, snapshot: Snapshot) -> int:
        """Hold every stored late approval against the journal; gives the number of rows."""
        left = dict(self._lates)
        row_count = 0
        for number, state, body in self._stored(snapshot):
            row_count += 1
            if number not in left:
                raise BadRow("card_late", number, "row is not in the journal")
            wanted = left.pop(number)
            expect("card_late", number, "state", state, wanted["state"])
            expect_body("card_late", number, body, wanted)
        if left:
            raise BadRow("card_late", min(left), "row is missing")
        return row_count

    def _stored(self, snapshot: Snapshot) -> list[Row]:
        """Read the stored rows; a database of a former shape has no such table."""
        if snapshot.one("SELECT 1 FROM sqlite_schema WHERE name = 'card_late'") is None:
            return []
        return snapshot.all("SELECT service_id, state, body FROM card_late")
