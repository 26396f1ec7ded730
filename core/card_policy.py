"""What the terminal's answer means for the sale: one judgement, used fresh and after a query.

Three outcomes that must never be mixed up: sums that do not add up are unusable and asked about;
sums that add up but break the shop's policy are held for a manager (the money is taken); the rest
is approved. Percent are of the amount asked on that card (terminal-protocols 2.5).
"""

from enum import StrEnum

from core import events as ev
from core.card import CardResult, CardVerdict
from core.errors import TipBelowAmount, TipTooLarge
from core.frozen import frozen
from core.tender import Tender


class TipMode(StrEnum):
    """Who asks for the tip."""

    OFF = "off"
    TERMINAL = "terminal"
    TILL = "till"


@frozen
class TipPolicy:
    """The shop's rules for tips ("Dricks / Extra")."""

    mode: TipMode = TipMode.OFF
    warn_percent: int = 50
    max_percent: int = 100

    def is_above_max(self, tip_ore: int, asked_ore: int) -> bool:
        """Say whether a tip is above the cap."""
        return tip_ore * 100 > asked_ore * self.max_percent

    def is_above_warning(self, tip_ore: int, asked_ore: int) -> bool:
        """Say whether a tip asks for a second look."""
        return tip_ore * 100 > asked_ore * self.warn_percent

    def tip_of_total(self, total_ore: int, asked_ore: int) -> int:
        """Take the tip out of a typed total. Raises TipBelowAmount, TipTooLarge."""
        if total_ore < asked_ore:
            raise TipBelowAmount(total_ore=total_ore, asked_ore=asked_ore)
        tip_ore = total_ore - asked_ore
        if self.is_above_max(tip_ore, asked_ore):
            raise TipTooLarge(tip_ore=tip_ore, percent=self.max_percent)
        return tip_ore


Judgement = (
    ev.CardAuthorized
    | ev.CardAuthorizedOutOfPolicy
    | ev.CardDeclined
    | ev.CardAborted
    | ev.AnswerUnusable
)


def judge(
    sale_id: int,
    tender: Tender,
    result: CardResult,
    policy: TipPolicy,
    *,
    is_restored: bool = False,
) -> Judgement:
    """Turn the terminal's final word on `tender` into the event that follows from it.

    `is_restored`: the payment came out of a backup, and may be on a receipt that is lost.
    """
    service_id = tender.service_id
    if result.verdict is CardVerdict.DECLINED:
        return ev.CardDeclined(sale_id, service_id, result.condition, result.text)
    if result.verdict in (CardVerdict.CANCELLED, CardVerdict.ABORTED, CardVerdict.NOT_CHARGED):
        return ev.CardAborted(sale_id, service_id, result.condition, result.text)
    flaw = _flaw(tender, result)
    if flaw:
        return ev.AnswerUnusable(sale_id, service_id, flaw)
    return _judge_amounts(sale_id, tender, result, policy, is_restored=is_restored)


def _flaw(tender: Tender, result: CardResult) -> str:
    """Name what makes an approval unusable; empty when nothing does."""
    if result.verdict is not CardVerdict.APPROVED:
        return f"verdict={result.verdict}"
    if result.service_id != tender.service_id:
        return f"foreign service_id={result.service_id}"
    if result.currency != "SEK":
        return f"currency={result.currency}"
    if result.authorized_ore is None or result.authorized_ore <= 0:
        return f"authorized_ore={result.authorized_ore}"
    tip_ore = result.tip_ore
    if tip_ore is not None and tip_ore < 0:
        return f"tip_ore={tip_ore}"
    net_ore = result.authorized_ore - (tip_ore or 0)
    is_partial = not tip_ore and result.authorized_ore < tender.asked_ore
    if tip_ore is not None and net_ore != tender.asked_ore and not is_partial:
        return f"total {result.authorized_ore} - tip {tip_ore} != asked {tender.asked_ore}"
    return ""


def _judge_amounts(
    sale_id: int, tender: Tender, result: CardResult, policy: TipPolicy, *, is_restored: bool
) -> ev.CardAuthorized | ev.CardAuthorizedOutOfPolicy:
    """Split a usable approval into sale part and tip, and hold it against the policy."""
    assert result.authorized_ore is not None
    difference_ore = result.authorized_ore - tender.asked_ore
    is_derived = result.tip_ore is None and difference_ore > 0
    if difference_ore < 0:
        amount_ore = min(result.authorized_ore, tender.requested_ore)
        reason = "partial"
    else:
        amount_ore = tender.requested_ore
        reason = _tip_flaw(tender, difference_ore, policy)
    if is_restored:
        # First of all: the other questions were perhaps answered in the time that is lost.
        reason = "restored"
    elif not reason and tender.is_abort_asked:
        reason = "abort-too-late"
    tip_ore = result.authorized_ore - amount_ore
    common = (
        sale_id,
        tender.service_id,
        result.authorized_ore,
        amount_ore,
        tip_ore,
        is_derived,
        result.poi_transaction,
    )
    if reason:
        return ev.CardAuthorizedOutOfPolicy(*common, reason=reason)
    return ev.CardAuthorized(*common)


def _tip_flaw(tender: Tender, terminal_tip_ore: int, policy: TipPolicy) -> str:
    """Say why a tip given on the terminal is against the policy; empty when it is not."""
    if terminal_tip_ore and not tender.is_tip_allowed:
        return "tip-while-off"
    tip_ore = terminal_tip_ore + tender.till_tip_ore
    if policy.is_above_max(tip_ore, tender.requested_ore):
        return "tip-above-cap"
    return ""
