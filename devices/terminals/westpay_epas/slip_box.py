"""Slips as they come, in or outside a payment: told once, kept for a while, waited for.

Two identical prints (same copy, reference, kind and status) are one slip (protocols 5.4); printed
again later it is told again, for a person may have done that at the terminal. Another content under
the same name is told as foreign and never put over the first.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from core.card import CardSlip
from core.facts import ForeignAnswer, SlipArrived
from core.ports import Clock, Report

_COUNT_MAX = 64
_LOOK_S = 0.25
_SAME_PRINT_S = 3.0
"""An identical print this soon is the same one sent twice; a later one was asked for anew."""


class SlipBox:
    """The newest slips of one terminal, at most 64. Any thread."""

    def __init__(self, clock: Clock, report: Report) -> None:
        self._clock = clock
        self._report = report
        self._came = threading.Condition()
        self._slips: OrderedDict[tuple[str, ...], CardSlip] = OrderedDict()
        self._told_at_s: dict[tuple[str, ...], float] = {}

    def keep(self, slip: CardSlip) -> None:
        """Keep and tell a slip, unless it was told just before."""
        key = (slip.copy, slip.reference, slip.kind, slip.status)
        now_s = self._clock.monotonic_s()
        with self._came:
            known = self._slips.get(key)
            if known is None:
                self._slips[key] = slip
                if len(self._slips) > _COUNT_MAX:
                    oldest, _slip = self._slips.popitem(last=False)
                    self._told_at_s.pop(oldest, None)
                self._came.notify_all()
            is_told = now_s - self._told_at_s.get(key, now_s - _SAME_PRINT_S) < _SAME_PRINT_S
            self._told_at_s[key] = now_s
        if known is not None and replace(known, service_id=slip.service_id) != slip:
            self._report(ForeignAnswer(slip.service_id, "Print", f"second {slip.reference}"))
        elif known is None or not is_told:
            self._report(SlipArrived(slip))

    def kept(self) -> list[CardSlip]:
        """Give all kept slips, oldest first."""
        with self._came:
            return list(self._slips.values())

    def wait_for_more(
        self, seen: list[CardSlip], until_s: float, is_over: Callable[[], bool]
    ) -> bool:
        """Wait until another slip than `seen` is here; False when time or link ended first."""
        with self._came:
            while list(self._slips.values()) == seen:
                left_s = until_s - self._clock.monotonic_s()
                if left_s <= 0 or is_over():
                    return False
                self._came.wait(min(left_s, _LOOK_S))
            return True
