"""Late approvals: told durably, asked about until answered, reversed or handled by hand.

A late approval moves no sale and blocks no sale; but no card is asked for and no Z is taken before
a manager has answered (terminal-protocols 5.3 step 8, reliability F12). An answer that comes twice
for a payment that is paid, held or undone is no alarm, unless it contradicts what a person decided:
then what the card paid beyond that is the late part.
"""

from dataclasses import replace
from typing import Final

from core.card import CardResult, CardSlip, CardVerdict, QueryResult
from core.effects import QueryCard
from core.errors import NothingToGiveBack, SaleNotOpen
from core.facts import CardReversed
from core.late_approval import LateApproval, LateState
from core.sale import Sale
from core.services.printing import queue_reversal, start_next_paper
from core.services.slips import keep_slip
from core.services.steps import card_request, hand_out_reversal
from core.services.till import Attention, Till
from core.store_ports import UnitOfWork
from core.tender import Tender, TenderState
from core.totals import Change, Section

LATE_CODE: Final = "card-late-approval"
"""Of the question to the manager."""

_ENDED_UNPAID: Final = (TenderState.NEVER_CHARGED, TenderState.DECLINED, TenderState.ABORTED)


def take_late(till: Till, result: CardResult, *, is_asked: bool = False) -> bool:
    """Take an answer that no open payment waits for; True when it was a new late approval.

    Durable when this returns. False: it is no approval, or of a payment that did not end unpaid,
    or known already, or another payment's transaction. `is_asked`: the terminal was asked, so it
    tells how the card stands now.
    """
    if result.verdict is not CardVerdict.APPROVED:
        return False
    service_id = result.service_id
    sale = till.store.sale_of_service(service_id)
    tender = sale.tender_of_service(service_id) if sale else None
    if sale is None or tender is None:
        return False
    late_ore = _late_ore(tender, result.authorized_ore or tender.asked_ore, is_asked=is_asked)
    if late_ore <= 0 or till.store.late_approval(service_id) or _is_anothers(till, result):
        return False
    late = LateApproval(
        service_id=service_id,
        sale_id=sale.sale_id,
        tender_no=tender.no,
        authorized_ore=late_ore,
        # A part of a payment cannot be reversed: it is settled with the customer by hand.
        poi_transaction="" if tender.state is TenderState.SETTLED else result.poi_transaction,
        card=_card_of(result.slips or till.store.slips_of(service_id, result.poi_transaction)),
        at=result.poi_at or f"{till.clock.now():%Y-%m-%d %H:%M:%S}",
    )
    with till.store.unit_of_work() as uow:
        for slip in result.slips:
            keep_slip(till, uow, slip)
        uow.put_late_approval(late)
        till.note(
            uow,
            LATE_CODE,
            service_id=service_id,
            sale_id=late.sale_id,
            tender_no=late.tender_no,
            authorized_ore=late.authorized_ore,
            poi_transaction=late.poi_transaction,
            card=late.card,
            at=late.at,
        )
        _count(till, uow, "late", late)
        uow.commit()
    till.lates[service_id] = late
    ask_about_lates(till)
    return True


def _late_ore(tender: Tender, authorized_ore: int, *, is_asked: bool) -> int:
    """Say how much an approval draws beyond what the tender ended with; 0 = it is no alarm.

    A payment that ended as paid, or as reversed, is believed where the terminal said so; where a
    person decided it, the terminal's own word counts.
    """
    if tender.state in _ENDED_UNPAID:
        return authorized_ore
    if not tender.resolved_by:
        return 0
    if tender.state is TenderState.REVERSED and is_asked:
        return authorized_ore
    if tender.state is TenderState.SETTLED:
        return authorized_ore - tender.authorized_ore
    return 0


def take_late_slip(till: Till, slip: CardSlip) -> None:
    """Take an approved slip of a payment that was decided on, or is said never to have run."""
    sale = till.store.sale_of_service(slip.service_id) if slip.service_id else None
    tender = sale.tender_of_service(slip.service_id) if sale else None
    is_approved = slip.status == "approved" and slip.kind == "purchase"
    if tender is None or not is_approved:
        return
    if tender.state is not TenderState.NEVER_CHARGED and not tender.resolved_by:
        return
    take_late(
        till,
        CardResult(
            slip.service_id,
            CardVerdict.APPROVED,
            authorized_ore=slip.total_ore,
            tip_ore=slip.tip_ore,
            poi_transaction=slip.reference,
            poi_at=slip.at,
        ),
    )


def take_up(till: Till) -> None:
    """At start: open ones are asked about; of a reversal under way the terminal is asked."""
    for late in till.store.open_late_approvals():
        till.lates[late.service_id] = late
        if late.state is LateState.REVERSING:
            _query(till, late)
    ask_about_lates(till)


def ask_about_lates(till: Till) -> None:
    """Put the oldest open one on the screen, unless something else is asked; it is asked again."""
    if till.attention is not None and till.attention.code != LATE_CODE:
        return
    if not till.lates:
        if till.attention is not None:
            till.attention = None
        return
    late = till.lates[min(till.lates)]
    sale = till.store.sale_of_service(late.service_id)
    till.attention = Attention(
        LATE_CODE,
        (
            ("late_service_id", late.service_id),
            ("authorized_ore", late.authorized_ore),
            ("at", late.at),
            ("card", late.card),
            ("sale_id", late.sale_id),
            ("receipt_no", sale.receipt_no if sale else 0),
            ("reversal_service_id", late.reversal_service_id),
            ("is_reversing", int(late.state is LateState.REVERSING)),
            ("may_reverse", int(_may_reverse(till, late))),
            ("is_part", int(_is_part(sale, late))),
        ),
    )


def reverse_late(till: Till, service_id: int, by: str) -> None:
    """The manager has it reversed at the terminal; durable before the terminal is asked.

    Raises RuleError, nothing changed, also when a card was drawn after it.
    """
    late = _open(till, service_id)
    till.check_no_payment()
    if not _may_reverse(till, late):
        raise NothingToGiveBack(reason="not-last", service_id=service_id)
    with till.store.unit_of_work() as uow:
        reversal_id = uow.next_number("service_id")
        moved = replace(late.moved(LateState.REVERSING), reversal_service_id=reversal_id)
        uow.put_late_approval(moved)
        till.note(
            uow,
            "late-reversal-requested",
            service_id=service_id,
            reversal_service_id=reversal_id,
            by=by,
        )
        uow.commit()
    till.lates[service_id] = moved
    hand_out_reversal(till, reversal_id, late.poi_transaction)
    ask_about_lates(till)


def settle_by_hand(till: Till, service_id: int, by: str) -> None:
    """The manager answers that it was handled beside the till; journalled with the name."""
    late = _open(till, service_id)
    with till.store.unit_of_work() as uow:
        uow.put_late_approval(replace(late.moved(LateState.BY_HAND), resolved_by=by))
        till.note(uow, "late-by-hand", service_id=service_id, by=by)
        _count(till, uow, "late-by-hand", late)
        uow.commit()
    till.lates.pop(service_id)
    ask_about_lates(till)


def take_reversal(till: Till, fact: CardReversed) -> bool:
    """Take the answer to a reversal; False when it is not one of a late approval."""
    late = _reversing(till, fact.service_id)
    if late is None:
        return False
    till.terminal.reversal_out = 0
    if fact.result.verdict is CardVerdict.APPROVED:
        _settle_reversed(till, late)
    else:
        _refuse(till, late, fact.result.condition or fact.result.text)
    ask_about_lates(till)
    return True


def take_reversal_lost(till: Till, service_id: int) -> bool:
    """The outcome of a reversal is unknown: the terminal is asked what it did."""
    late = _reversing(till, service_id)
    if late is None:
        return False
    till.terminal.reversal_out = 0
    _query(till, late)
    return True


def take_query(till: Till, query: QueryResult) -> bool:
    """Take the answer about a payment whose reversal was lost; False when it is about no such one.

    Still approved = the same transaction again; undone = done; anything else = a person.
    """
    late = till.lates.get(query.service_id)
    if late is None or late.state is not LateState.REVERSING:
        return False
    till.note_alone("query-answered", service_id=query.service_id, verdict=str(query.verdict))
    if till.terminal.reversal_out == late.reversal_service_id:
        # It answers a question from before the reversal, which is still to be answered.
        return True
    result = query.result
    is_same = result is not None and result.poi_transaction == late.poi_transaction
    if query.verdict is CardVerdict.APPROVED and is_same:
        hand_out_reversal(till, late.reversal_service_id, late.poi_transaction)
    elif query.verdict is CardVerdict.NOT_CHARGED:
        _settle_reversed(till, late)
    else:
        _refuse(till, late, "; ".join(query.evidence))
    ask_about_lates(till)
    return True


def give_up_query(till: Till, service_id: int, text: str) -> None:
    """The terminal could not be asked about a lost reversal: a person reads its slip.

    Not while the reversal itself is to be answered: the question was from before it.
    """
    late = till.lates.get(service_id)
    if late is None or late.state is not LateState.REVERSING:
        return
    if till.terminal.reversal_out != late.reversal_service_id:
        _refuse(till, late, text)
        ask_about_lates(till)


def _query(till: Till, late: LateApproval) -> None:
    """Ask the terminal what became of the payment that was to be undone."""
    sale = till.store.sale_of_service(late.service_id)
    tender = sale.tender_of_service(late.service_id) if sale else None
    assert sale is not None
    assert tender is not None
    till.effects.append(QueryCard(card_request(till, sale, tender)))


def _settle_reversed(till: Till, late: LateApproval) -> None:
    """Write down that it was undone, count it, and give the customer a paper of it."""
    with till.store.unit_of_work() as uow:
        uow.put_late_approval(late.moved(LateState.REVERSED))
        till.note(uow, "late-reversed", service_id=late.service_id)
        _count(till, uow, "late-reversed", late)
        undone = Change(Section.CARD_REVERSED, "", 1, late.authorized_ore)
        uow.add_totals(till.period.no, (undone,))
        queue_reversal(till, uow, late.poi_transaction, late.reversal_service_id)
        uow.commit()
    till.lates.pop(late.service_id)
    till.last_tender_error = Attention("late-reversed", (("authorized_ore", late.authorized_ore),))
    start_next_paper(till)


def _refuse(till: Till, late: LateApproval, text: str) -> None:
    """Put a reversal that is not known to be done back to the manager."""
    moved = late.moved(LateState.OPEN)
    with till.store.unit_of_work() as uow:
        uow.put_late_approval(moved)
        till.note(uow, "late-reversal-refused", service_id=late.service_id, text=text)
        uow.commit()
    till.lates[late.service_id] = moved


def _open(till: Till, service_id: int) -> LateApproval:
    late = till.lates.get(service_id)
    if late is None or late.state is not LateState.OPEN:
        raise SaleNotOpen(state="late approval")
    return late


def _reversing(till: Till, reversal_service_id: int) -> LateApproval | None:
    for late in till.lates.values():
        is_it = late.reversal_service_id == reversal_service_id
        if is_it and late.state is LateState.REVERSING:
            return late
    return None


def _is_part(sale: Sale | None, late: LateApproval) -> bool:
    """Say whether it is what a paid card paid beyond what a person decided."""
    tender = sale.tender_of_service(late.service_id) if sale else None
    return tender is not None and tender.state is TenderState.SETTLED


def _may_reverse(till: Till, late: LateApproval) -> bool:
    """Say whether it is the terminal's last approved transaction, as far as the till knows."""
    is_last = till.store.last_charged_service() == late.service_id
    return bool(is_last and late.poi_transaction and till.rules.has_terminal)


def _is_anothers(till: Till, result: CardResult) -> bool:
    """Say whether the transaction is on a slip of another payment: a query may find that one."""
    if not result.poi_transaction:
        return False
    slips = till.store.slips_of(result.service_id, result.poi_transaction)
    ours = (0, result.service_id)
    return any(
        slip.reference == result.poi_transaction and slip.service_id not in ours for slip in slips
    )


def _card_of(slips: tuple[CardSlip, ...]) -> str:
    for slip in slips:
        if slip.card_name or slip.masked_pan:
            return f"{slip.card_name} {slip.masked_pan}".strip()
    return ""


def _count(till: Till, uow: UnitOfWork, what: str, late: LateApproval) -> None:
    """Name it on the period's X and Z, beside the unclear cards that a manager decided."""
    change = Change(Section.CARD_UNCLEAR, what, 1, late.authorized_ore)
    uow.add_totals(till.period.no, (change,))
