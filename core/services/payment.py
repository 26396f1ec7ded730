"""Paying: drives the checkout by the loop effect -> device -> fact -> event -> commit.

Each function here takes a command or a fact, commits what follows from it, and only then puts
effects on the till's list (reliability 2, d2-d8). `forward` is the loop itself: it does what the
stored state asks for, fresh or after a restart.
"""

from datetime import datetime

from core import events as ev
from core.card import CardRequest, CardResult, CardVerdict, QueryResult
from core.card_policy import TipMode, judge
from core.checkout import Effect as Step
from core.checkout import SaleState, next_effect
from core.effects import AuthorizeCard, QueryCard, RegisterReceipt, ReverseCard
from core.errors import (
    CardNotConfigured,
    CashNotWhole,
    NothingToPay,
    PaymentInProgress,
    SaleNotOpen,
    TenderExceedsRemaining,
)
from core.facts import CardAnswered, CardQueried, CardQueryFailed, CardReversed
from core.money import cash_rounding_ore
from core.sale import Sale
from core.services.signing import number_receipt, register_again
from core.services.till import Attention, Till
from core.tender import Tender
from core.totals import Change, Section

_UNANSWERED = (SaleState.AUTHORIZING, SaleState.IN_DOUBT)
"""Only here may an answer about a payment move the sale; a doubled or late one is ignored."""


def pay_cash(till: Till, given_ore: int | None) -> None:
    """Take cash: `None` = exactly what remains, rounded. Raises RuleError, nothing changed.

    The whole remaining amount is rounded to kronor (SFS 1970:1029); a part is whole kronor as is.
    """
    sale = _payable(till)
    remaining_ore = sale.remaining_ore
    rounding_ore = cash_rounding_ore(remaining_ore)
    due_ore = remaining_ore + rounding_ore
    given = due_ore if given_ore is None else given_ore
    if given % 100:
        raise CashNotWhole(given_ore=given)
    if given < 0 or (given == 0 and due_ore != 0):
        raise NothingToPay(given_ore=given)
    is_all = given >= due_ore
    event = ev.CashTendered(
        sale_id=sale.sale_id,
        tender_no=len(sale.tenders) + 1,
        amount_ore=due_ore if is_all else given,
        rounding_ore=rounding_ore if is_all else 0,
        given_ore=given,
        change_ore=given - due_ore if is_all else 0,
    )
    till.settle(*_frozen(sale), event)
    till.last_tender_error = None
    forward(till, is_fresh=True)


def pay_card(till: Till, amount_ore: int | None, total_ore: int | None) -> None:
    """Ask the terminal for the card's part; `None` = all that remains.

    `total_ore` is the whole total typed in the till's tip window (mode `till`), tip included.
    The intent is durable before anything leaves. Raises RuleError, nothing changed.
    """
    sale = _payable(till)
    rules = till.rules
    if not rules.has_terminal:
        raise CardNotConfigured()
    requested_ore = sale.remaining_ore if amount_ore is None else amount_ore
    if requested_ore <= 0:
        raise NothingToPay(remaining_ore=requested_ore)
    if requested_ore > sale.remaining_ore:
        raise TenderExceedsRemaining(amount_ore=requested_ore, remaining_ore=sale.remaining_ore)
    till_tip_ore = 0
    if total_ore is not None and rules.tip.mode is TipMode.TILL:
        till_tip_ore = rules.tip.tip_of_total(total_ore, requested_ore)
    with till.store.unit_of_work() as uow:
        requested = ev.CardRequested(
            sale_id=sale.sale_id,
            tender_no=len(sale.tenders) + 1,
            service_id=uow.next_number("service_id"),
            requested_ore=requested_ore,
            till_tip_ore=till_tip_ore,
            is_tip_allowed=rules.tip.mode is TipMode.TERMINAL,
            baseline_transaction=till.terminal.last_transaction,
            started_at=till.clock.now(),
        )
        till.sale = till.record(uow, sale, (*_frozen(sale), requested))
        uow.commit()
    till.last_tender_error = None
    till.attention = None
    till.terminal.lines = ()
    till.terminal.prompt = None
    till.terminal.is_abort_asked = False
    forward(till, is_fresh=True)


def forward(till: Till, *, is_fresh: bool) -> None:
    """Do what the stored state of the present sale asks for (core.checkout.RECOVERY)."""
    sale = till.sale
    if sale is None:
        return
    step = next_effect(SaleState(sale.state), is_fresh=is_fresh)
    tender = sale.current_tender
    if step is Step.AUTHORIZE_CARD:
        assert tender is not None
        till.effects.append(AuthorizeCard(card_request(till, sale, tender)))
    elif step is Step.QUERY_CARD:
        assert tender is not None
        till.not_charged_count = 0
        till.terminal.query_attempt = 0
        till.effects.append(QueryCard(card_request(till, sale, tender)))
    elif step is Step.ASK_MANAGER:
        assert tender is not None
        _ask_about_held(till, tender)
    elif step is Step.REVERSE_CARD:
        assert tender is not None
        till.effects.append(ReverseCard(tender.reversal_service_id, tender.poi_transaction))
    elif step is Step.NUMBER_RECEIPT:
        till.effects.append(RegisterReceipt(number_receipt(till)))
    elif step is Step.REGISTER_RECEIPT:
        register_again(till)


def take_answer(till: Till, fact: CardAnswered) -> None:
    """Take the terminal's final word. A foreign or late one is journalled and moves nothing."""
    tender = _open_tender(till, fact.result.service_id)
    if tender is None or till.state not in _UNANSWERED:
        till.note_alone(
            "answer-ignored",
            service_id=fact.result.service_id,
            verdict=str(fact.result.verdict),
            authorized_ore=fact.result.authorized_ore or 0,
        )
        return
    take_result(till, tender, fact.result)


def take_result(till: Till, tender: Tender, result: CardResult) -> None:
    """Judge a final word, fresh or from a query, and go on from there."""
    assert till.sale is not None
    event = judge(till.sale.sale_id, tender, result, till.rules.tip)
    if isinstance(event, ev.AnswerUnusable) and till.state is SaleState.IN_DOUBT:
        _ask_about_doubt(till, tender, (event.text,))
        return
    till.terminal.prompt = None
    till.attention = None
    if result.poi_transaction:
        till.terminal.last_transaction = result.poi_transaction
    with till.store.unit_of_work() as uow:
        for slip in result.slips:
            uow.put_slip(slip)
        till.sale = till.record(uow, till.sale, (event,))
        uow.commit()
    if isinstance(event, ev.CardDeclined | ev.CardAborted):
        till.last_tender_error = Attention(
            "card-declined" if isinstance(event, ev.CardDeclined) else "card-stopped",
            (
                ("verdict", str(result.verdict)),
                ("condition", event.condition),
                ("text", event.text),
            ),
        )
    forward(till, is_fresh=True)


def take_not_sent(till: Till, service_id: int, text: str) -> None:
    """Nothing left us: the tender ends as aborted and the sale is where it was."""
    tender = _open_tender(till, service_id)
    if tender is None or till.state is not SaleState.AUTHORIZING:
        return
    assert till.sale is not None
    till.settle(ev.CardAborted(till.sale.sale_id, service_id, "not-sent", text))
    till.last_tender_error = Attention("terminal-unreachable", (("text", text),))


def take_lost(till: Till, service_id: int, text: str) -> None:
    """The outcome is unknown: in doubt, and asked about; never charged again (protocols 5.3)."""
    tender = _open_tender(till, service_id)
    if tender is None or till.state is not SaleState.AUTHORIZING:
        return
    assert till.sale is not None
    till.terminal.prompt = None
    till.settle(ev.AnswerLost(till.sale.sale_id, service_id, text))
    forward(till, is_fresh=True)


def take_query(till: Till, fact: CardQueried) -> None:
    """Take the answer to a question about a lost outcome."""
    query = fact.query
    tender = _open_tender(till, query.service_id)
    if tender is None or till.sale is None:
        return
    till.note_alone("query-answered", service_id=query.service_id, verdict=str(query.verdict))
    if till.state is SaleState.REVERSING:
        _take_reversal_query(till, tender, query)
        return
    if till.state not in _UNANSWERED:
        return
    if query.result is not None and query.verdict is not CardVerdict.UNKNOWN:
        take_result(till, tender, query.result)
    elif query.verdict is CardVerdict.NOT_CHARGED:
        _take_not_charged(till, tender, query)
    else:
        _ask_about_doubt(till, tender, query.evidence)


def take_query_failure(till: Till, fact: CardQueryFailed) -> None:
    """Show that the terminal could not be asked yet; the worker asks again."""
    till.terminal.query_attempt = fact.attempt
    tender = _open_tender(till, fact.service_id)
    if tender is not None and till.state in _UNANSWERED and fact.attempt >= 2:
        _ask_about_doubt(till, tender, (f"terminal={fact.text}",))


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
    if not is_charged:
        text = "decided: the terminal shows no payment"
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
    forward(till, is_fresh=True)


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


def take_reversal(till: Till, fact: CardReversed) -> None:
    """Take the answer to a reversal."""
    sale = till.sale
    tender = sale.current_tender if sale else None
    is_ours = tender is not None and tender.reversal_service_id == fact.service_id
    if sale is None or tender is None or not is_ours or till.state is not SaleState.REVERSING:
        return
    if fact.result.verdict is CardVerdict.APPROVED:
        till.settle(ev.CardReversed(sale.sale_id, tender.service_id))
        till.last_tender_error = Attention("card-reversed")
    else:
        text = fact.result.condition or fact.result.text
        till.settle(ev.ReversalRefused(sale.sale_id, tender.service_id, text))
    forward(till, is_fresh=True)


def take_reversal_lost(till: Till, service_id: int) -> None:
    """The outcome of a reversal is unknown: ask, and ask again only with the same transaction."""
    tender = _open_tender(till, service_id)
    if tender is not None and till.state is SaleState.REVERSING:
        forward(till, is_fresh=False)


def card_request(till: Till, sale: Sale, tender: Tender) -> CardRequest:
    """Make the request of a tender; the same values every time, for fresh and for query."""
    started_at = tender.started_at
    assert isinstance(started_at, datetime)
    return CardRequest(
        service_id=tender.service_id,
        sale_transaction_id=f"{till.rules.shop.register_id}-{sale.sale_id}-{tender.no}",
        amount_ore=tender.asked_ore,
        is_tip_allowed=tender.is_tip_allowed,
        operator_id=tender.operator,
        started_at=started_at,
        baseline_transaction=tender.baseline_transaction,
    )


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


def _payable(till: Till) -> Sale:
    """Give the present sale if it may be paid now. Raises RuleError."""
    till.check_no_payment()
    sale = till.sale
    if sale is None or not sale.standing:
        raise NothingToPay()
    if sale.state not in (SaleState.OPEN, SaleState.TENDERING):
        raise PaymentInProgress(state=sale.state)
    till.check_unit_for_payment()
    return sale


def _frozen(sale: Sale) -> tuple[ev.SaleEvent, ...]:
    """Give the event that starts payment, if the sale is still open."""
    return (ev.SaleFrozen(sale.sale_id),) if sale.state == SaleState.OPEN else ()


def _open_tender(till: Till, service_id: int) -> Tender | None:
    """Give the waiting tender that a fact is about; None when it is about something else."""
    tender = till.sale.current_tender if till.sale else None
    if tender is None or service_id not in (tender.service_id, tender.reversal_service_id):
        return None
    return tender


def _held(till: Till) -> tuple[Sale, Tender]:
    sale = till.sale
    tender = sale.current_tender if sale else None
    if sale is None or tender is None or till.state is not SaleState.HELD:
        raise SaleNotOpen(state=str(till.state))
    return sale, tender


def _take_not_charged(till: Till, tender: Tender, query: QueryResult) -> None:
    """Believe `not charged` only when said twice, an interval apart (reliability F19)."""
    assert till.sale is not None
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


def _take_reversal_query(till: Till, tender: Tender, query: QueryResult) -> None:
    """After a lost reversal: still approved = the same transaction again; else a person.

    A declined transaction is no proof: it may be the reversal itself that was declined.
    """
    sale = till.sale
    assert sale is not None
    if query.verdict is CardVerdict.APPROVED:
        till.effects.append(ReverseCard(tender.reversal_service_id, tender.poi_transaction))
    elif query.verdict is CardVerdict.NOT_CHARGED:
        till.settle(ev.CardReversed(sale.sale_id, tender.service_id))
        till.last_tender_error = Attention("card-reversed")
    else:
        text = "; ".join(query.evidence)
        till.settle(ev.ReversalRefused(sale.sale_id, tender.service_id, text))
        forward(till, is_fresh=True)


def _ask_about_doubt(till: Till, tender: Tender, evidence: tuple[str, ...]) -> None:
    """Ask a person; a payment that a restart left in `authorizing` is in doubt from here on."""
    if till.state is SaleState.AUTHORIZING:
        assert till.sale is not None
        text = "; ".join(evidence)
        till.settle(ev.AnswerLost(till.sale.sale_id, tender.service_id, text))
    till.attention = Attention(
        "card-doubt",
        (
            ("asked_ore", tender.asked_ore),
            ("service_id", tender.service_id),
            ("started_at", tender.started_at.isoformat() if tender.started_at else ""),
            *((f"evidence_{no}", text) for no, text in enumerate(evidence, start=1)),
        ),
    )


def _ask_about_held(till: Till, tender: Tender) -> None:
    till.attention = Attention(
        "card-held",
        (
            ("reason", tender.hold_reason),
            ("requested_ore", tender.requested_ore),
            ("authorized_ore", tender.authorized_ore),
            ("amount_ore", tender.amount_ore),
            ("tip_ore", tender.tip_ore),
        ),
    )
