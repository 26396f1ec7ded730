"""Holds the receipts' copies against the journal: one each at most, each counted once.

Plain JSON values only, as in the rest of verification.
"""

import json
from typing import Any, Final

from db.verify_rows import BadRow, Snapshot, expect
from db.verify_totals import Payload

COPY_KINDS: Final = frozenset({"copy-numbered", "copy-signed", "copy-refused"})
_STATE_AFTER: Final = {
    "copy-numbered": "numbered",
    "copy-signed": "signed",
    "copy-refused": "refused",
}
_WRITE: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class JournalledCopies:
    """The copies as the journal tells them."""

    def __init__(self) -> None:
        self._copies: dict[int, tuple[str, Payload]] = {}
        """State and newest note by the original's number."""
        self._records: dict[int, str] = {}
        """What the control unit is told, by the original's number, where the journal says it."""

    def want(self, number: int) -> None:
        """Take that nobody saw the paper of a receipt."""
        self._copies[number] = ("wanted", {})
        self._records[number] = ""

    def take(self, seq: int, kind: str, note: Payload) -> None:
        """Take one row about a copy. Raises BadRow for a second copy of a receipt."""
        number = note["receipt_no"]
        state, former = self._copies.get(number, ("", {}))
        if state != ("wanted" if kind == "copy-numbered" else "numbered"):
            raise BadRow(
                "journal",
                seq,
                "{kind} of receipt {number}, whose copy is {state}",
                kind=kind,
                number=number,
                state=repr(state),
            )
        for name in ("copy_no", "serial") if former else ():
            expect("journal", seq, name, note[name], former[name])
        self._copies[number] = (_STATE_AFTER[kind], note)
        if kind == "copy-numbered":
            self._records.pop(number, None)
            if "record" in note:
                self._records[number] = _WRITE(note["record"])

    def find(self, row: dict[str, Any]) -> None:
        """Take the record of a copy that a migration found."""
        self._records[row["receipt_no"]] = row["record"]

    def check(self, snapshot: Snapshot) -> int:
        """Hold every stored copy against the journal; gives the number of rows."""
        left = dict(self._copies)
        row_count = 0
        for row in snapshot.stream(
            "SELECT receipt_copy.receipt_no, state, copy_no, receipt_copy.serial,"
            " receipt_copy.control_code, receipt_copy.unit_id, original IS receipt.body, record"
            " FROM receipt_copy LEFT JOIN receipt USING (receipt_no)"
        ):
            row_count += 1
            number, state, copy_no, serial, code, unit_id, is_of_original, record = row
            if number not in left:
                raise BadRow("receipt_copy", number, "row is not in the journal")
            wanted, note = left.pop(number)
            expect("receipt_copy", number, "state", state, wanted)
            expect("receipt_copy", number, "copy_no", copy_no, note.get("copy_no"))
            expect("receipt_copy", number, "serial", serial, note.get("serial"))
            expect("receipt_copy", number, "code", code, note.get("control_code", ""))
            expect("receipt_copy", number, "unit_id", unit_id, note.get("unit_id", ""))
            expect("receipt_copy", number, "record", record, self._records.get(number, record))
            if not is_of_original:
                raise BadRow("receipt_copy", number, "original is not the stored receipt")
        if left:
            raise BadRow("receipt_copy", min(left), "row is missing")
        return row_count
