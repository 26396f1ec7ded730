"""The shop's books as JSON lines, for checks from outside: one file for each kind of row.

Read from a copy, so that all files tell of one moment and nothing of the shop is touched. Text that
came from outside stays text: JSON escapes what is not plain ASCII. docs/export.md tells each field.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlcipher3 import dbapi2

from core.errors import StoreError
from db.backup import copy_database
from db.read_place import read_only_address

_BY: Final = "coalesce(json_extract(payload, '$.by'), json_extract(payload, '$.resolved_by'), '')"
_FILES: Final = {
    "journal": "SELECT seq, at, kind, operator, payload, hash FROM journal ORDER BY seq",
    "receipts": "SELECT receipt_no, sale_id, period_no, at, serial, control_code, unit_id,"
    " total_ore, body AS receipt FROM receipt ORDER BY receipt_no",
    "payments": "SELECT tender.sale_id, tender.no, sale.receipt_no, tender.kind, tender.state,"
    " tender.amount_ore, tender.tip_ore, tender.authorized_ore, tender.service_id,"
    " tender.body AS tender FROM tender JOIN sale USING (sale_id) ORDER BY tender.sale_id, no",
    "reports": "SELECT z_no, period_no, at, body AS report FROM z_report ORDER BY z_no",
    "totals": "SELECT period_no, section, name, count, sum_ore FROM total"
    " ORDER BY period_no, section, name",
    "acts": f"SELECT seq, at, operator, kind, {_BY} AS decided_by FROM journal ORDER BY seq",
}
"""File -> its rows. Columns that hold an object are given as one."""
_OBJECTS: Final = frozenset({"receipt", "tender", "report"})


def export_json(database: Path, folder: Path, program: str) -> dict[str, int]:
    """Write one file of JSON lines for each kind into an empty `folder`; gives the rows by file.

    Raises FileExistsError when something lies there, StoreError when the database cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise FileExistsError(17, os.strerror(17), str(folder))
    with TemporaryDirectory(prefix="blipp-") as place:
        copy = Path(place) / database.name
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copy_database(database, copy)
        try:
            with closing(dbapi2.connect(read_only_address(copy), uri=True)) as connection:
                counts, digests = _write_all(connection, folder)
                head = connection.execute(
                    "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
                ).fetchone() or (0, "")
        except dbapi2.Error as error:
            raise StoreError(reason=str(error)) from error
    manifest = {
        "program": program,
        "head_seq": head[0],
        "head_hash": head[1],
        "files": {
            f"{name}.jsonl": {"rows": counts[name], "sha256": digests[name]} for name in counts
        },
    }
    _write(folder / "manifest.json", iter([json.dumps(manifest, sort_keys=True, indent=1)]))
    return counts


def _write_all(connection: Any, folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    counts, digests = {}, {}
    for name, statement in _FILES.items():
        cursor = connection.execute(statement)
        columns = [column[0] for column in cursor.description]
        path = folder / f"{name}.jsonl"
        counts[name], digests[name] = _write(path, _lines(cursor, columns))
    return counts, digests


def _lines(rows: Any, columns: list[str]) -> Iterator[str]:
    for values in rows:
        row = dict(zip(columns, values, strict=True))
        for name in _OBJECTS.intersection(row):
            row[name] = json.loads(row[name])
        yield json.dumps(row, separators=(",", ":"))


def _write(path: Path, lines: Iterator[str]) -> tuple[int, str]:
    """Write a new file, its owner's alone; gives the number of lines and the SHA-256."""
    digest, count = sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for line in lines:
            data = line.encode("ascii") + b"\n"
            file.write(data)
            digest.update(data)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count, digest.hexdigest()
