"""Clocks that jump, and dates at their edges: order is by sequence, and a sale is in one Z."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core import facts as f
from core.article_file import ArticleFile, ArticleRow
from core.card import CardResult, CardVerdict
from core.catalog import Article, Department
from core.checkout import SaleState
from core.services import late, payment, registration, reporting
from core.services.facts_desk import take_fact
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.unit_of_work import SqliteUnitOfWork
from tests.fakes import FixedClock, World, a_world
from tests.real_shop import RULES, RealShop
from tests.till_life import Life, Scenario

SWEDEN = ZoneInfo("Europe/Stockholm")
JUMPS = (
    timedelta(seconds=-1),
    timedelta(hours=-1),
    timedelta(days=-365),
    timedelta(seconds=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=365),
)


class HandClock(FixedClock):
    """A wall clock in Swedish time that a test sets; its monotonic hand only goes forward."""

    def __init__(self, local: datetime) -> None:
        super().__init__()
        self.set(local)

    def set(self, local: datetime) -> None:
        """Set the wall clock."""
        self._wall = local.replace(tzinfo=SWEDEN).astimezone(UTC)

    def jump(self, step: timedelta) -> None:
        """Move the wall clock only."""
        self._wall += step

    def now(self) -> datetime:
        """Give the local time; one second passes at each look."""
        self.seconds += 1
        self._wall += timedelta(seconds=1)
        return self._wall.astimezone(SWEDEN)


class Day:
    """A shop on disk whose clock the test holds, and one life of its till."""

    def __init__(self, folder: Path, local: datetime) -> None:
        world = a_world()
        self.clock = HandClock(local)
        world = World(self.clock, world.terminal, world.unit, world.printer)
        world.terminal.clock = self.clock
        self.shop = RealShop(folder / "shop", world).set_up()

    def run(self, work: Callable[[Life], None]) -> None:
        """Work one life, and hold what it left against the journal."""

        def live(life: Life) -> None:
            life.begin()
            work(life)
            life.settle()

        self.shop.live(Scenario("day", (), rules=RULES), live)
        report = self.shop.verify()
        assert report.is_sound, report.problem

    def periods(self) -> list[tuple[int, int]]:
        """Give (receipt, period) of each receipt, by number."""
        rows = self.shop.read("SELECT receipt_no, period_no FROM receipt ORDER BY receipt_no")
        return [(int(no), int(period)) for no, period in rows]

    def count(self, kind: str) -> int:
        """Count the journal's rows of a kind."""
        return int(self.shop.read(f"SELECT count(*) FROM journal WHERE kind='{kind}'")[0][0])


def sell(life: Life, number: str = "1") -> None:
    registration.add_code(life.till, number, None, None)
    payment.pay_cash(life.till, None)
    life.settle()


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_clock_that_jumps_moves_no_number_and_is_journalled_above_a_minute(
    jump: timedelta, tmp_path: Path
) -> None:
    day = Day(tmp_path, datetime(2026, 11, 28, 12, 0))

    def work(life: Life) -> None:
        life.till.watch_clock()
        sell(life)
        day.clock.jump(jump)
        life.till.watch_clock()
        sell(life)
        assert reporting.z_report(life.till).receipts == 2
        sell(life)

    day.run(work)
    assert day.periods() == [(1, 1), (2, 1), (3, 2)]
    assert day.count("clock-jumped") == (abs(jump) > timedelta(minutes=1))


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_clock_that_jumps_during_a_card_ends_no_wait(jump: timedelta, tmp_path: Path) -> None:
    day = Day(tmp_path, datetime(2026, 11, 28, 12, 0))

    def work(life: Life) -> None:
        till = life.till
        registration.add_code(till, "1", None, None)
        payment.pay_card(till, None, None)
        assert till.sale is not None
        assert till.sale.current_tender is not None
        service_id = till.sale.current_tender.service_id
        effects = till.take_effects()
        day.clock.jump(jump)
        till.watch_clock()
        take_fact(till, life.world.unit.poll())
        assert till.state is SaleState.AUTHORIZING
        assert not till.take_effects()
        for effect in effects:
            life.deliver(effect)
        assert not till.lates
        assert life.world.terminal.sent == [service_id]

    day.run(work)
    assert day.periods() == [(1, 1)]


EDGES = (
    datetime(2026, 12, 31, 23, 59, 50),  # year end
    datetime(2028, 2, 28, 23, 59, 50),  # leap day begins
    datetime(2028, 2, 29, 23, 59, 50),  # leap day ends
    datetime(2026, 10, 25, 2, 59, 50),  # summer time ends: 02:59:59 is followed by 02:00:00
    datetime(2027, 3, 28, 1, 59, 50),  # summer time begins: 01:59:59 is followed by 03:00:00
)


@pytest.mark.parametrize("edge", EDGES, ids=str)
@pytest.mark.parametrize("before_s", [0, 6, 12])
def test_a_sale_and_a_z_across_an_edge_of_the_calendar_are_whole(
    edge: datetime, before_s: int, tmp_path: Path
) -> None:
    day = Day(tmp_path, edge - timedelta(seconds=before_s))

    def work(life: Life) -> None:
        till = life.till
        sell(life)
        registration.add_code(till, "2", None, None)
        first = reporting.z_report(till)  # The open sale lies across Z and midnight.
        assert (first.receipts, first.unfinished.count) == (1, 1)
        payment.pay_card(till, None, None)
        life.settle()
        second = reporting.z_report(till)
        assert second.receipts == 1
        assert second.grand_sales_ore == first.sales_ore + second.sales_ore

    day.run(work)
    assert day.periods() == [(1, 1), (2, 2)]
    assert day.count("clock-jumped") == 0
    stamps = [row[0] for row in day.shop.read("SELECT at FROM journal ORDER BY seq")]
    instants = [datetime.fromisoformat(stamp) for stamp in stamps]
    assert all(one.tzinfo is not None for one in instants)
    assert instants == sorted(instants), "the offset makes them an order even when hours repeat"


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(tmp_path: Path) -> None:
    day = Day(tmp_path, datetime(2026, 10, 25, 2, 30))
    day.run(lambda life: sell(life))
    day.clock.jump(timedelta(hours=1))
    day.run(lambda life: sell(life))
    rows = day.shop.read("SELECT at FROM receipt ORDER BY receipt_no")
    assert [row[0][11:13] + row[0][-6:] for row in rows] == ["02+02:00", "02+01:00"]


def test_a_line_keeps_the_rate_of_its_own_day(tmp_path: Path) -> None:
    day = Day(tmp_path, datetime(2027, 12, 31, 23, 59, 30))
    milk = Article("9", "Mjölk 1 l", "Mat", 15_00)

    def stock(life: Life) -> None:
        with life.till.store.unit_of_work() as uow:
            assert isinstance(uow, SqliteUnitOfWork)
            writer = CatalogueWriter(uow, CatalogueStore(), day.clock.now(), "blipp")
            writer.put_articles(ArticleFile((ArticleRow(2, milk, Department("Mat", "food")),)))
            uow.commit()
        registration.add_code(life.till, "9", None, None)

    day.run(stock)
    day.clock.set(datetime(2028, 1, 1, 0, 0, 5))

    def work(life: Life) -> None:
        registration.add_code(life.till, "9", None, None)
        assert life.till.sale is not None
        rates = [line.rate_bp for line in life.till.sale.standing]
        assert rates == [600, 1200]
        payment.pay_cash(life.till, None)

    day.run(work)
    assert day.periods() == [(1, 1)]


def test_a_late_answer_is_never_the_next_sales_however_late_it_is(tmp_path: Path) -> None:
    day = Day(tmp_path, datetime(2026, 11, 28, 12, 0))

    def work(life: Life) -> None:
        till = life.till
        for late_s in (5, 60, 119, 121, 600):
            registration.add_code(till, "1", None, None)
            payment.pay_card(till, None, None)
            assert till.sale is not None
            assert till.sale.current_tender is not None
            first = till.sale.current_tender.service_id
            till.take_effects()
            take_fact(till, f.CardAnswered(CardResult(first, CardVerdict.DECLINED)))
            payment.pay_card(till, None, None)
            second = till.sale.current_tender.service_id
            till.take_effects()
            day.clock.jump(timedelta(seconds=late_s))
            approved = CardResult(first, CardVerdict.APPROVED, 139_00, 0, f"T{first}")
            take_fact(till, f.CardAnswered(approved))
            assert till.state is SaleState.AUTHORIZING
            assert list(till.lates) == [first]
            answer = CardResult(second, CardVerdict.DECLINED)
            take_fact(till, f.CardAnswered(answer))
            late.settle_by_hand(till, first, "Maja")
            registration.void_sale(till)

    day.run(work)
    assert day.count("card-late-approval") == 5
