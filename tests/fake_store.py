"""A store in memory. `Disk` outlives a till: a test ends a life at any seam by copying it.

The store's commit is the only durability.
"""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import TracebackType
from typing import Self

from core.card import CardSlip
from core.catalog import Article, Department
from core.checkout import PaperState
from core.errors import StoreError, VatRateMissing
from core.events import ReceiptSigned
from core.journal import GENESIS, JournalEntry, chain_hash
from core.late_approval import LateApproval, LateState
from core.payload import canonical
from core.receipt_copy import CopyState, ReceiptCopy
from core.reports import DayReport
from core.sale import Sale
from core.store_ports import Paper, Period
from core.tender import TenderKind, TenderState
from core.totals import GRAND, Change, Section

Seam = Callable[[str], None]
"""Called before and after everything that can be seen from outside; may end the life."""


def no_seam(_label: str) -> None:
    """Let everything pass."""


@dataclass
class Disk:
    """What survives the plug: every table, as immutable values."""

    counters: dict[str, int] = field(default_factory=dict)
    journal: list[JournalEntry] = field(default_factory=list)
    sales: dict[int, Sale] = field(default_factory=dict)
    records: dict[int, str] = field(default_factory=dict)
    receipts: dict[int, ReceiptSigned] = field(default_factory=dict)
    totals: dict[int, dict[tuple[Section, str], tuple[int, int]]] = field(default_factory=dict)
    papers: dict[int, Paper] = field(default_factory=dict)
    copies: dict[int, ReceiptCopy] = field(default_factory=dict)
    lates: dict[int, LateApproval] = field(default_factory=dict)
    slips: dict[tuple[str, str], CardSlip] = field(default_factory=dict)
    periods: dict[int, tuple[Period, datetime | None]] = field(default_factory=dict)
    z_reports: dict[int, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    witness: list[tuple[int, str, str, int]] = field(default_factory=list)

    def copy(self) -> "Disk":
        """Copy every table; the values are immutable."""
        other = copy(self)
        for name, table in vars(self).items():
            setattr(other, name, copy(table))
        other.totals = {no: dict(held) for no, held in self.totals.items()}
        return other

    def take(self, other: "Disk") -> None:
        """Become the other, all at once."""
        vars(self).update(vars(other))


class FakeStore:
    """Implements core.store_ports.Store over a Disk; a read inside a unit of work is a bug."""

    def __init__(
        self,
        disk: Disk,
        articles: Iterable[Article] = (),
        departments: Iterable[Department] = (),
        seam: Seam = no_seam,
    ) -> None:
        self._disk = disk
        self._articles = {one.number: one for one in articles}
        self._departments = {one.name: one for one in departments}
        self.seam = seam
        self.is_writing = False
        self.fails_after: int | None = None
        """Commits that still succeed; None = all of them."""

    def fault_after(self, commits: int) -> None:
        """Let this many commits succeed and every one after them fail."""
        self.fails_after = commits

    @property
    def disk(self) -> Disk:
        """The committed state, as a second connection would see it."""
        assert not self.is_writing, "the writer's connection was asked inside a unit of work"
        return self._disk

    def unit_of_work(self) -> "FakeUnitOfWork":
        """Begin a unit of work."""
        return FakeUnitOfWork(self, self._disk)

    def find_article(self, code: str) -> Article | None:
        """Find by number only; codes are the catalogue's own test."""
        assert not self.is_writing
        return self._articles.get(code)

    def department(self, name: str) -> Department | None:
        """Find a department by its name."""
        return self._departments.get(name)

    def vat_rate(self, vat_code: str, day: date) -> int:
        """Give a fixed rate."""
        if not vat_code.startswith("fixed:"):
            raise VatRateMissing(vat_code=vat_code, day=day.isoformat())
        return int(vat_code.removeprefix("fixed:"))

    def unfinished_sale(self) -> Sale | None:
        """Give the sale that is neither closed nor voided."""
        standing = [one for one in self.disk.sales.values() if not _is_ended(one)]
        assert len(standing) <= 1, "two unfinished sales"
        return standing[0] if standing else None

    def control_record(self, sale_id: int) -> str:
        """Give the frozen control record of a sale."""
        return self.disk.records[sale_id]

    def last_charged_service(self) -> int:
        """Give the newest service id under which a card was drawn."""
        tenders = [one for sale in self.disk.sales.values() for one in sale.tenders]
        drawn = [one.service_id for one in tenders if one.authorized_ore]
        return max((*drawn, *self.disk.lates), default=0)

    def last_asked_service(self) -> int:
        """Give the newest service id under which a card was asked for."""
        tenders = [one for sale in self.disk.sales.values() for one in sale.tenders]
        return max((one.service_id for one in tenders), default=0)

    def sale_of_service(self, service_id: int) -> Sale | None:
        """Give the sale that holds the card tender of this service id."""
        for sale in self.disk.sales.values():
            if any(service_id and one.service_id == service_id for one in sale.tenders):
                return sale
        return None

    def open_late_approvals(self) -> tuple[LateApproval, ...]:
        """Give late approvals that no manager has answered for."""
        open_ = (LateState.OPEN, LateState.REVERSING)
        return tuple(one for _, one in sorted(self.disk.lates.items()) if one.state in open_)

    def late_approval(self, service_id: int) -> LateApproval | None:
        """Give the late approval of this service id."""
        return self.disk.lates.get(service_id)

    def slips_of(self, service_id: int, poi_transaction: str) -> tuple[CardSlip, ...]:
        """Give the slips of one card payment, customer copy first."""
        found = [
            slip
            for slip in self.disk.slips.values()
            if slip.service_id == service_id
            or (slip.reference == poi_transaction and slip.reference)
        ]
        return tuple(sorted(found, key=lambda slip: (slip.copy, slip.reference)))

    def is_code_known(self, control_code: str) -> bool:
        """Say whether a control code stands on a receipt or a copy."""
        receipts = (event.receipt.control_code for event in self.disk.receipts.values())
        copied = (one.control_code for one in self.disk.copies.values())
        return control_code in (*receipts, *copied)

    def pending_papers(self) -> tuple[Paper, ...]:
        """Give papers that are queued, printing or unknown, oldest first."""
        pending = (PaperState.QUEUED, PaperState.PRINTING, PaperState.UNKNOWN)
        return tuple(one for one in self.disk.papers.values() if one.state in pending)

    def open_copies(self) -> tuple[ReceiptCopy, ...]:
        """Give copies that are wanted or numbered, oldest first."""
        pending = (CopyState.WANTED, CopyState.NUMBERED)
        return tuple(one for _, one in sorted(self.disk.copies.items()) if one.state in pending)

    def period(self) -> Period | None:
        """Give the open period."""
        opened = [one for one, closed_at in self.disk.periods.values() if closed_at is None]
        assert len(opened) <= 1, "two open periods"
        return opened[0] if opened else None

    def totals(self, period_no: int) -> dict[tuple[Section, str], tuple[int, int]]:
        """Give (count, sum_ore) by (section, name)."""
        return dict(self.disk.totals.get(period_no, {}))

    def unfinished_tally(self) -> tuple[int, int]:
        """Give count and sum of unfinished sales."""
        sums = [one.total_ore for one in self.disk.sales.values() if not _is_ended(one)]
        return len(sums), sum(sums)

    def journal_head(self) -> tuple[int, str]:
        """Give seq and hash of the newest journal row."""
        journal = self.disk.journal
        return (journal[-1].seq, journal[-1].hash) if journal else (0, GENESIS)

    def z_report(self, z_no: int | None) -> str | None:
        """Give a stored Z report."""
        reports = self.disk.z_reports
        return reports.get(max(reports, default=0) if z_no is None else z_no)

    def setting(self, key: str) -> str | None:
        """Give one setting."""
        return self.disk.settings.get(key)

    def last_receipt_no(self) -> int:
        """Give the newest receipt number."""
        return max(self.disk.receipts, default=0)


class FakeUnitOfWork:
    """Implements core.store_ports.UnitOfWork: all of it becomes the disk, or none."""

    def __init__(self, store: FakeStore, disk: Disk) -> None:
        self._store = store
        self._target = disk
        self._draft = disk

    def __enter__(self) -> Self:
        assert not self._store.is_writing, "a unit of work inside a unit of work"
        self._store.is_writing = True
        self._draft = self._target.copy()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.is_writing = False

    def commit(self) -> None:
        """Make everything durable."""
        assert self._store.is_writing
        self._store.seam("before commit")
        if self._store.fails_after is not None:
            if self._store.fails_after == 0:
                raise StoreError(reason="planted")
            self._store.fails_after -= 1
        self._draft.witness = self._target.witness
        self._target.take(self._draft.copy())
        self._store.seam("after commit")

    def next_number(self, name: str) -> int:
        """Draw the next number of a series."""
        return self.reserve_numbers(name, 1)

    def reserve_numbers(self, name: str, count: int) -> int:
        """Draw several numbers and give the first."""
        first = self._draft.counters.get(name, 0) + 1
        self._draft.counters[name] = first + count - 1
        return first

    def append_journal(self, at: datetime, kind: str, operator: str, payload: str) -> JournalEntry:
        """Append one row and chain it."""
        journal = self._draft.journal
        seq, former = (journal[-1].seq + 1, journal[-1].hash) if journal else (1, GENESIS)
        stamp = at.isoformat(timespec="milliseconds")
        hashed = chain_hash(former, seq, stamp, kind, operator, payload)
        journal.append(JournalEntry(seq, stamp, kind, operator, payload, hashed))
        return journal[-1]

    def put_sale(self, before: Sale | None, after: Sale) -> None:
        """Store a sale, refusing what the schema refuses."""
        assert self._draft.sales.get(after.sale_id) == before, "the sale on disk is another"
        if before is not None:
            assert after.lines[: len(before.lines)] == before.lines, "sale_line is append-only"
            assert len(after.tenders) >= len(before.tenders)
        for tender in after.tenders:
            if tender.kind is TenderKind.CARD and tender.state is TenderState.SETTLED:
                assert tender.authorized_ore == tender.amount_ore + tender.tip_ore
        services = [one.service_id for sale in self._draft.sales.values() for one in sale.tenders]
        known = [one.service_id for one in before.tenders] if before else []
        for tender in after.tenders[len(known) :]:
            assert tender.service_id == 0 or tender.service_id not in services
        self._draft.sales[after.sale_id] = after

    def put_record(self, sale_id: int, record: str) -> None:
        """Freeze what the control unit is told."""
        self._draft.records[sale_id] = record

    def put_receipt(self, event: ReceiptSigned, period_no: int) -> None:
        """Store a signed receipt; number, sale and code are unique."""
        receipt = event.receipt
        for other in self._draft.receipts.values():
            assert other.sale_id != event.sale_id
            assert other.receipt.control_code != receipt.control_code
        assert receipt.receipt_no not in self._draft.receipts
        assert self._draft.periods[period_no][1] is None, "the period is closed"
        self._draft.receipts[receipt.receipt_no] = event

    def add_totals(self, period_no: int, changes: Iterable[Change]) -> None:
        """Add to the running totals."""
        for change in changes:
            period = 0 if change.section in GRAND else period_no
            held = self._draft.totals.setdefault(period, {})
            count, sum_ore = held.get((change.section, change.name), (0, 0))
            held[change.section, change.name] = (count + change.count, sum_ore + change.sum_ore)

    def put_paper(self, paper: Paper) -> None:
        """Store a new paper job."""
        assert paper.paper_id not in self._draft.papers
        self._draft.papers[paper.paper_id] = paper

    def set_paper_state(self, paper_id: int, state: PaperState) -> None:
        """Move a paper job."""
        self._draft.papers[paper_id] = replace(self._draft.papers[paper_id], state=state)

    def put_copy(self, copy: ReceiptCopy) -> None:
        """Store a copy, refusing what the schema refuses."""
        former = self._draft.copies.get(copy.receipt_no)
        assert former is None or former.state in (CopyState.WANTED, CopyState.NUMBERED)
        assert copy.receipt_no in self._draft.receipts
        self._draft.copies[copy.receipt_no] = copy

    def put_late_approval(self, late: LateApproval) -> None:
        """Store a late approval, refusing what the schema refuses."""
        former = self._draft.lates.get(late.service_id)
        assert former is None or former.state in (LateState.OPEN, LateState.REVERSING)
        self._draft.lates[late.service_id] = late

    def put_slip(self, slip: CardSlip) -> bool:
        """Store a card slip once."""
        key = (slip.reference, str(slip.copy))
        is_new = key not in self._draft.slips
        self._draft.slips.setdefault(key, slip)
        return is_new

    def open_period(self, at: datetime, opening_float_ore: int) -> Period:
        """Open the next period."""
        period = Period(self.next_number("period_no"), at, opening_float_ore)
        self._draft.periods[period.no] = (period, None)
        return period

    def close_period(self, period: Period, report: DayReport) -> None:
        """Store the Z report and close its period."""
        assert report.number is not None
        self._draft.z_reports[report.number] = canonical(report)
        self._draft.periods[period.no] = (period, report.at)

    def put_setting(self, at: datetime, operator: str, key: str, value: str) -> None:
        """Store one setting with its journal row."""
        note = {"key": key, "old": self._draft.settings.get(key), "new": value}
        self.append_journal(at, "setting-changed", operator, canonical(note))
        self._draft.settings[key] = value


def _is_ended(sale: Sale) -> bool:
    return sale.state in ("closed", "voided")
