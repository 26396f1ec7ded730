"""Beside the speed table: quick keys while a backup of a large shop is made from the menu.

The same keys, pressed in the same way with and without the backup, in a shop with 100,000 receipts.
The backup copies the database and verifies the copy, which computes for many seconds; whether the
cashier feels that is what is measured. Memory is the till's own (VmRSS) before it, at most during
it, and after.
"""

from pathlib import Path
from random import Random
from time import perf_counter

from bench.figures import show, show_ratio, show_reach, show_times
from bench.generate import generate
from bench.keys import Sale
from bench.memory import resident_mb
from bench.screen import NotSeen, Screen
from bench.till import BUN, COFFEE, F9, Place, settle, stand

RECEIPTS = 100_000
COUNT = 100
LINES = 8
GAP_S = (0.025, 0.070)
ESCAPE = b"\x1b"
MENU, BOOKS, BEGUN = "visa dagen hittills", "Export av journal", "görs och kontrolleras"
WORK_LIMIT_S = 300.0


def run(place: Place) -> None:
    """Print the keys alone and beside a backup, and what the backup takes."""
    generate(place.data, RECEIPTS)
    with stand("unit") as unit_port:
        place.write_config(unit_port)
        with place.start() as till:
            settle(till)
            dice = Random(1)
            alone_ms = show_times("books_key_alone", _keys(till, dice))
            before_mb = resident_mb(till.pid)
            began_s = _begin(till)
            target = place.data / "backup"
            times: list[float] = []
            most_mb = before_mb
            while not _is_done(target):
                times += _keys(till, dice, LINES)
                most_mb = max(most_mb, resident_mb(till.pid))
                if perf_counter() - began_s > WORK_LIMIT_S:
                    raise NotSeen(f"no backup in {WORK_LIMIT_S} s")
            show("books_backup", perf_counter() - began_s, "s")
            till.rest(1)
            show("books_memory_before", before_mb, "MB")
            show("books_memory_most", most_mb, "MB")
            show("books_memory_after", resident_mb(till.pid), "MB")
    busy_ms = show_times("books_key_beside", times)
    show_reach("books_key_beside_p95", sorted(times)[int(0.95 * len(times)) - 1] * 1000, 16)
    show_ratio("books_key_beside", busy_ms, alone_ms)


def _begin(till: Screen) -> float:
    """Have a backup begun from the menu, and go back to the register; give when it was begun."""
    till.press(F9, MENU)
    till.rest(0.1)
    till.press(b"5", BOOKS)
    till.rest(0.1)
    till.press(b"1", BEGUN)
    began_s = perf_counter()
    till.rest(0.05)
    till.write(ESCAPE)
    till.rest(0.25)
    return began_s


def _is_done(folder: Path) -> bool:
    """Say whether the copy has its name: it is verified then."""
    return any(file.suffix == ".db" for file in folder.glob("*"))


def _keys(till: Screen, dice: Random, count: int = COUNT) -> list[float]:
    """Key sales of a few lines, and give the time of each key."""
    times: list[float] = []
    while len(times) < count:
        sale = Sale(till)
        for number in range(LINES):
            times.append(sale.press((COFFEE, BUN)[number % 2]))
            till.rest(dice.uniform(*GAP_S))
        sale.pay()
        till.rest(dice.uniform(*GAP_S))
    return times
