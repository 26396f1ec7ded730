"""`make world SEEDS=n FROM=k`: many days on several processes; figures, one per line."""

import argparse
import gc
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from bench.figures import show
from tests.world.day import Result, run_day
from tests.world.kinds import KINDS
from tests.world.shop import made_shop

FIRED_MIN = 100
"""How often each kind must have fired, from ENOUGH seeds on."""
ENOUGH = 1_000
_CHUNK = 25
_SHOWN_MAX = 20


def run_seeds(first: int, count: int) -> list[Result]:
    """Run seeds one after the other, in this process."""
    was_on = gc.isenabled()
    gc.disable()  # A day makes little garbage that refers to itself, and half the time is saved.
    try:
        with made_shop() as shop:
            return [run_day(seed, shop) for seed in range(first, first + count)]
    finally:
        gc.collect()
        if was_on:
            gc.enable()


def run_all(first: int, count: int, processes: int) -> list[Result]:
    """Run seeds on several processes, in the order of their numbers."""
    if processes == 1:
        return run_seeds(first, count)
    starts = range(first, first + count, _CHUNK)
    sizes = [min(_CHUNK, first + count - start) for start in starts]
    with ProcessPoolExecutor(processes) as pool:
        return [one for chunk in pool.map(run_seeds, starts, sizes) for one in chunk]


def failures(results: list[Result]) -> list[str]:
    """Say what is wrong with these days: violations, and kinds that fired too seldom."""
    wrong = [f"seed {one.seed}: {text}" for one in results for text in one.wrong]
    fired: Counter[str] = Counter()
    for one in results:
        fired += one.fired
    if len(results) >= ENOUGH:
        wrong += [f"{kind} fired {fired[kind]} times" for kind in KINDS if fired[kind] < FIRED_MIN]
    return wrong


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="world")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--quiet", action="store_true", help="leave the fault kinds out")
    given = parser.parse_args()
    began_s = perf_counter()
    results = run_all(given.first, given.seeds, given.processes)
    took_s = perf_counter() - began_s
    fired: Counter[str] = Counter()
    for one in results:
        fired += one.fired
    sales = sum(one.sales for one in results)
    show("seeds", len(results), "days")
    show("sales", sales, "receipts")
    show("rows", sum(one.rows for one in results), "journal rows")
    show("lives", sum(one.lives for one in results), "starts")
    show("time", round(took_s, 1), "s")
    show("speed", round(sales / took_s), "sales/s")
    for kind in () if given.quiet else KINDS:
        show(f"fired.{kind}", fired[kind], "times")
    wrong = failures(results)
    for text in wrong[:_SHOWN_MAX]:
        print(text, file=sys.stderr)
    show("violations", len(wrong), "found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
