"""XML made to hurt its reader, and an ear for whoever it would make us call."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.frames.approvals import approval

_PAID = approval(1).payload.decode()
_BODY = _PAID.partition("?>")[2]
_CALLS = frozenset(
    {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "open"}
)


def _with_doctype(inside: str, use: str = "") -> str:
    body = _BODY.replace("<POIData>", f"<Extra>{use}</Extra><POIData>", 1)
    return f'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE r [{inside}]>{body}'


def _inside(more: str) -> str:
    return _PAID.replace("<POIData>", f"{more}<POIData>", 1)


_LAUGHS = "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' if level else '<!ENTITY l0 "lol">'
    for level in range(10)
)
_INCLUDE = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{}"/>'

BOMBS: dict[str, bytes] = {
    "billion laughs": _with_doctype(_LAUGHS, "&l9;").encode(),
    "quadratic": _with_doctype(f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 1000).encode(),
    "external file": _with_doctype('<!ENTITY a SYSTEM "/etc/hostname">', "&a;").encode(),
    "external http": _with_doctype('<!ENTITY a SYSTEM "http://127.0.0.1:9/a">', "&a;").encode(),
    "external dtd": _PAID.replace(
        "?>", '?><!DOCTYPE r SYSTEM "http://127.0.0.1:9/a.dtd">', 1
    ).encode(),
    "parameter entity": _with_doctype('<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;').encode(),
    "xinclude file": _inside(_INCLUDE.format("/etc/hostname")).encode(),
    "xinclude http": _inside(_INCLUDE.format("http://127.0.0.1:9/x")).encode(),
    "attribute of 20 MB": _inside(f'<a b="{"x" * 20_000_000}"/>').encode(),
    "million siblings": _inside("<a/>" * 1_000_000).encode(),
    "siblings within the cap": _inside("<a/>" * 60_000).encode(),
    "million deep": _inside("<a>" * 1_000_000).encode(),
    "deep within the cap": _inside("<a>" * 30_000 + "</a>" * 30_000).encode(),
    "many namespaces": _inside(
        "".join(f'<n{n}:a xmlns:n{n}="u{n}"/>' for n in range(6_000))
    ).encode(),
    "utf-7": _PAID.replace("UTF-8", "UTF-7", 1).encode(),
    "utf-16": _PAID.replace("UTF-8", "UTF-16", 1).encode("utf-16"),
    "utf-16 without a mark": _PAID.replace("UTF-8", "UTF-16BE", 1).encode("utf-16-be"),
    "utf-32": _PAID.encode("utf-32"),
    "ebcdic": _PAID.replace("UTF-8", "cp037", 1).encode("cp037"),
    "byte order mark": _PAID.encode("utf-8-sig"),
    "latin-1 called utf-8": _PAID.replace("Normal", "Nörmal").encode("latin-1"),
    "overlong": _PAID.encode().replace(b"Normal", b"N\xc1\xafrmal"),
    "surrogate": _PAID.encode().replace(b"Normal", b"N\xed\xa0\x80rmal"),
    "processing instruction": _inside("<?php system('x')?>").encode(),
    "stylesheet": _PAID.replace(
        "?>", '?><?xml-stylesheet href="http://127.0.0.1:9/"?>', 1
    ).encode(),
    "nul": _PAID.replace("Normal", "Nor\0mal").encode(),
    "two roots": (_PAID + _BODY).encode(),
    "nothing": b"",
}

_heard: list[str] | None = None


def _listen(event: str, args: tuple[Any, ...]) -> None:
    if _heard is not None and event in _CALLS:
        _heard.append(f"{event} {args}"[:200])


@contextmanager
def outbound() -> Iterator[list[str]]:
    """Give the list of every connection, name query and file that is asked for meanwhile."""
    global _heard
    if not _ears:
        sys.addaudithook(_listen)
        _ears.append(True)
    _heard = []
    try:
        yield _heard
    finally:
        _heard = None


_ears: list[bool] = []
