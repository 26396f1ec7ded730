"""Journals what stands in the tables, so that from here on every row follows from the journal.

A database of the former shape holds catalogue, panel, settings, slips and papers that its journal
tells only in part. They are taken as they are found: what somebody changed before this ran can no
longer be told, what is changed after it is named by `blipp verify`. A new database holds nothing
yet but the record of the migrations before this one.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from core.payload import canonical

_ROWS_EACH: Final = 500
"""Table rows in one journal row."""
_FOUND: Final = (
    ("migration", ("name", "applied_at"), "WHERE name < 'm0003'"),
    ("setting", ("key", "value"), ""),
    ("vat_rate", ("code", "valid_from", "rate_bp", "valid_to"), ""),
    ("department", ("name", "vat_code"), ""),
    (
        "article",
        (
            "number",
            "name",
            "department",
            "price_ore",
            "ean",
            "plu",
            "kind",
            "unit",
            "deposit_number",
        ),
        "",
    ),
    ("quick_key", ("page", "letter", "label", "kind", "target", "colour"), ""),
    ("counter", ("name", "value"), "WHERE name = 'service_id'"),
    ("period", ("period_no", "opened_at"), "WHERE closed_at IS NULL"),
    ("receipt_copy", ("receipt_no", "record"), ""),
    ("slip", ("reference", "copy", "service_id", "seen", "body"), ""),
    ("paper", ("paper_id", "kind", "reference", "opens_drawer", "body"), ""),
)
"""Table, columns, and which rows; a body is journalled as its SHA-256, called `digest`."""


def statements() -> tuple[str, ...]:
    """Give the statements in order: the tables stay as they are."""
    return ()


def notes(connection: Connection) -> Iterator[tuple[str, str]]:
    """Give kind and payload of the journal rows that bind what is found."""
    for table, columns, which in _FOUND:
        select = f"SELECT {', '.join(columns)} FROM {table} {which} ORDER BY 1, 2"
        rows = connection.exec_driver_sql(select)
        names = [name if name != "body" else "digest" for name in columns]
        while chunk := rows.fetchmany(_ROWS_EACH):
            found = [_bound(names, tuple(row)) for row in chunk]
            yield "rows-found", canonical({"table": table, "columns": names, "rows": found})


def _bound(names: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    if names[-1] != "digest":
        return row
    return (*row[:-1], sha256(str(row[-1]).encode()).hexdigest())
