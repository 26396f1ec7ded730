"""The store as the till thread sees it: reads on the writer connection, one unit of work at a time.

Opens the file, asserts its modes, migrates, checks its integrity and its head against the witness;
what cannot be trusted refuses to open (reliability F45-F47).
"""

import os
from collections.abc import Sequence
from datetime import date, datetime
from json import loads
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Engine

from core.card import CardSlip
from core.catalog import Article, Department, QuickKey
from core.checkout import PaperState
from core.errors import StoreDamaged
from core.journal import GENESIS, chain_hash
from core.late_approval import LateApproval
from core.payload import restore
from core.receipt_copy import CopyState, ReceiptCopy
from core.sale import Line, Sale
from core.store_ports import Paper, Period
from core.tender import Tender
from core.totals import Section
from core.vat import VatRate, rate_on
from db.catalog import CatalogueStore
from db.engine import READS, READS_ONCE, commits_of_others, open_writer
from db.faults import system_error
from db.files import check_log_has_its_database
from db.migrate import migrate
from db.patience import Patience
from db.period_check import check_before_z
from db.start_checks import check_start
from db.unit_of_work import SqliteUnitOfWork
from db.witness import check_witness

# What a former shop had set is in the journal as it was found (migration m0003).
_OF_SETTINGS: Final = """SELECT coalesce(former.hash, ?), own.seq, own.at, own.kind, own.operator,
  own.payload, own.hash FROM journal AS own LEFT JOIN journal AS former ON former.seq = own.seq - 1
  WHERE own.kind = 'setting-changed' OR (own.kind = 'rows-found'
  AND json_extract(own.payload, '$.table') = 'setting') ORDER BY own.seq"""
FOUND_MAX: Final = 5_000
"""Articles kept in memory; more are asked for anew."""

RAISED: Final = ("receipt_no", "z_no", "serial", "copy_no", "sale_id", "service_id")
"""Series whose numbers somebody outside has seen."""
_KNOWN_CODE: Final = """SELECT 1 FROM receipt WHERE control_code=? UNION ALL
  SELECT 1 FROM receipt_copy WHERE state='signed' AND control_code=? LIMIT 1"""
_SALE_COLUMNS: Final = "sale_id, state, operator, opened_at, total_ore, receipt_no, serial"


class SqliteStore:
    """Implements core.store_ports.Store."""

    def __init__(self, path: Path, at: datetime) -> None:
        """Open the file, creating it with mode 0600. Raises StoreError and its kin."""
        check_log_has_its_database(path)
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise system_error(error, path.name) from error
        self.path = path
        self.patience = Patience()
        self._engine: Engine = open_writer(path)
        self._reads = self._engine.execution_options(**READS)
        self._reads_once = self._engine.execution_options(**READS_ONCE)
        self.applied = migrate(self._begin, at.isoformat(timespec="milliseconds"))
        check_start(self._reads)
        self._commits_of_others = commits_of_others(self._engine)
        self._catalogue = CatalogueStore()
        self._looked_at = self._commits_of_others()
        """Commits of others when an import was looked for last."""
        self._found: dict[str, Article] = {}
        """Articles that were asked for, by code; true as long as nobody else commits."""
        self._found_at = self._looked_at
        self._vat_rates: tuple[VatRate, ...] = ()
        self._departments: MappingProxyType[str, Department] = MappingProxyType({})
        self.reload_catalogue()

    def _begin(self) -> Connection:
        return SqliteUnitOfWork(self._engine, self.patience).__enter__().connection

    def _read(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Read rows of one statement outside a unit of work, without its lock."""
        with self._reads_once.connect() as connection:
            rows = connection.exec_driver_sql(statement, parameters).all()
            return [tuple(row) for row in rows]

    def reload_catalogue(self) -> None:
        """Read the catalogue again after an import, or after changing it through this store."""
        self._found.clear()
        with self._reads.connect() as connection:
            self._catalogue.is_changed(connection)
            self._vat_rates = tuple(self._catalogue.vat_rates(connection))
            departments = self._catalogue.departments(connection)
        self._departments = MappingProxyType({one.name: one for one in departments})

    def take_up_import(self) -> tuple[QuickKey, ...] | None:
        """Take up what somebody imported beside the till; gives the panel, None when nothing was.

        An import may come at any time (contract.md 2): asked before each command.
        """
        commits = self._commits_of_others()
        if commits == self._looked_at:
            return None
        self._looked_at = commits
        with self._reads.connect() as connection:
            if not self._catalogue.is_changed(connection):
                return None
        self.reload_catalogue()
        return self.quick_keys()

    @property
    def departments(self) -> tuple[Department, ...]:
        """All departments."""
        return tuple(self._departments.values())

    def quick_keys(self) -> tuple[QuickKey, ...]:
        """The panel as the shop laid it out."""
        with self._reads.connect() as connection:
            return tuple(self._catalogue.quick_keys(connection))

    def articles(self) -> tuple[Article, ...]:
        """All articles, for the search index."""
        with self._reads.connect() as connection:
            return tuple(self._catalogue.articles(connection))

    def unit_of_work(self) -> SqliteUnitOfWork:
        """Begin a unit of work."""
        return SqliteUnitOfWork(self._engine, self.patience)

    def find_article(self, code: str) -> Article | None:
        """Find by EAN, then PLU, then article number, as it stands in the file at this moment."""
        commits = self._commits_of_others()
        if commits != self._found_at or len(self._found) >= FOUND_MAX:
            self._found.clear()
            self._found_at = commits
        article = self._found.get(code)
        if article is None:
            with self._reads.connect() as connection:
                article = self._catalogue.find(connection, code)
            if article is not None:
                self._found[code] = article
        return article

    def department(self, name: str) -> Department | None:
        """Find a department by its name; one that was imported this moment is read now."""
        if name not in self._departments:
            self.reload_catalogue()
        return self._departments.get(name)

    def vat_rate(self, vat_code: str, day: date) -> int:
        """Give a rate in basis points. Raises VatRateMissing."""
        return rate_on(self._vat_rates, vat_code, day)

    def unfinished_sale(self) -> Sale | None:
        """Give the sale that is neither closed nor voided, with its lines and tenders."""
        rows = self._read(
            f"SELECT {_SALE_COLUMNS} FROM sale"
            " WHERE state NOT IN ('closed', 'voided') ORDER BY sale_id DESC LIMIT 2"
        )
        if len(rows) > 1:
            raise StoreDamaged(reason="two unfinished sales", sales=[row[0] for row in rows])
        return self._sale(rows[0]) if rows else None

    def sale_of_service(self, service_id: int) -> Sale | None:
        """Give the sale that holds the card tender of this service id, whatever its state."""
        rows = self._read(
            f"SELECT {_SALE_COLUMNS} FROM sale WHERE sale_id ="
            " (SELECT sale_id FROM tender WHERE service_id = ? AND service_id > 0)",
            (service_id,),
        )
        return self._sale(rows[0]) if rows else None

    def _sale(self, row: tuple[Any, ...]) -> Sale:
        """Read the lines and tenders of a sale's row. Raises StoreDamaged."""
        sale_id, state, operator, opened_at, total_ore, receipt_no, serial = row
        lines = tuple(
            _line(row)
            for row in self._read(
                "SELECT seq, number, name, department, quantity_milli, unit, unit_price_ore,"
                " amount_ore, rate_bp, is_service, corrects, follows FROM sale_line"
                " WHERE sale_id=? ORDER BY seq",
                (sale_id,),
            )
        )
        tenders = tuple(
            restore(Tender, str(row[0]))
            for row in self._read("SELECT body FROM tender WHERE sale_id=? ORDER BY no", (sale_id,))
        )
        if sum(line.amount_ore for line in lines) != total_ore:
            raise StoreDamaged(reason="sale total differs from its lines", sale_id=sale_id)
        return Sale(
            sale_id=int(sale_id),
            state=str(state),
            operator=str(operator),
            opened_at=datetime.fromisoformat(str(opened_at)),
            lines=lines,
            tenders=tenders,
            receipt_no=int(receipt_no or 0),
            serial=int(serial or 0),
            total_ore=int(total_ore),
        )

    def control_record(self, sale_id: int) -> str:
        """Give the frozen control record of a sale in `signing`."""
        return str(self._read("SELECT control_record FROM sale WHERE sale_id=?", (sale_id,))[0][0])

    def last_charged_service(self) -> int:
        """Give the newest service id under which a card was drawn; 0 when none."""
        rows = self._read(
            "SELECT max((SELECT coalesce(max(service_id), 0) FROM card_late),"
            " coalesce((SELECT service_id FROM tender WHERE service_id > 0 AND authorized_ore > 0"
            " ORDER BY service_id DESC LIMIT 1), 0))"
        )
        return int(rows[0][0])

    def last_asked_service(self) -> int:
        """Give the newest service id under which a card was asked for; 0 when none."""
        rows = self._read("SELECT coalesce(max(service_id), 0) FROM tender WHERE service_id > 0")
        return int(rows[0][0])

    def open_late_approvals(self) -> tuple[LateApproval, ...]:
        """Give late approvals that no manager has answered for, oldest first."""
        rows = self._read(
            "SELECT body FROM card_late WHERE state IN ('open', 'reversing') ORDER BY service_id"
        )
        return tuple(restore(LateApproval, str(row[0])) for row in rows)

    def late_approval(self, service_id: int) -> LateApproval | None:
        """Give the late approval of this service id, answered or not."""
        rows = self._read("SELECT body FROM card_late WHERE service_id=?", (service_id,))
        return restore(LateApproval, str(rows[0][0])) if rows else None

    def slips_of(self, service_id: int, poi_transaction: str) -> tuple[CardSlip, ...]:
        """Give the card slips of one card payment, customer copy first."""
        rows = self._read(
            "SELECT body FROM slip WHERE service_id=? OR (reference=? AND reference<>'')"
            " ORDER BY copy, reference",
            (service_id, poi_transaction),
        )
        return tuple(restore(CardSlip, str(row[0])) for row in rows)

    def is_code_known(self, control_code: str) -> bool:
        """Say whether a control code is on a receipt or a copy already (reliability F33)."""
        known = self._read(_KNOWN_CODE, (control_code, control_code))
        return bool(known)

    def pending_papers(self) -> tuple[Paper, ...]:
        """Give papers that are queued, printing or unknown, oldest first, at most 100."""
        rows = self._read(
            "SELECT paper_id, kind, reference, state, body, opens_drawer FROM paper"
            " WHERE state IN ('queued', 'printing', 'unknown') ORDER BY paper_id LIMIT 100"
        )
        return tuple(
            Paper(
                int(row[0]),
                str(row[1]),
                int(row[2]),
                PaperState(str(row[3])),
                str(row[4]),
                bool(row[5]),
            )
            for row in rows
        )

    def open_copies(self) -> tuple[ReceiptCopy, ...]:
        """Give copies that are wanted or numbered, oldest first."""
        rows = self._read(
            "SELECT receipt_no, original, state, coalesce(copy_no, 0), coalesce(serial, 0), record,"
            " control_code, unit_id FROM receipt_copy WHERE state IN ('wanted', 'numbered')"
            " ORDER BY receipt_no"
        )
        return tuple(
            ReceiptCopy(
                int(row[0]),
                str(row[1]),
                CopyState(str(row[2])),
                int(row[3]),
                int(row[4]),
                str(row[5]),
                str(row[6]),
                str(row[7]),
            )
            for row in rows
        )

    def period(self) -> Period | None:
        """Give the open period, or None before the first."""
        rows = self._read(
            "SELECT period_no, opened_at, opening_float_ore FROM period WHERE closed_at IS NULL"
        )
        if not rows:
            return None
        number, opened_at, float_ore = rows[0]
        return Period(int(number), datetime.fromisoformat(str(opened_at)), int(float_ore))

    def totals(self, period_no: int) -> dict[tuple[Section, str], tuple[int, int]]:
        """Give (count, sum_ore) by (section, name); period 0 holds the grand totals."""
        rows = self._read(
            "SELECT section, name, count, sum_ore FROM total WHERE period_no=?", (period_no,)
        )
        return {(Section(str(row[0])), str(row[1])): (int(row[2]), int(row[3])) for row in rows}

    def unfinished_tally(self) -> tuple[int, int]:
        """Give count and sum of sales that are open or being paid (sweden 2.3 t)."""
        count, sum_ore = self._read(
            "SELECT count(*), coalesce(sum(total_ore), 0) FROM sale"
            " WHERE state NOT IN ('closed', 'voided')"
        )[0]
        return int(count), int(sum_ore)

    def journal_head(self) -> tuple[int, str]:
        """Give seq and hash of the newest journal row."""
        rows = self._read("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
        return (int(rows[0][0]), str(rows[0][1])) if rows else (0, GENESIS)

    def journal_at(self) -> str:
        """Give the time of the newest journal row; empty without one."""
        rows = self._read("SELECT at FROM journal ORDER BY seq DESC LIMIT 1")
        return str(rows[0][0]) if rows else ""

    def check_witness(self, path: Path) -> None:
        """Refuse to go on without the witness, or behind it. Raises StoreDamaged."""
        with self._reads.connect() as connection:
            check_witness(connection, path)

    def z_report(self, z_no: int | None) -> str | None:
        """Give a stored Z report as canonical JSON; None = the newest."""
        rows = (
            self._read("SELECT body FROM z_report ORDER BY z_no DESC LIMIT 1")
            if z_no is None
            else self._read("SELECT body FROM z_report WHERE z_no=?", (z_no,))
        )
        return str(rows[0][0]) if rows else None

    def last_unit_id(self) -> str:
        """Name the control unit that signed the newest receipt; empty without one."""
        rows = self._read("SELECT unit_id FROM receipt ORDER BY receipt_no DESC LIMIT 1")
        return str(rows[0][0]) if rows else ""

    def setting(self, key: str) -> str | None:
        """Give one setting of the register itself."""
        rows = self._read("SELECT value FROM setting WHERE key=?", (key,))
        return str(rows[0][0]) if rows else None

    def journalled_settings(self, keys: Sequence[str]) -> dict[str, str]:
        """Give what the journal's first rows about these settings say.

        Reads no further than those rows. Raises StoreDamaged when one does not fit its hash.
        """
        told: dict[str, str] = {}
        with self._reads.connect() as connection:
            for former, *fields, stored in connection.exec_driver_sql(_OF_SETTINGS, (GENESIS,)):
                if chain_hash(former, *fields) != stored:
                    raise StoreDamaged(reason="binding-changed", seq=fields[0])
                note = loads(fields[-1])
                named = note["rows"] if "rows" in note else [(note["key"], note["new"])]
                for key, value in named:
                    if key in keys:
                        told.setdefault(key, value)
                if len(told) == len(keys):
                    break
        return told

    def last_receipt_no(self) -> int:
        """Give the newest receipt number, 0 when none."""
        return int(str(self._read("SELECT coalesce(max(receipt_no), 0) FROM receipt")[0][0]))

    def numbers(self) -> dict[str, int]:
        """Give the newest number of each series that a restored backup raises."""
        found = {str(name): int(value) for name, value in self._read("SELECT * FROM counter")}
        return {name: found.get(name, 0) for name in RAISED}

    def check_before_z(self) -> None:
        """Hold the open period's money against its receipts. Raises StoreDamaged."""
        period = self.period()
        if period is not None:
            check_before_z(self._reads, period.no)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._engine.dispose()


def _line(row: tuple[Any, ...]) -> Line:
    """Make a line of its row; the flag is an integer in the table."""
    columns = list(row)
    columns[9] = bool(columns[9])
    return Line(*columns)
