"""What is known of the shop after each journal row, from the first row to the last.

Plain JSON values and own sums; the rows of the other tables that follow from a journal row are held
against it on the way.
"""

from collections.abc import Callable
from hashlib import sha256

from db.verify_bound import BOUND_KINDS, BoundRows
from db.verify_copies import COPY_KINDS, JournalledCopies
from db.verify_lates import JournalledLates
from db.verify_papers import PAPER_KINDS, JournalledPapers, JournalledSlips
from db.verify_restored import Restores
from db.verify_rows import BadRow, Snapshot, expect, read_json
from db.verify_sales import SALE_KINDS, JournalledSale, check_receipt_row
from db.verify_totals import Payload, TotalsFold, check_receipt_sums
from db.witness import WitnessLine, part_lines

_GENESIS = "0" * 64
COUNTERS = ("sale_id", "receipt_no", "serial", "period_no", "z_no", "paper_id", "copy_no")
"""Series without holes that are told by their numbers; service ids are drawn in blocks too."""


class JournalWalk:
    """What is known after each journal row; the rows that follow from it are checked on the way."""

    def __init__(self, snapshot: Snapshot | None, witness: tuple[WitnessLine, ...]) -> None:
        self.snapshot = snapshot
        self.seq = 0
        self.hash = _GENESIS
        self.totals = TotalsFold()
        self.open_sales: dict[int, JournalledSale] = {}
        self.bound = BoundRows()
        self.papers = JournalledPapers()
        self.slips = JournalledSlips()
        self.copies = JournalledCopies()
        self.lates = JournalledLates(self.totals, self._draw_service_id)
        self.drawn = dict.fromkeys((*COUNTERS, "service_id"), 0)
        """Newest number of each series."""
        self.receipt_count = 0
        self.restored = Restores(witness)
        self.rows_checked = 0
        self._period_opened_at: str | None = None
        """Of the newest period; None where a former till did not journal it."""
        self._witness: dict[int, set[str]] = {}
        for line in part_lines(witness)[0]:
            self._witness.setdefault(line.seq, set()).add(line.hash)
        self._takers: dict[str, Callable[[int, Payload, str], None]] = {
            "z-report": self._take_z,
            "period-opened": self._take_period,
            "drawer-kicked": lambda *_: self.totals.add("drawer", "", 1, 0),
            "numbers-reserved": self._take_block,
            "rows-found": self._take_found,
            "restored": self._take_restored,
            **self.lates.takers,
            "x-report": lambda seq, note, _: self.totals.check_x(seq, note),
        }

    def take(self, seq: int, at: str, kind: str, operator: str, payload: str, stored: str) -> None:
        """Take one row: number, chain, witness, then its meaning."""
        self._check_chain(seq, (at, kind, operator, payload), stored)
        try:
            if kind in SALE_KINDS:
                self._take_sale(seq, kind, (at, operator), payload)
            elif kind in PAPER_KINDS:
                self._take_paper(seq, kind, read_json(payload))
            elif kind in COPY_KINDS:
                self._take_copy(seq, kind, read_json(payload))
            elif kind in self._takers:
                self._takers[kind](seq, read_json(payload), payload)
            elif kind == "slip-received":
                note, is_bound = read_json(payload), self.bound.is_bound
                self.slips.take(seq, note, self.snapshot, is_bound=is_bound)
            elif kind in BOUND_KINDS:
                self.bound.take(seq, kind, read_json(payload))
        except (KeyError, TypeError, ValueError) as error:
            raise BadRow(
                "journal", seq, "payload does not fit {kind}: {error}", kind=kind, error=repr(error)
            ) from error
        self.hash = stored
        self.rows_checked += 1

    def _check_chain(self, seq: int, fields: tuple[str, ...], stored: str) -> None:
        if seq != self.seq + 1:
            raise BadRow("journal", self.seq + 1, "row is missing")
        joined = "\n".join((self.hash, str(seq), *fields))
        is_one_line_each = joined.count("\n") == 5
        if not is_one_line_each or sha256(joined.encode()).hexdigest() != stored:
            raise BadRow("journal", seq, "hash does not follow from the row and the one before")
        self.seq = seq
        if self._witness.get(seq, {stored}) != {stored}:
            raise BadRow("journal", seq, "hash is not the one in the witness file")

    def _next(self, series: str, number: int, seq: int) -> None:
        if number != self.drawn[series] + 1:
            what, former = "{series} {number} does not follow {former}", self.drawn[series]
            raise BadRow("journal", seq, what, series=series, number=number, former=former)
        self.drawn[series] = number

    def _draw_service_id(self, number: int, seq: int) -> None:
        """Take the next service id; a former till drew blocks of them without a row."""
        if self.bound.is_bound:
            self._next("service_id", number, seq)
            return
        if number <= self.drawn["service_id"]:
            what = "{series} {number} was used before"
            raise BadRow("journal", seq, what, series="service_id", number=number)
        self.drawn["service_id"] = number

    def _take_sale(self, seq: int, kind: str, opened: tuple[str, str], payload: str) -> None:
        event = read_json(payload)
        sale_id = event["sale_id"]
        if kind == "sale-opened":
            self._next("sale_id", sale_id, seq)
            self.open_sales[sale_id] = JournalledSale(sale_id, *opened, self.bound.is_bound)
            return
        sale = self.open_sales.get(sale_id)
        if sale is None:
            raise BadRow(
                "journal",
                seq,
                "{kind} names sale {sale_id}, which is not open",
                kind=kind,
                sale_id=sale_id,
            )
        self._draw_numbers(seq, kind, event)
        sale.take(seq, kind, event, payload)
        if event.get("resolved_by") or kind == "card-reversed":
            self.totals.card_ended(seq, kind, event, sale.tender_of(seq, event["service_id"]))
        if kind == "receipt-signed":
            self._take_receipt(seq, sale, event, payload)
        elif kind == "sale-voided":
            expect("journal", seq, "voided total", event["total_ore"], sale.total_ore)
            if sale.standing:
                self.totals.add("corrections", "", 1, event["total_ore"])
        if sale.state in ("closed", "voided"):
            self._check_sale(self.open_sales.pop(sale_id))

    def _draw_numbers(self, seq: int, kind: str, event: Payload) -> None:
        if kind == "card-requested":
            self._draw_service_id(event["service_id"], seq)
        elif kind == "reversal-requested":
            self._draw_service_id(event["reversal_service_id"], seq)
        elif kind == "receipt-numbered":
            self._next("serial", event["record"]["serial"], seq)
            self._next("receipt_no", event["record"]["receipt_no"], seq)

    def _take_receipt(self, seq: int, sale: JournalledSale, event: Payload, payload: str) -> None:
        receipt = event["receipt"]
        if not self.drawn["period_no"]:
            raise BadRow("journal", seq, "receipt before the first period-opened row")
        number = receipt["receipt_no"]
        if number not in self.restored.in_flight:
            expect("journal", seq, "receipt_no", number, self.receipt_count + 1)
        self.receipt_count = max(number, self.receipt_count)
        sale.check_signed(seq, event)
        check_receipt_sums(seq, receipt)
        self.totals.receipt_signed(event)
        if self.snapshot is not None:
            check_receipt_row(self.snapshot, event, payload, self.totals.period_no)
            self.rows_checked += 1

    def _take_copy(self, seq: int, kind: str, note: Payload) -> None:
        self.copies.take(seq, kind, note)
        if kind == "copy-numbered":
            self._next("serial", note["serial"], seq)
            self._next("copy_no", note["copy_no"], seq)
        elif kind == "copy-signed":
            self.totals.add("copies", "", 1, note["total_ore"])

    def _take_z(self, seq: int, report: Payload, payload: str) -> None:
        number = report["number"]
        self._next("z_no", number, seq)
        standing = self.open_sales.values()
        unfinished = {"count": len(standing), "sum_ore": sum(one.total_ore for one in standing)}
        self.lates.check_answered(seq)
        self.totals.check_z(seq, report, unfinished, self.hash)
        if self.snapshot is None:
            return
        row = self.snapshot.one("SELECT period_no, at, body FROM z_report WHERE z_no=?", (number,))
        if row is None:
            raise BadRow("z_report", number, "row is missing")
        expect("z_report", number, "period_no", row[0], self.totals.period_no)
        expect("z_report", number, "at", row[1], report["at"])
        if row[2] != payload:
            raise BadRow("z_report", number, "body is not the one of its journal row")
        opened_at = report["period_opened_at"]
        expect("journal", seq, "opened_at", opened_at, self._period_opened_at or opened_at)
        self._period_opened_at = opened_at
        self.check_period(report["at"])

    def _take_period(self, seq: int, note: Payload, _payload: str) -> None:
        self._next("period_no", note["period_no"], seq)
        self.totals.period_opened(note)
        self._period_opened_at = note["opened_at"] if self.bound.is_bound else None

    def check_period(self, closed_at: str | None) -> None:
        """Hold the open period's row, or that of the Z just taken, against the journal."""
        assert self.snapshot is not None
        number, float_ore = self.totals.period_no, self.totals.opening_float_ore
        row = self.snapshot.one(
            "SELECT opened_at, closed_at, opening_float_ore FROM period WHERE period_no=?",
            (number,),
        )
        if row is None:
            raise BadRow("period", number, "row is missing")
        if self._period_opened_at is not None:
            expect("period", number, "opened_at", row[0], self._period_opened_at)
        expect("period", number, "closed_at", row[1], closed_at)
        expect("period", number, "opening_float_ore", row[2], float_ore)
        self.rows_checked += 1

    def _take_paper(self, seq: int, kind: str, note: Payload) -> None:
        if self.papers.take(kind, note):
            self._next("paper_id", note["paper_id"], seq)
        if kind == "paper-missing" and note.get("paper") == "receipt":
            self.copies.want(note["number"])

    def _take_block(self, seq: int, block: Payload, _payload: str) -> None:
        self._draw_service_id(block["first"], seq)
        self.drawn[block["series"]] += block["count"] - 1

    def _take_restored(self, seq: int, note: Payload, _payload: str) -> None:
        """Take the gap that a restored backup left: every series goes on behind it."""
        numbers = [sale.record["receipt_no"] for sale in self.open_sales.values() if sale.record]
        self.restored.take(seq, note, self.drawn, numbers)
        self.receipt_count = self.drawn["receipt_no"]
        self.totals.newest_z = self.drawn["z_no"]
        self.totals.add("restored", *self.restored.gaps[-1].counted)

    def _take_found(self, seq: int, note: Payload, _payload: str) -> None:
        """Take rows that a migration found, and bind them from here on."""
        table = note["table"]
        for values in note["rows"]:
            row = dict(zip(note["columns"], values, strict=True))
            if self.bound.find(seq, table, row):
                continue
            if table == "counter":
                self.drawn[row["name"]] = row["value"]
            elif table == "period":
                self._period_opened_at = row["opened_at"]
            elif table == "paper":
                self.papers.find(row)
                self.drawn["paper_id"] = row["paper_id"]
            elif table == "slip":
                self.slips.find(row)
            elif table == "receipt_copy":
                self.copies.find(row)
            else:
                raise ValueError(f"rows of {table}")

    def _check_sale(self, sale: JournalledSale) -> None:
        if self.snapshot is not None:
            self.rows_checked += sale.check_rows(self.snapshot)
