"""What `core` asks of the store: one unit of work = one durable transaction.

Everything between entering a unit of work and `commit` becomes durable together, fsynced, when
`commit` returns; leaving without it takes everything back. Only the till thread writes.
"""

from collections.abc import Iterable
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self

from core.card import CardSlip
from core.catalog import Article, Department
from core.checkout import PaperState
from core.events import ReceiptSigned
from core.frozen import frozen
from core.journal import JournalEntry
from core.late_approval import LateApproval
from core.receipt_copy import ReceiptCopy
from core.reports import DayReport
from core.sale import Sale
from core.totals import Change, Section


@frozen
class Period:
    """One reporting period, from one Z to the next."""

    no: int
    opened_at: datetime
    opening_float_ore: int


@frozen
class Paper:
    """One paper job. `kind`: receipt, copy, slip, x-report, z-report; `reference`: its number."""

    paper_id: int
    kind: str
    reference: int
    state: PaperState
    body: str
    """Canonical JSON of the Receipt, CardSlip or DayReport that it shows."""
    opens_drawer: bool = False


class UnitOfWork(Protocol):
    """One transaction on the store."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def commit(self) -> None:
        """Make everything durable. Raises StoreError."""

    def next_number(self, name: str) -> int:
        """Draw the next number of a gapless series, 1 and up; a rollback gives it back."""

    def reserve_numbers(self, name: str, count: int) -> int:
        """Draw `count` numbers at once and give the first."""

    def append_journal(self, at: datetime, kind: str, operator: str, payload: str) -> JournalEntry:
        """Append one row and chain it."""

    def put_sale(self, before: Sale | None, after: Sale) -> None:
        """Store what changed between two states of one sale."""

    def put_record(self, sale_id: int, record: str) -> None:
        """Store the frozen control record (canonical JSON) of a sale."""

    def put_receipt(self, event: ReceiptSigned, period_no: int) -> None:
        """Store the signed receipt."""

    def add_totals(self, period_no: int, changes: Iterable[Change]) -> None:
        """Add to the running totals; grand totals go to period 0."""

    def put_paper(self, paper: Paper) -> None:
        """Store a new paper job."""

    def set_paper_state(self, paper_id: int, state: PaperState) -> None:
        """Move a paper job."""

    def put_copy(self, copy: ReceiptCopy) -> None:
        """Store a receipt's copy, or its next state."""

    def put_late_approval(self, late: LateApproval) -> None:
        """Store a late card approval, or its next state."""

    def put_slip(self, slip: CardSlip) -> bool:
        """Store a card slip; False when the same copy was stored before (it is counted)."""

    def open_period(self, at: datetime, opening_float_ore: int) -> Period:
        """Open the next period."""

    def close_period(self, period: Period, report: DayReport) -> None:
        """Store the Z report and close its period."""

    def put_setting(self, at: datetime, operator: str, key: str, value: str) -> None:
        """Store one setting of the register itself, with its journal row."""


class Store(Protocol):
    """The store as the till thread sees it: reads, and one unit of work at a time."""

    def unit_of_work(self) -> UnitOfWork:
        """Begin a unit of work (BEGIN IMMEDIATE)."""

    def find_article(self, code: str) -> Article | None:
        """Find by EAN, then PLU, then article number."""

    def department(self, name: str) -> Department | None:
        """Find a department by its name."""

    def vat_rate(self, vat_code: str, day: date) -> int:
        """Give a rate in basis points. Raises VatRateMissing."""

    def unfinished_sale(self) -> Sale | None:
        """Give the sale that is neither closed nor voided, or None."""

    def control_record(self, sale_id: int) -> str:
        """Give the frozen control record of a sale in `signing`."""

    def last_charged_service(self) -> int:
        """Give the newest service id under which a card was drawn, undone or not; 0 when none.

        Late approvals count: the terminal runs its payments in the order of their ids.
        """

    def last_asked_service(self) -> int:
        """Give the newest service id under which a card was asked for; 0 when none."""

    def sale_of_service(self, service_id: int) -> Sale | None:
        """Give the sale that holds the card tender of this service id, whatever its state."""

    def open_late_approvals(self) -> tuple[LateApproval, ...]:
        """Give late approvals that no manager has answered for, oldest first."""

    def late_approval(self, service_id: int) -> LateApproval | None:
        """Give the late approval of this service id, answered or not."""

    def slips_of(self, service_id: int, poi_transaction: str) -> tuple[CardSlip, ...]:
        """Give the card slips that belong to one card payment."""

    def is_code_known(self, control_code: str) -> bool:
        """Say whether a control code is on another receipt already."""

    def pending_papers(self) -> tuple[Paper, ...]:
        """Give papers that are queued, printing or unknown, oldest first."""

    def open_copies(self) -> tuple[ReceiptCopy, ...]:
        """Give copies that are wanted or numbered, oldest first."""

    def period(self) -> Period | None:
        """Give the open period, or None before the first."""

    def totals(self, period_no: int) -> dict[tuple[Section, str], tuple[int, int]]:
        """Give (count, sum_ore) by (section, name)."""

    def unfinished_tally(self) -> tuple[int, int]:
        """Give count and sum of sales that are open or being paid (sweden 2.3 t)."""

    def journal_head(self) -> tuple[int, str]:
        """Give seq and hash of the newest journal row; (0, GENESIS) when empty."""

    def z_report(self, z_no: int | None) -> str | None:
        """Give a stored Z report as canonical JSON; None = the newest."""

    def setting(self, key: str) -> str | None:
        """Give one setting of the register itself."""

    def last_receipt_no(self) -> int:
        """Give the newest receipt number, 0 when none."""
