"""The entry line as a value: what was typed is what is read, or an error; never something else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotAnAmount, QuantityOutOfRange, RuleError, UnknownArticle
from tui.entry import CHARACTERS, LENGTH_MAX, Entry

TYPED = st.text(st.sampled_from(sorted(CHARACTERS)), max_size=20)
DIGITS = st.text(st.sampled_from("0123456789"), min_size=1, max_size=14)


def typed(text: str) -> Entry:
    entry = Entry()
    for character in text:
        entry = entry.typed(character)
    return entry


@given(DIGITS)
def test_a_code_is_read_digit_by_digit_as_it_was_typed(code: str) -> None:
    assert typed(code).code().text == code
    assert typed(code).code().quantity_milli is None


@given(st.integers(1, 99_999), DIGITS)
def test_a_quantity_before_the_star_counts_pieces(count: int, code: str) -> None:
    goods = typed(f"{count}*{code}").code()
    assert (goods.quantity_milli, goods.text) == (count * 1000, code)


@given(st.integers(1, 99_999_999))
def test_kronor_and_ore_come_back_as_they_were_typed(amount_ore: int) -> None:
    text = f"{amount_ore // 100},{amount_ore % 100:02d}"
    assert typed(text).amount_ore() == amount_ore
    assert typed(text).before_key() == (None, amount_ore)


@given(TYPED)
def test_any_typing_is_read_or_refused_by_a_rule(text: str) -> None:
    for read in (Entry.code, Entry.before_key, Entry.amount_ore):
        with suppress(RuleError):
            read(typed(text))


@given(TYPED, TYPED)
def test_a_kept_entry_is_replaced_by_what_is_typed_next(first: str, then: str) -> None:
    entry = typed(first).kept()
    for character in then:
        entry = entry.typed(character)
    assert entry == (typed(then) if then else typed(first).kept())


@given(TYPED.filter(lambda text: "," not in text))
def test_erasing_takes_back_the_last_character(text: str) -> None:
    assert typed(text + "7").erased() == typed(text)


def test_weights_have_three_decimals_and_no_more() -> None:
    assert typed("0,435*141").code().quantity_milli == 435
    assert typed(",5*141").code().quantity_milli == 500
    with pytest.raises(QuantityOutOfRange):
        typed("0,4355*141").code()


@pytest.mark.parametrize("text", ["0*73", "3**73", "3*4*73", "9999999*73", "3*", "0,000*73"])
def test_a_quantity_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(QuantityOutOfRange):
        typed(text).code()


def test_an_amount_is_no_code() -> None:
    with pytest.raises(NotAnAmount):
        typed("24,50").code()


def test_a_price_may_follow_a_quantity_before_a_department() -> None:
    assert typed("3*24,50").before_key() == (3000, 2450)


def test_a_flood_without_enter_is_never_a_shorter_code() -> None:
    entry = typed("7" * (LENGTH_MAX + 1))
    with pytest.raises(UnknownArticle):
        entry.code()
    with pytest.raises(NotAnAmount):
        entry.amount_ore()


def test_a_refused_amount_is_read_again_and_not_taken_for_nothing() -> None:
    assert typed("100").kept().amount_ore() == 10000


def test_what_a_scanner_with_a_prefix_sends_is_text() -> None:
    entry = Entry(is_scan=True)
    for character in "AB-12,3*":
        entry = entry.typed(character)
    assert entry.code().text == "AB-12,3*"
