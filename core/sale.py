"""Goods and services sold to one guest at once.

A sale is a frozen value; `core.checkout.advance` makes the next one from an event. Lines are only
ever appended: taking a line away appends a line with the opposite sign that names it, so that the
correction stays (SKVFS 2014:9 6 kap. 1 §).
"""

from datetime import datetime

from core.errors import QuantityOutOfRange
from core.frozen import frozen
from core.money import AMOUNT_MAX_ORE, price_of
from core.tender import Tender, TenderState
from core.vat import VatRow, vat_rows

LINES_MAX = 9_999
"""More lines than any paper roll wants; keeps every loop bounded."""
QUANTITY_MAX_MILLI = 99_999_000


@frozen
class Line:
    """One row of a sale, with everything it needs for ever (reliability I11)."""

    seq: int
    """1 and up within the sale."""
    number: str
    """Article number, or empty for an open department."""
    name: str
    department: str
    quantity_milli: int
    """Thousandths of the unit; negative on a correction."""
    unit: str
    unit_price_ore: int
    amount_ore: int
    rate_bp: int
    is_service: bool = False
    corrects: int = 0
    """Seq of the line this one takes away; 0 = none."""
    follows: int = 0
    """Seq of the line whose deposit this is; 0 = none."""

    def opposite(self, seq: int) -> "Line":
        """Make the correction that takes this line away."""
        return Line(
            seq=seq,
            number=self.number,
            name=self.name,
            department=self.department,
            quantity_milli=-self.quantity_milli,
            unit=self.unit,
            unit_price_ore=self.unit_price_ore,
            amount_ore=-self.amount_ore,
            rate_bp=self.rate_bp,
            is_service=self.is_service,
            corrects=self.seq,
            follows=self.follows,
        )


def line_amount(unit_price_ore: int, quantity_milli: int) -> int:
    """Price a line. Raises QuantityOutOfRange for 0, negative or huge quantities and sums."""
    if not 0 < quantity_milli <= QUANTITY_MAX_MILLI:
        raise QuantityOutOfRange(quantity_milli=quantity_milli)
    amount_ore = price_of(unit_price_ore, quantity_milli)
    if abs(amount_ore) > AMOUNT_MAX_ORE:
        raise QuantityOutOfRange(quantity_milli=quantity_milli, amount_ore=amount_ore)
    return amount_ore


@frozen
class Sale:
    """The sale as it stands. `state` is one of core.checkout.SaleState."""

    sale_id: int
    state: str
    operator: str
    opened_at: datetime
    lines: tuple[Line, ...] = ()
    tenders: tuple[Tender, ...] = ()
    receipt_no: int = 0
    serial: int = 0
    total_ore: int = 0
    """Sum of all lines, corrections included; no tip, no cash rounding."""

    @property
    def standing(self) -> tuple[Line, ...]:
        """The lines that neither are corrections nor were taken away."""
        gone = {line.corrects for line in self.lines if line.corrects}
        return tuple(line for line in self.lines if not line.corrects and line.seq not in gone)

    @property
    def settled(self) -> tuple[Tender, ...]:
        """The tenders that pay."""
        return tuple(tender for tender in self.tenders if tender.state is TenderState.SETTLED)

    @property
    def last_settled(self) -> Tender | None:
        """The newest tender that pays; the only one that may be given back."""
        settled = self.settled
        return settled[-1] if settled else None

    @property
    def rounding_ore(self) -> int:
        """Cash rounding, once per sale."""
        return sum(tender.rounding_ore for tender in self.settled)

    @property
    def remaining_ore(self) -> int:
        """What is left to pay."""
        paid_ore = sum(tender.amount_ore for tender in self.settled)
        return self.total_ore + self.rounding_ore - paid_ore

    @property
    def tip_ore(self) -> int:
        """All tips taken."""
        return sum(tender.tip_ore for tender in self.settled)

    @property
    def vat(self) -> tuple[VatRow, ...]:
        """VAT per rate on the receipt's total of that rate; rates that cancelled out are left."""
        return vat_rows((line.rate_bp, line.amount_ore) for line in self.standing)

    @property
    def current_tender(self) -> Tender | None:
        """The card tender that is being asked for, held or reversed; None when none is."""
        waiting = (TenderState.REQUESTED, TenderState.HELD, TenderState.REVERSING)
        for tender in reversed(self.tenders):
            if tender.state in waiting:
                return tender
        return None

    def tender_of_service(self, service_id: int) -> Tender | None:
        """Find the card tender that carries this service id."""
        for tender in self.tenders:
            if service_id and service_id in (tender.service_id, tender.reversal_service_id):
                return tender
        return None
