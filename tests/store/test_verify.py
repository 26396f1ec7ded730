"""Verification: a sound shop is sound, and whatever somebody changed by hand is named.

The attacker knows SQLite, drops the triggers first, and may even recompute the whole chain; what he
cannot change is the witness file on another disk.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from core.journal import GENESIS, chain_hash
from core.payload import digest
from db.verify import VerifyReport, verify_shop
from tests.real_shop import RealShop, a_worked_shop, changed


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


@pytest.fixture
def shop(worked: RealShop, tmp_path: Path) -> RealShop:
    return changed(worked, tmp_path / "shop")


def named(report: VerifyReport) -> str:
    """Give `table key` of the first bad row."""
    assert not report.is_sound
    assert report.problem is not None
    return f"{report.problem.table} {report.problem.key}"


def last_witnessed(shop: RealShop) -> int:
    """Give the newest journal row that the witness file names."""
    return int(shop.witness.read_text().splitlines()[-1].split()[0])


def test_a_shop_after_two_days_is_sound(shop: RealShop) -> None:
    report = shop.verify()
    assert report.problem is None
    assert report.is_sound
    assert report.rows_checked > 140


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE sale_line SET amount_ore=1 WHERE sale_id=1 AND seq=2", "sale_line 1/2"),
        ("UPDATE tender SET tip_ore=0, authorized_ore=24940 WHERE sale_id=1", "tender 1/1"),
        ("UPDATE tender SET body=replace(body,'Anna','Erik') WHERE sale_id=1", "tender 1/1"),
        ("UPDATE tender SET body='x' WHERE sale_id=6", "tender 6/1"),
        # What is empty may not be renamed, doubled, or written in another way.
        ("UPDATE tender SET body=replace(body,'started_at','start%d_at') WHERE sale_id=2",
         "tender 2/1"),
        ("UPDATE tender SET body=replace(body,'\"tip_ore\":0','\"tip_ore\":false') WHERE sale_id=2",
         "tender 2/1"),
        ("UPDATE tender SET body='{\"no\":9,'||substr(body,2) WHERE sale_id=2", "tender 2/1"),
        ("UPDATE tender SET body=replace(body,',',', ') WHERE sale_id=2", "tender 2/1"),
        ("UPDATE card_late SET body=replace(body,'resolved_by','resolved_bz')", "card_late 7"),
        ("UPDATE sale SET total_ore=1 WHERE sale_id=6", "sale 6"),
        ("UPDATE receipt SET body=replace(body,'249','248') WHERE receipt_no=1", "receipt 1"),
        ("UPDATE receipt SET total_ore=1 WHERE receipt_no=2", "receipt 2"),
        ("UPDATE z_report SET body=replace(body,'31','30')", "z_report 1"),
        ("UPDATE total SET sum_ore=sum_ore-1 WHERE section='grand-sales'", "total 0/grand-sales/"),
        ("DELETE FROM total WHERE section='tip-operator'", "total 1/tip-operator/Anna"),
        ("INSERT INTO total VALUES (2,'sales','more',1,1)", "total 2/sales/more"),
        ("DELETE FROM journal WHERE seq=20", "journal 20"),
        ("UPDATE counter SET value=9 WHERE name='receipt_no'", "counter receipt_no"),
        ("UPDATE period SET opening_float_ore=0 WHERE period_no=1", "period 1"),
        (
            "INSERT INTO sale_line SELECT sale_id,9,number,name,department,quantity_milli,unit,"
            "unit_price_ore,amount_ore,rate_bp,is_service,corrects,follows FROM sale_line"
            " WHERE sale_id=1 AND seq=1",
            "sale_line 1/9",
        ),
        (
            "INSERT INTO tender SELECT sale_id,9,kind,state,amount_ore,tip_ore,authorized_ore,99,"
            "body FROM tender WHERE sale_id=1",
            "tender 1/9",
        ),
        ("INSERT INTO sale VALUES (9,'voided','Anna','x',0,NULL,NULL,NULL)", "sale 9"),
        (
            "INSERT INTO receipt SELECT 9,3,period_no,at,99,'x',unit_id,total_ore,body FROM receipt"
            " WHERE receipt_no=1",
            "receipt 9",
        ),
        ("INSERT INTO z_report SELECT 2,2,at,body FROM z_report", "z_report 2"),
        ("INSERT INTO period VALUES (3,'x',0,'x')", "period 3"),
        ("INSERT INTO receipt_copy SELECT 1,'wanted',NULL,NULL,'','','',body FROM receipt LIMIT 1",
         "receipt_copy 1"),
        ("INSERT INTO paper VALUES (9,'receipt',1,'queued',0,'x')", "paper 9"),
    ],
)  # fmt: skip
def test_the_first_bad_row_is_named(shop: RealShop, statement: str, bad: str) -> None:
    shop.sql(statement)
    assert named(shop.verify()) == bad


def test_an_edited_amount_in_the_journal_is_named(shop: RealShop) -> None:
    ((seq,),) = shop.sql("SELECT min(seq) FROM journal WHERE payload LIKE '%24940%'")
    shop.sql(f"UPDATE journal SET payload=replace(payload,'24940','24840') WHERE seq={seq}")
    assert named(shop.verify()) == f"journal {seq}"


def test_two_receipts_swapped_are_named(shop: RealShop) -> None:
    one, two = shop.sql("SELECT body FROM receipt WHERE receipt_no IN (1,2) ORDER BY receipt_no")
    with shop.forge() as connection:
        connection.execute("UPDATE receipt SET body=? WHERE receipt_no=1", two)
        connection.execute("UPDATE receipt SET body=? WHERE receipt_no=2", one)
    assert named(shop.verify()) == "receipt 1"


def test_two_journal_rows_swapped_are_named(shop: RealShop) -> None:
    columns = "at, kind, operator, payload, hash"
    five, six = shop.sql(f"SELECT {columns} FROM journal WHERE seq IN (5,6) ORDER BY seq")
    with shop.forge() as connection:
        for seq, row in ((5, six), (6, five)):
            statement = f"UPDATE journal SET ({columns})=(?,?,?,?,?) WHERE seq=?"
            connection.execute(statement, (*row, seq))
    assert named(shop.verify()) == "journal 5"


DIGEST = re.compile(r'"digest":"[0-9a-f]{64}"')


def rehash(shop: RealShop, edit: Callable[[str], str]) -> int:
    """Edit payloads and make digests and chain anew, as an attacker who read our page would."""
    head, first = GENESIS, 0
    with shop.forge() as connection:
        rows = connection.execute("SELECT seq, at, kind, operator, payload FROM journal").fetchall()
        papers = dict(connection.execute("SELECT paper_id, body FROM paper").fetchall())
        for seq, at, kind, operator, payload in rows:
            edited = edit(payload)
            if kind == "paper-queued" and "digest" in edited:
                body = papers[json.loads(edited)["paper_id"]]
                edited = DIGEST.sub(f'"digest":"{digest(body)}"', edited)
            first = first or (seq if edited != payload else 0)
            head = chain_hash(head, seq, at, kind, operator, edited)
            statement = "UPDATE journal SET payload=?, hash=? WHERE seq=?"
            connection.execute(statement, (edited, head, seq))
    return first


def test_a_chain_made_anew_over_one_edited_row_is_found(shop: RealShop) -> None:
    shop.sql()
    edited = rehash(shop, lambda payload: payload.replace('"amount_ore":13900', '"amount_ore":1'))
    assert edited > 0
    assert named(shop.verify()).startswith("journal ")


def test_an_edit_in_every_table_at_once_is_found_by_the_witness_alone(shop: RealShop) -> None:
    shop.sql(
        "UPDATE article SET name='Lunch', search_text='lunch' WHERE name='Dagens lunch'",
        "UPDATE sale_line SET name='Lunch' WHERE name='Dagens lunch'",
        "UPDATE receipt SET body=replace(body,'Dagens lunch','Lunch')",
        "UPDATE paper SET body=replace(body,'Dagens lunch','Lunch')",
        "UPDATE receipt_copy SET original=replace(original,'Dagens lunch','Lunch')",
    )
    with dbapi2.connect(str(shop.folder / "till.db")) as connection:
        reports = connection.execute("SELECT z_no, body FROM z_report").fetchall()
    edited = rehash(shop, lambda payload: payload.replace("Dagens lunch", "Lunch"))
    _mend_heads(shop, reports)
    assert verify_shop(shop.folder, None).is_sound
    found = shop.verify()
    witnessed = [int(line.split()[0]) for line in shop.witness.read_text().splitlines()]
    first = next(seq for seq in witnessed if seq >= edited)
    assert named(found) == f"journal {first}"


def _mend_heads(shop: RealShop, reports: list[tuple[int, str]]) -> None:
    """Write the new head hash into each Z, and make the chain anew behind it."""
    head_hash = re.compile(r'"head_hash":"[0-9a-f]{64}"')
    for z_no, _ in reports:
        ((seq,),) = shop.sql("SELECT seq FROM journal WHERE kind='z-report'")
        ((head,),) = shop.sql(f"SELECT hash FROM journal WHERE seq={seq - 1}")
        new = f'"head_hash":"{head}"'

        def mend(payload: str, new: str = new) -> str:
            return head_hash.sub(new, payload)

        rehash(shop, mend)
        body = f"(SELECT payload FROM journal WHERE seq={seq})"
        shop.sql(
            f"UPDATE z_report SET body={body} WHERE z_no={z_no}",
            f"UPDATE paper SET body={body} WHERE kind='z-report' AND reference={z_no}",
        )
        rehash(shop, lambda payload: payload)


def test_a_cut_tail_is_found_by_the_witness(shop: RealShop) -> None:
    head = shop.sql("SELECT max(seq) FROM journal")[0][0]
    witnessed = last_witnessed(shop)
    for seq in range(witnessed, 1, -7):
        shop.sql(f"DELETE FROM journal WHERE seq>={seq}")
        assert named(shop.verify()) == f"journal {seq}"
    assert head >= witnessed


def test_an_older_file_put_in_place_is_found_by_the_witness(
    worked: RealShop, tmp_path: Path
) -> None:
    older = changed(worked, tmp_path / "older")
    newer = changed(worked, tmp_path / "newer")
    with newer.witness.open("a", encoding="utf-8") as witness:
        witness.write(f"999 {'a' * 64} receipt 5\n")
    shutil.copy(older.folder / "till.db", newer.folder / "till.db")
    report = newer.verify()
    assert report.problem is not None
    assert report.problem.table == "journal"
    assert "witness file names it (receipt 5)" in report.problem.what


def test_another_shops_file_is_found_by_the_witness(shop: RealShop, tmp_path: Path) -> None:
    lines = shop.witness.read_text().splitlines()
    foreign = [line.replace(line.split()[1], "f" * 64) for line in lines]
    shop.witness.write_text("\n".join(foreign) + "\n")
    assert named(shop.verify()) == f"journal {lines[0].split()[0]}"


def test_an_emptied_witness_is_named_and_a_torn_last_line_is_borne(shop: RealShop) -> None:
    text = shop.witness.read_text()
    shop.witness.write_text(text + "123 abc")
    assert shop.verify().is_sound
    shop.witness.write_text("")
    assert named(shop.verify()) == "witness "
    shop.witness.unlink()
    assert named(shop.verify()) == "witness "
    assert verify_shop(shop.folder, None).is_sound


def flipped(path: Path) -> Iterator[bytes]:
    """Give the file with one bit flipped, once in the middle of every page."""
    sound = path.read_bytes()
    for at in range(2048, len(sound), 4096):
        yield sound[:at] + bytes([sound[at] ^ 0x10]) + sound[at + 1 :]


def test_a_flipped_bit_never_crashes_verification(shop: RealShop) -> None:
    shop.sql()
    path = shop.folder / "till.db"
    sound = path.read_bytes()
    outcomes = []
    for damaged in flipped(path):
        path.write_bytes(damaged)
        outcomes.append(shop.verify().is_sound)
    path.write_bytes(sound)
    assert shop.verify().is_sound
    assert outcomes.count(False) > 0


def test_a_file_that_is_no_database_or_is_missing_is_named(tmp_path: Path) -> None:
    assert named(verify_shop(tmp_path, None)) == "file till.db"
    (tmp_path / "till.db").write_bytes(b"no database" * 1000)
    assert named(verify_shop(tmp_path, None)) == "file till.db"


def test_verification_writes_nothing(shop: RealShop) -> None:
    before = {path.name: path.read_bytes() for path in shop.folder.iterdir() if path.is_file()}
    assert shop.verify().is_sound
    after = {path.name: path.read_bytes() for path in shop.folder.iterdir() if path.is_file()}
    assert {name: after[name] for name in ("till.db", "witness.log")} == {
        name: before[name] for name in ("till.db", "witness.log")
    }


def test_a_tip_is_in_no_sum_that_counts_as_turnover(shop: RealShop) -> None:
    signed = shop.sql("SELECT payload FROM journal WHERE kind='receipt-signed' ORDER BY seq")
    receipt = json.loads(signed[0][0])["receipt"]
    assert receipt["tenders"][0]["tip_ore"] == 31_00
    assert receipt["total_ore"] == sum(row["gross_ore"] for row in receipt["vat"]) == 249_40
    assert shop.sql("SELECT sum_ore FROM total WHERE section='sales' AND period_no=1") == [
        (249_40 + 139_00,)
    ]
