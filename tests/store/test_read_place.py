"""An auditor verifies and exports a copy that lies where his user may write nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from db.backup import back_up
from db.export import export_json
from db.read_copy import reading_copy
from db.store import SqliteStore
from db.verify import verify_shop
from tests.fakes import NOON
from tests.real_shop import WITNESS, RealShop, a_worked_shop

NOBODY = 65_534


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another user can reach."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder / "revision #1 50%"


def shut(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)


def as_another_user(look: Callable[[], bool]) -> bool:
    """Look as a user who may read and not write, in a process of its own."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    code = 2
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        code = 0 if look() else 1
    finally:
        os._exit(code)


def is_sound(folder: Path) -> bool:
    report = verify_shop(folder, folder / WITNESS)
    if report.problem is not None:
        os.write(2, f"{report.problem}\n".encode())
    return report.is_sound


def is_read(folder: Path) -> bool:
    """Verify, read and export."""
    with TemporaryDirectory() as out, reading_copy(folder / "till.db", NOON) as store:
        export_json(folder / "till.db", Path(out) / "export", "x")
        return is_sound(folder) and store.last_receipt_no() > 0


@pytest.mark.parametrize("others", [(), ("-wal",), ("-wal", "-shm")])
def test_a_copy_in_a_folder_that_is_shut_is_read(
    worked: RealShop, place: Path, others: tuple[str, ...]
) -> None:
    """Copied beside a till that runs, or after it ended: with its log, and without."""
    place.mkdir()
    store = SqliteStore(worked.folder / "till.db", NOON) if others else None
    if store is not None:
        with store.unit_of_work() as uow:
            uow.append_journal(NOON, "unit-silent", "Anna", "{}")
            uow.commit()
    for name in ("till.db", WITNESS, *(f"till.db{other}" for other in others)):
        shutil.copy(worked.folder / name, place / name)
    if store is not None:
        assert (place / "till.db-wal").stat().st_size > 0
        store.close()
    before = sorted(path.name for path in place.iterdir())
    shut(place)
    assert as_another_user(lambda: is_read(place))
    assert sorted(path.name for path in place.iterdir()) == before
    place.chmod(0o755)


@pytest.mark.parametrize("name", ["why?", "a%3Fb", "file:x", "no #1", "a?mode=memory&x"])
def test_no_character_of_a_name_sells_into_or_reads_from_another_file(
    worked: RealShop, tmp_path: Path, name: str
) -> None:
    folder, copy = tmp_path / name, tmp_path / f"{name}.db"
    folder.mkdir()
    for each in ("till.db", WITNESS):
        shutil.copy(worked.folder / each, folder / each)
    store = SqliteStore(folder / "till.db", NOON)
    with store.unit_of_work() as uow:
        head = uow.append_journal(NOON, "unit-silent", "Anna", "{}").seq
        uow.commit()
    assert back_up(folder / "till.db", folder / WITNESS, copy).seq == head
    store.close()
    assert is_sound(folder)
    with reading_copy(copy, NOON) as read:
        assert read.journal_head()[0] == head
    export_json(copy, tmp_path / "out", "x")
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([name, copy.name, "out"])


def test_a_till_that_runs_is_verified_by_a_user_who_may_only_read(
    worked: RealShop, place: Path
) -> None:
    place.mkdir()
    for name in ("till.db", WITNESS):
        shutil.copy(worked.folder / name, place / name)
    store = SqliteStore(place / "till.db", NOON)
    with store.unit_of_work() as uow:
        uow.append_journal(NOON, "unit-silent", "Anna", "{}")
        uow.commit()
    place.chmod(0o755)
    for file in place.iterdir():
        file.chmod(0o644)
    assert as_another_user(lambda: is_sound(place))
    store.close()
