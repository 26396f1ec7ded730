"""What a terminal's answer means: approved, held, or unusable, and never mixed up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import events as ev
from core.card import CardResult, CardVerdict
from core.card_policy import Judgement, TipMode, TipPolicy, judge
from core.checkout import SaleState, advance
from core.errors import TipBelowAmount, TipTooLarge
from core.tender import Tender
from tests.builders import a_card, a_sale

TERMINAL = TipPolicy(TipMode.TERMINAL, warn_percent=50, max_percent=100)
OFF = TipPolicy()
TILL = TipPolicy(TipMode.TILL)
SALE = 7


def answer(authorized_ore: int | None, tip_ore: int | None = None) -> CardResult:
    return CardResult(11, CardVerdict.APPROVED, authorized_ore, tip_ore, poi_transaction="T1")


def judged(
    authorized_ore: int | None,
    tip_ore: int | None,
    policy: TipPolicy = TERMINAL,
    tender: Tender | None = None,
) -> Judgement:
    asked = tender or a_card(is_tip_allowed=policy.mode is TipMode.TERMINAL)
    return judge(SALE, asked, answer(authorized_ore, tip_ore), policy)


def test_249_asked_and_280_back_is_249_and_a_tip_of_31() -> None:
    event = judged(280_00, 31_00)
    assert isinstance(event, ev.CardAuthorized)
    assert (event.amount_ore, event.tip_ore, event.is_tip_derived) == (249_00, 31_00, False)


def test_a_tip_that_the_terminal_does_not_name_is_derived_and_says_so() -> None:
    event = judged(280_00, None)
    assert isinstance(event, ev.CardAuthorized)
    assert (event.amount_ore, event.tip_ore, event.is_tip_derived) == (249_00, 31_00, True)


@pytest.mark.parametrize("tip_ore", [None, 0])
def test_the_exact_amount_is_approved_without_a_tip(tip_ore: int | None) -> None:
    event = judged(249_00, tip_ore)
    assert isinstance(event, ev.CardAuthorized)
    assert (event.amount_ore, event.tip_ore, event.is_tip_derived) == (249_00, 0, False)


@pytest.mark.parametrize(
    ("authorized_ore", "tip_ore", "policy", "reason"),
    [
        (249_00 * 2 + 1, 249_01, TERMINAL, "tip-above-cap"),
        (280_00, 31_00, OFF, "tip-while-off"),
        (280_00, None, OFF, "tip-while-off"),
        (200_00, None, TERMINAL, "partial"),
        (200_00, 0, OFF, "partial"),
        (1, None, OFF, "partial"),
    ],
)
def test_what_breaks_the_policy_is_held_with_the_money_taken(
    authorized_ore: int, tip_ore: int | None, policy: TipPolicy, reason: str
) -> None:
    event = judged(authorized_ore, tip_ore, policy)
    assert isinstance(event, ev.CardAuthorizedOutOfPolicy)
    assert event.reason == reason
    assert event.authorized_ore == authorized_ore == event.amount_ore + event.tip_ore


def test_a_tip_at_the_cap_is_approved() -> None:
    assert isinstance(judged(249_00 * 2, 249_00), ev.CardAuthorized)


@pytest.mark.parametrize(
    ("authorized_ore", "tip_ore"),
    [
        (280_00, 30_00),
        (280_00, 0),
        (249_00, 31_00),
        (200_00, 31_00),
        (280_00, -31_00),
        (218_00, -31_00),
        (280_00, 300_00),
        (0, None),
        (-249_00, None),
        (None, None),
    ],
)
def test_sums_that_do_not_add_up_are_unusable(
    authorized_ore: int | None, tip_ore: int | None
) -> None:
    assert isinstance(judged(authorized_ore, tip_ore), ev.AnswerUnusable)


@pytest.mark.parametrize(
    "flaw",
    [{"currency": "EUR"}, {"service_id": 12}, {"verdict": CardVerdict.UNKNOWN}, {"currency": ""}],
)
def test_foreign_answers_are_unusable(flaw: dict[str, object]) -> None:
    result = replace(answer(249_00), **flaw)  # type: ignore[arg-type]  # flaws are of any type
    assert isinstance(judge(SALE, a_card(), result, TERMINAL), ev.AnswerUnusable)


@pytest.mark.parametrize("verdict", [CardVerdict.CANCELLED, CardVerdict.ABORTED])
def test_a_stopped_payment_is_aborted_and_a_refused_one_declined(verdict: CardVerdict) -> None:
    stopped = judge(SALE, a_card(), CardResult(11, verdict, condition="Cancel"), TERMINAL)
    assert stopped == ev.CardAborted(SALE, 11, "Cancel", "")
    refused = CardResult(11, CardVerdict.DECLINED, condition="Refusal", text="no")
    assert judge(SALE, a_card(), refused, TERMINAL) == ev.CardDeclined(SALE, 11, "Refusal", "no")


def test_a_tip_typed_at_the_till_is_split_off_what_the_terminal_drew() -> None:
    tender = a_card(till_tip_ore=31_00, is_tip_allowed=False)
    event = judged(280_00, None, TILL, tender)
    assert isinstance(event, ev.CardAuthorized)
    assert (event.amount_ore, event.tip_ore, event.is_tip_derived) == (249_00, 31_00, False)


def test_a_terminal_that_adds_to_a_till_tip_is_held() -> None:
    tender = a_card(till_tip_ore=31_00, is_tip_allowed=False)
    event = judged(290_00, 10_00, TILL, tender)
    assert isinstance(event, ev.CardAuthorizedOutOfPolicy)
    assert (event.reason, event.amount_ore, event.tip_ore) == ("tip-while-off", 249_00, 41_00)


def test_an_approval_after_the_cashier_asked_to_stop_is_held_with_its_tip() -> None:
    event = judged(280_00, 31_00, tender=replace(a_card(is_tip_allowed=True), is_abort_asked=True))
    assert isinstance(event, ev.CardAuthorizedOutOfPolicy)
    assert (event.reason, event.amount_ore, event.tip_ore) == ("abort-too-late", 249_00, 31_00)


def test_a_partial_approval_of_a_till_tip_pays_the_goods_first() -> None:
    tender = a_card(till_tip_ore=31_00, is_tip_allowed=False)
    event = judged(260_00, None, TILL, tender)
    assert isinstance(event, ev.CardAuthorizedOutOfPolicy)
    assert (event.reason, event.amount_ore, event.tip_ore) == ("partial", 249_00, 11_00)


def test_the_tip_window_takes_totals_from_the_amount_to_the_cap() -> None:
    assert TILL.tip_of_total(249_00, 249_00) == 0
    assert TILL.tip_of_total(280_00, 249_00) == 31_00
    assert TILL.tip_of_total(498_00, 249_00) == 249_00
    with pytest.raises(TipBelowAmount):
        TILL.tip_of_total(248_99, 249_00)
    with pytest.raises(TipTooLarge):
        TILL.tip_of_total(498_01, 249_00)


def test_percent_are_of_the_amount_asked_on_that_card() -> None:
    assert not TILL.is_above_warning(124_50, 249_00)
    assert TILL.is_above_warning(124_51, 249_00)
    assert not TILL.is_above_max(249_00, 249_00)
    assert TILL.is_above_max(249_01, 249_00)


@given(
    st.one_of(st.none(), st.integers(-(10**6), 10**6)),
    st.one_of(st.none(), st.integers(-(10**6), 10**6)),
    st.integers(0, 300_00),
    st.booleans(),
    st.sampled_from([OFF, TERMINAL, TILL]),
)
def test_no_answer_is_ever_believed_beyond_its_own_sums(
    authorized_ore: int | None,
    tip_ore: int | None,
    till_tip_ore: int,
    is_tip_allowed: bool,
    policy: TipPolicy,
) -> None:
    tender = a_card(till_tip_ore=till_tip_ore, is_tip_allowed=is_tip_allowed)
    event = judged(authorized_ore, tip_ore, policy, tender)
    if isinstance(event, ev.AnswerUnusable):
        return
    assert isinstance(event, ev.CardAuthorized | ev.CardAuthorizedOutOfPolicy)
    assert event.authorized_ore == authorized_ore == event.amount_ore + event.tip_ore
    assert 0 < event.amount_ore <= 249_00
    assert event.tip_ore >= 0
    sale = a_sale(state=SaleState.AUTHORIZING, tenders=(tender,))
    after = advance(sale, event)
    assert after.state in (SaleState.PAID, SaleState.HELD)
    if isinstance(event, ev.CardAuthorized):
        assert event.tip_ore * 100 <= 249_00 * policy.max_percent
        assert is_tip_allowed or event.tip_ore == till_tip_ore
