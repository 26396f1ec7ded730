"""The end of a day: everything at rest, and each ledger held against the till's file."""

import json
from collections import Counter
from collections.abc import Iterator

from core.services import reporting
from devices.simulators.terminal_ledger import LedgerEntry, LedgerState
from tests.world.process import Process
from tests.world.watch import Watch

TURNS = 400

_SIGNED = (
    (
        "normal",
        "receipt",
        "SELECT r.receipt_no, s.serial, r.control_code FROM receipt r JOIN sale s USING (sale_id)"
        " WHERE r.receipt_no >= ?",
    ),
    (
        "kopia",
        "the copy of",
        "SELECT receipt_no, serial, control_code FROM receipt_copy WHERE state='signed'"
        " AND receipt_no >= ?",
    ),
)
"""Type at the unit, what the watch calls it, and what the file holds of it."""


def end_of_day(process: Process, watch: Watch) -> None:
    """Take the last Z and say what is wrong."""
    for _ in range(TURNS):
        if not process.work():
            break
    process.command(reporting.z_report)
    for _ in range(TURNS):
        if not process.work():
            break
    watch.step()
    watch.wrong += _cards(process, watch)
    watch.wrong += _codes(process, watch)
    watch.wrong += _papers(process, watch)
    if watch.fold.sums:
        watch.wrong.append("I16 the day's Z was refused")


def _cards(process: Process, watch: Watch) -> Iterator[str]:
    """I1: each approval on one receipt as it was drawn, and each card payment an approval."""
    entries: dict[int, list[LedgerEntry]] = {}
    for entry in process.devices.terminal.ledger.entries():
        is_of_today = int(entry.service_id) in watch.counter.asked
        if entry.state is not LedgerState.DECLINED and is_of_today:
            entries.setdefault(int(entry.service_id), []).append(entry)
    by_hand = {
        row[0] for row in watch.read("SELECT service_id FROM card_late WHERE state='by-hand'")
    }
    books = {
        int(one.entry.service_id): (one.charged_ore, one.part_ore, one.tip_ore)
        for sold in watch.counter.sold.values()
        for one in sold.cards
    }
    paid = {
        row[0]: row[1:]
        for row in watch.read(
            "SELECT t.service_id, t.authorized_ore, t.amount_ore, t.tip_ore"
            " FROM tender t JOIN sale s ON s.sale_id = t.sale_id JOIN receipt r"
            " ON r.sale_id = s.sale_id WHERE t.kind='card' AND t.state='settled'"
            " AND r.receipt_no >= ?",
            watch.first_receipt_no,
        )
    }
    for service_id, drawn in entries.items():
        if len(drawn) > 1:
            yield f"I1 payment {service_id} was drawn {len(drawn)} times"
        entry, known = drawn[0], paid.pop(service_id, None)
        if entry.state is LedgerState.REVERSED:
            if known is not None:
                yield f"I1 {entry.transaction_id} was reversed and pays still"
        elif known is None:
            excused = watch.misread - watch.told_again
            if service_id not in by_hand | excused:
                yield f"I1 {entry.transaction_id} was drawn and is on no receipt: {entry}"
        elif service_id in watch.counter.said:
            yield from _misread_total(watch, service_id, entry.total_ore, known[0])
        elif known[0] != entry.total_ore or known != books.get(service_id):
            yield f"I1 {entry} drawn for {books.get(service_id)}, in the books {known}"
    for service_id in paid:
        yield f"I1 payment {service_id} is on a receipt and was never drawn"


def _misread_total(watch: Watch, service_id: int, drawn_ore: int, booked_ore: int) -> Iterator[str]:
    """I1: booked as the manager said; the rest is a late approval once the terminal told of it."""
    if booked_ore != watch.counter.said[service_id]:
        yield f"I1 payment {service_id} is booked {booked_ore}, said {watch.counter.said}"
    lates = watch.read("SELECT body FROM card_late WHERE service_id=?", service_id)
    late_ore = sum(json.loads(row[0])["authorized_ore"] for row in lates)
    rest_ore = drawn_ore - booked_ore
    # A till that died as it wrote down what it was told has it, and nobody saw that it heard.
    if late_ore != rest_ore and (late_ore or service_id in watch.told_again):
        yield f"I1 payment {service_id} drew {drawn_ore}, booked {booked_ore} and late {late_ore}"


def _codes(process: Process, watch: Watch) -> Iterator[str]:
    """I3: each receipt's code is the unit's for it, each further code is explained."""
    given: dict[str, tuple[str, int]] = {}
    for one in process.devices.unit.ledger:
        if one.control_code in given:
            yield "I3 the unit gave a code twice"
        given[one.control_code] = (one.sent.type, int(one.sent.receipt_no))
    signed = set()
    for kind, words, statement in _SIGNED:
        for number, serial, code in watch.read(statement, watch.first_receipt_no):
            signed.add(serial)
            if given.get(code) != (kind, number):
                yield f"I3 {words} {number} carries a code that the unit did not give it"
    repeated = _rows_by_serial(watch, "record-repeated")
    failed = _rows_by_serial(watch, "signing-failed")
    for serial, jobs in process.devices.unit.tries.items():
        arrived = [count for count in jobs if count]
        # Each time the record was handed out again has a row of its own, and so have the tries
        # within the job that brought the code.
        further = max(0, len(arrived) - 1) + (serial in signed and arrived[-1] > 1)
        if repeated[serial] < further:
            yield f"I3 serial {serial} reached the unit {arrived} times, told {repeated[serial]}"
        if serial not in signed and not failed[serial]:
            yield f"I3 serial {serial} has no code and nobody was told"


def _rows_by_serial(watch: Watch, kind: str) -> Counter[int]:
    return Counter(
        row[0]
        for row in watch.read(
            "SELECT json_extract(payload, '$.serial') FROM journal WHERE kind=? AND seq>?",
            kind,
            watch.first_row,
        )
    )


def _papers(process: Process, watch: Watch) -> Iterator[str]:
    """I10 and I15: no receipt without a paper or a word about it, nothing the printer refused."""
    for number in watch.fold.receipts:
        if watch.originals[number] == 0:
            missing = watch.read(
                "SELECT count(*) FROM journal WHERE kind IN ('paper-missing', 'paper-seen')"
                " AND seq>? AND json_extract(payload, '$.number')=?",
                watch.first_row,
                number,
            )
            if missing == [(0,)]:
                yield f"I10 receipt {number} was never printed and nobody was told"
    if process.devices.printer.errors:
        yield f"I15 the printer refused {process.devices.printer.errors[:3]}"
