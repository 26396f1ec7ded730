"""Single fields of a message: text, amount, time; strict where money depends on them.

Every text that comes in is cleaned, cut and masked here, so no other module of the driver ever
holds raw outside text. Source: reliability S1, S4; terminal-protocols 2.5.
"""

from datetime import datetime
from re import compile as compile_pattern
from xml.etree.ElementTree import Element

from core.text import clean, redact
from devices.terminals.westpay_epas.messages import MessageHeader

TEXT_MAX = 120
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


def single(within: Element, tag: str) -> Element:
    """Give the only element of this name. Raises UnusableMessage when missing or doubled."""
    found = some(within, tag)
    if len(found) != 1:
        raise UnusableMessage(f"{tag} {'missing' if not found else 'doubled'}")
    return found[0]


def text_of(found: Element, attribute: str = "", length_max: int = TEXT_MAX) -> str:
    """Give an attribute, or the element's own text, cleaned and masked; empty when missing."""
    raw = found.get(attribute, "") if attribute else (found.text or "")
    return redact(clean(raw, length_max))


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
    """Read an ISO 8601 time; None when it is missing or unreadable (no money depends on it)."""
    try:
        return datetime.fromisoformat(found.get(attribute, "")[:40])
    except ValueError:
        return None


def display_time(at: datetime | None) -> str:
    """Write a terminal's time as `YYYY-MM-DD HH:MM:SS`, empty when unknown."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
