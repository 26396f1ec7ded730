"""Row 8: memory of the till (VmRSS) after 400 articles in 40 sales, the simulators outside.

The floor is the bare Textual app's own, after as many keys.
"""

from pathlib import Path

from bench.figures import show, show_ratio, show_reach
from bench.keys import Sale
from bench.till import COFFEE, SCANNED, Place, settle, stand, start_floor

SALES = 40
ARTICLES = 10


def run(place: Place) -> None:
    """Print row 8."""
    with start_floor(place, 0) as floor:
        floor.wait("klar")
        for number in range(SALES * ARTICLES):
            floor.press(b"q", f"rad-{number + 1:05d}")
        floor_mb = resident_mb(floor.pid)
    with stand("unit") as unit_port:
        place.write_config(unit_port)
        with place.start() as till:
            settle(till)
            show("memory_at_start", resident_mb(till.pid), "MB")
            for _ in range(SALES):
                sale = Sale(till)
                sale.fill(SCANNED, ARTICLES - 1)
                sale.press(COFFEE)
                sale.pay()
                till.rest(0.02)
            till.rest(1)
            after_mb = resident_mb(till.pid)
    show("memory_floor", floor_mb, "MB")
    show("memory_after_400_articles_40_sales", after_mb, "MB")
    show_reach("memory", after_mb, 90)
    show_ratio("memory", after_mb, floor_mb)


def resident_mb(pid: int) -> float:
    """Give the resident memory of a process in MB of 1,000,000 bytes."""
    for row in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if row.startswith("VmRSS:"):
            return int(row.split()[1]) * 1024 / 1_000_000
    raise RuntimeError("no VmRSS")
