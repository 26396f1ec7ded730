"""Lives of a till: the real services between a disk and a world, ended at any seam.

A life boots from the disk, hands effects to the world, takes its facts, and is worked by a cashier
who looks at the screen, the terminal's slip and the printer, and knows nothing else. `violations`
says what is wrong with a disk and a world; an empty list is what every schedule must end with.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core import facts as f
from core.checkout import SaleState
from core.control_record import RecordType
from core.effects import Effect
from core.journal import JournalEntry
from core.late_approval import LateState
from core.sale import Sale
from core.services import (
    copies,
    doubt,
    facts_desk,
    giving_back,
    late,
    payment,
    printing,
    recovery,
    registration,
    reporting,
    signing,
)
from core.services.till import Rules, Till
from core.store_ports import Store
from core.tender import Tender, TenderKind, TenderState
from db.verify import verify_journal
from db.verify_rows import BadRow
from tests.builders import ARTICLES, DEPARTMENTS, some_rules
from tests.fakes import SWITCHED_OFF_S, Disk, FakeStore, Seam, World, a_world, no_seam

STEPS_MAX = 60
"""More acts than any scenario needs; a cashier who needs more is stuck."""
TRIES_MAX = 2
"""How often the cashier asks a refusing control unit again."""


class Stuck(AssertionError):
    """The till waits and shows nobody why."""


@dataclass(frozen=True)
class Pay:
    """One act of paying by the cashier."""

    kind: str = "card"
    amount_ore: int | None = None
    total_ore: int | None = None


@dataclass(frozen=True)
class Scenario:
    """What the cashier means to do, and the world he does it in."""

    name: str
    pays: tuple[Pay, ...]
    world: Callable[[], World] = a_world
    numbers: tuple[str, ...] = ("1", "2", "3")
    rules: Rules = field(default_factory=some_rules)
    may_keep: bool = True
    """What the manager does with a held card; a reversal that is refused twice is kept."""
    till_tip_ore: int = 0
    """Tip typed at the till, part of what the terminal draws without knowing it as a tip."""
    misreads: bool = False
    """The manager says "no payment" whatever the slip shows; the approval comes later, twice."""
    aborts: bool = False
    """The cashier asks the terminal to stop, always too late."""
    gives_back: int = 0
    """After this many paid parts the first customer wants all of them back; 0 = never."""
    sales: int = 1
    takes_z: bool = False

    def disk(self) -> Disk:
        """Give the disk of a register that was set up and never sold."""
        disk = Disk()
        clock = self.world().clock
        with FakeStore(disk).unit_of_work() as uow:
            period = uow.open_period(clock.now(), self.rules.opening_float_ore)
            note = f'{{"opening_float_ore":{period.opening_float_ore},"period_no":{period.no}}}'
            uow.append_journal(clock.now(), "period-opened", self.rules.operator, note)
            uow.commit()
        return disk


class Life:
    """One run of the program, from boot to crash or to the end of the cashier's work."""

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        store: Store,
        write_witness: Callable[[JournalEntry, str, int], None],
        seam: Seam = no_seam,
    ) -> None:
        self.scenario = scenario
        self.world = world
        self.seam = seam
        self._tries = 0
        self._reversals = 0
        self._polls = 0
        world.clock.seconds += SWITCHED_OFF_S
        period = store.period()
        assert period is not None, "the register was not set up"
        self.till = Till(store, world.clock, scenario.rules, period, write_witness)

    def begin(self) -> None:
        """Recover, and hear from the devices for the first time."""
        recovery.start(self.till)
        self.pump()
        self._take(self.world.unit.poll())
        self._take(f.PrinterConditionChanged(f.PrinterCondition.READY))
        self.pump()

    def run(self) -> None:
        """Recover, then work until nothing is left to do."""
        self.begin()
        for _ in range(STEPS_MAX):
            if not self._act():
                return
            self.pump()
        raise Stuck(f"{self.till.state} {self.till.attention}")

    def deliver(self, effect: Effect) -> None:
        """Hand one effect to the world and take what comes back."""
        name = type(effect).__name__
        self.seam(f"before {name}")
        facts = self.world.do(effect)
        self.seam(f"after {name}")
        for fact in facts:
            self._take(fact)

    def pump(self) -> None:
        """Hand effects to the world until none is left."""
        waiting: deque[Effect] = deque()
        while True:
            waiting.extend(self.till.take_effects())
            if not waiting:
                return
            self.deliver(waiting.popleft())

    def settle(self) -> None:
        """Let everything in flight end, and tell the till whether an unknown paper came out."""
        self.pump()
        printing.ask_about_papers(self.till)
        while self.till.attention is not None and self.till.attention.code == "paper-unknown":
            assert self._act()
            self.pump()
            printing.ask_about_papers(self.till)

    def _take(self, fact: f.Fact) -> None:
        facts_desk.take_fact(self.till, fact)
        self.seam(f"took {type(fact).__name__}")

    def _act(self) -> bool:
        """Do the cashier's next act; False when there is none."""
        till = self.till
        if self.scenario.misreads and self._hear_late():
            return True
        late.ask_about_lates(till)
        attention = till.attention
        code = attention.code if attention else ""
        if attention is not None and code == "paper-unknown":
            paper_id = int(dict(attention.facts)["paper_id"])
            printing.decide_paper(till, paper_id, was_seen=self.world.printer.shows(paper_id))
            copies.go_on(till)
            return True
        if till.numbered_copy is not None and not till.is_copy_out:
            return self._wait_for_the_copy()
        if code == "card-doubt":
            self._read_the_slip()
            return True
        if attention is not None and code == late.LATE_CODE:
            return self._answer_for_late(dict(attention.facts))
        state = till.state
        if state is SaleState.HELD:
            self._decide_held()
            return True
        if state is SaleState.SIGNING:
            return self._ask_the_unit_again()
        if state is SaleState.TENDERING:
            self._pay()
            return True
        if state is SaleState.OPEN or state is None:
            return self._sell()
        raise Stuck(f"{state} {attention}")

    def _wait_for_the_copy(self) -> bool:
        """Let the unit be polled; nothing is paid while a copy waits for it."""
        self._polls += 1
        if self._polls > TRIES_MAX:
            return False
        self._take(self.world.unit.poll())
        return True

    def _read_the_slip(self) -> None:
        """Decide an unclear card by what the terminal itself shows."""
        tender = self._tender()
        charge = self.world.terminal.slip_shows(tender.service_id)
        if self.scenario.misreads:
            charge = None
        doubt.decide_doubt(
            self.till,
            is_charged=charge is not None,
            total_ore=charge.authorized_ore if charge else None,
            by="Maja",
        )

    def _hear_late(self) -> bool:
        """Let the terminal tell what the till holds to be unpaid; False when there is nothing."""
        store, terminal = self.till.store, self.world.terminal
        for charge in terminal.ledger:
            sale = store.sale_of_service(charge.service_id)
            tender = sale.tender_of_service(charge.service_id) if sale else None
            is_unpaid = tender is not None and tender.state is TenderState.NEVER_CHARGED
            if is_unpaid and store.late_approval(charge.service_id) is None:
                for _ in range(2):
                    self._take(f.CardAnswered(terminal.result_of(charge)))
                return True
        return False

    def _answer_for_late(self, facts: dict[str, str | int]) -> bool:
        """Reverse it, or after a reversal that did not work answer that it was done by hand."""
        service_id = int(facts["late_service_id"])
        if facts["may_reverse"] and not facts["reversal_service_id"]:
            late.reverse_late(self.till, service_id, "Maja")
        else:
            late.settle_by_hand(self.till, service_id, "Maja")
        return True

    def _decide_held(self) -> None:
        tender = self._tender()
        if tender.reversal_service_id and not self.world.terminal.charged(tender.service_id):
            doubt.decide_reversal(self.till, is_reversed=True, by="Maja")
        elif self.scenario.may_keep or self._reversals >= TRIES_MAX:
            doubt.keep_held(self.till, "Maja")
        else:
            self._reversals += 1
            doubt.reverse_held(self.till, "Maja")

    def _ask_the_unit_again(self) -> bool:
        if not self.till.unit.is_waiting_for_person:
            raise Stuck(f"signing without a person asked: {self.till.attention}")
        self._tries += 1
        if self._tries > TRIES_MAX:
            return False
        signing.try_signing_again(self.till)
        return True

    def _sell(self) -> bool:
        till, scenario = self.till, self.scenario
        closed = till.store.last_receipt_no()
        if till.sale is None and closed >= scenario.sales:
            if not scenario.takes_z or till.store.z_report(None) is not None:
                return False
            reporting.z_report(till)
            return True
        numbers = scenario.numbers if closed == 0 else scenario.numbers[:1]
        seen = len(till.sale.standing) if till.sale else 0
        if seen < len(numbers):
            registration.add_code(till, numbers[seen], None, None)
        else:
            self._pay()
        return True

    def _pay(self) -> None:
        till = self.till
        assert till.sale is not None
        is_first = till.store.last_receipt_no() == 0
        if is_first and self._give_back(till.sale):
            return
        pays = self.scenario.pays if is_first else (Pay("cash"),)
        was_reversed = any(one.state is TenderState.REVERSED for one in till.sale.tenders)
        index = len(till.sale.settled)
        pay = Pay("cash") if was_reversed or index >= len(pays) else pays[index]
        if pay.kind == "cash":
            payment.pay_cash(till, pay.amount_ore)
        else:
            payment.pay_card(till, pay.amount_ore, pay.total_ore)
            if self.scenario.aborts:
                facts_desk.abort_card(till)

    def _give_back(self, sale: Sale) -> bool:
        """Give the last paid part back if the customer wants it; a refused reversal ends that."""
        last = sale.last_settled
        has_begun = any(one.state is TenderState.REVERSED for one in sale.tenders)
        wants_back = has_begun or len(sale.settled) == self.scenario.gives_back
        if last is None or not self.scenario.gives_back or not wants_back:
            return False
        if last.kind is TenderKind.CARD:
            # A card that a person found drawn has no transaction the terminal could undo.
            if self._reversals >= TRIES_MAX or not last.poi_transaction:
                return False
            self._reversals += 1
        giving_back.give_back(self.till, last.no, "Maja")
        return True

    def _tender(self) -> Tender:
        assert self.till.sale is not None
        tender = self.till.sale.current_tender
        assert tender is not None
        return tender


def boot(scenario: Scenario, disk: Disk, world: World, seam: Seam = no_seam) -> Life:
    """Begin a life on a disk in memory."""
    store = FakeStore(disk, ARTICLES, DEPARTMENTS, seam)

    def write_witness(entry: JournalEntry, kind: str, number: int) -> None:
        seam("before witness")
        disk.witness.append((entry.seq, entry.hash, kind, number))
        seam("after witness")

    return Life(scenario, world, store, write_witness, seam)


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
