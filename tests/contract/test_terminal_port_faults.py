"""The card-terminal port when links, answers and terminals go wrong: never a false approval."""

from collections.abc import Iterator
from itertools import count

import pytest

from core.card import (
    CardVerdict,
)
from core.errors import (
    DeviceUnavailable,
    OutcomeUnknown,
    RemoteProtocolError,
    SimulatorRefused,
)
from core.facts import (
    PAYMENT_TIMEOUT,
    CardAnswered,
    ForeignAnswer,
    SlipArrived,
    TerminalShowed,
    TerminalState,
    TerminalStateChanged,
)
from devices.simulators.terminal import Step
from devices.simulators.terminal_script import Fault
from devices.terminals.westpay_epas.settings import EpasSettings
from devices.terminals.westpay_epas.terminal import WestpayEpasTerminal
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


@pytest.mark.parametrize("tip", ["", "tip 31.00\n"])
@pytest.mark.parametrize("slips", ["", "no-slips\n"])
def test_a_cable_pulled_after_the_approval_is_found_out(
    open_bench: Opener, tip: str, slips: str
) -> None:
    bench = open_bench(f"{tip}{slips}cable after-approval")
    bench.tend_until(TerminalState.READY)
    request = bench.request()
    with pytest.raises(OutcomeUnknown):
        bench.driver.authorize(request)
    queried = bench.driver.query(request)
    assert queried.verdict is CardVerdict.APPROVED, queried.evidence
    result = queried.result
    assert result is not None
    tip_ore = 31_00 if tip else 0
    assert (result.authorized_ore, result.tip_ore) == (AMOUNT_ORE + tip_ore, tip_ore)
    assert all(slip.is_copy_of_query is bool(slips) for slip in result.slips)
    assert result.slips
    assert len(bench.simulator.ledger()) == 1


def test_a_cable_pulled_before_the_approval_costs_nothing(open_bench: Opener) -> None:
    bench = open_bench("tap\nnext\ncable before-approval")
    bench.tend_until(TerminalState.READY)
    first = bench.pay()
    request = bench.request(service_id=43)
    assert request.baseline_transaction == first.poi_transaction
    with pytest.raises(OutcomeUnknown):
        bench.driver.authorize(request)
    queried = bench.driver.query(request)
    assert queried.verdict is CardVerdict.NOT_CHARGED, queried.evidence
    assert len(bench.simulator.ledger()) == 1


def test_a_query_after_a_restart_of_the_till_finds_the_approval(open_bench: Opener) -> None:
    bench = open_bench("cable after-approval")
    request = bench.request()
    with pytest.raises(OutcomeUnknown):
        bench.driver.authorize(request)
    bench.driver.close()
    settings = EpasSettings(
        "127.0.0.1", bench.simulator.port, "80000082", "kassa1", is_simulator_allowed=True
    )
    again = WestpayEpasTerminal(settings, bench.clock, bench.facts, count(950_000))
    try:
        assert again.query(request).verdict is CardVerdict.APPROVED
    finally:
        again.close()


def test_a_decline_whose_answer_was_lost_is_declined(open_bench: Opener) -> None:
    bench = open_bench("decline\nno-response")
    bench.tend_until(TerminalState.READY)
    request = bench.request()
    waiting = Waiting(lambda: bench.driver.authorize(request))
    wait_until(lambda: len(bench.simulator.ledger()) == 1)
    bench.simulator.tear_link()
    assert isinstance(waiting.join().error, OutcomeUnknown)
    assert bench.driver.query(request).verdict is CardVerdict.DECLINED


def test_silence_becomes_unknown_by_the_clock_and_the_late_answer_counts(
    open_bench: Opener,
) -> None:
    bench = open_bench("hold\ntap")
    bench.tend_until(TerminalState.READY)
    request = bench.request()
    waiting = Waiting(lambda: bench.driver.authorize(request))
    wait_until(lambda: len(bench.simulator.ledger()) == 1)
    bench.clock.pushed_s += 131
    bench.facts.wait(
        lambda fact: isinstance(fact, TerminalStateChanged) and fact.text == PAYMENT_TIMEOUT
    )
    bench.clock.pushed_s += 60
    assert isinstance(waiting.join().error, OutcomeUnknown)
    assert bench.driver.query(request).verdict is CardVerdict.UNKNOWN
    bench.simulator.release()
    told = bench.facts.wait(lambda fact: isinstance(fact, CardAnswered))
    assert isinstance(told, CardAnswered)
    assert told.result.verdict is CardVerdict.APPROVED
    queried = bench.driver.query(request)
    assert (queried.verdict, queried.service_id) == (CardVerdict.APPROVED, 42)


def test_an_abort_without_an_answer_becomes_unknown(open_bench: Opener) -> None:
    bench = open_bench("no-response\nwait 30\ntap")
    bench.tend_until(TerminalState.READY)
    request = bench.request()
    waiting = Waiting(lambda: bench.driver.authorize(request))
    bench.wait_step(Step.PRESENT)
    bench.driver.abort(42)
    bench.wait_step(Step.IDLE)
    bench.clock.pushed_s += 31
    assert isinstance(waiting.join().error, OutcomeUnknown)
    # Nothing new ran, but only a fresh login proves that nothing can come any more.
    assert bench.driver.query(request).verdict is CardVerdict.UNKNOWN
    assert bench.driver.query(request).verdict is CardVerdict.NOT_CHARGED


def test_nobody_listening_means_nothing_left_us(open_bench: Opener) -> None:
    bench = open_bench()
    bench.simulator.stop()
    bench.driver.tend()
    assert bench.facts.of(TerminalStateChanged)[-1].state is TerminalState.UNREACHABLE
    with pytest.raises(DeviceUnavailable):
        bench.pay()
    with pytest.raises(DeviceUnavailable):
        bench.driver.query(bench.request())


def test_a_silent_terminal_is_not_paid_with(open_bench: Opener) -> None:
    bench = open_bench("silent", login_patience_s=0.1)
    with pytest.raises(DeviceUnavailable):
        bench.pay()
    bench.clock.pushed_s += 200
    bench.driver.tend()
    last = bench.facts.of(TerminalStateChanged)[-1]
    assert (last.state, last.text) == (TerminalState.UNREACHABLE, "login-timeout")


def test_a_terminal_that_falls_silent_cannot_be_asked(open_bench: Opener) -> None:
    bench = open_bench(query_timeout_s=0.2)
    bench.tend_until(TerminalState.READY)
    bench.simulator.set_fault(Fault.SILENT)
    with pytest.raises(DeviceUnavailable):
        bench.driver.query(bench.request())


@pytest.mark.parametrize("fault", [Fault.IN_PROGRESS, Fault.LOGGED_OUT, Fault.UNKNOWN_CONDITION])
def test_words_that_decide_nothing_leave_the_outcome_unknown(
    open_bench: Opener, fault: Fault
) -> None:
    bench = open_bench(str(fault))
    bench.tend_until(TerminalState.READY)
    with pytest.raises(OutcomeUnknown):
        bench.pay()


@pytest.mark.parametrize(
    "fault",
    [
        Fault.NO_RESULT,
        Fault.DOUBLE_RESULT,
        Fault.NO_AMOUNT,
        Fault.BAD_AMOUNT,
        Fault.NEGATIVE_AMOUNT,
        Fault.DOUBLE_AMOUNT,
        Fault.SLIP_CURRENCY,
        Fault.TOO_LONG,
        Fault.CUT,
        Fault.DOCTYPE,
        Fault.BAD_UTF8,
    ],
)
def test_a_broken_answer_is_never_approved_but_found_by_the_query(
    open_bench: Opener, fault: Fault
) -> None:
    bench = open_bench(f"{fault}\nnext\ntap")
    bench.tend_until(TerminalState.READY)
    request = bench.request()
    with pytest.raises(RemoteProtocolError):
        bench.driver.authorize(request)
    queried = bench.driver.query(request)
    expected = CardVerdict.UNKNOWN if fault is Fault.SLIP_CURRENCY else CardVerdict.APPROVED
    assert queried.verdict is expected, queried.evidence
    assert len(bench.simulator.ledger()) == 1


@pytest.mark.parametrize("fault", [Fault.OTHER_ID, Fault.OTHER_POI, Fault.OTHER_CATEGORY])
def test_a_foreign_answer_moves_nothing(open_bench: Opener, fault: Fault) -> None:
    bench = open_bench(str(fault))
    bench.tend_until(TerminalState.READY)
    request = bench.request()
    waiting = Waiting(lambda: bench.driver.authorize(request))
    bench.facts.wait(lambda fact: isinstance(fact, ForeignAnswer))
    bench.simulator.tear_link()
    assert isinstance(waiting.join().error, OutcomeUnknown)
    assert bench.driver.query(request).verdict is CardVerdict.APPROVED


def test_a_second_answer_and_second_slips_count_once(open_bench: Opener) -> None:
    bench = open_bench("duplicate\nduplicate-slips")
    bench.tend_until(TerminalState.READY)
    assert bench.pay().verdict is CardVerdict.APPROVED
    bench.facts.wait(lambda fact: isinstance(fact, ForeignAnswer))
    assert len(bench.facts.of(SlipArrived)) == 2
    assert bench.pay(service_id=43).verdict is CardVerdict.APPROVED


def test_an_amount_that_is_not_the_slips_is_unknown(open_bench: Opener) -> None:
    bench = open_bench("amount 1.00")
    bench.tend_until(TerminalState.READY)
    with pytest.raises(RemoteProtocolError):
        bench.pay()


def test_less_than_asked_is_told_as_it_is(open_bench: Opener) -> None:
    bench = open_bench("amount 100.00\nno-slips")
    bench.tend_until(TerminalState.READY)
    result = bench.pay()
    assert (result.verdict, result.authorized_ore, result.tip_ore) == (
        CardVerdict.APPROVED,
        100_00,
        None,
    )


def test_a_tip_that_was_not_allowed_is_told_for_the_till_to_hold(open_bench: Opener) -> None:
    bench = open_bench("force-tip 10.00")
    bench.tend_until(TerminalState.READY)
    result = bench.pay(is_tip_allowed=False)
    assert (result.authorized_ore, result.tip_ore) == (AMOUNT_ORE + 10_00, 10_00)


def test_hostile_text_is_cleaned_and_card_numbers_are_masked(open_bench: Opener) -> None:
    bench = open_bench("hostile-text")
    bench.tend_until(TerminalState.READY)
    result = bench.pay()
    told = repr(bench.facts.of(TerminalShowed)) + repr(result) + repr(bench.facts.of(SlipArrived))
    assert "4111111111111111" not in told.replace(" ", "")
    assert "\\x1b" not in told
    assert "\\u202e" not in told
    lines = [line for fact in bench.facts.of(TerminalShowed) for line in fact.lines]
    assert max(map(len, lines)) <= 60


def test_a_slip_outside_a_sale_is_told(open_bench: Opener) -> None:
    bench = open_bench("cable after-approval\nnext\ntap")
    bench.tend_until(TerminalState.READY)
    with pytest.raises(OutcomeUnknown):
        bench.pay()
    bench.tend_until(TerminalState.READY)
    bench.facts.wait(lambda fact: isinstance(fact, SlipArrived))
    assert bench.simulator.print_last_again()


def test_a_slip_that_is_printed_again_later_is_told_again_and_moves_nothing(
    open_bench: Opener,
) -> None:
    bench = open_bench("reprint 0.2\nno-slips")
    bench.tend_until(TerminalState.READY)
    bench.pay()
    bench.facts.wait(lambda fact: isinstance(fact, SlipArrived))
    bench.simulator.press("reprint")
    bench.clock.pushed_s += 5
    bench.simulator.press("reprint")
    wait_until(lambda: len(bench.facts.of(SlipArrived)) == 2)
    assert len({fact.slip for fact in bench.facts.of(SlipArrived)}) == 1
    assert len(bench.simulator.ledger()) == 1


def test_the_simulated_terminal_says_no_contact_only_while_there_is_none(
    open_bench: Opener,
) -> None:
    bench = open_bench("cable after-approval")
    bench.tend_until(TerminalState.READY)
    with pytest.raises(OutcomeUnknown):
        bench.pay()
    wait_until(lambda: bench.simulator.view().lines[0] == "Ingen kontakt med kassan")
    bench.tend_until(TerminalState.READY)
    wait_until(lambda: bench.simulator.view().lines == ("Välkommen",))


def test_a_refused_login_is_told_and_nothing_can_be_paid(open_bench: Opener) -> None:
    bench = open_bench("refuse-login")
    bench.driver.tend()
    bench.tend_until(TerminalState.REFUSED)
    with pytest.raises(DeviceUnavailable):
        bench.pay()


def test_a_simulator_is_refused_where_money_is_real(open_bench: Opener) -> None:
    bench = open_bench(is_simulator_allowed=False)
    bench.driver.tend()
    bench.tend_until(TerminalState.REFUSED)
    last = bench.facts.of(TerminalStateChanged)[-1]
    assert (last.text, last.is_simulator) == ("simulator", True)
    with pytest.raises(SimulatorRefused):
        bench.pay()
    assert bench.simulator.ledger() == ()


def test_another_terminal_id_is_refused(open_bench: Opener) -> None:
    bench = open_bench(poi_id="80000083")
    bench.driver.tend()
    bench.tend_until(TerminalState.REFUSED)
    assert bench.facts.of(TerminalStateChanged)[-1].text == "foreign-terminal"


def test_a_torn_link_is_told_and_the_till_logs_in_again(open_bench: Opener) -> None:
    bench = open_bench()
    bench.tend_until(TerminalState.READY)
    bench.simulator.press("cable")
    wait_until(lambda: bench.facts.of(TerminalStateChanged)[-1].state is TerminalState.UNREACHABLE)
    bench.simulator.press("cable")
    bench.tend_until(TerminalState.READY)
    assert bench.pay().verdict is CardVerdict.APPROVED


def test_the_last_transaction_is_told_by_an_idle_terminal_only(open_bench: Opener) -> None:
    bench = open_bench("hold\ntap")
    assert not bench.driver.learn_last(), "nobody is logged in"
    bench.tend_until(TerminalState.READY)
    waiting = Waiting(bench.pay)
    wait_until(lambda: len(bench.simulator.ledger()) == 1)
    assert not bench.driver.learn_last(), "a payment runs"
    bench.simulator.release()
    result = waiting.card_result()
    assert bench.driver.learn_last()
    assert bench.driver.last_transaction_id() == result.poi_transaction
