"""The shop's files from outside: rights, room, and files that are changed under a running till."""

import os
from pathlib import Path

import pytest

from bench.generate import generate
from core.errors import DiskNearlyFull, StoreDamaged, StoreError
from db import files
from db.engine import open_reader
from db.files import FileWatch, free_bytes, mend_rights, open_to_others
from db.start_checks import TAIL_ROWS, check_start
from db.store import SqliteStore
from tests.real_shop import RealShop, a_worked_shop, changed


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def test_rights_of_others_are_taken_away_at_start_and_named(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    shop.folder.chmod(0o755)
    (shop.folder / "till.db").chmod(0o664)
    shop.witness.chmod(0o644)
    assert mend_rights(shop.folder, shop.witness) == ("shop", "till.db", "witness.log")
    assert open_to_others(shop.folder, shop.witness) == ()
    assert shop.folder.stat().st_mode & 0o777 == 0o700
    assert (shop.folder / "till.db").stat().st_mode & 0o777 == 0o600


def test_data_on_a_disk_without_rights_are_refused_and_a_witness_there_is_not(
    worked: RealShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = changed(worked, tmp_path / "shop")
    mend_rights(shop.folder, shop.witness)
    shop.witness.chmod(0o644)
    monkeypatch.setattr(Path, "chmod", lambda _path, _mode: None)
    assert mend_rights(shop.folder, shop.witness) == ()
    os.chmod(shop.folder / "till.db", 0o644)
    with pytest.raises(StoreError) as refused:
        mend_rights(shop.folder, shop.witness)
    assert refused.value.facts == {"reason": "file-rights", "file": "till.db"}


@pytest.mark.parametrize("name", ["till.db", "till.db-wal", "witness.log"])
@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_file_that_is_swapped_or_deleted_while_the_till_runs_is_found(
    worked: RealShop, tmp_path: Path, name: str, is_replaced: bool
) -> None:
    shop = changed(worked, tmp_path / "shop")
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    store.unit_of_work().__enter__().commit()
    watch = FileWatch(shop.folder / "till.db", shop.witness)
    watch.check()
    kept = (shop.folder / name).read_bytes()
    (shop.folder / name).rename(tmp_path / "away")
    if is_replaced:
        (shop.folder / name).write_bytes(kept)
    with pytest.raises(StoreDamaged) as found:
        watch.check()
    assert found.value.facts == {"reason": "file-replaced", "file": name}
    store.close()


def test_a_disk_that_is_nearly_full_takes_no_payment(
    worked: RealShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = free_bytes(worked.folder)
    watch = FileWatch(worked.folder / "till.db", worked.witness)
    monkeypatch.setattr(files, "free_bytes", lambda *_places: 49_999_999)
    with pytest.raises(DiskNearlyFull) as refused:
        watch.check()
    assert refused.value.facts == {"place": str(worked.folder), "free_mb": 49, "wanted_mb": 50}
    assert free > 0


def test_a_large_file_is_read_for_a_bounded_time_at_start(tmp_path: Path) -> None:
    """A time that is over at once stands for a file that takes longer than the limit."""
    generate(tmp_path / "shop", 300)
    reader = open_reader(tmp_path / "shop" / "till.db")
    assert check_start(reader).is_whole_file_checked
    checks = check_start(reader, limit_s=-1.0)
    assert (checks.is_whole_file_checked, checks.tail_rows) == (False, TAIL_ROWS)
    reader.dispose()


def test_a_journal_row_whose_hash_does_not_follow_is_found_at_start(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    shop.sql("UPDATE journal SET operator = 'x' WHERE seq = 7")
    with pytest.raises(StoreDamaged) as refused:
        SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    assert refused.value.facts == {"reason": "chain-broken", "seq": 7}
