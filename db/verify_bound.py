"""Folds the tables that the journal holds whole: catalogue, panel, settings, migrations.

Each change names old and new value, so the rows follow from the journal alone, and the journal's
own old values are held against the fold on the way. Plain JSON values and raw SQL: nothing here is
shared with the code that wrote the rows.
"""

from typing import Any, Final
from unicodedata import combining, normalize

from db.verify_rows import BadRow, Row, Snapshot, expect
from db.verify_totals import Payload

_TABLES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "migration": (("name",), ("applied_at",)),
    "setting": (("key",), ("value",)),
    "vat_rate": (("code", "valid_from"), ("rate_bp", "valid_to")),
    "department": (("name",), ("vat_code",)),
    "article": (
        ("number",),
        ("name", "department", "price_ore", "ean", "plu", "kind", "unit", "deposit_number"),
    ),
    "quick_key": (("page", "letter"), ("label", "kind", "target", "colour")),
}
"""Table: its primary key and its other columns."""
_CHANGED: Final = {
    "vat-changed": "vat_rate",
    "department-changed": "department",
    "article-changed": "article",
}
"""Kinds of rows that change one row of a table."""
BOUND_KINDS: Final = frozenset({*_CHANGED, "setting-changed", "layout-changed", "store-migrated"})
_EMPTY_IS_NULL: Final = ("ean", "plu", "deposit_number")
_FIRST_BOUND: Final = "m0003_bound_rows"


class BoundRows:
    """The rows as the journal tells them, by table and primary key."""

    def __init__(self) -> None:
        self.is_bound = False
        """From the migration on that found what stood in the tables; before it nothing is held."""
        self._rows: dict[str, dict[Row, dict[str, Any]]] = {table: {} for table in _TABLES}

    def take(self, seq: int, kind: str, note: Payload) -> None:
        """Take one change. Raises BadRow when its old value is not what the journal said before."""
        if kind == "store-migrated":
            self._change(seq, "migration", note, None, {"applied_at": note["applied_at"]})
            self.is_bound = True
        elif not self.is_bound:
            return
        elif kind == "layout-changed":
            for key in note["keys"]:
                self._change(seq, "quick_key", key, key["old"], key["new"])
        elif kind == "setting-changed":
            old = None if note["old"] is None else {"value": note["old"]}
            self._change(seq, "setting", note, old, {"value": note["new"]})
        elif kind == "article-changed":
            former = self._columns(seq, note["old"])
            self._change(seq, "article", note, former, self._columns(seq, note["new"]))
        else:
            self._change(seq, _CHANGED[kind], note, note["old"], note["new"])

    def find(self, seq: int, table: str, row: dict[str, Any]) -> bool:
        """Take a row that a migration found; False when the table is none of ours."""
        if self.is_bound:
            raise BadRow("journal", seq, "rows are found behind the migration that binds them")
        if table not in _TABLES:
            return False
        self._change(seq, table, row, None, {name: row[name] for name in _TABLES[table][1]})
        return True

    def _columns(self, seq: int, fields: Payload | None) -> dict[str, Any] | None:
        """Turn an article's fields into columns; a VAT code must be its department's."""
        if fields is None:
            return None
        columns = dict(fields)
        vat_code = columns.pop("vat_code", None)
        if vat_code is not None and "department" in columns:
            known = self._rows["department"].get((columns["department"],), {})
            expect("journal", seq, "vat_code", vat_code, known.get("vat_code"))
        for name in _EMPTY_IS_NULL:
            if columns.get(name) == "":
                columns[name] = None
        return columns

    def _change(
        self, seq: int, table: str, note: Payload, old: Payload | None, new: Payload | None
    ) -> None:
        keys, columns = _TABLES[table]
        key = tuple(note[name] for name in keys)
        rows = self._rows[table]
        held = rows.get(key)
        if old is None and held is not None:
            what = "{place} {row} is new and was there before"
            raise BadRow("journal", seq, what, place=table, row=_text(key))
        if old is not None:
            for name, value in old.items():
                expect("journal", seq, f"old {name}", value, (held or {}).get(name))
        if new is None:
            del rows[key]
            return
        rows[key] = {**(held or {}), **new}
        if set(rows[key]) != set(columns):
            raise ValueError(f"{table} {_text(key)} has fields {sorted(rows[key])}")

    def check(self, snapshot: Snapshot) -> int:
        """Hold every stored row against the fold; gives the number of rows. Raises BadRow."""
        if not self.is_bound:
            row = snapshot.one("SELECT name FROM migration WHERE name >= ?", (_FIRST_BOUND,))
            if row is not None:
                raise BadRow("migration", row[0], "row is not in the journal")
            return 0
        return sum(self._check_table(snapshot, table) for table in _TABLES)

    def _check_table(self, snapshot: Snapshot, table: str) -> int:
        keys, columns = _TABLES[table]
        wanted = self._rows[table]
        names = (*columns, "search_text") if table == "article" else columns
        stored = {
            row[: len(keys)]: row[len(keys) :]
            for row in snapshot.all(f"SELECT {', '.join((*keys, *names))} FROM {table}")
        }
        for key in sorted({*wanted, *stored}):
            if key not in stored:
                raise BadRow(table, _text(key), "row is missing")
            if key not in wanted:
                raise BadRow(table, _text(key), "row is not in the journal")
            values = dict(wanted[key])
            if table == "article":
                values["search_text"] = search_text(values["name"])
            for name, found in zip(names, stored[key], strict=True):
                expect(table, _text(key), name, found, values[name])
        return len(stored)


def search_text(name: str) -> str:
    """Say how a name is searched for: small letters, no accents but å, ä, ö, words only."""
    letters = normalize("NFC", name).casefold()
    bare = (one if one in "åäö" else normalize("NFD", one) for one in letters)
    plain = "".join(one for one in "".join(bare) if not combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def _text(key: Row) -> str:
    return "/".join(map(str, key))
