"""At start: find what was in flight and hand it to the same loop, told that it is not fresh.

A card that may have been charged is asked about and never charged again; a paper that may have
come out is asked about and never printed as an original again (house.md 4, reliability 2).
"""

from typing import Final

from core import events as ev
from core.checkout import SaleState
from core.effects import QueryCard
from core.lost_time import LostTime
from core.services import copies, late, taken_up
from core.services.printing import ask_about_papers, take_up_papers
from core.services.steps import card_request, forward
from core.services.till import Till
from core.tender import TenderState

_DECIDED: Final = (TenderState.NEVER_CHARGED, TenderState.REVERSED, TenderState.SETTLED)
PROGRAM_KEY: Final = "program"
"""Setting: model, program and version that started last."""


def start(till: Till) -> None:
    """Take up what the disk says; durable notes first. Effects are on the till's list after."""
    _note_program(till)
    till.note_witnessed("program-started", "start", program=till.rules.program)
    till.sale = till.store.unfinished_sale()
    till.lost_time = LostTime.read(till.store.setting)
    take_up_papers(till)
    copies.take_up(till)
    _take_up_card(till)
    taken_up.begin(till)
    if till.sale is not None and any(tender.resolved_by for tender in till.sale.tenders):
        till.ask_last_transaction()
    if till.sale is not None:
        forward(till, is_fresh=False)
    late.take_up(till)
    _ask_about_decided(till)
    ask_about_papers(till)
    taken_up.follow(till)


def _take_up_card(till: Till) -> None:
    """A card that was being paid is in doubt now: its answer went to the program that ended."""
    tender = till.sale.current_tender if till.sale else None
    if till.sale is not None and tender is not None and till.state is SaleState.AUTHORIZING:
        till.settle(ev.AnswerLost(till.sale.sale_id, tender.service_id, "restart"))


def _ask_about_decided(till: Till) -> None:
    """Ask the terminal about the newest card if a person decided on it: he may have been wrong.

    What it paid all the same is told as late, also where the till was closed before the terminal
    came back (terminal-protocols 5.3 step 8).
    """
    service_id = till.store.last_asked_service()
    sale = till.store.sale_of_service(service_id)
    tender = sale.tender_of_service(service_id) if sale else None
    if sale is None or tender is None or not tender.resolved_by or not till.rules.has_terminal:
        return
    # Kept against the policy: the terminal's own word. Of lost time: another's may be the last.
    is_told = bool(tender.hold_reason) or till.lost_time.has_card(service_id)
    if is_told or tender.state not in _DECIDED or till.store.late_approval(service_id) is not None:
        return
    till.effects.append(QueryCard(card_request(till, sale, tender)))
    # No newer card takes the question's place before it is answered.
    till.ask_last_transaction()


def _note_program(till: Till) -> None:
    """Journal another version of the program than the one before (SKVFS 2014:9 4 kap. 3 §, R5)."""
    program = till.rules.program
    if till.store.setting(PROGRAM_KEY) != program:
        with till.store.unit_of_work() as uow:
            uow.put_setting(till.clock.now(), till.rules.operator, PROGRAM_KEY, program)
            uow.commit()
