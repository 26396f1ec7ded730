"""The one copy of a receipt: the receipt's number is the key, so there is never a second one."""

from typing import Final

_TABLE: Final = """CREATE TABLE receipt_copy (
  receipt_no INTEGER PRIMARY KEY REFERENCES receipt(receipt_no),
  state TEXT NOT NULL CHECK (state IN ('wanted', 'numbered', 'signed', 'refused')),
  copy_no INTEGER UNIQUE CHECK (copy_no > 0), serial INTEGER UNIQUE CHECK (serial > 0),
  control_code TEXT NOT NULL, unit_id TEXT NOT NULL, record TEXT NOT NULL,
  original TEXT NOT NULL,
  CHECK (state = 'wanted' OR (copy_no IS NOT NULL AND serial IS NOT NULL))) STRICT"""
_OPEN: Final = """CREATE INDEX receipt_copy_open ON receipt_copy (receipt_no)
  WHERE state IN ('wanted', 'numbered')"""
_KEPT: Final = """CREATE TRIGGER receipt_copy_keeps_delete BEFORE DELETE ON receipt_copy
  BEGIN SELECT RAISE(ABORT, 'receipt_copy is append-only'); END"""


def statements() -> tuple[str, ...]:
    """Give the statements in order."""
    return (_TABLE, _OPEN, _KEPT)
