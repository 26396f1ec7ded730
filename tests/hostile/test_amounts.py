"""Quantities and amounts at the edges of every number format: right, or refused before commit."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from core.catalog import Article
from core.errors import AmountTooLarge, NotAnAmount, QuantityOutOfRange, RuleError
from core.money import AMOUNT_MAX_ORE, GRAND_MAX_ORE, parse_kronor, price_of
from core.sale import QUANTITY_MAX_MILLI, line_amount
from core.services import payment, registration
from tests.fakes import PaperPrinter, a_world
from tests.real_shop import RULES, RealShop
from tests.till_life import Life, Scenario
from tui.entry import Entry

EDGES = sorted(
    {
        sign * (base + step)
        for base in (
            0,
            1,
            999,
            1000,
            10**6,
            10**9,
            2**31,
            2**53,
            2**63,
            10**18,
            10**21,
            AMOUNT_MAX_ORE,
        )
        for step in (-1, 0, 1)
        for sign in (1, -1)
    }
)


def in_a_shop(folder: Path, work: Callable[[Life], None]) -> RealShop:
    """Run one life of a till in a real shop."""
    shop = RealShop(folder, a_world(printer=PaperPrinter())).set_up()

    def begin(life: Life) -> None:
        life.begin()
        work(life)

    shop.live(Scenario("edges", (), rules=RULES), begin)
    return shop


def test_no_quantity_or_price_at_an_edge_is_committed_wrong(tmp_path: Path) -> None:
    refused: list[int] = []

    def work(life: Life) -> None:
        for quantity in EDGES:
            for price in (None, *EDGES):
                standing = life.till.sale.lines if life.till.sale else ()
                try:
                    if price is None:
                        registration.add_code(life.till, "1", quantity, None)
                    else:
                        registration.add_department(life.till, "Lunch", price, quantity)
                except RuleError:
                    assert (life.till.sale.lines if life.till.sale else ()) == standing
                    refused.append(quantity)
                    continue
                assert life.till.sale is not None
                line = life.till.sale.lines[-1]
                assert 0 < line.quantity_milli <= QUANTITY_MAX_MILLI
                assert 0 < line.unit_price_ore <= AMOUNT_MAX_ORE
                assert line.amount_ore == price_of(line.unit_price_ore, quantity)
                assert abs(life.till.sale.total_ore) <= AMOUNT_MAX_ORE
                registration.void_sale(life.till)

    shop = in_a_shop(tmp_path / "shop", work)
    assert len(refused) > 500
    assert shop.verify().is_sound


def test_an_open_price_below_nothing_or_above_the_limit_is_refused(tmp_path: Path) -> None:
    def work(life: Life) -> None:
        article = Article("9", "Present", "Lunch", None)
        for price in (-1, 0, -AMOUNT_MAX_ORE, AMOUNT_MAX_ORE + 1, 2**63):
            for quantity in (1, 1000):
                with pytest.raises(RuleError):
                    registration.add_articles(life.till, (article,), quantity, price)
        assert life.till.sale is None

    in_a_shop(tmp_path / "shop", work)


@pytest.mark.parametrize("limit", [2**31, 2**53, 2**63, 10**18])
def test_a_sum_that_no_field_holds_is_refused_before_it_is_committed(
    tmp_path: Path, limit: int
) -> None:
    def work(life: Life) -> None:
        registration.add_department(life.till, "Lunch", AMOUNT_MAX_ORE, None)
        with pytest.raises(AmountTooLarge):
            registration.add_department(life.till, "Lunch", AMOUNT_MAX_ORE, None)
        assert life.till.sale is not None
        assert life.till.sale.total_ore == AMOUNT_MAX_ORE
        for given in (limit * 10**6, -limit):
            with pytest.raises(RuleError):
                payment.pay_cash(life.till, given)

    assert in_a_shop(tmp_path / "shop", work).verify().is_sound


def test_a_grand_total_at_the_limit_opens_no_sale(tmp_path: Path) -> None:
    folder = tmp_path / "shop"

    def first(life: Life) -> None:
        registration.add_code(life.till, "1", None, None)
        payment.pay_cash(life.till, None)
        life.settle()

    shop = in_a_shop(folder, first)
    shop.sql(f"UPDATE total SET sum_ore={GRAND_MAX_ORE - AMOUNT_MAX_ORE + 1} WHERE period_no=0")
    rows = shop.read("SELECT count(*) FROM journal")

    def second(life: Life) -> None:
        life.begin()
        with pytest.raises(AmountTooLarge):
            registration.add_code(life.till, "1", None, None)
        assert life.till.sale is None

    shop.live(Scenario("full", (), rules=RULES), second)
    (told,) = shop.read("SELECT count(*) FROM journal WHERE kind='sale-opened'")
    assert told == (1,)
    assert rows


def test_typed_amounts_and_quantities_of_any_size_are_read_or_refused() -> None:
    draw = Random(20_261_128)
    for _each in range(5_000):
        text = "".join(draw.choices("0123456789,*.-", k=draw.randint(1, 24)))
        try:
            amount = parse_kronor(text)
        except (NotAnAmount, AmountTooLarge):
            continue
        finally:
            entry = Entry()
            for character in text:
                entry = entry.typed(character)
            try:
                quantity = entry.code().quantity_milli
            except RuleError:
                quantity = None
            assert quantity is None or 0 < quantity <= QUANTITY_MAX_MILLI
        assert type(amount) is int
        assert abs(amount) <= AMOUNT_MAX_ORE


def test_a_line_is_priced_in_whole_ore_or_refused() -> None:
    for quantity in EDGES:
        for price in EDGES:
            try:
                amount = line_amount(price, quantity)
            except QuantityOutOfRange:
                continue
            assert type(amount) is int
            assert abs(2 * (amount * 1000 - price * quantity)) <= 1000
            assert abs(amount) <= AMOUNT_MAX_ORE
