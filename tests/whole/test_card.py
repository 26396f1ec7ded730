"""A card sale from the first article to the paper, and every way it can end without trouble."""

from core.card import Prompt
from devices.simulators.terminal import Step
from tests.whole.harness import MUG, SALE_ORE, Shop, WholeTill, amounts, totals, wait_until
from tui import commands as c
from tui.attention_texts import card_result_words


def asked(till: WholeTill) -> Prompt:
    view = till.wait(lambda view: view.terminal.prompt)
    assert view.terminal.prompt is not None
    return view.terminal.prompt


def test_a_tip_typed_on_the_terminal_is_on_receipt_x_and_z_but_not_in_the_turnover(
    shop: Shop,
) -> None:
    shop.terminal.set_script(None)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(lambda: shop.terminal.view().step is Step.TIP)
    for key in ("2", "8", "0", "ok"):
        shop.terminal.press(key)
    wait_until(lambda: shop.terminal.view().step is Step.PRESENT)
    shop.terminal.press("tap")
    receipt = till.receipt(1)
    assert amounts(receipt) == [("card", SALE_ORE, 31_00)]
    assert receipt.tenders[0].card is not None
    assert receipt.tenders[0].card.total_ore == 280_00
    till.papers_done()
    (paper,) = shop.papers()
    for words in ("249,00", "31,00", "280,00", receipt.control_code[:32], "ÖVNING"):
        assert words in paper.replace("Ö V N I N G", "ÖVNING")
    assert shop.unit.ledger[0].sent.total == "249,00"
    for report in (till.x(), till.z()):
        assert report.sales_ore == SALE_ORE
        assert [(tip.name, tip.count, tip.sum_ore) for tip in report.tips_by_operator] == [
            ("Anna", 1, 31_00)
        ]
        assert [(tip.name, tip.sum_ore) for tip in report.tips_by_tender] == [("card", 31_00)]
        assert [(one.name, one.sum_ore) for one in report.charged_by_tender] == [("card", 280_00)]
    assert shop.printer.drawer_pulses == 0


def test_ok_without_a_total_on_the_terminal_means_no_tip(shop: Shop) -> None:
    shop.terminal.set_script(None)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(lambda: shop.terminal.view().step is Step.TIP)
    shop.terminal.press("ok")
    wait_until(lambda: shop.terminal.view().step is Step.PRESENT)
    shop.terminal.press("tap")
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]
    assert not till.x().tips_by_tender


def test_the_screen_shows_the_terminals_own_words(shop: Shop) -> None:
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    till.receipt(1)
    till.wait_past(lambda view: "Väntar på kort" in view.terminal.lines)
    till.wait_past(lambda view: "Godkänt" in view.terminal.lines)


def test_a_declined_card_says_why_and_the_sale_is_where_it_was(shop: Shop) -> None:
    shop.play("decline\nnext\ntap\nonce")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert view.card_result.code == "card-declined"
    assert dict(view.card_result.facts)["condition"] == "Refusal"
    assert till.state == "tendering"
    till.do(c.PayCard())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]
    assert totals(shop.charges()) == [(SALE_ORE, 0)]
    assert till.view.card_result is None


def test_a_wrong_pin_ends_as_declined(shop: Shop) -> None:
    shop.play("chip 0000")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert dict(view.card_result.facts)["condition"] == "WrongPIN"
    assert till.state == "tendering"
    till.do(c.VoidSale())


def test_a_customer_who_stops_pays_nothing(shop: Shop) -> None:
    shop.play("stop")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert view.card_result.code == "card-stopped"
    assert dict(view.card_result.facts)["verdict"] == "cancelled"
    till.sell(MUG)
    assert till.state == "open"
    till.do(c.PayCash())
    till.receipt(1)


def test_the_cashier_can_stop_a_card(shop: Shop) -> None:
    shop.terminal.set_script(None)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(lambda: shop.terminal.view().step is Step.TIP)
    till.do(c.AbortCard())
    assert till.view.terminal.is_abort_asked
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert dict(view.card_result.facts)["verdict"] == "aborted"
    assert till.state == "tendering"
    assert not shop.charges()


def aborted_too_late(shop: Shop) -> WholeTill:
    shop.play("tip 31.00\nhold\nlate-abort")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(shop.charges)
    till.do(c.AbortCard())
    assert till.state == "authorizing"
    return till


def test_an_abort_that_comes_too_late_is_held_and_may_be_kept(shop: Shop) -> None:
    till = aborted_too_late(shop)
    shop.terminal.release()
    facts = till.wait_attention("card-held")
    assert (facts["reason"], facts["authorized_ore"]) == ("abort-too-late", SALE_ORE + 31_00)
    assert not shop.unit.ledger, "nothing of the sale is numbered yet"
    till.do(c.KeepHeld())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    assert totals(shop.charges()) == [(SALE_ORE, 31_00)]


def test_an_abort_that_came_too_late_is_reversed_by_key_and_paid_otherwise(shop: Shop) -> None:
    till = aborted_too_late(shop)
    shop.terminal.release()
    till.wait_attention("card-held")
    till.do(c.ReverseHeld())
    till.wait_state("tendering")
    assert not shop.charges()
    till.do(c.PayCash())
    assert amounts(till.receipt(1)) == [("cash", SALE_ORE, 0)]


def test_an_abort_is_remembered_over_a_restart(shop: Shop) -> None:
    till = aborted_too_late(shop)
    till.stop()
    shop.terminal.release()
    till = shop.open()
    assert till.wait_attention("card-held")["reason"] == "abort-too-late"
    till.do(c.ReverseHeld())
    till.wait_state("tendering")
    assert not shop.charges()
    till.do(c.VoidSale())


def test_a_slow_bank_makes_an_abort_too_late_and_the_cashier_is_told(shop: Shop) -> None:
    shop.terminal.set_script(None)
    shop.terminal.set_approval_wait(0.5)
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(lambda: shop.terminal.view().step is Step.TIP)
    shop.terminal.press("ok")
    wait_until(lambda: shop.terminal.view().step is Step.PRESENT)
    shop.terminal.press("tap")
    till.wait(lambda view: "Frågar banken" in view.terminal.lines)
    till.do(c.AbortCard())
    assert till.state == "authorizing"
    facts = till.wait_attention("card-held")
    assert (facts["reason"], facts["authorized_ore"]) == ("abort-too-late", SALE_ORE)
    till.do(c.KeepHeld())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 0)]


def test_a_signature_slip_prints_before_the_receipt_and_before_the_code(shop: Shop) -> None:
    shop.play("swipe")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    prompt = asked(till)
    assert prompt.is_yes_no
    wait_until(lambda: len(shop.papers()) == 1)
    assert "Kvitto nr" not in shop.papers()[0]
    assert not shop.unit.ledger
    assert till.state == "authorizing"
    till.do(c.AnswerPrompt(prompt.prompt_id, "yes"))
    till.receipt(1)
    till.papers_done()
    assert ["Kvitto nr" in paper for paper in shop.papers()] == [False, True]
    assert till.view.terminal.prompt is None


def test_a_refused_signature_charges_nothing(shop: Shop) -> None:
    shop.play("swipe")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    till.do(c.AnswerPrompt(asked(till).prompt_id, "no"))
    view = till.wait(lambda view: view.card_result)
    assert view.card_result is not None
    assert view.card_result.code == "card-signature-refused"
    assert "banken" not in card_result_words(view.card_result)
    assert till.state == "tendering"
    assert not shop.charges()
    till.papers_done()
    assert not shop.receipts()


def test_payment_code_referral_and_unknown_questions_are_answered_on_the_screen(
    shop: Shop,
) -> None:
    shop.play("question code\nnext\nquestion voice\nnext\nquestion unknown\nonce")
    till = shop.open().ready()
    for receipt_no, (prompt_id, words) in enumerate(
        (("642", "Ange betalkod"), ("664", "Ring banken"), ("7771", "Ange referens")), start=1
    ):
        till.sell()
        till.do(c.PayCard())
        prompt = asked(till)
        assert (prompt.prompt_id, prompt.is_yes_no) == (prompt_id, False)
        assert words in " ".join(prompt.lines)
        assert till.refuse(c.AnswerPrompt("1", "123456")) == "sale-not-open"
        till.do(c.AnswerPrompt(prompt_id, "123456"))
        till.receipt(receipt_no)
    assert "123456" not in "".join(shop.notes("prompt-answered"))


def test_a_referral_without_a_code_ends_without_payment(shop: Shop) -> None:
    shop.play("question voice")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    till.do(c.AnswerPrompt(asked(till).prompt_id, ""))
    till.wait(lambda view: view.card_result)
    assert till.state == "tendering"
    assert not shop.charges()


def test_the_terminal_may_ask_between_sales(shop: Shop) -> None:
    till = shop.open().ready()
    assert shop.terminal.ask_between_sales()
    prompt = asked(till)
    assert prompt.is_yes_no
    till.do(c.AnswerPrompt(prompt.prompt_id, "yes"))
    assert shop.terminal.take_answer(prompt.prompt_id) == "yes"
    till.sell()
    till.do(c.PayCard())
    till.receipt(1)


def test_how_a_card_ended_is_told_until_the_sale_goes_on_or_is_dropped(shop: Shop) -> None:
    shop.play("busy")
    till = shop.open().ready()
    till.sell()
    for act in (c.AddCode(MUG), c.CorrectLast(), c.RepeatLast(), c.VoidSale()):
        till.do(c.PayCard())
        view = till.wait(lambda view: view.card_result)
        assert view.card_result is not None
        assert "upptagen" in card_result_words(view.card_result)
        till.do(act)
        assert till.view.card_result is None, act
    assert till.view.sale is None
    assert not shop.terminal.ledger()
