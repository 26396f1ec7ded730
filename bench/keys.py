"""Rows 1 and 2: a quick key, and a scan in one write, until its line is on the screen.

Till and floor run side by side and are pressed in turn, 25-70 ms apart, so that both meet the same
machine. The till's line is durable before it is shown: the picture comes from the commit's outcome.
Awaited are the article's name and, below it, the new total, so the row was written before it. At 5
lines each sale has 8 lines, of which the fourth to eighth are measured; at 100 a sale begins with
100 scanned lines and grows to 200 under the window. The floor shows as many rows of its own.
"""

from random import Random
from statistics import median

from bench.figures import show, show_ratio, show_reach, show_times
from bench.floor_fixed import row_text
from bench.screen import Screen
from bench.till import (
    BUN,
    CLOSED,
    COFFEE,
    F11,
    SCANNED,
    SCANNED_GOODS,
    Good,
    Place,
    settle,
    spaced,
    stand,
)
from bench.till import start_floor as floor_of

COUNT = 100
GAP_S = (0.025, 0.070)
FEW_LINES = 8
FEW_SKIPPED = 3
MANY_LINES = 100


class Sale:
    """A sale being keyed in, with the total that the screen must show."""

    def __init__(self, till: Screen) -> None:
        self._till = till
        self.total_ore = 0

    def press(self, good: Good) -> float:
        """Press a quick key; give the seconds until its line was there."""
        self.total_ore += good.price_ore
        return self._till.press(good.key, good.name, spaced(self.total_ore))

    def scan(self, good: Good) -> float:
        """Send 13 digits and Enter in one write."""
        self.total_ore += good.price_ore
        return self._till.press(good.ean.encode() + b"\r", good.name[:17], spaced(self.total_ore))

    def fill(self, good: Good, count: int) -> None:
        """Scan many at once; wait for the last."""
        self.total_ore += good.price_ore * count
        self._till.press((good.ean.encode() + b"\r") * count, spaced(self.total_ore))

    def pay(self) -> float:
        """Take exact cash; give the seconds until "closed" was on the screen."""
        self.total_ore = 0
        return self._till.press(F11, CLOSED)


def run(place: Place) -> None:
    """Print rows 1 and 2."""
    with stand("unit") as unit_port:
        place.write_config(unit_port)
        with place.start() as till, floor_of(place, 5) as few, floor_of(place, MANY_LINES) as many:
            settle(till)
            few.wait(row_text(5))
            many.wait(row_text(MANY_LINES))
            dice = Random(1)
            _key_rows(till, few, many, dice)
            _scan_rows(till, many, dice)


def _key_rows(till: Screen, few: Screen, many: Screen, dice: Random) -> None:
    sale = Sale(till)
    times: list[float] = []
    floors: list[float] = []
    while len(times) < COUNT:
        for number in range(FEW_LINES):
            took = sale.press((COFFEE, BUN)[number % 2])
            till.rest(dice.uniform(*GAP_S))
            if number < FEW_SKIPPED:
                continue
            times.append(took)
            floors.append(few.press(b"q", row_text(6 + number - FEW_SKIPPED)))
            few.rest(dice.uniform(*GAP_S))
        sale.pay()
        till.rest(dice.uniform(*GAP_S))
        few.press(b"x", row_text(5))
    _show("key_to_line_5", times, floors)
    sale.fill(SCANNED, MANY_LINES)
    till.rest(0.3)
    times, floors = [], []
    byte_count = till.byte_count
    for number in range(COUNT):
        times.append(sale.press((COFFEE, BUN)[number % 2]))
        till.rest(dice.uniform(*GAP_S))
        floors.append(many.press(b"q", row_text(MANY_LINES + 1 + number)))
        many.rest(dice.uniform(*GAP_S))
    _show("key_to_line_100", times, floors)
    show("key_to_line_100_bytes_per_key", (till.byte_count - byte_count) // COUNT, "bytes")
    sale.pay()
    till.rest(0.3)


def _show(name: str, times: list[float], floors: list[float]) -> None:
    floor_ms = show_times(f"{name}_floor", floors)
    median_ms = show_times(name, times)
    show_reach(f"{name}_median", median_ms, 6)
    show_reach(f"{name}_p95", sorted(times)[int(0.95 * len(times)) - 1] * 1000, 12)
    show_ratio(name, median_ms, floor_ms, 2)


def _scan_rows(till: Screen, floor: Screen, dice: Random) -> None:
    sale = Sale(till)
    times: list[float] = []
    floors: list[float] = []
    digits = SCANNED.ean.encode() + b"\r"
    for number in range(COUNT):
        times.append(sale.scan(SCANNED_GOODS[number % 2]))
        till.rest(dice.uniform(*GAP_S))
        floors.append(floor.press(digits, row_text(MANY_LINES + COUNT + 1 + number)))
        floor.rest(dice.uniform(*GAP_S))
    floor_ms = show_times("scan_to_line_floor", floors)
    median_ms = show_times("scan_to_line", times)
    show_reach("scan_to_line_median", median_ms, 15)
    show_ratio("scan_to_line", float(median(times)) * 1000, floor_ms)
    sale.pay()
