"""One run of the till's program in the world: store, services, workers and drivers, no thread.

Effects lie in one queue per device, facts in one inbox, as between the real threads; which goes
next is thrown. While a worker waits for its device, the till and the cashier go on (`turn`).
"""

from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path

from core import effects as e
from core import facts as f
from core.errors import RuleError, StoreError
from core.payload import canonical
from core.services import facts_desk, late, printing, recovery
from core.services.till import Rules, Till
from devices.worker import PrinterWorker, TerminalWorker, UnitWorker
from tests.world.clock import WorldClock
from tests.world.disk import Fate, WorldWitness, open_disk
from tests.world.driver import WorldDriver
from tests.world.kinds import Chance
from tests.world.printer import Printer, WorldPrinter
from tests.world.terminal import Terminal
from tests.world.unit import Unit, make_driver

WITNESS = "witness.log"
SERVICE_ID_BLOCK = 10_000
JUMP_MAX_MS = 60_000
"""A clock that moved further is journalled (docs/reliability.md, promise 6)."""
TURNS_MAX = 3_000
"""More turns than one step needs; a till that needs more is stuck (I16)."""


class Stuck(AssertionError):
    """The till goes round and nobody is asked."""


class Devices:
    """What stands around the till all day."""

    def __init__(
        self, clock: WorldClock, chance: Chance, terminal: Terminal, unit: Unit, printer: Printer
    ) -> None:
        self.clock = clock
        self.chance = chance
        self.terminal = terminal
        self.unit = unit
        self.printer = printer


class _TerminalWorker(TerminalWorker):
    process: "Process"

    def wait(self, seconds: float) -> None:
        """Let the world go on."""
        self.process.turn()
        self.process.devices.clock.sleep(seconds)
        self.process.turn()

    def wait_for_job(self, seconds: float) -> None:
        """Let the world go on."""
        self.wait(seconds)

    @property
    def has_job(self) -> bool:
        """Say whether a newer job waits."""
        return bool(self.process.terminal_jobs)


class _UnitWorker(UnitWorker):
    process: "Process"

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.process.devices.clock.sleep(seconds)


class Process:
    """From start to death. `cashier` is called while a device is waited for."""

    def __init__(self, folder: Path, devices: Devices, rules: Rules, fate: Fate) -> None:
        """Open the shop, as the composition root does. Raises StoreError, Died."""
        self.devices = devices
        self.chance = devices.chance
        self.fate = fate
        self.cashier: Callable[[], None] = lambda: None
        self.check: Callable[[], None] = lambda: None
        self.heard: Callable[[f.Fact], None] = lambda _fact: None
        """Called with what a device said, once the till has taken it."""
        self.inbox: deque[f.Fact] = deque()
        self.terminal_jobs: deque[e.Effect] = deque()
        self.unit_jobs: deque[e.Effect] = deque()
        self.printer_jobs: deque[e.Effect] = deque()
        self.turns = 0
        self.jumps: list[int] = []
        """Clocks that were set while we ran, in seconds, as the journal must tell of them."""
        self.is_jump_unsure = False
        """The end came while the newest of them was written down."""
        self._seen_ms: int | None = None
        self._is_terminal_busy = False
        now = devices.clock.now()
        self.store = open_disk(folder, now, self.chance, fate, self._committed)
        self._witness: WorldWitness | None = None
        try:
            self._begin(folder, rules)
        except BaseException:
            self.close()
            raise

    def _begin(self, folder: Path, rules: Rules) -> None:
        """Look at the witness, and draw numbers for the terminal. Raises StoreError, Died."""
        clock = self.devices.clock
        self.store.check_witness(folder / WITNESS)
        self._witness = WorldWitness(folder / WITNESS)
        self._witness.fate = self.fate
        period = self.store.period()
        assert period is not None
        with self.store.unit_of_work() as uow:
            first = uow.reserve_numbers("service_id", SERVICE_ID_BLOCK)
            block = {"series": "service_id", "first": first, "count": SERVICE_ID_BLOCK}
            note = canonical(block)
            uow.append_journal(clock.now(), "numbers-reserved", rules.operator, note)
            uow.commit()
        self.till = Till(self.store, clock, rules, period, self._witness.write)
        self._make_workers(first)

    def _make_workers(self, first_service_id: int) -> None:
        devices, report = self.devices, self.inbox.append
        seams = (lambda: self.fate.seam("death-before-effect"), self.turn)
        self.driver = WorldDriver(
            devices.terminal, devices.clock, report, count(first_service_id), seams
        )
        self._terminal = _TerminalWorker(lambda: self.driver, report)
        self._unit = _UnitWorker(lambda: make_driver(devices.unit), report)
        self._printer = PrinterWorker(lambda: WorldPrinter(devices.printer, self.chance), report)
        self._terminal.process = self._unit.process = self
        for worker in (self._terminal, self._unit, self._printer):
            worker.open_device()

    def start(self) -> None:
        """Recover, and hear from the devices for the first time."""
        self.fate.is_recovering = True
        recovery.start(self.till)
        self._hand_out()
        self.tend()
        self.fate.is_recovering = False

    def tend(self) -> None:
        """Let each device be looked after, as its worker does when it has nothing to do."""
        self._unit.tend()
        self._printer.tend()
        if not self._is_terminal_busy:
            self._is_terminal_busy = True
            self._terminal.tend()
            self._is_terminal_busy = False
        self.take_facts()

    def command(self, act: Callable[[Till], object]) -> bool:
        """Carry out one act of the cashier; False when it is refused. Raises StoreError, Died."""
        till = self.till
        self._watch_clock()
        till.terminal.last_transaction = self.driver.last_transaction_id()
        try:
            act(till)
        except StoreError:
            raise
        except RuleError:
            is_done = False
        else:
            is_done = True
        self._hand_out()
        self.check()
        return is_done

    def _watch_clock(self) -> None:
        """Let the till look at its clock; what it must journal is known beside it."""
        set_ms = self.devices.clock.set_ms
        moved_ms = 0 if self._seen_ms is None else set_ms - self._seen_ms
        if abs(moved_ms) > JUMP_MAX_MS:
            self.jumps.append(moved_ms // 1000)
        self.is_jump_unsure = abs(moved_ms) > JUMP_MAX_MS
        self.till.watch_clock()
        self.is_jump_unsure = False
        self._seen_ms = set_ms

    @property
    def kicks_waiting(self) -> int:
        """How many openings of the drawer are ordered and not done."""
        jobs = (*self.printer_jobs, *self.till.effects)
        return sum(isinstance(job, e.KickDrawer) for job in jobs)

    def take_facts(self) -> None:
        """Let the till thread take what the devices said. Raises StoreError, Died."""
        self.driver.read()
        while self.inbox:
            fact = self.inbox.popleft()
            self.fate.seam("death-after-effect")
            facts_desk.take_fact(self.till, fact)
            self.heard(fact)
            self._hand_out()
            self.check()

    def turn(self) -> None:
        """What goes on while the terminal is waited for: the till, the cashier, other devices."""
        self.turns += 1
        if self.turns > TURNS_MAX:
            raise Stuck(f"{self.till.state} {self.till.attention}")
        self.take_facts()
        self.work_beside()
        self.cashier()

    def work(self) -> bool:
        """Do one job of one device, or one of the till's facts; False when there is nothing."""
        self.take_facts()
        if self.work_beside():
            return True
        if self.terminal_jobs and not self._is_terminal_busy:
            self._is_terminal_busy = True
            self._terminal.do(self.terminal_jobs.popleft())
            self._is_terminal_busy = False
            self.take_facts()
            return True
        return False

    def work_beside(self) -> bool:
        """Do one job of control unit or printer; False when there is none."""
        queues = [jobs for jobs in (self.unit_jobs, self.printer_jobs) if jobs]
        if not queues:
            return False
        jobs = queues[0] if len(queues) == 1 else self.chance.dice.choice(queues)
        worker = self._unit if jobs is self.unit_jobs else self._printer
        job = jobs[0]
        self.fate.seam("death-before-effect")
        jobs.popleft()
        if isinstance(job, e.RegisterReceipt):
            self.devices.unit.begin_job(job.record.serial)
        worker.do(job)
        self.take_facts()
        return True

    def close(self) -> None:
        """The process is gone: its files are closed, its links end."""
        self.devices.terminal.cut_power_of_till()
        self.devices.printer.cut_link()
        if self._witness is not None:
            self._witness.close()
        self.store.close()

    def _committed(self) -> None:
        """Called after each commit that the till lived to see."""

    def _hand_out(self) -> None:
        late.ask_about_lates(self.till)
        printing.ask_about_papers(self.till)
        for effect in self.till.take_effects():
            match effect:
                case e.AbortCard():
                    self.driver.abort(effect.service_id)
                case e.AnswerPrompt():
                    self.driver.answer(effect.answer)
                case e.RegisterReceipt() | e.PollUnit():
                    self.unit_jobs.append(effect)
                case e.PrintPaper() | e.KickDrawer() | e.CheckPrinter():
                    self.printer_jobs.append(effect)
                case e.AskLastTransaction():
                    self._terminal.learn_last()
                case _:
                    self.terminal_jobs.append(effect)
