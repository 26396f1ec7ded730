"""Article search on a read-only connection of its own: it never waits for the till thread."""

from pathlib import Path

from core.catalog import Article
from db.catalog import CatalogueStore
from db.engine import open_reader


class ArticleReader:
    """Finds articles for the search screen, also those that an import adds meanwhile.

    The index is made at the first search, and anew at the first after a change.
    """

    def __init__(self, path: Path) -> None:
        self._engine = open_reader(path)
        self._catalogue = CatalogueStore()

    def find(self, words: str, limit: int) -> tuple[Article, ...]:
        """Give at most `limit` articles, best first."""
        with self._engine.connect() as connection:
            self._catalogue.is_changed(connection)
            return tuple(self._catalogue.search(connection, words, limit))

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._engine.dispose()
