"""The Swedish VAT rates a new shop starts with, as days and basis points.

Rates are data with dates, never numbers in code: the till looks the rate up for the day of the
line, so that a change of the law at midnight needs no new version (sweden 6.1). The table is
copied into the store when a shop is made and is read from there afterwards.
"""

from datetime import date
from typing import Final

from core.vat import VatRate

ALWAYS_FROM: Final = date(1970, 1, 1)
"""Stands for: since before any till of ours."""
ALWAYS_TO: Final = date(9999, 12, 31)
"""Stands for: until the law says otherwise."""

STANDARD_VAT_RATES: Final = (
    # 25 %: everything without a rate of its own; spirits, wine and strong beer also when served.
    # Source: ML 9:2.
    VatRate("standard", 2500, ALWAYS_FROM, ALWAYS_TO),
    # 12 %: restaurant and catering services, food and soft drinks served. Source: ML 9:5.
    VatRate("restaurant", 1200, ALWAYS_FROM, ALWAYS_TO),
    # Food as goods: 12 %, but 6 % from 2026-04-01 to 2027-12-31.
    # Source: ML 9:19 in the wording of SFS 2026:118, and of SFS 2026:119 from 2028-01-01.
    VatRate("food", 1200, ALWAYS_FROM, date(2026, 3, 31)),
    VatRate("food", 600, date(2026, 4, 1), date(2027, 12, 31)),
    VatRate("food", 1200, date(2028, 1, 1), ALWAYS_TO),
    # 6 %: books, papers, passenger transport, culture. Source: sweden 6.1.
    VatRate("culture", 600, ALWAYS_FROM, ALWAYS_TO),
    # 0 %: exempt supplies and vouchers sold. Source: sweden 6.1.
    VatRate("exempt", 0, ALWAYS_FROM, ALWAYS_TO),
)
"""Every code of core.vat.VAT_CODES, each day covered exactly once."""
