"""Card slips: stored when they come, each time with a journal row that binds all of its text."""

from core.card import CardSlip
from core.payload import canonical, digest
from core.services.till import Till
from core.store_ports import UnitOfWork


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
