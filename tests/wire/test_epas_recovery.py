"""What a remembered transaction says about a lost answer; doubt stays doubt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.card import CardRequest, CardSlip, CardVerdict
from devices.terminals.westpay_epas.messages import (
    GetLastTransactionResponse,
    LastTransaction,
    MessageHeader,
    Response,
)
from devices.terminals.westpay_epas.recovery import judge

START = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)
HEADER = MessageHeader("Service", "GetLastTransaction", "Response", "46", "kassa1", "80000082")
REQUEST = CardRequest(42, "2026112300042", 249_00, True, "17", START, "000000000001")
LAST = LastTransaction(
    transaction_id="000000000002",
    authorized_ore=280_00,
    type="Debit",
    currency="SEK",
    at=START + timedelta(seconds=30),
    cash_back_ore=0,
    tip_ore=31_00,
    charge_ore=0,
    slip=CardSlip("000000000002", total_ore=280_00, tip_ore=31_00, is_copy_of_query=True),
)
SLIP = CardSlip("000000000002", service_id=42, amount_ore=249_00, tip_ore=31_00, total_ore=280_00)


def says(
    last: LastTransaction | None = LAST,
    *,
    condition: str = "",
    request: CardRequest = REQUEST,
    slips: tuple[CardSlip, ...] = (),
    may_still_arrive: bool = False,
    is_refund: bool = False,
) -> CardVerdict:
    response = Response("Failure" if condition else "Success", condition)
    answer = GetLastTransactionResponse(HEADER, response, last)
    judged = judge(request, answer, slips, may_still_arrive=may_still_arrive, is_refund=is_refund)
    assert all("=" in pair for pair in judged.evidence)
    assert (judged.result is not None) is (
        judged.verdict in (CardVerdict.APPROVED, CardVerdict.DECLINED)
    )
    return judged.verdict


def test_a_new_approval_that_adds_up_is_ours_with_its_tip() -> None:
    answer = GetLastTransactionResponse(HEADER, Response("Success"), LAST)
    judged = judge(REQUEST, answer, (), may_still_arrive=True)
    assert judged.result is not None
    assert (judged.result.authorized_ore, judged.result.tip_ore) == (280_00, 31_00)
    (slip,) = judged.result.slips
    assert (slip.is_copy_of_query, slip.service_id) == (True, 42)
    assert "last_transaction=000000000002" in judged.evidence


def test_the_terminals_own_slip_is_preferred() -> None:
    answer = GetLastTransactionResponse(HEADER, Response("Success"), LAST)
    judged = judge(REQUEST, answer, (SLIP,), may_still_arrive=False)
    assert judged.result is not None
    assert judged.result.slips == (SLIP,)


def test_an_amount_without_the_tip_is_settled_only_by_the_slip() -> None:
    net = replace(LAST, authorized_ore=249_00)
    assert says(net) is CardVerdict.UNKNOWN
    assert says(net, slips=(SLIP,)) is CardVerdict.APPROVED


@pytest.mark.parametrize(
    "last",
    [
        replace(LAST, authorized_ore=281_00),
        replace(LAST, authorized_ore=100_00, tip_ore=0),
        replace(LAST, currency="EUR"),
        replace(LAST, type="Credit"),
        replace(LAST, type="CashAdvance"),
        replace(LAST, at=None),
        replace(LAST, at=START - timedelta(minutes=6)),
        replace(LAST, transaction_id=""),
    ],
)
def test_what_does_not_fit_stays_unknown(last: LastTransaction) -> None:
    assert says(last) is CardVerdict.UNKNOWN


def test_the_terminals_clock_may_be_five_minutes_behind() -> None:
    assert says(replace(LAST, at=START - timedelta(minutes=4))) is CardVerdict.APPROVED


def test_a_terminal_time_without_offset_is_the_tills() -> None:
    naive = (START + timedelta(seconds=9)).replace(tzinfo=None)
    assert says(replace(LAST, at=naive)) is CardVerdict.APPROVED


def test_the_baseline_means_not_charged_only_when_nothing_can_come() -> None:
    old = replace(LAST, transaction_id=REQUEST.baseline_transaction)
    assert says(old) is CardVerdict.NOT_CHARGED
    assert says(old, may_still_arrive=True) is CardVerdict.UNKNOWN


def test_an_approved_slip_of_ours_speaks_against_not_charged() -> None:
    old = replace(LAST, transaction_id=REQUEST.baseline_transaction)
    assert says(old, slips=(SLIP,)) is CardVerdict.UNKNOWN


NO_BASELINE = replace(REQUEST, baseline_transaction="")


def test_without_a_baseline_time_and_amount_decide() -> None:
    assert says(request=NO_BASELINE) is CardVerdict.APPROVED
    old = replace(LAST, at=START - timedelta(minutes=6), authorized_ore=99_00, tip_ore=0)
    assert says(old, request=NO_BASELINE) is CardVerdict.NOT_CHARGED
    assert says(old, request=NO_BASELINE, may_still_arrive=True) is CardVerdict.UNKNOWN


def test_without_a_baseline_a_sale_just_before_ours_is_doubt() -> None:
    before = replace(LAST, at=START - timedelta(minutes=2))
    assert says(before, request=NO_BASELINE) is CardVerdict.UNKNOWN
    assert says(before, request=NO_BASELINE, slips=(SLIP,)) is CardVerdict.APPROVED


@pytest.mark.parametrize("condition", ["", "NotFound"])
def test_a_terminal_that_never_ran_anything(condition: str) -> None:
    assert says(None, condition=condition, request=NO_BASELINE) is CardVerdict.NOT_CHARGED
    assert says(None, condition=condition) is CardVerdict.UNKNOWN


@pytest.mark.parametrize("condition", ["Busy", "InProgress", "LoggedOut", "UnavailableService"])
def test_a_question_that_failed_decides_nothing(condition: str) -> None:
    assert says(None, condition=condition) is CardVerdict.UNKNOWN
    if condition != "UnavailableService":
        assert says(LAST, condition=condition) is CardVerdict.UNKNOWN


def test_a_new_refusal_is_declined() -> None:
    refused = replace(LAST, authorized_ore=0, tip_ore=0)
    assert says(refused, condition="Refusal") is CardVerdict.DECLINED
    assert says(LAST, condition="Refusal") is CardVerdict.DECLINED
    strange = replace(LAST, authorized_ore=12_00, tip_ore=0)
    assert says(strange, condition="Refusal") is CardVerdict.UNKNOWN


def test_a_refusal_before_our_start_is_not_ours_while_ours_may_come() -> None:
    before = replace(LAST, at=START - timedelta(minutes=2), authorized_ore=0, tip_ore=0)
    assert says(before, condition="Refusal", may_still_arrive=True) is CardVerdict.UNKNOWN


def test_a_reversed_sale_is_not_charged_any_more() -> None:
    assert says(replace(LAST, type="ReverseDebit")) is CardVerdict.NOT_CHARGED


def test_a_refund_is_looked_for_as_a_refund() -> None:
    credit = replace(LAST, type="Credit", authorized_ore=249_00, tip_ore=0)
    assert says(credit, is_refund=True) is CardVerdict.APPROVED
    assert says(LAST, is_refund=True) is CardVerdict.UNKNOWN


def test_no_transaction_is_no_word_from_a_terminal_that_told_of_one_before() -> None:
    # Found by the world: no baseline was known when the card was asked for, the till died, the
    # terminal told of the transaction at the next login and then lost its memory.
    answer = GetLastTransactionResponse(HEADER, Response("Failure", "NotFound"), None)
    asked = replace(REQUEST, baseline_transaction="")
    assert judge(asked, answer, (), may_still_arrive=False).verdict is CardVerdict.NOT_CHARGED
    told = judge(asked, answer, (), may_still_arrive=False, known_transaction="000000000002")
    assert told.verdict is CardVerdict.UNKNOWN


def test_an_older_transaction_of_our_amount_is_doubt_for_a_clock_may_have_been_set() -> None:
    # Found by the world: the till's clock was set an hour forward after the terminal's login.
    asked = replace(REQUEST, baseline_transaction="")
    older = replace(LAST, at=START - timedelta(hours=1))
    assert says(older, request=asked) is CardVerdict.UNKNOWN
    other = replace(older, authorized_ore=99_00, tip_ore=0)
    assert says(other, request=asked) is CardVerdict.NOT_CHARGED
