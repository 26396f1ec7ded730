"""Puts a backup in the place of the shop's data, so that no number is ever used again.

The copy is made whole beside the data, with one journal row `restored` that tells by whom, what is
lost and where every series goes on; only then does it take the place, and the witness tells of it
last. Whatever ends this in between leaves data that refuse to sell and can be restored again. What
lay there before is kept under another name (reliability I4, F64).

The file may be the shop's own: that is the way on when the witness is lost for good, and nobody
but the papers knows whether the file is an older one (docs/decisions/012).
"""

import os
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from core.errors import StoreDamaged
from core.frozen import frozen
from core.lost_time import LostTime
from core.payload import canonical
from core.totals import Change, Section
from db.backup import BackupUnsound, copy_database, verified_head
from db.files import sync
from db.store import SqliteStore
from db.verify import verify_file
from db.witness import RESTORED, Witness, WitnessLine, part_lines

WITNESS_LOST: Final = "witness"
"""Begins the name in the running totals when the shop's own file was put back."""
ROOM: Final = 10
"""Numbers left out besides those that are known to be lost, in series that no paper tells of."""
SERVICE_IDS_EACH_START: Final = 10_000
ROWS_EACH_RECEIPT: Final = 40
_LINE_OF: Final = {
    "receipt_no": "skipped",
    "z_no": "z",
    "copy_no": "copy",
    "serial": "serial",
    "sale_id": "sale",
    "service_id": "service",
}
"""Kind of the witness line that tells where a series was raised to, behind the line `restored`."""


@frozen
class Told:
    """What a manager read from paper: 0 = there is none."""

    by: str
    receipt_no: int
    z_no: int


@frozen
class Restored:
    """What was restored, for the person and for the journal."""

    lost_first: int
    lost_last: int
    """Below `lost_first` when no receipt is lost."""
    next_receipt_no: int
    next_z_no: int
    kept_as: str
    """The name under which the former file lies."""


@frozen
class Known:
    """What backup and witness know before anybody is asked."""

    held: dict[str, int]
    """Newest number of each series in the file that is put back."""
    lines: tuple[WitnessLine, ...]
    file_seq: int
    file_at: str
    """Time of the file's newest journal row."""

    @property
    def has_witness(self) -> bool:
        """Say whether the witness holds a line."""
        return bool(self.lines)

    @property
    def file_receipt_no(self) -> int:
        """Newest receipt number in the file."""
        return self.held["receipt_no"]

    @property
    def file_z_no(self) -> int:
        """Newest Z number in the file."""
        return self.held["z_no"]

    @property
    def seen_receipt_no(self) -> int:
        """Newest receipt that the witness tells of, from paper at an earlier restore too."""
        return _newest(self.lines, "receipt", RESTORED)

    @property
    def seen_z_no(self) -> int:
        """Newest Z report that the witness tells of."""
        return _newest(self.lines, "z")

    @property
    def receipt_no(self) -> int:
        """Largest receipt number known to file or witness."""
        return max(self.file_receipt_no, self.seen_receipt_no)

    @property
    def z_no(self) -> int:
        """Largest Z number known to file or witness."""
        return max(self.file_z_no, self.seen_z_no)


@frozen
class Prospect:
    """What a restore will do."""

    next_receipt_no: int
    next_z_no: int
    lost_count: int
    """Receipts that journal, X, Z and verification will name as lost."""


def known_of(store: SqliteStore, lines: tuple[WitnessLine, ...]) -> Known:
    """Say what a file, opened as a copy of its own, and the witness know."""
    return Known(store.numbers(), lines, store.journal_head()[0], store.journal_at())


def prospect_of(known: Known, told: Told) -> Prospect:
    """Say where the numbers will go on, and how many receipts will be lost."""
    raised, last = raised_numbers(known.held, known.lines, told, known.file_seq)
    lost = last - known.file_receipt_no
    return Prospect(raised["receipt_no"] + 1, raised["z_no"] + 1, max(lost, 0))


def _newest(lines: tuple[WitnessLine, ...], *kinds: str) -> int:
    return max((line.number for line in lines if line.kind in kinds), default=0)


def raised_numbers(
    held: dict[str, int], lines: tuple[WitnessLine, ...], told: Told, base_seq: int
) -> tuple[dict[str, int], int]:
    """Say where each series goes on, and the last receipt that is known to be out.

    The largest of database, witness and paper; then one receipt more, always: the till may have
    died after it was at the control unit and before the witness or a paper told of it. What no
    paper tells of is bounded by the rows that are lost.
    """
    standing = part_lines(lines)[0]
    # What an earlier restore was told from paper is as much out as what the witness saw.
    receipt_no = max(held["receipt_no"], _newest(lines, "receipt", RESTORED), told.receipt_no)
    skipped_no = max(receipt_no, _newest(lines, "skipped"))
    z_no = max(held["z_no"], _newest(lines, "z"), told.z_no)
    lost_lines = [line for line in standing if line.seq > base_seq]
    receipts_lost = receipt_no - held["receipt_no"]
    rows_lost = max((line.seq - base_seq for line in lost_lines), default=0)
    rows_lost = max(rows_lost, receipts_lost * ROWS_EACH_RECEIPT)
    room = rows_lost + ROOM
    # What an earlier restore raised a series to is in no file that is older than it.
    base = {name: max(held[name], _newest(lines, kind)) for name, kind in _LINE_OF.items()}
    starts = 1 + sum(line.kind == "start" for line in lost_lines)
    raised = {
        "receipt_no": skipped_no + 1,
        "z_no": z_no,
        **{name: base[name] + room for name in ("serial", "copy_no", "sale_id")},
        "service_id": base["service_id"] + room + starts * SERVICE_IDS_EACH_START,
    }
    return raised, receipt_no


def _newest_out(held: dict[str, int], lines: tuple[WitnessLine, ...], told: Told) -> int:
    """Say up to which receipt of the backup the original may be out.

    The witness is fsynced before the paper: where it and the person's paper both stop before a
    receipt, none came out. What an earlier restore was told counts as seen. Without a witness
    nobody's word is enough for a second original.
    """
    seen = _newest(lines, "receipt", RESTORED)
    return max(told.receipt_no, seen if lines else held["receipt_no"])


def restore(
    file: Path,
    database: Path,
    witness: Path,
    lines: tuple[WitnessLine, ...],
    told: Told,
    at: datetime,
) -> Restored:
    """Put `file` in the place of `database`; durable on return. The caller holds the data's lock.

    Raises BackupUnsound for a file that does not verify by itself, StoreError for a failing disk.
    """
    made = database.with_name(f"{database.name}.restoring")
    _remove(made)
    os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    is_same_file = file.resolve() == database.resolve()
    try:
        copy_database(file, made)
        if not verified_head(made, None).seq:
            raise StoreDamaged(reason="no-journal", file=file.name)
        restored, written = _write_row(made, lines, told, at, is_same_file=is_same_file)
        report = verify_file(made, (*lines, *written))
        if report.problem is not None:
            raise BackupUnsound(report.problem)
        kept_as = _take_place(made, database, at)
    finally:
        _remove(made)
    appended = Witness(witness)
    appended.append_all(written)
    appended.close()
    return Restored(*restored, kept_as)


def _write_row(
    made: Path,
    lines: tuple[WitnessLine, ...],
    told: Told,
    at: datetime,
    *,
    is_same_file: bool,
) -> tuple[tuple[int, int, int, int], tuple[WitnessLine, ...]]:
    """Raise the series and journal the gap in one commit; gives the facts and witness lines."""
    newest = max(part_lines(lines)[0], default=WitnessLine(0, "", "", 0))
    store = SqliteStore(made, at)
    try:
        # A backup of a former version was upgraded just now: its head moved.
        base = store.journal_head()
        held = store.numbers()
        period = store.period()
        raised, lost_last = raised_numbers(held, lines, told, base[0])
        lost_first = held["receipt_no"] + 1
        note = {
            "by": told.by,
            "is_same_file": is_same_file,
            "at": at.isoformat(timespec="milliseconds"),
            "file_seq": base[0],
            "file_hash": base[1],
            "witness_seq": newest.seq,
            "witness_hash": newest.hash,
            "paper_receipt_no": told.receipt_no,
            "paper_z_no": told.z_no,
            "lost_first": lost_first,
            "lost_last": lost_last,
            "numbers": [
                {"series": name, "held": held[name], "raised_to": raised[name]}
                for name in sorted(raised)
            ],
        }
        former = LostTime.read(store.setting)
        # The shop's own file is no older than it was, unless the papers know of more.
        is_older = not is_same_file or lost_last >= lost_first
        lost_time = LostTime(
            _newest_out(held, lines, told),
            frozenset(copy.receipt_no for copy in store.open_copies())
            | {paper.reference for paper in store.pending_papers() if paper.kind == "copy"},
            held["sale_id"] if is_older else former.sale_id,
            held["service_id"] if is_older else former.service_id,
        )
        name = f"{lost_first}-{lost_last}" if lost_last >= lost_first else "none"
        name = f"{WITNESS_LOST} {name}" if is_same_file else name
        with store.unit_of_work() as uow:
            for series, number in raised.items():
                if number > held[series]:
                    uow.reserve_numbers(series, number - held[series])
            entry = uow.append_journal(at, RESTORED, told.by, canonical(note))
            for key, value in lost_time.settings().items():
                uow.put_setting(at, told.by, key, value)
            if period is not None:
                uow.add_totals(period.no, (Change(Section.RESTORED, name, 1, 0),))
            uow.commit()
    finally:
        store.close()
    told_lines = (
        WitnessLine(entry.seq, entry.hash, RESTORED, lost_last),
        *(WitnessLine(entry.seq, entry.hash, _LINE_OF[name], raised[name]) for name in _LINE_OF),
    )
    return (lost_first, lost_last, raised["receipt_no"] + 1, raised["z_no"] + 1), told_lines


def _take_place(made: Path, database: Path, at: datetime) -> str:
    """Move the former files aside, the log first, and give the new one their name."""
    with closing(dbapi2.connect(str(made))) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    sync(made)
    aside = f"{database.name}.before-{at:%Y%m%dT%H%M%S}"
    for suffix in ("-wal", "-shm", ""):
        former = database.with_name(database.name + suffix)
        if former.exists():
            former.rename(database.with_name(aside + suffix))
    made.rename(database)
    sync(database.parent)
    return aside


def _remove(made: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            made.with_name(made.name + suffix).unlink()
