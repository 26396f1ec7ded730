"""A till does not sell on with a journal whose witness is away, or ahead of it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.generate import generate
from core.errors import StoreDamaged
from core.journal import GENESIS
from core.services import recovery, registration
from db.store import SqliteStore
from db.witness import Witness, WitnessLine, damaged_line, read_witness
from tests.fakes import a_world
from tests.real_shop import RULES, RealShop, a_worked_shop, changed
from tests.store.test_former_shop import former_shop
from tests.store.test_read_place import as_another_user
from tests.till_life import Life, Scenario
from tui.__main__ import main

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def refusal(shop: RealShop) -> str:
    """Why a start with this shop's files is refused; empty when it is not."""
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    try:
        store.check_witness(shop.witness)
    except StoreDamaged as refused:
        return str(refused.facts["reason"])
    finally:
        store.close()
    return ""


def a_new_shop(tmp_path: Path) -> RealShop:
    return RealShop(tmp_path / "shop", a_world()).set_up()


def test_an_older_database_is_refused_at_start(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "till.db", NOON)
    path = tmp_path / "witness.log"
    witness = Witness(path)
    with store.unit_of_work() as uow:
        entry = uow.append_journal(NOON, "unit-silent", "Anna", "{}")
        uow.commit()
    witness.append(entry.seq, entry.hash, "receipt", 1)
    store.check_witness(path)
    for wrong in (WitnessLine(2, entry.hash, "receipt", 2), WitnessLine(1, GENESIS, "receipt", 1)):
        witness.append(*wrong)
        with pytest.raises(StoreDamaged):
            store.check_witness(path)
    witness.close()
    store.close()


def test_a_shop_that_has_sold_does_not_start_without_its_witness(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    assert refusal(shop) == ""
    kept = shop.witness.read_bytes()
    for torn in (b"", kept[:30]):
        shop.witness.write_bytes(torn)
        assert refusal(shop) == "witness-empty"
    shop.witness.unlink()
    assert refusal(shop) == "witness-missing"
    shop.witness.mkdir()
    assert refusal(shop) == "witness-unreadable"
    shop.witness.rmdir()
    shop.witness.write_bytes(kept)
    assert refusal(shop) == ""


def test_an_older_file_without_a_sale_is_refused_where_its_witness_is_away(tmp_path: Path) -> None:
    """The backup of the first morning: it holds no receipt, and the shop has sold since."""
    shop = a_new_shop(tmp_path)
    shop.live(Scenario("start", (), rules=RULES), lambda life: recovery.start(life.till))
    shop.witness.unlink()
    assert refusal(shop) == "witness-missing"


def test_a_witness_that_was_emptied_behind_the_first_sale_is_told(tmp_path: Path) -> None:
    shop = a_new_shop(tmp_path)

    def work(life: Life) -> None:
        life.begin()
        registration.add_code(life.till, "2", None, None)

    shop.live(Scenario("first-line", (), rules=RULES), work)
    shop.witness.write_bytes(b"")
    assert refusal(shop) == "witness-empty"


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_new_shop_killed_before_its_first_line_of_the_witness_starts_again(
    tmp_path: Path, deaths: int
) -> None:
    shop = a_new_shop(tmp_path)
    assert refusal(shop) == ""

    def die(at: str) -> None:
        if at == "before witness":
            raise KeyboardInterrupt

    for _ in range(deaths):
        with pytest.raises(KeyboardInterrupt):
            shop.live(
                Scenario("killed", (), rules=RULES), lambda life: recovery.start(life.till), die
            )
        assert read_witness(shop.witness) == ()
        assert refusal(shop) == ""
    shop.live(Scenario("start", (), rules=RULES), lambda life: recovery.start(life.till))
    assert refusal(shop) == ""
    assert shop.verify().is_sound


def test_a_former_shop_starts_with_its_witness_and_not_without(tmp_path: Path) -> None:
    shop = former_shop(tmp_path / "shop")
    assert refusal(shop) == ""
    shop.witness.unlink()
    assert refusal(shop) == "witness-missing"


def test_a_lost_witness_is_begun_anew_by_name_and_everybody_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older file in place, the witness gone with its disk: the papers know receipt 15."""
    data = tmp_path / "data"
    generate(data, 11)
    witness = data / "witness" / "witness.log"
    words = ["restore", "--same-file", "--demo", "--data", str(data)]
    told = ["--last-receipt", "15", "--last-z", "0", "--by", "Maja"]
    assert main([*words, *told]) == 2
    assert "vittnesfilen finns" in capsys.readouterr().err
    shutil.rmtree(witness.parent)
    assert main(["verify", "--data", str(data)]) == 1
    assert main(["doctor", "--demo", "--data", str(data)]) == 1
    assert f"Vittnesfilen saknas: {witness}" in capsys.readouterr().out
    assert main([*words, *told]) == 0
    assert "Nästa kvitto får nummer 17" in capsys.readouterr().out
    line, *_series = read_witness(witness)
    assert (line.kind, line.number) == ("restored", 15)
    assert main(["verify", "--data", str(data)]) == 0
    assert "börjad på nytt av Maja; kvitton utan rader: 12-15" in capsys.readouterr().out
    assert main(["report", "x", "--demo", "--data", str(data)]) == 0
    told_by_x = " ".join(capsys.readouterr().out.split())
    assert "Vittnesfilen är förlorad: kvitto 12-15 saknas i journalen" in told_by_x


def test_a_restore_names_one_file_or_says_that_the_own_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    generate(data, 1)
    shop = ["--demo", "--data", str(data)]
    assert main(["restore", *shop]) == 2
    assert main(["restore", str(data / "till.db"), *shop]) == 2
    assert "--same-file" in capsys.readouterr().err
    assert main(["restore", str(data / "till.db"), "--same-file", *shop]) == 2


def test_a_witness_that_is_a_folder_is_told_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    generate(data, 2)
    witness = data / "witness" / "witness.log"
    witness.unlink()
    witness.mkdir()
    shop = ["--demo", "--data", str(data)]
    assert main(["verify", "--data", str(data)]) == 1
    assert "witness: filen kan inte läsas" in capsys.readouterr().out
    told = ["--last-receipt", "2", "--last-z", "0", "--by", "Maja"]
    for words in (["restore", "--same-file", *shop, *told], ["backup", str(tmp_path / "b"), *shop]):
        assert main(words) == 3
        assert "Vittnesfilen kan inte läsas" in capsys.readouterr().err


def test_a_witness_is_made_below_a_folder_that_may_be_passed_and_not_read(tmp_path: Path) -> None:
    def is_made() -> bool:
        Witness(home / "shop" / "witness").close()
        return True

    with TemporaryDirectory() as name:
        home = Path(name)
        (home / "shop").mkdir()
        (home / "shop").chmod(0o777)
        home.chmod(0o311)
        try:
            assert as_another_user(is_made)
        finally:
            home.chmod(0o700)


def test_one_flipped_bit_of_the_witness_is_found(worked: RealShop, tmp_path: Path) -> None:
    """In each byte but those of the numbers at the ends of the lines, which nothing else tells."""
    shop = changed(worked, tmp_path / "shop")
    kept = shop.witness.read_bytes()
    assert shop.verify().is_sound
    assert damaged_line(shop.witness) == 0
    missed = []
    for at, byte in enumerate(kept):
        before = kept[kept.rfind(b"\n", 0, at) + 1 : at]
        if before.count(b" ") == 3 and byte != ord("\n"):
            continue
        shop.witness.write_bytes(kept[:at] + bytes([byte ^ (1 << at % 7)]) + kept[at + 1 :])
        if shop.verify().is_sound:
            missed.append((at, kept[max(0, at - 10) : at + 10]))
    assert not missed


def test_a_line_that_a_power_cut_tore_is_no_damage_once_the_next_start_ended_it(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    kept = shop.witness.read_bytes()
    newest = kept.splitlines()[-1]
    for length in range(len(newest)):
        shop.witness.write_bytes(kept + newest[:length])
        assert damaged_line(shop.witness) == 0
        opened = Witness(shop.witness)
        assert damaged_line(shop.witness) == 0
        opened.append(1, GENESIS, "start", 0)
        opened.close()
        assert damaged_line(shop.witness) == 0
    shop.witness.write_bytes(kept + b"a note of somebody's\n" + newest + b"\n")
    problem = shop.verify().problem
    assert problem is not None
    assert str(problem) == f"witness {len(kept.splitlines()) + 1}: no till wrote this line"
