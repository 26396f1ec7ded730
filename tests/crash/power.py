"""What must be on every disk that a power cut could leave: all that anybody has seen.

`Seen` gathers the marks of the log: what was sent to terminal, control unit and printer, and what
the cashier's screen showed. `Judge` opens a rebuilt disk and says what of that is not there.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2

from core.tender import TenderState
from db.witness import read_witness
from tests.crash.disk_log import Image, Record
from tui.views import TillView

SCREEN: Final = "screen"
_SERVICE_ID: Final = re.compile(rb'ServiceID="(\d+)"')
_CATEGORY: Final = re.compile(rb'MessageCategory="(\w+)"')
_RECEIPT: Final = re.compile(rb"<(?:\w+:)?ReceiptId>(\d+)<")
_SERIAL_RECEIPT: Final = re.compile(rb"#RR#(?:\d+#)?\d{12}#(\d+)#")
_PAPER: Final = re.compile(rb"\nKvitto nr (\d+)\b")
_Z_PAPER: Final = re.compile(rb"Z-DAGRAPPORT nr (\d+)\b")
WHOLE_CHAIN_EVERY: Final = 10
_BEGUN: Final = ("printing", "printed", "unknown", "copied")


def mark_of(view: TillView) -> bytes:
    """Say what a picture shows the cashier as done."""
    sale = view.sale
    shown = {
        "receipt": view.last_receipt.receipt_no if view.last_receipt else 0,
        "sale": sale.sale_id if sale else 0,
        "lines": len(sale.lines) if sale else 0,
        "settled": [one.no for one in sale.tenders if one.state is TenderState.SETTLED]
        if sale
        else [],
    }
    return json.dumps(shown).encode()


@dataclass
class Seen:
    """What the world has seen so far."""

    service_id: int = 0
    """The highest that went to the terminal."""
    payments: set[int] = field(default_factory=set)
    registered: set[int] = field(default_factory=set)
    """Receipt numbers that the control unit was told."""
    papers: set[tuple[str, int]] = field(default_factory=set)
    receipt: int = 0
    """The newest that the screen showed."""
    lines: dict[int, int] = field(default_factory=dict)
    settled: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Take one mark."""
        if record.name == SCREEN:
            self._take_screen(json.loads(record.data))
            return
        data = record.data
        for number in map(int, _SERVICE_ID.findall(data)):
            self.service_id = max(self.service_id, number)
            if _CATEGORY.findall(data)[:1] == [b"Payment"]:
                self.payments.add(number)
        for pattern in (_RECEIPT, _SERIAL_RECEIPT):
            for found in pattern.findall(data):
                self.registered.add(int(found))
        self.papers |= {("receipt", int(number)) for number in _PAPER.findall(data)}
        self.papers |= {("z-report", int(number)) for number in _Z_PAPER.findall(data)}

    def _take_screen(self, shown: dict[str, Any]) -> None:
        self.receipt = max(self.receipt, shown["receipt"])
        if shown["sale"]:
            self.lines[shown["sale"]] = shown["lines"]
            self.settled[shown["sale"]] = tuple(shown["settled"])

    def count(self) -> int:
        """Count what was seen, to show that the log holds anything."""
        return len(self.payments) + len(self.registered) + len(self.papers) + len(self.lines)


@dataclass
class Found:
    """What a rebuilt disk holds."""

    problem: str = ""
    """Why it cannot be believed; empty = it opens, is whole, and its chain and witness hold."""
    service_id: int = 0
    cards: frozenset[int] = frozenset()
    records: frozenset[int] = frozenset()
    receipts: frozenset[int] = frozenset()
    papers: frozenset[tuple[str, int]] = frozenset()
    lines: dict[int, int] = field(default_factory=dict)
    tenders: frozenset[tuple[int, int]] = frozenset()
    given_back: frozenset[tuple[int, int]] = frozenset()

    def lost(self, seen: Seen) -> Iterator[str]:
        """Name what was seen and is not here."""
        if self.problem:
            yield self.problem
            return
        if self.service_id < seen.service_id:
            yield f"service id {seen.service_id} went out, {self.service_id} is the newest drawn"
        yield from (f"payment {one} has no intent" for one in seen.payments - self.cards)
        yield from (f"receipt {one} was registered" for one in seen.registered - self.records)
        yield from (f"paper {one} has begun" for one in seen.papers - self.papers)
        if seen.receipt and seen.receipt not in self.receipts:
            yield f"receipt {seen.receipt} was on the screen"
        for sale, count in seen.lines.items():
            if self.lines.get(sale, 0) < count:
                yield f"{count} lines of sale {sale} were on the screen"
        for sale, numbers in seen.settled.items():
            yield from (f"tender {no} of sale {sale} was on the screen as paid" for no in numbers
                        if (sale, no) not in self.tenders)  # fmt: skip


class Judge:
    """Opens rebuilt disks in a folder, one after another; an image seen before is remembered."""

    def __init__(self, folder: Path, database: str, witness: str, base: int = 0) -> None:
        """`database` and `witness` are the names that the log knows the files by.

        The first `base` rows of the journal are older than the log: they are walked on every tenth
        disk only, and otherwise the newest of them is.
        """
        self._base = base
        self._folder = folder
        self._names = {database: "till.db", f"{database}-wal": "till.db-wal", witness: "witness"}
        self._known: dict[tuple[int, ...], Found] = {}
        self._laid: Image = {}
        self._rows: dict[int, set[tuple[str, ...]]] = {}
        """Journal rows whose hash was computed and found right, by number."""

    @property
    def image_count(self) -> int:
        """How many disks differed."""
        return len(self._known)

    def found(self, image: Image) -> Found:
        """Say what a disk holds."""
        key = tuple(hash(image.get(name)) for name in self._names)
        if key not in self._known:
            self.lay_out(image)
            is_whole = len(self._known) % WHOLE_CHAIN_EVERY == 0
            self._known[key] = read_disk(self._folder, self._rows, 0 if is_whole else self._base)
        return self._known[key]

    def lay_out(self, image: Image) -> None:
        """Write a disk into the folder; what is there already is not written again."""
        self._folder.mkdir(exist_ok=True)
        (self._folder / "till.db-shm").unlink(missing_ok=True)
        for name, place in self._names.items():
            content = image.get(name)
            if content is None:
                (self._folder / place).unlink(missing_ok=True)
            elif name not in self._laid or self._laid[name] is not content:
                (self._folder / place).write_bytes(content)
        self._laid = image


Rows = dict[int, set[tuple[str, ...]]]


def read_disk(folder: Path, rows: Rows, base: int) -> Found:
    """Open a rebuilt disk and read what it holds, leaving it as it is."""
    try:
        connection = dbapi2.connect(f"file:{folder / 'till.db'}?mode=ro", uri=True)
        try:
            return _read(connection, folder, rows, base)
        finally:
            connection.close()
    except dbapi2.DatabaseError as error:
        return Found(f"cannot be read: {error}")


def _read(connection: Any, folder: Path, rows: Rows, base: int) -> Found:
    read = connection.execute
    whole = read("PRAGMA quick_check").fetchall()
    if whole != [("ok",)]:
        return Found(f"quick_check: {whole[0][0]}")
    heads, head = {}, "0" * 64
    if base > 1:
        found = read("SELECT hash FROM journal WHERE seq = ?", (base - 1,)).fetchone()
        head = str(found[0]) if found else head
    seq = base - 1 if base else 0
    for number, *row, stored in read(
        "SELECT seq, at, kind, operator, payload, hash FROM journal WHERE seq > ? ORDER BY seq",
        (seq,),
    ):
        seq += 1
        linked, known = (head, *row, stored), rows.setdefault(seq, set())
        if linked not in known:
            if sha256("\n".join((head, str(seq), *row)).encode()).hexdigest() != stored:
                return Found(f"chain is broken at {seq}")
            known.add(linked)
        if seq != number:
            return Found(f"row {seq} of the journal is missing")
        heads[seq] = head = stored
    for line in read_witness(folder / "witness"):
        if line.seq >= base and heads.get(line.seq) != line.hash:
            return Found(f"behind its witness: {line.seq}")
    counters = dict(read("SELECT name, value FROM counter"))
    tenders = read("SELECT sale_id, no, kind, state, service_id FROM tender").fetchall()
    return Found(
        service_id=counters.get("service_id", 0),
        cards=frozenset(row[4] for row in tenders if row[2] == "card"),
        records=frozenset(
            row[0] for row in read("SELECT receipt_no FROM sale WHERE control_record IS NOT NULL")
        ),
        receipts=frozenset(row[0] for row in read("SELECT receipt_no FROM receipt")),
        papers=frozenset(
            (row[0], row[1])
            for row in read("SELECT kind, reference, state FROM paper")
            if row[2] in _BEGUN
        ),
        lines=dict(read("SELECT sale_id, count(*) FROM sale_line GROUP BY sale_id")),
        tenders=frozenset((row[0], row[1]) for row in tenders if row[3] != "requested"),
    )
