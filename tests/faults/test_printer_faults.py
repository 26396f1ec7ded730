"""A printer that is silent, full, unplugged or lying holds no key up; what it did is asked once."""

from collections.abc import Callable
from statistics import median
from time import monotonic

import pytest

from devices.simulators.printer import SimulatedPrinter
from tests.whole.harness import MUG, Shop
from tui import commands as c

FRAME_S = 0.1
"""A key is answered within this, whatever the printer does (reliability I16)."""
FAULTS: dict[str, Callable[[SimulatedPrinter], object]] = {
    "out of paper": lambda printer: printer.set_paper("out"),
    "cover open": lambda printer: printer.set_cover(is_open=True),
    "silent": lambda printer: printer.set_silent(is_silent=True),
    "garbage for a status": lambda printer: printer.set_garbage(is_garbage=True),
    "reads nothing": lambda printer: printer.set_never_read(is_deaf=True),
    "silent in the middle": lambda printer: printer.stop_after(300, "silent"),
    "reads no more": lambda printer: printer.stop_after(300, "never-read"),
    "unplugged in the middle": lambda printer: printer.stop_after(300, "unplug"),
    "paper ends in the middle": lambda printer: printer.stop_after(300, "paper-out"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_the_printer_holds_a_key_up(shop: Shop, fault: str) -> None:
    till = shop.open().ready()
    FAULTS[fault](shop.printer)
    till.sell(MUG)
    till.do(c.PayCash())
    till.receipt(1)
    took_s = []
    for _ in range(25):
        at_s = monotonic()
        till.do(c.AddCode(MUG))
        took_s.append(monotonic() - at_s)
    assert median(took_s) < FRAME_S, took_s
    till.do(c.VoidSale())
    asked = [view.attention for view in till.seen if view.attention is not None]
    assert len(set(asked)) <= 1, "asked once"
    assert len(shop.receipts()) <= 1
