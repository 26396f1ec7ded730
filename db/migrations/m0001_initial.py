"""The first schema. Never edited after release: a change is a new migration.

STRICT tables refuse a float in an öre column; CHECKs say what the domain says; triggers keep the
journal, lines, receipts and Z reports append-only (sweden R40, house.md 6).
"""

from typing import Final

_APPEND_ONLY: Final = ("journal", "sale_line", "receipt", "z_report")

_TABLES: Final = (
    """CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL CHECK (value >= 0))
       STRICT, WITHOUT ROWID""",
    """CREATE TABLE vat_rate (
         code TEXT NOT NULL, rate_bp INTEGER NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
         valid_from TEXT NOT NULL, valid_to TEXT NOT NULL,
         PRIMARY KEY (code, valid_from)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE department (name TEXT PRIMARY KEY, vat_code TEXT NOT NULL)
       STRICT, WITHOUT ROWID""",
    """CREATE TABLE article (
         number TEXT PRIMARY KEY, ean TEXT UNIQUE, plu TEXT UNIQUE, name TEXT NOT NULL,
         price_ore INTEGER, department TEXT NOT NULL REFERENCES department(name),
         kind TEXT NOT NULL CHECK (kind IN ('goods', 'service')),
         unit TEXT NOT NULL CHECK (unit IN ('st', 'kg', 'l', 'm', 'h')),
         deposit_number TEXT REFERENCES article(number) DEFERRABLE INITIALLY DEFERRED,
         search_text TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE quick_key (
         page INTEGER NOT NULL CHECK (page > 0), letter TEXT NOT NULL, label TEXT NOT NULL,
         kind TEXT NOT NULL, target TEXT NOT NULL, colour TEXT NOT NULL,
         PRIMARY KEY (page, letter)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE period (
         period_no INTEGER PRIMARY KEY CHECK (period_no > 0), opened_at TEXT NOT NULL,
         opening_float_ore INTEGER NOT NULL, closed_at TEXT) STRICT""",
    """CREATE UNIQUE INDEX one_open_period ON period ((closed_at IS NULL))
       WHERE closed_at IS NULL""",
    """CREATE TABLE sale (
         sale_id INTEGER PRIMARY KEY CHECK (sale_id > 0),
         state TEXT NOT NULL CHECK (state IN ('open', 'tendering', 'authorizing', 'in_doubt',
           'held', 'reversing', 'paid', 'signing', 'closed', 'voided')),
         operator TEXT NOT NULL, opened_at TEXT NOT NULL, total_ore INTEGER NOT NULL,
         receipt_no INTEGER UNIQUE, serial INTEGER UNIQUE, control_record TEXT,
         CHECK (state NOT IN ('signing', 'closed') OR
           (receipt_no IS NOT NULL AND serial IS NOT NULL AND control_record IS NOT NULL))
       ) STRICT""",
    """CREATE INDEX sale_unfinished ON sale (state) WHERE state NOT IN ('closed', 'voided')""",
    """CREATE TABLE sale_line (
         sale_id INTEGER NOT NULL REFERENCES sale(sale_id), seq INTEGER NOT NULL,
         number TEXT NOT NULL, name TEXT NOT NULL, department TEXT NOT NULL,
         quantity_milli INTEGER NOT NULL CHECK (quantity_milli <> 0), unit TEXT NOT NULL,
         unit_price_ore INTEGER NOT NULL, amount_ore INTEGER NOT NULL,
         rate_bp INTEGER NOT NULL CHECK (rate_bp >= 0),
         is_service INTEGER NOT NULL CHECK (is_service IN (0, 1)),
         corrects INTEGER NOT NULL, follows INTEGER NOT NULL,
         PRIMARY KEY (sale_id, seq)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tender (
         sale_id INTEGER NOT NULL REFERENCES sale(sale_id), no INTEGER NOT NULL,
         kind TEXT NOT NULL CHECK (kind IN ('cash', 'card')),
         state TEXT NOT NULL CHECK (state IN ('requested', 'held', 'reversing', 'settled',
           'declined', 'aborted', 'never-charged', 'reversed')),
         amount_ore INTEGER NOT NULL, tip_ore INTEGER NOT NULL CHECK (tip_ore >= 0),
         authorized_ore INTEGER NOT NULL, service_id INTEGER NOT NULL, body TEXT NOT NULL,
         PRIMARY KEY (sale_id, no),
         CHECK (kind = 'cash' OR state <> 'settled' OR authorized_ore = amount_ore + tip_ore)
       ) STRICT, WITHOUT ROWID""",
    """CREATE UNIQUE INDEX tender_service ON tender (service_id) WHERE service_id > 0""",
    """CREATE TABLE receipt (
         receipt_no INTEGER PRIMARY KEY CHECK (receipt_no > 0),
         sale_id INTEGER NOT NULL UNIQUE REFERENCES sale(sale_id),
         period_no INTEGER NOT NULL REFERENCES period(period_no), at TEXT NOT NULL,
         serial INTEGER NOT NULL UNIQUE, control_code TEXT NOT NULL UNIQUE,
         unit_id TEXT NOT NULL, total_ore INTEGER NOT NULL, body TEXT NOT NULL) STRICT""",
    """CREATE TABLE paper (
         paper_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, reference INTEGER NOT NULL,
         state TEXT NOT NULL CHECK (state IN ('queued', 'printing', 'printed', 'unknown',
           'copied')),
         opens_drawer INTEGER NOT NULL CHECK (opens_drawer IN (0, 1)), body TEXT NOT NULL
       ) STRICT""",
    """CREATE INDEX paper_pending ON paper (paper_id) WHERE state IN ('queued', 'printing',
       'unknown')""",
    """CREATE TABLE slip (
         reference TEXT NOT NULL, copy TEXT NOT NULL, service_id INTEGER NOT NULL,
         seen INTEGER NOT NULL, body TEXT NOT NULL,
         PRIMARY KEY (reference, copy)) STRICT, WITHOUT ROWID""",
    """CREATE INDEX slip_service ON slip (service_id)""",
    """CREATE TABLE journal (
         seq INTEGER PRIMARY KEY CHECK (seq > 0), at TEXT NOT NULL, kind TEXT NOT NULL,
         operator TEXT NOT NULL, payload TEXT NOT NULL,
         hash TEXT NOT NULL CHECK (length(hash) = 64)) STRICT""",
    """CREATE TABLE total (
         period_no INTEGER NOT NULL, section TEXT NOT NULL, name TEXT NOT NULL,
         count INTEGER NOT NULL, sum_ore INTEGER NOT NULL,
         PRIMARY KEY (period_no, section, name)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE z_report (
         z_no INTEGER PRIMARY KEY CHECK (z_no > 0),
         period_no INTEGER NOT NULL UNIQUE REFERENCES period(period_no),
         at TEXT NOT NULL, body TEXT NOT NULL) STRICT""",
)


def statements() -> tuple[str, ...]:
    """Give the statements in order; the runner applies and records them in one transaction."""
    triggers = tuple(
        f"CREATE TRIGGER {table}_keeps_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in _APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    )
    return _TABLES + triggers
