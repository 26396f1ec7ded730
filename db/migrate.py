"""Migrations: a named list of statements, applied and recorded in one transaction.

A file written by a newer program is refused. Importing this module is cheap: a current schema is
seen by one query and no migration module is loaded.
"""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Final

from sqlalchemy import Connection, text

from core.errors import StoreTooNew

MIGRATIONS: Final = (
    "m0001_initial",
    "m0002_receipt_copy",
    "m0003_bound_rows",
    "m0004_card_late",
)
"""Order is application order; names are never reused."""
_FIRST_JOURNALLED: Final = MIGRATIONS.index("m0003_bound_rows")
"""From this one on each migration has its row in the journal."""
MIGRATION_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT"
)
_OPERATOR: Final = "blipp"


def pending(connection: Connection) -> tuple[str, ...]:
    """Say which migrations are missing; writes nothing. Raises StoreTooNew for unknown ones."""
    exists = connection.execute(
        text("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migration'")
    ).scalar_one()
    applied = (
        [row[0] for row in connection.execute(text("SELECT name FROM migration ORDER BY name"))]
        if exists
        else []
    )
    unknown = sorted(set(applied) - set(MIGRATIONS))
    if unknown:
        raise StoreTooNew(migration=unknown[-1])
    return tuple(name for name in MIGRATIONS if name not in applied)


def migrate(begin: Callable[[], Connection], at: str) -> tuple[str, ...]:
    """Apply what is missing, each migration with record and journal rows in one transaction.

    `begin` gives a connection on which BEGIN IMMEDIATE was sent; `at` is local time with offset in
    ISO 8601. Gives the names applied.
    """
    with begin() as connection:
        missing = pending(connection)
        connection.rollback()
    for name in missing:
        module = import_module(f"db.migrations.{name}")
        with begin() as connection:
            connection.exec_driver_sql(MIGRATION_TABLE)
            for statement in module.statements():
                connection.exec_driver_sql(statement)
            connection.execute(
                text("INSERT INTO migration (name, applied_at) VALUES (:name, :at)"),
                {"name": name, "at": at},
            )
            if MIGRATIONS.index(name) >= _FIRST_JOURNALLED:
                _journal(connection, module, name, at)
            connection.commit()
    return missing


def _journal(connection: Connection, module: ModuleType, name: str, at: str) -> None:
    """Journal what a migration found, if it looks for anything, and then that it was applied."""
    from core.payload import canonical
    from db.journal_rows import append_rows

    found = module.notes(connection) if hasattr(module, "notes") else ()
    applied = ("store-migrated", canonical({"name": name, "applied_at": at}))
    append_rows(connection, at, _OPERATOR, (*found, applied))
