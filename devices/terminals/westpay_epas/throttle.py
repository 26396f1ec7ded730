"""How many facts that cost a commit a terminal may cause: a flood of them must not stop the keys.

Each stray answer and each slip is one durable row. A payment has a few slips of its own, which
always come through; what comes beside them is let through as a burst and then slowly, and the rest
is dropped here, before the till sees it (reliability F24, I16).
"""

from collections.abc import Callable

from core.facts import Fact, SlipArrived
from core.ports import Clock, Report

BURST = 40
REFILL_S = 2.0
"""One more fact is let through after each of these."""
OWN_SLIPS_MAX = 12
"""Slips of one request: two copies, a signature's second round, a reversal's two, and as many."""


class Throttle:
    """A report that drops what is too much. Called from the reader thread."""

    def __init__(self, clock: Clock, report: Report, is_asked: Callable[[int], bool]) -> None:
        """`is_asked` says whether a service id is one of our payments."""
        self._clock = clock
        self._report = report
        self._is_asked = is_asked
        self._left = BURST
        self._filled_s = clock.monotonic_s()
        self._own = (0, 0)

    def __call__(self, fact: Fact, /) -> None:
        """Report the fact, or drop it."""
        if isinstance(fact, SlipArrived) and self._is_asked(fact.slip.service_id):
            asked, count = self._own
            count = count + 1 if asked == fact.slip.service_id else 1
            self._own = (fact.slip.service_id, count)
            if count <= OWN_SLIPS_MAX:
                self._report(fact)
                return
        now_s = self._clock.monotonic_s()
        fresh = int((now_s - self._filled_s) / REFILL_S)
        if fresh > 0:
            self._left = min(BURST, self._left + fresh)
            self._filled_s = now_s
        if self._left > 0:
            self._left -= 1
            self._report(fact)
