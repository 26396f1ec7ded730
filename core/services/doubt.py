"""Unclear and unwanted card payments: asked about, decided by a person, kept or reversed.

Nobody here charges a card: a lost answer is asked about until the terminal or a manager has told
what became of it (terminal-protocols 5.3); a payment against the shop's policy waits for a manager.
"""

from typing import Final

from core import events as ev
from core.card import CardVerdict, QueryResult
from core.checkout import SaleState
from core.effects import AbortCard, QueryCard
from core.errors import NothingToPay, PaymentInProgress, SaleNotOpen
from core.facts import CardQueried, CardQueryFailed, CardReversed
from core.sale import Sale
from core.services import late
from core.services.late import take_late
from core.services.payment import take_result
from core.services.printing import queue_reversal, start_next_paper
from core.services.slips import approved_slip
from core.services.steps import (
    UNANSWERED,
    ask_about_doubt,
    card_request,
    forward,
    hand_out_reversal,
    open_tender,
)
from core.services.till import Attention, Till
from core.tender import Tender
from core.totals import Change, Section

QUERY_TRIES_MAX: Final = 4
"""After 1, 2 and 4 seconds in vain (protocols 5.3 step 5) a person is asked; the till asks on."""
RUNNING_ANSWERS_MAX: Final = 24
"""At five seconds each: two minutes of "still running" before a person is asked."""


def take_query(till: Till, fact: CardQueried) -> None:
    """Take the answer to a question about a lost outcome."""
    query = fact.query
    if late.take_query(till, query):
        return
    tender = open_tender(till, query.service_id)
    if tender is None or till.sale is None:
        if query.result is not None and query.verdict is CardVerdict.APPROVED:
            take_late(till, query.result, is_asked=True)
        return
    till.note_alone("query-answered", service_id=query.service_id, verdict=str(query.verdict))
    if till.state is SaleState.REVERSING:
        _take_reversal_query(till, tender, query)
        return
    if till.state not in UNANSWERED:
        return
    if query.result is not None and query.verdict is not CardVerdict.UNKNOWN:
        take_result(till, tender, query.result)
    elif query.verdict is CardVerdict.NOT_CHARGED:
        _take_not_charged(till, tender, query)
    elif _is_running(query):
        _wait_for_running(till, tender, query)
    else:
        till.still_running_count = 0
        ask_about_doubt(till, tender, query.evidence)


def take_query_failure(till: Till, fact: CardQueryFailed) -> None:
    """Show that the terminal could not be asked yet; the worker asks again."""
    till.terminal.query_attempt = fact.attempt
    if fact.attempt < QUERY_TRIES_MAX:
        return
    late.give_up_query(till, fact.service_id, fact.text)
    tender = open_tender(till, fact.service_id)
    if tender is None:
        return
    if till.state in UNANSWERED:
        ask_about_doubt(till, tender, (f"terminal={fact.text}",))
    elif till.state is SaleState.REVERSING and (
        till.terminal.reversal_out != tender.reversal_service_id
    ):
        # A person may read the slip; the terminal's own answer, when it comes, ends the question.
        # A question from before the reversal asks nobody: the reversal is still to be answered.
        till.attention = Attention(
            "card-unreversed",
            (
                ("authorized_ore", tender.authorized_ore),
                ("evidence_1", f"terminal={fact.text}"),
            ),
        )


def ask_terminal_again(till: Till) -> None:
    """Ask the terminal once more about the sale in doubt."""
    if till.state is not SaleState.IN_DOUBT:
        raise SaleNotOpen(state=str(till.state))
    till.attention = None
    forward(till, is_fresh=True)


def decide_doubt(till: Till, *, is_charged: bool, total_ore: int | None, by: str) -> None:
    """Take the manager's recorded decision about an unclear card (shown on the next Z).

    Charged: `total_ore` is what the terminal's own slip says, None = what was asked.
    """
    sale = till.sale
    tender = sale.current_tender if sale else None
    if sale is None or tender is None or till.state is not SaleState.IN_DOUBT:
        raise SaleNotOpen(state=str(till.state))
    event: ev.CardAuthorized | ev.CardNeverCharged
    if not is_charged and till.still_running_count:
        raise PaymentInProgress(reason="still-running")
    if not is_charged:
        text = "decided: the terminal shows no payment"
        if approved_slip(till, tender) is not None:
            text += ", against the approved slip"
        event = ev.CardNeverCharged(sale.sale_id, tender.service_id, text, resolved_by=by)
    else:
        event = _charged_by_decision(sale, tender, total_ore, by)
    decision = "charged" if is_charged else "not-charged"
    with till.store.unit_of_work() as uow:
        till.sale = till.record(uow, sale, (event,))
        unclear = Change(Section.CARD_UNCLEAR, decision, 1, tender.asked_ore)
        uow.add_totals(till.period.no, (unclear,))
        uow.commit()
    till.attention = None
    till.ask_last_transaction()
    forward(till, is_fresh=True)


def leave_doubt(till: Till, by: str) -> None:
    """Write down who closes the till while nobody knows what became of a card."""
    tender = till.sale.current_tender if till.sale else None
    if tender is not None and till.state in (SaleState.IN_DOUBT, SaleState.REVERSING):
        till.note_alone("doubt-left", service_id=tender.service_id, by=by)


def keep_held(till: Till, by: str) -> None:
    """The manager keeps a payment that broke the policy."""
    sale, tender = _held(till)
    till.settle(ev.ManagerKept(sale.sale_id, tender.service_id, by))
    till.attention = None
    forward(till, is_fresh=True)


def reverse_held(till: Till, by: str) -> None:
    """The manager has a held payment reversed; durable before the terminal is asked."""
    sale, tender = _held(till)
    with till.store.unit_of_work() as uow:
        event = ev.ReversalRequested(
            sale.sale_id, tender.service_id, uow.next_number("service_id"), by
        )
        till.sale = till.record(uow, sale, (event,))
        uow.commit()
    till.attention = None
    forward(till, is_fresh=True)


def decide_reversal(till: Till, *, is_reversed: bool, by: str) -> None:
    """The manager read on the terminal's own slip what became of a reversal; journalled by name.

    Reversed: shown on the next X and Z. Not reversed: the payment is held still. Raises RuleError.
    """
    sale = till.sale
    tender = sale.current_tender if sale else None
    is_asked = till.attention is not None and till.attention.code == "card-unreversed"
    is_open = till.state is SaleState.HELD or (till.state is SaleState.REVERSING and is_asked)
    if sale is None or tender is None or not (is_open and tender.reversal_service_id):
        raise SaleNotOpen(state=str(till.state))
    till.attention = None
    if not is_reversed:
        if till.state is SaleState.REVERSING:
            text = f"decided by {by}: the terminal shows no reversal"
            till.settle(ev.ReversalRefused(sale.sale_id, tender.service_id, text))
        forward(till, is_fresh=True)
        return
    _settle_reversed(till, sale, tender, by)
    # What a person decided may be wrong: see Till.check_last_told.
    till.ask_last_transaction()


def take_reversal(till: Till, fact: CardReversed) -> None:
    """Take the answer to a reversal."""
    sale = till.sale
    tender = sale.current_tender if sale else None
    is_ours = tender is not None and tender.reversal_service_id == fact.service_id
    if sale is None or tender is None or not is_ours or till.state is not SaleState.REVERSING:
        return
    till.terminal.reversal_out = 0
    till.attention = None
    if fact.result.verdict is CardVerdict.APPROVED:
        _settle_reversed(till, sale, tender)
    else:
        text = fact.result.condition or fact.result.text
        till.settle(ev.ReversalRefused(sale.sale_id, tender.service_id, text))
    forward(till, is_fresh=True)


def _settle_reversed(till: Till, sale: Sale, tender: Tender, by: str = "") -> None:
    """Write down that a card payment was undone, count it, and give the customer a paper of it.

    `by` is the manager who decided it from the terminal's slip, empty when the terminal told.
    """
    event = ev.CardReversed(sale.sale_id, tender.service_id, by, tender.authorized_ore)
    changes = [Change(Section.CARD_REVERSED, "", 1, tender.authorized_ore)]
    if by:
        changes.append(Change(Section.CARD_UNCLEAR, "reversed", 1, tender.authorized_ore))
    with till.store.unit_of_work() as uow:
        till.sale = till.record(uow, sale, (event,))
        uow.add_totals(till.period.no, tuple(changes))
        queue_reversal(till, uow, tender.poi_transaction, tender.reversal_service_id)
        uow.commit()
    till.last_tender_error = Attention("card-reversed")
    start_next_paper(till)


def take_reversal_lost(till: Till, service_id: int) -> None:
    """The outcome of a reversal is unknown: ask, and ask again only with the same transaction."""
    tender = open_tender(till, service_id)
    if tender is not None and till.state is SaleState.REVERSING:
        till.terminal.reversal_out = 0
        forward(till, is_fresh=False)


def _charged_by_decision(
    sale: Sale, tender: Tender, total_ore: int | None, by: str
) -> ev.CardAuthorized:
    """Make the event of a card that a manager found charged on the terminal's own slip."""
    charged_ore = tender.asked_ore if total_ore is None else total_ore
    if charged_ore <= 0:
        raise NothingToPay(remaining_ore=charged_ore)
    amount_ore = min(charged_ore, tender.requested_ore)
    return ev.CardAuthorized(
        sale_id=sale.sale_id,
        service_id=tender.service_id,
        authorized_ore=charged_ore,
        amount_ore=amount_ore,
        tip_ore=charged_ore - amount_ore,
        is_tip_derived=charged_ore > tender.asked_ore,
        poi_transaction="",
        resolved_by=by,
    )


def _held(till: Till) -> tuple[Sale, Tender]:
    sale = till.sale
    tender = sale.current_tender if sale else None
    if sale is None or tender is None or till.state is not SaleState.HELD:
        raise SaleNotOpen(state=str(till.state))
    return sale, tender


def _is_running(query: QueryResult) -> bool:
    """Say whether the terminal itself says that it is still busy with a payment."""
    return any(fact in query.evidence for fact in ("condition=InProgress", "condition=Busy"))


def _wait_for_running(till: Till, tender: Tender, query: QueryResult) -> None:
    """Stop the terminal and ask again: nothing is decided while it may still draw the card.

    Source: terminal-protocols 5.3 step 6. A person is asked after RUNNING_ANSWERS_MAX answers.
    """
    assert till.sale is not None
    till.still_running_count += 1
    if till.still_running_count >= RUNNING_ANSWERS_MAX:
        ask_about_doubt(till, tender, query.evidence)
    till.effects.append(AbortCard(tender.service_id))
    request = card_request(till, till.sale, tender)
    till.effects.append(QueryCard(request, delay_s=till.rules.query_interval_s))


def _take_not_charged(till: Till, tender: Tender, query: QueryResult) -> None:
    """Believe `not charged` only when said twice, an interval apart (reliability F19).

    Not against an approved slip that the till holds: a terminal may forget, its slip does not.
    """
    assert till.sale is not None
    if approved_slip(till, tender) is not None:
        ask_about_doubt(till, tender, query.evidence)
        return
    till.not_charged_count += 1
    if till.not_charged_count < 2:
        request = card_request(till, till.sale, tender)
        till.effects.append(QueryCard(request, delay_s=till.rules.query_interval_s))
        return
    till.not_charged_count = 0
    text = "; ".join(query.evidence)
    till.settle(ev.CardNeverCharged(till.sale.sale_id, tender.service_id, text))
    till.attention = None
    till.last_tender_error = Attention("card-never-charged")
    forward(till, is_fresh=True)


def _stands(tender: Tender, query: QueryResult) -> bool:
    """Say whether the terminal names our transaction, and no reversal, whatever its clock says."""
    told = dict(fact.split("=", 1) for fact in query.evidence if "=" in fact)
    is_ours = told.get("last_transaction") == tender.poi_transaction != ""
    return is_ours and told.get("result") == "Success" and told.get("last_type") == "Debit"


def _take_reversal_query(till: Till, tender: Tender, query: QueryResult) -> None:
    """After a lost reversal: still approved = the same transaction again; else a person.

    A declined transaction is no proof: it may be the reversal itself that was declined.
    """
    sale = till.sale
    assert sale is not None
    if till.terminal.reversal_out == tender.reversal_service_id:
        return  # It answers a question from before the reversal, which is still to be answered.
    till.attention = None
    if query.verdict is CardVerdict.APPROVED or _stands(tender, query):
        hand_out_reversal(till, tender.reversal_service_id, tender.poi_transaction)
    elif query.verdict is CardVerdict.NOT_CHARGED:
        _settle_reversed(till, sale, tender)
    else:
        text = "; ".join(query.evidence)
        till.settle(ev.ReversalRefused(sale.sale_id, tender.service_id, text))
        forward(till, is_fresh=True)
