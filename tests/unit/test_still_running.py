"""A payment that the terminal still runs is stopped and asked about; nobody decides it away."""

import pytest

from core import facts as f
from core.card import CardResult, CardVerdict, QueryResult
from core.checkout import SaleState
from core.effects import AbortCard, AuthorizeCard, QueryCard, ReverseCard
from core.errors import PaymentInProgress, SaleNotOpen
from core.services import doubt, payment, registration
from core.services.facts_desk import take_fact
from core.services.till import Till
from tests.till_start import a_store, started

RUNNING = ("result=Failure", "condition=InProgress", "may_still_arrive=yes")


@pytest.fixture
def till() -> Till:
    """Give a till whose card payment got no answer in time."""
    till = started(a_store())
    registration.add_code(till, "1", None, None)
    payment.pay_card(till, None, None)
    asked = till.take_effects()[-1]
    assert isinstance(asked, AuthorizeCard)
    take_fact(till, f.CardAnswerLost(asked.request.service_id, "no answer in time"))
    till.take_effects()
    return till


def service_id(till: Till) -> int:
    """Give the id of the payment in doubt."""
    assert till.sale is not None
    assert till.sale.current_tender is not None
    return till.sale.current_tender.service_id


def test_a_running_payment_is_stopped_and_asked_about_again(till: Till) -> None:
    running = QueryResult(service_id(till), CardVerdict.UNKNOWN, evidence=RUNNING)
    take_fact(till, f.CardQueried(running))
    effects = till.take_effects()
    assert AbortCard(service_id(till)) in effects
    assert any(isinstance(effect, QueryCard) for effect in effects)
    assert till.attention is None


def test_a_running_payment_cannot_be_decided_as_not_charged(till: Till) -> None:
    running = QueryResult(service_id(till), CardVerdict.UNKNOWN, evidence=RUNNING)
    for _ in range(doubt.RUNNING_ANSWERS_MAX):
        take_fact(till, f.CardQueried(running))
    assert till.attention is not None
    with pytest.raises(PaymentInProgress):
        doubt.decide_doubt(till, is_charged=False, total_ore=None, by="Anna")
    assert till.state is SaleState.IN_DOUBT


def test_an_older_question_answered_during_a_reversal_sends_no_second_one(till: Till) -> None:
    approved = CardResult(
        service_id(till), CardVerdict.APPROVED, authorized_ore=1, poi_transaction="7"
    )
    take_fact(till, f.CardQueried(QueryResult(service_id(till), CardVerdict.APPROVED, approved)))
    assert till.state is SaleState.HELD
    doubt.reverse_held(till, "Maja")
    (reversal,) = (one for one in till.take_effects() if isinstance(one, ReverseCard))
    take_fact(till, f.CardQueried(QueryResult(service_id(till), CardVerdict.APPROVED, approved)))
    assert not any(isinstance(one, ReverseCard) for one in till.take_effects())
    refused = CardResult(reversal.service_id, CardVerdict.DECLINED, condition="NotFound")
    take_fact(till, f.CardReversed(reversal.service_id, refused))
    assert till.state is SaleState.HELD


def test_an_older_question_that_fails_during_a_reversal_asks_nobody(till: Till) -> None:
    number = service_id(till)
    approved = CardResult(number, CardVerdict.APPROVED, authorized_ore=1, poi_transaction="7")
    take_fact(till, f.CardQueried(QueryResult(number, CardVerdict.APPROVED, approved)))
    doubt.reverse_held(till, "Maja")
    (reversal,) = (one for one in till.take_effects() if isinstance(one, ReverseCard))
    take_fact(till, f.CardQueryFailed(number, "unreachable", doubt.QUERY_TRIES_MAX))
    assert till.attention is None
    with pytest.raises(SaleNotOpen):
        doubt.decide_reversal(till, is_reversed=False, by="Maja")
    take_fact(till, f.CardReversed(reversal.service_id, CardResult(1, CardVerdict.APPROVED)))
    assert till.state is SaleState.TENDERING


def test_the_answer_to_the_stop_ends_the_doubt(till: Till) -> None:
    running = QueryResult(service_id(till), CardVerdict.UNKNOWN, evidence=RUNNING)
    take_fact(till, f.CardQueried(running))
    stopped = CardResult(service_id(till), CardVerdict.ABORTED, condition="Aborted")
    late = QueryResult(service_id(till), CardVerdict.DECLINED, stopped)
    take_fact(till, f.CardQueried(late))
    assert till.state is SaleState.TENDERING
