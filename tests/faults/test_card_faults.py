"""Card faults at the services: nothing is charged twice, believed wrongly, or left by a key."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core import facts as f
from core.card import CardResult, CardVerdict, QueryResult
from core.checkout import SaleState
from core.effects import AskLastTransaction, AuthorizeCard, Effect, QueryCard
from core.errors import RuleError
from core.services import (
    doubt,
    facts_desk,
    giving_back,
    payment,
    registration,
    reporting,
)
from core.services.facts_desk import take_fact
from core.services.till import Till, check_may_quit
from core.tender import TenderState
from tests.builders import some_rules
from tests.fake_store import FakeStore
from tests.till_start import a_store, started

ASKED_ORE = 139_00


@pytest.fixture
def till() -> Till:
    """Give a till with one lunch of 139,00 rung up."""
    till = started(a_store())
    registration.add_code(till, "1", None, None)
    till.take_effects()
    return till


def ask(till: Till) -> int:
    """Ask for a card for all that remains; gives its service id."""
    payment.pay_card(till, None, None)
    sent = [one for one in till.take_effects() if isinstance(one, AuthorizeCard)]
    assert len(sent) == 1
    return sent[0].request.service_id


def in_doubt(till: Till) -> int:
    """Lose the answer of a card and let a person be asked."""
    service_id = ask(till)
    take_fact(till, f.CardAnswerLost(service_id, "link lost"))
    take_fact(till, f.CardQueryFailed(service_id, "unreachable", doubt.QUERY_TRIES_MAX))
    assert till.attention is not None
    assert till.attention.code == "card-doubt"
    till.take_effects()
    return service_id


def approved(service_id: int, **changes: object) -> f.CardAnswered:
    result = CardResult(service_id, CardVerdict.APPROVED, ASKED_ORE, 0, f"T{service_id}")
    return f.CardAnswered(replace(result, **changes))  # type: ignore[arg-type]  # its own fields


def state(till: Till) -> str:
    """Give the state of the present sale."""
    return str(till.state)


def charges_sent(effects: tuple[Effect, ...]) -> int:
    return sum(isinstance(effect, AuthorizeCard) for effect in effects)


WAYS_OUT: dict[str, Callable[[Till], object]] = {
    "the card again": lambda till: payment.pay_card(till, None, None),
    "a part by card": lambda till: payment.pay_card(till, 50_00, None),
    "cash": lambda till: payment.pay_cash(till, None),
    "more cash": lambda till: payment.pay_cash(till, 500_00),
    "an article": lambda till: registration.add_code(till, "2", None, None),
    "a correction": registration.correct_last,
    "void": registration.void_sale,
    "give back": lambda till: giving_back.give_back(till, 1, "Maja"),
    "abort": facts_desk.abort_card,
    "keep": lambda till: doubt.keep_held(till, "Maja"),
    "reverse": lambda till: doubt.reverse_held(till, "Maja"),
    "Z": reporting.z_report,
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_key_leads_around_an_unknown_outcome(till: Till, way: str) -> None:
    in_doubt(till)
    before = till.sale
    with pytest.raises(RuleError):
        WAYS_OUT[way](till)
    assert till.sale == before
    assert not till.take_effects()


def test_the_till_is_closed_in_doubt_only_after_a_person_was_asked_and_by_name(till: Till) -> None:
    service_id = ask(till)
    for fact in (None, f.CardAnswerLost(service_id, "link lost")):
        if fact is not None:
            take_fact(till, fact)
        with pytest.raises(RuleError):
            check_may_quit(till.state, till.attention)
    take_fact(till, f.CardQueryFailed(service_id, "unreachable", doubt.QUERY_TRIES_MAX))
    check_may_quit(till.state, till.attention)
    doubt.leave_doubt(till, "Maja")
    store = till.store
    assert isinstance(store, FakeStore)
    last = store.disk.journal[-1]
    assert (last.kind, last.payload) == ("doubt-left", f'{{"by":"Maja","service_id":{service_id}}}')


@pytest.mark.parametrize("copies", range(2, 6))
def test_an_answer_that_comes_many_times_counts_once_also_in_the_next_sale(
    till: Till, copies: int
) -> None:
    first = ask(till)
    for _ in range(copies):
        take_fact(till, approved(first))
    assert state(till) == SaleState.SIGNING
    assert till.sale is not None
    till.sale = None  # Signed and closed meanwhile.
    registration.add_code(till, "1", None, None)
    second = ask(till)
    for _ in range(copies):
        take_fact(till, approved(first))
    assert state(till) == SaleState.AUTHORIZING
    assert not till.lates
    take_fact(till, approved(second))
    assert state(till) == SaleState.SIGNING


@pytest.mark.parametrize(
    "wrong",
    [
        {"authorized_ore": 0},
        {"authorized_ore": -ASKED_ORE},
        {"authorized_ore": None},
        {"authorized_ore": ASKED_ORE + 1},
        {"authorized_ore": ASKED_ORE + 31_00, "tip_ore": 30_00},
        {"authorized_ore": ASKED_ORE, "tip_ore": -1},
        {"authorized_ore": ASKED_ORE, "currency": "EUR"},
    ],
    ids=str,
)
def test_an_amount_that_does_not_add_up_is_asked_about_and_never_booked(
    till: Till, wrong: dict[str, object]
) -> None:
    service_id = ask(till)
    take_fact(till, approved(service_id, **wrong))
    assert state(till) == SaleState.IN_DOUBT
    (asked,) = till.take_effects()
    assert isinstance(asked, QueryCard)
    assert till.sale is not None
    assert till.sale.tenders[0].authorized_ore == 0


def test_more_than_was_asked_without_a_tip_allowed_is_held_and_less_is_partial(till: Till) -> None:
    till.rules = some_rules(mode=till.rules.tip.mode, max_percent=10)
    service_id = ask(till)
    take_fact(till, approved(service_id, authorized_ore=2 * ASKED_ORE, tip_ore=None))
    assert state(till) == SaleState.HELD
    doubt.reverse_held(till, "Maja")
    till.take_effects()
    done = CardResult(service_id + 1, CardVerdict.APPROVED)
    take_fact(till, f.CardReversed(service_id + 1, done))
    take_fact(till, f.LastTransactionTold())
    again = ask(till)
    take_fact(till, approved(again, authorized_ore=100_00))
    assert state(till) == SaleState.HELD
    doubt.keep_held(till, "Maja")
    assert state(till) == SaleState.TENDERING
    assert till.sale is not None
    assert till.sale.remaining_ore == 39_00
    assert till.sale.receipt_no == 0
    payment.pay_cash(till, None)
    assert state(till) == SaleState.SIGNING


@pytest.mark.parametrize("condition", ["Busy", "LoggedOut", "InProgress"])
def test_a_terminal_that_is_busy_or_logged_out_in_the_middle_is_asked_and_never_charged_again(
    till: Till, condition: str
) -> None:
    service_id = ask(till)
    take_fact(till, f.CardAnswerLost(service_id, condition))
    effects: tuple[Effect, ...] = till.take_effects()
    for _ in range(5):
        told = (f"condition={condition}",)
        take_fact(till, f.CardQueried(QueryResult(service_id, CardVerdict.UNKNOWN, evidence=told)))
        effects += till.take_effects()
    assert charges_sent(effects) == 0
    take_fact(till, approved(service_id))
    assert state(till) == SaleState.SIGNING


def test_not_charged_then_nothing_then_approved_is_approved(till: Till) -> None:
    service_id = ask(till)
    take_fact(till, f.CardAnswerLost(service_id, "link lost"))
    no = f.CardQueried(QueryResult(service_id, CardVerdict.NOT_CHARGED))
    take_fact(till, no)
    take_fact(till, f.CardQueryFailed(service_id, "unreachable", 1))
    assert state(till) == SaleState.IN_DOUBT
    found = approved(service_id).result
    take_fact(till, f.CardQueried(QueryResult(service_id, CardVerdict.APPROVED, found)))
    assert state(till) == SaleState.SIGNING
    assert charges_sent(till.take_effects()) == 0


@pytest.mark.parametrize("is_charged", [True, False])
def test_after_a_decision_the_terminal_tells_its_last_payment_before_the_next_card(
    till: Till, is_charged: bool
) -> None:
    in_doubt(till)
    if is_charged:
        doubt.decide_doubt(till, is_charged=True, total_ore=100_00, by="Maja")
    else:
        doubt.decide_doubt(till, is_charged=False, total_ore=None, by="Maja")
    assert AskLastTransaction() in till.take_effects()
    store = till.store
    assert isinstance(store, FakeStore)
    for one in (till, started(store)):
        with pytest.raises(RuleError) as refused:
            payment.pay_card(one, None, None)
        assert refused.value.facts["reason"] == "asking-terminal"
    one.terminal.last_transaction = "T0009"
    take_fact(one, f.LastTransactionTold())
    service_id = ask(one)
    assert one.sale is not None
    tender = one.sale.tender_of_service(service_id)
    assert tender is not None
    assert (tender.baseline_transaction, tender.state) == ("T0009", TenderState.REQUESTED)
