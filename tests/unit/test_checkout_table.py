"""The state table: every pair that is not in it is refused, and nothing changes."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from core import events as ev
from core.checkout import (
    BETWEEN_CARD_AND_CODE,
    PAPER_TRANSITIONS,
    RECOVERY,
    TRANSITIONS,
    Effect,
    PaperEvent,
    PaperState,
    SaleState,
    advance,
    advance_paper,
    next_effect,
)
from core.control_record import ControlRecord, RecordVat
from core.errors import IllegalTransition
from core.receipt import Receipt, ReceiptKind, ReceiptLine, ReceiptTender
from core.sale import Sale
from core.tender import Tender, TenderState
from tests.builders import SHOP, a_card, a_line, a_sale, a_settled_card
from tests.fakes import NOON, control_code

SALE = 7
CARD = 11
S = SaleState
RECORD = ControlRecord(
    serial=1,
    at=NOON,
    receipt_no=1,
    register_id=SHOP.register_id,
    org_no="5566778899",
    total_ore=249_00,
    negative_total_ore=0,
    vat=(RecordVat(1200, 26_68),),
)


def a_receipt(receipt_no: int = 1) -> Receipt:
    sale = a_sale(tenders=(a_settled_card(tip_ore=0),))
    line = ReceiptLine("Vara 1", 1000, "st", 249_00, 249_00, 1200)
    return Receipt(
        kind=ReceiptKind.SALE,
        shop=SHOP,
        receipt_no=receipt_no,
        at=NOON,
        operator="Anna",
        lines=(line,),
        total_ore=249_00,
        rounding_ore=0,
        vat=sale.vat,
        tenders=(ReceiptTender("card", 249_00),),
        control_unit_id="CCTEST01",
        control_code=control_code("1"),
    )


EVENTS: dict[type, ev.SaleEvent] = {
    type(event): event
    for event in (
        ev.SaleOpened(SALE),
        ev.LinesAdded(SALE, (a_line(2, 10_00),)),
        ev.LinesCorrected(SALE, (a_line(1, 249_00).opposite(2),)),
        ev.SaleFrozen(SALE),
        ev.SaleUnfrozen(SALE),
        ev.SaleVoided(SALE, 249_00),
        ev.CashTendered(SALE, 1, 249_00, 0, 300_00, 51_00),
        ev.CashReturned(SALE, 1, 100_00),
        ev.CardRequested(SALE, 1, CARD, 249_00, 0, True, "", NOON),
        ev.CardAbortAsked(SALE, CARD),
        ev.CardAuthorized(SALE, CARD, 280_00, 249_00, 31_00, False, "T1"),
        ev.CardDeclined(SALE, CARD, "Refusal", ""),
        ev.CardAborted(SALE, CARD, "Cancel", ""),
        ev.CardNeverCharged(SALE, CARD, ""),
        ev.AnswerLost(SALE, CARD, ""),
        ev.AnswerUnusable(SALE, CARD, ""),
        ev.CardAuthorizedOutOfPolicy(SALE, CARD, 600_00, 249_00, 351_00, False, "T1", "tip"),
        ev.ManagerKept(SALE, CARD, "Maja"),
        ev.ReversalRequested(SALE, CARD, 12, "Maja"),
        ev.CardReversed(SALE, CARD, resolved_by="Maja"),
        ev.ReversalRefused(SALE, CARD, ""),
        ev.ReceiptNumbered(SALE, RECORD),
        ev.ReceiptSigned(SALE, a_receipt(), a_sale().lines, (), 0, 0, 1),
    )
}


def held() -> Tender:
    asked = replace(a_card(), reversal_service_id=12)
    drawn = replace(asked, state=TenderState.HELD, authorized_ore=600_00)
    return replace(drawn, amount_ore=249_00, tip_ore=351_00, hold_reason="tip-above-cap")


SALES: dict[SaleState, Sale] = {
    S.OPEN: a_sale(),
    S.TENDERING: a_sale(state=S.TENDERING),
    S.AUTHORIZING: a_sale(state=S.AUTHORIZING, tenders=(a_card(),)),
    S.IN_DOUBT: a_sale(state=S.IN_DOUBT, tenders=(a_card(),)),
    S.HELD: a_sale(state=S.HELD, tenders=(held(),)),
    S.REVERSING: a_sale(
        state=S.REVERSING,
        tenders=(replace(held(), state=TenderState.REVERSING, reversal_service_id=12),),
    ),
    S.PAID: a_sale(state=S.PAID, tenders=(a_settled_card(),)),
    S.SIGNING: replace(
        a_sale(state=S.SIGNING, tenders=(a_settled_card(),)), receipt_no=1, serial=1
    ),
    S.CLOSED: replace(a_sale(state=S.CLOSED, tenders=(a_settled_card(),)), receipt_no=1, serial=1),
    S.VOIDED: a_sale(state=S.VOIDED),
}
PART_PAID: dict[type, Sale] = {
    ev.CashReturned: advance(SALES[S.TENDERING], ev.CashTendered(SALE, 1, 100_00, 0, 100_00, 0)),
    ev.ReversalRequested: a_sale(state=S.TENDERING, tenders=(a_settled_card(100_00, 0),)),
}
"""Sales in `tendering` for what only a paid part allows."""
PAIRS = [(state, kind) for state in SaleState for kind in get_args(ev.SaleEvent)]
_ASKED = ev.CardRequested
ABSENT = [pair for pair in PAIRS if pair not in TRANSITIONS]


def test_there_is_one_sample_of_every_state_and_of_every_event() -> None:
    assert set(SALES) == set(SaleState)
    assert set(EVENTS) == set(get_args(ev.SaleEvent))
    assert len(PAIRS) == 230


@pytest.mark.parametrize(("state", "kind"), ABSENT, ids=lambda one: getattr(one, "__name__", one))
def test_a_pair_outside_the_table_is_refused_and_changes_nothing(
    state: SaleState, kind: type
) -> None:
    sale = SALES[state]
    before = replace(sale)
    with pytest.raises(IllegalTransition):
        advance(sale, EVENTS[kind])
    assert sale == before


@pytest.mark.parametrize(
    ("state", "kind"), list(TRANSITIONS), ids=lambda one: getattr(one, "__name__", one)
)
def test_a_pair_in_the_table_leads_where_the_table_says(state: SaleState, kind: type) -> None:
    sale = PART_PAID.get(kind, SALES[state]) if state is S.TENDERING else SALES[state]
    after = advance(sale, EVENTS[kind])
    assert SaleState(after.state) in TRANSITIONS[state, kind]
    is_all_paid = after.remaining_ore == 0 and S.PAID in TRANSITIONS[state, kind]
    assert (after.state is S.PAID) == is_all_paid


def test_every_state_is_reached_and_every_one_but_the_ends_is_left() -> None:
    reached, waiting = {S.OPEN}, [S.OPEN]
    while waiting:
        state = waiting.pop()
        for (source, _), targets in TRANSITIONS.items():
            if source is state:
                waiting += [one for one in targets if one not in reached]
                reached |= set(targets)
    assert reached == set(SaleState)
    left = {source for source, _ in TRANSITIONS}
    assert set(SaleState) - left == {S.CLOSED, S.VOIDED}


def test_every_event_but_the_opening_has_its_place_in_the_table() -> None:
    assert {kind for _, kind in TRANSITIONS} == set(EVENTS) - {ev.SaleOpened}


@pytest.mark.parametrize("state", SaleState)
def test_an_event_of_another_sale_is_refused(state: SaleState) -> None:
    for source, kind in TRANSITIONS:
        if source is state:
            foreign = replace(EVENTS[kind], sale_id=8)
            with pytest.raises(IllegalTransition):
                advance(SALES[state], foreign)


@pytest.mark.parametrize(
    ("state", "kind"),
    [pair for pair in TRANSITIONS if hasattr(EVENTS[pair[1]], "service_id") and pair[1] != _ASKED],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_an_event_of_another_card_request_is_refused(state: SaleState, kind: type) -> None:
    event: Any = EVENTS[kind]
    with pytest.raises(IllegalTransition):
        advance(SALES[state], replace(event, service_id=99))


def test_a_held_payment_is_called_reversed_only_by_a_name_and_after_a_reversal_was_asked() -> None:
    sale = SALES[S.HELD]
    never_asked = replace(sale, tenders=(replace(held(), reversal_service_id=0),))
    for one, event in (
        (sale, ev.CardReversed(SALE, CARD)),
        (never_asked, ev.CardReversed(SALE, CARD, resolved_by="Maja")),
    ):
        with pytest.raises(IllegalTransition):
            advance(one, event)


def test_settled_money_keeps_a_sale_from_being_voided_or_unfrozen() -> None:
    sale = a_sale(state=S.TENDERING, tenders=(a_settled_card(100_00, 0),))
    for kind in (ev.SaleVoided, ev.SaleUnfrozen):
        with pytest.raises(IllegalTransition):
            advance(sale, EVENTS[kind])


def test_only_the_last_settled_part_may_be_given_back() -> None:
    cash = PART_PAID[ev.CashReturned]
    mixed = replace(cash, tenders=(*cash.tenders, a_settled_card(100_00, 0, no=2)))
    wrong: list[tuple[Sale, ev.SaleEvent]] = [
        (mixed, ev.CashReturned(SALE, 1, 100_00)),
        (cash, ev.CashReturned(SALE, 1, 99_00)),
        (cash, ev.CashReturned(SALE, 2, 100_00)),
        (cash, ev.ReversalRequested(SALE, CARD, 12, "Maja")),
        (mixed, ev.ReversalRequested(SALE, CARD, 12, "Maja")),
        (PART_PAID[ev.ReversalRequested], ev.CashReturned(SALE, 1, 100_00)),
    ]
    for sale, event in wrong:
        with pytest.raises(IllegalTransition):
            advance(sale, event)
    first = advance(mixed, ev.ReversalRequested(SALE, CARD + 1, 12, "Maja"))
    undone = advance(first, ev.CardReversed(SALE, CARD + 1))
    empty = advance(undone, ev.CashReturned(SALE, 1, 100_00))
    assert empty.remaining_ore == empty.total_ore
    assert advance(empty, ev.SaleUnfrozen(SALE)).state is S.OPEN
    assert advance(empty, ev.SaleVoided(SALE, 249_00)).state is S.VOIDED


def test_nothing_may_be_paid_beyond_what_remains() -> None:
    sale = a_sale(state=S.TENDERING)
    with pytest.raises(IllegalTransition):
        advance(sale, ev.CashTendered(SALE, 1, 249_01, 0, 249_01, 0))
    asked = ev.CardRequested(SALE, 1, CARD, 249_01, 0, True, "", NOON)
    with pytest.raises(AssertionError):
        advance(sale, asked)


def test_a_signature_of_another_receipt_or_serial_is_refused() -> None:
    signed = EVENTS[ev.ReceiptSigned]
    assert isinstance(signed, ev.ReceiptSigned)
    for foreign in (replace(signed, serial=2), replace(signed, receipt=a_receipt(2))):
        with pytest.raises(IllegalTransition):
            advance(SALES[S.SIGNING], foreign)


def test_a_part_leaves_the_sale_in_tendering_and_the_rest_pays_it() -> None:
    part = advance(a_sale(state=S.TENDERING), ev.CashTendered(SALE, 1, 100_00, 0, 100_00, 0))
    assert (part.state, part.remaining_ore) == (S.TENDERING, 149_00)
    rest = advance(part, ev.CashTendered(SALE, 2, 149_00, 0, 149_00, 0))
    assert (rest.state, rest.remaining_ore) == (S.PAID, 0)


@pytest.mark.parametrize("state", SaleState)
def test_a_restart_never_charges_and_repeats_only_what_may_be_repeated(state: SaleState) -> None:
    fresh, recovered = RECOVERY[state]
    assert next_effect(state, is_fresh=True) is fresh
    assert next_effect(state, is_fresh=False) is recovered
    assert recovered not in (Effect.AUTHORIZE_CARD, Effect.REVERSE_CARD)


def test_z_waits_for_every_state_in_which_something_may_be_in_flight() -> None:
    asking = {state for state, (_, recovered) in RECOVERY.items() if recovered != Effect.NOTHING}
    assert asking == BETWEEN_CARD_AND_CODE


PAPERS: list[tuple[PaperState, PaperEvent]] = [(s, e) for s in PaperState for e in PaperEvent]


@pytest.mark.parametrize(("state", "event"), PAPERS)
def test_a_paper_moves_by_its_table_only(state: PaperState, event: PaperEvent) -> None:
    wanted = PAPER_TRANSITIONS.get((state, event))
    if wanted is None:
        with pytest.raises(IllegalTransition):
            advance_paper(state, event)
    else:
        assert advance_paper(state, event) is wanted


def test_no_way_leads_a_paper_that_may_be_out_back_to_the_printer() -> None:
    for state in (PaperState.UNKNOWN, PaperState.PRINTED, PaperState.COPIED):
        reached, waiting = {state}, [state]
        while waiting:
            now = waiting.pop()
            for (source, _), target in PAPER_TRANSITIONS.items():
                if source is now and target not in reached:
                    reached.add(target)
                    waiting.append(target)
        assert PaperState.PRINTING not in reached
