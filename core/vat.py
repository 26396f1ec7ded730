"""VAT: rates in basis points and the VAT contained in a gross amount.

VAT is computed once per rate on the receipt's total of that rate, never per line, so that receipt,
control unit, Z report and bookkeeping agree to the öre (sweden 6.1). A rate belongs to a department
through a VAT code and holds between two dates; the rate of a line is fixed when the line is made.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from core.errors import VatRateMissing
from core.frozen import frozen
from core.money import divide_half_up

VAT_CODES: Final = ("standard", "restaurant", "food", "culture", "exempt")
"""The names of the article file (contract.md 2.1); a fixed percentage is `fixed:<basis points>`."""


@frozen
class VatRate:
    """One rate of one VAT code within a span of days."""

    code: str
    rate_bp: int
    """Basis points: 2500 is 25 %."""
    valid_from: date
    valid_to: date
    """Last day included."""


@frozen
class VatRow:
    """What one rate amounts to on one receipt; net + vat = gross."""

    rate_bp: int
    gross_ore: int
    vat_ore: int

    @property
    def net_ore(self) -> int:
        """The amount without VAT."""
        return self.gross_ore - self.vat_ore


def vat_contained(gross_ore: int, rate_bp: int) -> int:
    """Say how much VAT lies in a gross amount, half away from zero (sweden 6.1)."""
    return divide_half_up(gross_ore * rate_bp, 10_000 + rate_bp)


def vat_rows(amounts: Iterable[tuple[int, int]]) -> tuple[VatRow, ...]:
    """Sum (rate_bp, gross_ore) pairs per rate, highest rate first, and take the VAT once."""
    gross: dict[int, int] = {}
    for rate_bp, gross_ore in amounts:
        gross[rate_bp] = gross.get(rate_bp, 0) + gross_ore
    return tuple(
        VatRow(rate_bp, gross[rate_bp], vat_contained(gross[rate_bp], rate_bp))
        for rate_bp in sorted(gross, reverse=True)
    )


def rate_on(rates: Iterable[VatRate], code: str, day: date) -> int:
    """Find the rate of `code` on `day` in basis points. Raises VatRateMissing."""
    if code.startswith("fixed:"):
        return int(code.removeprefix("fixed:"))
    for rate in rates:
        if rate.code == code and rate.valid_from <= day <= rate.valid_to:
            return rate.rate_bp
    raise VatRateMissing(vat_code=code, day=day.isoformat())
