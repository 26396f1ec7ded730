"""What the cashier does in the life that is ended: one script per way through the till."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.frozen import frozen
from core.tender import TenderState
from db.backup import back_up
from db.store import SqliteStore
from tests.whole.harness import Unit, WholeTill
from tui import commands as c
from tui.cli.articles import load
from tui.clock import SystemClock
from tui.compose import DATABASE_NAME, WITNESS_NAME

BACKUP: Final = "copy.db"
Work = Callable[[WholeTill, Path], None]
NEW_ARTICLES: Final = (
    "number;ean;plu;name;price;department;vat;kind;unit;deposit\n"
    + "".join(f"77{at:02};;;Nyhet {at};1{at:02},00;Nyheter;25;goods;st;\n" for at in range(20))
).encode()


@frozen
class Script:
    """One life's work, and the world it happens in."""

    name: str
    work: Work
    plays: str = "tap"
    """What the customers do at the terminal."""
    may_keep: bool = True
    """What the manager answers about a held card after the restart."""
    unit: Unit = "cloud"
    finish: Callable[[Path], None] = lambda _data: None
    """What is done once more after the restart, beside the till."""


def cash(till: WholeTill, _data: Path) -> None:
    """Sell for cash with change."""
    till.sell()
    _pay(till, c.PayCash(300_00))
    _closed(till, 1)


def card(till: WholeTill, _data: Path) -> None:
    """Sell by card; the tip, if any, is the customer's."""
    till.sell()
    _pay(till, c.PayCard())
    _closed(till, 1)


def parts(till: WholeTill, _data: Path) -> None:
    """Take a part in cash, a part by card, another by card, and the rest in cash."""
    till.sell()
    _pay(till, c.PayCash(50_00))
    for _ in range(2):
        _pay(till, c.PayCard(80_00))
        till.wait_state("tendering")
    _pay(till, c.PayCash())
    _closed(till, 1)


def held_kept(till: WholeTill, _data: Path) -> None:
    """Keep a card payment whose tip is above the cap."""
    till.sell()
    _pay(till, c.PayCard())
    till.wait_state("held")
    till.do(c.KeepHeld())
    _closed(till, 1)


def held_reversed(till: WholeTill, _data: Path) -> None:
    """Reverse a card payment whose tip is above the cap, and take cash."""
    till.sell()
    _pay(till, c.PayCard())
    till.wait_state("held")
    till.do(c.ReverseHeld())
    till.wait_state("tendering")
    _pay(till, c.PayCash())
    _closed(till, 1)


def give_back(till: WholeTill, _data: Path) -> None:
    """Give a paid part of an unpaid sale back to its card, and take cash."""
    till.sell()
    _pay(till, c.PayCard(100_00))
    sale = till.wait_state("tendering").sale
    assert sale is not None
    till.do(c.GiveBack(sale.settled[-1].no))
    till.wait(lambda view: view.sale and view.sale.tenders[-1].state is TenderState.REVERSED)
    _pay(till, c.PayCash())
    _closed(till, 1)


def declined(till: WholeTill, _data: Path) -> None:
    """Have a card declined, and take cash."""
    till.sell()
    _pay(till, c.PayCard())
    till.wait(lambda view: view.card_result)
    _pay(till, c.PayCash())
    _closed(till, 1)


def basket(till: WholeTill, _data: Path) -> None:
    """Add, repeat, correct and drop a sale, then sell another."""
    till.sell()
    till.do(c.RepeatLast())
    till.do(c.CorrectLast())
    till.do(c.VoidSale())
    cash(till, _data)


def x_report(till: WholeTill, data: Path) -> None:
    """Take and print an X report after a sale."""
    cash(till, data)
    till.x()
    till.do(c.PrintX())
    till.papers_done()


def z_report(till: WholeTill, data: Path) -> None:
    """Close the day after a card sale, and sell into the next."""
    card(till, data)
    till.z()
    till.papers_done()
    till.sell()
    _pay(till, c.PayCash())
    _closed(till, 2)


def import_articles(till: WholeTill, data: Path) -> None:
    """Import a file of articles beside an open sale."""
    till.sell()
    clock = SystemClock()
    store = SqliteStore(data / DATABASE_NAME, clock.now())
    try:
        read, changes = load(store, NEW_ARTICLES, clock)
        assert not read.errors, read.errors
        assert len(changes) == 20
    finally:
        store.close()
    till.sell("7703")
    _pay(till, c.PayCash())
    _closed(till, 1)


def backup(till: WholeTill, data: Path) -> None:
    """Back the shop up beside an open sale."""
    cash(till, data)
    till.sell()
    back_up_here(data)
    _pay(till, c.PayCash())
    _closed(till, 2)


def back_up_here(data: Path) -> None:
    """Back up into the shop's own folder, unless that is done."""
    target = data.parent / BACKUP
    if not target.exists():
        back_up(data / DATABASE_NAME, data / "witness" / WITNESS_NAME, target)


def _pay(till: WholeTill, command: c.PayCash | c.PayCard) -> None:
    """Pay; again when a busy machine made the unit's answer late and the till refused for it."""
    error = till.try_(command).error
    while error is not None:
        assert error.code == "unit-not-ready", error
        till.wait(lambda view: view.unit.is_ready)
        error = till.try_(command).error


def _closed(till: WholeTill, receipt_no: int) -> None:
    till.receipt(receipt_no)
    till.papers_done()


SCRIPTS: Final = (
    Script("cash", cash),
    Script("card", card),
    Script("card-tip", card, "tip 31.00"),
    Script("parts", parts, "tip 5.00\nnext\ntap"),
    Script("held-kept", held_kept, "tip 300.00"),
    Script("held-reversed", held_reversed, "tip 300.00", may_keep=False),
    Script("give-back", give_back),
    Script("declined", declined, "decline"),
    Script("basket", basket),
    Script("x", x_report),
    Script("z", z_report, "tip 31.00"),
    Script("import", import_articles),
    Script("backup", backup, finish=back_up_here),
    Script("serial", parts, unit="serial"),
    Script("serial-v1", card, unit="serial-v1"),
)
