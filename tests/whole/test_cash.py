"""Cash, change and rounding, and sales paid in parts."""

from functools import partial

import pytest

from tests.whole.harness import BEANS, CHOCOLATE, MUG, SALE_ORE, Shop, amounts, totals
from tui import commands as c
from tui.views import TillView

DEPARTMENT = "Café"


def departments(shop: Shop) -> str:
    return str(shop.rows("SELECT name FROM department ORDER BY name")[0][0])


def _has_left(left_ore: int, view: TillView) -> bool:
    return view.sale is not None and view.sale.remaining_ore == left_ore


def test_cash_with_change_opens_the_drawer_once(shop: Shop) -> None:
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCash(500_00))
    receipt = till.receipt(1)
    (tender,) = receipt.tenders
    assert (tender.given_ore, tender.change_ore, tender.amount_ore) == (500_00, 251_00, SALE_ORE)
    till.papers_done()
    assert shop.printer.drawer_pulses == 1
    assert till.x().expected_cash_ore == 1000_00 + SALE_ORE


@pytest.mark.parametrize(("price_ore", "rounding_ore"), [(10_49, -49), (10_50, 50), (10_00, 0)])
def test_exact_cash_is_rounded_to_kronor_and_the_rounding_is_its_own_figure(
    shop: Shop, price_ore: int, rounding_ore: int
) -> None:
    till = shop.open().ready()
    till.do(c.AddDepartment(departments(shop), price_ore))
    till.do(c.PayCash())
    receipt = till.receipt(1)
    assert (receipt.total_ore, receipt.rounding_ore) == (price_ore, rounding_ore)
    assert receipt.to_pay_ore % 100 == 0
    report = till.z()
    assert (report.sales_ore, report.rounding_ore) == (price_ore, rounding_ore)
    assert report.expected_cash_ore == 1000_00 + receipt.to_pay_ore


def test_part_cash_and_part_card_is_not_rounded(shop: Shop) -> None:
    till = shop.open().ready()
    till.do(c.AddDepartment(departments(shop), 149_50))
    till.do(c.PayCash(100_00))
    assert till.view.sale is not None
    assert till.view.sale.remaining_ore == 49_50
    till.do(c.PayCard())
    receipt = till.receipt(1)
    assert amounts(receipt) == [("cash", 100_00, 0), ("card", 49_50, 0)]
    assert receipt.rounding_ore == 0
    assert totals(shop.charges()) == [(49_50, 0)]
    till.papers_done()
    assert shop.printer.drawer_pulses == 1


def test_part_card_and_the_rest_in_cash_rounds_only_the_rest(shop: Shop) -> None:
    till = shop.open().ready()
    till.do(c.AddDepartment(departments(shop), 149_70))
    till.do(c.PayCard(amount_ore=100_00))
    till.wait(lambda view: view.sale and view.sale.remaining_ore == 49_70 and view.sale.settled)
    till.do(c.PayCash())
    receipt = till.receipt(1)
    assert amounts(receipt) == [("card", 100_00, 0), ("cash", 50_00, 0)]
    assert receipt.rounding_ore == 30
    assert shop.unit.ledger[0].sent.total == "150,00"


def test_three_cards_pay_in_parts_each_with_its_own_tip(shop: Shop) -> None:
    shop.play("tip 10.00\nnext\ntap\nnext\ntip 5.00\nonce")
    till = shop.open().ready()
    till.sell()
    for part_ore, left_ore in ((100_00, 149_00), (49_00, 100_00)):
        till.do(c.PayCard(amount_ore=part_ore))
        till.wait(partial(_has_left, left_ore))
        till.wait_state("tendering")
    assert till.refuse(c.AddCode(MUG)) == "sale-not-open"
    assert till.refuse(c.VoidSale()) == "sale-not-open"
    till.do(c.PayCard())
    receipt = till.receipt(1)
    assert amounts(receipt) == [
        ("card", 100_00, 10_00),
        ("card", 49_00, 0),
        ("card", 100_00, 5_00),
    ]
    assert totals(shop.charges()) == [(100_00, 10_00), (49_00, 0), (100_00, 5_00)]
    assert len({tender.card.reference for tender in receipt.tenders if tender.card}) == 3
    report = till.z()
    assert [(tip.count, tip.sum_ore) for tip in report.tips_by_tender] == [(2, 15_00)]
    assert [(one.name, one.count, one.sum_ore) for one in report.tenders] == [("card", 3, SALE_ORE)]


def test_cash_with_ore_and_a_card_above_what_remains_are_refused(shop: Shop) -> None:
    till = shop.open().ready()
    assert till.refuse(c.PayCash()) == "nothing-to-pay"
    till.sell(BEANS, CHOCOLATE)
    assert till.refuse(c.PayCash(100_50)) == "cash-not-whole"
    assert till.refuse(c.PayCash(0)) == "nothing-to-pay"
    assert till.refuse(c.PayCard(amount_ore=120_01)) == "tender-exceeds-remaining"
    assert till.refuse(c.PayCard(amount_ore=0)) == "nothing-to-pay"
    assert till.state == "open"
    till.do(c.PayCash(20_00))
    assert till.refuse(c.PayCard(amount_ore=100_01)) == "tender-exceeds-remaining"
    till.do(c.PayCard(amount_ore=100_00))
    assert amounts(till.receipt(1)) == [("cash", 20_00, 0), ("card", 100_00, 0)]


def test_x_closes_nothing_and_z_closes_the_period(shop: Shop) -> None:
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCash())
    till.receipt(1)
    assert till.x().number is None
    assert till.x().receipts == 1
    assert till.z().number == 1
    again = till.x()
    assert (again.receipts, again.sales_ore, again.grand_sales_ore) == (0, 0, SALE_ORE)
    till.sell(MUG)
    till.do(c.PayCard())
    till.receipt(2)
    till.stop()
    till = shop.open().ready()
    second = till.z()
    assert (second.number, second.receipts, second.sales_ore) == (2, 1, 129_00)
    assert second.grand_sales_ore == SALE_ORE + 129_00
    till.papers_done()
    assert sum("Z-DAGRAPPORT" in paper for paper in shop.papers()) == 2
    assert not any("X-DAGRAPPORT" in paper for paper in shop.papers())
