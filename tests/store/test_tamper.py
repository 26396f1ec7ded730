"""Each column of each row of each table of the schema, changed by hand, is found and named.

The attacker knows SQLite, drops the triggers and switches every check off. What he changes is one
thing at a time; the journal and the witness say what was there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from db.migrate import MIGRATIONS
from db.verify import VerifyReport
from tests.real_shop import RealShop, a_worked_shop, changed, without_triggers

TABLES = (
    "migration",
    "setting",
    "counter",
    "vat_rate",
    "department",
    "article",
    "quick_key",
    "period",
    "sale",
    "sale_line",
    "tender",
    "receipt",
    "receipt_copy",
    "card_late",
    "paper",
    "slip",
    "journal",
    "total",
    "z_report",
)
NAMED_BEFORE = {
    "sale": {"journal"},
    "receipt": {"paper", "receipt_copy"},
    "z_report": {"paper"},
}
"""Where a row is held against another one: that one may be named, because it is read first."""

Key = tuple[Any, ...]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


@pytest.fixture
def bench(worked: RealShop, tmp_path: Path) -> "Bench":
    return Bench(changed(worked, tmp_path / "shop"))


class Bench:
    """One copy of the shop, changed and changed back, many times."""

    def __init__(self, shop: RealShop) -> None:
        shop.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.shop = shop
        self._path = shop.folder / "till.db"
        self._sound = self._path.read_bytes()

    def columns(self, table: str) -> list[str]:
        """Give the columns of a table."""
        return [str(row[1]) for row in self.shop.read(f"PRAGMA table_info({table})")]

    def keys(self, table: str) -> list[str]:
        """Give the primary key of a table, in its order."""
        info = self.shop.read(f"PRAGMA table_info({table})")
        return [str(row[1]) for row in sorted(info, key=lambda row: row[5]) if row[5]]

    def rows(self, table: str) -> list[tuple[Key, dict[str, Any]]]:
        """Give primary key and values of each row."""
        columns, keys = self.columns(table), self.keys(table)
        found = [dict(zip(columns, row, strict=True)) for row in self.shop.read(
            f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(keys)}"
        )]  # fmt: skip
        return [(tuple(row[key] for key in keys), row) for row in found]

    def where(self, table: str) -> str:
        """Give the condition that finds one row by its key."""
        return " AND ".join(f"{key} = ?" for key in self.keys(table))

    def after(
        self, statement: str, parameters: Key, *, has_checks: bool = True
    ) -> VerifyReport | None:
        """Verify after one statement; None when a type, a check or a unique index refused it."""
        connection = dbapi2.connect(str(self._path), isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute(f"PRAGMA ignore_check_constraints = {int(not has_checks)}")
            with without_triggers(connection):
                connection.execute(statement, parameters)
        except dbapi2.IntegrityError:
            return None
        finally:
            connection.close()
        report = self.shop.verify()
        self._path.write_bytes(self._sound)
        return report


def named(report: VerifyReport | None) -> str:
    """Give `table key` of the first bad row; empty when all is sound."""
    assert report is not None
    return "" if report.problem is None else f"{report.problem.table} {report.problem.key}"


def other_values(bench: Bench, table: str, column: str, value: Any) -> Iterator[Any]:
    """Give other values for a column: one that another row has, a near one, and nothing."""
    used = bench.shop.read(f"SELECT DISTINCT {column} FROM {table}")
    yield from [one for (one,) in used if one not in (value, None)][:1]
    numbers = [one for (one,) in used if isinstance(one, int)]
    if numbers:
        yield 1 - (value or 0)
        yield max(numbers) + 1
    else:
        text = str(value or "")
        yield text[:-1] + ("x" if not text.endswith("x") else "y")
    if value is not None:
        yield None


def test_the_tables_of_this_page_are_all_there_are(bench: Bench) -> None:
    found = bench.shop.read("SELECT name FROM sqlite_schema WHERE type = 'table'")
    assert sorted(name for (name,) in found) == sorted(TABLES)
    for table in TABLES:
        assert bench.rows(table), f"{table} is empty, so nothing of it is tried"


def by_day(row_count: int, width: int) -> int:
    """Give n: each row is changed in each nth column, and each column in each nth row."""
    if row_count >= 2 * width:
        return width
    return 3 if row_count >= 6 else 1


@pytest.mark.parametrize("is_thorough", [False, pytest.param(True, marks=pytest.mark.night)])
@pytest.mark.parametrize("table", TABLES)
def test_every_edited_column_of_every_row_is_found(
    bench: Bench, table: str, is_thorough: bool
) -> None:
    """One other value, each row in some of its columns; at night each value of each column."""
    statement = f"UPDATE {table} SET {{}} = ? WHERE {bench.where(table)}"
    rows, width = bench.rows(table), len(bench.columns(table))
    step = 1 if is_thorough else by_day(len(rows), width)
    for at, (keys, row) in enumerate(rows):
        for number, (column, value) in enumerate(row.items()):
            if at % step != number % step:
                continue
            others = list(other_values(bench, table, column, value))
            tried = 0
            last = [one for one in others if one is not None][-1]
            for other, has_checks in [*((one, True) for one in others), (last, False)]:
                if tried and not is_thorough:
                    break
                edit = statement.format(column), (other, *keys)
                report = bench.after(*edit, has_checks=has_checks)
                if report is None:
                    continue
                tried += 1
                what = f"{table} {keys} {column}: {value} to {other}"
                assert not report.is_sound, what
                # What the schema lets pass is found in its row, not in the file as a whole.
                assert not has_checks or not named(report).startswith("file"), what
            assert tried, f"{table} {keys} {column}"


@pytest.mark.parametrize("table", TABLES)
def test_every_deleted_row_is_named(bench: Bench, table: str) -> None:
    statement = f"DELETE FROM {table} WHERE {bench.where(table)}"
    for keys, _ in bench.rows(table):
        found = named(bench.after(statement, keys))
        if table == "journal" and keys[0] == len(bench.rows("journal")):
            # The newest row leaves no gap behind it: what it told of is found instead.
            assert found
        elif found.split()[0] not in NAMED_BEFORE.get(table, ()):
            assert found == f"{table} {'/'.join(map(str, keys))}"


@pytest.mark.parametrize("table", TABLES)
def test_every_inserted_row_is_found(bench: Bench, table: str) -> None:
    keys, unique = bench.keys(table), set(bench.keys(table)[-1:])
    indexes = bench.shop.read(f"SELECT name FROM pragma_index_list('{table}') WHERE \"unique\"")
    for (index,) in indexes:
        for (column,) in bench.shop.read(f"SELECT name FROM pragma_index_info('{index}')"):
            unique |= {column} - {None}
    columns = bench.columns(table)
    marks = ", ".join("?" * len(columns))
    newest = {
        column: bench.shop.read(f"SELECT max({column}) FROM {table}")[0][0] for column in columns
    }
    tried = 0
    rows = bench.rows(table)
    for _, row in rows[:: 1 + len(rows) // 40]:
        added = dict(row)
        for column in unique - set(keys[:-1]):
            if row[column] is not None:
                top = newest[column]
                added[column] = top + 1 if isinstance(top, int) else f"{row[column]}x"
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        report = bench.after(statement, tuple(added.values()))
        if report is not None:
            tried += 1
            assert not report.is_sound, f"{table} {added}"
    assert tried


@pytest.mark.parametrize("table", TABLES)
def test_every_cut_tail_is_found(bench: Bench, table: str) -> None:
    rows = bench.rows(table)
    order = ", ".join(bench.keys(table))
    for kept in range(0, len(rows), 1 + len(rows) // 40):
        statement = (
            f"DELETE FROM {table} WHERE ({order}) NOT IN"
            f" (SELECT {order} FROM {table} ORDER BY {order} LIMIT ?)"
        )
        assert named(bench.after(statement, (kept,))), f"{table} after {kept} rows"


def test_a_note_at_the_very_end_that_moved_nothing_may_be_cut_until_it_is_witnessed(
    bench: Bench,
) -> None:
    """The one exception: no row but itself speaks of it, and the witness has not seen it yet."""
    head = bench.shop.read("SELECT max(seq) FROM journal")[0][0]
    bench.shop.append("unit-silent", '{"text":"x"}')
    bench.shop.sql(f"DELETE FROM journal WHERE seq > {head}")
    assert bench.shop.verify().is_sound
    entry = bench.shop.append("program-stopped", '{"program":"x"}')
    with bench.shop.witness.open("a", encoding="utf-8") as witness:
        witness.write(f"{entry.seq} {entry.hash} stop 0\n")
    assert bench.shop.verify().is_sound
    bench.shop.sql(f"DELETE FROM journal WHERE seq > {head}")
    assert named(bench.shop.verify()) == f"journal {head + 1}"


def test_a_migration_that_binds_the_rows_cannot_be_taken_out_of_the_journal(
    bench: Bench,
) -> None:
    bench.shop.sql("DELETE FROM journal")
    bench.shop.witness.write_text("")
    found = bench.shop.verify()
    assert not found.is_sound
    bench.shop.sql(*(f"DELETE FROM {table}" for table in TABLES if table != "migration"))
    assert named(bench.shop.verify()) == f"migration {MIGRATIONS[2]}"
