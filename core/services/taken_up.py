"""What became of the sale that was being paid when the till stopped, told after the restart.

Only for the screen: it decides nothing and is rebuilt from the stored sale at each start. It stays
until the next sale or the next payment begins, so that whoever looks up late still sees it.
"""

from typing import Final

from core.checkout import BETWEEN_CARD_AND_CODE, SaleState
from core.sale import Sale
from core.services.till import Attention, TakenUp, Till
from core.tender import Tender, TenderState

OPEN_CODE: Final = "before-stop-open"
"""It is not over: the card is asked about or decided on, or the control code is missing."""
RESTORED_CODE: Final = "before-stop-restored"
"""It came out of a backup, and may have been paid in the time that is lost."""
RESTORED_CARD_CODE: Final = "before-stop-restored-card"
"""The same while its card is asked about or decided on."""
RESTORED_PART_CODE: Final = "before-stop-restored-part"
"""The same where a part of it is paid: it cannot be voided."""

_PAID: Final = (SaleState.PAID, SaleState.SIGNING)
_ENDINGS: Final = {
    TenderState.SETTLED: "before-stop-part",
    TenderState.REVERSED: "before-stop-reversed",
    TenderState.DECLINED: "before-stop-not-drawn",
    TenderState.ABORTED: "before-stop-not-drawn",
    TenderState.NEVER_CHARGED: "before-stop-not-drawn",
}


def begin(till: Till) -> None:
    """Remember the sale that the start found between card and code."""
    sale = till.sale
    if sale is not None and till.state in BETWEEN_CARD_AND_CODE:
        till.taken_up = TakenUp(sale, 0 if till.state in _PAID else sale.tenders[-1].no)


def follow(till: Till) -> None:
    """Tell what became of it so far; forget it once the next sale or payment began."""
    taken, sale = till.taken_up, till.sale
    told = None
    if taken is not None and sale is None:
        told = _told_closed(taken, till)
    elif taken is not None and sale is not None and sale.sale_id == taken.sale.sale_id:
        taken = TakenUp(sale, taken.tender_no)
        told = _told_open(taken)
    till.taken_up = taken if told is not None else None
    is_restored = sale is not None and till.lost_time.has_sale(sale.sale_id)
    if sale is not None and is_restored and till.state not in _PAID:
        told = Attention(_restored_code(till, sale))
    till.before_stop = told


def _restored_code(till: Till, sale: Sale) -> str:
    """Say which of the restored sales' words fit: what can be done about it differs."""
    if till.state in BETWEEN_CARD_AND_CODE:
        return RESTORED_CARD_CODE
    return RESTORED_PART_CODE if sale.settled else RESTORED_CODE


def _told_open(taken: TakenUp) -> Attention | None:
    """Tell of a sale that is not closed; None when it is being paid anew."""
    state = SaleState(taken.sale.state)
    tender = taken.sale.tenders[-1] if taken.sale.tenders else None
    is_last = tender is not None and tender.no == taken.tender_no
    if state in BETWEEN_CARD_AND_CODE:
        is_same = is_last if taken.tender_no else state in _PAID
        return Attention(OPEN_CODE, (("state", str(state)),)) if is_same else None
    if tender is None or not is_last or tender.state not in _ENDINGS:
        return None
    facts = (
        ("authorized_ore", tender.authorized_ore),
        ("asked_ore", tender.asked_ore),
        ("by", tender.resolved_by),
    )
    return Attention(_ENDINGS[tender.state], facts)


def _told_closed(taken: TakenUp, till: Till) -> Attention | None:
    """Tell of its receipt; None when the sale ended without one, by a void."""
    receipt = till.last_receipt
    if receipt is None or receipt.receipt_no != taken.sale.receipt_no:
        return None
    card = _card(taken)
    is_waiting = any(
        paper.kind == "receipt" and paper.reference == receipt.receipt_no
        for paper in till.papers.values()
    )
    return Attention(
        "before-stop-sold" if card is None else "before-stop-charged",
        (
            ("receipt_no", receipt.receipt_no),
            ("total_ore", receipt.to_pay_ore),
            ("authorized_ore", 0 if card is None else card.authorized_ore),
            ("is_paper_waiting", int(is_waiting)),
            ("by", "" if card is None else card.resolved_by),
        ),
    )


def _card(taken: TakenUp) -> Tender | None:
    """Give the card whose fate was unclear, if it paid."""
    cards = [tender for tender in taken.sale.tenders if tender.no == taken.tender_no]
    return cards[0] if cards and cards[0].state is TenderState.SETTLED else None
