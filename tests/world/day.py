"""One seed, one day: sales, tips, faults and restarts, replayable to the byte."""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from core.card_policy import TipMode, TipPolicy
from core.errors import StoreError, StoreFull
from core.receipt import Shop
from core.services.till import Rules
from db.verify import verify_shop
from tests.world.cashier import Cashier
from tests.world.clock import ZONE, WorldClock
from tests.world.disk import Died, Fate
from tests.world.ending import end_of_day
from tests.world.kinds import Chance
from tests.world.printer import WIDTH, Printer
from tests.world.process import WITNESS, Devices, Process, Stuck
from tests.world.shop import FLOAT_ORE
from tests.world.terminal import Terminal
from tests.world.unit import REGISTER_ID, Unit
from tests.world.watch import Watch

SALES_MAX: Final = 40
ACTS_MAX: Final = 2_000
LIVES_MAX: Final = 60
"""More acts and starts than a short day needs; a till that needs more is stuck (I16)."""
_STARTS: Final = (
    datetime(2026, 5, 12, 9, 30, tzinfo=ZONE),
    datetime(2026, 12, 31, 23, 20, tzinfo=ZONE),
    datetime(2026, 2, 28, 23, 40, tzinfo=ZONE),
    datetime(2026, 3, 29, 1, 30, tzinfo=ZONE),
    datetime(2026, 10, 25, 1, 50, tzinfo=ZONE),
)
_SHOP: Final = Shop("Exempelkaféet AB", "556677-8899", ("Storgatan 1",), REGISTER_ID)


@dataclass
class Result:
    """What came of one day."""

    seed: int
    sales: int = 0
    rows: int = 0
    lives: int = 0
    commits: int = 0
    journal: str = ""
    """SHA-256 over all rows of the journal."""
    fired: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def same(text: str) -> str:
    """Translate nothing."""
    return text


class Day:
    """One day in its folder."""

    def __init__(self, seed: int, shop: Path, sales: int = 0) -> None:
        """Prepare; `shop` holds shop.db, `sales` 0 = thrown."""
        self.result = Result(seed)
        self.folder = shop / f"day-{seed}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        shutil.copyfile(shop / "shop.db", self.folder / "till.db")
        self.chance = Chance(seed)
        dice = self.chance.dice
        self.clock = WorldClock(dice.choice(_STARTS))
        mode = dice.choice((TipMode.OFF, TipMode.TERMINAL, TipMode.TERMINAL, TipMode.TILL))
        self.rules = Rules(
            shop=_SHOP, operator="Anna", manager="Maja", tip=TipPolicy(mode), has_terminal=True,
            has_printer=True, paper_width=WIDTH, opening_float_ore=FLOAT_ORE, is_demo=False,
            program="Blipp world 0", words=same,
        )  # fmt: skip
        self.watch = Watch(self.folder, _SHOP)
        self.devices = Devices(
            self.clock,
            self.chance,
            Terminal(self.clock, self.chance, self.watch),
            Unit(self.clock, self.chance, self.watch),
            Printer(self.clock, self.chance, self.watch),
        )
        self.watch.counter.shows = self.devices.terminal.shows
        self.watch.counter.undone = self.devices.terminal.undone
        self.fate = Fate(self.chance)
        self.sales = sales or min(SALES_MAX, 1 + int(dice.expovariate(1 / 4)))
        self.acts_max = ACTS_MAX + 100 * self.sales
        self.lives_max = LIVES_MAX + self.sales
        self.process: Process | None = None
        self.cashier: Cashier | None = None

    def run(self) -> Result:
        """Live the day and check it."""
        try:
            self._live()
            self._end()
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            kind = "I16 stuck" if isinstance(error, Stuck) else "I16 a bug"
            self.watch.wrong.append(f"{kind}: {type(error).__name__} {error}")
            self._close()
        self.result.wrong = self.watch.wrong
        self.result.fired = self.chance.fired
        self.result.sales = len(self.watch.fold.receipts)
        self.result.rows = self.watch.rows
        self.result.journal = self._digest()
        self.watch.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.result

    def _live(self) -> None:
        """Work until the day's sales are sold, through every death."""
        for act in range(self.acts_max):
            if self.watch.wrong:
                return
            try:
                if self.process is None:
                    self._boot()
                elif self._step():
                    return
                self.chance.is_calm = self.chance.is_calm or act > self.acts_max // 2
            except Died:
                self._close()
            except StoreError as error:
                if isinstance(error, StoreFull):
                    self.chance.fire("disk-full")
                self._close()
        raise Stuck(f"after {self.acts_max} acts")

    def _boot(self) -> None:
        """Start the program; the cashier sees what it kept."""
        self.result.lives += 1
        if self.result.lives > self.lives_max:
            raise Stuck(f"{self.lives_max} starts")
        self.clock.sleep(60)
        self.watch.step()
        self.fate.is_recovering = self.result.lives > 1
        process = Process(self.folder, self.devices, self.rules, self.fate)
        self.process = process
        process.check = self.watch.step
        process.heard = self.watch.heard
        if self.cashier is None:
            self.cashier = Cashier(process, self.watch, self.rules, self.sales)
        self.cashier.process = process
        process.start()
        self.cashier.look_after_restart()
        process.cashier = self.cashier.aside

    def _step(self) -> bool:
        """Let one thing happen; True when the day is over."""
        process, cashier, chance = self.process, self.cashier, self.chance
        assert process is not None
        assert cashier is not None
        process.turns = 0
        if chance.says(75) and process.work():
            return False
        if process.terminal_jobs and not chance.says(30):
            process.work()
            return False
        self._happen()
        cashier.act()
        self.watch.step()
        if cashier.is_done:
            if self.chance.is_calm and not process.work():
                return True
            self.chance.is_calm = True
        return False

    def _happen(self) -> None:
        """Let the world around the till do something."""
        chance, process, cashier = self.chance, self.process, self.cashier
        assert process is not None
        assert cashier is not None
        if chance.strikes(8):
            chance.fire("clock-back")
            self.clock.set_wall(-chance.dice.choice((5, 3600, 31_536_000)))
        elif chance.strikes(8):
            chance.fire("clock-forward")
            self.clock.set_wall(chance.dice.choice((90, 3600, 86_400)))
        if chance.strikes(34):
            cashier.let_time_pass()
        if chance.strikes(16):
            process.store.fill()

    def _end(self) -> None:
        """Take the last Z, go through everything once more, and verify."""
        if not self.watch.wrong:
            assert self.process is not None
            self.process.store.empty()
            end_of_day(self.process, self.watch)
        self._close()
        self.watch.step()
        self._verify()

    def _verify(self) -> None:
        """Let `blipp verify` have the last word (I5, I6)."""
        if not self.watch.wrong:
            report = verify_shop(self.folder, self.folder / WITNESS)
            if not report.is_sound:
                self.watch.wrong.append(f"I5 I6 verify: {report.problem}")

    def _close(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            self.watch.life_ended(process)
            self.result.commits += process.store.commits
            process.close()

    def _digest(self) -> str:
        rows = self.watch.read("SELECT * FROM journal ORDER BY seq")
        return sha256(repr(rows).encode()).hexdigest()


def run_day(seed: int, shop: Path, sales: int = 0) -> Result:
    """Run one seed."""
    return Day(seed, shop, sales).run()
