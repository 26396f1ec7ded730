"""A card that was drawn although the manager decided that it was not: told, and answered for."""

from tests.whole.harness import SALE_ORE, Shop, WholeTill, amounts, totals, wait_until
from tui import commands as c

LATE = "card-late-approval"
TOTAL_ORE = 280_00


def misread(shop: Shop) -> WholeTill:
    """The terminal drew the card and is gone; the manager decides "no payment"."""
    shop.play("tip 31.00\nhold\nnext\ntap")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(shop.charges)
    shop.terminal.pull_cable()
    till.wait_attention("card-doubt")
    till.do(c.DecideDoubt(is_charged=False))
    return till


def test_the_terminals_answer_after_the_decision_is_told_and_reversed(shop: Shop) -> None:
    till = misread(shop)
    shop.terminal.plug_cable()
    facts = till.wait_attention(LATE)
    assert (facts["authorized_ore"], facts["receipt_no"]) == (TOTAL_ORE, 0)
    assert "9659" in str(facts["card"])
    assert till.refuse(c.PayCard()) == "payment-in-progress"
    assert till.refuse(c.TakeZ()) == "report-not-allowed"
    till.do(c.PayCash())
    assert amounts(till.receipt(1)) == [("cash", SALE_ORE, 0)]
    facts = till.wait_attention(LATE)
    till.wait(lambda view: view.attention and dict(view.attention.facts)["receipt_no"] == 1)
    till.ready()
    till.do(c.ReverseLate(int(facts["late_service_id"])))
    till.wait(lambda view: view.attention is None)
    assert not shop.charges()
    assert till.z().remarks == (
        "card-unclear late 1 28000",
        "card-unclear late-reversed 1 28000",
        "card-unclear not-charged 1 24900",
    )
    till.papers_done()
    assert any("godkänt i efterhand" in paper for paper in shop.papers())


def test_it_waits_through_a_restart_and_is_handled_by_hand_with_a_name(shop: Shop) -> None:
    till = misread(shop)
    shop.terminal.plug_cable()
    till.wait_attention(LATE)
    till.stop()
    till = shop.open().ready()
    facts = till.wait_attention(LATE)
    till.do(c.PayCash())
    till.receipt(1)
    till.do(c.SettleLateByHand(int(facts["late_service_id"])))
    assert till.view.attention is None
    assert '"by":"Anna"' in shop.notes("late-by-hand")[0]
    till.sell()
    till.do(c.PayCard())
    till.receipt(2)
    assert totals(shop.charges()) == [(SALE_ORE, 31_00), (SALE_ORE, 0)]
    shop.decided_ore = -TOTAL_ORE  # Drawn, and by decision settled beside the till.
    assert len(till.z().remarks) == 3
