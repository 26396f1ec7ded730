"""What became of a request whose answer was lost: a pure judgement of what the terminal remembers.

A till that guesses here charges a guest twice or gives goods away, so everything that does not fit
stays UNKNOWN and carries its evidence to the cashier. The rule, from terminal-protocols 5.3 step 7:

| last transaction | and | verdict |
|---|---|---|
| new, approved | currency, kind and amount explained, time not before our start | approved |
| new, not approved | same evidence | declined |
| new, a reversal of our amount | same evidence | not charged (any more) |
| the baseline, none, or (no baseline) older | the original cannot arrive | not charged |
| anything else | | unknown |

"None" counts only where none was ever told, "older" only where it is not of our amount: a terminal
may forget, and a clock may be set while it works.

"Cannot arrive" is the driver's knowledge: the link that carried the request has ended (Westpay
aborts on link loss) or its abort was acknowledged. The terminal names neither our service id nor
our sale, so without a baseline the time must be ours to the second, or a slip must carry our id.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.card import CardRequest, CardResult, CardSlip, CardVerdict, QueryResult
from core.frozen import frozen
from devices.terminals.westpay_epas.fields import display_time
from devices.terminals.westpay_epas.messages import GetLastTransactionResponse, LastTransaction
from devices.terminals.westpay_epas.verdicts import VERDICT_OF_CONDITION
from devices.terminals.westpay_epas.writing import CURRENCY

CLOCK_DIFFERENCE_MAX = timedelta(minutes=5)
"""The terminal's clock may differ this much from ours (5.3)."""
_ROUNDING = timedelta(seconds=2)
_REQUEST_FAILED = frozenset({"Busy", "InProgress", "LoggedOut", "NotAllowed", "MessageFormat"})
"""Words that speak of the question, not of the last transaction."""


@frozen
class _Case:
    request: CardRequest
    answer: GetLastTransactionResponse
    slips: tuple[CardSlip, ...]
    """The terminal's own slips that carry our service id or the last transaction's reference."""
    may_still_arrive: bool
    is_refund: bool
    known_transaction: str

    @property
    def has_own_slip(self) -> bool:
        return any(slip.service_id == self.request.service_id for slip in self.slips)


def judge(
    request: CardRequest,
    answer: GetLastTransactionResponse,
    slips: Sequence[CardSlip],
    *,
    may_still_arrive: bool,
    is_refund: bool = False,
    known_transaction: str = "",
) -> QueryResult:
    """Say what became of `request`; `slips` are all that came since it started.

    `known_transaction` is one that this terminal told of at any time: none may be forgotten.
    """
    last = answer.transaction
    own = tuple(
        slip
        for slip in slips
        if slip.service_id == request.service_id
        or (last is not None and slip.reference == last.transaction_id)
    )
    case = _Case(request, answer, own, may_still_arrive, is_refund, known_transaction)
    verdict, result = _judge_none(case) if last is None else _judge_last(case, last)
    return QueryResult(request.service_id, verdict, result, _evidence(case))


def _judge_none(case: _Case) -> tuple[CardVerdict, CardResult | None]:
    response = case.answer.response
    names_none = response.result == "Success" or response.error_condition == "NotFound"
    has_forgotten = case.request.baseline_transaction or case.known_transaction
    if names_none and not has_forgotten:
        return _never_ran(case), None
    return CardVerdict.UNKNOWN, None


def _judge_last(case: _Case, last: LastTransaction) -> tuple[CardVerdict, CardResult | None]:
    unknown = CardVerdict.UNKNOWN, None
    response = case.answer.response
    if not last.transaction_id or response.error_condition in _REQUEST_FAILED:
        return unknown
    baseline = case.request.baseline_transaction
    if last.transaction_id == baseline:
        return _never_ran(case), None
    if last.at is None:
        return unknown
    after_start = _instant(last.at, case) - _instant(case.request.started_at, case)
    if not baseline and after_start < -CLOCK_DIFFERENCE_MAX:
        may_be_ours = last.type == "Debit" and _split(case, last) is not None
        return unknown if may_be_ours else (_never_ran(case), None)
    is_surely_ours = after_start >= -_ROUNDING or case.has_own_slip
    is_in_time = is_surely_ours if not baseline else after_start >= -CLOCK_DIFFERENCE_MAX
    if not is_in_time or last.currency != CURRENCY:
        return unknown
    if response.result == "Success" and not response.error_condition:
        return _judge_approved(case, last)
    may_be_other = case.may_still_arrive and not is_surely_ours
    if response.result != "Failure" or may_be_other or not _is_declined_amount(case, last):
        return unknown
    return CardVerdict.DECLINED, _result(case, last, CardVerdict.DECLINED, None, None)


def _judge_approved(case: _Case, last: LastTransaction) -> tuple[CardVerdict, CardResult | None]:
    split = _split(case, last)
    if split is None:
        return CardVerdict.UNKNOWN, None
    if last.type == ("ReverseCredit" if case.is_refund else "ReverseDebit"):
        return CardVerdict.NOT_CHARGED, None
    if last.type != ("Credit" if case.is_refund else "Debit"):
        return CardVerdict.UNKNOWN, None
    return CardVerdict.APPROVED, _result(case, last, CardVerdict.APPROVED, *split)


def _split(case: _Case, last: LastTransaction) -> tuple[int, int] | None:
    """Give total and tip when they explain the requested amount to the öre, else None.

    The terminal's own slip, when it came, decides the split; AuthorizedAmount is the total.
    """
    asked_ore = case.request.amount_ore
    for slip in case.slips:
        if slip.reference != last.transaction_id or slip.status != "approved":
            continue
        if slip.kind == "reversal" and not last.type.startswith("Reverse"):
            continue
        extra_ore = slip.tip_ore + slip.cash_back_ore + slip.charge_ore
        is_explained = slip.total_ore == asked_ore + extra_ore and slip.currency == CURRENCY
        # Some firmware may name the amount without tip here (protocols 2.7); the slip settles it.
        is_total = last.authorized_ore in (slip.total_ore, slip.total_ore - slip.tip_ore)
        return (slip.total_ore, slip.tip_ore) if is_explained and is_total else None
    extra_ore = last.tip_ore + last.cash_back_ore + last.charge_ore
    if last.authorized_ore != asked_ore + extra_ore:
        return None
    return last.authorized_ore, last.tip_ore


def _is_declined_amount(case: _Case, last: LastTransaction) -> bool:
    return last.authorized_ore == 0 or _split(case, last) is not None


def _never_ran(case: _Case) -> CardVerdict:
    says_otherwise = any(
        slip.service_id == case.request.service_id and slip.status == "approved"
        for slip in case.slips
    )
    if case.may_still_arrive or says_otherwise:
        return CardVerdict.UNKNOWN
    return CardVerdict.NOT_CHARGED


def _result(
    case: _Case,
    last: LastTransaction,
    verdict: CardVerdict,
    total_ore: int | None,
    tip_ore: int | None,
) -> CardResult:
    slips = tuple(slip for slip in case.slips if slip.reference == last.transaction_id)
    if not slips and verdict is CardVerdict.APPROVED:
        slips = (replace(last.slip, service_id=case.request.service_id),)
    condition = case.answer.response.error_condition
    return CardResult(
        service_id=case.request.service_id,
        verdict=VERDICT_OF_CONDITION.get(condition, verdict) if condition else verdict,
        authorized_ore=total_ore,
        tip_ore=tip_ore,
        poi_transaction=last.transaction_id,
        poi_at=display_time(last.at),
        condition=condition,
        text=case.answer.response.additional,
        slips=slips,
    )


def _instant(at: datetime, case: _Case) -> datetime:
    """Compare as instants; a terminal time without offset is taken as the till's local time."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=case.request.started_at.tzinfo or UTC)
    return at.astimezone(UTC)


def _evidence(case: _Case) -> tuple[str, ...]:
    request, response, last = case.request, case.answer.response, case.answer.transaction
    told: list[tuple[str, object]] = [
        ("requested_ore", request.amount_ore),
        ("started_at", display_time(request.started_at)),
        ("baseline", request.baseline_transaction),
        ("result", response.result),
        ("condition", response.error_condition),
        ("may_still_arrive", "yes" if case.may_still_arrive else "no"),
    ]
    if last is not None:
        told += [
            ("last_transaction", last.transaction_id),
            ("last_at", display_time(last.at)),
            ("last_type", last.type),
            ("last_authorized_ore", last.authorized_ore),
            ("last_tip_ore", last.tip_ore),
            ("last_currency", last.currency),
        ]
    for slip in case.slips[:4]:
        told += [("slip", slip.reference), ("slip_total_ore", slip.total_ore)]
        told += [("slip_status", slip.status)]
    return tuple(f"{key}={value}" for key, value in told if value != "")
