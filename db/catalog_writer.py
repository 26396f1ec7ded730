"""Writes the catalogue, each change with its journal row in the same unit of work (sweden R10).

The only way in: whoever changes an article, a department, a VAT rate or a quick key leaves old and
new value, name and time in the journal, or nothing at all. What stays as it was is neither written
nor journalled. Only this module and db/catalog.py know the columns.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from core.article_file import ArticleChange, ArticleFile, CatalogueChanges, changes_of
from core.catalog import Article, QuickKey
from core.payload import canonical, to_plain
from core.search import searchable
from core.vat import VatRate
from db.catalog import CatalogueStore
from db.unit_of_work import SqliteUnitOfWork

_PUT_ARTICLE: Final = """INSERT INTO article (number, name, department, price_ore, ean, plu, kind,
  unit, deposit_number, search_text) VALUES (?,?,?,?,?,?,?,?,?,?)
  ON CONFLICT (number) DO UPDATE SET name = excluded.name, department = excluded.department,
  price_ore = excluded.price_ore, ean = excluded.ean, plu = excluded.plu, kind = excluded.kind,
  unit = excluded.unit, deposit_number = excluded.deposit_number,
  search_text = excluded.search_text"""
_PUT_RATE: Final = """INSERT INTO vat_rate (code, rate_bp, valid_from, valid_to) VALUES (?,?,?,?)
  ON CONFLICT (code, valid_from) DO UPDATE SET rate_bp = excluded.rate_bp,
  valid_to = excluded.valid_to"""


class CatalogueWriter:
    """Changes the catalogue in the name of somebody, within one unit of work."""

    def __init__(
        self, uow: SqliteUnitOfWork, catalogue: CatalogueStore, at: datetime, operator: str
    ) -> None:
        """Write through `uow`; `catalogue` reads what is there and forgets its index."""
        self._uow = uow
        self._catalogue = catalogue
        self._at = at
        self._operator = operator

    @property
    def _connection(self) -> Connection:
        return self._uow.connection

    def put_articles(self, file: ArticleFile) -> CatalogueChanges:
        """Add and change the articles of a file without errors, read over `view` just before.

        One journal row for each new department and each changed article; durable with the
        caller's commit. Call `forget_index` of other readers after it.
        """
        view = self._catalogue.view(self._connection)
        changes = changes_of(file, view)
        vat_codes = {
            each.name: each.vat_code for each in (*view.departments.values(), *file.departments)
        }
        _execute_all(
            self._connection,
            "INSERT INTO department (name, vat_code) VALUES (?, ?)",
            [(each.name, each.vat_code) for each in changes.departments],
        )
        # Codes are freed first: two articles of one file may swap them.
        _execute_all(
            self._connection,
            "UPDATE article SET ean = NULL, plu = NULL WHERE number = ?",
            [(each.after.number,) for each in changes.articles if each.before is not None],
        )
        _execute_all(
            self._connection, _PUT_ARTICLE, [_parameters(each.after) for each in changes.articles]
        )
        self._journal(
            "department-changed",
            [
                {"name": each.name, "old": None, "new": {"vat_code": each.vat_code}}
                for each in changes.departments
            ],
        )
        self._journal("article-changed", [_note(each, vat_codes) for each in changes.articles])
        self._catalogue.forget_index()
        return changes

    def put_vat_rates(self, rates: Iterable[VatRate]) -> None:
        """Put rates beside those that are there; one of the same code and first day is replaced."""
        known = {
            (each.code, each.valid_from): each
            for each in self._catalogue.vat_rates(self._connection)
        }
        changed = [each for each in rates if known.get((each.code, each.valid_from)) != each]
        _execute_all(
            self._connection,
            _PUT_RATE,
            [
                (each.code, each.rate_bp, each.valid_from.isoformat(), each.valid_to.isoformat())
                for each in changed
            ],
        )
        self._journal(
            "vat-changed",
            [
                {
                    "code": each.code,
                    "valid_from": each.valid_from.isoformat(),
                    "old": _rate(known.get((each.code, each.valid_from))),
                    "new": _rate(each),
                }
                for each in changed
            ],
        )

    def replace_layout(self, keys: Iterable[QuickKey]) -> None:
        """Put this panel in the place of the one that is there; one journal row names each key."""
        former = {
            (each.page, each.letter): each for each in self._catalogue.quick_keys(self._connection)
        }
        wanted = {(each.page, each.letter): each for each in keys}
        places = [
            place for place in sorted({*former, *wanted}) if former.get(place) != wanted.get(place)
        ]
        _execute_all(
            self._connection,
            "DELETE FROM quick_key WHERE page = ? AND letter = ?",
            [place for place in places if place in former],
        )
        _execute_all(
            self._connection,
            "INSERT INTO quick_key (page, letter, label, kind, target, colour)"
            " VALUES (?,?,?,?,?,?)",
            [
                (each.page, each.letter, each.label, each.kind.value, each.target, each.colour)
                for each in (wanted[place] for place in places if place in wanted)
            ],
        )
        moved = [
            {
                "page": page,
                "letter": letter,
                "old": _key(former.get((page, letter))),
                "new": _key(wanted.get((page, letter))),
            }
            for page, letter in places
        ]
        self._journal("layout-changed", [{"keys": moved}] if moved else [])

    def _journal(self, kind: str, notes: Sequence[dict[str, Any]]) -> None:
        """Append one row for each note."""
        self._uow.append_all(self._at, self._operator, [(kind, canonical(note)) for note in notes])


def _execute_all(
    connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


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


def _note(change: ArticleChange, vat_codes: dict[str, str]) -> dict[str, Any]:
    """Say what became of one article: only the fields that changed, all of a new one."""
    new = _fields(change.after, vat_codes)
    if change.before is None:
        return {"number": change.after.number, "old": None, "new": new}
    old = _fields(change.before, vat_codes)
    names = [name for name in new if new[name] != old[name]]
    return {
        "number": change.after.number,
        "old": {name: old[name] for name in names},
        "new": {name: new[name] for name in names},
    }


def _fields(article: Article, vat_codes: dict[str, str]) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(article)
    del plain["number"]
    return plain | {"vat_code": vat_codes[article.department]}


def _rate(rate: VatRate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    return {"rate_bp": rate.rate_bp, "valid_to": rate.valid_to.isoformat()}


def _key(key: QuickKey | None) -> dict[str, str] | None:
    if key is None:
        return None
    return {
        "label": key.label,
        "kind": key.kind.value,
        "target": key.target,
        "colour": key.colour,
    }
