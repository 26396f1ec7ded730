"""`blipp export json`: from the files alone the books can be checked, and names stay text."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from core.services import payment, registration
from db.export import export_json
from tests.real_shop import RULES, RealShop, a_worked_shop, changed
from tests.till_life import Life, Scenario
from tui.__main__ import main

HOSTILE = "[@click=app.quit]Bulle[/] \x1b]52;c;x\x07 \u202eab\n=1+1"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("ascii").splitlines()]


@pytest.fixture(scope="module")
def books(worked: RealShop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books") / "json"
    export_json(worked.folder / "till.db", folder, "Blipp test")
    return folder


def test_the_chain_can_be_made_anew_from_the_exported_journal(books: Path) -> None:
    former = "0" * 64
    for seq, row in enumerate(rows(books, "journal"), 1):
        fields = (former, str(seq), row["at"], row["kind"], row["operator"], row["payload"])
        former = sha256("\n".join(fields).encode()).hexdigest()
        assert (row["seq"], row["hash"]) == (seq, former)
    manifest = json.loads((books / "manifest.json").read_text())
    assert (manifest["head_seq"], manifest["head_hash"]) == (seq, former)


def test_sums_and_tips_can_be_made_anew_from_receipts_and_payments(books: Path) -> None:
    totals = {
        (row["period_no"], row["section"], row["name"]): (row["count"], row["sum_ore"])
        for row in rows(books, "totals")
    }
    receipts = rows(books, "receipts")
    for period in {row["period_no"] for row in receipts}:
        ours = [row["receipt"] for row in receipts if row["period_no"] == period]
        sales = (len(ours), sum(one["total_ore"] for one in ours))
        assert totals[period, "sales", ""] == sales
    assert totals[0, "grand-sales", ""][1] == sum(row["total_ore"] for row in receipts)
    settled = [row for row in rows(books, "payments") if row["state"] == "settled"]
    for row in settled:
        assert row["tender"]["tip_ore"] == row["tip_ore"]
    tips = sum(row["tip_ore"] for row in settled if row["receipt_no"])
    assert tips == sum(
        value[1] for (_, section, _), value in totals.items() if section == "tip-tender"
    )
    assert tips > 0
    for row in rows(books, "reports"):
        assert row["report"]["sales_ore"] == totals[row["period_no"], "sales", ""][1]


def test_who_decided_what_stands_in_the_acts(books: Path) -> None:
    acts = rows(books, "acts")
    assert len(acts) == len(rows(books, "journal"))
    decided = {(act["kind"], act["decided_by"]) for act in acts if act["decided_by"]}
    assert ("reversal-requested", "Maja") in decided


def test_each_file_is_its_owners_alone_and_named_with_its_digest(books: Path) -> None:
    manifest = json.loads((books / "manifest.json").read_text())
    for name, told in manifest["files"].items():
        data = (books / name).read_bytes()
        assert sha256(data).hexdigest() == told["sha256"]
        assert data.count(b"\n") == told["rows"]
        assert (books / name).stat().st_mode & 0o777 == 0o600


def test_a_hostile_name_is_text_in_every_file_and_whole_after_reading(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")

    def work(life: Life) -> None:
        life.begin()
        payment.pay_cash(life.till, None)
        life.settle()
        registration.add_code(life.till, "2", None, None)
        payment.pay_cash(life.till, None)
        life.settle()

    shop.live(Scenario("hostile", (), rules=RULES), work)
    escaped = json.dumps(HOSTILE)[1:-1].replace("'", "''")
    shop.sql(f'UPDATE receipt SET body = replace(body, \'"name":"\', \'"name":"{escaped}\')')
    folder = tmp_path / "json"
    export_json(shop.folder / "till.db", folder, "Blipp test")
    for path in folder.iterdir():
        raw = path.read_bytes()
        assert all(byte == 0x0A or 0x20 <= byte < 0x7F for byte in raw), path.name
    receipt = rows(folder, "receipts")[-1]["receipt"]
    assert receipt["lines"][0]["name"].startswith(HOSTILE)


def test_the_command_writes_into_an_empty_folder_only(
    worked: RealShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(worked.folder)]
    before = (worked.folder / "till.db").read_bytes()
    assert main(["export", "json", str(tmp_path / "json"), *data]) == 0
    assert "journal.jsonl" in capsys.readouterr().out
    assert main(["export", "json", str(tmp_path / "json"), *data]) == 2
    assert "inte tom" in capsys.readouterr().err
    assert (worked.folder / "till.db").read_bytes() == before
