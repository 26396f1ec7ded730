"""Bytes → one XML tree, or a refusal: the only place that lets a parser at foreign bytes.

No document type, no entities, no inclusions, no processing instructions, no encoding but the ones
allowed, no byte order mark, bounded size, depth and number of elements, all checked while reading
and not afterwards. Source: reliability S2, S3, F25.

It imports XML libraries; who must start fast imports it at the first use.
"""

from collections.abc import Mapping
from re import IGNORECASE
from re import compile as compile_pattern
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

SIZE_MAX = 256 * 1024
DEPTH_MAX = 32
ELEMENT_COUNT_MAX = 5_000
NAMESPACE_COUNT_MAX = 16
UTF_8 = {"": "utf-8", "utf-8": "utf-8"}
"""Declared encoding in lower case, empty for none, to the codec it is read by."""

_INCLUSION = "{http://www.w3.org/2001/XInclude}"
"""Never followed by this parser; refused, so that nobody behind it may follow one."""
_DECLARATION = compile_pattern(
    rb"""<\?xml\s+version\s*=\s*["']1\.[0-9]["']"""
    rb"""(?:\s+encoding\s*=\s*["']([a-z][a-z0-9._-]{0,30})["'])?"""
    rb"""(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>""",
    IGNORECASE,
)


class UnreadableXml(Exception):
    """The bytes are no XML that we read. `words` are ours, never the peer's."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class _BoundedBuilder(TreeBuilder):
    """Builds a tree and gives up as soon as it grows too deep or too large, or includes others."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0
        self._names_left = NAMESPACE_COUNT_MAX

    def start_ns(self, prefix: str, uri: str, /) -> None:
        self._names_left -= 1
        if self._names_left < 0:
            raise UnreadableXml("too many namespaces")

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEPTH_MAX or self._count > ELEMENT_COUNT_MAX:
            raise UnreadableXml("too deep or too many elements")
        if tag.startswith(_INCLUSION):
            raise UnreadableXml("inclusion")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def pi(self, target: str, text: str | None = None, /) -> Element:
        raise UnreadableXml("processing instruction")


def parse(payload: bytes, encodings: Mapping[str, str] = UTF_8) -> Element:
    """Read a payload as XML. Raises UnreadableXml."""
    if len(payload) > SIZE_MAX:
        raise UnreadableXml("too long")
    try:
        text = payload.decode(_codec_of(payload, encodings))
    except UnicodeDecodeError as exc:
        raise UnreadableXml("not in its encoding") from exc
    if text.startswith("\ufeff"):
        raise UnreadableXml("byte order mark")
    if "\0" in text:
        # The parser would take it for UTF-16 and read what we never looked at.
        raise UnreadableXml("NUL")
    parser = DefusedXMLParser(target=_BoundedBuilder(), forbid_dtd=True)
    try:
        parser.feed(text)
        root = parser.close()
    except (ParseError, DefusedXmlException) as exc:
        raise UnreadableXml(f"unreadable XML: {type(exc).__name__}") from exc
    assert isinstance(root, Element)
    return root


def _codec_of(payload: bytes, encodings: Mapping[str, str]) -> str:
    declared = b""
    if payload.startswith(b"<?xml"):
        found = _DECLARATION.match(payload)
        if found is None:
            raise UnreadableXml("strange declaration")
        declared = found[1] or b""
    codec = encodings.get(declared.decode("ascii").lower())
    if codec is None:
        raise UnreadableXml("declares another encoding")
    return codec
