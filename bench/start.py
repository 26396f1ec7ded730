"""Row 4: process start until the register is drawn and takes keys, and until a line is durable.

Each figure is from starting the process, by turns with the floor: a bare Textual app until its
first text. Taking keys: the register was drawn, digits were pressed at that moment, and the entry
line shows them. First durable line: a quick key waits in the pty before the process has begun, and
its line, which is shown only when it is on the disk, is awaited. The shop exists already, as on
every start but the first; byte code is compiled, as after an install; files are in the page cache.
"""

import shutil

from bench.figures import show_ratio, show_times
from bench.screen import Screen
from bench.till import COFFEE, Place, settle, stand, start_floor

COUNT = 10
REGISTER = "TOTALT"


def run(place: Place) -> None:
    """Print row 4."""
    floors: list[float] = []
    drawn: list[float] = []
    taking: list[float] = []
    durable: list[float] = []
    with stand("unit") as unit_port:
        place.write_config(unit_port)
        with place.start() as till:
            settle(till)
        shutil.copytree(place.data, place.folder / "kept")
        for _ in range(COUNT):
            with start_floor(place, 0) as floor:
                floors.append(floor.wait("klar") - floor.started)
            with place.start() as till:
                at_drawn, at_taking = _taking(till)
                drawn.append(at_drawn)
                taking.append(at_taking)
            _fresh(place)
            with place.start() as till:
                till.write(COFFEE.key)
                durable.append(till.wait(COFFEE.name) - till.started)
            _fresh(place)
    floor_ms = show_times("start_floor", floors)
    show_times("start_drawn", drawn)
    taking_ms = show_times("start_taking_keys", taking)
    show_ratio("start_taking_keys", taking_ms, floor_ms, 1.6)
    durable_ms = show_times("start_durable_line", durable)
    show_ratio("start_durable_line", durable_ms, floor_ms, 2.6)


def _fresh(place: Place) -> None:
    """Put the shop back as it was, without an open sale."""
    shutil.rmtree(place.data)
    shutil.copytree(place.folder / "kept", place.data)


def _taking(till: Screen) -> tuple[float, float]:
    """Give the seconds until the register was drawn, and until a digit was on its entry line."""
    at_drawn = till.wait(REGISTER) - till.started
    till.press(b"73", "> 73")
    return at_drawn, till.wait("> 73") - till.started
