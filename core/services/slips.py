"""Card slips: stored when they come, each time with a journal row that binds all of its text."""

from core.card import CardSlip, SlipCopy
from core.payload import canonical, digest
from core.services.till import Till
from core.store_ports import UnitOfWork
from core.tender import Tender


def approved_slip(till: Till, tender: Tender) -> CardSlip | None:
    """Give the slip that says that this card was charged, unless another says that it was undone.

    A merchant copy to be signed proves nothing: it comes before the signature is approved.
    """
    slips = till.store.slips_of(tender.service_id, tender.poi_transaction)
    if any(slip.kind == "reversal" and slip.status == "approved" for slip in slips):
        return None
    for slip in slips:
        is_unsigned = slip.copy is SlipCopy.MERCHANT and slip.needs_signature
        if slip.status == "approved" and slip.kind == "purchase" and not is_unsigned:
            return slip
    return None


def keep_slip(till: Till, uow: UnitOfWork, slip: CardSlip) -> bool:
    """Store a slip within the caller's unit of work; False when the same copy came before."""
    is_new = uow.put_slip(slip)
    till.note(
        uow,
        "slip-received",
        reference=slip.reference,
        copy=str(slip.copy),
        service_id=slip.service_id,
        status=slip.status,
        total_ore=slip.total_ore,
        tip_ore=slip.tip_ore,
        is_new=is_new,
        digest=digest(canonical(slip)),
    )
    return is_new
