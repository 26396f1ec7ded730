"""`blipp verify`: reads one unchanging state of the shop's data and names the first bad row.

The journal is walked once, from the first row to the last: its chain, its numbers, and everything
else in the database that must follow from it (sales, lines, tenders, receipts, Z reports, running
totals, papers, counters). Then its head is held against the witness file, which shows a cut tail
and an older file put in place (sweden R40, reliability S12, F45-F47). Nothing is written.

This shares no arithmetic with the till: raw SQL, plain JSON, own sums. docs/journal.md describes
the format for those who want to check without this program.
"""

from contextlib import closing
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from core.errors import StoreDamaged
from core.frozen import frozen
from db.engine import open_reader
from db.files import check_log_has_its_database
from db.read_place import readable
from db.verify_restored import Gap
from db.verify_rows import BadRow, Problem, Snapshot, expect
from db.verify_schema import JournalledSchema
from db.verify_walk import COUNTERS, JournalWalk
from db.verify_witness import check_tail, check_witness_is_there
from db.witness import WitnessLine, damaged_line, part_lines, read_witness


@frozen
class VerifyReport:
    """What verification found."""

    is_sound: bool
    rows_checked: int
    problem: Problem | None
    """The first bad row; None when all is sound."""
    gaps: tuple[Gap, ...] = ()
    """What restored backups left without rows; explained, and no problem."""


def verify_shop(data_dir: Path, witness: Path | None) -> VerifyReport:
    """Check all of `data_dir`/till.db, and its head against the witness file if one is given.

    Reads within one transaction, so a till that sells meanwhile changes nothing of what is read.
    """
    path = data_dir / "till.db"
    try:
        check_log_has_its_database(path)
    except StoreDamaged as error:
        what = "is missing or empty, and its log {log} is not"
        return VerifyReport(False, 0, Problem("file", path.name, what, error.facts))
    if not path.is_file():
        return VerifyReport(False, 0, Problem("file", path.name, "there is no such file", {}))
    try:
        lines = read_witness(witness) if witness is not None else None
        damaged = damaged_line(witness) if witness is not None else 0
    except StoreDamaged as error:
        what = "file cannot be read: {system}"
        return VerifyReport(False, 0, Problem("witness", "", what, error.facts))
    if damaged:
        what = "no till wrote this line"
        return VerifyReport(False, 0, Problem("witness", str(damaged), what, {}))
    with readable(path) as place:
        return verify_file(place, lines)


def verify_file(path: Path, witness: tuple[WitnessLine, ...] | None) -> VerifyReport:
    """Check one database file, and its head against these lines of a witness if they are given."""
    engine = open_reader(path)
    check: _Check | None = None
    try:
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("BEGIN")
            check = _Check(Snapshot(connection), witness or ())
            check.run()
            if witness is not None:
                check.check_witness()
    except BadRow as bad:
        return VerifyReport(False, check.rows_checked if check else 0, bad.problem)
    except (dbapi2.DatabaseError, UnicodeDecodeError) as error:
        # What SQLite says of a damaged name need not be text.
        problem = Problem("file", path.name, "cannot be read: {error}", {"error": str(error)})
        return VerifyReport(False, check.rows_checked if check else 0, problem)
    finally:
        engine.dispose()
    return VerifyReport(True, check.rows_checked, None, check.gaps)


def verify_journal(
    rows: Any, snapshot: Snapshot | None = None, witness: tuple[WitnessLine, ...] = ()
) -> JournalWalk:
    """Walk journal rows (seq, at, kind, operator, payload, hash). Raises BadRow.

    Without a snapshot only the journal itself is checked; gives the walk with its totals.
    """
    walk = JournalWalk(snapshot, witness)
    for row in rows:
        walk.take(*row)
    return walk


class _Check:
    """The whole check of one snapshot."""

    def __init__(self, snapshot: Snapshot, witness: tuple[WitnessLine, ...]) -> None:
        self._snapshot = snapshot
        self._witness = witness
        self._walk = JournalWalk(snapshot, witness)

    @property
    def rows_checked(self) -> int:
        """Rows held against the journal so far, journal rows included."""
        return self._walk.rows_checked

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What restored backups left without rows."""
        return tuple(self._walk.restored.gaps)

    def run(self) -> None:
        """Check everything in the database. Raises BadRow."""
        self._check_file()
        schema = JournalledSchema(self._snapshot)
        schema.check_tables()
        walk = self._walk
        rows = self._snapshot.stream(
            "SELECT seq, at, kind, operator, payload, hash FROM journal ORDER BY seq"
        )
        for row in rows:
            walk.take(*row)
        check_tail(part_lines(self._witness)[0], walk.seq)
        walk.restored.check_lost()
        for sale in walk.open_sales.values():
            walk.rows_checked += sale.check_rows(self._snapshot)
        self._check_strangers()
        if walk.drawn["period_no"]:
            walk.check_period(None)
        is_bound = walk.bound.is_bound
        walk.rows_checked += walk.bound.check(self._snapshot)
        walk.rows_checked += walk.slips.check(self._snapshot, is_bound=is_bound)
        newest_paper = walk.papers.check(self._snapshot, is_bound=is_bound)
        walk.drawn["paper_id"] = newest_paper
        walk.rows_checked += newest_paper
        walk.rows_checked += walk.copies.check(self._snapshot)
        walk.rows_checked += walk.lates.check(self._snapshot)
        self._check_codes()
        self._check_counters()
        walk.rows_checked += walk.totals.check_totals(self._snapshot)
        walk.rows_checked += schema.check_rest()

    def check_witness(self) -> None:
        """Find a witness file that was taken away. Raises BadRow."""
        check_witness_is_there(self._witness, self._walk.receipt_count)

    def _check_file(self) -> None:
        for row in self._snapshot.all("PRAGMA integrity_check(1)"):
            if row[0] != "ok":
                raise BadRow("file", "till.db", "SQLite says: {words}", words=row[0])

    def _check_strangers(self) -> None:
        """Find rows whose number the journal never gave."""
        drawn = self._walk.drawn
        for table, column, newest in (
            ("sale", "sale_id", drawn["sale_id"]),
            ("sale_line", "sale_id", drawn["sale_id"]),
            ("tender", "sale_id", drawn["sale_id"]),
            ("receipt", "receipt_no", self._walk.receipt_count),
            ("z_report", "z_no", drawn["z_no"]),
            ("period", "period_no", drawn["period_no"]),
        ):
            row = self._snapshot.one(
                f"SELECT {column} FROM {table} WHERE {column} NOT BETWEEN 1 AND ?"
                f" ORDER BY {column} LIMIT 1",
                (newest,),
            )
            if row is not None:
                raise BadRow(table, row[0], "row is not in the journal")

    def _check_codes(self) -> None:
        """Find a control code that stands on two receipts (reliability I3)."""
        row = self._snapshot.one(
            "SELECT max(receipt_no) FROM receipt GROUP BY control_code HAVING count(*) > 1"
        )
        if row is not None:
            raise BadRow("receipt", row[0], "control code stands on another receipt")

    def _check_counters(self) -> None:
        """Hold the number series against the newest numbers in use."""
        drawn = self._walk.drawn
        stored: dict[str, int] = dict(self._snapshot.all("SELECT name, value FROM counter"))
        for name in COUNTERS:
            expect("counter", name, "value", stored.get(name, 0), drawn[name])
        newest, service_id = drawn["service_id"], stored.get("service_id", 0)
        if self._walk.bound.is_bound:
            expect("counter", "service_id", "value", service_id, newest)
        elif service_id < newest:
            what = "value is below {newest}, in use"
            raise BadRow("counter", "service_id", what, newest=newest)
        for name in sorted(set(stored) - {*COUNTERS, "service_id"}):
            raise BadRow("counter", name, "row is not in the journal")
