"""VAT: once per rate and receipt, against fractions written separately."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import VatRateMissing
from core.money import AMOUNT_MAX_ORE
from core.vat import VAT_CODES, rate_on, vat_contained, vat_rows
from core.vat_table import STANDARD_VAT_RATES

amounts = st.integers(-AMOUNT_MAX_ORE, AMOUNT_MAX_ORE)
rates = st.sampled_from([0, 600, 1200, 2500, 10_000])


@given(amounts, rates)
def test_contained_vat_is_within_half_an_ore_of_the_exact_one(gross_ore: int, rate_bp: int) -> None:
    exact = Fraction(gross_ore * rate_bp, 10_000 + rate_bp)
    vat_ore = vat_contained(gross_ore, rate_bp)
    assert abs(vat_ore - exact) <= Fraction(1, 2)
    assert vat_contained(-gross_ore, rate_bp) == -vat_ore


@pytest.mark.parametrize(
    ("gross_ore", "rate_bp", "vat_ore"),
    [(125_00, 2500, 25_00), (112_00, 1200, 12_00), (106_00, 600, 6_00), (249_00, 1200, 26_68)],
)
def test_known_amounts_hold_their_vat(gross_ore: int, rate_bp: int, vat_ore: int) -> None:
    assert vat_contained(gross_ore, rate_bp) == vat_ore


@given(st.lists(st.tuples(rates, st.integers(-1_000_00, 1_000_00)), max_size=30))
def test_rows_sum_to_the_whole_and_stand_highest_first(pairs: list[tuple[int, int]]) -> None:
    rows = vat_rows(pairs)
    assert sum(row.gross_ore for row in rows) == sum(gross_ore for _, gross_ore in pairs)
    assert [row.rate_bp for row in rows] == sorted({rate for rate, _ in pairs}, reverse=True)
    for row in rows:
        assert row.net_ore + row.vat_ore == row.gross_ore
        exact = sum(
            (Fraction(gross * rate, 10_000 + rate) for rate, gross in pairs if rate == row.rate_bp),
            Fraction(0),
        )
        assert abs(row.vat_ore - exact) <= Fraction(1, 2)


@given(st.sampled_from(VAT_CODES), st.integers(0, 365 * 20))
def test_every_code_has_one_rate_on_every_day(code: str, days: int) -> None:
    day = date(2020, 1, 1) + timedelta(days=days)
    found = [one for one in STANDARD_VAT_RATES if one.code == code and _holds(one, day)]
    assert len(found) == 1
    assert rate_on(STANDARD_VAT_RATES, code, day) == found[0].rate_bp


def _holds(rate: object, day: date) -> bool:
    assert isinstance(rate, type(STANDARD_VAT_RATES[0]))
    return rate.valid_from <= day <= rate.valid_to


@pytest.mark.parametrize(
    ("day", "rate_bp"),
    [
        (date(2026, 3, 31), 1200),
        (date(2026, 4, 1), 600),
        (date(2027, 12, 31), 600),
        (date(2028, 1, 1), 1200),
    ],
)
def test_food_changes_its_rate_at_midnight(day: date, rate_bp: int) -> None:
    assert rate_on(STANDARD_VAT_RATES, "food", day) == rate_bp


def test_a_fixed_code_names_its_own_rate_and_an_unknown_one_is_refused() -> None:
    assert rate_on((), "fixed:1234", date(2026, 1, 1)) == 1234
    with pytest.raises(VatRateMissing):
        rate_on(STANDARD_VAT_RATES, "luxury", date(2026, 1, 1))
