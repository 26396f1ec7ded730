"""The bytes that the real till writes to a real terminal: a name adds no escape sequence (S4, M6).

The same keys are played on two shops whose only article is called by a hostile name in one and `x`
in the other; whatever kind of sequence the first writes, the second writes too.
"""

import re
import sys
from pathlib import Path

import pytest

from bench.screen import Screen
from core.article_file import ArticleFile, ArticleRow
from core.catalog import Article, Department, KeyKind, QuickKey
from core.text import clean
from core.vat_table import STANDARD_VAT_RATES
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.store import SqliteStore
from tests.hostile.corpus import SHOWN, names
from tui.cli.place import DATABASE_NAME
from tui.clock import SystemClock

SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~]|)"
)
CONTROLS = re.compile(
    rb"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
)
FIKA = Department("Fika", "standard")
EAN = "7310865004703"


def kinds(written: bytes) -> set[bytes]:
    """Give the kinds of sequences and control characters; where they move and colours aside."""
    found = {re.sub(rb"[0-9]+", b"9", one) for one in SEQUENCE.findall(written)}
    plain = SEQUENCE.sub(b"", written)
    return {re.sub(rb"(;9)+", b";9", one) for one in found} | set(CONTROLS.findall(plain))


def play(folder: Path, name: str) -> bytes:
    """Sell one article on the real till, and give what was written to the terminal.

    The name is put past the import into the shop, so that only the border to the screen cleans it.
    """
    data = folder / "data"
    data.mkdir(parents=True, mode=0o700)
    clock = SystemClock()
    store = SqliteStore(data / DATABASE_NAME, clock.now())
    with store.unit_of_work() as uow:
        writer = CatalogueWriter(uow, CatalogueStore(), clock.now(), "test")
        writer.put_vat_rates(STANDARD_VAT_RATES)
        article = Article("1", name, FIKA.name, 1990, ean=EAN)
        writer.put_articles(ArticleFile((ArticleRow(2, article, FIKA),)))
        writer.replace_layout((QuickKey(1, "q", name, KeyKind.ARTICLE, "1"),))
        uow.commit()
    store.close()
    command = [sys.executable, "-m", "tui", "run", "--demo", "--data", str(data)]
    written = bytearray()
    with Screen([*command, "--status-fd", "{status}"], Path.cwd(), has_status=True) as till:
        till.wait_status(lambda now: now["screen"] == "register" and not now["busy"])
        till.wait("redo")
        for keys, is_reached in (
            (b"1\r", lambda now: now["line_count"] == 1),
            (b"-", lambda now: now["line_count"] != 1),
            (f"{EAN}\r".encode(), lambda now: now["total_ore"] == 1990),
            (b"\x1bOQ", lambda now: now["screen"] == "search"),
            (b"\x1b", lambda now: now["screen"] == "register"),
            (b"+", lambda now: now["screen"] == "pay"),
            (b"\r", lambda now: now["receipt_no"] is not None),
            (b"\x1b[6~", lambda now: now["screen"] == "register"),
            (b"\x11", lambda now: now["screen"] == "confirm"),
        ):
            till.write(keys)
            till.wait_status(is_reached)
            till.rest(0.05)
        till.write(b"j")
        assert till.wait_ended() == 0
        written += till.seen
    return bytes(written)


def assert_same_kinds(folder: Path, hostile: list[str]) -> None:
    """Hold each name's kinds of sequences against those of `x`."""
    plain = kinds(play(folder / "x", "x"))
    for number, name in enumerate(hostile):
        written = play(folder / str(number), name)
        assert kinds(written) <= plain, (name[:60], kinds(written) - plain)
        assert b"aGVq" not in b"".join(SEQUENCE.findall(written))


@pytest.mark.slow
def test_a_name_adds_no_escape_sequence_to_what_the_till_writes(tmp_path: Path) -> None:
    assert_same_kinds(tmp_path, [SHOWN])


@pytest.mark.night
def test_no_name_of_a_sample_adds_an_escape_sequence(tmp_path: Path) -> None:
    good = [name for name in names() if clean(name, 60)]
    assert_same_kinds(tmp_path, good[:150:3])


def test_the_comparison_bites() -> None:
    plain = kinds(b"\x1b[1;2HKaffe\x1b[0m\x1b]0;Blipp\x07")
    assert kinds(b"\x1b[7;19Hx\x1b[1m\x1b]0;Blipp\x07") <= plain
    for hostile in (
        b"\x1b[2J",
        b"\x1b]52;c;aGVq\x07",
        b"\xc2\x9b31m",
        b"\xe2\x80\xae",
        b"\x08",
        b"\x1bc",
    ):
        assert not kinds(hostile) <= plain
