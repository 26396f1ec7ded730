"""From paid to closed: number, control code, receipt, totals, witness, paper.

The number, the serial and the content are fixed in one commit before the control unit is told; a
retry is the identical record. The code, the receipt, its journal row, the running totals and the
paper job become durable together, and only then does the paper print (house.md 3, D3-D5).
"""

from core import events as ev
from core.checkout import SaleState
from core.control_record import ControlRecord, RecordVat, Signature
from core.effects import PollUnit, RegisterReceipt
from core.errors import SaleNotOpen
from core.facts import RecordSigned, SigningFailed, UnitPolled, UnitSilent
from core.payload import canonical, restore
from core.receipt import Receipt, ReceiptKind, ReceiptLine, ReceiptTender
from core.sale import Sale
from core.services.printing import queue_paper, start_next_paper
from core.services.till import Attention, Till
from core.store_ports import UnitOfWork
from core.tender import Tender, TenderKind
from core.totals import changes_of


def number_receipt(till: Till) -> ControlRecord:
    """Draw number and serial and freeze what the unit will be told; durable on return (D3)."""
    sale = till.sale
    assert sale is not None
    with till.store.unit_of_work() as uow:
        record = ControlRecord(
            serial=uow.next_number("serial"),
            at=till.clock.now(),
            receipt_no=uow.next_number("receipt_no"),
            register_id=till.rules.shop.register_id,
            org_no=till.rules.shop.org_no.replace("-", ""),
            total_ore=sale.total_ore + sale.rounding_ore,
            negative_total_ore=0,
            vat=tuple(RecordVat(row.rate_bp, row.vat_ore) for row in sale.vat),
        )
        uow.put_record(sale.sale_id, canonical(record))
        after = till.record(uow, sale, (ev.ReceiptNumbered(sale.sale_id, record),))
        uow.commit()
    till.sale = after
    till.unit.tries = 0
    till.unit.is_registering = True
    till.unit.is_waiting_for_person = False
    return record


def register_again(till: Till) -> None:
    """Hand the identical record out again, unless it is out already (sweden R50).

    Journalled first: it explains a code that the unit may have made besides (reliability F35).
    """
    if till.sale is None or till.unit.is_registering:
        return
    record = restore(ControlRecord, till.store.control_record(till.sale.sale_id))
    till.note_alone("record-repeated", serial=record.serial, receipt_no=record.receipt_no)
    till.unit.is_registering = True
    till.unit.is_waiting_for_person = False
    till.effects.append(RegisterReceipt(record))


def take_signature(till: Till, fact: RecordSigned) -> None:
    """Take the control code: close, count, witness, print (D4). A foreign one moves nothing."""
    sale = till.sale
    is_ours = sale is not None and (sale.receipt_no, sale.serial) == (fact.receipt_no, fact.serial)
    if sale is None or not is_ours or till.state is not SaleState.SIGNING:
        till.note_alone("answer-ignored", serial=fact.serial, receipt_no=fact.receipt_no)
        return
    till.unit.is_registering = False
    if till.store.is_code_known(fact.signature.control_code):
        _refuse_code(till, fact)
        return
    event = _signed(till, sale, fact.signature)
    with till.store.unit_of_work() as uow:
        note_tries(till, uow, fact)
        after = till.record(uow, sale, (event,))
        uow.put_receipt(event, till.period.no)
        uow.add_totals(till.period.no, changes_of(event))
        has_cash = till.rules.has_drawer and any(
            tender.kind == TenderKind.CASH for tender in event.receipt.tenders
        )
        _paper, head = queue_paper(till, uow, "receipt", sale.receipt_no, event.receipt, has_cash)
        uow.commit()
    assert after.state is SaleState.CLOSED
    till.witness(head, "receipt", sale.receipt_no)
    _closed(till, event.receipt)


def note_tries(till: Till, uow: UnitOfWork, fact: RecordSigned) -> None:
    """Explain the codes that the unit may have made for tries that nobody heard the answer of."""
    if fact.signature.try_count > 1:
        till.note(uow, "record-repeated", serial=fact.serial, receipt_no=fact.receipt_no)


def take_signing_failure(till: Till, fact: SigningFailed) -> None:
    """The unit gave no code: the paid sale waits, visibly (sweden R44, reliability F30)."""
    sale = till.sale
    if sale is None or sale.serial != fact.serial or till.state is not SaleState.SIGNING:
        return
    till.unit.is_registering = False
    till.unit.tries += 1
    till.note_alone(
        "signing-failed", serial=fact.serial, receipt_no=fact.receipt_no, text=fact.text
    )
    is_final = fact.is_final or till.unit.tries >= till.rules.signing_tries_max
    till.unit.is_waiting_for_person = is_final
    no_code = "unit-refused" if fact.is_final else "unit-silent"
    _tell_no_code(till, sale, "unit-unclear" if fact.is_answered else no_code, fact.text)
    if not is_final:
        till.effects.append(PollUnit())


def try_signing_again(till: Till) -> None:
    """A person asks for another try of the identical record."""
    if till.state is not SaleState.SIGNING:
        raise SaleNotOpen(state=str(till.state))
    till.unit.tries = 0
    register_again(till)


def take_poll(till: Till, fact: UnitPolled) -> None:
    """Take the unit's answer to a poll; a waiting receipt is registered again."""
    unit = till.unit
    if unit.is_ready is False and fact.status.is_ready:
        till.note_alone("unit-ready", unit_id=fact.status.unit_id)
    unit.is_ready = fact.status.is_ready
    unit.unit_id = fact.status.unit_id
    unit.text = fact.status.text
    unit.error = "" if fact.status.is_ready else "unit-not-ready"
    is_waiting = till.state is SaleState.SIGNING and not unit.is_waiting_for_person
    if fact.status.is_ready and is_waiting:
        register_again(till)


def take_silence(till: Till, fact: UnitSilent) -> None:
    """The unit did not answer a poll: no new sale, no payment (SKVFS 2014:9 4 kap. 9 §)."""
    if till.unit.is_ready is not False:
        till.note_alone("unit-silent", text=fact.text)
    till.unit.is_ready = False
    till.unit.text = fact.text
    till.unit.error = fact.code
    if till.state is SaleState.SIGNING and not till.unit.is_registering:
        assert till.sale is not None
        _tell_no_code(till, till.sale, "unit-silent", fact.text)


def _tell_no_code(till: Till, sale: Sale, code: str, text: str) -> None:
    """Say why a paid sale has no code yet, and whether a person must ask for the next try."""
    facts = (
        ("receipt_no", sale.receipt_no),
        ("text", text),
        ("waits_for_person", int(till.unit.is_waiting_for_person)),
    )
    till.attention = Attention(code, facts)


def make_receipt(till: Till, sale: Sale, signature: Signature) -> Receipt:
    """Make the receipt of a sale in `signing` from the frozen record and the unit's answer."""
    record = restore(ControlRecord, till.store.control_record(sale.sale_id))
    return Receipt(
        kind=ReceiptKind.SALE,
        shop=till.rules.shop,
        receipt_no=sale.receipt_no,
        at=record.at,
        operator=sale.operator,
        lines=tuple(
            ReceiptLine(
                line.name,
                line.quantity_milli,
                line.unit,
                line.unit_price_ore,
                line.amount_ore,
                line.rate_bp,
                line.is_service,
            )
            for line in sale.standing
        ),
        total_ore=sale.total_ore,
        rounding_ore=sale.rounding_ore,
        vat=sale.vat,
        tenders=tuple(_receipt_tender(till, tender) for tender in sale.settled),
        control_unit_id=signature.unit_id,
        control_code=signature.control_code,
        is_demo=till.rules.is_demo,
    )


def _receipt_tender(till: Till, tender: Tender) -> ReceiptTender:
    card = None
    if tender.kind is TenderKind.CARD:
        slips = till.store.slips_of(tender.service_id, tender.poi_transaction)
        ours = [slip for slip in slips if slip.status == "approved" and slip.kind == "purchase"]
        card = ours[0] if ours else None
    return ReceiptTender(
        kind=str(tender.kind),
        amount_ore=tender.amount_ore,
        tip_ore=tender.tip_ore,
        given_ore=tender.given_ore,
        change_ore=tender.change_ore,
        card=card,
    )


def _signed(till: Till, sale: Sale, signature: Signature) -> ev.ReceiptSigned:
    corrections = [line for line in sale.lines if line.corrects]
    return ev.ReceiptSigned(
        sale_id=sale.sale_id,
        receipt=make_receipt(till, sale, signature),
        lines=sale.standing,
        tip_operators=tuple(
            (str(tender.kind), tender.operator, tender.tip_ore)
            for tender in sale.settled
            if tender.tip_ore
        ),
        correction_count=len(corrections),
        correction_ore=-sum(line.amount_ore for line in corrections),
        serial=sale.serial,
    )


def _refuse_code(till: Till, fact: RecordSigned) -> None:
    """A code that stands on another receipt is no code for this one (reliability F33)."""
    text = "outcome-unknown code=code-repeated"
    failure = SigningFailed(fact.serial, fact.receipt_no, text, is_final=True, is_answered=True)
    take_signing_failure(till, failure)


def _closed(till: Till, receipt: Receipt) -> None:
    """Make the till ready for the next customer, and let the paper print beside it."""
    till.sale = None
    till.last_receipt = receipt
    till.last_paper = None
    till.last_tender_error = None
    till.attention = None
    till.unit.tries = 0
    start_next_paper(till)
