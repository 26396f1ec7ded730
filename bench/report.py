"""Row 7: X on the screen with 1,000 and with 100,000 receipts in the open period.

The data comes from `bench.generate`, through the till's own store, and `blipp verify` accepts it.
Measured are the key that takes the X in the open menu until the report's own head stands on the
screen, and F9 with that key in one write, from the register. The floor is a key of the bare app.
"""

import subprocess
from statistics import median

from bench.figures import show, show_ratio, show_reach, show_times
from bench.generate import generate
from bench.screen import Screen
from bench.till import BLIPP, F9, Place, settle, stand, start_floor

SIZES = (1_000, 100_000)
COUNT = 20
ESCAPE = b"\x1b"
MENU, REPORT = "visa dagen hittills", "X-DAGRAPPORT"


def run(place: Place) -> None:
    """Print row 7."""
    medians: list[float] = []
    with start_floor(place, 100) as floor:
        floor.wait("rad-00100")
        floors = []
        for number in range(COUNT):
            floors.append(floor.press(b"q", f"rad-{101 + number:05d}"))
            floor.rest(0.05)
        floor_ms = show_times("x_floor", floors)
    for size in SIZES:
        own = Place(place.folder / str(size))
        own.folder.mkdir()
        generate(own.data, size)
        with stand("unit") as unit_port:
            own.write_config(unit_port)
            _verify(own, size)
            with own.start() as till:
                settle(till)
                times, whole = _measure(till)
        name = f"x_{size}"
        show_times(f"{name}_with_menu", whole)
        medians.append(show_times(name, times))
        show_reach(f"{name}_median", float(median(whole)) * 1000, 20)
        show_ratio(name, medians[-1], floor_ms)
    show("x_100000_to_1000_ratio", medians[-1] / medians[0], "x")


def _measure(till: Screen) -> tuple[list[float], list[float]]:
    times: list[float] = []
    whole: list[float] = []
    for _ in range(COUNT):
        till.press(F9, MENU)
        till.rest(0.05)
        times.append(till.press(b"1", REPORT))
        _back(till)
        whole.append(till.press(F9 + b"1", REPORT))
        _back(till)
    return times, whole


def _back(till: Screen) -> None:
    """Go back to the register; Esc is told from a sequence by a pause."""
    till.rest(0.05)
    till.write(ESCAPE)
    till.rest(0.25)
    till.write(ESCAPE)
    till.rest(0.25)


def _verify(place: Place, size: int) -> None:
    words = [str(BLIPP), "verify", "--data", str(place.data), "--config", str(place.config)]
    done = subprocess.run([*words, "--demo"], capture_output=True, text=True, check=False)
    show(f"x_{size}_verify", "sound" if done.returncode == 0 else "NOT-SOUND")
