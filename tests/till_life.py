"""Lives of a till: the real services between a disk and a world, ended at any seam.

A life boots from the disk, hands effects to the world, takes its facts, and is worked by a cashier
who looks at the screen, the terminal's slip and the printer, and knows nothing else.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from core import facts as f
from core.checkout import SaleState
from core.effects import Effect
from core.journal import JournalEntry
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
from tests.builders import ARTICLES, DEPARTMENTS, some_rules
from tests.fake_store import Disk, FakeStore, Seam, no_seam
from tests.fakes import SWITCHED_OFF_S, World, a_world

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
