"""Hostile names through import, sale, journal and report: refused with the row, or kept."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from core.article_file import CELL_LENGTH_MAX, CatalogueView, parse_article_bytes
from core.article_rows import NAME_LENGTH_MAX, RowFault, read_cell
from core.services import payment, registration, reporting
from core.text import clean
from tests.fakes import PaperPrinter, a_world
from tests.hostile.corpus import SHOWN, names, sample
from tests.real_shop import RULES, RealShop
from tests.till_life import Life, Scenario
from tui.__main__ import main

HEADER = ("number", "name", "price", "department", "vat")
EMPTY = CatalogueView({}, {})
WRITABLE = [name for name in names() if name == name.encode("utf-8", "ignore").decode()]
"""Those that a file in UTF-8 can hold: all but lone surrogates."""
EACH = pytest.mark.parametrize(
    "corpus", [sample(60), pytest.param(WRITABLE, marks=pytest.mark.night)], ids=["some", "all"]
)


def file_of(corpus: list[str]) -> bytes:
    """Write an article file with one row per name, each in its own department."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER)
    for number, name in enumerate(corpus, 1):
        writer.writerow((number, name, "19,90", "Fika", "standard"))
    return out.getvalue().encode()


def sell_all(shop: RealShop, count: int) -> None:
    """Sell one of each of the first `count` articles, for cash, and end the day."""

    def work(life: Life) -> None:
        life.begin()
        for number in range(1, count + 1):
            registration.add_code(life.till, str(number), None, None)
        payment.pay_cash(life.till, None)
        life.settle()
        reporting.z_report(life.till)
        life.settle()

    shop.live(Scenario("names", (), rules=RULES), work)


def fault_of(name: str) -> RowFault | None:
    """Say by what a name must be refused, by a rule of our own."""
    if len(name) > CELL_LENGTH_MAX:
        return RowFault.TOO_LONG
    kept = read_cell(name, 4 * CELL_LENGTH_MAX)
    if not kept:
        return RowFault.EMPTY
    return RowFault.TOO_LONG if len(kept) > NAME_LENGTH_MAX else None


@EACH
def test_each_name_is_imported_or_refused_with_its_row_and_column(corpus: list[str]) -> None:
    wrong = {row: fault for row, name in enumerate(corpus, 2) if (fault := fault_of(name))}
    found = parse_article_bytes(file_of(corpus), EMPTY)
    assert {error.row: error.fault for error in found.errors} == wrong
    assert {error.column for error in found.errors} <= {"name"}
    good = [name for name in corpus if not fault_of(name)]
    assert [each.name for each in parse_article_bytes(file_of(good), EMPTY).articles] == [
        read_cell(name, NAME_LENGTH_MAX) for name in good
    ]


@pytest.mark.parametrize("wrong", [b"\xed\xa0\x80", b"\xff", b"\xc0\x80", b"\xf4\x90\x80\x80"])
def test_bytes_that_are_no_text_are_refused_with_their_row(wrong: bytes) -> None:
    data = file_of(["Kaffe", "Te"]).replace(b'"Te"', b'"T' + wrong + b'e"')
    (error,) = parse_article_bytes(data, EMPTY).errors
    assert (error.row, error.fault) == (3, RowFault.NOT_UTF8)


def test_refused_rows_are_told_in_one_line_each(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    corpus = names(150)
    wrong = [name for name in corpus if fault_of(name)]
    goods = tmp_path / "goods.csv"
    goods.write_bytes(file_of(corpus))
    assert main(["import", "articles", str(goods), "--data", str(tmp_path)]) == 1
    told = capfd.readouterr().out.splitlines()
    assert len(told) == len(wrong) + 1
    assert all(line.isprintable() for line in told)


@EACH
def test_what_is_sold_is_journalled_printed_and_reported_as_text(
    corpus: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = [name for name in [SHOWN, *corpus] if not fault_of(name)]
    shop = RealShop(tmp_path / "shop", a_world(printer=PaperPrinter())).set_up()
    goods = tmp_path / "goods.csv"
    rows = file_of(good).decode().splitlines(keepends=True)
    goods.write_bytes(file_of(good).replace(b'"Fika"', b'"' + b"[/b] Fika" + b'"'))
    assert rows
    assert main(["import", "articles", str(goods), "--data", str(shop.folder)]) == 0
    assert all(line.isprintable() for line in capfd.readouterr().out.splitlines())
    before = shop.read("SELECT count(*) FROM journal")[0][0]
    sell_all(shop, len(good))
    assert shop.verify().is_sound
    cleaned = [read_cell(name, NAME_LENGTH_MAX) for name in good]
    assert [row[0] for row in shop.read("SELECT name FROM sale_line ORDER BY seq")] == cleaned
    kept = shop.read(f"SELECT kind, payload FROM journal WHERE seq > {before}")
    added = [json.loads(payload) for kind, payload in kept if kind == "lines-added"]
    assert [line["name"] for each in added for line in each["lines"]] == cleaned
    assert all("\n" not in payload and payload.isprintable() for _kind, payload in kept)
    assert clean(SHOWN, NAME_LENGTH_MAX) in cleaned
