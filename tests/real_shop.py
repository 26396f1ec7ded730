"""A shop in real files: the till's services over SQLite, a witness file, and a world in memory."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from sqlcipher3 import dbapi2

from core import facts as f
from core.article_file import ArticleFile, ArticleRow
from core.card import CardResult, CardSlip, CardVerdict, SlipCopy
from core.facts import SlipArrived
from core.journal import JournalEntry
from core.layout_file import default_layout
from core.payload import canonical
from core.services import doubt, late, payment, registration, reporting
from core.services.facts_desk import take_fact
from core.vat_table import STANDARD_VAT_RATES
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.store import SqliteStore
from db.unit_of_work import SqliteUnitOfWork
from db.verify import VerifyReport, verify_shop
from db.witness import Witness
from tests.builders import ARTICLES, DEPARTMENTS, some_rules
from tests.fake_store import Seam, no_seam
from tests.fakes import CardPlan, PaperPrinter, World, a_world
from tests.till_life import Life, Scenario

WITNESS = "witness.log"
RULES = some_rules(max_percent=50)


class SeamedUnit(SqliteUnitOfWork):
    """A unit of work whose life can end around the commit."""

    seam: Seam = no_seam

    def commit(self) -> None:
        """Commit between two seams."""
        self.seam("before commit")
        super().commit()
        self.seam("after commit")


class SeamedStore(SqliteStore):
    """The real store with seams around each commit."""

    seam: Seam = no_seam

    def unit_of_work(self) -> SqliteUnitOfWork:
        """Begin a unit of work with our seams."""
        unit = SeamedUnit(self._engine)
        unit.seam = self.seam
        return unit


@dataclass
class RealShop:
    """One data directory, opened by one till after another."""

    folder: Path
    world: World

    @property
    def witness(self) -> Path:
        """The witness file."""
        return self.folder / WITNESS

    def set_up(self) -> Self:
        """Make the files, the catalogue and the first period, as the composition root does."""
        self.folder.mkdir(exist_ok=True, mode=0o700)
        store = SqliteStore(self.folder / "till.db", self.world.clock.now())
        named = {one.name: one for one in DEPARTMENTS}
        rows = [ArticleRow(at, one, named[one.department]) for at, one in enumerate(ARTICLES, 2)]
        with store.unit_of_work() as uow:
            writer = CatalogueWriter(uow, CatalogueStore(), self.world.clock.now(), "blipp")
            writer.put_articles(ArticleFile(tuple(rows)))
            writer.put_vat_rates(STANDARD_VAT_RATES)
            writer.replace_layout(default_layout(DEPARTMENTS))
            uow.put_setting(self.world.clock.now(), "blipp", "demo", "0")
            period = uow.open_period(self.world.clock.now(), RULES.opening_float_ore)
            note = {
                "period_no": period.no,
                "opening_float_ore": period.opening_float_ore,
                "opened_at": period.opened_at.isoformat(),
            }
            text = canonical(note)
            uow.append_journal(self.world.clock.now(), "period-opened", RULES.operator, text)
            uow.commit()
        store.close()
        return self

    def live(self, scenario: Scenario, work: Callable[[Life], None], seam: Seam = no_seam) -> None:
        """Run one life; whatever ends it, the files are closed as a dead process leaves them."""
        store = SeamedStore(self.folder / "till.db", self.world.clock.now())
        store.seam = seam
        witness = Witness(self.witness)

        def write(entry: JournalEntry, kind: str, number: int) -> None:
            seam("before witness")
            witness.append(entry.seq, entry.hash, kind, number)
            seam("after witness")

        try:
            work(Life(scenario, self.world, store, write, seam))
        finally:
            witness.close()
            store.close()

    def verify(self) -> VerifyReport:
        """Verify the files."""
        return verify_shop(self.folder, self.witness)

    def append(self, kind: str, payload: str) -> JournalEntry:
        """Append a journal row, as the till does."""
        store = SqliteStore(self.folder / "till.db", self.world.clock.now())
        with store.unit_of_work() as uow:
            entry = uow.append_journal(self.world.clock.now(), kind, "Anna", payload)
            uow.commit()
        store.close()
        return entry

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        """Read rows and change nothing."""
        connection = dbapi2.connect(str(self.folder / "till.db"))
        rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
        connection.close()
        return rows

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """Do what somebody with an SQLite shell would do; triggers are off meanwhile."""
        rows: list[tuple[Any, ...]] = []
        with self.forge() as connection:
            for statement in statements:
                rows = connection.execute(statement).fetchall()
        return rows

    @contextmanager
    def forge(self) -> Iterator[Any]:
        """Give a connection on which the triggers are off; they are back afterwards."""
        connection = dbapi2.connect(str(self.folder / "till.db"), isolation_level=None)
        with closing(connection), without_triggers(connection):
            yield connection


@contextmanager
def without_triggers(connection: Any) -> Iterator[None]:
    """Take the triggers out and put them back as they were, as a careful forger does."""
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        for _, sql in triggers:
            connection.execute(sql)


def a_worked_shop(folder: Path) -> RealShop:
    """Give a shop after two days with everything that leaves rows; a third sale stands open."""
    plans = (
        CardPlan(tip_ore=31_00),
        CardPlan(verdict=CardVerdict.DECLINED),
        CardPlan(tip_ore=200_00),
        CardPlan(answer="lost-after"),
        CardPlan(),
    )
    world = a_world(plans=plans, printer=PaperPrinter(("given", "lost-before", "given")))
    shop = RealShop(folder, world).set_up()
    shop.live(Scenario("days", (), rules=RULES), _work)
    return shop


def _work(life: Life) -> None:
    till = life.till
    life.begin()
    _sell(life, "123")
    payment.pay_card(till, None, None)
    life.settle()
    _sell(life, "14")
    registration.correct_last(till)
    payment.pay_cash(till, None)
    life.settle()
    _sell(life, "2")
    registration.void_sale(till)
    reporting.print_x(till, reporting.x_report(till))
    reporting.z_report(till)
    life.settle()
    _sell(life, "12")
    payment.pay_card(till, None, None)
    life.settle()
    payment.pay_card(till, 100_00, None)
    life.pump()
    doubt.reverse_held(till, "Maja")
    life.pump()
    life.world.terminal.memory = "none"
    payment.pay_card(till, 100_00, None)
    life.pump()
    doubt.decide_doubt(till, is_charged=True, total_ore=None, by="Maja")
    payment.pay_cash(till, None)
    life.settle()
    _sell(life, "3")
    payment.pay_card(till, None, None)
    life.settle()
    _receive_slips(life)
    _sell(life, "21")
    payment.pay_cash(till, 50_00)
    life.settle()
    _draw_late(life)


def _draw_late(life: Life) -> None:
    """Let a card turn out to be drawn after the manager said that it was not."""
    till = life.till
    payment.pay_card(till, 10_00, None)
    assert till.sale is not None
    assert till.sale.current_tender is not None
    service_id = till.sale.current_tender.service_id
    till.take_effects()
    take_fact(till, f.CardAnswerLost(service_id, "link lost"))
    till.take_effects()
    doubt.decide_doubt(till, is_charged=False, total_ore=None, by="Maja")
    approved = CardResult(service_id, CardVerdict.APPROVED, 10_00, 0, "T0099")
    take_fact(till, f.CardAnswered(approved))
    late.reverse_late(till, service_id, "Maja")
    till.take_effects()
    take_fact(till, f.CardReversalLost(service_id + 1, "link lost"))
    till.take_effects()
    take_fact(till, f.CardQueryFailed(service_id, "link lost", doubt.QUERY_TRIES_MAX))
    late.settle_by_hand(till, service_id, "Maja")


def _receive_slips(life: Life) -> None:
    """Let both copies of a slip come that needs a signature, and one of them again."""
    slip = CardSlip(
        "000000000077", service_id=77, amount_ore=100_00, tip_ore=5_00, total_ore=105_00,
        masked_pan="************9659", id_method="@",
    )  # fmt: skip
    for one in (slip, replace(slip, copy=SlipCopy.MERCHANT), slip):
        take_fact(life.till, SlipArrived(one))
    life.settle()


def _sell(life: Life, numbers: str) -> None:
    for number in numbers:
        registration.add_code(life.till, number, None, None)


def changed(shop: RealShop, folder: Path) -> RealShop:
    """Give a copy of a shop's files, to be tampered with."""
    folder.mkdir(mode=0o700)
    for path in shop.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return replace(shop, folder=folder)
