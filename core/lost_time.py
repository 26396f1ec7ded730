"""What a restored backup cannot know: which papers came out in the time that is lost.

A receipt has one original and at most one copy (SKVFS 2014:9 6 kap. 3 §; sweden R19). What was
about to print when the backup was made may lie in a customer's hand since: it is asked about, never
printed (docs/decisions/011).
"""

from collections.abc import Callable
from typing import Final, Self

from core.frozen import frozen

_RECEIPT_KEY: Final = "restored_receipt_no"
_COPIES_KEY: Final = "restored_copies"


@frozen
class LostTime:
    """The papers that may have come out before the newest restore."""

    receipt_no: int = 0
    """Originals up to this number may be out; 0 = nothing was ever restored."""
    copies: frozenset[int] = frozenset()
    """Receipts whose copy was wanted, or waited for the printer, in the backup."""

    @classmethod
    def read(cls, setting: Callable[[str], str | None]) -> Self:
        """Make it from the register's own settings."""
        copies = (setting(_COPIES_KEY) or "").split()
        return cls(int(setting(_RECEIPT_KEY) or 0), frozenset(int(number) for number in copies))

    def settings(self) -> dict[str, str]:
        """Give it as settings."""
        copies = " ".join(str(number) for number in sorted(self.copies))
        return {_RECEIPT_KEY: str(self.receipt_no), _COPIES_KEY: copies}

    def may_show(self, kind: str, reference: int) -> bool:
        """Say whether a paper of this kind about this receipt may have come out already."""
        if kind == "copy":
            return reference in self.copies
        return kind == "receipt" and reference <= self.receipt_no
