"""`blipp backup` beside a till that sells: each copy verifies and is a true past moment."""

import fcntl
import os
import resource
import shutil
import threading
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from core.errors import StoreDamaged, StoreError
from core.services import payment, registration
from db import backup
from db.backup import BackupUnsound, back_up
from db.files import FREE_BYTES_MIN
from db.store import SqliteStore
from db.verify import verify_file
from db.witness import read_witness
from tests.real_shop import RULES, RealShop, a_worked_shop, changed
from tests.till_life import Life, Scenario
from tui.__main__ import main

COUNT = 50


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


@pytest.fixture
def shop(worked: RealShop, tmp_path: Path) -> RealShop:
    return changed(worked, tmp_path / "shop")


def heads(path: Path) -> list[tuple[int, str]]:
    """Read seq and hash of each journal row."""
    connection = dbapi2.connect(str(path))
    rows: list[tuple[int, str]] = connection.execute("SELECT seq, hash FROM journal").fetchall()
    connection.close()
    return rows


def begin(life: Life) -> None:
    """Start the till and pay the sale that stands open in the worked shop."""
    life.begin()
    payment.pay_cash(life.till, None)
    life.settle()


def database(shop: RealShop) -> Path:
    return shop.folder / "till.db"


def test_fifty_copies_under_load_are_each_sound_and_a_true_past_moment(
    shop: RealShop, tmp_path: Path
) -> None:
    stop = threading.Event()

    def sell(life: Life) -> None:
        begin(life)
        while not stop.is_set():
            registration.add_code(life.till, "2", None, None)
            payment.pay_cash(life.till, None)
            life.settle()

    till = threading.Thread(target=shop.live, args=(Scenario("load", (), rules=RULES), sell))
    till.start()
    try:
        reached = [
            back_up(database(shop), shop.witness, tmp_path / f"copy{no}").seq for no in range(COUNT)
        ]
    finally:
        stop.set()
        till.join(20)
    rows = heads(database(shop))
    assert reached == sorted(reached)
    assert len(set(reached)) > COUNT // 2, "the till stood still while copies were made"
    for no, seq in enumerate(reached):
        assert heads(tmp_path / f"copy{no}") == rows[:seq]
    assert shop.verify().is_sound


def test_a_copy_is_one_file_for_its_owner_alone(shop: RealShop, tmp_path: Path) -> None:
    os.umask(0o022)
    back_up(database(shop), shop.witness, tmp_path / "copy")
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy"]
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert verify_file(tmp_path / "copy", read_witness(shop.witness)).is_sound


def test_a_file_that_is_there_is_never_written_over(shop: RealShop, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(FileExistsError):
        back_up(database(shop), shop.witness, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"


def test_no_copy_is_kept_of_a_shop_that_does_not_verify(shop: RealShop, tmp_path: Path) -> None:
    shop.sql("UPDATE total SET sum_ore = sum_ore + 1 WHERE section = 'sales'")
    with pytest.raises(BackupUnsound) as unsound:
        back_up(database(shop), shop.witness, tmp_path / "copy")
    assert unsound.value.problem.table == "total"
    assert not list(tmp_path.glob("copy*"))


def test_a_full_disk_leaves_no_half_copy(shop: RealShop, tmp_path: Path) -> None:
    size = database(shop).stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, limits[1]))
    try:
        with pytest.raises(StoreError) as full:
            back_up(database(shop), shop.witness, tmp_path / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert full.value.facts["reason"] in ("copy-full", "disk I/O error")
    assert not list(tmp_path.glob("copy*"))


def test_a_copy_never_takes_the_room_that_the_till_sells_with(
    shop: RealShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "free_bytes", lambda place: FREE_BYTES_MIN + 1_000)
    with pytest.raises(StoreError) as full:
        back_up(database(shop), shop.witness, tmp_path / "copy")
    assert full.value.facts["reason"] == "copy-full"
    assert not list(tmp_path.glob("copy*"))


def test_a_plain_copy_without_the_log_is_found_behind_the_witness(
    shop: RealShop, tmp_path: Path
) -> None:
    """What `cp till.db` gives while a till runs: the newest sales lie in till.db-wal."""

    def sell(life: Life) -> None:
        begin(life)
        for _ in range(2):
            registration.add_code(life.till, "2", None, None)
            payment.pay_cash(life.till, None)
            life.settle()
        shutil.copy(database(shop), tmp_path / "naive")

    shop.live(Scenario("cp", (), rules=RULES), sell)
    lines = read_witness(shop.witness)
    problem = verify_file(tmp_path / "naive", lines).problem
    assert problem is not None
    assert problem.what.startswith("row is missing: the witness file names it")
    store = SqliteStore(tmp_path / "naive", shop.world.clock.now())
    with pytest.raises(StoreDamaged):
        store.check_witness(shop.witness)
    store.close()


def test_the_command_says_how_far_the_copy_reaches(
    shop: RealShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.folder / "witness").mkdir()
    shop.witness.rename(shop.folder / "witness" / "witness.log")
    file = tmp_path / "kopia.db"
    assert main(["backup", str(file), "--data", str(shop.folder)]) == 0
    seq, head = heads(database(shop))[-1]
    told = capsys.readouterr().out
    assert f"rad {seq}, kvitto" in told
    assert head in told
    assert main(["backup", str(file), "--data", str(shop.folder)]) == 2
    assert "finns redan" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "no" / "x"), "--data", str(shop.folder)]) == 3
    assert "finns inte" in capsys.readouterr().err


def test_what_a_killed_backup_left_behind_is_begun_anew(shop: RealShop, tmp_path: Path) -> None:
    (tmp_path / "copy.part").write_bytes(b"half a copy")
    (tmp_path / "copy.part-journal").write_bytes(b"and its journal")
    back_up(database(shop), shop.witness, tmp_path / "copy")
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy"]
    assert verify_file(tmp_path / "copy", read_witness(shop.witness)).is_sound


def test_a_backup_that_runs_is_not_begun_anew_by_another(shop: RealShop, tmp_path: Path) -> None:
    with (tmp_path / "copy.part").open("wb") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        with pytest.raises(FileExistsError):
            back_up(database(shop), shop.witness, tmp_path / "copy")
    assert (tmp_path / "copy.part").exists()


def test_without_a_witness_a_copy_is_made_and_it_is_said(
    shop: RealShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what a lost witness is begun anew from."""
    words = ["backup", "--data", str(shop.folder)]
    assert main([*words, str(tmp_path / "held")]) == 0
    assert "Vittnesfilen saknas" in capsys.readouterr().out
