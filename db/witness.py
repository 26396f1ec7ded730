"""The witness: the journal's head outside the database, so that a cut tail shows.

One line per receipt, copy and Z report, start and stop of the program, appended and fsynced after
the commit and before the paper: `<seq> <hash> <kind> <number>`. The journal may be ahead of it,
never behind (reliability I6).
"""

import errno
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection

from core.errors import StoreDamaged, StoreFull
from db.faults import system_error
from db.files import sync

RESTORED: Final = "restored"
"""Kind of the line that a restored backup leaves."""
START: Final = "start"
_KINDS: Final = (
    START,
    "stop",
    "receipt",
    "copy",
    "z",
    RESTORED,
    "skipped",
    "serial",
    "sale",
    "service",
)
_WHOLE: Final = re.compile(rf"[0-9]+ [0-9a-f]{{64}} (?:{'|'.join(_KINDS)}) [0-9]+")
_TORN: Final = re.compile(r"[0-9]*|[0-9]+ [0-9a-f]{0,64}|[0-9]+ [0-9a-f]{64} ([a-z]*) ?")
"""What may be left of a line that a power cut or a full disk tore."""
_HASH: Final = "SELECT hash FROM journal WHERE seq=?"
_NUMBERED: Final = """SELECT EXISTS (SELECT 1 FROM counter
  WHERE name IN ('receipt_no', 'z_no', 'copy_no') AND value > 0)"""
_STARTED: Final = "SELECT EXISTS (SELECT 1 FROM journal WHERE kind = 'program-started')"
_SALE: Final = "SELECT EXISTS (SELECT 1 FROM sale)"


class WitnessLine(NamedTuple):
    """One line of the witness file."""

    seq: int
    hash: str
    kind: str
    number: int


class Witness:
    """Appends to one witness file, kept open."""

    def __init__(self, path: Path) -> None:
        """Open the file, creating it with mode 0600; a line torn by a power cut is ended.

        A new one is on the disk by its name when this returns: later starts ask for it.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            is_new = not path.exists()
            is_torn = not is_new and path.read_bytes()[-1:] not in (b"", b"\n")
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            if is_torn:
                os.write(self._descriptor, b"\n")
            if is_new:
                sync(path)
                sync(path.parent)
                # A place that we may not read was there before, and needs no sync of ours.
                if os.access(path.parent.parent, os.R_OK):
                    sync(path.parent.parent)
        except OSError as error:
            raise system_error(error, path.name) from error

    def append(self, seq: int, head: str, kind: str, number: int) -> None:
        """Write one line; on disk when this returns. Raises StoreError."""
        self.append_all((WitnessLine(seq, head, kind, number),))

    def append_all(self, lines: Iterable[WitnessLine]) -> None:
        """Write lines that belong together; on disk when this returns. Raises StoreError."""
        text = "".join(f"{seq} {head} {kind} {number}\n" for seq, head, kind, number in lines)
        try:
            if os.write(self._descriptor, text.encode()) != len(text):
                raise StoreFull(file=self._path.name)
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise system_error(error, self._path.name) from error

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def check_witness(connection: Connection, path: Path) -> tuple[WitnessLine, ...]:
    """Refuse a journal whose witness is away or ahead of it; gives the witness's lines.

    A journal behind its witness is an older file, or one whose tail was cut; without its witness
    nobody can tell. Selling on would use numbers again that the customers and the control unit
    have seen (reliability F46, I4). The file is made before a till is first started on a journal
    and holds a line before its first sale, so that a first start that was killed is none of it.
    Raises StoreDamaged.
    """
    lines = read_witness(path)
    for line in lines[-1:]:
        found = connection.exec_driver_sql(_HASH, (line.seq,)).scalar()
        if found != line.hash:
            raise StoreDamaged(
                reason="journal-behind-witness", seq=line.seq, kind=line.kind, number=line.number
            )
    if not lines and _is_needed(connection, has_file=path.exists()):
        reason = "witness-empty" if path.exists() else "witness-missing"
        raise StoreDamaged(reason=reason, file=str(path))
    return lines


def _is_needed(connection: Connection, *, has_file: bool) -> bool:
    if connection.exec_driver_sql(_NUMBERED).scalar():
        return True
    if not connection.exec_driver_sql(_STARTED).scalar():
        return False
    return not has_file or bool(connection.exec_driver_sql(_SALE).scalar())


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


def damaged_line(path: Path) -> int:
    """Give the number of the first line that no till wrote; 0 when there is none.

    The last line of a start may be torn: the next start ends it, and writes its own behind it.
    Raises StoreDamaged for a file that cannot be read.
    """
    rows = _rows(path)
    for number, row in enumerate(rows, 1):
        if _WHOLE.fullmatch(row.removesuffix("\n")):
            continue
        after = rows[number].split() if number < len(rows) else []
        is_at_end = not after or after[2:3] in ([START], [RESTORED])
        if not (is_at_end and _is_torn(row.removesuffix("\n"))):
            return number
    return 0


def _is_torn(row: str) -> bool:
    found = _TORN.fullmatch(row)
    return found is not None and any(kind.startswith(found[1] or "") for kind in _KINDS)


def read_witness(path: Path) -> tuple[WitnessLine, ...]:
    """Read all whole lines; a torn last line (power cut) is left out.

    None where there is no file. Raises StoreDamaged for one that cannot be read.
    """
    lines = []
    for row in _rows(path):
        parts = row.split()
        if row.endswith("\n") and len(parts) == 4 and parts[0].isdigit() and parts[3].isdigit():
            lines.append(WitnessLine(int(parts[0]), parts[1], parts[2], int(parts[3])))
    return tuple(lines)


def _rows(path: Path) -> list[str]:
    """Read the file as rows with their ends; none where there is no file. Raises StoreDamaged."""
    try:
        return path.read_text("utf-8", errors="replace").splitlines(keepends=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        system = errno.errorcode.get(error.errno or 0, str(error.errno))
        raise StoreDamaged(reason="witness-unreadable", file=str(path), system=system) from error
