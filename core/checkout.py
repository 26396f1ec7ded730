"""The sale's state machine, the only place where a sale changes state.

Two tables. TRANSITIONS maps (state, event type) to the states it may lead to; `advance` makes the
next sale from an event and refuses every pair that is not in the table, changing nothing. RECOVERY
says, for each state on disk, what may have happened outside and what to do: `next_effect` is a
function of the stored state, and after a restart the same loop runs with `is_fresh=False`: a card
that may have been charged is asked about and never charged again (house.md 4, reliability 2).

The paper is a job of its own with its own small table, for it prints beside the next sale.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Final, assert_never

from core import events as ev
from core.errors import IllegalTransition, ReportNotAllowed, SaleNotOpen
from core.sale import LINES_MAX, Sale
from core.tender import Tender, TenderKind, TenderState


class SaleState(StrEnum):
    """Where a sale stands."""

    OPEN = "open"
    TENDERING = "tendering"
    AUTHORIZING = "authorizing"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    REVERSING = "reversing"
    PAID = "paid"
    SIGNING = "signing"
    CLOSED = "closed"
    VOIDED = "voided"


S = SaleState

TRANSITIONS: Final[dict[tuple[SaleState, type], tuple[SaleState, ...]]] = {
    (S.OPEN, ev.LinesAdded): (S.OPEN,),
    (S.OPEN, ev.LinesCorrected): (S.OPEN,),
    (S.OPEN, ev.SaleFrozen): (S.TENDERING,),
    (S.OPEN, ev.SaleVoided): (S.VOIDED,),
    (S.TENDERING, ev.SaleUnfrozen): (S.OPEN,),
    (S.TENDERING, ev.SaleVoided): (S.VOIDED,),
    (S.TENDERING, ev.CashTendered): (S.TENDERING, S.PAID),
    (S.TENDERING, ev.CashReturned): (S.TENDERING,),
    (S.TENDERING, ev.CardRequested): (S.AUTHORIZING,),
    (S.TENDERING, ev.ReversalRequested): (S.REVERSING,),
    (S.AUTHORIZING, ev.CardAbortAsked): (S.AUTHORIZING,),
    (S.AUTHORIZING, ev.CardAuthorized): (S.TENDERING, S.PAID),
    (S.AUTHORIZING, ev.CardDeclined): (S.TENDERING,),
    (S.AUTHORIZING, ev.CardAborted): (S.TENDERING,),
    (S.AUTHORIZING, ev.CardNeverCharged): (S.TENDERING,),
    (S.AUTHORIZING, ev.AnswerLost): (S.IN_DOUBT,),
    (S.AUTHORIZING, ev.AnswerUnusable): (S.IN_DOUBT,),
    (S.AUTHORIZING, ev.CardAuthorizedOutOfPolicy): (S.HELD,),
    (S.IN_DOUBT, ev.CardAuthorized): (S.TENDERING, S.PAID),
    (S.IN_DOUBT, ev.CardDeclined): (S.TENDERING,),
    (S.IN_DOUBT, ev.CardAborted): (S.TENDERING,),
    (S.IN_DOUBT, ev.CardNeverCharged): (S.TENDERING,),
    (S.IN_DOUBT, ev.CardAuthorizedOutOfPolicy): (S.HELD,),
    (S.HELD, ev.ManagerKept): (S.TENDERING, S.PAID),
    (S.HELD, ev.ReversalRequested): (S.REVERSING,),
    (S.HELD, ev.CardReversed): (S.TENDERING,),
    (S.REVERSING, ev.CardReversed): (S.TENDERING,),
    (S.REVERSING, ev.ReversalRefused): (S.HELD,),
    (S.PAID, ev.ReceiptNumbered): (S.SIGNING,),
    (S.SIGNING, ev.ReceiptSigned): (S.CLOSED,),
}


class Effect(StrEnum):
    """What to do next in a state; the services turn it into a request with its values."""

    NOTHING = "nothing"
    AUTHORIZE_CARD = "authorize-card"
    QUERY_CARD = "query-card"
    ASK_MANAGER = "ask-manager"
    REVERSE_CARD = "reverse-card"
    NUMBER_RECEIPT = "number-receipt"
    REGISTER_RECEIPT = "register-receipt"


RECOVERY: Final[dict[SaleState, tuple[Effect, Effect]]] = {
    S.OPEN: (Effect.NOTHING, Effect.NOTHING),
    S.TENDERING: (Effect.NOTHING, Effect.NOTHING),
    S.AUTHORIZING: (Effect.AUTHORIZE_CARD, Effect.QUERY_CARD),
    S.IN_DOUBT: (Effect.QUERY_CARD, Effect.QUERY_CARD),
    S.HELD: (Effect.ASK_MANAGER, Effect.ASK_MANAGER),
    S.REVERSING: (Effect.REVERSE_CARD, Effect.QUERY_CARD),
    S.PAID: (Effect.NUMBER_RECEIPT, Effect.NUMBER_RECEIPT),
    S.SIGNING: (Effect.REGISTER_RECEIPT, Effect.REGISTER_RECEIPT),
    S.CLOSED: (Effect.NOTHING, Effect.NOTHING),
    S.VOIDED: (Effect.NOTHING, Effect.NOTHING),
}
"""State on disk: (fresh effect, effect after a restart)."""

BETWEEN_CARD_AND_CODE: Final = frozenset(
    {S.AUTHORIZING, S.IN_DOUBT, S.HELD, S.REVERSING, S.PAID, S.SIGNING}
)
"""Z is refused while a sale is in one of these."""


def check_editable(sale: Sale) -> None:
    """Refuse to change or void a sale that is being paid. Raises SaleNotOpen.

    Open, or being paid with nothing settled yet: then it may be changed.
    """
    if sale.state == S.TENDERING and sale.settled:
        raise SaleNotOpen(state=sale.state, reason="part-paid")
    if sale.state not in (S.OPEN, S.TENDERING):
        raise SaleNotOpen(state=sale.state)


def check_reportable(state: SaleState | None, *, has_late: bool) -> None:
    """Refuse the Z report while a sale lies between card and code. Raises ReportNotAllowed.

    `has_late`: a card that was approved after its payment had ended waits for an answer.
    """
    if state in BETWEEN_CARD_AND_CODE:
        is_paid = state in (S.PAID, S.SIGNING)
        raise ReportNotAllowed(state=str(state), reason="code" if is_paid else "card")
    if has_late:
        raise ReportNotAllowed(reason="late-approval")


def next_effect(state: SaleState, *, is_fresh: bool) -> Effect:
    """Say what to do for a sale in this stored state."""
    fresh, recovery = RECOVERY[state]
    return fresh if is_fresh else recovery


def advance(sale: Sale, event: ev.SaleEvent) -> Sale:
    """Make the sale that follows from the event.

    Raises IllegalTransition for a pair that is not in the table and for events that would settle
    more than remains, name a foreign tender, or drop settled money; the sale is unchanged then.
    """
    allowed = TRANSITIONS.get((SaleState(sale.state), type(event)))
    if allowed is None or event.sale_id != sale.sale_id:
        raise IllegalTransition(state=sale.state, what=type(event).__name__)
    after = _apply(sale, event)
    is_paid = S.PAID in allowed and after.remaining_ore == 0
    state = S.PAID if is_paid else allowed[0]
    _check(after, event)
    return replace(after, state=state)


def _check(after: Sale, event: ev.SaleEvent) -> None:
    """Assert what must hold whatever the event was."""
    if after.remaining_ore < 0:
        raise IllegalTransition(what=type(event).__name__, remaining_ore=after.remaining_ore)
    if len(after.lines) > LINES_MAX:
        raise IllegalTransition(what=type(event).__name__, lines=len(after.lines))
    for tender in after.settled:
        if tender.kind is TenderKind.CARD:
            assert tender.authorized_ore == tender.amount_ore + tender.tip_ore
            assert tender.tip_ore >= 0


def _apply(sale: Sale, event: ev.SaleEvent) -> Sale:
    """Make the parts of the next sale; `advance` sets its state."""
    match event:
        case ev.SaleOpened():
            raise IllegalTransition(state=sale.state, what="SaleOpened")
        case ev.LinesAdded() | ev.LinesCorrected():
            added_ore = sum(line.amount_ore for line in event.lines)
            return replace(
                sale, lines=sale.lines + event.lines, total_ore=sale.total_ore + added_ore
            )
        case ev.SaleUnfrozen() | ev.SaleVoided():
            if sale.settled:
                raise IllegalTransition(state=sale.state, what=type(event).__name__)
            return sale
        case ev.SaleFrozen():
            return sale
        case ev.CashTendered():
            return replace(sale, tenders=(*sale.tenders, _cash_tender(sale, event)))
        case ev.CashReturned():
            return _with_tender(sale, _returned(sale, event))
        case ev.CardRequested():
            return replace(sale, tenders=(*sale.tenders, _card_tender(sale, event)))
        case ev.ReceiptNumbered():
            return replace(sale, receipt_no=event.record.receipt_no, serial=event.record.serial)
        case ev.ReceiptSigned():
            if event.receipt.receipt_no != sale.receipt_no or event.serial != sale.serial:
                raise IllegalTransition(state=sale.state, what="ReceiptSigned")
            return sale
        case _:
            is_given_back = sale.state == S.TENDERING and isinstance(event, ev.ReversalRequested)
            tender = sale.last_settled if is_given_back else sale.current_tender
            if tender is None or tender.service_id != event.service_id:
                raise IllegalTransition(state=sale.state, what=type(event).__name__)
            if isinstance(event, ev.CardReversed) and sale.state == S.HELD:
                _check_word_of_mouth(tender, event)
            return _with_tender(sale, _move_tender(tender, event))


def _check_word_of_mouth(tender: Tender, event: ev.CardReversed) -> None:
    """Refuse to end a held payment as reversed but by a person's word on a reversal asked for."""
    if not (tender.reversal_service_id and event.resolved_by):
        raise IllegalTransition(state=S.HELD, what="CardReversed")


def _move_tender(tender: Tender, event: ev.SaleEvent) -> Tender:
    """Move the card tender that the event is about."""
    match event:
        case ev.CardAbortAsked():
            return replace(tender, is_abort_asked=True)
        case ev.CardAuthorized():
            return replace(_drawn(tender, event), state=TenderState.SETTLED)
        case ev.CardAuthorizedOutOfPolicy():
            held = replace(_drawn(tender, event), state=TenderState.HELD)
            return replace(held, hold_reason=event.reason)
        case ev.ManagerKept():
            return replace(tender, state=TenderState.SETTLED, resolved_by=event.by)
        case ev.CardDeclined():
            return replace(tender, state=TenderState.DECLINED)
        case ev.CardAborted():
            return replace(tender, state=TenderState.ABORTED)
        case ev.CardNeverCharged():
            resolved = replace(tender, resolved_by=event.resolved_by)
            return replace(resolved, state=TenderState.NEVER_CHARGED)
        case ev.AnswerLost() | ev.AnswerUnusable():
            return tender
        case ev.ReversalRequested():
            reversing = replace(tender, reversal_service_id=event.reversal_service_id)
            return replace(reversing, state=TenderState.REVERSING)
        case ev.CardReversed():
            undone = replace(tender, state=TenderState.REVERSED, amount_ore=0, tip_ore=0)
            return replace(undone, resolved_by=event.resolved_by)
        case ev.ReversalRefused():
            return replace(tender, state=TenderState.HELD)
        case (
            ev.SaleOpened()
            | ev.LinesAdded()
            | ev.LinesCorrected()
            | ev.SaleFrozen()
            | ev.SaleUnfrozen()
            | ev.SaleVoided()
            | ev.CashTendered()
            | ev.CashReturned()
            | ev.CardRequested()
            | ev.ReceiptNumbered()
            | ev.ReceiptSigned()
        ):
            raise AssertionError(type(event).__name__)
        case _:
            assert_never(event)


def _drawn(tender: Tender, event: ev.CardAuthorized | ev.CardAuthorizedOutOfPolicy) -> Tender:
    """Fill in what was drawn from the card."""
    assert event.authorized_ore == event.amount_ore + event.tip_ore
    assert event.amount_ore >= 0
    assert event.tip_ore >= 0
    return replace(
        tender,
        authorized_ore=event.authorized_ore,
        amount_ore=event.amount_ore,
        tip_ore=event.tip_ore,
        is_tip_derived=event.is_tip_derived,
        poi_transaction=event.poi_transaction,
        resolved_by=event.resolved_by if isinstance(event, ev.CardAuthorized) else "",
    )


def _cash_tender(sale: Sale, event: ev.CashTendered) -> Tender:
    """Make the settled tender of cash taken."""
    assert event.given_ore == event.amount_ore + event.change_ore
    return Tender(
        no=event.tender_no,
        kind=TenderKind.CASH,
        state=TenderState.SETTLED,
        operator=sale.operator,
        requested_ore=event.amount_ore,
        amount_ore=event.amount_ore,
        given_ore=event.given_ore,
        change_ore=event.change_ore,
        rounding_ore=event.rounding_ore,
    )


def _returned(sale: Sale, event: ev.CashReturned) -> Tender:
    """Take the last settled part back, if it is this cash. Raises IllegalTransition."""
    tender = sale.last_settled
    is_it = tender is not None and (tender.no, tender.kind) == (event.tender_no, TenderKind.CASH)
    if tender is None or not is_it or tender.amount_ore != event.returned_ore:
        raise IllegalTransition(state=sale.state, what="CashReturned")
    return replace(tender, state=TenderState.REVERSED, amount_ore=0)


def _card_tender(sale: Sale, event: ev.CardRequested) -> Tender:
    """Make the requested tender of a card."""
    assert 0 < event.requested_ore <= sale.remaining_ore
    assert event.till_tip_ore >= 0
    return Tender(
        no=event.tender_no,
        kind=TenderKind.CARD,
        state=TenderState.REQUESTED,
        operator=sale.operator,
        requested_ore=event.requested_ore,
        till_tip_ore=event.till_tip_ore,
        is_tip_allowed=event.is_tip_allowed,
        service_id=event.service_id,
        baseline_transaction=event.baseline_transaction,
        started_at=event.started_at,
    )


def _with_tender(sale: Sale, tender: Tender) -> Sale:
    """Replace the tender of the same number."""
    tenders = tuple(tender if old.no == tender.no else old for old in sale.tenders)
    return replace(sale, tenders=tenders)


class PaperState(StrEnum):
    """Where a paper stands; `printing` is entered once in its life."""

    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    UNKNOWN = "unknown"
    COPIED = "copied"


class PaperEvent(StrEnum):
    """What may happen to a paper."""

    PRINT_STARTED = "print-started"
    PAPER_PRINTED = "paper-printed"
    PRINT_LOST = "print-lost"
    PAPER_OUT = "paper-out"
    MAY_BE_OUT = "may-be-out"
    """It may have come out in the time that a restored backup lost."""
    CASHIER_SAW_PAPER = "cashier-saw-paper"
    CASHIER_SAW_NONE = "cashier-saw-none"


P = PaperState

PAPER_TRANSITIONS: Final[dict[tuple[PaperState, PaperEvent], PaperState]] = {
    (P.QUEUED, PaperEvent.PRINT_STARTED): P.PRINTING,
    (P.QUEUED, PaperEvent.MAY_BE_OUT): P.UNKNOWN,
    (P.PRINTING, PaperEvent.PAPER_PRINTED): P.PRINTED,
    (P.PRINTING, PaperEvent.PRINT_LOST): P.UNKNOWN,
    (P.PRINTING, PaperEvent.PAPER_OUT): P.QUEUED,
    (P.UNKNOWN, PaperEvent.CASHIER_SAW_PAPER): P.PRINTED,
    (P.UNKNOWN, PaperEvent.CASHIER_SAW_NONE): P.COPIED,
}


def advance_paper(state: PaperState, event: PaperEvent) -> PaperState:
    """Give the paper's next state. Raises IllegalTransition for a pair that is not in the table."""
    after = PAPER_TRANSITIONS.get((state, event))
    if after is None:
        raise IllegalTransition(state=state, what=event)
    return after
