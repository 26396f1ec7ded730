"""A worked shop of its own for each seed, with copies of its whole file from earlier moments."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlcipher3 import dbapi2

from core.card import CardVerdict
from core.services import doubt, giving_back, payment, registration, reporting
from db.witness import read_witness
from tests.fakes import CardPlan, PaperPrinter, a_world
from tests.real_shop import RULES, RealShop, _draw_late, _receive_slips, _sell
from tests.till_life import Life, Scenario

SCRIPT: Final = Scenario("tamper", (), rules=RULES)
BESIDES: Final = 6
"""Acts of one life beside those that each shop needs for rows in every table."""


@dataclass(frozen=True)
class Moment:
    """The shop's file as it was once, and how long the witness was then."""

    data: bytes
    newest_seq: int
    receipt_count: int
    witnessed: int
    """Lines of the witness."""


@dataclass
class WorkedShop:
    """A shop that was worked and closed, and what it was before."""

    shop: RealShop
    moments: list[Moment] = field(default_factory=list)

    def remember(self) -> None:
        """Copy the whole file as it is now."""
        copy = self.shop.folder / "copy.db"
        with closing(dbapi2.connect(str(self.shop.folder / "till.db"))) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        with closing(dbapi2.connect(str(copy))) as connection:
            newest = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0]
            receipts = connection.execute("SELECT count(*) FROM receipt").fetchone()[0]
        lines = read_witness(self.shop.witness)
        self.moments.append(Moment(copy.read_bytes(), newest, receipts, len(lines)))
        copy.unlink()


def a_drawn_shop(folder: Path, dice: Random) -> WorkedShop:
    """Work a shop for two days as the dice say; every table has rows then, and it is closed."""
    world = a_world(printer=PaperPrinter(("given", "lost-before", "given")))
    worked = WorkedShop(RealShop(folder, world).set_up())
    needed: list[Act] = [_cash, _cash, _tip, _doubt, _slips, _x]
    besides = [dice.choice([*needed, _declined, _corrected, _void, _kept, _reversed, _given_back])
               for _each in range(2 * BESIDES)]  # fmt: skip
    for day in (needed[:3] + besides[:BESIDES], needed[3:] + besides[BESIDES:]):
        dice.shuffle(day)
        _live(worked, dice, [*day, _z])
    _live(worked, dice, [_cash, _late])

    def close(life: Life) -> None:
        life.begin()
        life.till.note_witnessed("program-stopped", "stop")

    worked.shop.live(SCRIPT, close)
    return worked


Act = Callable[[Life, Random], None]


def _live(worked: WorkedShop, dice: Random, acts: list[Act]) -> None:
    def work(life: Life) -> None:
        life.begin()
        for act in acts:
            worked.remember()
            act(life, dice)

    worked.shop.live(SCRIPT, work)


def _goods(life: Life, dice: Random) -> None:
    _sell(life, "1" + "".join(dice.choices("1234", k=dice.randrange(4))))


def _customers(life: Life, *plans: CardPlan) -> None:
    terminal: Any = life.world.terminal
    terminal.plans = (CardPlan(),) * len(terminal.sent) + plans


def _cash(life: Life, dice: Random) -> None:
    _goods(life, dice)
    payment.pay_cash(life.till, dice.choice([None, 2_000_00]))
    life.settle()


def _tip(life: Life, dice: Random) -> None:
    _goods(life, dice)
    _customers(life, CardPlan(tip_ore=dice.randrange(1, 50) * 100))
    payment.pay_card(life.till, None, None)
    life.settle()


def _declined(life: Life, dice: Random) -> None:
    _goods(life, dice)
    _customers(life, CardPlan(verdict=CardVerdict.DECLINED))
    payment.pay_card(life.till, None, None)
    life.settle()
    payment.pay_cash(life.till, None)
    life.settle()


def _corrected(life: Life, dice: Random) -> None:
    _sell(life, "14")
    registration.correct_last(life.till)
    _cash(life, dice)


def _void(life: Life, dice: Random) -> None:
    _goods(life, dice)
    registration.void_sale(life.till)


def _held(life: Life, dice: Random) -> None:
    _goods(life, dice)
    _customers(life, CardPlan(tip_ore=5_000_00), CardPlan())
    payment.pay_card(life.till, None, None)
    life.pump()


def _kept(life: Life, dice: Random) -> None:
    _held(life, dice)
    doubt.keep_held(life.till, "Maja")
    life.settle()


def _reversed(life: Life, dice: Random) -> None:
    _held(life, dice)
    doubt.reverse_held(life.till, "Maja")
    life.pump()
    payment.pay_cash(life.till, None)
    life.settle()


def _given_back(life: Life, dice: Random) -> None:
    _goods(life, dice)
    payment.pay_cash(life.till, 20_00)
    life.pump()
    assert life.till.sale is not None
    giving_back.give_back(life.till, life.till.sale.settled[-1].no, "Maja")
    life.pump()
    payment.pay_cash(life.till, None)
    life.settle()


def _doubt(life: Life, dice: Random) -> None:
    _goods(life, dice)
    life.world.terminal.memory = "none"
    _customers(life, CardPlan(answer="lost-after"), CardPlan())
    payment.pay_card(life.till, dice.randrange(10, 90) * 100, None)
    life.pump()
    doubt.decide_doubt(life.till, is_charged=True, total_ore=None, by="Maja")
    payment.pay_cash(life.till, None)
    life.settle()
    life.world.terminal.memory = "service-ids"


def _slips(life: Life, _dice: Random) -> None:
    if not life.till.store.last_receipt_no():
        return
    _receive_slips(life)


def _late(life: Life, dice: Random) -> None:
    _goods(life, dice)
    payment.pay_cash(life.till, 20_00)
    life.settle()
    _draw_late(life)


def _x(life: Life, _dice: Random) -> None:
    reporting.print_x(life.till, reporting.x_report(life.till))
    life.settle()


def _z(life: Life, _dice: Random) -> None:
    reporting.z_report(life.till)
    life.settle()
