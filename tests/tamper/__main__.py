"""`python -m tests.tamper [COUNT] [CLEAN]`: a shop changed by hand COUNT times, each time found.

Ten kinds of tampering in turn: a value edited, a row deleted, a row put in, two rows swapped, a
tail of the journal cut, a chain made anew over an edit, a byte of the file flipped, a page
zeroed, a guard dropped, an older file put in place. The first half is done by somebody who knows
SQLite and drops the triggers; each change is undone before the next. Then CLEAN sound databases,
each of another seed, none of which may be called bad. Prints its figures as `name value unit`;
the exit code is 1 when one was missed.

A flip that SQLite and the journal cannot tell, because the byte holds nothing (free room in a
page, a counter in the header), changes no row: it is counted apart as `unused`, after a second
look that every row of every table reads as before.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlcipher3 import dbapi2

from core.journal import GENESIS, chain_hash
from core.services import payment, registration
from db.verify import verify_file
from db.witness import read_witness
from tests.fakes import a_world
from tests.real_shop import RULES, RealShop, a_worked_shop, without_triggers
from tests.till_life import Life, Scenario

SCRIPT: Final = Scenario("tamper", (), rules=RULES)
PROGRESS: Final = 1_000
Row = tuple[Any, ...]


class Victim:
    """One shop's file in a folder, and what is in it."""

    def __init__(self, shop: RealShop, seed: int) -> None:
        shop.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.path = shop.folder / "till.db"
        self.lines = read_witness(shop.witness)
        self.sound = self.path.read_bytes()
        self.dice = random.Random(seed)
        with closing(dbapi2.connect(str(self.path))) as connection:
            named = connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            )
            self.tables: list[str] = [str(name) for (name,) in named.fetchall()]
            self.columns = {
                table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                for table in self.tables
            }
            self.rows = self.read(connection)
        self.older: list[bytes] = []

    def read(self, connection: Any) -> dict[str, list[Row]]:
        """Read every row of every table."""
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in self.tables
        }

    def table(self) -> str:
        """Choose a table that has rows, the journal as often as all others together."""
        if self.dice.random() < 0.5:
            return "journal"
        filled: list[str] = [name for name in self.tables if self.rows[name]]
        return self.dice.choice(filled)

    def where(self, table: str) -> tuple[str, Row]:
        """Choose a row by all its values."""
        row = self.dice.choice(self.rows[table])
        return " AND ".join(f"{name} IS ?" for name in self.columns[table]), row


def edit(victim: Victim, connection: Any) -> None:
    """Give one column of one row another value."""
    table = victim.table()
    column = victim.dice.choice(victim.columns[table])
    where, row = victim.where(table)
    old = row[victim.columns[table].index(column)]
    if isinstance(old, int):
        new: object = old + victim.dice.choice([-1, 1, 100, 10_000])
    else:
        text = str(old or "")
        at = victim.dice.randrange(len(text) + 1)
        new = text[:at] + victim.dice.choice("0x9 ") + text[at + victim.dice.randrange(2) :]
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *row))


def delete(victim: Victim, connection: Any) -> None:
    """Take one row away."""
    table = victim.table()
    where, row = victim.where(table)
    connection.execute(f"DELETE FROM {table} WHERE {where}", row)


def insert(victim: Victim, connection: Any) -> None:
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


def swap(victim: Victim, connection: Any) -> None:
    """Let two rows of the journal, or two receipts, change their content."""
    table, key = victim.dice.choice([("journal", "seq"), ("receipt", "receipt_no")])
    one, two = victim.dice.sample(victim.rows[table], 2)
    names = [name for name in victim.columns[table] if name != key]
    place = victim.columns[table].index(key)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    unique = {"sale_id", "serial", "control_code"} & set(names)
    names = [name for name in names if name not in unique]
    marks = ", ".join(f"{name} = ?" for name in names)
    for target, source in ((one, two), (two, one)):
        values = [source[victim.columns[table].index(name)] for name in names]
        connection.execute(f"UPDATE {table} SET {marks} WHERE {key} = ?", (*values, target[place]))


def cut(victim: Victim, connection: Any) -> None:
    """Cut the journal behind a row, and leave the rest."""
    seq = victim.dice.randrange(1, len(victim.rows["journal"]))
    connection.execute("DELETE FROM journal WHERE seq > ?", (seq,))


def rechain(victim: Victim, connection: Any) -> None:
    """Edit one payload and make every hash behind it anew."""
    former, chosen = GENESIS, victim.dice.randrange(1, len(victim.rows["journal"]) + 1)
    rows = connection.execute("SELECT seq, at, kind, operator, payload FROM journal").fetchall()
    for seq, at, kind, operator, payload in rows:
        changed = payload if seq != chosen else payload[:-1] + ',"x":1}'
        former = chain_hash(former, seq, at, kind, operator, changed)
        if seq >= chosen:
            connection.execute(
                "UPDATE journal SET payload = ?, hash = ? WHERE seq = ?", (changed, former, seq)
            )


def unguard(victim: Victim, connection: Any) -> None:
    """Drop a guard, or put a trigger of one's own in; `without_triggers` must not mend it."""
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'index') AND sql NOT NULL"
        )
    ]
    name = victim.dice.choice([*names, ""])
    if not name:
        connection.execute("CREATE TRIGGER x AFTER INSERT ON paper BEGIN SELECT 1; END")
        return
    kind = connection.execute("SELECT type FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
    connection.execute(f"DROP {kind[0]} {name}")


def flip(victim: Victim) -> bytes:
    """Flip one bit of the file."""
    data = bytearray(victim.sound)
    data[victim.dice.randrange(len(data))] ^= 1 << victim.dice.randrange(8)
    return bytes(data)


def zero(victim: Victim) -> bytes:
    """Write zeros over one page."""
    data, page = bytearray(victim.sound), 4096
    at = victim.dice.randrange(len(data) // page) * page
    data[at : at + page] = bytes(page)
    return bytes(data)


def older(victim: Victim) -> bytes:
    """Put an older state of the file in place."""
    return victim.dice.choice(victim.older)


BY_SQL: Final[tuple[Callable[[Victim, Any], None], ...]] = (
    *(edit, delete, insert, swap, cut, rechain),
)
BY_FILE: Final[tuple[Callable[[Victim], bytes], ...]] = (flip, zero, older)
KINDS: Final = (*(one.__name__ for one in BY_SQL), *(one.__name__ for one in BY_FILE), "unguard")


def older_states(victim: Victim) -> list[bytes]:
    """Make files that end at earlier moments: what lay there before each witnessed line."""
    states = []
    for line in victim.lines[1:]:
        connection = dbapi2.connect(str(victim.path), isolation_level=None)
        with closing(connection), without_triggers(connection):
            connection.execute("DELETE FROM journal WHERE seq >= ?", (line.seq,))
        states.append(victim.path.read_bytes())
        victim.path.write_bytes(victim.sound)
    return states


def is_changed(victim: Victim) -> bool:
    """Say whether any row of any table reads otherwise, or cannot be read."""
    try:
        with closing(dbapi2.connect(f"file:{victim.path}?mode=ro", uri=True)) as connection:
            return victim.read(connection) != victim.rows
    except (dbapi2.Error, UnicodeError):
        return True


def tamper(victim: Victim, kind: str) -> bool:
    """Change the file once in one way; False when types, checks or indexes refused it."""
    by_file = {one.__name__: one for one in BY_FILE}
    if kind in by_file:
        victim.path.write_bytes(by_file[kind](victim))
        return True
    with closing(dbapi2.connect(str(victim.path), isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        if kind == "unguard":
            unguard(victim, connection)
            return True
        try:
            with without_triggers(connection):
                {one.__name__: one for one in BY_SQL}[kind](victim, connection)
        except dbapi2.IntegrityError:
            return False
    return True


def run(folder: Path, count: int, seed: int = 1) -> Counter[str]:
    """Tamper `count` times; counts found, missed, and unused by kind."""
    victim = Victim(_closed(a_worked_shop(folder)), seed)
    victim.older = older_states(victim)
    told: Counter[str] = Counter()
    tries = 0
    while told["done"] < count:
        kind = KINDS[told["done"] % len(KINDS)]
        tries += 1
        if tamper(victim, kind) and (is_changed(victim) or kind == "unguard"):
            is_found = not verify_file(victim.path, victim.lines).is_sound
            told["done"] += 1
            told["found" if is_found else "missed"] += 1
            told[f"{kind} {'found' if is_found else 'missed'}"] += 1
            if not is_found:
                print(f"missed {kind} seed {seed} try {tries}", flush=True)
            if told["done"] % PROGRESS == 0:
                print(f"tampered {told['done']} of {count}, found {told['found']}", flush=True)
        else:
            told[f"{kind} unused"] += 1
        victim.path.write_bytes(victim.sound)
    return told


def _closed(shop: RealShop) -> RealShop:
    """Close the till in order: its last line in the witness covers everything before it."""

    def work(life: Life) -> None:
        life.begin()
        life.till.note_witnessed("program-stopped", "stop")

    shop.live(SCRIPT, work)
    return shop


def clean(folder: Path, count: int) -> int:
    """Make sound shops, each with sales of its own, and give how many were called bad."""
    alarms = 0
    for seed in range(count):
        dice = random.Random(seed)

        def work(life: Life, dice: random.Random = dice) -> None:
            life.begin()
            for _ in range(dice.randrange(1, 5)):
                for _ in range(dice.randrange(1, 4)):
                    registration.add_code(life.till, dice.choice("123"), None, None)
                if dice.random() < 0.2:
                    registration.void_sale(life.till)
                    continue
                payment.pay_cash(life.till, None)
                life.settle()

        shop = RealShop(folder / f"clean{seed}", a_world()).set_up()
        shop.live(SCRIPT, work)
        alarms += not shop.verify().is_sound
        for path in shop.folder.iterdir():
            path.unlink()
        shop.folder.rmdir()
        if (seed + 1) % 200 == 0:
            print(f"clean {seed + 1} of {count}, alarms {alarms}", flush=True)
    return alarms


def main(arguments: list[str]) -> int:
    """Run both and print the figures."""
    count = int(arguments[0]) if arguments else 10_000
    clean_count = int(arguments[1]) if len(arguments) > 1 else 1_000
    with TemporaryDirectory(prefix="blipp-tamper-") as place:
        told = run(Path(place) / "shop", count)
        alarms = clean(Path(place), clean_count)
    for name in sorted(told):
        print(f"tamper-{name.replace(' ', '-')} {told[name]} cases")
    print(f"tamper-clean {clean_count} databases")
    print(f"tamper-false-alarms {alarms} databases")
    return 1 if told["missed"] or alarms else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
