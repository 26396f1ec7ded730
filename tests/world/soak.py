"""`python -m tests.world.soak`: many days on one file, a fault on one sale in twenty; memory told.

Each day begins with a start of the program and ends with its Z and all that the world holds against
the till at the end of a day. What the world itself remembers is dropped then, so that what grows is
the till's. Figures, one per line.
"""

import argparse
import ctypes
import gc
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Final

from bench.figures import show
from tests.world.day import Day
from tests.world.ending import end_of_day
from tests.world.shop import made_shop

GROWTH_MAX_PERCENT: Final = 10
"""How much more memory the last day may hold than the second (reliability T6)."""
_RATE_PERCENT: Final = 5
_WAL_MAX: Final = 64 * 1024 * 1024


def memory_kib() -> int:
    """Give the resident memory of this process in KiB, what is free given back before.

    `make soak` runs without Python's own arenas: they keep whole what the ledgers of the world, in
    the same process, used in part.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def file_count(under: str = "") -> int:
    """Give how many files this process holds open: all, or those whose name begins with `under`.

    But for the database itself: while the watch looks into it, SQLite keeps its descriptors after
    they were closed, for the next that opens it. A store that was not closed shows by its log.
    """
    names = (os.path.realpath(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd"))
    return sum(name.startswith(under) and not name.endswith("/till.db") for name in names)


class Soak(Day):
    """Many days on one file."""

    def day(self, sales: int) -> None:
        """Start, sell for a day, take its Z, hold it against the ledgers, and forget them."""
        self._close()
        self.chance.is_calm = False
        self.chance.rate_percent = _RATE_PERCENT
        self.sales = sales
        if self.cashier is not None:
            self.cashier.sales_left = sales
        self._live()
        assert self.process is not None
        self.process.store.empty()
        end_of_day(self.process, self.watch)
        self.watch.forget()
        self.devices.unit.forget()
        self.devices.terminal.forget()

    def last(self) -> None:
        """Close, and verify the whole file."""
        self._close()
        self._verify()


def judge(memory: list[int], files: list[int], wal: int) -> list[str]:
    """Say what grew: memory in KiB and open files at the end of each day, the log's most bytes."""
    second = min(1, len(memory) - 1)
    wrong = []
    growth = growth_percent(memory)
    if growth > GROWTH_MAX_PERCENT:
        wrong.append(f"memory grew by {growth:.1f} percent")
    if max(files[second:]) > files[second]:
        wrong.append(f"open files grew from {files[second]} to {max(files[second:])}")
    if wal > _WAL_MAX:
        wrong.append(f"the log grew to {wal} bytes")
    return wrong


def growth_percent(memory: list[int]) -> float:
    """Give how much more memory the last day holds than the second."""
    second = memory[min(1, len(memory) - 1)]
    return 100 * (memory[-1] - second) / second


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="soak")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--sales", type=int, default=2000, help="sales a day")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began_s = perf_counter()
    memory: list[int] = []
    files: list[int] = []
    wal = 0
    with made_shop() as shop:
        soak = Soak(given.seed, shop, given.sales)
        for day in range(1, given.days + 1):
            soak.day(given.sales)
            gc.collect()
            memory.append(memory_kib())
            files.append(file_count())
            log = soak.folder / "till.db-wal"
            wal = max(wal, log.stat().st_size if log.exists() else 0)
            show(f"memory.day_{day}", memory[-1], "KiB")
            if soak.watch.wrong:
                break
        receipts = soak.watch.read("SELECT count(*) FROM receipt")[0][0]
        soak.last()
    show("receipts", receipts, "receipts")
    show("rows", soak.watch.rows, "journal rows")
    show("faults", sum(soak.chance.fired.values()), "faults")
    show("lives", soak.result.lives, "starts")
    show("growth", round(growth_percent(memory), 1), "percent")
    show("files", max(files) - min(files), "more")
    show("wal", wal, "bytes")
    show("time", round(perf_counter() - began_s), "s")
    wrong = soak.watch.wrong + judge(memory, files, wal)
    for text in wrong[:20]:
        print(text, file=sys.stderr)
    show("violations", len(wrong), "found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
