"""Tips typed in the till, tips that break the rules of the shop, and sums that do not fit."""

import pytest

from core.reports import Tally
from devices.simulators.terminal import Step
from tests.whole.conftest import OpenShop
from tests.whole.harness import MUG, SALE_ORE, Shop, WholeTill, amounts, totals, wait_until
from tui import commands as c


def sold_on_card(shop: Shop, script: str) -> WholeTill:
    shop.play(script)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    return till


def test_a_total_typed_in_the_till_goes_to_the_terminal_with_tipping_off_there(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(tip="till")
    shop.terminal.set_script(None)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard(total_ore=280_00))
    wait_until(lambda: shop.terminal.view().step is Step.PRESENT)
    assert shop.terminal.view().amount_ore == 280_00
    shop.terminal.press("tap")
    receipt = till.receipt(1)
    assert amounts(receipt) == [("card", SALE_ORE, 31_00)]
    assert receipt.tenders[0].card is not None
    assert receipt.tenders[0].card.total_ore == 280_00
    assert totals(shop.charges()) == [(280_00, 0)]
    assert shop.unit.ledger[0].sent.total == "249,00"
    till.papers_done()
    assert "Dricks" in shop.receipts()[0]
    assert "280,00" in shop.receipts()[0]
    report = till.z()
    assert (report.sales_ore, report.tips_by_tender[0].sum_ore) == (SALE_ORE, 31_00)


def test_nothing_typed_in_the_till_means_no_tip(open_shop: OpenShop) -> None:
    shop = open_shop(tip="till")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]


@pytest.mark.parametrize(
    ("total_ore", "code"), [(248_00, "tip-below-amount"), (600_00, "tip-too-large")]
)
def test_a_total_below_the_amount_or_above_the_cap_is_refused(
    open_shop: OpenShop, total_ore: int, code: str
) -> None:
    shop = open_shop(tip="till")
    till = shop.open().ready()
    till.sell()
    assert till.refuse(c.PayCard(total_ore=total_ore)) == code
    assert till.state == "open"
    assert not shop.terminal.ledger()


def test_a_tip_above_the_cap_is_held_and_may_be_kept(shop: Shop) -> None:
    till = sold_on_card(shop, "total 999.00")
    facts = till.wait_attention("card-held")
    assert (facts["reason"], facts["tip_ore"]) == ("tip-above-cap", 750_00)
    assert till.state == "held"
    assert till.refuse(c.TakeZ()) == "report-not-allowed"
    assert till.refuse(c.PayCash()) == "payment-in-progress"
    assert not shop.unit.ledger
    till.do(c.KeepHeld())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 750_00)]
    assert till.view.attention is None
    assert '"by":"Anna"' in shop.notes("manager-kept")[0]


def test_a_tip_above_the_cap_is_held_and_may_be_reversed(shop: Shop) -> None:
    till = sold_on_card(shop, "total 999.00")
    till.wait_attention("card-held")
    till.do(c.ReverseHeld())
    till.wait_state("tendering")
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert view.card_result.code == "card-reversed"
    assert not shop.charges()
    till.do(c.PayCash(300_00))
    receipt = till.receipt(1)
    assert amounts(receipt) == [("cash", SALE_ORE, 0)]
    assert receipt.tenders[0].change_ore == 51_00
    assert not till.x().tips_by_tender


def test_a_reversed_card_is_counted_on_x_and_z_and_the_customer_gets_a_paper(shop: Shop) -> None:
    till = sold_on_card(shop, "total 999.00")
    till.wait_attention("card-held")
    assert till.x().card_reversed == Tally()
    till.do(c.ReverseHeld())
    till.wait_state("tendering")
    till.papers_done()
    paper = next(paper for paper in shop.papers() if "KORTKÖPET ÄR ÅTERFÖRT" in paper)
    assert "Detta är inget kassakvitto" in paper
    assert "MAKULERING" in paper
    assert "999,00" in paper
    assert "Kvitto nr" not in paper
    till.do(c.PayCash())
    till.receipt(1)
    assert till.x().card_reversed == Tally(1, 999_00)
    report = till.z()
    assert (report.card_reversed, report.sales_ore) == (Tally(1, 999_00), SALE_ORE)
    assert till.x().card_reversed == Tally()


def test_a_reversal_whose_answer_is_lost_is_asked_about_and_done_once(shop: Shop) -> None:
    till = sold_on_card(shop, "total 999.00")
    till.wait_attention("card-held")
    shop.terminal.pull_cable()
    till.do(c.ReverseHeld())
    till.wait(lambda view: view.terminal.state == "unreachable")
    shop.terminal.plug_cable()
    till.wait_state("tendering")
    assert not shop.charges()
    assert len(shop.terminal.ledger()) == 1
    till.do(c.PayCash())
    till.receipt(1)


def reversing_without_a_terminal(shop: Shop) -> WholeTill:
    """A reversal that the terminal never answers; the manager is asked."""
    till = sold_on_card(shop, "total 999.00")
    till.wait_attention("card-held")
    shop.terminal.pull_cable()
    till.do(c.ReverseHeld())
    facts = till.wait_attention("card-unreversed")
    assert facts["authorized_ore"] == 999_00
    assert till.try_(c.Quit()).may_quit
    return till


def test_a_reversal_that_only_the_slip_shows_is_the_managers_recorded_decision(
    shop: Shop,
) -> None:
    till = reversing_without_a_terminal(shop)
    till.do(c.DecideReversal(is_reversed=True))
    shop.decided_ore = -999_00  # This manager misread: the simulated card was never given back.
    assert till.state == "tendering"
    assert '"resolved_by":"Anna"' in shop.notes("card-reversed")[0]
    till.do(c.PayCash())
    till.receipt(1)
    assert till.x().remarks == ("card-unclear reversed 1 99900",)
    report = till.z()
    assert report.remarks == ("card-unclear reversed 1 99900",)
    assert report.card_reversed == Tally(1, 999_00)


def test_a_reversal_that_the_slip_does_not_show_is_held_and_reversed_again(shop: Shop) -> None:
    till = reversing_without_a_terminal(shop)
    till.do(c.DecideReversal(is_reversed=False))
    assert till.wait_attention("card-held")["reversal_service_id"]
    assert till.refuse(c.PayCash()) == "payment-in-progress"
    shop.terminal.plug_cable()
    till.ready()
    till.do(c.ReverseHeld())
    till.wait_state("tendering")
    assert not shop.charges()
    till.do(c.PayCash())
    till.receipt(1)
    assert not till.z().remarks


def test_a_held_payment_is_still_held_after_a_restart(shop: Shop) -> None:
    till = sold_on_card(shop, "total 999.00")
    till.wait_attention("card-held")
    till.stop()
    till = shop.open()
    assert till.wait_attention("card-held")["tip_ore"] == 750_00
    till.ready()
    till.do(c.KeepHeld())
    till.receipt(1)
    assert len(shop.terminal.ledger()) == 1


@pytest.mark.parametrize("tip", ["off", "till"])
def test_a_tip_that_nobody_allowed_is_held(open_shop: OpenShop, tip: str) -> None:
    shop = open_shop(tip=tip)
    till = sold_on_card(shop, "force-tip 10.00")
    facts = till.wait_attention("card-held")
    assert (facts["reason"], facts["tip_ore"]) == ("tip-while-off", 10_00)
    till.do(c.KeepHeld())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 10_00)]


def test_a_total_less_the_tip_that_is_not_the_amount_asked_is_in_doubt_and_says_so(
    shop: Shop,
) -> None:
    till = sold_on_card(shop, "tip 31.00\namount 290.00")
    till.wait_past(lambda view: view.sale and view.sale.state == "in_doubt")
    lost = "".join(shop.notes("answer-lost") + shop.notes("answer-unusable"))
    assert "total" in lost, lost
    # The terminal's own ledger knows the truth, and the query finds it.
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    assert totals(shop.charges()) == [(SALE_ORE, 31_00)]


def test_a_sum_that_never_fits_stays_in_doubt_until_a_manager_has_looked(shop: Shop) -> None:
    till = sold_on_card(shop, "tip 31.00\nno-slips\namount 240.00\nforce-tip 0.00")
    facts = till.wait_attention("card-held")
    assert facts["reason"] == "partial"
    till.do(c.ReverseHeld())
    till.wait_state("tendering")
    till.do(c.VoidSale())


def test_the_operator_of_the_tip_is_the_one_who_started_the_payment(shop: Shop) -> None:
    shop.play("tip 5.00")
    till = shop.open().ready()
    for receipt_no in (1, 2):
        till.sell(MUG)
        till.do(c.PayCard())
        till.receipt(receipt_no)
    (by_operator,) = till.z().tips_by_operator
    assert (by_operator.name, by_operator.count, by_operator.sum_ore) == ("Anna", 2, 10_00)
