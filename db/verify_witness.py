"""Holds the journal's head against the witness file: a tail cut off, or an older file in place."""

from db.verify_rows import BadRow
from db.witness import WitnessLine


def check_tail(witness: tuple[WitnessLine, ...], newest_seq: int) -> None:
    """Find a tail that was cut off, or an older file in place. Raises BadRow.

    Asked right behind the journal, before the tables that such a cut leaves without their rows.
    """
    newest = max(witness, default=None)
    if newest is not None and newest.seq > newest_seq:
        what = "row is missing: the witness file names it ({kind} {number})"
        kind, number = newest.kind, newest.number
        raise BadRow("journal", newest_seq + 1, what, kind=kind, number=number)


def check_witness_is_there(witness: tuple[WitnessLine, ...], receipt_count: int) -> None:
    """Find a witness file that was taken away. Raises BadRow."""
    if not witness and receipt_count > 1:
        what = "file is missing or empty, the journal holds {count} receipts"
        raise BadRow("witness", "", what, count=receipt_count)
