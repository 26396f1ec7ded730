"""Approvals that came after their payment had ended unpaid: one per service id, never deleted."""

from typing import Final

_TABLE: Final = """CREATE TABLE card_late (
  service_id INTEGER PRIMARY KEY CHECK (service_id > 0),
  state TEXT NOT NULL CHECK (state IN ('open', 'reversing', 'reversed', 'by-hand')),
  body TEXT NOT NULL) STRICT"""
_OPEN: Final = """CREATE INDEX card_late_open ON card_late (service_id)
  WHERE state IN ('open', 'reversing')"""
_KEPT: Final = """CREATE TRIGGER card_late_keeps_delete BEFORE DELETE ON card_late
  BEGIN SELECT RAISE(ABORT, 'card_late is append-only'); END"""


def statements() -> tuple[str, ...]:
    """Give the statements in order."""
    return (_TABLE, _OPEN, _KEPT)
