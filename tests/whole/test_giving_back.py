"""A customer changes his mind before the sale is paid: his part goes back, and nothing is sold."""

from functools import partial

from tests.whole.harness import SALE_ORE, Shop, WholeTill, amounts, totals, wait_until
from tui import commands as c
from tui.views import TillView


def has_settled(count: int, view: TillView) -> bool:
    return view.sale is not None and len(view.sale.settled) == count


def drawer_openings(till: WholeTill) -> int:
    return till.x().drawer_openings


def test_cash_given_back_opens_the_drawer_and_is_no_turnover(shop: Shop) -> None:
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCash(100_00))
    till.do(c.GiveBack(1))
    view = till.view
    assert view.card_result is not None
    assert view.card_result.code == "cash-returned"
    assert view.sale is not None
    assert (view.sale.remaining_ore, till.state) == (SALE_ORE, "tendering")
    wait_until(lambda: shop.printer.drawer_pulses == 1)
    till.do(c.PayCard())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]
    till.papers_done()
    assert shop.printer.drawer_pulses == 1
    report = till.z()
    assert (report.sales_ore, report.expected_cash_ore) == (SALE_ORE, 1000_00)
    assert report.drawer_openings == 1
    assert len(shop.notes("cash-returned")) == 1


def test_a_part_that_is_not_the_last_or_not_there_is_not_given_back(shop: Shop) -> None:
    till = shop.open().ready()
    assert till.refuse(c.GiveBack(1)) == "nothing-to-give-back"
    till.sell()
    till.do(c.PayCash(100_00))
    till.do(c.PayCash(50_00))
    assert till.refuse(c.GiveBack(1)) == "nothing-to-give-back"
    till.do(c.GiveBack(2))
    assert till.refuse(c.GiveBack(2)) == "nothing-to-give-back"
    till.do(c.GiveBack(1))
    assert drawer_openings(till) == 2
    till.do(c.VoidSale())
    assert till.view.sale is None


def test_a_card_part_is_reversed_on_the_terminal_and_the_sale_changed_again(shop: Shop) -> None:
    shop.play("tip 5.00")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard(100_00))
    till.wait(lambda view: view.sale and view.sale.settled)
    assert till.refuse(c.VoidSale()) == "sale-not-open"
    till.do(c.GiveBack(1))
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert view.card_result.code == "card-reversed"
    assert not shop.charges()
    assert len(shop.notes("reversal-requested")) == 1
    till.sell()
    till.do(c.PayCash())
    assert amounts(till.receipt(1)) == [("cash", 2 * SALE_ORE, 0)]
    assert drawer_openings(till) == 0


def test_a_card_part_before_another_cards_is_not_reversed_from_the_till(shop: Shop) -> None:
    till = shop.open().ready()
    till.sell()
    for no in (1, 2):
        till.do(c.PayCard(100_00))
        till.wait(partial(has_settled, no))
    till.do(c.GiveBack(2))
    till.wait(lambda view: view.card_result)
    assert till.refuse(c.GiveBack(1)) == "nothing-to-give-back"
    till.do(c.PayCash())
    till.receipt(1)
    assert totals(shop.charges()) == [(100_00, 0)]


def test_a_reversal_of_a_part_goes_on_after_a_restart_and_is_done_once(shop: Shop) -> None:
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard(100_00))
    till.wait(lambda view: view.sale and view.sale.settled)
    shop.terminal.pull_cable()
    till.do(c.GiveBack(1))
    till.wait_attention("card-unreversed")
    till.stop()
    shop.terminal.plug_cable()
    till = shop.open()
    till.wait_state("tendering")
    assert not shop.charges()
    assert len(shop.notes("card-reversed")) == 1
    till.do(c.VoidSale())
