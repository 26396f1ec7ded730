"""A card payment whose answer is lost: asked about, found, decided, and never charged twice."""

from tests.whole.conftest import OpenShop
from tests.whole.harness import SALE_ORE, Shop, WholeTill, amounts, totals, wait_until
from tui import commands as c
from tui.attention_texts import attention_words


def sold_on_card(shop: Shop, script: str) -> WholeTill:
    shop.play(script)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    return till


def test_a_cable_pulled_before_the_approval_ends_not_charged_after_two_answers(
    shop: Shop,
) -> None:
    till = sold_on_card(shop, "cable before-approval\nnext\ntap\nonce")
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert view.card_result.code == "card-never-charged"
    assert len([one for one in shop.notes("query-answered") if "not-charged" in one]) == 2
    assert till.state == "tendering"
    assert not shop.terminal.ledger()
    till.ready()
    till.do(c.PayCard())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]
    assert totals(shop.charges()) == [(SALE_ORE, 0)]


def test_a_cable_pulled_after_the_approval_is_found_with_its_tip(shop: Shop) -> None:
    till = sold_on_card(shop, "tip 31.00\ncable after-approval")
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    assert len(shop.notes("answer-lost")) == 1
    assert totals(shop.charges()) == [(SALE_ORE, 31_00)]
    till.papers_done()
    assert len(shop.receipts()) == 1
    assert till.z().tips_by_tender[0].sum_ore == 31_00


def test_an_approval_whose_slips_are_lost_too_prints_the_card_block_of_the_query(
    shop: Shop,
) -> None:
    till = sold_on_card(shop, "tip 31.00\nno-slips\ncable after-approval")
    receipt = till.receipt(1)
    assert amounts(receipt) == [("card", SALE_ORE, 31_00)]
    assert receipt.tenders[0].card is not None
    assert receipt.tenders[0].card.is_copy_of_query


def test_a_terminal_that_falls_silent_after_the_approval_is_asked_again(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(limits={"recovery_after_s": 1.0, "payment_timeout_s": 0.5})
    till = sold_on_card(shop, "no-response")
    till.wait_past(lambda view: view.terminal.text == "payment-timeout")
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]
    assert len(shop.charges()) == 1


def test_a_foreign_or_broken_answer_is_never_believed_and_always_asked_about(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(limits={"recovery_after_s": 1.0})
    for receipt_no, fault in enumerate(
        ("other-id", "duplicate", "doctype", "too-long", "cut", "no-amount"), start=1
    ):
        shop.play(f"tip 1.00\n{fault}\nonce")
        till = shop.tills[-1] if shop.tills else shop.open()
        till.ready()
        till.sell()
        till.do(c.PayCard())
        assert amounts(till.receipt(receipt_no)) == [("card", SALE_ORE, 1_00)], fault
        assert len(shop.charges()) == receipt_no


def test_hostile_texts_are_shown_clean_and_no_card_number_is_kept(shop: Shop) -> None:
    till = sold_on_card(shop, "hostile-text")
    till.receipt(1)
    till.papers_done()
    assert not any("\x1b" in line for view in till._seen for line in view.terminal.lines)
    assert "4111111111111111" not in "".join(shop.papers())
    kept = shop.rows("SELECT body FROM slip UNION ALL SELECT payload FROM journal")
    assert not any("4111111111111111" in str(row[0]) for row in kept)


def test_a_terminal_that_is_not_there_charges_nothing_and_cash_is_taken(shop: Shop) -> None:
    shop.terminal.pull_cable()
    till = shop.open()
    till.wait(lambda view: view.terminal.state == "unreachable" and view.unit.is_ready)
    till.sell()
    till.do(c.PayCard())
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert view.card_result.code == "terminal-unreachable"
    assert till.state == "tendering"
    till.do(c.PayCash())
    till.receipt(1)
    assert not shop.terminal.ledger()


def in_doubt(shop: Shop, script: str) -> WholeTill:
    """A payment whose terminal is gone after it was asked, for good."""
    shop.play(script + "\nhold")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    return till


def test_a_terminal_that_stays_away_leaves_the_doubt_to_the_manager_charged(
    shop: Shop,
) -> None:
    till = in_doubt(shop, "tip 31.00")
    wait_until(shop.charges)
    shop.terminal.pull_cable()
    facts = till.wait_attention("card-doubt")
    assert facts["asked_ore"] == SALE_ORE
    assert till.refuse(c.PayCash()) == "payment-in-progress"
    assert till.refuse(c.TakeZ()) == "report-not-allowed"
    assert till.try_(c.Quit()).may_quit
    assert '"by":"Anna"' in shop.notes("doubt-left")[0]
    till.do(c.DecideDoubt(is_charged=True, total_ore=280_00))
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    for report in (till.x(), till.z()):
        (remark,) = report.remarks
        assert "charged" in remark
        assert "not-charged" not in remark
    till.papers_done()
    assert any("oklar" in paper.casefold() for paper in shop.papers()), shop.papers()[-1]


def test_a_terminal_that_stays_away_leaves_the_doubt_to_the_manager_not_charged(
    shop: Shop,
) -> None:
    shop.terminal.set_script(None)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    till.wait(lambda view: view.terminal.lines)
    shop.terminal.pull_cable()
    till.wait_attention("card-doubt")
    till.do(c.DecideDoubt(is_charged=False))
    assert till.state == "tendering"
    till.do(c.PayCash())
    till.receipt(1)
    (remark,) = till.z().remarks
    assert "not-charged" in remark
    assert not shop.charges()


def test_a_doubt_ends_by_itself_when_the_terminal_comes_back(shop: Shop) -> None:
    till = in_doubt(shop, "tip 31.00")
    wait_until(shop.charges)
    shop.terminal.pull_cable()
    till.wait_attention("card-doubt")
    shop.terminal.plug_cable()
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    assert till.view.attention is None
    assert not till.z().remarks


def test_asking_again_by_key_finds_the_payment(shop: Shop) -> None:
    till = in_doubt(shop, "tap")
    wait_until(shop.charges)
    shop.terminal.pull_cable()
    till.wait_attention("card-doubt")
    shop.terminal.plug_cable()
    outcome = till.try_(c.AskTerminalAgain())
    assert outcome.error is None or outcome.error.code == "sale-not-open"
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]
    assert len(shop.charges()) == 1


def test_a_person_is_asked_only_after_the_terminal_was_asked_a_few_times(shop: Shop) -> None:
    till = in_doubt(shop, "tap")
    wait_until(shop.charges)
    shop.terminal.pull_cable()
    till.wait_attention("card-doubt")
    asked = [view for view in till.seen if view.sale and view.sale.state == "in_doubt"]
    alone = {view.terminal.query_attempt for view in asked if view.attention is None}
    assert {1, 2, 3} <= alone
    assert max(alone) == 3
    told = attention_words(till.view.attention) if till.view.attention else ()
    assert "Terminalen: Ingen förbindelse: se efter kabel och ström." in told
    shop.terminal.plug_cable()
    till.receipt(1)


def test_an_approved_slip_in_the_till_is_told_before_anybody_says_that_nothing_was_drawn(
    shop: Shop,
) -> None:
    till = in_doubt(shop, "tip 31.00")
    wait_until(lambda: shop.tills and len(shop.notes("slip-received")) == 2)
    shop.terminal.pull_cable()
    facts = till.wait_attention("card-doubt")
    assert facts["slip_ore"] == 280_00
    told = attention_words(till.view.attention) if till.view.attention else ()
    assert [row for row in told if "280,00" in row] == [
        "Kassan har fått ett kortkvitto: GODKÄNT 280,00 kr."
    ]
    till.do(c.DecideDoubt(is_charged=False))
    assert "against the approved slip" in shop.notes("card-never-charged")[0]
    shop.decided_ore = -280_00


def test_a_slip_to_be_signed_is_no_proof_that_the_card_was_drawn(shop: Shop) -> None:
    shop.play("swipe")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    till.wait(lambda view: view.terminal.prompt)
    shop.terminal.pull_cable()
    assert till.wait_attention("card-doubt")["slip_ore"] == 0
    assert not shop.charges()
