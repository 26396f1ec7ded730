"""Search in the catalogue by parts of words, as a Swede expects it.

Å, ä and ö are letters of their own and sort last; every other accent is dropped, so that `creme`
finds `Crème brûlée`. Who types a plain a or o may mean them all the same: `raksm` finds
`Räksmörgås`, after what is spelt as typed; a typed ä is an ä and nothing else.

The index is sorted once when it is built, so that a search is one pass over prepared strings and
never sorts names; it holds no prices: what it finds is read fresh from the store, so that a hit
never shows what an article cost yesterday.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from core.frozen import frozen
from core.text import fold

WORDS_MAX: Final = 8
"""Words of one query that are looked at; nobody types more to find an article."""
QUERY_LENGTH_MAX: Final = 200

# The Swedish alphabet ends in å, ä, ö; three signs that follow `z` in ASCII sort them there.
_SORTED_LAST: Final = str.maketrans("åäæöø", "{||}}")


# One character for one, so that a place in the plain text is the same place in the true one.
_PLAIN: Final = str.maketrans("åäæöø", "aaaoo")


class _Rank(IntEnum):
    """How good a hit is; lower is shown first."""

    NAME_START = 1
    WORD_START = 2
    CODE_START = 3
    PLAIN_NAME_START = 4
    """As NAME_START, with a typed a or o read as å, ä or ö."""
    PLAIN_WORD_START = 5
    WITHIN_WORD = 6
    PLAIN_WITHIN_WORD = 7


@frozen
class SearchRow:
    """What the index needs to know of one article."""

    number: str
    search_text: str
    """As `searchable` made it from the name."""
    codes: tuple[str, ...]
    """Number, PLU and EAN, without empty ones."""


@frozen
class _Entry:
    number: str
    text: str
    """Words with a blank before each and one after the last."""
    plain: str
    """The same with å, ä, ö as a, a, o."""
    codes: str
    """The codes in the same form."""


@frozen
class _Typed:
    """A typed word with a blank before it, as it begins a word of a name."""

    text: str
    plain: str
    """The same with å, ä, ö as a, a, o."""

    def is_spelt_at(self, text: str, at: int, skipped: int = 0) -> bool:
        """Say whether each typed å, ä and ö is one there too, where the plain texts agree."""
        if self.plain == self.text:
            return True
        typed = self.text[skipped:]
        there = text[at : at + len(typed)]
        return all(one == two for one, two in zip(typed, there, strict=True) if one in "åäæöø")

    def is_spelt_in(self, entry: _Entry, skipped: int) -> bool:
        """Say whether it lies in a name that holds its plain text, without `skipped` letters."""
        if self.plain == self.text:
            return True
        plain = self.plain[skipped:]
        at = entry.plain.find(plain)
        while at >= 0:
            if self.is_spelt_at(entry.text, at, skipped):
                return True
            at = entry.plain.find(plain, at + 1)
        return False


def searchable(text: str) -> str:
    """Fold `text` and keep its words, one blank between them: `Cola, 33 cl` is `cola 33 cl`."""
    if text.isascii() and text.isalnum():
        # Almost every code: folding it letter by letter would make up most of a new index.
        return text.lower()
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
                f" {row.search_text} ".translate(_PLAIN),
                "".join(f" {searchable(code)}" for code in row.codes) + " ",
            )
            for row in ordered
        )
        self._by_code: dict[str, list[str]] = {}
        for row in ordered:
            for code in {searchable(code) for code in row.codes}:
                self._by_code.setdefault(code, []).append(row.number)

    def __len__(self) -> int:
        """Count the articles."""
        return len(self._entries)

    def search(self, query: str, limit: int = 50) -> list[str]:
        """Find article numbers, best first, at most `limit`.

        Every word of the query must lie in the name or begin the number, PLU or EAN; the order of
        the words does not matter. Whole code first, then names that begin with the query, then
        names with words that begin so, then codes that begin so, then the same with a and o read
        as å, ä and ö, then the rest; within each the Swedish alphabet. An empty query finds the
        first of the alphabet, one of signs only nothing.
        """
        words = searchable(query[:QUERY_LENGTH_MAX]).split()[:WORDS_MAX]
        if not words and query.strip():
            return []
        wanted = [(f" {word}", word) for word in words]
        whole = " " + " ".join(words)
        plain_words = [_Typed(start, start.translate(_PLAIN)) for start, _word in wanted]
        plain_whole = _Typed(whole, whole.translate(_PLAIN))
        is_ambiguous = "a" in whole or "o" in whole
        # Most articles fall at one look for the longest word, whatever it may stand for.
        longest = max(words, key=len, default="")
        longest_plain, longest_start = longest.translate(_PLAIN), f" {longest}"
        found: dict[_Rank, list[str]] = {rank: [] for rank in _Rank}
        starting = found[_Rank.NAME_START]
        exact = self._by_code.get(whole.strip(), [])
        good_count = 0
        for entry in self._entries:
            if longest_plain not in entry.plain and longest_start not in entry.codes:
                continue
            rank = _rank(entry, wanted, whole)
            is_enough = good_count >= limit
            if is_ambiguous and not is_enough and (rank is None or rank > _Rank.PLAIN_WORD_START):
                rank = _plain_rank(entry, plain_words, plain_whole) or rank
            if rank is None:
                continue
            if len(found[rank]) < limit:
                found[rank].append(entry.number)
                good_count += rank <= _Rank.PLAIN_NAME_START
            if len(starting) >= limit:
                break
        ranked = exact + [number for rank in _Rank for number in found[rank]]
        return list(dict.fromkeys(ranked))[:limit]


def _rank(entry: _Entry, wanted: list[tuple[str, str]], whole: str) -> _Rank | None:
    """Say how well the entry answers the words; None when one of them is nowhere in it."""
    text = entry.text
    if text.startswith(whole):
        return _Rank.NAME_START
    rank = _Rank.WORD_START
    for start, word in wanted:
        if start in text:
            continue
        if start in entry.codes:
            rank = max(rank, _Rank.CODE_START)
        elif word in text:
            rank = _Rank.WITHIN_WORD
        else:
            return None
    return rank


def _plain_rank(entry: _Entry, wanted: list[_Typed], whole: _Typed) -> _Rank | None:
    """As `_rank`, with each typed a and o read as å, ä and ö too; None when a word is nowhere."""
    if entry.plain.startswith(whole.plain) and whole.is_spelt_at(entry.text, 0):
        return _Rank.PLAIN_NAME_START
    rank = _Rank.PLAIN_WORD_START
    for start in wanted:
        if start.plain in entry.plain and start.is_spelt_in(entry, 0):
            continue
        if start.text in entry.codes:
            continue
        if not (start.plain[1:] in entry.plain and start.is_spelt_in(entry, 1)):
            return None
        rank = max(rank, _Rank.WITHIN_WORD)
        if start.text[1:] not in entry.text:
            rank = _Rank.PLAIN_WITHIN_WORD
    return rank
