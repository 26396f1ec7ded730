"""The quick-key panel as a TOML text, and the panel of a shop that has none yet.

One file says what the panel shows, so that a shop can be laid out, read and compared without the
till. Here it is only read and judged by itself; whether a target exists in the catalogue is a
question of its own (`keys_without_target`), because a panel may be loaded before the articles.

    [page.1]
    q = { label = "Brygg- kaffe", article = "1001", colour = "yellow" }
    "å" = { label = "Fika", article = "1001 1101" }
    m = { label = "KORT", tender = "card", colour = "green" }
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from core.catalog import LETTER_ROWS, Department, KeyKind, QuickKey
from core.errors import ConfigError
from core.text import clean

LETTERS: Final = "".join(LETTER_ROWS)
COLOURS: Final = ("red", "green", "yellow", "blue", "magenta", "cyan")
TENDERS: Final = ("cash", "card")
PAGES_MAX: Final = 9
LAYOUT_LENGTH_MAX: Final = 200_000
LABEL_LINES_MAX: Final = 2
LABEL_LINE_LENGTH_MAX: Final = 9
_TARGET_LENGTH_MAX: Final = 200
_FIELDS: Final = ("label", "colour", *(kind.value for kind in KeyKind))

CASH_LETTER: Final = "n"
CARD_LETTER: Final = "m"


def parse_layout(text: str, file: str = "layout.toml") -> tuple[QuickKey, ...]:
    """Read a panel, in the order of pages and letter rows.

    Raises ConfigError with `file`, `reason`, `key` (as `page.1.q.colour`), `value` and, where one
    is near, `nearest`; `file` is only told on.
    """
    if len(text) > LAYOUT_LENGTH_MAX:
        raise ConfigError(file=file, reason="too-long", key="", value=str(len(text)))
    try:
        document: Mapping[str, object] = tomllib.loads(text)
    except (ValueError, RecursionError) as exc:
        # Not only TOMLDecodeError: numbers of thousands of digits and deep nesting end here too.
        raise ConfigError(file=file, reason="not-toml", key="", value=str(exc)) from exc
    return _Reader(file).keys(document)


def default_layout(departments: Sequence[Department]) -> tuple[QuickKey, ...]:
    """Give the panel of a new shop: cash, card, and the departments as they come."""
    tenders = (
        QuickKey(1, CASH_LETTER, "KONTANT", KeyKind.TENDER, "cash", "yellow"),
        QuickKey(1, CARD_LETTER, "KORT", KeyKind.TENDER, "card", "green"),
    )
    return with_departments(tenders, departments)


def usable_keys(keys: Iterable[QuickKey], *, has_terminal: bool) -> tuple[QuickKey, ...]:
    """Leave the card key out where no terminal is configured: it could only refuse."""
    return tuple(
        key for key in keys if has_terminal or (key.kind, key.target) != (KeyKind.TENDER, "card")
    )


def with_departments(
    keys: Iterable[QuickKey], departments: Iterable[Department]
) -> tuple[QuickKey, ...]:
    """Give each department that has no key the first free letter, from page 1 on.

    Departments for which nine pages have no room are left out.
    """
    placed = {(key.page, key.letter): key for key in keys}
    shown = {key.target for key in placed.values() if key.kind is KeyKind.DEPARTMENT}
    free = (
        (page, letter)
        for page in range(1, PAGES_MAX + 1)
        for letter in LETTERS
        if (page, letter) not in placed
    )
    missing = [each.name for each in departments if each.name not in shown]
    for (page, letter), name in zip(tuple(free), dict.fromkeys(missing), strict=False):
        label = fitting_label(name)
        placed[page, letter] = QuickKey(page, letter, label, KeyKind.DEPARTMENT, name)
    return _in_order(placed.values())


def keys_without_target(
    keys: Iterable[QuickKey], numbers: Collection[str], departments: Collection[str]
) -> tuple[QuickKey, ...]:
    """Find the keys whose articles, department or page do not exist."""
    panel = tuple(keys)
    pages = {str(key.page) for key in panel}

    def has_target(key: QuickKey) -> bool:
        match key.kind:
            case KeyKind.ARTICLE:
                return all(number in numbers for number in key.target.split())
            case KeyKind.DEPARTMENT:
                return key.target in departments
            case KeyKind.PAGE:
                return key.target in pages
            case KeyKind.TENDER | KeyKind.FUNCTION:
                return True

    return tuple(key for key in panel if not has_target(key))


def label_lines(label: str) -> tuple[str, ...]:
    """Break a label at its blanks into lines of at most nine characters; may be more than two."""
    lines: list[str] = []
    for word in label.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LABEL_LINE_LENGTH_MAX:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return tuple(lines)


def fitting_label(name: str) -> str:
    """Shorten a name so that it is a label: long words are cut, what is too much falls away."""
    words = (word[:LABEL_LINE_LENGTH_MAX] for word in name.split())
    return " ".join(label_lines(" ".join(words))[:LABEL_LINES_MAX])


def _in_order(keys: Iterable[QuickKey]) -> tuple[QuickKey, ...]:
    return tuple(sorted(keys, key=lambda key: (key.page, LETTERS.index(key.letter))))


class _Reader:
    """Judges one document; every fault names the file."""

    def __init__(self, file: str) -> None:
        self._file = file

    def keys(self, document: Mapping[str, object]) -> tuple[QuickKey, ...]:
        for key in document:
            if key != "page":
                raise self._fault("unknown-key", key, key, ("page",))
        found: list[QuickKey] = []
        for number, page in self._table(document.get("page", {}), "page").items():
            key = f"page.{number}"
            if not (number.isascii() and number.isdigit() and 1 <= int(number[:3]) <= PAGES_MAX):
                raise self._fault("bad-page", key, number)
            if str(int(number)) != number:
                raise self._fault("bad-page", key, number)
            found += self._page(int(number), self._table(page, key))
        pages = {str(each.page) for each in found}
        for each in found:
            if each.kind is KeyKind.PAGE and each.target not in pages:
                key = f"page.{each.page}.{each.letter}.page"
                raise self._fault("unknown-page", key, each.target, sorted(pages))
        return _in_order(found)

    def _page(self, page: int, table: Mapping[str, object]) -> Iterator[QuickKey]:
        for letter, fields in table.items():
            key = f"page.{page}.{letter}"
            if len(letter) != 1 or letter not in LETTERS:
                raise self._fault("unknown-letter", key, letter)
            yield self._quick_key(page, letter, self._table(fields, key), key)

    def _quick_key(
        self, page: int, letter: str, fields: Mapping[str, object], key: str
    ) -> QuickKey:
        for name in fields:
            if name not in _FIELDS:
                raise self._fault("unknown-key", f"{key}.{name}", name, _FIELDS)
        kinds = [kind for kind in KeyKind if kind.value in fields]
        if len(kinds) != 1:
            raise self._fault("one-target", key, " ".join(kind.value for kind in kinds))
        label = self._text(fields, "label", key)
        lines = label_lines(label)
        if len(lines) > LABEL_LINES_MAX or any(len(line) > LABEL_LINE_LENGTH_MAX for line in lines):
            raise self._fault("label-too-long", f"{key}.label", label)
        colour = self._text(fields, "colour", key) if "colour" in fields else ""
        if colour and colour not in COLOURS:
            raise self._fault("unknown-colour", f"{key}.colour", colour, COLOURS)
        kind = kinds[0]
        target = self._text(fields, kind.value, key)
        if kind is KeyKind.TENDER and target not in TENDERS:
            raise self._fault("unknown-tender", f"{key}.tender", target, TENDERS)
        return QuickKey(page, letter, label, kind, target, colour)

    def _text(self, fields: Mapping[str, object], name: str, key: str) -> str:
        """Read one text; the number of a page may be written as a number."""
        value = fields.get(name, "")
        if name == "page" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise self._fault("not-a-text", f"{key}.{name}", repr(value))
        text = clean(value, _TARGET_LENGTH_MAX)
        if not text:
            raise self._fault("empty", f"{key}.{name}", value)
        return text

    def _table(self, value: object, key: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self._fault("not-a-table", key, repr(value))
        return value

    def _fault(self, reason: str, key: str, value: str, known: Sequence[str] = ()) -> ConfigError:
        nearest = next(iter(get_close_matches(value, known, 1)), "")
        return ConfigError(
            file=self._file,
            reason=reason,
            key=clean(key, _TARGET_LENGTH_MAX),
            value=clean(value, _TARGET_LENGTH_MAX),
            nearest=nearest,
        )
