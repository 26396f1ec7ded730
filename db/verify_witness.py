"""Holds the journal's head against the witness file: a tail cut off, or an older file in place."""

from db.verify_rows import BadRow
from db.witness import WitnessLine


def check_witness_reach(
    witness: tuple[WitnessLine, ...], newest_seq: int, receipt_count: int
) -> None:
    """Find a tail that was cut off, or an older file in place. Raises BadRow."""
    newest = max(witness, default=None)
    if newest is not None and newest.seq > newest_seq:
        what = "row is missing: the witness file names it ({kind} {number})"
        kind, number = newest.kind, newest.number
        raise BadRow("journal", newest_seq + 1, what, kind=kind, number=number)
    if newest is None and receipt_count > 1:
        what = "file is missing or empty, the journal holds {count} receipts"
        raise BadRow("witness", "", what, count=receipt_count)
