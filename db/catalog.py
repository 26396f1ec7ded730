"""The catalogue in the store: articles, departments, VAT rates, quick keys, search.

Works on the connection it is given and never begins, commits or rolls back: an import, its journal
rows and its panel become durable together in the caller's unit of work. What is empty in the domain
is NULL in the unique columns, so that a hundred articles may have no EAN. Only this module knows
the columns.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from core.article_file import ArticleFile, CatalogueChanges, CatalogueView, changes_of
from core.article_rows import NUMBER_LENGTH_MAX
from core.barcode import twin_of
from core.catalog import (
    LETTER_ROWS,
    Article,
    ArticleKind,
    Department,
    KeyKind,
    QuickKey,
    Unit,
)
from core.search import SearchIndex, SearchRow, searchable, sort_key
from core.vat import VatRate

_LETTERS: Final = "".join(LETTER_ROWS)
_COLUMNS: Final = "number, name, department, price_ore, ean, plu, kind, unit, deposit_number"
_ALL: Final = f"SELECT {_COLUMNS} FROM article ORDER BY number"
_BY_NUMBER: Final = f"SELECT {_COLUMNS} FROM article WHERE number = ?"
# Codes are unique across the three columns; the order still says which wins (contract.md 5).
_FIND: Final = f"""SELECT 1 AS rank, {_COLUMNS} FROM article WHERE ean IN (?, ?)
  UNION ALL SELECT 2, {_COLUMNS} FROM article WHERE plu = ?
  UNION ALL SELECT 3, {_COLUMNS} FROM article WHERE number = ?
  ORDER BY rank LIMIT 1"""
_INDEXED: Final = "SELECT number, search_text, plu, ean FROM article"
_PUT_ARTICLE: Final = """INSERT INTO article (number, name, department, price_ore, ean, plu, kind,
  unit, deposit_number, search_text) VALUES (?,?,?,?,?,?,?,?,?,?)
  ON CONFLICT (number) DO UPDATE SET name = excluded.name, department = excluded.department,
  price_ore = excluded.price_ore, ean = excluded.ean, plu = excluded.plu, kind = excluded.kind,
  unit = excluded.unit, deposit_number = excluded.deposit_number,
  search_text = excluded.search_text"""


class CatalogueStore:
    """Reads and writes the catalogue; holds nothing but the search index."""

    def __init__(self) -> None:
        """Begin without an index; the first search builds it."""
        self._index: SearchIndex | None = None

    def find(self, connection: Connection, code: str) -> Article | None:
        """Find by EAN, then PLU, then number; UPC-A with and without its leading zero.

        Text that could be no code (too long, lone surrogates) is never shown to the driver.
        """
        if len(code) > NUMBER_LENGTH_MAX or not code.isprintable():
            return None
        row = connection.exec_driver_sql(_FIND, (code, twin_of(code), code, code)).first()
        return None if row is None else _article(row[1:])

    def article(self, connection: Connection, number: str) -> Article | None:
        """Find by article number only."""
        row = connection.exec_driver_sql(_BY_NUMBER, (number,)).first()
        return None if row is None else _article(row)

    def articles(self, connection: Connection) -> list[Article]:
        """Give all articles by number."""
        return [_article(row) for row in connection.exec_driver_sql(_ALL)]

    def departments(self, connection: Connection) -> list[Department]:
        """Give all departments in the order of the Swedish alphabet."""
        rows = connection.exec_driver_sql("SELECT name, vat_code FROM department")
        found = [Department(str(name), str(vat_code)) for name, vat_code in rows]
        return sorted(found, key=lambda each: (sort_key(each.name), each.name))

    def view(self, connection: Connection) -> CatalogueView:
        """Give the whole catalogue, to hold an article file against."""
        return CatalogueView(
            {each.number: each for each in self.articles(connection)},
            {each.name: each for each in self.departments(connection)},
        )

    def put_articles(self, connection: Connection, file: ArticleFile) -> CatalogueChanges:
        """Add and change the articles of a file without errors, read over `view` just before.

        Gives what changed, so that the caller journals every price (sweden R10); what stays as it
        was is not written. Durable with the caller's commit; call `forget_index` after it.
        """
        changes = changes_of(file, self.view(connection))
        _execute_all(
            connection,
            "INSERT INTO department (name, vat_code) VALUES (?, ?)",
            [(each.name, each.vat_code) for each in changes.departments],
        )
        # Codes are freed first: two articles of one file may swap them.
        _execute_all(
            connection,
            "UPDATE article SET ean = NULL, plu = NULL WHERE number = ?",
            [(each.after.number,) for each in changes.articles if each.before is not None],
        )
        _execute_all(
            connection, _PUT_ARTICLE, [_parameters(each.after) for each in changes.articles]
        )
        self.forget_index()
        return changes

    def vat_rates(self, connection: Connection) -> list[VatRate]:
        """Give all VAT rates by code and first day."""
        rows = connection.exec_driver_sql(
            "SELECT code, rate_bp, valid_from, valid_to FROM vat_rate ORDER BY code, valid_from"
        )
        return [
            VatRate(str(code), int(rate_bp), date.fromisoformat(first), date.fromisoformat(last))
            for code, rate_bp, first, last in rows
        ]

    def put_vat_rates(self, connection: Connection, rates: Iterable[VatRate]) -> None:
        """Put rates beside those that are there; one of the same code and first day is replaced."""
        _execute_all(
            connection,
            "INSERT INTO vat_rate (code, rate_bp, valid_from, valid_to) VALUES (?,?,?,?)"
            " ON CONFLICT (code, valid_from) DO UPDATE SET rate_bp = excluded.rate_bp,"
            " valid_to = excluded.valid_to",
            [
                (each.code, each.rate_bp, each.valid_from.isoformat(), each.valid_to.isoformat())
                for each in rates
            ],
        )

    def quick_keys(self, connection: Connection) -> list[QuickKey]:
        """Give the panel in the order of pages and letter rows."""
        rows = connection.exec_driver_sql(
            "SELECT page, letter, label, kind, target, colour FROM quick_key"
        )
        keys = [
            QuickKey(int(page), str(letter), str(label), KeyKind(kind), str(target), str(colour))
            for page, letter, label, kind, target, colour in rows
        ]
        return sorted(keys, key=lambda key: (key.page, _LETTERS.find(key.letter)))

    def replace_layout(self, connection: Connection, keys: Iterable[QuickKey]) -> None:
        """Put this panel in the place of the one that is there."""
        connection.exec_driver_sql("DELETE FROM quick_key")
        _execute_all(
            connection,
            "INSERT INTO quick_key (page, letter, label, kind, target, colour)"
            " VALUES (?,?,?,?,?,?)",
            [
                (each.page, each.letter, each.label, each.kind.value, each.target, each.colour)
                for each in keys
            ],
        )

    def search(self, connection: Connection, words: str, limit: int = 50) -> list[Article]:
        """Find articles by parts of words or the beginning of a code, best first.

        The first search after a change builds the index; the articles themselves are read fresh.
        """
        index = self._index
        if index is None:
            index = self._index = SearchIndex(
                SearchRow(number, text, tuple(code for code in (number, plu, ean) if code))
                for number, text, plu, ean in connection.exec_driver_sql(_INDEXED)
            )
        numbers = tuple(index.search(words, limit))
        marks = ",".join("?" * len(numbers))
        rows = connection.exec_driver_sql(
            f"SELECT {_COLUMNS} FROM article WHERE number IN ({marks})", numbers
        )
        found = {row[0]: _article(row) for row in rows}
        return [found[number] for number in numbers if number in found]

    def forget_index(self) -> None:
        """Build the search index anew at the next search. Any thread; after the commit."""
        self._index = None


def _execute_all(
    connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _article(row: Sequence[Any]) -> Article:
    number, name, department, price_ore, ean, plu, kind, unit, deposit_number = row
    return Article(
        number,
        name,
        department,
        price_ore,
        ean or "",
        plu or "",
        ArticleKind(kind),
        Unit(unit),
        deposit_number or "",
    )


def _parameters(article: Article) -> tuple[object, ...]:
    return (
        article.number,
        article.name,
        article.department,
        article.price_ore,
        article.ean or None,
        article.plu or None,
        article.kind.value,
        article.unit.value,
        article.deposit_number or None,
        searchable(article.name),
    )
