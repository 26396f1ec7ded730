"""One transaction: BEGIN IMMEDIATE, one explicit commit, else everything is taken back.

Only the till thread writes, through here. Statements are constants, so that the driver's statement
cache serves them; each row is checked by the schema again (house.md 6).
"""

from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from core.card import CardSlip
from core.checkout import PaperState
from core.errors import StoreBusy, StoreError
from core.events import ReceiptSigned
from core.journal import JournalEntry
from core.late_approval import LateApproval
from core.payload import canonical
from core.receipt_copy import ReceiptCopy
from core.reports import DayReport
from core.sale import Line, Sale
from core.store_ports import Paper, Period
from core.tender import Tender
from core.totals import GRAND, Change
from db.journal_rows import append_rows
from db.patience import Patience

GRAND_PERIOD: Final = 0
"""Running totals that are never reset live in this period."""

_INSERT_LINE: Final = """INSERT INTO sale_line (sale_id, seq, number, name, department,
  quantity_milli, unit, unit_price_ore, amount_ore, rate_bp, is_service, corrects, follows)
  VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"""
_PUT_TENDER: Final = """INSERT INTO tender (sale_id, no, kind, state, amount_ore, tip_ore,
  authorized_ore, service_id, body) VALUES (?,?,?,?,?,?,?,?,?)
  ON CONFLICT (sale_id, no) DO UPDATE SET state = excluded.state,
  amount_ore = excluded.amount_ore, tip_ore = excluded.tip_ore,
  authorized_ore = excluded.authorized_ore, body = excluded.body"""
_ADD_TOTAL: Final = """INSERT INTO total (period_no, section, name, count, sum_ore)
  VALUES (?,?,?,?,?) ON CONFLICT (period_no, section, name)
  DO UPDATE SET count = count + excluded.count, sum_ore = sum_ore + excluded.sum_ore"""
_PUT_COPY: Final = """INSERT INTO receipt_copy (receipt_no, state, copy_no, serial, control_code,
  unit_id, record, original) VALUES (?,?,?,?,?,?,?,?)
  ON CONFLICT (receipt_no) DO UPDATE SET state = excluded.state, copy_no = excluded.copy_no,
  serial = excluded.serial, control_code = excluded.control_code, unit_id = excluded.unit_id,
  record = excluded.record WHERE state IN ('wanted', 'numbered')"""
_NEXT_NUMBER: Final = """INSERT INTO counter (name, value) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value"""


class SqliteUnitOfWork:
    """Implements core.store_ports.UnitOfWork on the writer connection."""

    def __init__(self, engine: Engine, patience: Patience | None = None) -> None:
        self._engine = engine
        self._patience = patience or Patience()
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Begin; waits for another program's lock. Raises StoreBusy (nothing begun), StoreError."""
        began_s = monotonic()
        while True:
            try:
                self._connection = begun(self._engine)
            except StoreBusy:
                if not self._patience.may_wait(monotonic() - began_s):
                    raise
            else:
                return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if isinstance(error, DBAPIError):
            raise StoreError(reason=str(error.orig)) from error

    @property
    def connection(self) -> Connection:
        """The open connection, for the repositories of `db`."""
        assert self._connection is not None, "no unit of work is open"
        return self._connection

    def commit(self) -> None:
        """Make everything durable (fsync). Raises StoreError; nothing is assumed then."""
        try:
            self.connection.commit()
        except DBAPIError as error:
            raise StoreError(reason=str(error.orig)) from error
        self._patience.committed()

    def next_number(self, name: str) -> int:
        """Draw the next number of a series, 1 and up, without holes (sweden R12 d)."""
        return self.reserve_numbers(name, 1)

    def reserve_numbers(self, name: str, count: int) -> int:
        """Draw `count` numbers and give the first of them."""
        row = self.connection.exec_driver_sql(_NEXT_NUMBER, (name, count)).one()
        return int(row[0]) - count + 1

    def append_journal(self, at: datetime, kind: str, operator: str, payload: str) -> JournalEntry:
        """Append one row to the chain."""
        return self.append_all(at, operator, ((kind, payload),))[0]

    def append_all(
        self, at: datetime, operator: str, notes: Iterable[tuple[str, str]]
    ) -> tuple[JournalEntry, ...]:
        """Append many rows, (kind, payload), of one moment to the chain."""
        stamp = at.isoformat(timespec="milliseconds")
        return append_rows(self.connection, stamp, operator, notes)

    def put_sale(self, before: Sale | None, after: Sale) -> None:
        """Store what changed: head, appended lines, moved tenders."""
        if before is None:
            self.connection.exec_driver_sql(
                "INSERT INTO sale (sale_id, state, operator, opened_at, total_ore)"
                " VALUES (?,?,?,?,?)",
                (
                    after.sale_id,
                    str(after.state),
                    after.operator,
                    after.opened_at.isoformat(timespec="milliseconds"),
                    after.total_ore,
                ),
            )
        elif _is_moved(before, after):
            self.connection.exec_driver_sql(
                "UPDATE sale SET state=?, total_ore=?, receipt_no=?, serial=? WHERE sale_id=?",
                (
                    str(after.state),
                    after.total_ore,
                    after.receipt_no or None,
                    after.serial or None,
                    after.sale_id,
                ),
            )
        elif after.total_ore != before.total_ore:
            # Naming a column writes its index; a line changes none, and half the pages stay clean.
            self.connection.exec_driver_sql(
                "UPDATE sale SET total_ore=? WHERE sale_id=?", (after.total_ore, after.sale_id)
            )
        for line in after.lines[len(before.lines) if before else 0 :]:
            self.connection.exec_driver_sql(_INSERT_LINE, line_row(after.sale_id, line))
        former = before.tenders if before else ()
        for index, tender in enumerate(after.tenders):
            if index >= len(former) or former[index] != tender:
                self.connection.exec_driver_sql(_PUT_TENDER, _tender_row(after.sale_id, tender))

    def put_record(self, sale_id: int, record: str) -> None:
        """Freeze what the control unit is told about a sale."""
        self.connection.exec_driver_sql(
            "UPDATE sale SET control_record=? WHERE sale_id=?", (record, sale_id)
        )

    def put_receipt(self, event: ReceiptSigned, period_no: int) -> None:
        """Store the signed receipt; its number and its code are unique for ever."""
        receipt = event.receipt
        self.connection.exec_driver_sql(
            "INSERT INTO receipt (receipt_no, sale_id, period_no, at, serial, control_code,"
            " unit_id, total_ore, body) VALUES (?,?,?,?,?,?,?,?,?)",
            (
                receipt.receipt_no,
                event.sale_id,
                period_no,
                receipt.at.isoformat(),
                event.serial,
                receipt.control_code,
                receipt.control_unit_id,
                receipt.total_ore,
                canonical(receipt),
            ),
        )

    def add_totals(self, period_no: int, changes: Iterable[Change]) -> None:
        """Add to the running totals of the period, and to the grand totals."""
        rows = [
            (
                GRAND_PERIOD if change.section in GRAND else period_no,
                str(change.section),
                change.name,
                change.count,
                change.sum_ore,
            )
            for change in changes
        ]
        if rows:
            self.connection.exec_driver_sql(_ADD_TOTAL, rows)

    def put_paper(self, paper: Paper) -> None:
        """Store a new paper job."""
        self.connection.exec_driver_sql(
            "INSERT INTO paper (paper_id, kind, reference, state, opens_drawer, body)"
            " VALUES (?,?,?,?,?,?)",
            (
                paper.paper_id,
                paper.kind,
                paper.reference,
                str(paper.state),
                int(paper.opens_drawer),
                paper.body,
            ),
        )

    def set_paper_state(self, paper_id: int, state: PaperState) -> None:
        """Move a paper job."""
        self.connection.exec_driver_sql(
            "UPDATE paper SET state=? WHERE paper_id=?", (str(state), paper_id)
        )

    def put_copy(self, copy: ReceiptCopy) -> None:
        """Store a receipt's copy, or its next state; there is one per receipt at most."""
        self.connection.exec_driver_sql(
            _PUT_COPY,
            (
                copy.receipt_no,
                str(copy.state),
                copy.copy_no or None,
                copy.serial or None,
                copy.control_code,
                copy.unit_id,
                copy.record,
                copy.original,
            ),
        )

    def put_late_approval(self, late: LateApproval) -> None:
        """Store a late card approval, or its next state; there is one per service id at most."""
        self.connection.exec_driver_sql(
            "INSERT INTO card_late (service_id, state, body) VALUES (?,?,?)"
            " ON CONFLICT (service_id) DO UPDATE SET state = excluded.state, body = excluded.body"
            " WHERE state IN ('open', 'reversing')",
            (late.service_id, str(late.state), canonical(late)),
        )

    def put_slip(self, slip: CardSlip) -> bool:
        """Store a card slip; the same copy again is counted, not kept twice (protocols 5.4)."""
        row = self.connection.exec_driver_sql(
            "INSERT INTO slip (reference, copy, service_id, seen, body) VALUES (?,?,?,1,?)"
            " ON CONFLICT (reference, copy) DO UPDATE SET seen = seen + 1 RETURNING seen",
            (slip.reference, str(slip.copy), slip.service_id, canonical(slip)),
        ).one()
        return int(row[0]) == 1

    def open_period(self, at: datetime, opening_float_ore: int) -> Period:
        """Open the next period with its change float (sweden R34)."""
        number = self.next_number("period_no")
        self.connection.exec_driver_sql(
            "INSERT INTO period (period_no, opened_at, opening_float_ore) VALUES (?,?,?)",
            (number, at.isoformat(), opening_float_ore),
        )
        return Period(number, at, opening_float_ore)

    def close_period(self, period: Period, report: DayReport) -> None:
        """Store the Z report and close its period."""
        self.connection.exec_driver_sql(
            "INSERT INTO z_report (z_no, period_no, at, body) VALUES (?,?,?,?)",
            (report.number, period.no, report.at.isoformat(), canonical(report)),
        )
        self.connection.exec_driver_sql(
            "UPDATE period SET closed_at=? WHERE period_no=?", (report.at.isoformat(), period.no)
        )

    def put_setting(self, at: datetime, operator: str, key: str, value: str) -> None:
        """Store one setting of the register itself, with its journal row."""
        row = self.connection.exec_driver_sql("SELECT value FROM setting WHERE key=?", (key,))
        former = row.scalar()
        if former == value:
            return
        self.connection.exec_driver_sql(
            "INSERT INTO setting (key, value) VALUES (?,?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )
        note = {"key": key, "old": former, "new": value}
        self.append_journal(at, "setting-changed", operator, canonical(note))


def begun(engine: Engine) -> Connection:
    """Give a connection that holds the write lock. Raises StoreBusy, StoreError."""
    connection = engine.connect()
    try:
        connection.begin()
    except DBAPIError as error:
        connection.close()
        raise StoreError(reason=str(error.orig)) from error
    except StoreError:
        connection.close()
        raise
    return connection


def _is_moved(before: Sale, after: Sale) -> bool:
    """Say whether more than the total of a sale's head differs."""
    return (before.state, before.receipt_no, before.serial) != (
        after.state,
        after.receipt_no,
        after.serial,
    )


def line_row(sale_id: int, line: Line) -> tuple[int | str, ...]:
    """Give the columns of one line, in the order of the table."""
    return (
        sale_id,
        line.seq,
        line.number,
        line.name,
        line.department,
        line.quantity_milli,
        line.unit,
        line.unit_price_ore,
        line.amount_ore,
        line.rate_bp,
        int(line.is_service),
        line.corrects,
        line.follows,
    )


def _tender_row(sale_id: int, tender: Tender) -> tuple[int | str, ...]:
    return (
        sale_id,
        tender.no,
        str(tender.kind),
        str(tender.state),
        tender.amount_ore,
        tender.tip_ore,
        tender.authorized_ore,
        tender.service_id,
        canonical(tender),
    )
