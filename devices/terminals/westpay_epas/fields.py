"""Single fields of a message: text, amount, time; strict where money depends on them.

Every text that comes in is cleaned, masked and cut here, in this order, so no other module of the
driver ever holds raw outside text and no cut leaves most of a card number behind. A word that says
whose answer this is, or whether it is an approval, is taken as it stands or not at all: what would
only fit after cleaning is refused. Source: reliability S1, S4, F14, F25; terminal-protocols 2.5.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from re import compile as compile_pattern
from xml.etree.ElementTree import Element

from core.card_secrets import redact, redact_together, redact_words
from core.text import clean
from devices.terminals.westpay_epas.messages import MessageHeader

TEXT_MAX = 120
_LOOK_AHEAD = 80
"""How far beyond its cut a text is read: a number or track across the cut is masked before it."""
_FAR_TIME = timedelta(days=2)
_AMOUNT = compile_pattern(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


class UnusableMessage(Exception):
    """The bytes are no message we may act on. `words` are ours, never the peer's."""

    def __init__(self, words: str, header: MessageHeader | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.header = header


def some(within: Element, tag: str) -> list[Element]:
    """Give all elements of this name at any depth: their exact nesting is not established."""
    return list(within.iter(tag))


def child(within: Element, *path: str) -> Element | None:
    """Give the element at this path, None when there is none.

    Raises UnusableMessage when an element of its name stands anywhere else, or twice.
    """
    found = some(within, path[-1])
    if not found:
        return None
    standing = within.findall("/".join(path))
    if len(found) != 1 or len(standing) != 1:
        raise UnusableMessage(f"{path[-1]} doubled or misplaced")
    return standing[0]


def exact_of(found: Element, attribute: str) -> str:
    """Give an attribute as it stands, masked; empty when missing.

    Raises UnusableMessage when cleaning would change it.
    """
    raw = found.get(attribute, "")
    if clean(raw, TEXT_MAX) != raw:
        raise UnusableMessage(f"{attribute} holds what it may not")
    return redact(raw)


def text_of(found: Element, attribute: str = "", length_max: int = TEXT_MAX) -> str:
    """Give an attribute, or the element's own text, cleaned and masked; empty when missing."""
    raw = found.get(attribute, "") if attribute else (found.text or "")
    return redact(clean(raw, length_max + _LOOK_AHEAD))[:length_max]


def words_of(found: Element, attribute: str = "") -> str:
    """Give a text meant for people, cleaned and masked; empty when missing."""
    raw = found.get(attribute, "") if attribute else (found.text or "")
    return redact_words(clean(raw, TEXT_MAX + _LOOK_AHEAD))[:TEXT_MAX]


def lines_of(found: Sequence[Element], length_max: int) -> tuple[str, ...]:
    """Give the texts of elements that are read together, cleaned and masked, without empty ones."""
    raw = [clean(one.text or "", length_max + _LOOK_AHEAD) for one in found]
    lines = (line[:length_max] for line in redact_together([line for line in raw if line]))
    return tuple(line for line in lines if line)


def short_of(found: Element, attribute: str, length_max: int) -> str:
    """Give a code that is never longer than this; a longer one is something else and dropped."""
    code = text_of(found, attribute)
    return code if len(code) <= length_max else ""


def amount_of(found: Element, attribute: str) -> int:
    """Read `59`, `59.0` or `59.00` as öre. Raises UnusableMessage for anything else."""
    match = _AMOUNT.fullmatch(found.get(attribute, ""))
    if match is None:
        raise UnusableMessage(f"{attribute} is no amount")
    return int(match[1]) * 100 + int(((match[2] or "") + "00")[:2])


def optional_amount_of(found: Element, attribute: str) -> int | None:
    """As `amount_of`; None when the attribute is missing or empty."""
    return amount_of(found, attribute) if found.get(attribute) else None


def time_of(found: Element, attribute: str = "TimeStamp") -> datetime | None:
    """Read an ISO 8601 time; None when it is missing or unreadable (no money depends on it).

    Times so far out that no other one can be reckoned from them are unreadable.
    """
    try:
        at = datetime.fromisoformat(found.get(attribute, "")[:40])
    except ValueError:
        return None
    bare = at.replace(tzinfo=None)
    is_usable = datetime.min + _FAR_TIME < bare < datetime.max - _FAR_TIME
    return at if is_usable else None


def display_time(at: datetime | None) -> str:
    """Write a terminal's time as `YYYY-MM-DD HH:MM:SS`, empty when unknown."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
