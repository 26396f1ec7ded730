"""Row 3: 1,000 scans of 13 digits and Enter, handed over in one burst.

The burst is written as fast as the pty takes it. Three articles in a shuffled order tell loss,
merging and changed order apart: the lines are read back from the database in their order and
compared one by one with what was sent. Time runs from the first byte to the picture of the last
total, which is shown only after its line is durable. The floor is the bare app with the same keys.
"""

import sqlite3
from contextlib import closing
from random import Random
from time import perf_counter

from bench.figures import show, show_ratio, show_reach
from bench.floor_fixed import row_text
from bench.till import SCANNED_GOODS, Place, settle, spaced, stand, start_floor

COUNT = 1000


def run(place: Place) -> None:
    """Print row 3."""
    dice = Random(3)
    goods = [dice.choice(SCANNED_GOODS) for _ in range(COUNT)]
    burst = b"".join(good.ean.encode() + b"\r" for good in goods)
    with start_floor(place, 0) as floor:
        floor.wait("klar")
        floor_s = floor.press(burst, row_text(COUNT))
    with stand("unit") as unit_port:
        place.write_config(unit_port)
        with place.start() as till:
            settle(till)
            till.seen.clear()
            at = perf_counter()
            till.write(burst)
            total_ore = sum(good.price_ore for good in goods)
            took_s = till.wait(spaced(total_ore), limit_s=60) - at
    sold = _sold(place)
    sent = [good.name for good in goods]
    wrong = sum(1 for one, other in zip(sent, sold, strict=False) if one != other)
    show("flood_scans", COUNT)
    show("flood_lost", max(0, len(sent) - len(sold)))
    show("flood_extra", max(0, len(sold) - len(sent)))
    show("flood_merged_or_reordered", wrong)
    show_reach("flood_wrong", abs(len(sent) - len(sold)) + wrong, 0)
    show("flood_floor", COUNT / floor_s, "scans/s")
    show("flood", COUNT / took_s, "scans/s")
    show_reach("flood", COUNT / took_s, 200, is_at_least=True)
    show_ratio("flood_floor_to_till", COUNT / floor_s, COUNT / took_s)


def _sold(place: Place) -> list[str]:
    """Give the names of the lines on disk, in their order."""
    address = f"file:{place.data / 'till.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        rows = database.execute("SELECT name FROM sale_line ORDER BY sale_id, seq").fetchall()
    return [str(row[0]) for row in rows]
