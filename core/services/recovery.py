"""At start: find what was in flight and hand it to the same loop, told that it is not fresh.

A card that may have been charged is asked about and never charged again; a paper that may have
come out is asked about and never printed as an original again (house.md 4, reliability 2).
"""

from dataclasses import replace

from core import events as ev
from core.checkout import PaperEvent, PaperState, SaleState, advance_paper
from core.services import copies, late
from core.services.printing import ask_about_papers
from core.services.steps import forward
from core.services.till import Till


def start(till: Till) -> None:
    """Take up what the disk says; durable notes first. Effects are on the till's list after."""
    till.note_witnessed("program-started", "start", program=till.rules.program)
    till.sale = till.store.unfinished_sale()
    _take_up_papers(till)
    copies.take_up(till)
    _take_up_card(till)
    if till.sale is not None and any(tender.resolved_by for tender in till.sale.tenders):
        till.ask_last_transaction()
    if till.sale is not None:
        forward(till, is_fresh=False)
    late.take_up(till)
    ask_about_papers(till)


def _take_up_card(till: Till) -> None:
    """A card that was being paid is in doubt now: its answer went to the program that ended."""
    tender = till.sale.current_tender if till.sale else None
    if till.sale is not None and tender is not None and till.state is SaleState.AUTHORIZING:
        till.settle(ev.AnswerLost(till.sale.sale_id, tender.service_id, "restart"))


def _take_up_papers(till: Till) -> None:
    """Queued papers wait for the printer; one that was printing is unknown now."""
    if not till.rules.has_printer:
        return
    for paper in till.store.pending_papers():
        if paper.state is PaperState.PRINTING:
            state = advance_paper(paper.state, PaperEvent.PRINT_LOST)
            with till.store.unit_of_work() as uow:
                uow.set_paper_state(paper.paper_id, state)
                till.note(
                    uow,
                    "paper-unknown",
                    paper_id=paper.paper_id,
                    paper=paper.kind,
                    number=paper.reference,
                )
                uow.commit()
            till.papers[paper.paper_id] = replace(paper, state=state)
        else:
            till.papers[paper.paper_id] = paper
