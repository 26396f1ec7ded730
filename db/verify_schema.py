"""Names the table, index or trigger that is not as the migrations made it.

Tables are looked at before their rows, which could not be read otherwise; what guards the rows
comes after them, so that a changed row is named before the trigger that was taken away for it.
"""

from db.migrate import MIGRATIONS
from db.schema_check import SCHEMA_ROWS, Difference, differences, made_schema, read_schema
from db.verify_rows import BadRow, Snapshot


class JournalledSchema:
    """The schema of one snapshot beside the one that its migrations make."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read the schema. Raises BadRow for a file that no till made."""
        found = read_schema(snapshot.all(SCHEMA_ROWS))
        if ("table", "migration") not in found:
            raise BadRow("table", "migration", "is missing from the schema")
        applied = [str(row[0]) for row in snapshot.all("SELECT name FROM migration")]
        self._count = len(found)
        # A row deleted from `migration` is named as that row, not as a stranger of a schema.
        made = made_schema(applied if _is_prefix(applied) else MIGRATIONS)
        self._told = differences(found, made)

    def check_tables(self) -> None:
        """Find a table that is gone or was changed. Raises BadRow."""
        _name([one for one in self._told if one.kind == "table" and one.what != "added"])

    def check_rest(self) -> int:
        """Find any other part that differs; gives the number of parts. Raises BadRow."""
        _name(self._told)
        return self._count


def _is_prefix(applied: list[str]) -> bool:
    return sorted(applied) == list(MIGRATIONS[: len(applied)])


def _name(told: list[Difference]) -> None:
    for one in told[:1]:
        if one.what == "missing":
            raise BadRow(one.kind, one.name, "is missing from the schema")
        if one.what == "changed":
            raise BadRow(one.kind, one.name, "is changed in the schema")
        raise BadRow(one.kind, one.name, "is no part of the schema")
