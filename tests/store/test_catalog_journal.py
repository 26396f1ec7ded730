"""Each change of the catalogue stands in the journal with old and new value (SKVFS 2014:9 4:8)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from core.article_file import ArticleFile, ArticleRow
from core.catalog import Article, Department
from core.layout_file import default_layout
from core.vat_table import STANDARD_VAT_RATES
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.store import SqliteStore
from tests.fakes import NOON, FixedClock
from tui.compose import fill_demo
from tui.new_shop import fill_new_shop

FIKA = Department("Fika", "restaurant")
SHOP = Department("Butik", "standard")
MUG = Article("1", "Mugg", "Fika", 139_00, ean="7310865004703")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "till.db", NOON)
    yield store
    store.close()


def put(store: SqliteStore, *articles: Article, is_kept: bool = True) -> None:
    named = {one.name: one for one in (FIKA, SHOP)}
    rows = [ArticleRow(at, one, named[one.department]) for at, one in enumerate(articles, 2)]
    with store.unit_of_work() as uow:
        writer = CatalogueWriter(uow, CatalogueStore(), NOON, "Anna")
        writer.put_articles(ArticleFile(tuple(rows)))
        if is_kept:
            uow.commit()


def notes(store: SqliteStore, kind: str) -> list[dict[str, Any]]:
    with store.unit_of_work() as uow:
        rows = uow.connection.exec_driver_sql(
            "SELECT payload FROM journal WHERE kind=? ORDER BY seq", (kind,)
        )
        return [json.loads(payload) for (payload,) in rows]


def test_a_new_article_is_journalled_whole(store: SqliteStore) -> None:
    put(store, MUG)
    assert notes(store, "department-changed") == [
        {"name": "Fika", "old": None, "new": {"vat_code": "restaurant"}}
    ]
    assert notes(store, "article-changed") == [
        {
            "number": "1",
            "old": None,
            "new": {
                "name": "Mugg",
                "department": "Fika",
                "vat_code": "restaurant",
                "price_ore": 139_00,
                "ean": "7310865004703",
                "plu": "",
                "kind": "goods",
                "unit": "st",
                "deposit_number": "",
            },
        }
    ]


def test_a_changed_article_is_journalled_with_what_changed(store: SqliteStore) -> None:
    put(store, MUG)
    put(store, replace(MUG, price_ore=None, department="Butik"))
    put(store, replace(MUG, price_ore=None, department="Butik"))
    assert notes(store, "article-changed")[1:] == [
        {
            "number": "1",
            "old": {"price_ore": 139_00, "department": "Fika", "vat_code": "restaurant"},
            "new": {"price_ore": None, "department": "Butik", "vat_code": "standard"},
        }
    ]


def test_an_import_that_is_not_committed_leaves_neither_article_nor_row(
    store: SqliteStore,
) -> None:
    put(store, MUG, is_kept=False)
    assert store.articles() == ()
    assert notes(store, "article-changed") == []


def test_a_panel_is_journalled_key_by_key_and_only_where_it_changed(store: SqliteStore) -> None:
    panel = default_layout([FIKA])
    for keys in (panel, panel, panel[1:]):
        with store.unit_of_work() as uow:
            CatalogueWriter(uow, CatalogueStore(), NOON, "Anna").replace_layout(keys)
            uow.commit()
    first, second = notes(store, "layout-changed")
    assert len(first["keys"]) == len(panel)
    assert {key["old"] for key in first["keys"]} == {None}
    gone = panel[0]
    (key,) = second["keys"]
    assert (key["page"], key["letter"], key["new"]) == (gone.page, gone.letter, None)
    assert key["old"]["label"] == gone.label


def test_a_changed_vat_rate_and_a_setting_name_what_was_before(store: SqliteStore) -> None:
    food = next(rate for rate in STANDARD_VAT_RATES if rate.code == "food")
    for rate in (food, food, replace(food, rate_bp=1300)):
        with store.unit_of_work() as uow:
            CatalogueWriter(uow, CatalogueStore(), NOON, "Anna").put_vat_rates([rate])
            uow.put_setting(NOON, "Anna", "colour", str(rate.rate_bp))
            uow.commit()
    days = {"valid_to": food.valid_to.isoformat()}
    first, second = notes(store, "vat-changed")
    assert (first["old"], first["new"]) == (None, {"rate_bp": 1200, **days})
    assert (second["old"], second["new"]) == ({"rate_bp": 1200, **days}, {"rate_bp": 1300, **days})
    assert notes(store, "setting-changed") == [
        {"key": "colour", "old": None, "new": "1200"},
        {"key": "colour", "old": "1200", "new": "1300"},
    ]


def test_the_first_filling_of_a_shop_and_of_the_demo_is_journalled(store: SqliteStore) -> None:
    fill_demo(store, FixedClock())
    assert len(notes(store, "article-changed")) == len(store.articles()) >= 150
    assert len(notes(store, "department-changed")) == len(store.departments)
    assert len(notes(store, "vat-changed")) == len(STANDARD_VAT_RATES)
    (panel,) = notes(store, "layout-changed")
    assert len(panel["keys"]) == len(store.quick_keys())


def test_a_new_shop_journals_its_rates_and_its_panel(store: SqliteStore) -> None:
    assert fill_new_shop(store, FixedClock())
    assert not fill_new_shop(store, FixedClock())
    assert len(notes(store, "vat-changed")) == len(STANDARD_VAT_RATES)
    assert len(notes(store, "layout-changed")) == 1


def test_ten_thousand_new_articles_are_in_within_seconds(store: SqliteStore) -> None:
    goods = [Article(str(number), f"Vara {number}", "Fika", number) for number in range(1, 10_001)]
    began = process_time()
    put(store, *goods)
    assert process_time() - began < 5
    assert len(notes(store, "article-changed")) == 10_000
    assert max(len(json.dumps(note)) for note in notes(store, "article-changed")) < 250
