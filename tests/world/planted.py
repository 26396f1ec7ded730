"""Faults planted into the till, each as a small variant: the world must turn red for each.

A world that cannot fail is worthless. Each variant replaces one function of the product for the
time of a test, and names the check that must find it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any, Final

from core import events as ev
from core import journal, receipt_layout
from core.card import CardResult
from core.checkout import advance
from core.control_record import ControlRecord, RecordVat, Signature
from core.effects import CheckPrinter, PrintPaper
from core.receipt import ReceiptKind, ReceiptTender
from core.receipt_layout import lay_out_receipt
from core.services import (
    copies,
    doubt,
    giving_back,
    late,
    payment,
    printing,
    reporting,
    signing,
    steps,
)
from core.services.till import Till
from core.tender import Tender
from core.totals import Change, Section
from db import journal_rows, unit_of_work
from db.unit_of_work import SqliteUnitOfWork
from devices.terminals.westpay_epas import session
from devices.terminals.westpay_epas import terminal as epas
from devices.terminals.westpay_epas.verdicts import Asked
from tests.world.fold import vat_in
from tests.world.planted_papers import PAPER_PLANTS, Plant

_number_receipt = signing.number_receipt
_decide_paper = printing.decide_paper
_tally = reporting._tally
_tender_row = unit_of_work._tender_row
_queue_paper = printing.queue_paper
_note_alone = Till.note_alone


def _pay_before_intent() -> Plant:
    """Asks the terminal first, and writes down when the answer came."""
    ids = count(900_001)

    def pay_card(till: Till, amount_ore: int | None, total_ore: int | None) -> None:
        sale = till.sale
        assert sale is not None
        asked = ev.CardRequested(
            sale.sale_id, len(sale.tenders) + 1, next(ids), amount_ore or sale.remaining_ore, 0,
            False, till.terminal.last_transaction, till.clock.now(),
        )  # fmt: skip
        if sale.state == "open":
            sale = advance(sale, ev.SaleFrozen(sale.sale_id))
        till.sale = advance(sale, asked)
        steps.forward(till, is_fresh=True)

    return ((payment, "pay_card", pay_card),)


def _totals_before_code() -> Plant:
    """Counts a sale when it is numbered."""

    def number_receipt(till: Till) -> ControlRecord:
        record = _number_receipt(till)
        assert till.sale is not None
        with till.store.unit_of_work() as uow:
            sold = Change(Section.SALES, "", 1, till.sale.total_ore)
            uow.add_totals(till.period.no, (sold,))
            uow.commit()
        return record

    return ((steps, "number_receipt", number_receipt),)


def _tip_in_vat() -> Plant:
    """Tells the control unit the VAT of the tip as well."""

    def number_receipt(till: Till) -> ControlRecord:
        assert till.sale is not None
        tip_ore = till.sale.tip_ore

        def record(**fields: Any) -> ControlRecord:
            first, *others = fields.pop("vat")
            extra_ore = vat_in(tip_ore, first.rate_bp)
            taxed = RecordVat(first.rate_bp, first.vat_ore + extra_ore)
            return ControlRecord(vat=(taxed, *others), **fields)

        with planted(((signing, "ControlRecord", record),)):
            return _number_receipt(till)

    return ((steps, "number_receipt", number_receipt),)


def _unmarked_copy() -> Plant:
    """Prints a copy without its mark."""
    marks = {**receipt_layout._MARKS, ReceiptKind.COPY: ""}
    return ((receipt_layout, "_MARKS", marks),)


def _retry_as_new() -> Plant:
    """Takes a lost answer for a failure and charges again."""

    def take_lost(till: Till, service_id: int, text: str) -> None:
        assert till.sale is not None
        till.settle(ev.CardAborted(till.sale.sale_id, service_id, "lost", text))
        payment.pay_card(till, None, None)

    return ((payment, "take_lost", take_lost),)


def _number_from_memory() -> Plant:
    """Counts receipts in the process: numbered sales that were never signed are forgotten."""
    drawn: dict[int, int] = {}
    next_number = SqliteUnitOfWork.next_number

    def from_memory(uow: SqliteUnitOfWork, name: str) -> int:
        if name != "receipt_no":
            return next_number(uow, name)
        process = id(uow._engine)
        if process not in drawn:
            row = uow.connection.exec_driver_sql("SELECT count(*) FROM receipt").one()
            drawn[process] = int(row[0])
        drawn[process] += 1
        return drawn[process]

    return ((SqliteUnitOfWork, "next_number", from_memory),)


def _hash_without_operator() -> Plant:
    """Leaves one field out of the journal's hash."""

    def chain(former: str, seq: int, at: str, kind: str, operator: str, payload: str) -> str:
        return journal.chain_hash(former, seq, at, kind, "", payload)

    return ((journal_rows, "chain_hash", chain),)


def _answer_by_order() -> Plant:
    """Takes the next answer of the right kind, whoever it is for."""

    def is_answer_to(exchange: Any, header: Any, _identity: Any) -> bool:
        return bool(header.category == exchange.category)

    def asked(service_id: int, requested_ore: int, _baseline: str, is_refund: bool) -> Any:
        return Asked(service_id, requested_ore, "", is_refund)

    return ((session, "is_answer_to", is_answer_to), (epas, "Asked", asked))


def _print_before_code() -> Plant:
    """Prints the receipt while the control unit is still asked."""

    def number_receipt(till: Till) -> ControlRecord:
        record = _number_receipt(till)
        assert till.sale is not None
        early = signing.make_receipt(till, till.sale, Signature("A" * 32 + ";" + "A" * 26, "U1"))
        paper = lay_out_receipt(early, till.rules.paper_width, till.rules.words)
        till.effects.append(PrintPaper(0, paper))
        return record

    return ((steps, "number_receipt", number_receipt),)


def _second_original() -> Plant:
    """Prints an unknown paper again before the cashier's answer is heard."""

    def decide_paper(till: Till, paper_id: int, *, was_seen: bool) -> None:
        paper = till.papers[paper_id]
        again = replace(paper, opens_drawer=False)
        till.effects.append(PrintPaper(0, printing.document_of(till, again)))
        _decide_paper(till, paper_id, was_seen=was_seen)

    return ((printing, "decide_paper", decide_paper),)


def _reversed_uncounted() -> Plant:
    """Leaves card payments that were undone off X and Z."""

    def tally(totals: Any, section: Section) -> tuple[int, int]:
        return (0, 0) if section is Section.CARD_REVERSED else _tally(totals, section)

    return ((reporting, "_tally", tally),)


def _without_change() -> Plant:
    """Gives no change: neither on the receipt nor in the journal's receipt."""

    def tender(**fields: Any) -> ReceiptTender:
        return ReceiptTender(**fields | {"change_ore": 0})

    return ((signing, "ReceiptTender", tender),)


def _card_rounded() -> Plant:
    """Rounds what the control unit is told to whole kronor, however it was paid."""

    def record(**fields: Any) -> ControlRecord:
        total_ore = (fields.pop("total_ore") + 50) // 100 * 100
        return ControlRecord(total_ore=total_ore, **fields)

    return ((signing, "ControlRecord", record),)


def _tip_in_the_books() -> Plant:
    """Files one öre of the tip as sale, in the table of payments alone."""

    def tender_row(sale_id: int, tender: Tender) -> tuple[object, ...]:
        row = _tender_row(sale_id, tender)
        if not tender.tip_ore:
            return row
        # The amount is put before the tip in the table, as in _PUT_TENDER.
        return (*row[:4], tender.amount_ore + 1, tender.tip_ore - 1, *row[6:])

    return ((unit_of_work, "_tender_row", tender_row),)


def _drawer_stays_shut() -> Plant:
    """Prints the receipt of a cash sale without opening the drawer."""

    def queue(
        till: Till, uow: Any, kind: str, number: int, content: Any, _opens: bool = False
    ) -> Any:
        return _queue_paper(till, uow, kind, number, content)

    return ((signing, "queue_paper", queue),)


def _drawer_stays_shut_at_return() -> Plant:
    """Journals that the drawer opens for cash that is handed back, and does not open it."""
    return ((giving_back, "KickDrawer", CheckPrinter),)


def _clock_untold() -> Plant:
    """Journals no clock that was set."""
    return ((Till, "watch_clock", lambda _: None),)


def _repeated_once() -> Plant:
    """Explains the first repetition of a record and no further one."""
    told: set[tuple[int, int]] = set()

    def note_alone(till: Till, kind: str, **facts: Any) -> None:
        if kind == "record-repeated":
            key = (id(till.store), int(facts["serial"]))
            if key in told:
                return
            told.add(key)
        _note_alone(till, kind, **facts)

    return ((Till, "note_alone", note_alone),)


def _tries_untold() -> Plant:
    """Explains no tries within the driver."""
    return ((signing, "note_tries", lambda *_: None), (copies, "note_tries", lambda *_: None))


def _late_ignored() -> Plant:
    """Takes an approval that comes after the end of its payment for nothing."""

    def take_late(_till: Till, _result: CardResult, *, is_asked: bool = False) -> bool:
        return False

    return tuple((place, "take_late", take_late) for place in (late, doubt, payment))


PLANTS: Final[dict[str, tuple[Callable[[], Plant], tuple[str, ...]]]] = {
    "pay before intent": (_pay_before_intent, ("I8",)),
    "totals counted before the code": (_totals_before_code, ("I5",)),
    "tip in VAT": (_tip_in_vat, ("I7",)),
    "unmarked copy": (_unmarked_copy, ("I10",)),
    "retry as new": (_retry_as_new, ("I9",)),
    "number from memory": (_number_from_memory, ("I4", "I5", "I16")),
    "hash without one field": (_hash_without_operator, ("I6",)),
    "answer matched by order": (_answer_by_order, ("I1",)),
    "late approval ignored": (_late_ignored, ("I1",)),
    "print before code": (_print_before_code, ("I3",)),
    "second original": (_second_original, ("I10",)),
    "undone cards left off X and Z": (_reversed_uncounted, ("I5",)),
    "no change is given": (_without_change, ("I2",)),
    "card rounded": (_card_rounded, ("I11",)),
    "tip wrong in the books": (_tip_in_the_books, ("I1",)),
    "drawer stays shut": (_drawer_stays_shut, ("I15",)),
    "drawer stays shut when cash is handed back": (_drawer_stays_shut_at_return, ("I14",)),
    "set clock not journalled": (_clock_untold, ("I17",)),
    "one word for all repetitions": (_repeated_once, ("I3",)),
    "tries within the driver untold": (_tries_untold, ("I3",)),
    **PAPER_PLANTS,
}
"""Fault: the variant, and the checks that may name it."""


@contextmanager
def planted(plant: Plant) -> Iterator[None]:
    """Put the variant in place of the product, and take it out again."""
    former = [(where, name, getattr(where, name)) for where, name, _ in plant]
    for where, name, variant in plant:
        setattr(where, name, variant)
    try:
        yield
    finally:
        for where, name, original in former:
            setattr(where, name, original)
