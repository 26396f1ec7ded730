"""What an answer to a payment, refund or reversal means. Pure; says APPROVED only when all agrees.

An answer that contradicts itself, our request or the slip raises RemoteProtocolError: the money
may be taken, so it is asked for (recovery), never booked and never dropped. Policy (a tip above
the cap, less than asked) is not judged here. Source: terminal-protocols 2.5, 2.6, 5.1.
"""

from collections.abc import Sequence

from core.card import CardResult, CardSlip, CardVerdict
from core.errors import OutcomeUnknown, RemoteProtocolError
from core.frozen import frozen
from devices.terminals.westpay_epas.fields import display_time
from devices.terminals.westpay_epas.messages import PaymentResponse, ReversalResponse
from devices.terminals.westpay_epas.writing import CURRENCY

VERDICT_OF_CONDITION = {
    "Aborted": CardVerdict.ABORTED,
    "Cancel": CardVerdict.CANCELLED,
    "Refusal": CardVerdict.DECLINED,
    "WrongPIN": CardVerdict.DECLINED,
    "InvalidCard": CardVerdict.DECLINED,
    "PaymentRestriction": CardVerdict.DECLINED,
    "UnreachableHost": CardVerdict.DECLINED,
    "DeviceOut": CardVerdict.DECLINED,
    "UnavailableDevice": CardVerdict.DECLINED,
    "MessageFormat": CardVerdict.DECLINED,
    "UnavailableService": CardVerdict.DECLINED,
    "Busy": CardVerdict.DECLINED,
    "NotAllowed": CardVerdict.DECLINED,
}
"""Not paid. Every other word (InProgress, LoggedOut, None, unknown) leaves the outcome unknown."""
_NOT_REVERSED = {**VERDICT_OF_CONDITION, "NotFound": CardVerdict.DECLINED}


@frozen
class Asked:
    """What we asked, as far as an answer must agree with it."""

    service_id: int
    requested_ore: int
    baseline_transaction: str = ""
    is_refund: bool = False


def payment_result(asked: Asked, answer: PaymentResponse, slips: Sequence[CardSlip]) -> CardResult:
    """Judge a PaymentResponse with our ids; `slips` are all that came.

    The tip is the slip's, else the TipAmount that came, else None. Raises OutcomeUnknown or
    RemoteProtocolError, after which the terminal must be asked.
    """
    if answer.response.result == "Failure":
        return _not_paid(asked, answer)
    own = [
        slip
        for slip in slips
        if slip.reference == answer.transaction_id and slip.kind != "reversal"
    ]
    doubt = _doubt(asked, answer) or _name_doubt(asked, answer, slips) or _slip_doubt(answer, own)
    if doubt:
        raise RemoteProtocolError(
            service_id=asked.service_id, words=doubt, transaction=answer.transaction_id
        )
    tips = {slip.tip_ore for slip in own}
    return CardResult(
        service_id=asked.service_id,
        verdict=CardVerdict.APPROVED,
        authorized_ore=answer.authorized_ore,
        tip_ore=tips.pop() if tips else answer.tip_ore,
        poi_transaction=answer.transaction_id,
        poi_at=display_time(answer.at),
        condition="" if answer.response.result == "Success" else answer.response.result,
        text=answer.response.additional,
        slips=tuple(own),
    )


def reversal_result(
    service_id: int, poi_transaction: str, answer: ReversalResponse, slips: Sequence[CardSlip]
) -> CardResult:
    """Judge a ReversalResponse: APPROVED means reversed. Raises as `payment_result`."""
    response = answer.response
    if response.result == "Failure":
        verdict = _NOT_REVERSED.get(response.error_condition)
        if verdict is None:
            raise OutcomeUnknown(service_id=service_id, condition=response.error_condition)
    elif response.result != "Success" or response.error_condition:
        raise RemoteProtocolError(service_id=service_id, words="contradictory Response")
    elif answer.transaction_id not in ("", poi_transaction):
        raise RemoteProtocolError(service_id=service_id, words="another transaction reversed")
    else:
        verdict = CardVerdict.APPROVED
    return CardResult(
        service_id=service_id,
        verdict=verdict,
        poi_transaction=poi_transaction,
        poi_at=display_time(answer.at),
        condition=response.error_condition,
        text=response.additional,
        slips=tuple(slip for slip in slips if slip.reference == poi_transaction),
    )


def _not_paid(asked: Asked, answer: PaymentResponse) -> CardResult:
    response = answer.response
    verdict = VERDICT_OF_CONDITION.get(response.error_condition)
    if verdict is None:
        raise OutcomeUnknown(service_id=asked.service_id, condition=response.error_condition)
    if answer.authorized_ore:
        raise RemoteProtocolError(service_id=asked.service_id, words="amount on a failure")
    return CardResult(
        service_id=asked.service_id,
        verdict=verdict,
        poi_transaction=answer.transaction_id,
        poi_at=display_time(answer.at),
        condition=response.error_condition,
        text=response.additional,
    )


def _doubt(asked: Asked, answer: PaymentResponse) -> str:
    """Name the first thing that does not agree with our request, or give an empty text."""
    if answer.response.error_condition:
        return "contradictory Response"
    if not answer.transaction_id:
        return "POITransactionID missing"
    if answer.transaction_id == asked.baseline_transaction:
        return "an earlier transaction"
    if not answer.authorized_ore:
        return "AuthorizedAmount missing or zero"
    if answer.currency not in ("", CURRENCY):
        return "another currency"
    if answer.payment_type not in ("", "Refund" if asked.is_refund else "Normal"):
        return "another PaymentType"
    if answer.response.result == "Partial" and answer.authorized_ore >= asked.requested_ore:
        return "Partial without a smaller amount"
    if (answer.tip_ore or 0) > answer.authorized_ore:
        return "TipAmount above AuthorizedAmount"
    return ""


def _name_doubt(asked: Asked, answer: PaymentResponse, slips: Sequence[CardSlip]) -> str:
    """Say when the approved slips of our own request all name another transaction."""
    named = {
        slip.reference
        for slip in slips
        if slip.service_id == asked.service_id
        and slip.status == "approved"
        and slip.kind != "reversal"
    }
    is_named = not named or answer.transaction_id in named
    return "" if is_named else "the slip names another transaction"


def _slip_doubt(answer: PaymentResponse, own: Sequence[CardSlip]) -> str:
    for slip in own:
        extra_ore = slip.tip_ore + slip.cash_back_ore + slip.charge_ore
        if slip.currency != CURRENCY:
            return "another currency on the slip"
        if slip.status != "approved":
            return "the slip says not approved"
        if slip.total_ore != answer.authorized_ore:
            return "the slip has another total"
        if slip.amount_ore + extra_ore != slip.total_ore:
            return "the slip does not add up"
        if answer.tip_ore is not None and slip.tip_ore != answer.tip_ore:
            return "slip and response name different tips"
    return ""
