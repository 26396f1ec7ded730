"""The catalogue as it is read: articles, departments, VAT rates, quick keys, search.

Works on the connection it is given and never begins, commits or rolls back. What is empty in the
domain is NULL in the unique columns, so that a hundred articles may have no EAN. What changes the
catalogue is in db/catalog_writer.py.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from core.article_file import CatalogueView
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
from core.search import SearchIndex, SearchRow, sort_key
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
_JOURNAL_HEAD: Final = "SELECT coalesce(max(seq), 0) FROM journal"
# Every change of the catalogue leaves a row of one of these kinds (db/catalog_writer.py).
_SINCE: Final = """SELECT coalesce(max(seq), ?1), coalesce(max(kind IN ('article-changed',
  'department-changed', 'vat-changed', 'layout-changed')), 0) FROM journal WHERE seq > ?1"""


class CatalogueStore:
    """Reads the catalogue; holds nothing but the search index and how far the journal was seen."""

    def __init__(self) -> None:
        """Begin without an index; the first search builds it."""
        self._index: SearchIndex | None = None
        self._seen_seq: int | None = None
        """The journal's head at the last look; None before the first."""

    def is_changed(self, connection: Connection) -> bool:
        """Say whether anybody changed the catalogue since the last look, the first time yes.

        Reads only the journal rows that are new, so that it may be asked before every scan.
        """
        if self._seen_seq is None:
            self._seen_seq = int(connection.exec_driver_sql(_JOURNAL_HEAD).scalar_one())
            is_changed = True
        else:
            seq, found = connection.exec_driver_sql(_SINCE, (self._seen_seq,)).one()
            self._seen_seq, is_changed = int(seq), bool(found)
        if is_changed:
            self._index = None
        return is_changed

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

    def vat_rates(self, connection: Connection) -> list[VatRate]:
        """Give all VAT rates by code and first day."""
        rows = connection.exec_driver_sql(
            "SELECT code, rate_bp, valid_from, valid_to FROM vat_rate ORDER BY code, valid_from"
        )
        return [
            VatRate(str(code), int(rate_bp), date.fromisoformat(first), date.fromisoformat(last))
            for code, rate_bp, first, last in rows
        ]

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
