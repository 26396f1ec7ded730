"""Explains the gaps that restored backups left: by whom, which numbers, and what the witness lost.

A gap is no bad row. It is one when the row that explains it lets a number be used again, or when
the witness tells of lost rows that no such row accounts for (reliability I4, F64).
"""

from collections.abc import Iterable

from core.frozen import frozen
from db.verify_rows import BadRow, expect
from db.verify_totals import Payload
from db.witness import WitnessLine, part_lines


@frozen
class Gap:
    """What one restored backup left without rows."""

    seq: int
    at: str
    by: str
    first: int
    """First receipt that is lost; above `last` when none is."""
    last: int
    is_same_file: bool = False
    """The shop's own file was put back, because its witness was lost."""
    next_receipt_no: int = 0
    """Where the numbers go on: always one receipt more than is known, which may be nobody's."""

    @property
    def counted(self) -> tuple[str, int, int]:
        """Give name, count and sum as the running totals hold it."""
        numbers = f"{self.first}-{self.last}" if self.last >= self.first else "none"
        return f"witness {numbers}" if self.is_same_file else numbers, 1, 0


class Restores:
    """The restored backups of one journal, beside the lines of the witness."""

    def __init__(self, witness: tuple[WitnessLine, ...]) -> None:
        self.gaps: list[Gap] = []
        self.in_flight: set[int] = set()
        """Numbers that a sale in a backup had drawn: its receipt comes behind the gap."""
        self._has_witness = bool(witness)
        self._lost = part_lines(witness)[1]
        self._accounted: set[tuple[int, str]] = set()

    def take(self, seq: int, note: Payload, drawn: dict[str, int], numbered: Iterable[int]) -> None:
        """Take one row: raises every series in `drawn` behind the gap. Raises BadRow."""
        held_receipt_no = drawn["receipt_no"]
        for row in note["numbers"]:
            series = row["series"]
            expect("journal", seq, series, row["held"], drawn[series])
            if row["raised_to"] < row["held"]:
                raise BadRow("journal", seq, "numbers go back")
            drawn[series] = row["raised_to"]
        first, last = note["lost_first"], note["lost_last"]
        expect("journal", seq, "lost_first", first, held_receipt_no + 1)
        if last >= first and drawn["receipt_no"] < last:
            raise BadRow("journal", seq, "numbers go back")
        self.in_flight |= set(numbered)
        self._accounted.add((note["witness_seq"], note["witness_hash"]))
        is_same_file = note.get("is_same_file", False)
        next_no = drawn["receipt_no"] + 1
        self.gaps.append(Gap(seq, note["at"], note["by"], first, last, is_same_file, next_no))

    def check_lost(self) -> None:
        """Hold the witness's lost lines against the rows that explain them. Raises BadRow."""
        if not self._has_witness:
            return
        if self._lost and not self.gaps:
            what = "the witness file tells of lost rows that no restored row explains"
            raise BadRow("journal", self._lost[-1].seq, what)
        for line in self._lost:
            is_told = any(gap.first <= line.number <= gap.last for gap in self.gaps)
            is_told = is_told or line.number in self.in_flight
            if line.kind == "receipt" and not is_told:
                raise BadRow(
                    "journal", self.gaps[-1].seq, "the witness file tells of other lost rows"
                )
