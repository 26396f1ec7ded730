"""Papers: jobs of their own, one at a time, printed beside the next sale.

A paper is `printing` on disk before its first byte leaves and enters that state once in its life:
nobody ever prints a second original by himself (house.md 4, reliability I10). A refusal before the
first byte puts it back; a lost outcome is asked of the cashier.
"""

from dataclasses import replace

from core.card import CardSlip
from core.checkout import PaperEvent, PaperState, advance_paper
from core.document import Document
from core.effects import CheckPrinter, PrintPaper
from core.errors import SaleNotOpen
from core.facts import PaperPrinted, PaperRefused, PrinterCondition, PrintLost
from core.journal import JournalEntry
from core.payload import canonical, digest, restore
from core.receipt import Receipt
from core.receipt_copy import ReceiptCopy
from core.receipt_layout import lay_out_receipt, lay_out_reversal, lay_out_signature_slip
from core.report_layout import lay_out_report
from core.reports import DayReport
from core.services.till import Attention, Till
from core.store_ports import Paper, UnitOfWork

_USABLE = (PrinterCondition.READY, PrinterCondition.PAPER_LOW)


def queue_paper(
    till: Till,
    uow: UnitOfWork,
    kind: str,
    reference: int,
    content: Receipt | CardSlip | DayReport,
    opens_drawer: bool = False,
) -> tuple[Paper, JournalEntry]:
    """Store a paper job within the caller's unit of work; gives it and its journal row.

    One that may have come out before a restore is asked about instead of printed.
    """
    paper = Paper(
        paper_id=uow.next_number("paper_id"),
        kind=kind,
        reference=reference,
        state=PaperState.QUEUED,
        body=canonical(content),
        opens_drawer=opens_drawer,
    )
    head = _store(till, uow, paper)
    if till.lost_time.may_show(kind, reference):
        paper = replace(paper, state=_store_move(till, uow, paper, PaperEvent.MAY_BE_OUT))
    if till.rules.has_printer:
        till.papers[paper.paper_id] = paper
    return paper, head


def _store(till: Till, uow: UnitOfWork, paper: Paper) -> JournalEntry:
    """Store a new paper with the journal row that binds all of it."""
    uow.put_paper(paper)
    return till.note(
        uow,
        "paper-queued",
        paper_id=paper.paper_id,
        paper=paper.kind,
        number=paper.reference,
        opens_drawer=paper.opens_drawer,
        digest=digest(paper.body),
    )


def take_up_papers(till: Till) -> None:
    """At start: papers wait for the printer; what may be out is unknown now, durable on return."""
    if not till.rules.has_printer:
        return
    for paper in till.store.pending_papers():
        till.papers[paper.paper_id] = paper
        if paper.state is PaperState.PRINTING:
            _move(till, paper, PaperEvent.PRINT_LOST)
        elif paper.state is PaperState.QUEUED and till.lost_time.may_show(
            paper.kind, paper.reference
        ):
            _move(till, paper, PaperEvent.MAY_BE_OUT)


def queue_reversal(till: Till, uow: UnitOfWork, poi_transaction: str, reversal_id: int) -> None:
    """Queue the customer's paper about a card payment that was undone, if its slip came."""
    slip, till.terminal.reversal_slip = till.terminal.reversal_slip, None
    if slip is not None and slip.reference == poi_transaction:
        queue_paper(till, uow, "reversal", reversal_id, slip)


def start_next_paper(till: Till) -> None:
    """Start the oldest queued paper if none is printing; `printing` is durable first (d6)."""
    if not till.rules.has_printer or till.is_closing:
        return
    if any(paper.state is PaperState.PRINTING for paper in till.papers.values()):
        return
    queued = [paper for paper in till.papers.values() if paper.state is PaperState.QUEUED]
    if not queued:
        return
    paper = min(queued, key=lambda one: (one.kind != "slip", one.paper_id))
    _move(till, paper, PaperEvent.PRINT_STARTED)
    till.effects.append(PrintPaper(paper.paper_id, document_of(till, paper)))


def document_of(till: Till, paper: Paper) -> Document:
    """Lay a paper out from its stored content, in the receipt's language and width."""
    width, words = till.rules.paper_width, till.rules.words
    if paper.kind in ("receipt", "copy"):
        last = till.last_receipt
        is_in_hand = paper.kind == "receipt" and last and last.receipt_no == paper.reference
        receipt = last if last and is_in_hand else restore(Receipt, paper.body)
        document = lay_out_receipt(receipt, width, words, opens_drawer=paper.opens_drawer)
        if is_in_hand:
            till.last_paper = document
        return document
    if paper.kind == "slip":
        slip = restore(CardSlip, paper.body)
        return lay_out_signature_slip(slip, till.rules.shop, width, words, till.rules.is_demo)
    if paper.kind == "reversal":
        slip = restore(CardSlip, paper.body)
        return lay_out_reversal(slip, till.rules.shop, width, words, till.rules.is_demo)
    return lay_out_report(restore(DayReport, paper.body), width, words)


def take_printed(till: Till, fact: PaperPrinted) -> None:
    """The paper came out: done, and the next may start."""
    paper = till.papers.get(fact.paper_id)
    if paper is None or paper.state is not PaperState.PRINTING:
        return
    _move(till, paper, PaperEvent.PAPER_PRINTED)
    till.papers.pop(fact.paper_id)
    till.printer = PrinterCondition.READY
    _clear(till, "paper-refused")
    start_next_paper(till)


def take_refused(till: Till, fact: PaperRefused) -> None:
    """Nothing was printed: the paper waits in the queue until the printer is ready."""
    paper = till.papers.get(fact.paper_id)
    till.printer = fact.condition
    if paper is None or paper.state is not PaperState.PRINTING:
        return
    _move(till, paper, PaperEvent.PAPER_OUT)


def take_print_lost(till: Till, fact: PrintLost) -> None:
    """Nobody knows whether the paper came out: the cashier is asked, once."""
    paper = till.papers.get(fact.paper_id)
    if paper is None or paper.state is not PaperState.PRINTING:
        return
    _move(till, paper, PaperEvent.PRINT_LOST)
    till.effects.append(CheckPrinter())
    ask_about_papers(till)


def take_condition(till: Till, condition: PrinterCondition) -> None:
    """The printer's condition changed: waiting papers start when it is ready."""
    till.printer = condition
    if condition in _USABLE:
        start_next_paper(till)


def ask_about_papers(till: Till) -> None:
    """Put the question about the oldest unknown paper on the screen, if nothing else is asked."""
    unknown = [paper for paper in till.papers.values() if paper.state is PaperState.UNKNOWN]
    if unknown and till.attention is None:
        paper = min(unknown, key=lambda one: one.paper_id)
        facts: tuple[tuple[str, str | int], ...] = (
            ("paper_id", paper.paper_id),
            ("kind", paper.kind),
            ("reference", paper.reference),
        )
        if till.lost_time.may_show(paper.kind, paper.reference):
            facts = (*facts, ("is_restored", 1))
        till.attention = Attention("paper-unknown", facts)


def decide_paper(till: Till, paper_id: int, *, was_seen: bool) -> None:
    """Take the cashier's answer to "did the paper come out?"; journalled with the name.

    A receipt that did not gets its one copy (core.services.copies); a copy gets nothing more; a
    slip or a report is no receipt and prints again.
    """
    paper = till.papers.get(paper_id)
    if paper is None or paper.state is not PaperState.UNKNOWN:
        raise SaleNotOpen(state="paper")
    if was_seen:
        _move(till, paper, PaperEvent.CASHIER_SAW_PAPER)
    else:
        _miss(till, paper)
    till.papers.pop(paper_id)
    _clear(till, "paper-unknown")
    ask_about_papers(till)
    start_next_paper(till)


def _miss(till: Till, paper: Paper) -> None:
    """Write down that nobody saw the paper, and what prints instead, in one commit."""
    copy = ReceiptCopy(paper.reference, paper.body) if paper.kind == "receipt" else None
    with till.store.unit_of_work() as uow:
        _store_move(till, uow, paper, PaperEvent.CASHIER_SAW_NONE)
        if copy is not None:
            uow.put_copy(copy)
        elif paper.kind != "copy":
            again = replace(paper, paper_id=uow.next_number("paper_id"), state=PaperState.QUEUED)
            _store(till, uow, again)
            till.papers[again.paper_id] = again
        uow.commit()
    if copy is not None:
        till.copies[copy.receipt_no] = copy


_NOTES = {
    PaperEvent.PRINT_STARTED: "paper-started",
    PaperEvent.PAPER_PRINTED: "paper-printed",
    PaperEvent.PRINT_LOST: "paper-unknown",
    PaperEvent.MAY_BE_OUT: "paper-unknown",
    PaperEvent.PAPER_OUT: "paper-queued",
    PaperEvent.CASHIER_SAW_PAPER: "paper-seen",
    PaperEvent.CASHIER_SAW_NONE: "paper-missing",
}


def _move(till: Till, paper: Paper, event: PaperEvent) -> None:
    """Move a paper in one commit with its journal row."""
    with till.store.unit_of_work() as uow:
        state = _store_move(till, uow, paper, event)
        uow.commit()
    till.papers[paper.paper_id] = replace(paper, state=state)


def _store_move(till: Till, uow: UnitOfWork, paper: Paper, event: PaperEvent) -> PaperState:
    """Move a paper with its journal row, within the caller's unit of work."""
    state = advance_paper(paper.state, event)
    uow.set_paper_state(paper.paper_id, state)
    note = {"paper_id": paper.paper_id, "number": paper.reference}
    till.note(uow, _NOTES[event], **note, paper=paper.kind)
    return state


def _clear(till: Till, code: str) -> None:
    if till.attention is not None and till.attention.code == code:
        till.attention = None
