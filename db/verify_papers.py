"""Holds papers and card slips against the journal: what they show, where they stand, how often.

A new paper and a slip are journalled with the SHA-256 of their stored text, so that each field of
each of them is bound. Rows of a database from before that are bound by the migration that found
them; until it has run, they are held as far as the journal speaks of them.
"""

from hashlib import sha256
from typing import Any, Final, NamedTuple

from db.verify_rows import BadRow, Snapshot, expect, read_row_json
from db.verify_totals import Payload

_PAPER_AFTER: Final = {
    "paper-queued": "queued",
    "paper-started": "printing",
    "paper-printed": "printed",
    "paper-unknown": "unknown",
    "paper-seen": "printed",
    "paper-missing": "copied",
}
PAPER_KINDS: Final = frozenset(_PAPER_AFTER)
_SHOWN: Final = (("receipt", "receipt", "receipt_no"), ("z-report", "z_report", "z_no"))
"""Papers whose body is also another table's: kind, table, key."""


class _Paper(NamedTuple):
    state: str
    kind: str
    reference: int
    opens_drawer: int | None = None
    """None = the journal does not say (a database of the former shape)."""
    digest: str | None = None


class JournalledPapers:
    """The papers as the journal tells them."""

    def __init__(self) -> None:
        self._papers: dict[int, _Paper] = {}

    def take(self, kind: str, note: Payload) -> bool:
        """Take one row about a paper; True when it makes a new one."""
        paper_id, state = note["paper_id"], _PAPER_AFTER[kind]
        if "digest" in note:
            drawer, digest = int(note["opens_drawer"]), note["digest"]
            self._papers[paper_id] = _Paper(state, note["paper"], note["number"], drawer, digest)
            return True
        if "receipt_no" in note:
            self._papers[paper_id] = _Paper(state, "receipt", note["receipt_no"])
            return False
        former = self._papers.get(paper_id)
        if former is None or former[1:3] != (note["paper"], note["number"]):
            former = _Paper(state, note["paper"], note["number"])
        self._papers[paper_id] = _Paper(state, *former[1:])
        return False

    def find(self, row: dict[str, Any]) -> None:
        """Take a paper that a migration found."""
        paper_id = row["paper_id"]
        former = self._papers.get(paper_id)
        state = former.state if former else "queued"
        self._papers[paper_id] = _Paper(
            state, row["kind"], row["reference"], row["opens_drawer"], row["digest"]
        )

    def check(self, snapshot: Snapshot, *, is_bound: bool) -> int:
        """Hold every paper against its notes; gives the number of papers, which is the newest."""
        expected = 0
        for paper_id, state, kind, reference, opens_drawer, body in snapshot.stream(
            "SELECT paper_id, state, kind, reference, opens_drawer, body FROM paper"
            " ORDER BY paper_id"
        ):
            expected += 1
            if paper_id != expected:
                raise BadRow("paper", expected, "row is missing")
            told = self._papers.get(paper_id)
            if told is None:
                if is_bound:
                    raise BadRow("paper", paper_id, "row is not in the journal")
                told = _Paper("queued", kind, reference)
            expect("paper", paper_id, "paper", (state, kind, reference), tuple(told[:3]))
            if told.digest is not None:
                expect("paper", paper_id, "opens_drawer", opens_drawer, told.opens_drawer)
                if sha256(body.encode()).hexdigest() != told.digest:
                    raise BadRow("paper", paper_id, "body is not the one that was queued")
        lost = [paper_id for paper_id in self._papers if paper_id > expected]
        if lost:
            raise BadRow("paper", min(lost), "row is missing")
        self._check_bodies(snapshot)
        return expected

    def _check_bodies(self, snapshot: Snapshot) -> None:
        """Find a receipt or Z report whose paper shows something else."""
        for kind, table, column in _SHOWN:
            row = snapshot.one(
                f"SELECT paper_id FROM paper LEFT JOIN {table} ON {table}.{column} = reference"
                f" WHERE kind = ? AND paper.body IS NOT {table}.body LIMIT 1",
                (kind,),
            )
            if row is not None:
                raise BadRow("paper", row[0], "body is not the one of its {kind}", kind=kind)


class JournalledSlips:
    """The card slips as the journal tells them."""

    def __init__(self) -> None:
        self._slips: dict[tuple[str, str], tuple[int, int, str]] = {}
        """Service id, times seen and digest, by reference and copy."""

    def take(self, seq: int, note: Payload, snapshot: Snapshot | None, *, is_bound: bool) -> None:
        """Take that a slip came, for the first time or again."""
        key = (note["reference"], note["copy"])
        if not is_bound:
            if snapshot is not None and note["is_new"]:
                _check_former(snapshot, note)
            return
        held = self._slips.get(key)
        if note["is_new"] != (held is None):
            what = "slip {slip} is new {is_new}, against the rows before"
            raise BadRow("journal", seq, what, slip="/".join(key), is_new=note["is_new"])
        if held is None:
            self._slips[key] = (note["service_id"], 1, note["digest"])
        else:
            self._slips[key] = (held[0], held[1] + 1, held[2])

    def find(self, row: dict[str, Any]) -> None:
        """Take a slip that a migration found."""
        found = (row["service_id"], row["seen"], row["digest"])
        self._slips[row["reference"], row["copy"]] = found

    def check(self, snapshot: Snapshot, *, is_bound: bool) -> int:
        """Hold every stored slip against the journal; gives the number of rows."""
        if not is_bound:
            return 0
        row_count = 0
        for reference, copy, service_id, seen, body in snapshot.stream(
            "SELECT reference, copy, service_id, seen, body FROM slip"
        ):
            key, row_count = f"{reference}/{copy}", row_count + 1
            told = self._slips.pop((reference, copy), None)
            if told is None:
                raise BadRow("slip", key, "row is not in the journal")
            expect("slip", key, "service_id", service_id, told[0])
            expect("slip", key, "seen", seen, told[1])
            if sha256(body.encode()).hexdigest() != told[2]:
                raise BadRow("slip", key, "body is not the one that came")
        if self._slips:
            raise BadRow("slip", "/".join(min(self._slips)), "row is missing")
        return row_count


def _check_former(snapshot: Snapshot, note: Payload) -> None:
    """Hold a slip against the few fields that its row names, where nothing binds all of it."""
    key = (note["reference"], note["copy"])
    row = snapshot.one("SELECT body FROM slip WHERE reference=? AND copy=?", key)
    if row is None:
        raise BadRow("slip", "/".join(key), "row is missing")
    slip = read_row_json("slip", "/".join(key), row[0])
    for name in ("reference", "copy", "status", "total_ore", "tip_ore"):
        expect("slip", "/".join(key), name, slip.get(name), note[name])
