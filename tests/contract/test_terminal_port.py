"""The card-terminal port, kept by the Westpay driver against the simulated terminal over TCP."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from time import monotonic
from typing import TypeVar

import pytest

from core.card import (
    CardRequest,
    CardResult,
    CardVerdict,
    PromptAnswer,
    SlipCopy,
)
from core.errors import (
    DeviceUnavailable,
    OutcomeUnknown,
    RemoteProtocolError,
    SimulatorRefused,
)
from core.facts import (
    Fact,
    ForeignAnswer,
    SlipArrived,
    TerminalAsked,
    TerminalEvent,
    TerminalShowed,
    TerminalState,
    TerminalStateChanged,
)
from core.ports import PaymentTerminal
from devices.simulators.terminal import SimulatedTerminal, Step
from devices.simulators.terminal_ledger import LedgerState
from devices.simulators.terminal_script import Fault, TerminalScript, load_script
from devices.terminals.westpay_epas.settings import EpasSettings
from devices.terminals.westpay_epas.terminal import WAITING_TEXT, WestpayEpasTerminal

F = TypeVar("F")
PATIENCE_S = 10.0
STARTED_AT = datetime(2026, 11, 23, 18, 4, 55, tzinfo=UTC)
AMOUNT_ORE = 249_00


class TillClock:
    """A till clock that a test may push forward."""

    def __init__(self) -> None:
        self.pushed_s = 0.0

    def now(self) -> datetime:
        return STARTED_AT

    def monotonic_s(self) -> float:
        return monotonic() + self.pushed_s


class Facts:
    """What the driver reported, in order; can be waited for."""

    def __init__(self) -> None:
        self._came = threading.Condition()
        self._facts: list[Fact] = []

    def __call__(self, fact: Fact, /) -> None:
        with self._came:
            self._facts.append(fact)
            self._came.notify_all()

    def wait(self, is_it: Callable[[Fact], bool]) -> Fact:
        def found() -> Fact | None:
            return next((fact for fact in self._facts if is_it(fact)), None)

        with self._came:
            assert self._came.wait_for(lambda: found() is not None, PATIENCE_S), self._facts
            fact = found()
            assert fact is not None
            return fact

    def of(self, kind: type[F]) -> list[F]:
        with self._came:
            return [fact for fact in self._facts if isinstance(fact, kind)]


class Bench:
    """One simulated terminal and one driver."""

    def __init__(self, script: str | None, **settings: object) -> None:
        self.clock = TillClock()
        self.facts = Facts()
        played = None if script is None else load_script(script)
        self.simulator = SimulatedTerminal(script=played)
        self.simulator.start()
        given: dict[str, object] = {"is_simulator_allowed": True, "collect_s": 0.3, **settings}
        self.driver = WestpayEpasTerminal(
            EpasSettings(
                host="127.0.0.1",
                port=self.simulator.port,
                poi_id=str(given.pop("poi_id", "80000082")),
                workstation_id="kassa1",
                **given,  # type: ignore[arg-type]  # only keys of EpasSettings are given here
            ),
            self.clock,
            self.facts,
            count(900_000),
        )

    def close(self) -> None:
        self.driver.close()
        self.simulator.stop()

    def pay(self, **changes: object) -> CardResult:
        return self.driver.authorize(self.request(**changes))

    def request(self, **changes: object) -> CardRequest:
        values: dict[str, object] = {
            "service_id": 42,
            "sale_transaction_id": "2026112300042",
            "amount_ore": AMOUNT_ORE,
            "is_tip_allowed": True,
            "operator_id": "17",
            "started_at": STARTED_AT,
            "baseline_transaction": self.driver.last_transaction_id(),
            **changes,
        }
        return CardRequest(**values)  # type: ignore[arg-type]  # only its own fields

    def tend_until(self, state: TerminalState) -> None:
        until_s = monotonic() + PATIENCE_S
        while not any(fact.state is state for fact in self.facts.of(TerminalStateChanged)[-1:]):
            assert monotonic() < until_s, self.facts.of(TerminalStateChanged)
            self.clock.pushed_s += 1  # Lets the reconnection delay pass.
            self.driver.tend()

    def wait_step(self, step: Step) -> None:
        wait_until(lambda: self.simulator.view().step is step)


def wait_until(is_it: Callable[[], bool]) -> None:
    until_s = monotonic() + PATIENCE_S
    pause = threading.Event()
    while not is_it():
        assert monotonic() < until_s
        pause.wait(0.005)


Opener = Callable[..., Bench]


@pytest.fixture
def open_bench() -> Iterator[Opener]:
    opened: list[Bench] = []

    def open_one(script: str | None = "tap", **settings: object) -> Bench:
        opened.append(Bench(script, **settings))
        return opened[-1]

    yield open_one
    for bench in opened:
        bench.close()


class Waiting:
    """A call in a thread of its own, as the worker's."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self.result: object = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._call()
        except (DeviceUnavailable, OutcomeUnknown) as exc:
            self.error = exc

    def join(self) -> "Waiting":
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self

    def card_result(self) -> CardResult:
        self.join()
        assert isinstance(self.result, CardResult), self.error
        return self.result


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
        wait_until(lambda state=state: bench.facts.of(TerminalStateChanged)[-1].state is state)  # type: ignore[misc]


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
        lambda fact: isinstance(fact, TerminalStateChanged) and fact.text == WAITING_TEXT
    )
    bench.clock.pushed_s += 60
    assert isinstance(waiting.join().error, OutcomeUnknown)
    assert bench.driver.query(request).verdict is CardVerdict.UNKNOWN
    bench.simulator.release()
    bench.facts.wait(lambda fact: isinstance(fact, ForeignAnswer))
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
