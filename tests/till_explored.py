"""Every way a scenario can end, and what is wrong with its disk and world.

`violations` gives nothing at the end of every schedule that is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.checkout import SaleState
from core.control_record import RecordType
from core.late_approval import LateState
from core.services.till import Till
from core.tender import TenderKind
from db.verify import verify_journal
from db.verify_rows import BadRow
from tests.fake_store import Disk
from tests.fakes import World
from tests.till_life import Scenario, boot


@dataclass
class Tally:
    """How much was tried."""

    schedules: int = 0
    seams: int = 0
    waiting: int = 0
    """Schedules that end with a paid sale that waits visibly for its code."""


def explore(
    scenario: Scenario,
    crashes: int,
    tally: Tally,
    disk: Disk | None = None,
    world: World | None = None,
) -> Iterator[str]:
    """Run one life, then every life that begins where this one could have ended; give violations.

    Seams between which neither the disk nor the world changed are one crash point.
    """
    disk = scenario.disk() if disk is None else disk
    world = scenario.world() if world is None else world
    points: list[tuple[str, Disk, World]] = []
    seen: list[tuple[object, ...]] = []

    def seam(label: str) -> None:
        tally.seams += 1
        mark = _mark(disk, world)
        if crashes and (not seen or seen[-1] != mark):
            seen.append(mark)
            points.append((label, disk.copy(), world.copy()))

    tally.schedules += 1
    life = boot(scenario, disk, world, seam)
    try:
        life.run()
    except (AssertionError, ArithmeticError) as error:
        yield f"{scenario.name}: {type(error).__name__} {error}"
    else:
        is_waiting = life.till.state is SaleState.SIGNING
        tally.waiting += is_waiting
        for what in violations(disk, world, scenario, life.till):
            yield f"{scenario.name}: {what}"
    for label, disk_then, world_then in points:
        for what in _disk_violations(disk_then):
            yield f"{scenario.name}, dead at {label}: {what}"
        for what in explore(scenario, crashes - 1, tally, disk_then, world_then):
            yield f"{what} (crash at {label})"


def _mark(disk: Disk, world: World) -> tuple[object, ...]:
    """Give what a next life can see of this one."""
    terminal = world.terminal
    return (
        len(disk.journal),
        len(disk.witness),
        len(terminal.sent),
        len(terminal.ledger),
        terminal.reversals,
        terminal.queries,
        len(terminal.plans),
        world.unit.asked,
        world.printer.asked,
        world.printer.kicks,
    )


def violations(disk: Disk, world: World, scenario: Scenario, till: Till) -> list[str]:
    """Say what is wrong with a disk and a world after the cashier's work is done."""
    return [
        *_disk_violations(disk),
        *_card_violations(disk, world, scenario),
        *_unit_violations(disk, world),
        *_paper_violations(disk, world),
        *_end_violations(disk, scenario, till),
    ]


def _disk_violations(disk: Disk) -> Iterator[str]:
    """Check what must hold whenever the plug is pulled."""
    rows = ((e.seq, e.at, e.kind, e.operator, e.payload, e.hash) for e in disk.journal)
    try:
        walk = verify_journal(rows)
    except BadRow as bad:
        yield str(bad.problem)
        return
    counted = {
        no: {(str(section), name): value for (section, name), value in held.items()}
        for no, held in disk.totals.items()
    }
    if counted != walk.totals.totals:
        yield f"running totals {counted} are not the fold {walk.totals.totals}"
    if sorted(disk.receipts) != list(range(1, len(disk.receipts) + 1)):
        yield f"receipt numbers {sorted(disk.receipts)}"
    if walk.receipt_count != len(disk.receipts):
        yield "a receipt without its journal row"
    hashes = {entry.seq: entry.hash for entry in disk.journal}
    for seq, head, _, _ in disk.witness:
        if hashes.get(seq) != head:
            yield f"the witness is ahead of the journal at {seq}"


def _card_violations(disk: Disk, world: World, scenario: Scenario) -> Iterator[str]:
    """Each charge is on one receipt as it was drawn, and each card tender is a charge."""
    terminal = world.terminal
    for service_id in {one for one in terminal.sent if terminal.sent.count(one) > 1}:
        yield f"service id {service_id} was sent twice"
    settled = {
        tender.service_id: tender
        for sale in disk.sales.values()
        for tender in sale.settled
        if tender.kind is TenderKind.CARD
    }
    for charge in terminal.ledger:
        tender = settled.pop(charge.service_id, None)
        if charge.is_reversed:
            if tender is not None:
                yield f"{charge.transaction} was reversed and pays still"
            continue
        known = disk.lates.get(charge.service_id)
        if tender is None and known is not None and known.state is LateState.BY_HAND:
            continue
        if tender is None:
            yield f"{charge.transaction} was charged and pays nothing: {charge}"
            continue
        tip_ore = charge.tip_ore + scenario.till_tip_ore
        if (tender.authorized_ore, tender.tip_ore) != (charge.authorized_ore, tip_ore):
            yield f"tender {tender} is not {charge}"
    for service_id in settled:
        yield f"service id {service_id} pays and was never charged"
    for number, event in disk.receipts.items():
        paid = [(one.amount_ore, one.tip_ore) for one in disk.sales[event.sale_id].settled]
        shown = [(one.amount_ore, one.tip_ore) for one in event.receipt.tenders]
        if paid != shown:
            yield f"receipt {number} shows {shown}, paid was {paid}"
        for one in event.receipt.tenders:
            if one.card is not None and one.card.total_ore != one.charged_ore:
                yield f"receipt {number} shows a card block of another payment"


def _unit_violations(disk: Disk, world: World) -> Iterator[str]:
    """One signature per receipt and copy; a second code is one that the journal explains."""
    records: dict[tuple[int, str], object] = {}
    for record, code in world.unit.ledger:
        if records.setdefault((record.receipt_no, record.type), record) != record:
            yield f"receipt {record.receipt_no} was registered with other content"
        if record.type is RecordType.COPY:
            continue
        holder = disk.receipts.get(record.receipt_no)
        if holder is not None and holder.receipt.control_code != code:
            told = [e for e in disk.journal if e.kind == "record-repeated"]
            if not any(f'"receipt_no":{record.receipt_no},' in e.payload for e in told):
                yield f"code {code} of receipt {record.receipt_no} is an orphan nobody explains"
    codes = [code for _, code in world.unit.ledger]
    for number, event in disk.receipts.items():
        if codes.count(event.receipt.control_code) != 1:
            yield f"receipt {number} carries a code the unit never made"
    if world.unit.repeat != "new" and len(codes) != len(records):
        yield "a receipt was signed twice"


def _paper_violations(disk: Disk, world: World) -> Iterator[str]:
    """One original per receipt, none before its code, and none lost without a word."""
    originals: dict[int, list[int]] = {}
    copied: list[int] = []
    for paper_id, text in world.printer.papers:
        paper = disk.papers.get(paper_id)
        if paper is not None and paper.kind == "copy":
            copied.append(paper.reference)
        if paper is None or paper.kind != "receipt":
            continue
        originals.setdefault(paper.reference, []).append(paper_id)
        event = disk.receipts.get(paper.reference)
        if event is None or event.receipt.control_code[:20] not in text:
            yield f"receipt {paper.reference} was printed without its code"
    kicks = sum(entry.kind == "drawer-kicked" for entry in disk.journal)
    if world.printer.kicks > kicks:
        yield f"the drawer was opened {world.printer.kicks} times and counted {kicks} times"
    if len(copied) != len(set(copied)):
        yield f"a receipt has two copies: {copied}"
    for number in disk.receipts:
        count = len(originals.get(number, ()))
        states = [str(one.state) for one in disk.papers.values() if one.reference == number]
        if copied.count(number) > (count == 0):
            yield f"receipt {number} was copied {copied.count(number)} times beside {count} papers"
        if count > 1:
            yield f"receipt {number} was printed {count} times"
        elif count == 0 and "copied" not in states:
            yield f"receipt {number} was never printed and nobody was told: {states}"


def _end_violations(disk: Disk, scenario: Scenario, till: Till) -> Iterator[str]:
    """Nothing in flight at rest, except a paid sale or a copy that waits for its code."""
    if till.numbered_copy is not None:
        return
    if till.sale is None:
        if len(disk.receipts) != scenario.sales:
            yield f"{len(disk.receipts)} receipts instead of {scenario.sales}"
        if till.attention is not None:
            yield f"a question is left: {till.attention}"
    elif till.lates:
        yield f"late approvals wait: {till.lates}"
    elif till.state is not SaleState.SIGNING or till.attention is None:
        yield f"the sale rests in {till.state} with {till.attention}"
    pending = [one for one in till.papers.values() if str(one.state) != "copied"]
    if pending and till.sale is None:
        yield f"papers wait: {pending}"
