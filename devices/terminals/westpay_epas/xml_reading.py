"""Bytes → one XML tree, or a refusal: the only place that lets a parser at foreign bytes.

No document type, no entities, no inclusions, no processing instructions, no other encoding than
UTF-8, no byte order mark, bounded depth and number of elements, all checked while reading and not
afterwards.
Source: reliability S2, S3, F25.
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from devices.terminals.westpay_epas.fields import UnusableMessage
from devices.terminals.westpay_epas.frames import FRAME_MAX

DEPTH_MAX = 32
ELEMENT_COUNT_MAX = 5_000
_INCLUSION = "{http://www.w3.org/2001/XInclude}"
"""Never followed by this parser; refused, so that nobody behind it may follow one."""


class _BoundedBuilder(TreeBuilder):
    """Builds a tree and gives up as soon as it grows too deep or too large, or includes others."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEPTH_MAX or self._count > ELEMENT_COUNT_MAX:
            raise UnusableMessage("too deep or too many elements")
        if tag.startswith(_INCLUSION):
            raise UnusableMessage("inclusion")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def pi(self, target: str, text: str | None = None, /) -> Element:
        raise UnusableMessage("processing instruction")


def parse(payload: bytes) -> Element:
    """Read a payload as XML. Raises UnusableMessage."""
    if len(payload) > FRAME_MAX:
        raise UnusableMessage("too long")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise UnusableMessage("not UTF-8") from exc
    if text.startswith("\ufeff"):
        raise UnusableMessage("byte order mark")
    if text.startswith("<?xml"):
        declared = text[: text.find("?>") + 2].casefold()
        if "encoding" in declared and "utf-8" not in declared:
            raise UnusableMessage("declares another encoding")
    parser = DefusedXMLParser(target=_BoundedBuilder(), forbid_dtd=True)
    try:
        parser.feed(text)
        root = parser.close()
    except (ParseError, DefusedXmlException) as exc:
        raise UnusableMessage(f"unreadable XML: {type(exc).__name__}") from exc
    assert isinstance(root, Element)
    return root
