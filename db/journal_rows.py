"""Appends rows to the journal's chain, one or many, within the transaction of the caller."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from core.journal import GENESIS, JournalEntry, chain_hash

_HEAD: Final = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
_INSERT: Final = "INSERT INTO journal (seq, at, kind, operator, payload, hash) VALUES (?,?,?,?,?,?)"


def append_rows(
    connection: Connection, stamp: str, operator: str, notes: Iterable[tuple[str, str]]
) -> tuple[JournalEntry, ...]:
    """Chain (kind, payload) pairs behind the newest row; durable with the caller's commit.

    `stamp` is local time with offset in ISO 8601. The head is read once and the rows are written
    in one go, so that an import of ten thousand articles stays fast.
    """
    head = connection.exec_driver_sql(_HEAD).first()
    seq, former = (int(head[0]), str(head[1])) if head else (0, GENESIS)
    entries = []
    for kind, payload in notes:
        seq += 1
        former = chain_hash(former, seq, stamp, kind, operator, payload)
        entries.append(JournalEntry(seq, stamp, kind, operator, payload, former))
    rows = [(one.seq, one.at, one.kind, one.operator, one.payload, one.hash) for one in entries]
    if rows:
        connection.exec_driver_sql(_INSERT, rows if len(rows) > 1 else rows[0])
    return tuple(entries)
