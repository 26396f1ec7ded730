"""Holds the tables, indexes and triggers of a file against those that the migrations make.

The triggers are what keeps the journal append-only (reliability I6): a file whose triggers somebody
dropped, or into which he put one of his own, sells nothing and does not verify. A sound file is
seen by one query and one digest; only a changed one pays for building the schema anew to say where.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from importlib import import_module
from typing import Any, Final

from sqlalchemy import Connection
from sqlcipher3 import dbapi2

from core.errors import StoreDamaged
from core.frozen import frozen
from db.migrate import MIGRATION_TABLE, MIGRATIONS

SCHEMA_DIGEST: Final = "7ff359c276474cfd87b13a901d61f1509489f245ee89840b2645b9725238d22d"
"""Of what all migrations make; tests/store/test_schema_check.py gives it when one is added."""

SCHEMA_ROWS: Final = """SELECT type, name, tbl_name, sql FROM sqlite_schema
  WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name"""
"""Every part of a schema, the indexes that SQLite makes for itself among them."""

Schema = Mapping[tuple[str, str], tuple[str, str]]
"""(type, name) -> (table, SQL) of each table, index, trigger and view."""


@frozen
class Difference:
    """One part of the schema that is not as the migrations make it."""

    kind: str
    """table | index | trigger | view"""
    name: str
    what: str
    """missing | changed | added"""


def read_schema(rows: Iterable[tuple[Any, ...]]) -> Schema:
    """Arrange rows of sqlite_schema."""
    return {(str(kind), str(name)): (str(table), str(sql)) for kind, name, table, sql in rows}


def digest_of(schema: Schema) -> str:
    """Give SHA-256 over every part, hex."""
    told = "\n".join(repr((*key, *value)) for key, value in sorted(schema.items()))
    return sha256(told.encode()).hexdigest()


def made_schema(applied: Iterable[str] = MIGRATIONS) -> Schema:
    """Build what the migrations make, up to the newest that was applied, in memory."""
    known = [MIGRATIONS.index(name) for name in applied if name in MIGRATIONS]
    names = MIGRATIONS[: max(known, default=-1) + 1]
    with closing(dbapi2.connect(":memory:")) as connection:
        connection.execute(MIGRATION_TABLE)
        for name in names:
            for statement in import_module(f"db.migrations.{name}").statements():
                connection.execute(statement)
        return read_schema(connection.execute(SCHEMA_ROWS))


def differences(found: Schema, made: Schema) -> list[Difference]:
    """List what is missing or changed, tables first, then what was added."""
    told = [
        Difference(*key, "missing" if key not in found else "changed")
        for key in sorted(made, key=lambda key: (key[0] != "table", key))
        if found.get(key) != made[key]
    ]
    return told + [Difference(*key, "added") for key in sorted(found) if key not in made]


def check_schema(connection: Connection) -> int:
    """Refuse a file whose schema differs; gives the number of triggers. Raises StoreDamaged."""
    found = read_schema(tuple(row) for row in connection.exec_driver_sql(SCHEMA_ROWS))
    if digest_of(found) != SCHEMA_DIGEST:
        first = differences(found, made_schema())[0]
        raise StoreDamaged(
            reason="schema-changed", kind=first.kind, name=first.name, what=first.what
        )
    return sum(kind == "trigger" for kind, _ in found)
