"""The one permitted copy of a receipt whose paper never came out (house.md 4, sweden R19-R23).

Wanted with the cashier's answer in one commit; numbered in a commit of its own before the control
unit is told; signed, counted and its paper queued in one commit, and witnessed before it prints. A
restart sends the identical record again. No sale may be paid while a numbered copy waits, and no
copy is numbered while a sale lies between card and code, so that serials reach the unit in order.
"""

from dataclasses import replace

from core.checkout import BETWEEN_CARD_AND_CODE
from core.control_record import ControlRecord, RecordType, RecordVat
from core.effects import RegisterReceipt
from core.facts import RecordSigned, SigningFailed
from core.payload import canonical, restore
from core.receipt import Receipt, ReceiptKind
from core.receipt_copy import CopyState, ReceiptCopy
from core.services.printing import queue_paper, start_next_paper
from core.services.signing import note_tries
from core.services.till import Till
from core.totals import Change, Section


def take_up(till: Till) -> None:
    """At start: find the copies that are not done."""
    till.copies = {copy.receipt_no: copy for copy in till.store.open_copies()}


def go_on(till: Till) -> None:
    """Number the oldest wanted copy, or send a numbered one again, when the unit is ready."""
    if not till.copies or till.is_copy_out or till.is_closing or not till.unit.is_ready:
        return
    copy = till.numbered_copy
    if copy is not None:
        till.note_alone("record-repeated", serial=copy.serial, receipt_no=copy.receipt_no)
    elif till.state in BETWEEN_CARD_AND_CODE:
        return
    else:
        copy = _number(till, till.copies[min(till.copies)])
    till.is_copy_out = True
    till.effects.append(RegisterReceipt(restore(ControlRecord, copy.record)))


def take_signature(till: Till, fact: RecordSigned) -> bool:
    """Take the unit's answer if it is about a copy: count it and print it. False when it is not."""
    copy = till.numbered_copy
    if copy is None or copy.serial != fact.serial:
        return False
    till.is_copy_out = False
    code = fact.signature.control_code
    if code and till.store.is_code_known(code):
        text = "outcome-unknown code=code-repeated"
        return take_failure(
            till, SigningFailed(fact.serial, fact.receipt_no, text, False, is_answered=True)
        )
    original = restore(Receipt, copy.original)
    signed = replace(
        copy,
        state=CopyState.SIGNED,
        control_code=fact.signature.control_code,
        unit_id=fact.signature.unit_id,
    )
    receipt = replace(
        original,
        kind=ReceiptKind.COPY,
        at=restore(ControlRecord, copy.record).at,
        original_at=original.at,
        copy_no=copy.copy_no,
        control_code=signed.control_code,
        control_unit_id=signed.unit_id,
    )
    with till.store.unit_of_work() as uow:
        note_tries(till, uow, fact)
        uow.put_copy(signed)
        uow.add_totals(till.period.no, (Change(Section.COPIES, "", 1, original.total_ore),))
        till.note(
            uow,
            "copy-signed",
            receipt_no=copy.receipt_no,
            copy_no=copy.copy_no,
            serial=copy.serial,
            control_code=signed.control_code,
            unit_id=signed.unit_id,
            total_ore=original.total_ore,
        )
        _paper, head = queue_paper(till, uow, "copy", copy.receipt_no, receipt)
        uow.commit()
    till.witness(head, "copy", copy.copy_no)
    till.copies.pop(copy.receipt_no)
    start_next_paper(till)
    go_on(till)
    return True


def take_failure(till: Till, fact: SigningFailed) -> bool:
    """Take a failed registration if it is a copy's: it waits, or the unit's no is final."""
    copy = till.numbered_copy
    if copy is None or copy.serial != fact.serial:
        return False
    till.is_copy_out = False
    with till.store.unit_of_work() as uow:
        what = {"serial": copy.serial, "receipt_no": copy.receipt_no}
        till.note(uow, "signing-failed", **what, text=fact.text)
        if fact.is_final:
            uow.put_copy(replace(copy, state=CopyState.REFUSED))
            till.note(uow, "copy-refused", **what, copy_no=copy.copy_no)
        uow.commit()
    if fact.is_final:
        till.copies.pop(copy.receipt_no)
    return True


def _number(till: Till, copy: ReceiptCopy) -> ReceiptCopy:
    """Draw the copy's numbers and freeze what the unit will be told; durable on return."""
    receipt = restore(Receipt, copy.original)
    with till.store.unit_of_work() as uow:
        record = ControlRecord(
            serial=uow.next_number("serial"),
            at=till.clock.now(),
            receipt_no=copy.receipt_no,
            register_id=till.rules.shop.register_id,
            org_no=till.rules.shop.org_no.replace("-", ""),
            total_ore=receipt.to_pay_ore,
            negative_total_ore=0,
            vat=tuple(RecordVat(row.rate_bp, row.vat_ore) for row in receipt.vat),
            type=RecordType.COPY,
        )
        numbered = replace(
            copy,
            state=CopyState.NUMBERED,
            copy_no=uow.next_number("copy_no"),
            serial=record.serial,
            record=canonical(record),
        )
        uow.put_copy(numbered)
        till.note(
            uow,
            "copy-numbered",
            receipt_no=copy.receipt_no,
            copy_no=numbered.copy_no,
            serial=numbered.serial,
            record=record,
        )
        uow.commit()
    till.copies[copy.receipt_no] = numbered
    return numbered
