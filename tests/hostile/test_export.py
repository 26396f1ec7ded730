"""Hostile names in the JSON export: plain ASCII lines, whole, and the same text read back."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from core.article_file import CatalogueView, parse_articles, write_articles
from core.article_rows import NAME_LENGTH_MAX, read_cell
from core.catalog import Article, Department
from tests.fakes import PaperPrinter, a_world
from tests.hostile.corpus import SHOWN, names, sample
from tests.hostile.test_store import EACH, fault_of, file_of, sell_all
from tests.real_shop import RealShop
from tui.__main__ import main

PLAIN = frozenset(range(0x20, 0x7F))
"""What a line of the export may hold: no control, no escape, nothing beyond ASCII."""


def sold(folder: Path, good: list[str]) -> RealShop:
    """Import the names, sell one of each and end the day."""
    shop = RealShop(folder / "shop", a_world(printer=PaperPrinter())).set_up()
    goods = folder / "goods.csv"
    goods.write_bytes(file_of(good))
    assert main(["import", "articles", str(goods), "--data", str(shop.folder)]) == 0
    sell_all(shop, len(good))
    return shop


def texts_in(value: object) -> list[str]:
    """Give each text of a JSON value, keys too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for one in value.values() for text in texts_in(one))]
    return [text for one in value for text in texts_in(one)] if isinstance(value, list) else []


def lines_of(folder: Path) -> dict[str, list[bytes]]:
    return {file.name: file.read_bytes().split(b"\n")[:-1] for file in folder.glob("*.jsonl")}


@EACH
def test_each_name_is_exported_as_text_and_nothing_raw_is_in_any_file(
    corpus: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = [name for name in [SHOWN, *corpus] if not fault_of(name)]
    shop = sold(tmp_path, good)
    out = tmp_path / "out"
    assert main(["export", "json", str(out), "--data", str(shop.folder)]) == 0
    assert all(line.isprintable() for line in capfd.readouterr().out.splitlines())
    manifest = json.loads((out / "manifest.json").read_bytes())
    for name, lines in lines_of(out).items():
        assert len(lines) == manifest["files"][name]["rows"]
        for line in lines:
            assert set(line) <= PLAIN, name
            assert all(text.isprintable() for text in texts_in(json.loads(line))), name
    ((receipt,),) = [lines_of(out)["receipts.jsonl"]]
    wanted = [read_cell(name, NAME_LENGTH_MAX) for name in good]
    assert [line["name"] for line in json.loads(receipt)["receipt"]["lines"]] == wanted
    journal = [json.loads(json.loads(line)["payload"]) for line in lines_of(out)["journal.jsonl"]]
    added = [line["name"] for row in journal for line in row.get("lines", ()) if "seq" in line]
    assert added[: len(wanted)] == wanted


@EACH
def test_each_name_comes_back_from_a_written_article_file_and_is_no_formula(
    corpus: list[str],
) -> None:
    kept = [read_cell(name, NAME_LENGTH_MAX) for name in [SHOWN, *corpus] if not fault_of(name)]
    articles = tuple(Article(str(no), name, "Fika", 1990) for no, name in enumerate(kept, 1))
    written = write_articles(articles, {"Fika": Department("Fika", "standard")})
    assert parse_articles(written, CatalogueView({}, {})).articles == articles
    assert all(row.isprintable() for row in written.replace("\r\n", "\n").split("\n"))
    cells = [row[3] for row in csv.reader(StringIO(written), delimiter=";")]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\x00")]


def test_what_was_forced_into_the_database_by_hand_is_escaped_too(tmp_path: Path) -> None:
    """The export cleans nothing: whatever stands in a row is told, as plain ASCII."""
    shop = sold(tmp_path, ["Kaffe"])
    forced = "\x1b]52;c;aGVq\x07\x9b31m\u202e\u2028\x00=1+1\n[/b]"
    with shop.forge() as connection:
        connection.execute("UPDATE receipt SET unit_id = ?", (forced,))
        connection.execute("UPDATE journal SET operator = ? WHERE seq = 5", (forced,))
    out = tmp_path / "out"
    assert main(["export", "json", str(out), "--data", str(shop.folder)]) == 0
    for lines in lines_of(out).values():
        assert all(set(line) <= PLAIN for line in lines)
    assert json.loads(lines_of(out)["receipts.jsonl"][0])["unit_id"] == forced
    assert json.loads(lines_of(out)["acts.jsonl"][4])["operator"] == forced


def test_the_corpus_of_names_is_as_large_as_promised() -> None:
    assert len(names()) == 1000
    assert set(sample(60)) <= set(names())
