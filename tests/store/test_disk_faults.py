"""Full, read-only, busy and failing disks: nothing half is left, and nobody is told a lie."""

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from core.errors import StoreBusy, StoreError, StoreFull
from core.services import payment, registration, reporting
from db import patience
from db.patience import Patience
from db.store import SqliteStore
from db.unit_of_work import SqliteUnitOfWork
from db.witness import Witness
from tests.real_shop import RULES, RealShop, a_worked_shop, changed
from tests.till_life import Life, Scenario

SCRIPT = Scenario("faults", (), rules=RULES)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


@pytest.fixture
def shop(worked: RealShop, tmp_path: Path) -> RealShop:
    return changed(worked, tmp_path / "shop")


def sell(life: Life) -> None:
    """Take up what stands open, sell once more for cash, and take a Z."""
    life.begin()
    life.settle()
    if life.till.sale is not None:
        payment.pay_cash(life.till, None)
        life.settle()
    registration.add_code(life.till, "2", None, None)
    payment.pay_cash(life.till, None)
    life.settle()
    reporting.z_report(life.till)
    life.settle()


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`: the write itself fails, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("room", [0, 30_000, 90_000, pytest.param(-1, marks=pytest.mark.night)])
def test_a_write_that_fails_at_any_point_stops_the_till_and_loses_nothing(
    worked: RealShop, tmp_path: Path, room: int
) -> None:
    """At night at every half page; each time the same shop must go on and verify."""
    rooms = [room] if room >= 0 else range(0, 200_000, 2_048)
    stopped, reasons = 0, set()
    for number, bytes_more in enumerate(rooms):
        shop = changed(worked, tmp_path / f"shop{number}")
        try:
            with files_up_to(bytes_more):
                shop.live(SCRIPT, sell)
        except StoreError as error:
            stopped += 1
            reasons.add(error.facts.get("reason"))
        assert shop.verify().is_sound
        shop.live(SCRIPT, sell)
        assert shop.verify().is_sound
    assert stopped, "no write failed"
    assert reasons <= {"io", None}


@pytest.mark.parametrize("pages", [0, 1, 3])
def test_a_full_database_is_told_as_full_and_what_was_begun_is_not_there(
    shop: RealShop, pages: int
) -> None:
    def work(life: Life) -> None:
        engine = life.till.store._engine  # type: ignore[attr-defined]  # the real store of a test
        with engine.connect() as connection:
            count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {count + pages}")
        for _ in range(50):
            sell(life)

    with pytest.raises(StoreFull):
        shop.live(SCRIPT, work)
    assert shop.verify().is_sound
    shop.live(SCRIPT, sell)
    assert shop.verify().is_sound


@contextmanager
def held(shop: RealShop) -> Iterator[Callable[[], None]]:
    """Hold the write lock as another program does; gives what lets it go."""
    path = str(shop.folder / "till.db")
    # The same SQLite: locks of a process are not seen by a second library in it.
    with closing(dbapi2.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield lambda: other.rollback() if other.in_transaction else None


def test_a_command_waits_five_seconds_for_another_program_and_is_refused_with_nothing_changed(
    shop: RealShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits are shortened; the order is the same."""
    monkeypatch.setattr(patience, "LIMIT_S", 0.4)
    monkeypatch.setattr(patience, "TOLD_AFTER_S", 0.1)
    told: list[str] = []
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    store.patience.begin(lambda: told.append("waits"), is_refusable=True)
    before = store.journal_head()
    with held(shop), pytest.raises(StoreBusy):
        store.unit_of_work().__enter__()
    assert told == ["waits"]
    assert store.journal_head() == before
    with store.unit_of_work() as uow:
        uow.commit()
    store.close()


def test_what_follows_a_durable_step_waits_until_the_other_program_is_done(
    shop: RealShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LIMIT_S", 0.0)
    monkeypatch.setattr(patience, "TOLD_AFTER_S", 0.0)
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    with held(shop) as let_go:
        store.patience.begin(let_go, is_refusable=False)
        with store.unit_of_work() as uow:
            uow.commit()
    store.close()


def test_a_command_is_not_refused_any_more_once_its_first_step_is_durable(shop: RealShop) -> None:
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    store.patience.begin(lambda: None, is_refusable=True)
    with store.unit_of_work() as uow:
        uow.commit()
    assert not store.patience.is_refusable
    assert store.patience.may_wait(3600.0)
    assert not Patience().may_wait(5.0)
    store.close()


def test_reads_never_wait_for_another_program_that_writes(shop: RealShop) -> None:
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    with held(shop):
        assert store.find_article("1") is not None
        assert store.period() is not None
    store.close()


def test_a_commit_whose_sync_fails_is_not_tried_again(
    shop: RealShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk says EIO once and would then say that all is well, as disks do."""
    tries: list[int] = []
    whole = SqliteUnitOfWork.commit

    def fails_once(unit: SqliteUnitOfWork) -> None:
        tries.append(1)
        if len(tries) == 3:
            raise StoreError(reason="io")
        whole(unit)

    monkeypatch.setattr(SqliteUnitOfWork, "commit", fails_once)
    with pytest.raises(StoreError):
        shop.live(SCRIPT, sell)
    assert len(tries) == 3
    monkeypatch.undo()
    assert shop.verify().is_sound
    shop.live(SCRIPT, sell)
    assert shop.verify().is_sound


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.EROFS, "read-only"), (errno.EACCES, "not-allowed"), (errno.EIO, "io")],
)
def test_files_that_cannot_be_opened_are_named(
    shop: RealShop, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreError) as store:
        SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    with pytest.raises(StoreError) as witness:
        Witness(shop.witness)
    assert store.value.facts["reason"] == witness.value.facts["reason"] == reason


def test_a_failing_checkpoint_is_not_kept_to_itself_by_the_database(shop: RealShop) -> None:
    """Between units of work the log goes into the database; that is where such a disk shows."""
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    log = shop.folder / "till.db-wal"
    for _ in range(270):
        with store.unit_of_work() as uow:
            uow.next_number("paper_id")
            uow.commit()
    assert log.stat().st_size < 2_000_000, "the log grew without end"
    with dbapi2.connect(str(shop.folder / "till.db")) as reader:
        assert reader.execute("PRAGMA wal_autocheckpoint").fetchone() == (1000,)
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 0
    store.close()


_IN_NAMESPACE = """
set -e
mount -t tmpfs -o size={size}k none {place}
cp -r {shop}/. {place}/
{more}
exec {python} -m tests.store.on_a_small_disk {place}
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a disk of its own")
@pytest.mark.parametrize(("size", "more"), [(700, ""), (4096, "mount -o remount,ro {place}")])
def test_a_real_small_or_read_only_disk_is_told_in_words(
    shop: RealShop, tmp_path: Path, size: int, more: str
) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    script = _IN_NAMESPACE.format(
        size=size, place=place, shop=shop.folder, python=sys.executable,
        more=more.format(place=place),
    )  # fmt: skip
    run = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False
    )
    if "unshare" in run.stderr or "mount:" in run.stderr:
        pytest.skip("this machine gives no namespace of our own")
    assert run.returncode == 3, run.stdout + run.stderr
    assert run.stdout.split()[:2] == (["store", "read-only"] if more else ["store-full", "None"]), (
        run.stdout + run.stderr
    )
    assert "sound" in run.stdout
