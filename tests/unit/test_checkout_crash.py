"""The plug is pulled at every step of every kind of sale, and nothing is charged or lost twice.

The real services run between a disk whose only durability is the commit and a world whose ledgers
tell the truth. A life ends before and after every commit, every effect handed to a device and every
fact taken; the next one recovers, is perhaps cut as well, and the cashier finishes the work by what
he can see. The last tests plant the four classic faults and see that these checks find them.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core import events as ev
from core.card import CardRequest, CardVerdict
from core.card_policy import TipMode
from core.checkout import RECOVERY, PaperState, SaleState
from core.checkout import Effect as Step
from core.control_record import ControlRecord, Signature
from core.document import Document
from core.effects import RegisterReceipt
from core.services import payment, printing, recovery, signing, steps
from core.services.facts_desk import take_fact
from core.services.till import Till
from core.store_ports import Paper
from core.totals import Change, changes_of
from tests.builders import some_rules
from tests.fakes import NOON, CardPlan, PaperPrinter, SealedUnit, World, a_world, control_code
from tests.till_explored import Tally, explore
from tests.till_life import Life, Pay, Scenario

pytestmark = pytest.mark.slow

CARD, CASH = Pay(), Pay("cash")
TIPPED = CardPlan(tip_ore=31_00)
CAPPED = some_rules(max_percent=10)

CARD_ANSWERS = ("given", "not-sent", "lost-before", "lost-after", "late")
MEMORIES = ("service-ids", "last", "none")
UNIT_ANSWERS = (("given",), ("lost-before", "given"), ("lost-after", "given"))
REPEATS = ("same", "refuse", "new")
PRINTER_ANSWERS = ("given", "refused", "lost-before", "lost-after")


def world_of(
    *plans: CardPlan,
    memory: str = "service-ids",
    reversals: tuple[str, ...] = ("given",),
    unit: tuple[str, ...] = ("given",),
    repeat: str = "same",
    printer: tuple[str, ...] = ("given",),
) -> Callable[[], World]:
    """Say how to make a world, each time anew."""

    def make() -> World:
        return a_world(
            plans=plans or (CardPlan(),),
            memory=memory,
            reversals=reversals,
            unit=SealedUnit(repeat, unit),
            printer=PaperPrinter(printer),
        )

    return make


CASH_SALE = Scenario("cash", (CASH,))
CARD_SALE = Scenario("card", (CARD,))
TIP_SALE = Scenario("card with tip", (CARD,), world_of(TIPPED))
SPLIT_SALE = Scenario("cash and card", (Pay("cash", 100_00), CARD), world_of(TIPPED))
TWO_CARDS = Scenario(
    "two cards with tips",
    (Pay("card", 100_00), CARD),
    world_of(CardPlan(tip_ore=10_00), CardPlan(tip_ore=15_00)),
)
HELD_KEPT = Scenario("held and kept", (CARD,), world_of(TIPPED), rules=CAPPED)
HELD_REVERSED = Scenario(
    "held and reversed", (CARD,), world_of(TIPPED), rules=CAPPED, may_keep=False
)
ABORT_KEPT = Scenario("aborted too late and kept", (CARD,), numbers=("1",), aborts=True)
ABORT_REVERSED = Scenario(
    "aborted too late and reversed", (CARD,), numbers=("1",), aborts=True, may_keep=False
)
TILL_TIP = Scenario(
    "tip typed at the till",
    (Pay("card", None, 280_40),),
    rules=some_rules(TipMode.TILL),
    till_tip_ore=31_00,
)
PARTIAL = Scenario("partial and kept", (CARD, CASH), world_of(CardPlan(partial_ore=100_00)))
DECLINED = Scenario(
    "declined, then paid", (CARD,), world_of(CardPlan(verdict=CardVerdict.DECLINED), TIPPED)
)
CASH_BACK = Scenario("cash given back", (Pay("cash", 100_00), CARD), gives_back=1)
CARD_BACK = Scenario("card given back", (Pay("card", 100_00), CARD), gives_back=1, may_keep=False)
BOTH_BACK = Scenario(
    "cash and card given back",
    (Pay("cash", 100_00), Pay("card", 100_00), CARD),
    numbers=("1", "2"),
    gives_back=2,
    may_keep=False,
)
DAY = Scenario("two sales and Z", (CASH,), sales=2, takes_z=True)
SCENARIOS = (
    CASH_SALE,
    CARD_SALE,
    TIP_SALE,
    SPLIT_SALE,
    TWO_CARDS,
    HELD_KEPT,
    HELD_REVERSED,
    ABORT_KEPT,
    ABORT_REVERSED,
    TILL_TIP,
    PARTIAL,
    DECLINED,
    CASH_BACK,
    CARD_BACK,
    BOTH_BACK,
    DAY,
)
NOT_FOR_LOST = (CASH_SALE, CASH_BACK, BOTH_BACK, DAY)
CARD_SCENARIOS = tuple(one for one in SCENARIOS if one not in NOT_FOR_LOST)
LOST_ANSWERS = tuple(
    pytest.param(scenario, answer, memory, id=f"{scenario.name}-{answer}-{memory}")
    for scenario in CARD_SCENARIOS
    for answer in CARD_ANSWERS
    for memory in MEMORIES
)


def named(scenarios: tuple[Scenario, ...]) -> list[object]:
    return [pytest.param(one, id=one.name) for one in scenarios]


def with_world(scenario: Scenario, change: Callable[[World], None], name: str) -> Scenario:
    """Give the scenario in a changed world."""

    def make() -> World:
        world = scenario.world()
        change(world)
        return world

    return replace(scenario, name=f"{scenario.name}, {name}", world=make)


def assert_none(scenario: Scenario, crashes: int) -> Tally:
    """Run every schedule with up to this many crashes and expect nothing wrong in any."""
    tally = Tally()
    wrong = list(explore(scenario, crashes, tally))
    assert not wrong, "\n".join(wrong[:5])
    return tally


@pytest.fixture(autouse=True)
def papers_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep each laid-out paper: thousands of schedules print the same few."""
    honest = printing.document_of
    known: dict[tuple[str, str, bool], Document] = {}

    def document_of(till: Till, paper: Paper) -> Document:
        key = (paper.kind, paper.body, paper.opens_drawer)
        if key not in known:
            known[key] = honest(till, paper)
        return known[key]

    monkeypatch.setattr(printing, "document_of", document_of)


@pytest.mark.parametrize("scenario", named(SCENARIOS))
def test_two_crashes_anywhere_charge_sign_and_print_once(scenario: Scenario) -> None:
    tally = assert_none(scenario, 2)
    assert tally.schedules > 100
    assert tally.waiting == 0


@pytest.mark.parametrize("memory", ["last", "none"])
@pytest.mark.parametrize("scenario", named((TWO_CARDS, TIP_SALE, HELD_KEPT)))
def test_two_crashes_charge_once_at_a_terminal_that_remembers_little(
    scenario: Scenario, memory: str
) -> None:
    def change(world: World) -> None:
        world.terminal.memory = memory

    small = replace(with_world(scenario, change, memory), numbers=("1",))
    assert_none(small, 2)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", named((TIP_SALE,)))
def test_three_crashes_anywhere_charge_sign_and_print_once(scenario: Scenario) -> None:
    small = replace(scenario, numbers=("1",))
    assert assert_none(small, 3).schedules > 1_000


@pytest.mark.parametrize(("scenario", "answer", "memory"), LOST_ANSWERS)
def test_a_lost_card_answer_and_a_crash_charge_once(
    scenario: Scenario, answer: str, memory: str
) -> None:
    def change(world: World) -> None:
        terminal = world.terminal
        terminal.memory = memory
        terminal.plans = (replace(terminal.plans[0], answer=answer), *terminal.plans)

    assert_none(with_world(scenario, change, f"{answer} {memory}"), 1)


@pytest.mark.parametrize("scenario", named((HELD_REVERSED, CARD_BACK)))
@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize(
    "answers",
    [("refused",), ("refused", "given"), ("lost-before", "given"), ("lost-after", "given")],
)
def test_a_lost_or_refused_reversal_and_two_crashes_keep_the_money_right(
    answers: tuple[str, ...], memory: str, scenario: Scenario
) -> None:
    def change(world: World) -> None:
        world.terminal.memory = memory
        world.terminal.reversal_answers = answers

    assert_none(with_world(scenario, change, f"{answers} {memory}"), 2)


@pytest.mark.parametrize("answers", [("given",), ("refused",), ("lost-before",), ("lost-after",)])
def test_an_approval_after_the_decision_is_answered_for_whenever_the_plug_is_pulled(
    answers: tuple[str, ...],
) -> None:
    plan = CardPlan(tip_ore=31_00, answer="lost-after")
    misread = Scenario(
        "approved after the decision",
        (CARD, CASH),
        world_of(plan, CardPlan(), memory="none", reversals=answers),
        numbers=("1",),
        misreads=True,
        takes_z=True,
    )
    tally = assert_none(misread, 2)
    assert tally.schedules > 100


@pytest.mark.parametrize("repeat", REPEATS)
@pytest.mark.parametrize("answers", UNIT_ANSWERS)
@pytest.mark.parametrize("scenario", named((CASH_SALE, TIP_SALE)))
def test_any_control_unit_and_two_crashes_sign_once_or_wait_visibly(
    scenario: Scenario, answers: tuple[str, ...], repeat: str
) -> None:
    def change(world: World) -> None:
        world.unit = SealedUnit(repeat, answers)

    small = replace(with_world(scenario, change, f"{answers} {repeat}"), numbers=("1",))
    tally = assert_none(small, 2)
    if repeat != "refuse":
        assert tally.waiting == 0


@pytest.mark.parametrize("scenario", named((CASH_SALE, TIP_SALE)))
def test_a_silent_control_unit_and_a_crash_leave_a_paid_sale_that_waits_visibly(
    scenario: Scenario,
) -> None:
    def change(world: World) -> None:
        world.unit = SealedUnit("same", ("silent",))

    tally = assert_none(with_world(scenario, change, "silent"), 1)
    assert tally.waiting == tally.schedules


@pytest.mark.parametrize("answer", PRINTER_ANSWERS)
@pytest.mark.parametrize("scenario", named((CASH_SALE, TIP_SALE, DAY)))
def test_any_printer_and_two_crashes_print_one_original_at_most(
    scenario: Scenario, answer: str
) -> None:
    def change(world: World) -> None:
        world.printer = PaperPrinter((answer, "given"))

    small = replace(with_world(scenario, change, answer), numbers=("1",))
    assert_none(small, 2)


def test_everything_lost_at_once_is_still_one_charge_one_code_one_paper() -> None:
    everything = Scenario(
        "everything lost",
        (CARD,),
        world_of(
            replace(TIPPED, answer="lost-after"),
            memory="last",
            unit=("lost-after", "given"),
            printer=("lost-after", "given"),
        ),
        numbers=("1",),
    )
    assert_none(everything, 2)


def found_by(scenario: Scenario, crashes: int = 1) -> str:
    """Give what the checks say about a till with a planted fault."""
    return "\n".join(explore(replace(scenario, numbers=("1",)), crashes, Tally()))


def test_paying_before_the_intent_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def pay_first(life: Life) -> None:
        till = life.till
        assert till.sale is not None
        counters = till.store.disk.counters  # type: ignore[attr-defined]  # the fake's
        service_id = counters.get("service_id", 0) + 1
        request = CardRequest(service_id, "x", till.sale.remaining_ore, True, "Anna", NOON)
        life.seam("before the card")
        facts = life.world.terminal.authorize(request)
        life.seam("after the card")
        payment.pay_card(till, None, None)
        till.effects.clear()
        for fact in facts:
            take_fact(till, fact)

    monkeypatch.setattr(Life, "_pay", pay_first)
    assert "was charged and pays nothing" in found_by(TIP_SALE)


def test_charging_as_new_after_a_restart_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(till: Till, *, is_fresh: bool) -> None:
        if till.state is SaleState.IN_DOUBT:
            assert till.sale is not None
            assert till.sale.current_tender is not None
            service_id = till.sale.current_tender.service_id
            till.settle(ev.CardNeverCharged(till.sale.sale_id, service_id, "forgotten"))
        steps.forward(till, is_fresh=is_fresh)

    monkeypatch.setattr(recovery, "forward", forget)
    assert "was charged and pays nothing" in found_by(TIP_SALE)


def test_sending_the_same_request_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    again = (Step.AUTHORIZE_CARD, Step.AUTHORIZE_CARD)
    monkeypatch.setitem(RECOVERY, SaleState.IN_DOUBT, again)
    assert "was sent twice" in found_by(TIP_SALE)


def guessed(till: Till) -> ev.ReceiptSigned:
    """Make the event of a receipt whose code nobody has given yet."""
    assert till.sale is not None
    signature = Signature(control_code("guessed"), "CCTEST01")
    return signing._signed(till, till.sale, signature)


def test_printing_before_the_code_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = signing.number_receipt

    def print_first(till: Till) -> ControlRecord:
        record = honest(till)
        receipt = guessed(till).receipt
        with till.store.unit_of_work() as uow:
            printing.queue_paper(till, uow, "receipt", record.receipt_no, receipt)
            uow.commit()
        printing.start_next_paper(till)
        return record

    monkeypatch.setattr(steps, "number_receipt", print_first)
    assert "was printed without its code" in found_by(CASH_SALE, crashes=0)


def test_printing_again_after_a_restart_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def print_again(till: Till) -> None:
        for paper in till.store.pending_papers():
            till.papers[paper.paper_id] = replace(paper, state=PaperState.QUEUED)

    monkeypatch.setattr(recovery, "take_up_papers", print_again)
    assert "was printed 2 times" in found_by(CASH_SALE)


def test_counting_before_the_code_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = signing.number_receipt

    def count_first(till: Till) -> ControlRecord:
        record = honest(till)
        changes = changes_of(guessed(till))
        with till.store.unit_of_work() as uow:
            uow.add_totals(till.period.no, changes)
            uow.commit()
        return record

    def nothing(_event: ev.ReceiptSigned) -> tuple[Change, ...]:
        return ()

    monkeypatch.setattr(steps, "number_receipt", count_first)
    monkeypatch.setattr(signing, "changes_of", nothing)
    assert "are not the fold" in found_by(CASH_SALE)


def test_numbering_anew_after_a_restart_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def number_anew(till: Till) -> None:
        assert till.sale is not None
        till.sale = replace(till.sale, state=SaleState.PAID)
        till.effects.append(RegisterReceipt(signing.number_receipt(till)))

    monkeypatch.setattr(steps, "register_again", number_anew)
    assert found_by(CASH_SALE)
