"""What a restored backup cannot know: what came out, and what was paid, in the time that is lost.

A receipt has one original and at most one copy (SKVFS 2014:9 6 kap. 3 §; sweden R19). What was
about to print when the backup was made may lie in a customer's hand since: it is asked about, never
printed. A sale that was not paid then may have been paid since, under a number that is lost: what
the terminal tells of its card is held for a person (docs/decisions/011).
"""

from collections.abc import Callable
from typing import Final, Self

from core.frozen import frozen

_RECEIPT_KEY: Final = "restored_receipt_no"
_COPIES_KEY: Final = "restored_copies"
_SALE_KEY: Final = "restored_sale_id"
_SERVICE_KEY: Final = "restored_service_id"


@frozen
class LostTime:
    """The papers, sales and cards of before the newest restore."""

    receipt_no: int = 0
    """Originals up to this number may be out; 0 = nothing was ever restored."""
    copies: frozenset[int] = frozenset()
    """Receipts whose copy was wanted, or waited for the printer, in the backup."""
    sale_id: int = 0
    """Newest sale of the backup."""
    service_id: int = 0
    """Newest card payment of the backup."""

    @classmethod
    def read(cls, setting: Callable[[str], str | None]) -> Self:
        """Make it from the register's own settings."""
        copies = (setting(_COPIES_KEY) or "").split()
        return cls(
            int(setting(_RECEIPT_KEY) or 0),
            frozenset(int(number) for number in copies),
            int(setting(_SALE_KEY) or 0),
            int(setting(_SERVICE_KEY) or 0),
        )

    def settings(self) -> dict[str, str]:
        """Give it as settings."""
        copies = " ".join(str(number) for number in sorted(self.copies))
        return {
            _RECEIPT_KEY: str(self.receipt_no),
            _COPIES_KEY: copies,
            _SALE_KEY: str(self.sale_id),
            _SERVICE_KEY: str(self.service_id),
        }

    def may_show(self, kind: str, reference: int) -> bool:
        """Say whether a paper of this kind about this receipt may have come out already."""
        if kind == "copy":
            return reference in self.copies
        return kind == "receipt" and reference <= self.receipt_no

    def has_sale(self, sale_id: int) -> bool:
        """Say whether this sale came out of the backup: it may have been paid since."""
        return sale_id <= self.sale_id

    def has_card(self, service_id: int) -> bool:
        """Say whether this card payment came out of the backup: it may be on a lost receipt."""
        return service_id <= self.service_id
