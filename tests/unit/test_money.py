"""Money: whole öre in, whole öre out, against a second opinion in fractions."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AmountTooLarge, NotAnAmount
from core.money import (
    AMOUNT_MAX_ORE,
    cash_rounding_ore,
    divide_half_up,
    format_kronor,
    format_plain,
    parse_kronor,
    price_of,
)

amounts = st.integers(-AMOUNT_MAX_ORE, AMOUNT_MAX_ORE)


def half_away_from_zero(value: Fraction) -> int:
    """Round as a person does on paper."""
    whole = int(abs(value))
    rest = abs(value) - whole
    size = whole + (1 if rest >= Fraction(1, 2) else 0)
    return size if value >= 0 else -size


@given(amounts)
def test_what_is_written_is_read_back(amount_ore: int) -> None:
    assert parse_kronor(format_kronor(amount_ore).replace(" ", "")) == amount_ore
    assert parse_kronor(format_plain(amount_ore)) == amount_ore
    assert parse_kronor(format_plain(amount_ore, ".")) == amount_ore


@pytest.mark.parametrize(
    ("amount_ore", "text"),
    [(124900, "1 249,00"), (-5, "-0,05"), (0, "0,00"), (99_999_999_99, "99 999 999,99")],
)
def test_kronor_are_written_the_swedish_way(amount_ore: int, text: str) -> None:
    assert format_kronor(amount_ore).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("text", "amount_ore"),
    [("24", 2400), ("24,9", 2490), ("24,90", 2490), ("24.90", 2490), ("-24,90", -2490), ("0", 0)],
)
def test_typed_amounts_are_read(text: str, amount_ore: int) -> None:
    assert parse_kronor(text) == amount_ore


@pytest.mark.parametrize(
    "text",
    ["", "-", ",", ",5", "1,2,3", "1,234", "1e3", "½", "٣", "--1", "1-", "x", "1,-5", "+5", "NaN"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_kronor(text)


@pytest.mark.parametrize("text", ["100000000", "99999999999999999999", "-100000000,00"])
def test_an_amount_beyond_the_control_units_fields_is_refused(text: str) -> None:
    with pytest.raises(AmountTooLarge):
        parse_kronor(text)


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused_and_never_crashes(text: str) -> None:
    with suppress(NotAnAmount, AmountTooLarge):
        assert abs(parse_kronor(text)) <= AMOUNT_MAX_ORE


@given(amounts)
def test_cash_is_rounded_to_the_nearest_krona_half_up(amount_ore: int) -> None:
    rounding_ore = cash_rounding_ore(amount_ore)
    assert (amount_ore + rounding_ore) % 100 == 0
    assert amount_ore + rounding_ore == 100 * half_away_from_zero(Fraction(amount_ore, 100))
    assert cash_rounding_ore(-amount_ore) == -rounding_ore


@pytest.mark.parametrize(("amount_ore", "rounding_ore"), [(149, -49), (150, 50), (101, -1)])
def test_forty_nine_goes_down_and_fifty_up(amount_ore: int, rounding_ore: int) -> None:
    assert cash_rounding_ore(amount_ore) == rounding_ore


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**6))
def test_division_rounds_half_away_from_zero(numerator: int, denominator: int) -> None:
    wanted = half_away_from_zero(Fraction(numerator, denominator))
    assert divide_half_up(numerator, denominator) == wanted


@given(amounts, st.integers(-99_999_000, 99_999_000))
def test_a_price_is_the_exact_product_rounded_once(price_ore: int, quantity_milli: int) -> None:
    wanted = half_away_from_zero(Fraction(price_ore * quantity_milli, 1000))
    assert price_of(price_ore, quantity_milli) == wanted
    assert price_of(price_ore, -quantity_milli) == -wanted


def test_weighed_goods_are_priced_to_the_ore() -> None:
    assert price_of(129_00, 435) == 56_12
