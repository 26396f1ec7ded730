"""The store in a real file: durable modes, append-only tables, numbers, the witness."""

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlcipher3 import dbapi2

from core.card import CardSlip, SlipCopy
from core.checkout import PaperState, SaleState
from core.errors import StoreDamaged, StoreError
from core.services import payment, registration
from core.store_ports import Paper
from core.totals import Change, Section
from db.engine import check_modes, has_wal_reset_bug, open_writer, sqlite_version
from db.lock import DataLock
from db.store import SqliteStore
from db.witness import Witness, read_witness
from tests.fakes import NOON, CardPlan, a_world
from tests.real_shop import RULES, RealShop, a_worked_shop
from tests.till_life import Life, Scenario

APPEND_ONLY = ("journal", "sale_line", "receipt", "z_report")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "till.db", NOON)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def connect(path: Path) -> "dbapi2.Connection":
    connection = dbapi2.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA recursive_triggers=ON")
    return connection


def test_every_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    engine = open_writer(tmp_path / "till.db")
    with engine.connect() as connection:
        modes = check_modes(connection)
        connection.rollback()
    engine.dispose()
    assert (modes["journal_mode"], modes["synchronous"]) == ("wal", "2")
    assert (modes["foreign_keys"], modes["recursive_triggers"]) == ("1", "1")


@pytest.mark.parametrize("weakened", ["synchronous=NORMAL", "recursive_triggers=OFF"])
def test_a_weakened_mode_is_refused(tmp_path: Path, weakened: str) -> None:
    engine = open_writer(tmp_path / "till.db")
    raw = engine.raw_connection()
    raw.cursor().execute(f"PRAGMA {weakened}")
    raw.close()
    with engine.connect() as connection, pytest.raises(StoreDamaged):
        check_modes(connection)
    engine.dispose()


def test_this_sqlite_is_past_the_wal_reset_bug() -> None:
    assert not has_wal_reset_bug(sqlite_version())
    assert has_wal_reset_bug((3, 40, 1))
    assert has_wal_reset_bug((3, 51, 2))
    for fixed in ((3, 51, 3), (3, 50, 7), (3, 44, 6), (3, 53, 0)):
        assert not has_wal_reset_bug(fixed)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("period", "(period_no, opened_at, opening_float_ore) VALUES (1, 'x', 1.5)"),
        ("total", "(period_no, section, name, count, sum_ore) VALUES (1, 'x', '', 1, 0.1)"),
        ("counter", "(name, value) VALUES ('x', 2.5)"),
    ],
)
def test_a_float_is_refused_by_the_database_itself(
    store: SqliteStore, table: str, columns: str
) -> None:
    with pytest.raises((StoreError, IntegrityError)), store.unit_of_work() as uow:
        uow.connection.exec_driver_sql(f"INSERT INTO {table} {columns}")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_an_append_only_table_refuses_update_delete_and_replace(
    worked: RealShop, table: str
) -> None:
    connection = connect(worked.folder / "till.db")
    before = connection.execute(f"SELECT * FROM {table}").fetchall()
    column = connection.execute(f"PRAGMA table_info({table})").fetchall()[-1][1]
    assert before
    for statement in (
        f"UPDATE {table} SET {column}={column}",
        f"DELETE FROM {table}",
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
    ):
        with pytest.raises(dbapi2.IntegrityError, match="append-only"):
            connection.execute(statement)
    assert connection.execute(f"SELECT * FROM {table}").fetchall() == before
    connection.close()


def test_only_one_period_is_open(store: SqliteStore) -> None:
    with store.unit_of_work() as uow:
        uow.open_period(NOON, 0)
        uow.commit()
    with pytest.raises(StoreError), store.unit_of_work() as uow:
        uow.open_period(NOON, 0)
    period = store.period()
    assert period is not None
    assert period.no == 1


def test_a_closed_sale_needs_its_number_and_its_record(store: SqliteStore) -> None:
    statement = (
        "INSERT INTO sale (sale_id, state, operator, opened_at, total_ore)"
        " VALUES (1, 'closed', 'Anna', 'x', 0)"
    )
    with pytest.raises(StoreError), store.unit_of_work() as uow:
        uow.connection.exec_driver_sql(statement)


def test_a_rollback_gives_every_number_back(store: SqliteStore) -> None:
    drawn, (before, _) = [], store.journal_head()
    for attempt in range(6):
        with store.unit_of_work() as uow:
            number = uow.next_number("receipt_no")
            uow.append_journal(NOON, "program-started", "Anna", "{}")
            if attempt % 2:
                uow.commit()
                drawn.append(number)
    assert drawn == [1, 2, 3]
    assert store.journal_head()[0] == before + 3


def test_a_block_of_numbers_leaves_none_out(store: SqliteStore) -> None:
    with store.unit_of_work() as uow:
        assert uow.reserve_numbers("service_id", 10) == 1
        assert uow.next_number("service_id") == 11
        uow.commit()


def test_leaving_without_commit_takes_everything_back(store: SqliteStore) -> None:
    before = store.journal_head()
    with store.unit_of_work() as uow:
        uow.append_journal(NOON, "program-started", "Anna", "{}")
        uow.put_setting(NOON, "blipp", "demo", "1")
    assert store.journal_head() == before
    assert store.setting("demo") is None


def test_totals_add_up_and_grand_totals_live_in_period_zero(store: SqliteStore) -> None:
    changes = (Change(Section.SALES, "", 1, 100), Change(Section.GRAND_SALES, "", 1, 100))
    for _ in range(2):
        with store.unit_of_work() as uow:
            uow.add_totals(1, changes)
            uow.commit()
    assert store.totals(1) == {(Section.SALES, ""): (2, 200)}
    assert store.totals(0) == {(Section.GRAND_SALES, ""): (2, 200)}


def test_a_slip_that_comes_twice_is_kept_once(store: SqliteStore) -> None:
    slip = CardSlip("1", service_id=7)
    merchant = CardSlip("1", copy=SlipCopy.MERCHANT, service_id=7)
    with store.unit_of_work() as uow:
        found = [uow.put_slip(one) for one in (merchant, slip, slip)]
        uow.commit()
    assert found == [True, True, False]
    assert store.slips_of(7, "") == store.slips_of(0, "1") == (slip, merchant)


def test_papers_that_wait_are_given_oldest_first(store: SqliteStore) -> None:
    states = list(PaperState)
    with store.unit_of_work() as uow:
        for number, state in enumerate(states, start=1):
            uow.put_paper(Paper(number, "receipt", number, PaperState.QUEUED, "{}"))
            uow.set_paper_state(number, state)
        uow.commit()
    pending = [paper.state for paper in store.pending_papers()]
    assert pending == [PaperState.QUEUED, PaperState.PRINTING, PaperState.UNKNOWN]


@pytest.mark.parametrize("acts", range(1, 8))
def test_an_unfinished_sale_is_read_back_as_it_was(tmp_path: Path, acts: int) -> None:
    plans = (CardPlan(tip_ore=5_00), CardPlan(tip_ore=200_00), CardPlan(answer="lost-before"))
    shop = RealShop(tmp_path / "shop", a_world(plans=plans)).set_up()
    states: list[SaleState] = []

    def work(life: Life) -> None:
        till = life.till
        life.begin()
        steps = (
            lambda: registration.add_code(till, "1", None, None),
            lambda: registration.add_code(till, "2", 2000, None),
            lambda: registration.correct_last(till),
            lambda: payment.pay_cash(till, 20_00),
            lambda: payment.pay_card(till, 50_00, None),
            lambda: life.pump(),
            lambda: payment.pay_card(till, None, None),
        )
        for step in steps[:acts]:
            step()
        till.take_effects()
        assert till.sale is not None
        assert till.store.unfinished_sale() == till.sale
        states.append(SaleState(till.sale.state))

    shop.live(Scenario("half a sale", (), rules=RULES), work)
    again = SqliteStore(shop.folder / "till.db", NOON)
    sale = again.unfinished_sale()
    again.close()
    assert sale is not None
    assert sale.state == states[0]
    assert shop.verify().is_sound


def test_a_sale_whose_lines_do_not_add_up_is_refused(tmp_path: Path) -> None:
    shop = RealShop(tmp_path / "shop", a_world()).set_up()

    def work(life: Life) -> None:
        life.begin()
        registration.add_code(life.till, "1", None, None)

    shop.live(Scenario("one line", (), rules=RULES), work)
    shop.sql("UPDATE sale SET total_ore = 1")
    again = SqliteStore(shop.folder / "till.db", NOON)
    with pytest.raises(StoreDamaged):
        again.unfinished_sale()
    again.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_may_read_what_the_till_writes(tmp_path: Path) -> None:
    former = os.umask(0o022)
    try:
        shop = RealShop(tmp_path / "shop", a_world()).set_up()
        store = SqliteStore(shop.folder / "till.db", NOON)
        lock = DataLock(shop.folder)
        witness = Witness(shop.folder / "witness" / "witness.log")
        with store.unit_of_work() as uow:
            uow.append_journal(NOON, "program-started", "Anna", "{}")
            uow.commit()
        found = {path.name: mode(path) for path in shop.folder.rglob("*")}
        witness.close()
        lock.release()
        store.close()
    finally:
        os.umask(former)
    assert mode(shop.folder) == 0o700
    assert found.pop("witness") == 0o700
    assert set(found) >= {"till.db", "till.db-wal", "till.lock", "witness.log"}
    assert set(found.values()) == {0o600}


def test_the_witness_ends_a_torn_line_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "witness.log"
    path.write_text(f"1 {'a' * 64} receipt 1\n2 bb")
    witness = Witness(path)
    witness.append(3, "c" * 64, "receipt", 2)
    witness.close()
    witness.close()
    assert [(line.seq, line.number) for line in read_witness(path)] == [(1, 1), (3, 2)]


def test_a_read_sees_what_the_last_commit_left(store: SqliteStore) -> None:
    later, (before, _) = NOON + timedelta(days=1), store.journal_head()
    for at in (NOON, later):
        with store.unit_of_work() as uow:
            uow.append_journal(at, "program-started", "Anna", "{}")
            uow.commit()
    assert store.journal_head()[0] == before + 2
    assert store.z_report(None) is None
    assert store.last_receipt_no() == 0
    assert store.unfinished_tally() == (0, 0)
