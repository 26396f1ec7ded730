"""The regulated document of a closed sale, as values (SKVFS 2014:9 7 kap. 1 §; sweden R12).

A Receipt holds everything that its paper shows, frozen when the sale is signed: nothing is looked
up again from the catalogue or the shop. Card data is masked as the terminal gave it.
"""

from datetime import datetime
from enum import StrEnum

from core.card import CardSlip
from core.frozen import frozen
from core.vat import VatRow


class ReceiptKind(StrEnum):
    """The regulated kinds of paper."""

    SALE = "sale"
    RETURN = "return"
    COPY = "copy"
    TRAINING = "training"
    PRO_FORMA = "pro-forma"


@frozen
class Shop:
    """Who sells, as the receipt must name it."""

    name: str
    org_no: str
    """As `556677-8899`."""
    address: tuple[str, ...]
    register_id: str
    footer: tuple[str, ...] = ()


@frozen
class ReceiptLine:
    """One row that stands at the end of the sale (corrected rows are in the journal only)."""

    name: str
    quantity_milli: int
    unit: str
    unit_price_ore: int
    amount_ore: int
    rate_bp: int
    is_service: bool = False


@frozen
class ReceiptTender:
    """One way the customer paid."""

    kind: str
    """`cash`, `card` … as core.tender.TenderKind."""
    amount_ore: int
    """The part of the sale it paid; without tip and change, with cash rounding."""
    tip_ore: int = 0
    given_ore: int = 0
    """Cash handed over; 0 for other tenders."""
    change_ore: int = 0
    card: CardSlip | None = None

    @property
    def charged_ore(self) -> int:
        """What was drawn from the card: sale part and tip."""
        return self.amount_ore + self.tip_ore


@frozen
class Receipt:
    """Everything on the paper, checked at construction."""

    kind: ReceiptKind
    shop: Shop
    receipt_no: int
    at: datetime
    operator: str
    lines: tuple[ReceiptLine, ...]
    total_ore: int
    """Goods and services incl. VAT, before cash rounding; no tip."""
    rounding_ore: int
    vat: tuple[VatRow, ...]
    tenders: tuple[ReceiptTender, ...]
    control_unit_id: str
    control_code: str
    is_demo: bool = False
    original_at: datetime | None = None
    """For a copy: the original's time."""
    copy_no: int = 0

    def __post_init__(self) -> None:
        assert all((self.shop.name, self.shop.org_no, self.shop.address))
        assert self.receipt_no > 0
        assert self.lines
        assert self.tenders
        assert sum(line.amount_ore for line in self.lines) == self.total_ore
        assert sum(row.gross_ore for row in self.vat) == self.total_ore
        assert sum(tender.amount_ore for tender in self.tenders) == self.to_pay_ore
        assert self.control_unit_id
        assert self.control_code or self.kind is not ReceiptKind.SALE

    @property
    def to_pay_ore(self) -> int:
        """What the customer owed: total and cash rounding."""
        return self.total_ore + self.rounding_ore

    @property
    def tip_ore(self) -> int:
        """All tips of this receipt."""
        return sum(tender.tip_ore for tender in self.tenders)
