"""What verification speaks of: one bad row, named, and plain reads of a snapshot.

A check raises BadRow at the first row that is not as the journal says; nothing is repaired here and
nothing is written. The readers use the driver directly: verification shares no mapping code with
the program that wrote the rows.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.frozen import frozen

Row = tuple[Any, ...]

_READ_AHEAD: Final = 256
"""Keys of one read: the rows of sales that follow each other are asked for in turn."""
_READ = json.JSONDecoder().raw_decode
_WRITE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@frozen
class Problem:
    """The first bad row."""

    table: str
    """Table, or `file` / `witness` for what lies around the tables."""
    key: str
    """Primary key; parts are joined by `/`. Empty when the whole file is meant."""
    template: str
    """What is wrong, as a plain English clause with the names of its facts in braces."""
    facts: Mapping[str, object]

    @property
    def what(self) -> str:
        """Say what is wrong."""
        return self.template.format_map(self.facts)

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.what}".replace(" :", ":")


class BadRow(Exception):
    """Carries the problem to the top of verification."""

    def __init__(self, table: str, key: object, template: str, **facts: object) -> None:
        super().__init__(table, key, template, facts)
        self.problem = Problem(table, str(key), template, facts)


class Snapshot:
    """Reads of one unchanging state of the database."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._windows: dict[str, tuple[int, dict[int, list[Row]]]] = {}
        """By statement: the first key that was read ahead, and the rows by key."""

    def one(self, statement: str, parameters: Row = ()) -> Row | None:
        """Give the first row, or None."""
        row: Row | None = self._cursor.execute(statement, parameters).fetchone()
        return row

    def all(self, statement: str, parameters: Row = ()) -> list[Row]:
        """Give all rows of a small answer."""
        rows: list[Row] = self._cursor.execute(statement, parameters).fetchall()
        return rows

    def of_key(self, statement: str, key: int) -> list[Row]:
        """Give the rows of one key, without it; the keys beside it are read ahead.

        The statement's first column is the key, and it asks for `BETWEEN ? AND ?` of it.
        """
        first, rows = self._windows.get(statement, (0, {}))
        if not rows or not first <= key < first + _READ_AHEAD:
            first, rows = key - key % _READ_AHEAD, {}
            for row in self._cursor.execute(statement, (first, first + _READ_AHEAD - 1)):
                rows.setdefault(row[0], []).append(row[1:])
            self._windows[statement] = (first, rows)
        return rows.get(key, [])

    def stream(self, statement: str) -> Iterator[Row]:
        """Give rows one by one, beside other reads."""
        cursor = self._connection.cursor()
        cursor.arraysize = 500
        yield from cursor.execute(statement)


def expect(table: str, key: object, name: str, stored: object, journalled: object) -> None:
    """Raise BadRow when a stored value is not the one that follows from the journal."""
    if stored != journalled or type(stored) is not type(journalled):
        what = "{name} is {stored}, the journal says {journalled}"
        shown = {"stored": _shown(stored), "journalled": _shown(journalled)}
        raise BadRow(table, key, what, name=name, **shown)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def read_json(text: str) -> Any:
    """Read canonical JSON; raises ValueError when anything stands behind the value."""
    value, end = _READ(text)
    if end != len(text):
        raise ValueError("text behind the JSON value")
    return value


def expect_body(
    table: str, key: object, text: str, journalled: Mapping[str, object], later: str = ""
) -> None:
    """Raise BadRow when a stored JSON text is not, to the letter, the one the journal tells.

    A field `later` that is false may be missing: a former till did not write it.
    """
    wanted = dict(journalled)
    if text == _WRITE(wanted):
        return
    if later and wanted.get(later) is False:
        del wanted[later]
        if text == _WRITE(wanted):
            return
    stored = read_row_json(table, str(key), text)
    for name in sorted(stored.keys() & journalled.keys()):
        expect(table, key, f"body {name}", stored[name], journalled[name])
    for name in sorted(stored.keys() - journalled.keys()):
        raise BadRow(table, key, "body has a field {name}, which no till writes", name=name)
    for name in sorted(journalled.keys() - stored.keys()):
        raise BadRow(table, key, "body has no field {name}", name=name)
    raise BadRow(table, key, "body is not written as a till writes it")


def read_row_json(table: str, key: str, text: str) -> dict[str, Any]:
    """Read the JSON object in a stored row. Raises BadRow."""
    try:
        value = read_json(text)
    except ValueError as error:
        raise BadRow(table, key, "body is no JSON: {error}", error=str(error)) from error
    if not isinstance(value, dict):
        raise BadRow(table, key, "body is no JSON object")
    return value
