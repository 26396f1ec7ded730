"""Search in the catalogue by parts of words, as a Swede expects it.

Å, ä and ö are letters of their own and sort last; every other accent is dropped, so that `creme`
finds `Crème brûlée`. The index is sorted once when it is built, so that a search is one pass over
prepared strings and never sorts names; it holds no prices: what it finds is read fresh from the
store, so that a hit never shows what an article cost yesterday.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from core.text import fold

WORDS_MAX: Final = 8
"""Words of one query that are looked at; nobody types more to find an article."""
QUERY_LENGTH_MAX: Final = 200

# The Swedish alphabet ends in å, ä, ö; three signs that follow `z` in ASCII sort them there.
_SORTED_LAST: Final = str.maketrans("åäæöø", "{||}}")


class _Rank(IntEnum):
    """How good a hit is; lower is shown first."""

    WHOLE_CODE = 0
    NAME_START = 1
    WORD_START = 2
    CODE_START = 3
    WITHIN_WORD = 4


@dataclass(frozen=True, slots=True)
class SearchRow:
    """What the index needs to know of one article."""

    number: str
    search_text: str
    """As `searchable` made it from the name."""
    codes: tuple[str, ...]
    """Number, PLU and EAN, without empty ones."""


@dataclass(frozen=True, slots=True)
class _Entry:
    number: str
    text: str
    """Words with a blank before each and one after the last."""
    codes: str
    """The codes in the same form."""


def searchable(text: str) -> str:
    """Fold `text` and keep its words, one blank between them: `Cola, 33 cl` is `cola 33 cl`."""
    folded = fold(text)
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def sort_key(text: str) -> str:
    """Give a key that sorts as the Swedish alphabet does: digits, a to z, å, ä, ö."""
    return searchable(text).translate(_SORTED_LAST)


class SearchIndex:
    """All articles, prepared for search; built anew when the catalogue changes."""

    def __init__(self, rows: Iterable[SearchRow]) -> None:
        """Prepare the rows, sorted as the Swedish alphabet does, then by number."""
        ordered = sorted(
            rows, key=lambda row: (row.search_text.translate(_SORTED_LAST), row.number)
        )
        self._entries = tuple(
            _Entry(
                row.number,
                f" {row.search_text} ",
                "".join(f" {searchable(code)}" for code in row.codes) + " ",
            )
            for row in ordered
        )

    def __len__(self) -> int:
        """Count the articles."""
        return len(self._entries)

    def search(self, query: str, limit: int = 50) -> list[str]:
        """Find article numbers, best first, at most `limit`.

        Every word of the query must lie in the name or begin the number, PLU or EAN; the order of
        the words does not matter. Whole code first, then names that begin with the query, then
        names with words that begin so, then codes that begin so, then the rest; within each the
        Swedish alphabet. An empty query finds the first of the alphabet.
        """
        words = searchable(query[:QUERY_LENGTH_MAX]).split()[:WORDS_MAX]
        found: dict[_Rank, list[str]] = {rank: [] for rank in _Rank}
        for entry in self._entries:
            rank = _rank(entry, words)
            if rank is not None and len(found[rank]) < limit:
                found[rank].append(entry.number)
        return [number for rank in _Rank for number in found[rank]][:limit]


def _rank(entry: _Entry, words: list[str]) -> _Rank | None:
    """Say how well the entry answers the words; None when one of them is nowhere in it."""
    is_by_code = is_within = False
    for word in words:
        if f" {word}" in entry.text:
            continue
        if f" {word}" in entry.codes:
            is_by_code = True
        elif word in entry.text:
            is_within = True
        else:
            return None
    if len(words) == 1 and f" {words[0]} " in entry.codes:
        return _Rank.WHOLE_CODE
    if is_within:
        return _Rank.WITHIN_WORD
    if is_by_code:
        return _Rank.CODE_START
    return _Rank.NAME_START if entry.text.startswith(" " + " ".join(words)) else _Rank.WORD_START
