"""One figure per line: `name value unit`. Nothing here asserts; `reach` and `pass` only inform."""

from collections.abc import Sequence
from math import ceil
from statistics import median as middle


def show(name: str, value: float | int | str, unit: str = "") -> None:
    """Print one figure."""
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    print(f"{name} {text} {unit}".rstrip(), flush=True)


def p95(values: Sequence[float]) -> float:
    """Give the value that 95 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(0.95 * len(ordered)) - 1)]


def show_times(name: str, seconds: Sequence[float]) -> float:
    """Print median, p95 and count of some times in milliseconds; give the median in ms."""
    ms = [value * 1000 for value in seconds]
    half = float(middle(ms))
    show(f"{name}_median", half, "ms")
    show(f"{name}_p95", p95(ms), "ms")
    show(f"{name}_count", len(ms))
    return half


def show_reach(name: str, value: float, limit: float, is_at_least: bool = False) -> None:
    """Print what was to be reached, and whether it was."""
    sign = ">=" if is_at_least else "<="
    is_reached = value >= limit if is_at_least else value <= limit
    show(f"{name}_reach", f"{sign}{limit:g}")
    show(f"{name}_pass", "yes" if is_reached else "NO")


def show_ratio(name: str, value: float, floor: float, limit: float | None = None) -> None:
    """Print a figure as a multiple of its floor."""
    ratio = value / floor
    show(f"{name}_ratio", ratio, "x")
    if limit is not None:
        show_reach(f"{name}_ratio", ratio, limit)
