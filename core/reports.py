"""X and Z as values (SKVFS 2014:9 7 kap. 3 §; sweden 2.3 items a-w), and how a receipt counts.

A report is filled from running totals that are kept in the commit that stores a receipt's control
code; `blipp verify` recomputes them from the journal by other code. Tips stand in sections after
the mandatory ones: they are no turnover and no VAT (sweden 5.2).
"""

from datetime import datetime

from core.frozen import frozen
from core.receipt import Shop


@frozen
class Tally:
    """A count and its sum."""

    count: int = 0
    sum_ore: int = 0


@frozen
class GroupSum:
    """Sales of one main group (g) or one payment means (p)."""

    name: str
    sum_ore: int
    count: int = 0


@frozen
class VatSum:
    """VAT of one rate (h)."""

    rate_bp: int
    gross_ore: int
    vat_ore: int


@frozen
class TipSum:
    """Tips by tender or by operator (sweden R31)."""

    name: str
    count: int
    sum_ore: int


@frozen
class DayReport:
    """X or Z; letters are those of sweden 2.3. Amounts in öre."""

    shop: Shop
    at: datetime
    number: int | None
    """c: the Z number; None on an X report."""
    period_opened_at: datetime
    program: str
    """Model, program and version (R30)."""
    sales_ore: int
    """f: sales of the period; sales minus returns equals `net_sales_ore`."""
    returns: Tally
    """q."""
    groups: tuple[GroupSum, ...]
    """g."""
    vat: tuple[VatSum, ...]
    """h."""
    opening_float_ore: int
    """i."""
    float_changes: Tally
    goods_milli: int
    """j: quantity of goods, in thousandths."""
    services_milli: int
    """k."""
    receipts: int
    """l."""
    drawer_openings: int
    """m: without a sale."""
    copies: Tally
    """n."""
    training: Tally
    """o."""
    tenders: tuple[GroupSum, ...]
    """p: sales part per payment means, cash with its rounding."""
    discounts: Tally
    """r."""
    corrections: Tally
    """s: corrections and voids that reduced the day's sales."""
    unfinished: Tally
    """t."""
    grand_sales_ore: int
    """u."""
    grand_returns_ore: int
    """v."""
    rounding_ore: int
    """Cash rounding of the period, its own figure."""
    tips_by_tender: tuple[TipSum, ...]
    tips_by_operator: tuple[TipSum, ...]
    charged_by_tender: tuple[GroupSum, ...]
    """Sales part and tip together: what the acquirer pays out."""
    expected_cash_ore: int
    card_reversed: Tally = Tally()
    """Card payments that were undone before their sale was paid, tip included: no turnover."""
    remarks: tuple[str, ...] = ()
    """Named oddities: machine words such as `card-unclear charged 1 24900`."""
    head_hash: str = ""
    """Journal head at the report (R40)."""
    is_demo: bool = False

    @property
    def net_sales_ore(self) -> int:
        """Sales minus returns."""
        return self.sales_ore - self.returns.sum_ore

    @property
    def grand_net_ore(self) -> int:
        """w = u - v."""
        return self.grand_sales_ore - self.grand_returns_ore
