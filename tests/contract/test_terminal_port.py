"""The card-terminal port, kept by the Westpay driver against the simulated terminal over TCP."""

from collections.abc import Iterator
from functools import partial

import pytest

from core.card import (
    CardVerdict,
    PromptAnswer,
    SlipCopy,
)
from core.facts import (
    SlipArrived,
    TerminalAsked,
    TerminalEvent,
    TerminalShowed,
    TerminalState,
)
from core.ports import PaymentTerminal
from devices.simulators.terminal import Step
from devices.simulators.terminal_ledger import LedgerState
from devices.simulators.terminal_script import TerminalScript, load_script
from tests.terminal_bench import AMOUNT_ORE, Bench, Opener, Waiting, wait_until


@pytest.fixture
def open_bench() -> Iterator[Opener]:
    opened: list[Bench] = []

    def open_one(script: str | None = "tap", **settings: object) -> Bench:
        opened.append(Bench(script, **settings))
        return opened[-1]

    yield open_one
    for bench in opened:
        bench.close()


def test_the_driver_keeps_the_port(open_bench: Opener) -> None:
    terminal: PaymentTerminal = open_bench().driver
    assert terminal.last_transaction_id() == ""


def test_a_tap_without_tip_is_approved_with_both_slips(open_bench: Opener) -> None:
    bench = open_bench("tap")
    bench.tend_until(TerminalState.READY)
    result = bench.pay(is_tip_allowed=False)
    assert (result.verdict, result.authorized_ore) == (CardVerdict.APPROVED, AMOUNT_ORE)
    assert (result.tip_ore, result.service_id, result.currency) == (0, 42, "SEK")
    assert {slip.copy for slip in result.slips} == {SlipCopy.CUSTOMER, SlipCopy.MERCHANT}
    assert bench.driver.last_transaction_id() == result.poi_transaction
    (entry,) = bench.simulator.ledger()
    assert (entry.transaction_id, entry.total_ore) == (result.poi_transaction, AMOUNT_ORE)
    events = [fact.event for fact in bench.facts.of(TerminalEvent)]
    assert events == ["card-inserted", "card-accepted", "card-removed"]
    assert any("Väntar på kort" in fact.lines for fact in bench.facts.of(TerminalShowed))


def test_a_tip_of_31_on_249_is_told_apart(open_bench: Opener) -> None:
    bench = open_bench("tip 31,00\ntap")
    bench.tend_until(TerminalState.READY)
    result = bench.pay()
    assert (result.authorized_ore, result.tip_ore) == (280_00, 31_00)
    slip = result.slips[0]
    assert (slip.amount_ore, slip.tip_ore, slip.total_ore) == (249_00, 31_00, 280_00)
    assert slip.masked_pan.endswith("9659")
    assert slip.merchant[0] == "Blipp Demo AB"
    shown = [fact.lines for fact in bench.facts.of(TerminalShowed)]
    assert ("Totalt 280,00 kr", "Väntar på kort") in shown


def test_no_tip_is_asked_when_the_till_does_not_allow_it(open_bench: Opener) -> None:
    bench = open_bench("tip 31.00\ntap")
    bench.tend_until(TerminalState.READY)
    assert bench.pay(is_tip_allowed=False).authorized_ore == AMOUNT_ORE


@pytest.mark.parametrize(
    ("script", "verdict", "condition"),
    [
        ("decline", CardVerdict.DECLINED, "Refusal"),
        ("stop", CardVerdict.CANCELLED, "Cancel"),
        ("chip 1111", CardVerdict.DECLINED, "WrongPIN"),
        ("busy", CardVerdict.DECLINED, "Busy"),
    ],
)
def test_a_no_is_final_and_costs_nothing(
    open_bench: Opener, script: str, verdict: CardVerdict, condition: str
) -> None:
    bench = open_bench(script)
    bench.tend_until(TerminalState.READY)
    result = bench.pay()
    assert (result.verdict, result.condition) == (verdict, condition)
    assert result.authorized_ore is None
    assert all(entry.state is LedgerState.DECLINED for entry in bench.simulator.ledger())


def test_a_chip_with_the_right_pin_at_the_second_try(open_bench: Opener) -> None:
    bench = open_bench("chip 1111,1234")
    bench.tend_until(TerminalState.READY)
    result = bench.pay()
    assert result.verdict is CardVerdict.APPROVED
    assert (result.slips[0].entry_mode, result.slips[0].id_method) == ("C", "A")


def test_an_abort_in_time_is_answered_by_the_terminal(open_bench: Opener) -> None:
    bench = open_bench("wait 30\ntap")
    bench.tend_until(TerminalState.READY)
    waiting = Waiting(bench.pay)
    bench.wait_step(Step.PRESENT)
    bench.driver.abort(42)
    result = waiting.card_result()
    assert (result.verdict, result.condition) == (CardVerdict.ABORTED, "Aborted")
    assert bench.simulator.ledger() == ()


def test_an_abort_that_comes_too_late_leaves_the_approval(open_bench: Opener) -> None:
    bench = open_bench("hold\nlate-abort\ntap")
    bench.tend_until(TerminalState.READY)
    waiting = Waiting(bench.pay)
    wait_until(lambda: len(bench.simulator.ledger()) == 1)
    bench.driver.abort(42)
    bench.simulator.release()
    assert waiting.card_result().verdict is CardVerdict.APPROVED


def test_an_abort_before_the_request_left_sends_nothing(open_bench: Opener) -> None:
    bench = open_bench()
    bench.tend_until(TerminalState.READY)
    bench.driver.abort(42)
    assert bench.pay().verdict is CardVerdict.ABORTED
    assert bench.simulator.ledger() == ()


@pytest.mark.parametrize(
    ("word", "verdict"), [("yes", CardVerdict.APPROVED), ("no", CardVerdict.DECLINED)]
)
def test_the_cashier_judges_the_signature(
    open_bench: Opener, word: str, verdict: CardVerdict
) -> None:
    bench = open_bench("swipe")
    bench.tend_until(TerminalState.READY)
    waiting = Waiting(bench.pay)
    asked = bench.facts.wait(lambda fact: isinstance(fact, TerminalAsked))
    assert isinstance(asked, TerminalAsked)
    assert (asked.prompt.prompt_id, asked.prompt.is_yes_no) == ("662", True)
    (slip_fact,) = bench.facts.of(SlipArrived)
    assert slip_fact.slip.copy is SlipCopy.MERCHANT
    assert slip_fact.slip.needs_signature
    bench.driver.answer(PromptAnswer(asked.prompt.service_id, "662", word))
    assert waiting.card_result().verdict is verdict


@pytest.mark.parametrize(
    ("question", "prompt_id"), [("code", "642"), ("voice", "664"), ("unknown", "7771")]
)
def test_a_question_waits_for_typed_text(open_bench: Opener, question: str, prompt_id: str) -> None:
    bench = open_bench(f"question {question}")
    bench.tend_until(TerminalState.READY)
    waiting = Waiting(bench.pay)
    asked = bench.facts.wait(lambda fact: isinstance(fact, TerminalAsked))
    assert isinstance(asked, TerminalAsked)
    assert (asked.prompt.prompt_id, asked.prompt.is_yes_no) == (prompt_id, False)
    bench.driver.answer(PromptAnswer(42, prompt_id, "12345"))
    assert waiting.card_result().verdict is CardVerdict.APPROVED


def test_a_parameter_download_is_asked_between_sales(open_bench: Opener) -> None:
    bench = open_bench()
    bench.tend_until(TerminalState.READY)
    assert bench.simulator.ask_between_sales()
    asked = bench.facts.wait(lambda fact: isinstance(fact, TerminalAsked))
    assert isinstance(asked, TerminalAsked)
    assert asked.prompt.is_yes_no
    bench.driver.answer(PromptAnswer(asked.prompt.service_id, "676", "no"))
    assert bench.simulator.take_answer("676") == "no"


def test_maintenance_is_a_state(open_bench: Opener) -> None:
    bench = open_bench()
    bench.tend_until(TerminalState.READY)
    for is_on, state in ((True, TerminalState.MAINTENANCE), (False, TerminalState.READY)):
        bench.simulator.announce_maintenance(is_on)
        wait_until(partial(bench.is_in, state))


def test_the_last_sale_can_be_reversed_once(open_bench: Opener) -> None:
    bench = open_bench("tip 31.00")
    bench.tend_until(TerminalState.READY)
    request = bench.request()
    paid = bench.driver.authorize(request)
    undone = bench.driver.reverse(50, paid.poi_transaction)
    assert (undone.verdict, undone.poi_transaction) == (CardVerdict.APPROVED, paid.poi_transaction)
    assert {slip.kind for slip in undone.slips} >= {"reversal"}
    assert bench.simulator.ledger()[0].state is LedgerState.REVERSED
    again = bench.driver.reverse(51, paid.poi_transaction)
    assert (again.verdict, again.condition) == (CardVerdict.DECLINED, "NotFound")
    assert bench.driver.query(request).verdict is CardVerdict.NOT_CHARGED


def test_a_refund_asks_no_tip(open_bench: Opener) -> None:
    bench = open_bench("tip 31.00")
    bench.tend_until(TerminalState.READY)
    result = bench.driver.refund(bench.request())
    assert (result.verdict, result.authorized_ore) == (CardVerdict.APPROVED, AMOUNT_ORE)
    assert bench.simulator.ledger()[0].is_refund


def test_a_person_plays_the_terminal_with_keys(open_bench: Opener) -> None:
    bench = open_bench(None)
    bench.tend_until(TerminalState.READY)
    waiting = Waiting(bench.pay)
    bench.wait_step(Step.TIP)
    for key in ("1", "ok"):
        bench.simulator.press(key)
    wait_until(lambda: "För lågt. Totalt:" in bench.simulator.view().lines)
    for key in ("2", "8", "0", "ok"):
        bench.simulator.press(key)
    bench.wait_step(Step.PRESENT)
    bench.simulator.press("chip")
    bench.wait_step(Step.PIN)
    for key in ("1", "2", "3", "4"):
        bench.simulator.press(key)
    wait_until(lambda: bench.simulator.view().typed == "****")
    bench.simulator.press("ok")
    result = waiting.card_result()
    assert (result.authorized_ore, result.tip_ore) == (280_00, 31_00)


def test_many_payments_in_a_row_are_each_their_own(open_bench: Opener) -> None:
    bench = open_bench("tap\nnext\ndecline\nnext\ntip 5.00")
    bench.tend_until(TerminalState.READY)
    for number in range(30):
        result = bench.pay(service_id=100 + number)
        assert result.service_id == 100 + number
    approved = [e for e in bench.simulator.ledger() if e.state is LedgerState.APPROVED]
    assert len(approved) == 20


def test_the_default_script_is_a_tap() -> None:
    assert load_script("") == TerminalScript()
