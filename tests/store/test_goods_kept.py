"""Articles are kept in memory only as long as nobody else writes to the file."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import event

from core.article_file import ArticleFile, ArticleRow
from core.catalog import Article
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.store import SqliteStore
from tests.builders import ARTICLES, DEPARTMENTS
from tests.fakes import NOON, a_world
from tests.real_shop import RealShop

MUG = ARTICLES[0]


def write(store: SqliteStore, article: Article) -> None:
    """Change one article, as an import does."""
    department = next(one for one in DEPARTMENTS if one.name == article.department)
    with store.unit_of_work() as uow:
        writer = CatalogueWriter(uow, CatalogueStore(), NOON, "Anna")
        writer.put_articles(ArticleFile((ArticleRow(2, article, department),)))
        uow.commit()


def test_an_article_is_read_once_until_somebody_else_writes(tmp_path: Path) -> None:
    shop = RealShop(tmp_path / "shop", a_world()).set_up()
    store = SqliteStore(shop.folder / "till.db", NOON)
    other = SqliteStore(shop.folder / "till.db", NOON)
    read: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda *told: read.append(told[2]))
    assert [store.find_article(MUG.number) for _ in range(3)] == [MUG] * 3
    assert len([one for one in read if "FROM article" in one]) == 1
    dearer = replace(MUG, price_ore=99_00)
    write(other, dearer)
    assert store.find_article(MUG.number) == dearer
    cheaper = replace(MUG, price_ore=1_00)
    write(store, cheaper)
    store.reload_catalogue()
    assert store.find_article(MUG.number) == cheaper
    assert store.find_article("no such code") is None
    for each in (store, other):
        each.close()


def test_an_import_is_looked_for_only_when_somebody_else_wrote(tmp_path: Path) -> None:
    shop = RealShop(tmp_path / "shop", a_world()).set_up()
    store = SqliteStore(shop.folder / "till.db", NOON)
    other = SqliteStore(shop.folder / "till.db", NOON)
    read: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda *told: read.append(told[2]))
    assert store.take_up_import() is None
    assert read == []
    write(other, replace(MUG, price_ore=99_00))
    assert store.take_up_import() is not None
    assert store.take_up_import() is None
    for each in (store, other):
        each.close()
