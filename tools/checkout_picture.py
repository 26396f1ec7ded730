"""Writes docs/checkout.svg from the tables of core/checkout.py (`make picture`).

Places and bends are given by hand; states, arrows, event names and effects come from the tables. A
state without a place stops the tool, an arrow without a bend is drawn straight.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from html import escape
from math import hypot
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core import checkout  # noqa: E402 - after the path is set

FILE = ROOT / "docs" / "checkout.svg"
WIDTH, HEIGHT = 1240, 1000
BOX_WIDTH, BOX_HEIGHT = 176, 58
STEPS = 60

Point = tuple[float, float]
Arrows = dict[tuple[str, str], list[str]]

PLACES: Mapping[str, Point] = {
    "open": (130, 340), "tendering": (460, 340), "paid": (460, 90), "signing": (770, 90),
    "closed": (1050, 90), "voided": (130, 620), "authorizing": (460, 620),
    "in_doubt": (820, 620), "held": (820, 340), "reversing": (1130, 340),
    "queued": (130, 800), "printing": (460, 800), "printed": (820, 800),
    "unknown": (460, 940), "copied": (820, 940),
}  # fmt: skip
BENDS: Mapping[tuple[str, str], tuple[int, int]] = {
    ("open", "tendering"): (-22, 30), ("tendering", "open"): (-22, 70),
    ("tendering", "voided"): (0, 62), ("authorizing", "paid"): (-165, 88),
    ("tendering", "authorizing"): (56, 60), ("authorizing", "tendering"): (56, 50),
    ("in_doubt", "tendering"): (0, 34), ("authorizing", "held"): (0, 72),
    ("in_doubt", "paid"): (0, 76), ("held", "paid"): (0, 62),
    ("held", "tendering"): (0, 45), ("reversing", "tendering"): (170, 40),
    ("tendering", "reversing"): (85, 84), ("held", "reversing"): (-44, 50),
    ("reversing", "held"): (-44, 50),
    ("queued", "printing"): (-22, 50), ("printing", "queued"): (-22, 50),
    ("unknown", "printed"): (0, 50),
}  # fmt: skip
"""(how far the middle of an arrow lies beside the straight line, where on it its words stand in
percent); a positive bend is to the right of the arrow's direction on the page."""


def sale_arrows() -> Arrows:
    """Give the events of each pair of states; a branch says what is still to pay."""
    arrows: Arrows = {}
    for (before, event), afters in checkout.TRANSITIONS.items():
        for after in afters:
            rest = " · all paid" if after == "paid" else " · part paid"
            name = event.__name__ + (rest if len(afters) > 1 else "")
            arrows.setdefault((before, after), []).append(name)
    return arrows


def paper_arrows() -> Arrows:
    """Give the event of each pair of a paper's states, named like the sale's."""
    return {
        (before, after): [event.title().replace("-", "")]
        for (before, event), after in checkout.PAPER_TRANSITIONS.items()
    }


def box(state: str, notes: Sequence[str]) -> str:
    """Draw a state and what is done in it."""
    x, y = PLACES[state]
    words = [f'<text class="state" x="{x}" y="{y - 9 if notes else y + 5}">{state}</text>']
    for number, note in enumerate(notes):
        words.append(f'<text class="note" x="{x}" y="{y + 7 + 14 * number}">{note}</text>')
    left, top = x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2
    frame = f'<rect x="{left:.0f}" y="{top:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8"/>'
    return "\n".join((frame, *words))


def recovery_notes(state: checkout.SaleState) -> list[str]:
    """Say what a sale in this state does, and what after a restart."""
    fresh, again = checkout.RECOVERY[state]
    notes = [] if fresh is checkout.Effect.NOTHING else [f"does: {fresh}"]
    return notes if again is fresh else [*notes, f"after a restart: {again}"]


def curve(before: str, after: str, bend: int) -> list[Point]:
    """Give the points of an arrow that lie outside its two boxes."""
    (x1, y1), (x2, y2) = PLACES[before], PLACES[after]
    length = hypot(x2 - x1, y2 - y1)
    side = (-(y2 - y1) / length * bend * 2, (x2 - x1) / length * bend * 2)
    mid = ((x1 + x2) / 2 + side[0], (y1 + y2) / 2 + side[1])
    points = []
    for step in range(STEPS + 1):
        t = step / STEPS
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        points.append((a * x1 + b * mid[0] + c * x2, a * y1 + b * mid[1] + c * y2))
    return [point for point in points if not (is_in(point, before) or is_in(point, after))]


def is_in(point: Point, state: str) -> bool:
    """Say whether a point lies in a state's box, with room for the arrow's head."""
    x, y = PLACES[state]
    return abs(point[0] - x) < BOX_WIDTH / 2 + 3 and abs(point[1] - y) < BOX_HEIGHT / 2 + 3


def arrow(before: str, after: str, events: list[str]) -> str:
    """Draw an arrow with its events; one to the same state is a loop above its box."""
    if before == after:
        x, y = PLACES[before]
        top = y - BOX_HEIGHT / 2
        path = f"M {x - 78} {top:.0f} c 0 -42 54 -42 54 -4"
        at: Point = (x - 74, top - 38 - 13 * (len(events) - 1))
    else:
        bend, percent = BENDS.get((before, after), (0, 50))
        points = curve(before, after, bend)
        path = "M " + " L ".join(f"{x:.1f} {y:.1f}" for x, y in points)
        x, y = points[len(points) * percent // 100]
        at = (x, y - 6.5 * (len(events) - 1) + 4)
    words = (
        f'<text class="event" x="{at[0]:.0f}" y="{at[1] + 13 * number:.0f}">{escape(event)}</text>'
        for number, event in enumerate(events)
    )
    return "\n".join((f'<path d="{path}" marker-end="url(#head)"/>', *words))


def picture() -> str:
    """Give the whole picture."""
    sale, paper = sale_arrows(), paper_arrows()
    lines = [arrow(*pair, events) for pair, events in (sale | paper).items()]
    # Words lie above every line, so that none crosses them out.
    strokes = [re.sub(r"\n<text.*", "", line) for line in lines]
    words = [text for line in lines for text in re.findall(r"<text.*", line)]
    papers = dict.fromkeys(state for pair in paper for state in pair)
    boxes = [box(state, recovery_notes(state)) for state in checkout.SaleState]
    boxes += [box(state, ()) for state in papers]
    return "\n".join((HEAD, *strokes, *boxes, *words, "</svg>\n"))


HEAD = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" \
font-family="sans-serif" text-anchor="middle">
<title>The states of a sale and of a paper, made from core/checkout.py by make picture</title>
<style>
rect {{ fill: #eef3f7; stroke: #34495c; stroke-width: 1.5 }}
path {{ fill: none; stroke: #5d6872; stroke-width: 1.3 }}
.state {{ font-weight: bold; font-size: 15px; fill: #12161b }}
.note {{ font-size: 10.5px; fill: #0d5c91 }}
.event {{ font-size: 11px; fill: #12161b; stroke: #fff; stroke-width: 4px; paint-order: stroke }}
</style>
<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" \
orient="auto"><polygon points="0,0 8,4 0,8" fill="#5d6872"/></marker>
<rect x="0" y="0" width="{WIDTH}" height="{HEIGHT}" style="fill: #fff; stroke: none"/>"""

if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8")
