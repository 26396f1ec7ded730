"""The journal memory (journalminne): everything that happened, in order, never changed.

Each row is chained to the one before: its hash covers every field and the former hash, so an edit,
a deletion or a swap breaks the chain at a row that can be named; the newest hash also lies in a
witness file outside the database, so a cut tail shows too (sweden R40, reliability I6 and S12).
The exact bytes are documented in docs/journal.md for those who verify without our code.
"""

from hashlib import sha256
from re import sub
from typing import Final

from core.frozen import frozen

GENESIS: Final = "0" * 64
"""The hash before the first row."""

NOTE_KINDS: Final = frozenset(
    {
        "program-started",
        "program-stopped",
        "numbers-reserved",
        "rows-found",
        "store-migrated",
        "period-opened",
        "article-changed",
        "department-changed",
        "layout-changed",
        "vat-changed",
        "setting-changed",
        "slip-received",
        "answer-ignored",
        "prompt-answered",
        "abort-asked",
        "query-answered",
        "doubt-left",
        "unit-silent",
        "unit-ready",
        "signing-failed",
        "record-repeated",
        "paper-queued",
        "paper-started",
        "paper-printed",
        "paper-unknown",
        "paper-seen",
        "paper-missing",
        "copy-numbered",
        "copy-signed",
        "copy-refused",
        "card-late-approval",
        "late-reversal-requested",
        "late-reversal-refused",
        "late-reversed",
        "late-by-hand",
        "drawer-kicked",
        "x-report",
        "z-report",
        "clock-jumped",
        "restored",
        "backup-made",
        "export-made",
        "demo-fault",
        "bug",
    }
)


@frozen
class JournalEntry:
    """One row."""

    seq: int
    """1 and up without holes; order is by seq, never by clock (reliability I17)."""
    at: str
    """Local time with offset, ISO 8601."""
    kind: str
    """Event or note, in kebab-case."""
    operator: str
    payload: str
    """Canonical JSON (core/payload.py)."""
    hash: str
    """Hex SHA-256 over the former hash and all fields above."""


def chain_hash(former: str, seq: int, at: str, kind: str, operator: str, payload: str) -> str:
    """Hash one row: SHA-256 of the six fields joined by line feeds, UTF-8.

    No field can hold a line feed: texts are cleaned on the way in and JSON escapes it.
    """
    joined = "\n".join((former, str(seq), at, kind, operator, payload))
    assert joined.count("\n") == 5
    return sha256(joined.encode()).hexdigest()


def kind_of(event: object) -> str:
    """Name an event class in kebab-case: `CardRequested` becomes `card-requested`."""
    return sub(r"(?<!^)(?=[A-Z])", "-", type(event).__name__).lower()
