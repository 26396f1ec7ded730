"""Backup and export from the menu: by the command line's functions, beside a till that sells."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from json import loads
from pathlib import Path
from time import monotonic, sleep

import pytest

from db.verify import verify_file
from db.witness import read_witness
from tests.whole.harness import MUG, Shop, WholeTill
from tui import commands as c
from tui.books import WORK, BooksPicture
from tui.books_work import INTERRUPTED
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


def worker(shop: Shop) -> int:
    """Give the number of the process that makes a copy of this shop; waits until it is there."""
    until_s = monotonic() + 10
    while monotonic() < until_s:
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # It ended since the folder was read.
                words = file.read_bytes().decode("utf-8", "replace").split("\0")
                if WORK[-1] in words and str(shop.data_dir / "till.db") in words:
                    return int(file.parent.name)
        sleep(0.01)
    raise AssertionError("nothing makes the copy")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_backup_that_is_ended_is_told_and_the_till_sells_on(
    shop: Shop, number: signal.Signals
) -> None:
    till = sold(shop)
    till.do(c.MakeBooks("backup"))
    os.kill(worker(shop), number)
    books = till.wait(lambda view: view.books and not view.books.is_running).books
    assert books is not None
    assert "Arbetet avbröts" in books.error
    folder = shop.data_dir / "backup"
    assert not folder.exists() or not list(folder.iterdir())
    assert shop.notes("backup-made") == []
    assert made(till, "backup").is_done
    till.sell(MUG)
    till.do(c.PayCash())
    assert till.receipt(2).receipt_no == 2


def test_a_backup_ends_with_its_till_and_leaves_nothing_behind(shop: Shop) -> None:
    sold(shop)
    folder = shop.folder / "carried"
    places = (shop.data_dir / "till.db", witness_path(shop.config, shop.data_dir))
    target = folder / "copy.db"
    words = [sys.executable, *WORK, "backup", *map(str, (*places, target)), "blipp", "sv"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as work:
        told, _ = work.communicate(timeout=20)  # Closes the pipe that the till would hold.
    assert (work.returncode, told) == (INTERRUPTED, b"")
    assert not folder.exists() or not list(folder.iterdir())
