"""After a restore the till sells on: no number twice, the gap journalled, named, and explained."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bench.generate import generate
from core.control_record import RecordType
from core.errors import StoreDamaged
from core.services import payment, registration, reporting
from db.backup import BackupUnsound, back_up
from db.restore import Told, restore
from db.store import SqliteStore
from db.verify import verify_shop
from db.witness import read_witness
from tests.real_shop import RULES, RealShop, a_worked_shop, changed
from tests.till_life import Life, Scenario
from tui.__main__ import main

SCRIPT = Scenario("restore", (), rules=RULES)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def live(shop: RealShop, count: int, z_count: int = 0) -> list[int]:
    """Sell for cash and take Z reports; gives the numbers of what came out."""
    out: list[int] = []

    def work(life: Life) -> None:
        life.begin()
        if life.till.sale is not None:
            payment.pay_cash(life.till, None)
            life.settle()
        for _ in range(count):
            registration.add_code(life.till, "2", None, None)
            payment.pay_cash(life.till, None)
            life.settle()
            assert life.till.last_receipt is not None
            out.append(life.till.last_receipt.receipt_no)
        for _ in range(z_count):
            out.append(reporting.z_report(life.till).number or 0)
            life.settle()

    shop.live(SCRIPT, work)
    return out


@pytest.fixture
def shop(worked: RealShop, tmp_path: Path) -> RealShop:
    """A shop with a backup beside it, which sold on for three receipts and one Z."""
    shop = changed(worked, tmp_path / "shop")
    live(shop, 1)
    back_up(shop.folder / "till.db", shop.witness, tmp_path / "backup")
    live(shop, 3, z_count=1)
    return shop


def put_back(shop: RealShop, file: Path, receipt_no: int, z_no: int) -> None:
    at = shop.world.clock.now() + timedelta(minutes=1)
    lines = read_witness(shop.witness)
    restore(file, shop.folder / "till.db", shop.witness, lines, Told("Maja", receipt_no, z_no), at)


def newest(shop: RealShop, table: str, column: str) -> int:
    return int(shop.read(f"SELECT coalesce(max({column}), 0) FROM {table}")[0][0])


def test_a_copied_file_alone_is_refused_and_a_restored_one_sells_on(
    shop: RealShop, tmp_path: Path
) -> None:
    last, z_no = newest(shop, "receipt", "receipt_no"), newest(shop, "z_report", "z_no")
    plain = changed(shop, tmp_path / "plain")
    (plain.folder / "till.db").write_bytes((tmp_path / "backup").read_bytes())
    store = SqliteStore(plain.folder / "till.db", shop.world.clock.now())
    with pytest.raises(StoreDamaged):
        store.check_witness(plain.witness)
    store.close()

    put_back(shop, tmp_path / "backup", last, z_no)
    report = shop.verify()
    assert report.is_sound
    (gap,) = report.gaps
    assert (gap.first, gap.last, gap.by) == (last - 2, last, "Maja")
    first, second, new_z = live(shop, 2, z_count=1)
    assert (first, second, new_z) == (last + 2, last + 3, z_no + 1)
    assert shop.verify().is_sound
    assert len(shop.verify().gaps) == 1


@pytest.mark.parametrize("has_witness", [True, False])
def test_numbers_go_on_behind_the_largest_of_backup_witness_and_paper(
    shop: RealShop, tmp_path: Path, has_witness: bool
) -> None:
    last, z_no = newest(shop, "receipt", "receipt_no"), newest(shop, "z_report", "z_no")
    if not has_witness:
        shop.witness.write_text("")
    put_back(shop, tmp_path / "backup", last + 5, z_no + 2)
    assert live(shop, 1, z_count=1) == [last + 7, z_no + 3]
    assert verify_shop(shop.folder, shop.witness).is_sound


def test_serials_and_service_ids_of_the_lost_rows_are_never_used_again(
    shop: RealShop, tmp_path: Path
) -> None:
    serial = newest(shop, "sale", "serial")
    service_id = shop.read("SELECT value FROM counter WHERE name = 'service_id'")[0][0]
    put_back(shop, tmp_path / "backup", 0, 0)
    counters = dict(shop.read("SELECT name, value FROM counter"))
    assert counters["serial"] > serial
    assert counters["service_id"] > service_id
    assert counters["sale_id"] >= newest(shop, "sale", "sale_id")


def test_x_and_z_name_the_gap_and_the_journal_both_heads(shop: RealShop, tmp_path: Path) -> None:
    last = newest(shop, "receipt", "receipt_no")
    witnessed = read_witness(shop.witness)[-1]
    put_back(shop, tmp_path / "backup", last, 0)
    live(shop, 1, z_count=1)
    ((body,),) = shop.read("SELECT body FROM z_report ORDER BY z_no DESC LIMIT 1")
    assert f"restored {last - 2}-{last}" in json.loads(body)["remarks"]
    ((seq, payload),) = shop.read("SELECT seq, payload FROM journal WHERE kind = 'restored'")
    note = json.loads(payload)
    assert note["by"] == "Maja"
    assert (note["witness_seq"], note["witness_hash"]) == witnessed[:2]
    assert note["file_seq"] == seq - 1


def test_a_backup_of_the_last_moment_skips_the_one_receipt_that_only_the_unit_may_know(
    shop: RealShop, tmp_path: Path
) -> None:
    """Its till may have died between the unit and the witness, and no number is used again."""
    back_up(shop.folder / "till.db", shop.witness, tmp_path / "fresh")
    last, z_no = newest(shop, "receipt", "receipt_no"), newest(shop, "z_report", "z_no")
    put_back(shop, tmp_path / "fresh", last, z_no)
    (gap,) = shop.verify().gaps
    assert gap.last < gap.first
    assert live(shop, 1) == [last + 2]
    assert shop.verify().is_sound


def test_a_second_restore_of_the_same_backup_goes_on_behind_the_first(
    shop: RealShop, tmp_path: Path
) -> None:
    last = newest(shop, "receipt", "receipt_no")
    put_back(shop, tmp_path / "backup", last, 0)
    seen = live(shop, 2)
    put_back(shop, tmp_path / "backup", 0, 0)
    assert live(shop, 1)[0] > max(seen)
    assert shop.verify().is_sound


def test_a_restore_that_ends_anywhere_refuses_to_sell_or_is_done(
    shop: RealShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails at each rename in turn; running it again makes it whole."""
    whole = Path.rename
    for failing in range(4):
        calls: list[str] = []

        def rename(path: Path, target: Path, failing: int = failing) -> Path:
            calls.append(path.name)  # noqa: B023  # the list of this turn is meant
            if len(calls) > failing:  # noqa: B023  # as above
                raise OSError(5, "EIO")
            return whole(path, target)

        at = changed(shop, tmp_path / f"at{failing}")
        monkeypatch.setattr(Path, "rename", rename)
        try:
            put_back(at, tmp_path / "backup", 0, 0)
            is_done = True
        except OSError:
            is_done = False
        monkeypatch.setattr(Path, "rename", whole)
        if not is_done and (at.folder / "till.db").exists():
            store = SqliteStore(at.folder / "till.db", at.world.clock.now())
            store.check_witness(at.witness)
            store.close()
        put_back(at, tmp_path / "backup", 0, 0)
        assert at.verify().is_sound


def test_a_backup_that_is_not_sound_is_not_put_back(shop: RealShop, tmp_path: Path) -> None:
    bytes_of = bytearray((tmp_path / "backup").read_bytes())
    at = bytes_of.find(b"receipt-signed")
    bytes_of[at + 2] ^= 1
    (tmp_path / "backup").write_bytes(bytes_of)
    before = (shop.folder / "till.db").read_bytes()
    with pytest.raises(BackupUnsound):
        put_back(shop, tmp_path / "backup", 0, 0)
    assert (shop.folder / "till.db").read_bytes() == before
    assert not list(shop.folder.glob("*restoring*"))


def test_lost_lines_without_a_row_that_explains_them_are_found(
    shop: RealShop, tmp_path: Path
) -> None:
    """Somebody writes `restored` into the witness by hand, to make a cut tail look explained."""
    at = changed(shop, tmp_path / "cut")
    (at.folder / "till.db").write_bytes((tmp_path / "backup").read_bytes())
    head = at.append("unit-ready", '{"unit_id":"x"}')
    with at.witness.open("a", encoding="utf-8") as witness:
        witness.write(f"{head.seq} {head.hash} restored 0\n")
    problem = at.verify().problem
    assert problem is not None
    assert problem.what == "the witness file tells of lost rows that no restored row explains"


def test_the_command_asks_the_papers_and_says_where_the_numbers_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, kopia = tmp_path / "data", tmp_path / "kopia"
    generate(data, 5)
    assert main(["backup", str(kopia), "--data", str(data)]) == 0
    words = ["restore", str(kopia), "--demo", "--data", str(data)]
    assert main(words) == 2
    assert "--last-receipt" in capsys.readouterr().err
    assert main([*words, "--last-receipt", "9", "--last-z", "0", "--by", "Maja"]) == 0
    told = capsys.readouterr().out
    assert "Vittnesfilen har sett kvitto 5 och Z-rapport 0." in told
    assert "Kvitto 6-9 saknas i journalen" in told
    assert "Nästa kvitto får nummer 11, nästa Z-rapport 1." in told
    assert main(["verify", "--data", str(data)]) == 0
    gap = "återlagd av Maja; kvitton utan rader: 6-9; numren går vidare på 11."
    assert gap in capsys.readouterr().out
    assert main(["report", "x", "--demo", "--data", str(data)]) == 0
    assert "kvitto 6-9" in " ".join(capsys.readouterr().out.split())


def test_restores_of_older_and_older_backups_use_no_number_twice(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    shop.world = worked.world.copy()

    live(shop, 0)
    shop.world.terminal.memory = "last"
    # Other tests of this file have sold on with the same devices.
    former = len(shop.world.unit.ledger), len(shop.world.terminal.sent)

    def sell(life: Life) -> None:
        life.begin()
        for pay in (payment.pay_cash, lambda till, _all: payment.pay_card(till, None, None)):
            registration.add_code(life.till, "2", None, None)
            pay(life.till, None)
            life.settle()

    files = []
    for number in range(3):
        files.append(tmp_path / f"backup-{number}")
        back_up(shop.folder / "till.db", shop.witness, files[-1])
        for _each in range(8):
            shop.live(SCRIPT, sell)
    for file in (files[2], files[2], files[1], files[0], files[0]):
        put_back(shop, file, newest(shop, "receipt", "receipt_no"), 0)
        shop.live(SCRIPT, sell)
        assert shop.verify().is_sound
    ledger, sent = shop.world.unit.ledger[former[0] :], shop.world.terminal.sent[former[1] :]
    serials = [record.serial for record, _code in ledger]
    receipts = [record.receipt_no for record, _code in ledger if record.type is RecordType.NORMAL]
    for numbers in (serials, receipts, sent):
        assert len(numbers) == len(set(numbers))
        assert numbers == sorted(numbers)


def test_the_number_of_the_newest_z_is_known_after_the_witness_was_begun_anew(
    shop: RealShop, tmp_path: Path
) -> None:
    z_no = newest(shop, "z_report", "z_no")
    shop.witness.unlink()
    put_back(shop, shop.folder / "till.db", newest(shop, "receipt", "receipt_no"), z_no)
    put_back(shop, tmp_path / "backup", 0, 0)
    assert live(shop, 0, z_count=1) == [z_no + 1]


def test_a_number_that_was_skipped_is_skipped_again_though_nobody_saw_the_next(
    shop: RealShop, tmp_path: Path
) -> None:
    """The till may have died with its first receipt after the restore at the control unit."""
    last = newest(shop, "receipt", "receipt_no")
    put_back(shop, tmp_path / "backup", last, 0)
    at_unit = newest(shop, "counter", "CASE name WHEN 'receipt_no' THEN value ELSE 0 END") + 1
    put_back(shop, tmp_path / "backup", last, 0)
    (number,) = live(shop, 1)
    assert number > at_unit
