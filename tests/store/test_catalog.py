"""The catalogue in a real file: what is put is found, by every code and by parts of words."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.article_file import (
    ArticleChange,
    ArticleFile,
    ArticleRow,
    CatalogueView,
    parse_article_bytes,
    parse_articles,
    write_articles,
)
from core.catalog import Article, Department
from core.layout_file import default_layout, parse_layout
from core.vat_table import STANDARD_VAT_RATES
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.engine import open_writer
from db.migrate import migrate
from db.unit_of_work import SqliteUnitOfWork
from tests.fakes import NOON

DEMO = files("tui.demo")
FIKA = Department("Fika", "restaurant")


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[SqliteUnitOfWork]:
    engine = open_writer(tmp_path / "till.db")

    def begin() -> Connection:
        connection = engine.connect()
        connection.begin()
        return connection

    migrate(begin, "2026-11-23T12:00:00+01:00")
    with SqliteUnitOfWork(engine) as uow:
        yield uow
    engine.dispose()


@pytest.fixture
def connection(uow: SqliteUnitOfWork) -> Connection:
    return uow.connection


@pytest.fixture
def store() -> CatalogueStore:
    return CatalogueStore()


@pytest.fixture
def writer(uow: SqliteUnitOfWork, store: CatalogueStore) -> CatalogueWriter:
    return CatalogueWriter(uow, store, NOON, "Anna")


@pytest.fixture
def demo(store: CatalogueStore, writer: CatalogueWriter) -> CatalogueStore:
    data = (DEMO / "articles.csv").read_bytes()
    changes = writer.put_articles(parse_article_bytes(data, CatalogueView()))
    assert len(changes.articles) >= 150
    return store


def file_of(*articles: Article) -> ArticleFile:
    return ArticleFile(tuple(ArticleRow(at, each, FIKA) for at, each in enumerate(articles, 2)))


def test_every_article_is_found_by_each_of_its_codes(
    connection: Connection, demo: CatalogueStore
) -> None:
    for each in demo.articles(connection):
        for code in filter(None, (each.ean, each.plu, each.number)):
            assert demo.find(connection, code) == each
        assert demo.article(connection, each.number) == each
    assert demo.find(connection, "0000") is None
    assert demo.article(connection, "0000") is None


def test_upc_a_is_found_in_both_forms(
    connection: Connection, store: CatalogueStore, writer: CatalogueWriter
) -> None:
    short = Article("1", "Short", "Fika", 100, ean="012345678905")
    long = Article("2", "Long", "Fika", 100, ean="0412345678903")
    writer.put_articles(file_of(short, long))
    for code in ("012345678905", "0012345678905"):
        assert store.find(connection, code) == short
    for code in ("412345678903", "0412345678903"):
        assert store.find(connection, code) == long


@pytest.mark.parametrize(
    "code", ["", " ", "'; DROP TABLE article; --", "%", "\x00", "💥", "\ud800", "1" * 999]
)
def test_a_hostile_code_finds_nothing(
    connection: Connection, demo: CatalogueStore, code: str
) -> None:
    assert demo.find(connection, code) is None
    demo.search(connection, code)


def test_an_import_tells_old_and_new_and_leaves_the_rest_alone(
    connection: Connection, demo: CatalogueStore, writer: CatalogueWriter
) -> None:
    view = demo.view(connection)
    before = view.articles["1001"]
    after = replace(before, price_ore=3600)
    text = write_articles([after, view.articles["1002"]], view.departments)
    changes = writer.put_articles(parse_articles(text, view))
    assert changes.articles == (ArticleChange(before, after),)
    assert changes.departments == ()
    assert demo.find(connection, "1001") == after
    assert len(demo.articles(connection)) == len(view.articles)


def test_two_articles_may_swap_their_codes(
    connection: Connection, store: CatalogueStore, writer: CatalogueWriter
) -> None:
    writer.put_articles(
        file_of(Article("a", "A", "Fika", 1, plu="1"), Article("b", "B", "Fika", 1, plu="2"))
    )
    swapped = (Article("a", "A", "Fika", 1, plu="2"), Article("b", "B", "Fika", 1, plu="1"))
    writer.put_articles(file_of(*swapped))
    assert tuple(store.articles(connection)) == swapped


def test_a_rollback_takes_an_import_back(
    connection: Connection, store: CatalogueStore, writer: CatalogueWriter
) -> None:
    writer.put_articles(file_of(Article("a", "A", "Fika", 1)))
    connection.rollback()
    assert store.articles(connection) == []


def test_the_schema_refuses_what_the_file_rules_let_slip(
    connection: Connection, writer: CatalogueWriter
) -> None:
    same = (Article("a", "A", "Fika", 1, plu="1"), Article("b", "B", "Fika", 1, plu="1"))
    with pytest.raises(IntegrityError):
        writer.put_articles(file_of(*same))


def test_departments_come_in_swedish_order(connection: Connection, demo: CatalogueStore) -> None:
    names = [each.name for each in demo.departments(connection)]
    assert names[0] == "Bageri avhämtning"
    assert names[-1] == "Övrigt tryck"


def test_vat_rates_are_kept(
    connection: Connection, store: CatalogueStore, writer: CatalogueWriter
) -> None:
    for _ in range(2):
        writer.put_vat_rates(STANDARD_VAT_RATES)
        assert sorted(map(repr, store.vat_rates(connection))) == sorted(
            map(repr, STANDARD_VAT_RATES)
        )


def test_a_panel_replaces_the_one_before(
    connection: Connection, store: CatalogueStore, writer: CatalogueWriter
) -> None:
    panel = parse_layout((DEMO / "layout.toml").read_text(encoding="utf-8"))
    for keys in (panel, default_layout([FIKA]), ()):
        writer.replace_layout(keys)
        assert tuple(store.quick_keys(connection)) == keys


def test_search_finds_what_an_import_brought_with_fresh_prices(
    connection: Connection, demo: CatalogueStore, writer: CatalogueWriter
) -> None:
    def names(words: str) -> list[str]:
        return [each.name for each in demo.search(connection, words)]

    assert names("smörgås räk") == ["Räksmörgås"]
    assert names("rak") == ["Räksmörgås"]
    assert names("råk") == []
    assert names("creme bru") == ["Crème brûlée"]
    assert names("kaffeb")[0].startswith("Kaffebönor")
    assert [each.number for each in demo.search(connection, "2900000039018")] == ["3901"]
    assert len(demo.search(connection, "a", 7)) == 7
    view = demo.view(connection)
    text = write_articles([Article("R77", "Rakburk", "Fika", 100)], {"Fika": FIKA})
    writer.put_articles(parse_articles(text, view))
    assert names("rak") == ["Rakburk", "Räksmörgås"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=30), code=st.text(max_size=30))
def test_no_input_breaks_search_or_find(
    connection: Connection, words: str, code: str, store: CatalogueStore
) -> None:
    assert len(store.search(connection, words, 5)) <= 5
    found = store.find(connection, code)
    assert found is None
