"""How long a unit of work waits for a lock that another program holds (reliability F44).

A command of which nothing is durable yet may be refused after five seconds: the cashier presses
again. What follows a durable step, and whatever a device said, waits until the lock is free.
"""

from collections.abc import Callable
from typing import Final

TRY_MS: Final = 250
"""How long SQLite itself waits in one try."""
LIMIT_S: Final = 5.0
TOLD_AFTER_S: Final = 0.5


class Patience:
    """The rule of one writer; the till thread changes it from work to work."""

    def __init__(self) -> None:
        self.is_refusable = True
        """Nothing of the present work is durable: it may be refused."""
        self._is_till = False
        self._tell: Callable[[], None] | None = None

    def begin(self, tell: Callable[[], None], *, is_refusable: bool) -> None:
        """Begin a command or a fact of the till; `tell` says on the screen that the till waits."""
        self._is_till = True
        self._tell = tell
        self.is_refusable = is_refusable

    def committed(self) -> None:
        """Something is durable: what belongs to it must follow."""
        self.is_refusable = self.is_refusable and not self._is_till

    def may_wait(self, waited_s: float) -> bool:
        """Say whether to try again, and tell of the wait once it can be felt."""
        if waited_s >= TOLD_AFTER_S and self._tell is not None:
            self._tell()
            self._tell = None
        return waited_s < LIMIT_S or not self.is_refusable
