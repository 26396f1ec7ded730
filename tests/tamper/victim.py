"""One shop's file, what is in it, and what somebody may do to it: each act draws from dice.

An act changes the connection or gives the bytes of another file, and says what it did. Those who
know SQLite drop the triggers first and put them back; a file may be damaged by a disk instead.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlcipher3 import dbapi2

from core.journal import GENESIS, chain_hash
from db.witness import WitnessLine, read_witness
from tests.real_shop import without_triggers
from tests.tamper.shops import a_drawn_shop

Row = tuple[Any, ...]
_SECTOR: Final = 512
_SCHEMA: Final = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"


class Victim:
    """One shop's file in a folder, and what is in it."""

    def __init__(self, folder: Path, seed: int, number: int) -> None:
        """Work the shop of this seed and number."""
        worked = a_drawn_shop(folder, Random(f"shop {seed} {number}"))
        worked.shop.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.moments = worked.moments
        self.path = folder / "till.db"
        self.witness = read_witness(worked.shop.witness)
        self.sound = self.path.read_bytes()
        with closing(dbapi2.connect(str(self.path))) as connection:
            named = connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            )
            self.tables: list[str] = [str(name) for (name,) in named.fetchall()]
            self.columns = {
                table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                for table in self.tables
            }
            self.rows = self._read(connection)
        self.content = self.read_content()
        self.begin(Random())

    def begin(self, dice: Random) -> None:
        """Put the sound file back, for one try with these dice."""
        self.path.write_bytes(self.sound)
        self.dice = dice
        self.lines: tuple[WitnessLine, ...] = self.witness
        """The witness as it lies beside the file in this try."""
        self.is_promised = True
        """Whether `blipp verify` promises to find this."""

    def _read(self, connection: Any) -> dict[str, list[Row]]:
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in self.tables
        }

    def read_content(self) -> str:
        """Give a digest of every row of every table and the schema, or of a file that no one reads.

        What moves no row is no other content: free room in a page, a counter in the header.
        """
        try:
            with closing(dbapi2.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
                told = repr((self._read(connection), connection.execute(_SCHEMA).fetchall()))
        except (dbapi2.Error, UnicodeError):
            return sha256(self.path.read_bytes()).hexdigest()
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    def table(self) -> str:
        """Choose a table that has rows, the journal as often as all others together."""
        if self.dice.random() < 0.5:
            return "journal"
        return self.dice.choice([name for name in self.tables if self.rows[name]])

    def where(self, table: str) -> tuple[str, Row]:
        """Choose a row by all its values."""
        row = self.dice.choice(self.rows[table])
        return " AND ".join(f"{name} IS ?" for name in self.columns[table]), row


def edit(victim: Victim, connection: Any) -> str:
    """Give one column of one row another value."""
    table = victim.table()
    column = victim.dice.choice(victim.columns[table])
    where, row = victim.where(table)
    new = _other(victim.dice, row[victim.columns[table].index(column)])
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *row))
    return f"{table} {row[:2]} {column} becomes {new!r}"


def _other(dice: Random, old: object) -> Any:
    if isinstance(old, int):
        return old + dice.choice([-1, 1, 100, 10_000])
    text = str(old or "")
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice("0x9 ") + text[at + dice.randrange(2) :]


def delete(victim: Victim, connection: Any) -> str:
    """Take one row away."""
    table = victim.table()
    where, row = victim.where(table)
    connection.execute(f"DELETE FROM {table} WHERE {where}", row)
    return f"{table} {row[:2]}"


def insert(victim: Victim, connection: Any) -> str:
    """Put one row in that looks like another."""
    table = victim.table()
    row = list(victim.dice.choice(victim.rows[table]))
    for at, value in enumerate(row):
        if isinstance(value, int) and victim.dice.random() < 0.5:
            row[at] = value + victim.dice.randrange(1, 10_000)
        elif at == 0 and isinstance(value, str):
            row[at] = f"{value}{victim.dice.randrange(10_000)}"
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    return f"{table} {row[:2]}"


def swap(victim: Victim, connection: Any) -> str:
    """Let two rows of the journal, or two receipts, change their content."""
    table, key = victim.dice.choice([("journal", "seq"), ("receipt", "receipt_no")])
    one, two = victim.dice.sample(victim.rows[table], 2)
    unique = {key, "sale_id", "serial", "control_code"}
    names = [name for name in victim.columns[table] if name not in unique]
    place = victim.columns[table].index(key)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    marks = ", ".join(f"{name} = ?" for name in names)
    for target, source in ((one, two), (two, one)):
        values = [source[victim.columns[table].index(name)] for name in names]
        connection.execute(f"UPDATE {table} SET {marks} WHERE {key} = ?", (*values, target[place]))
    return f"{table} {one[place]} and {two[place]}"


_ENDS: Final = (
    "sale", "sale_line", "tender", "receipt", "receipt_copy", "card_late", "paper", "slip",
    "period", "z_report",
)  # fmt: skip
"""Tables whose newest rows belong to the newest rows of the journal."""


def cut(victim: Victim, connection: Any) -> str:
    """Cut the journal behind a row, and the ends of some tables with it."""
    seq = victim.dice.randrange(1, len(victim.rows["journal"]))
    connection.execute("DELETE FROM journal WHERE seq > ?", (seq,))
    told = [f"journal behind {seq}"]
    for table in _ENDS:
        if victim.dice.random() < 0.5 and victim.rows[table]:
            kept = victim.dice.randrange(len(victim.rows[table]) + 1)
            match = " AND ".join(f"{name} IS ?" for name in victim.columns[table])
            connection.executemany(f"DELETE FROM {table} WHERE {match}", victim.rows[table][kept:])
            told.append(f"{table} after {kept}")
    return ", ".join(told)


def rechain(victim: Victim, connection: Any) -> str:
    """Change a figure of one journal row and make every hash behind it anew."""
    rows = connection.execute("SELECT seq, at, kind, operator, payload FROM journal").fetchall()
    chosen = victim.dice.randrange(len(rows))
    row, plain = list(rows[chosen]), json.loads(rows[chosen][4])
    path = victim.dice.choice([("at",), ("operator",), *_figures(plain, ("payload",))])
    if len(path) > 1:
        place = plain
        for step in path[1:-1]:
            place = place[step]
        place[path[-1]] = _changed(victim.dice, place[path[-1]])
        row[4] = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    else:
        column = ("seq", "at", "kind", "operator").index(path[0])
        row[column] = _changed(victim.dice, row[column])
    rows[chosen] = tuple(row)
    former = GENESIS if chosen == 0 else _hash_before(connection, rows[chosen][0])
    for seq, at, kind, operator, payload in rows[chosen:]:
        former = chain_hash(former, seq, at, kind, operator, payload)
        connection.execute(
            "UPDATE journal SET at = ?, operator = ?, payload = ?, hash = ? WHERE seq = ?",
            (at, operator, payload, former, seq),
        )
    return f"row {row[0]} {row[2]}: {'/'.join(map(str, path))}"


def _hash_before(connection: Any, seq: int) -> str:
    found = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seq - 1,)).fetchone()
    return str(found[0])


def _figures(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Find amounts, tips, rates, times, numbers and names in a payload, by their paths."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from _figures(value[name], (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _figures(one, (*path, at))
    elif len(path) > 1 and isinstance(value, int | str) and not isinstance(value, bool):
        yield path


def _changed(dice: Random, old: int | str) -> int | str:
    """Change an amount by an amount, a time by minutes, a name into another."""
    if isinstance(old, int):
        return old + dice.choice([-1, 1]) * dice.choice([1, 100, dice.randrange(1, 100_000)])
    digits = [at for at, one in enumerate(old) if one.isdigit()]
    if not digits:
        return dice.choice([one for one in ("Anna", "Maja", "Erik", "Olle") if one != old])
    at = dice.choice(digits)
    return old[:at] + dice.choice([one for one in "0123456789" if one != old[at]]) + old[at + 1 :]


def unguard(victim: Victim, connection: Any) -> str:
    """Drop guards, let one look away, or put something of one's own in."""
    parts = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'index')"
        " AND sql NOT NULL ORDER BY name"
    ).fetchall()
    way, name = victim.dice.randrange(3), f"x{victim.dice.randrange(10_000)}"
    if way == 0:
        gone = victim.dice.sample(parts, victim.dice.randrange(1, 5))
        for kind, dropped, _ in gone:
            connection.execute(f"DROP {kind} {dropped}")
        return f"dropped {[dropped for _, dropped, _ in gone]}"
    if way == 1:
        triggers = [one for one in parts if one[0] == "trigger" and "BEGIN" in one[2]]
        _, weak, sql = victim.dice.choice(triggers)
        connection.execute(f"DROP TRIGGER {weak}")
        limit = victim.dice.randrange(1, 10_000)
        head, _, body = sql.partition("BEGIN")
        head = head.partition(" WHEN ")[0]
        connection.execute(f"{head} WHEN {limit} < 0 BEGIN{body}")
        return f"{weak} never does anything"
    table = victim.dice.choice(victim.tables)
    kind = victim.dice.choice(("TRIGGER", "VIEW", "TABLE"))
    connection.execute({
        "TRIGGER": f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN SELECT 1; END",
        "VIEW": f"CREATE VIEW {name} AS SELECT * FROM {table}",
        "TABLE": f"CREATE TABLE {name} AS SELECT * FROM {table} LIMIT 1",
    }[kind])  # fmt: skip
    return f"put in {kind} {name} on {table}"


def flip(victim: Victim) -> tuple[bytes, str]:
    """Flip one bit of the file."""
    data = bytearray(victim.sound)
    at, bit = victim.dice.randrange(len(data)), victim.dice.randrange(8)
    data[at] ^= 1 << bit
    return bytes(data), f"bit {bit} of byte {at}"


def zero(victim: Victim) -> tuple[bytes, str]:
    """Write zeros, ones, dice or another place's sectors over one to sixteen sectors."""
    data, dice = bytearray(victim.sound), victim.dice
    size = dice.choice([1, 1, 2, 4, 8, 8, 16]) * _SECTOR
    at = dice.randrange((len(data) - size) // _SECTOR + 1) * _SECTOR
    other = dice.randrange((len(data) - size) // _SECTOR + 1) * _SECTOR
    way, new = dice.choice([
        ("zeros", bytes(size)), ("ones", b"\xff" * size), ("dice", dice.randbytes(size)),
        (f"what is at {other}", victim.sound[other : other + size]),
    ])  # fmt: skip
    data[at : at + size] = new
    return bytes(data), f"{way} over {size} bytes at {at}"


def older(victim: Victim) -> tuple[bytes, str]:
    """Put the file of an earlier moment in place; the witness stays."""
    moment = victim.dice.choice(victim.moments)
    return moment.data, f"the file as of row {moment.newest_seq}"


def older_both(victim: Victim) -> tuple[bytes, str]:
    """Put an earlier file in place, and take the witness back to some length of its own.

    Promised is what the witness still tells: a line behind the newest row of the file.
    """
    moment = victim.dice.choice(victim.moments)
    length = victim.dice.randrange(1, len(victim.witness) + 1)
    victim.lines = victim.witness[:length]
    victim.is_promised = victim.lines[-1].seq > moment.newest_seq
    return moment.data, f"the file as of row {moment.newest_seq}, {length} lines of the witness"


def older_lost(victim: Victim) -> tuple[bytes, str]:
    """Put an earlier file in place and take the witness away.

    Promised from the second receipt on: the first may have been cut off from its line by a crash.
    """
    moment = victim.dice.choice(victim.moments)
    victim.lines = ()
    victim.is_promised = moment.receipt_count > 1
    return moment.data, f"the file as of row {moment.newest_seq}, no witness"


BY_SQL: Final[tuple[Callable[[Victim, Any], str], ...]] = (
    *(edit, delete, insert, swap, cut, rechain, unguard),
)
BY_FILE: Final[tuple[Callable[[Victim], tuple[bytes, str]], ...]] = (
    *(flip, zero, older, older_both, older_lost),
)
KINDS: Final = (*(one.__name__ for one in BY_SQL), *(one.__name__ for one in BY_FILE))


def tamper(victim: Victim, kind: str) -> str:
    """Change the file once in one way and say how; empty when types, checks or indexes refuse."""
    by_file = {one.__name__: one for one in BY_FILE}
    if kind in by_file:
        data, told = by_file[kind](victim)
        victim.path.write_bytes(data)
        return told
    with closing(dbapi2.connect(str(victim.path), isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        if kind == unguard.__name__:
            return unguard(victim, connection)
        try:
            with without_triggers(connection):
                return {one.__name__: one for one in BY_SQL}[kind](victim, connection)
        except dbapi2.IntegrityError:
            return ""
