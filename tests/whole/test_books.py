"""Backup and export from the menu: by the command line's functions, beside a till that sells."""

from dataclasses import replace
from json import loads
from pathlib import Path

from db.verify import verify_file
from db.witness import read_witness
from tests.whole.harness import MUG, Shop, WholeTill
from tui import commands as c
from tui.books import BooksPicture
from tui.compose import witness_path


def made(till: WholeTill, kind: str) -> BooksPicture:
    """Have one made, and wait for what became of it."""
    till.do(c.MakeBooks(kind))
    books = till.wait(lambda view: view.books and not view.books.is_running).books
    assert books is not None
    return books


def sold(shop: Shop) -> WholeTill:
    till = shop.open().ready()
    till.sell(MUG)
    till.do(c.PayCash())
    till.receipt(1)
    return till


def test_a_backup_from_the_menu_is_verified_and_journalled(shop: Shop) -> None:
    till = sold(shop)
    books = made(till, "backup")
    assert books.is_done
    copy = Path(books.place)
    assert copy.parent == shop.data_dir / "backup"
    assert copy.stat().st_size == books.size_bytes
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert (books.receipt_no, books.is_same_disk) == (1, True)
    lines = read_witness(witness_path(shop.config, shop.data_dir))
    assert verify_file(copy, lines).is_sound
    note = loads(shop.notes("backup-made")[0])
    assert note == {
        "by": "Anna",
        "head_hash": books.head_hash,
        "head_seq": books.head_seq,
        "place": books.place,
        "size_bytes": books.size_bytes,
    }


def test_the_till_sells_while_a_backup_is_made(shop: Shop) -> None:
    till = sold(shop)
    till.do(c.MakeBooks("backup"))
    till.do(c.MakeBooks("backup"))
    till.sell(MUG)
    till.do(c.PayCash())
    assert till.receipt(2).receipt_no == 2
    till.wait(lambda view: view.books and view.books.is_done)
    assert len(list((shop.data_dir / "backup").iterdir())) == 1


def test_an_export_from_the_menu_is_whole(shop: Shop) -> None:
    books = made(sold(shop), "export")
    assert books.is_done
    manifest = loads((Path(books.place) / "manifest.json").read_text("utf-8"))
    assert manifest["files"]["receipts.jsonl"]["rows"] == 1
    assert loads(shop.notes("export-made")[0])["place"] == books.place


def test_a_place_that_cannot_be_written_is_named_and_the_till_sells_on(shop: Shop) -> None:
    (shop.folder / "taken").write_text("a file where the folder should be")
    data = replace(shop.config.data, backup=shop.folder / "taken")
    shop.config = replace(shop.config, data=data)
    till = sold(shop)
    books = made(till, "backup")
    assert "taken" in books.error
    assert shop.notes("backup-made") == []
    till.sell(MUG)
    till.do(c.PayCash())
    assert till.receipt(2).receipt_no == 2
