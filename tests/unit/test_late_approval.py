"""An approval after the payment had ended unpaid: told, kept, answered for, and never dropped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import facts as f
from core.card import CardResult, CardSlip, CardVerdict, QueryResult
from core.effects import AuthorizeCard, QueryCard, ReverseCard
from core.errors import NothingToGiveBack, PaymentInProgress, ReportNotAllowed, SaleNotOpen
from core.late_approval import LateState
from core.lost_time import LostTime
from core.reports import Tally
from core.services import doubt, giving_back, late, payment, registration, reporting
from core.services.facts_desk import take_fact
from core.services.till import Till
from core.tender import TenderState
from tests.fake_store import FakeStore
from tests.till_start import a_store, begin, started
from tui.attention_texts import attention_words, card_result_words

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKED_ORE = 139_00
TOTAL_ORE = 170_00
SLIP = CardSlip(
    reference="T0001",
    service_id=1,
    total_ore=TOTAL_ORE,
    amount_ore=ASKED_ORE,
    tip_ore=31_00,
    card_name="Mastercard",
    masked_pan="************9659",
)
APPROVED = CardResult(
    1, CardVerdict.APPROVED, TOTAL_ORE, 31_00, "T0001", "2026-11-23 12:00:05", slips=(SLIP,)
)


def ask_for_card(till: Till) -> int:
    """Ask for a card for all that remains; gives its service id."""
    payment.pay_card(till, None, None)
    asked = till.take_effects()[-1]
    assert isinstance(asked, AuthorizeCard)
    return asked.request.service_id


def decided(total_ore: int | None) -> Till:
    """Give a till whose manager decided on a total, None = no payment, with no terminal there."""
    till = begin(a_store())
    registration.add_code(till, "1", None, None)
    service_id = ask_for_card(till)
    take_fact(till, f.CardAnswerLost(service_id, "link lost"))
    take_fact(till, f.CardQueryFailed(service_id, "unreachable", 2))
    is_charged = total_ore is not None
    doubt.decide_doubt(till, is_charged=is_charged, total_ore=total_ore, by="Maja")
    till.take_effects()
    return till


@pytest.fixture
def till() -> Till:
    """Give a till whose manager decided "no payment" about an unreachable terminal."""
    till = decided(None)
    take_fact(till, f.LastTransactionTold())
    till.take_effects()
    return till


def notes(till: Till, kind: str) -> list[str]:
    store = till.store
    assert isinstance(store, FakeStore)
    return [entry.payload for entry in store.disk.journal if entry.kind == kind]


def restarted(till: Till) -> Till:
    store = till.store
    assert isinstance(store, FakeStore)
    return begin(store)


def asked(till: Till) -> dict[str, str | int]:
    assert till.attention is not None
    assert till.attention.code == "card-late-approval"
    return dict(till.attention.facts)


def by_answer() -> f.Fact:
    return f.CardAnswered(APPROVED)


def by_query() -> f.Fact:
    return f.CardQueried(QueryResult(1, CardVerdict.APPROVED, APPROVED))


def by_slip() -> f.Fact:
    return f.SlipArrived(SLIP)


EVIDENCE = pytest.mark.parametrize("come", [by_answer, by_query, by_slip])


@EVIDENCE
def test_it_is_asked_about_with_amount_time_card_and_sale_and_after_a_restart_again(
    till: Till, come: Callable[[], f.Fact]
) -> None:
    take_fact(till, come())
    for one in (till, restarted(till)):
        facts = asked(one)
        assert facts["authorized_ore"] == TOTAL_ORE
        assert (facts["sale_id"], facts["receipt_no"]) == (1, 0)
        assert facts["card"] == "Mastercard ************9659"
        assert str(facts["at"]).startswith("2026-11-23 12:")
        assert facts["may_reverse"] == 1
    assert len(notes(till, "card-late-approval")) == 1


@EVIDENCE
def test_evidence_of_every_kind_together_is_one_late_approval(
    till: Till, come: Callable[[], f.Fact]
) -> None:
    for fact in (come(), by_answer(), by_query(), by_slip()):
        take_fact(till, fact)
    assert len(notes(till, "card-late-approval")) == 1
    late.settle_by_hand(till, 1, "Maja")
    take_fact(till, by_answer())
    assert not till.lates
    assert till.attention is None
    assert len(notes(till, "answer-ignored")) >= 1


def test_the_present_sale_is_paid_in_cash_but_no_card_and_no_z_before_the_answer(
    till: Till,
) -> None:
    take_fact(till, by_answer())
    registration.add_code(till, "3", None, None)
    with pytest.raises(PaymentInProgress) as refused:
        payment.pay_card(till, None, None)
    assert refused.value.facts["reason"] == "late-approval"
    payment.pay_cash(till, None)
    assert till.state == "signing"
    till.sale = None
    with pytest.raises(ReportNotAllowed):
        reporting.z_report(till)
    assert reporting.x_report(till).remarks[0] == "card-unclear late 1 17000"
    late.settle_by_hand(till, 1, "Maja")
    assert reporting.z_report(till).remarks == (
        "card-unclear late 1 17000",
        "card-unclear late-by-hand 1 17000",
        "card-unclear not-charged 1 13900",
    )
    assert '"by":"Maja"' in notes(till, "late-by-hand")[0]


def test_a_reversal_is_on_disk_before_it_is_sent_and_ends_the_question_when_done(
    till: Till,
) -> None:
    take_fact(till, by_answer())
    late.reverse_late(till, 1, "Maja")
    (sent,) = till.take_effects()
    assert isinstance(sent, ReverseCard)
    assert sent.poi_transaction == "T0001"
    assert '"by":"Maja"' in notes(till, "late-reversal-requested")[0]
    assert till.store.open_late_approvals()[0].state is LateState.REVERSING
    assert asked(till)["is_reversing"] == 1
    with pytest.raises(SaleNotOpen):
        late.settle_by_hand(till, 1, "Maja")
    done = CardResult(sent.service_id, CardVerdict.APPROVED)
    take_fact(till, f.CardReversed(sent.service_id, done))
    assert till.attention is None
    assert till.last_tender_error is not None
    assert card_result_words(till.last_tender_error).startswith("170,00 kr är återfört")
    assert "card-unclear late-reversed 1 17000" in reporting.x_report(till).remarks
    assert reporting.x_report(till).card_reversed == Tally(1, 170_00)
    ask_for_card(till)


def reversing(till: Till) -> ReverseCard:
    """Have the late approval reversed; gives what was sent."""
    take_fact(till, by_answer())
    late.reverse_late(till, 1, "Maja")
    (sent,) = till.take_effects()
    assert isinstance(sent, ReverseCard)
    return sent


def queried(till: Till, verdict: CardVerdict, result: CardResult | None = None) -> None:
    """Let the terminal be asked about the payment, and answer."""
    (sent,) = till.take_effects()
    assert isinstance(sent, QueryCard)
    assert sent.request.service_id == 1
    take_fact(till, f.CardQueried(QueryResult(1, verdict, result)))


def test_a_reversal_whose_answer_is_lost_is_asked_about_and_found_done(till: Till) -> None:
    sent = reversing(till)
    take_fact(till, f.CardReversalLost(sent.service_id, "link lost"))
    assert asked(till)["is_reversing"] == 1
    queried(till, CardVerdict.NOT_CHARGED)
    assert till.attention is None
    assert reporting.x_report(till).card_reversed == Tally(1, 170_00)


def test_an_older_question_answered_during_a_reversal_sends_no_second_one(till: Till) -> None:
    sent = reversing(till)
    for verdict in (CardVerdict.APPROVED, CardVerdict.NOT_CHARGED):
        take_fact(till, f.CardQueried(QueryResult(1, verdict, APPROVED)))
        assert till.take_effects() == ()
        assert asked(till)["is_reversing"] == 1
    take_fact(till, f.CardReversed(sent.service_id, CardResult(1, CardVerdict.DECLINED)))
    assert asked(till)["is_reversing"] == 0


def test_an_older_question_that_fails_during_a_reversal_leaves_it_to_its_answer(till: Till) -> None:
    sent = reversing(till)
    take_fact(till, f.CardQueryFailed(1, "unreachable", doubt.QUERY_TRIES_MAX))
    assert asked(till)["is_reversing"] == 1
    take_fact(till, f.CardReversed(sent.service_id, CardResult(1, CardVerdict.APPROVED)))
    assert not till.lates
    assert len(notes(till, "late-reversed")) == 1


def test_a_reversal_that_never_came_is_sent_again_with_the_same_transaction_and_id(
    till: Till,
) -> None:
    sent = reversing(till)
    take_fact(till, f.CardReversalLost(sent.service_id, "link lost"))
    queried(till, CardVerdict.APPROVED, APPROVED)
    assert till.take_effects() == (sent,)


@pytest.mark.parametrize("another", ["T0002", ""])
def test_what_the_terminal_cannot_tell_about_a_reversal_a_person_reads(
    till: Till, another: str
) -> None:
    sent = reversing(till)
    take_fact(till, f.CardReversalLost(sent.service_id, "link lost"))
    if another:
        queried(till, CardVerdict.APPROVED, replace(APPROVED, poi_transaction=another))
    else:
        queried(till, CardVerdict.UNKNOWN)
    assert not till.take_effects()
    assert (asked(till)["is_reversing"], asked(till)["reversal_service_id"]) == (0, sent.service_id)


def test_a_terminal_that_stays_away_leaves_a_lost_reversal_to_a_person(till: Till) -> None:
    sent = reversing(till)
    take_fact(till, f.CardReversalLost(sent.service_id, "link lost"))
    for attempt in range(1, doubt.QUERY_TRIES_MAX + 1):
        assert asked(till)["is_reversing"] == 1
        take_fact(till, f.CardQueryFailed(1, "unreachable", attempt))
    assert asked(till)["is_reversing"] == 0


def test_a_refused_reversal_is_asked_about_and_one_cut_by_a_restart_is_queried(till: Till) -> None:
    sent = reversing(till)
    refused = CardResult(sent.service_id, CardVerdict.DECLINED, condition="NotFound")
    take_fact(till, f.CardReversed(sent.service_id, refused))
    assert asked(till)["is_reversing"] == 0
    late.reverse_late(till, 1, "Maja")
    again = started(till.store)
    assert asked(again)["is_reversing"] == 1
    take_fact(again, f.LastTransactionTold())
    effects = [one for one in again.take_effects() if isinstance(one, QueryCard)]
    assert [one.request.service_id for one in effects] == [1]
    assert len(notes(again, "late-reversal-refused")) == 1


def test_it_is_not_reversed_when_a_card_was_drawn_after_it(till: Till) -> None:
    service_id = ask_for_card(till)
    later = CardResult(service_id, CardVerdict.APPROVED, ASKED_ORE, 0, "T0002")
    take_fact(till, f.CardAnswered(later))
    take_fact(till, by_answer())
    assert asked(till)["may_reverse"] == 0
    till.sale = None
    with pytest.raises(NothingToGiveBack):
        late.reverse_late(till, 1, "Maja")


def test_a_transaction_of_another_payment_is_no_late_approval(till: Till) -> None:
    take_fact(till, f.SlipArrived(CardSlip(reference="T0001", service_id=99, total_ore=TOTAL_ORE)))
    take_fact(till, by_query())
    assert not till.lates


@pytest.mark.parametrize("verdict", [CardVerdict.DECLINED, CardVerdict.ABORTED])
def test_a_late_no_is_journalled_only(till: Till, verdict: CardVerdict) -> None:
    take_fact(till, f.CardAnswered(CardResult(1, verdict)))
    assert not till.lates
    assert len(notes(till, "answer-ignored")) == 1


def test_a_second_answer_for_a_settled_card_is_journalled_and_alarms_nobody() -> None:
    till = begin(a_store())
    registration.add_code(till, "1", None, None)
    registration.add_code(till, "2", None, None)
    payment.pay_card(till, ASKED_ORE, None)
    for _ in range(3):
        take_fact(till, f.CardAnswered(APPROVED))
        take_fact(till, by_slip())
    assert till.sale is not None
    assert [one.state for one in till.sale.tenders] == [TenderState.SETTLED]
    assert not till.lates
    assert till.attention is None
    assert len(notes(till, "answer-ignored")) == 2


@EVIDENCE
def test_what_a_card_paid_beyond_a_decision_is_asked_about_and_settled_by_hand(
    come: Callable[[], f.Fact],
) -> None:
    till = decided(ASKED_ORE)
    for fact in (come(), by_answer(), by_query(), by_slip()):
        take_fact(till, fact)
    facts = asked(till)
    assert (facts["authorized_ore"], facts["is_part"], facts["may_reverse"]) == (31_00, 1, 0)
    assert till.attention is not None
    assert "31,00 kr mer på kortet" in attention_words(till.attention)[0]
    assert len(notes(till, "card-late-approval")) == 1
    till.sale = None
    with pytest.raises(NothingToGiveBack):
        late.reverse_late(till, 1, "Maja")
    late.settle_by_hand(till, 1, "Maja")
    assert till.attention is None


@EVIDENCE
def test_an_answer_that_agrees_with_a_decision_alarms_nobody(come: Callable[[], f.Fact]) -> None:
    till = decided(TOTAL_ORE)
    take_fact(till, come())
    assert not till.lates


@pytest.mark.parametrize("is_told_by_terminal", [False, True])
def test_a_card_that_stands_though_a_person_decided_it_reversed_is_asked_about(
    is_told_by_terminal: bool,
) -> None:
    till = begin(a_store())
    registration.add_code(till, "1", None, None)
    registration.add_code(till, "2", None, None)
    payment.pay_card(till, ASKED_ORE, None)
    take_fact(till, f.CardAnswered(APPROVED))
    giving_back.give_back(till, 1, "Maja")
    reversal = next(one for one in till.take_effects() if isinstance(one, ReverseCard))
    take_fact(till, f.CardReversalLost(reversal.service_id, "link lost"))
    if is_told_by_terminal:
        take_fact(till, f.CardQueried(QueryResult(1, CardVerdict.NOT_CHARGED)))
    else:
        take_fact(till, f.CardQueryFailed(1, "unreachable", doubt.QUERY_TRIES_MAX))
        doubt.decide_reversal(till, is_reversed=True, by="Maja")
        assert till.terminal.must_tell_last
    take_fact(till, by_answer())
    assert not till.lates, "an answer from before the reversal"
    take_fact(till, by_query())
    assert bool(till.lates) is not is_told_by_terminal
    if till.lates:
        assert asked(till)["authorized_ore"] == TOTAL_ORE


@pytest.mark.parametrize("total_ore", [None, ASKED_ORE])
def test_a_start_asks_the_terminal_about_the_newest_card_that_a_person_decided_on(
    total_ore: int | None,
) -> None:
    till = decided(total_ore)
    if total_ore is None:
        payment.pay_cash(till, None)
    store = till.store
    assert isinstance(store, FakeStore)
    till = started(store)
    asked_about = [one for one in till.take_effects() if isinstance(one, QueryCard)]
    assert [one.request.service_id for one in asked_about] == [1]
    with pytest.raises(PaymentInProgress):
        till.check_last_told()  # A newer card would take the question's place.
    take_fact(till, by_query())
    late_ore = TOTAL_ORE if total_ore is None else TOTAL_ORE - ASKED_ORE
    assert asked(till)["authorized_ore"] == late_ore
    till = started(store)
    assert not [one for one in till.take_effects() if isinstance(one, QueryCard)], "told already"


def test_a_start_asks_nothing_about_a_decided_card_out_of_a_backup() -> None:
    """What the terminal drew last may be another customer's, of the time that is lost."""
    store = decided(ASKED_ORE).store
    with store.unit_of_work() as uow:
        lost = LostTime(receipt_no=9, sale_id=1, service_id=1)
        for key, value in lost.settings().items():
            uow.put_setting(AT, "Maja", key, value)
        uow.commit()
    assert not [one for one in started(store).take_effects() if isinstance(one, QueryCard)]


def test_a_start_asks_nothing_about_a_card_that_the_terminal_told_of() -> None:
    till = begin(a_store())
    registration.add_code(till, "1", None, None)
    service_id = ask_for_card(till)
    take_fact(till, f.CardAnswered(replace(APPROVED, service_id=service_id)))
    till = started(till.store)
    assert not [one for one in till.take_effects() if isinstance(one, QueryCard)]
