"""Giving a paid part back before the sale is paid: cash from the drawer, a card at the terminal.

Parts go back in the order opposite to how they came, so that what a terminal may still undo (its
last approved transaction, terminal-protocols 2.6) comes first. The sale may be changed or voided
again when none is left.
"""

from core import events as ev
from core.checkout import SaleState
from core.effects import KickDrawer
from core.errors import NothingToGiveBack
from core.sale import Sale
from core.services.steps import forward
from core.services.till import Attention, Till
from core.tender import Tender, TenderKind
from core.totals import Change, Section


def give_back(till: Till, tender_no: int, by: str) -> None:
    """Give the last settled part back. `tender_no` is the one the cashier saw.

    Raises RuleError, nothing changed.
    """
    till.check_no_payment()
    sale = till.sale
    tender = sale.last_settled if sale else None
    is_it = tender is not None and tender.no == tender_no
    if sale is None or tender is None or not is_it or till.state is not SaleState.TENDERING:
        raise NothingToGiveBack(tender_no=tender_no)
    if tender.kind is TenderKind.CASH:
        _hand_back_cash(till, sale, tender)
    else:
        _reverse_card(till, sale, tender, by)


def _hand_back_cash(till: Till, sale: Sale, tender: Tender) -> None:
    """Write the cash off the sale, then open the drawer.

    No sale and no repayment is registered, so the opening counts as one without (sweden 2.3 m).
    """
    opens_drawer = till.rules.has_drawer and till.rules.has_printer
    event = ev.CashReturned(sale.sale_id, tender.no, tender.amount_ore)
    with till.store.unit_of_work() as uow:
        till.sale = till.record(uow, sale, (event,))
        if opens_drawer:
            till.note(uow, "drawer-kicked", reason="cash-returned", sale_id=sale.sale_id)
            uow.add_totals(till.period.no, (Change(Section.DRAWER, "", 1, 0),))
        uow.commit()
    if opens_drawer:
        till.effects.append(KickDrawer())
    till.last_tender_error = Attention("cash-returned", (("amount_ore", tender.amount_ore),))


def _reverse_card(till: Till, sale: Sale, tender: Tender, by: str) -> None:
    """Have a card part reversed, if no card was drawn after it; durable before it is asked for."""
    is_last = till.store.last_charged_service() == tender.service_id
    if not (is_last and tender.poi_transaction and till.rules.has_terminal):
        raise NothingToGiveBack(reason="not-last", tender_no=tender.no)
    with till.store.unit_of_work() as uow:
        event = ev.ReversalRequested(
            sale.sale_id, tender.service_id, uow.next_number("service_id"), by
        )
        till.sale = till.record(uow, sale, (event,))
        uow.commit()
    till.last_tender_error = None
    till.attention = None
    forward(till, is_fresh=True)
