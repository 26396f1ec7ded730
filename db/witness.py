"""The witness: the journal's head outside the database, so that a cut tail shows.

One line per receipt, copy and Z report, start and stop of the program, appended and fsynced after
the commit and before the paper: `<seq> <hash> <kind> <number>`. The journal may be ahead of it,
never behind (reliability I6).
"""

import os
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Connection

from core.errors import StoreDamaged, StoreFull
from db.faults import system_error

RESTORED: Final = "restored"
"""Kind of the line that a restored backup leaves."""


class WitnessLine(NamedTuple):
    """One line of the witness file."""

    seq: int
    hash: str
    kind: str
    number: int


class JournalReader(Protocol):
    """What is asked of the store."""

    def journal_hash(self, seq: int) -> str | None:
        """Give the hash of one journal row; None when there is no such row."""


class Witness:
    """Appends to one witness file, kept open."""

    def __init__(self, path: Path) -> None:
        """Open the file, creating it with mode 0600; a line torn by a power cut is ended."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            is_torn = path.exists() and path.read_bytes()[-1:] not in (b"", b"\n")
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            if is_torn:
                os.write(self._descriptor, b"\n")
        except OSError as error:
            raise system_error(error, path.name) from error

    def append(self, seq: int, head: str, kind: str, number: int) -> None:
        """Write one line; on disk when this returns. Raises StoreError."""
        line = f"{seq} {head} {kind} {number}\n".encode()
        try:
            if os.write(self._descriptor, line) != len(line):
                raise StoreFull(file=self._path.name)
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise system_error(error, self._path.name) from error

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def check_witness(store: "JournalReader", lines: tuple[WitnessLine, ...]) -> None:
    """Refuse a journal that is behind its witness: an older file, or one whose tail was cut.

    Selling on would use numbers again that the customers and the control unit have seen
    (reliability F46, I4). Raises StoreDamaged.
    """
    for line in lines[-1:]:
        found = store.journal_hash(line.seq)
        if found != line.hash:
            raise StoreDamaged(
                reason="journal-behind-witness", seq=line.seq, kind=line.kind, number=line.number
            )


def check_witness_of(connection: Connection, lines: tuple[WitnessLine, ...]) -> None:
    """The same on a plain connection, for whoever looks at the file beside the till."""
    check_witness(_Rows(connection), lines)


class _Rows:
    """Reads hashes on a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def journal_hash(self, seq: int) -> str | None:
        """Give the hash of one journal row; None when there is no such row."""
        statement = "SELECT hash FROM journal WHERE seq=?"
        found = self._connection.exec_driver_sql(statement, (seq,)).scalar()
        return None if found is None else str(found)


def part_lines(
    lines: tuple[WitnessLine, ...],
) -> tuple[tuple[WitnessLine, ...], tuple[WitnessLine, ...]]:
    """Part the lines that stand from those that a restored backup left without their rows.

    A line `restored` says that the journal went on from there: what was witnessed at its seq or
    behind it before tells of rows that are lost.
    """
    standing: list[WitnessLine] = []
    lost: list[WitnessLine] = []
    for line in lines:
        if line.kind == RESTORED:
            lost += [one for one in standing if one.seq >= line.seq]
            standing = [one for one in standing if one.seq < line.seq]
        standing.append(line)
    return tuple(standing), tuple(lost)


def read_witness(path: Path) -> tuple[WitnessLine, ...]:
    """Read all whole lines; a torn last line (power cut) is left out."""
    if not path.exists():
        return ()
    lines = []
    for row in path.read_text("utf-8", errors="replace").splitlines(keepends=True):
        parts = row.split()
        if row.endswith("\n") and len(parts) == 4 and parts[0].isdigit() and parts[3].isdigit():
            lines.append(WitnessLine(int(parts[0]), parts[1], parts[2], int(parts[3])))
    return tuple(lines)
