"""A thousand hostile names, the same on every run: what suppliers' files, pranksters and bugs hold.

`names()` gives raw texts as they stand in a file; some must be refused at import because they are
empty or too long once cleaned.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

SHOWN: Final = "[@click=app.quit]Bulle[/] \x1b]52;c;aGVqIGhlag==\x07\\"
"""The name of the show: markup that would close the till, and a write to the clipboard."""

_FIXED: Final = (
    SHOWN,
    "[@click=app.bell]x[/]",
    "[/b] plan",
    "[/]",
    "[IMPORTANT] te",
    "[link=http://x]y[/link]",
    "Kaffe [stor]",
    "\\[b]",
    "[[b]]",
    "[red on blue]",
    "[b",
    "b]",
    "[=]",
    "[@]",
    "[#ff0000]x",
    "\\",
    "\\\\",
    "\\n",
    "a\\",
    "\\x1b[2J",
    "%s %d %(name)s",
    "{0} {name} {0.__class__}",
    "{",
    "}",
    "\x1b[2J\x1b[H",
    "\x1b]0;titel\x07",
    "\x1b]8;;http://x\x1b\\l\x1b]8;;\x1b\\",
    "\x1b[?1049l",
    "\x1b[6n",
    "\x1bP+q\x1b\\",
    "\x1b_G\x1b\\",
    "\x1b^x\x1b\\",
    "\x1bc",
    "\x9b31mRöd",
    "\x9d0;x\x9c",
    "\x90q\x9c",
    "\x84\x85\x88",
    "a\x08\x08b",
    "a\rb",
    "a\x0cb",
    "a\x0bb",
    "\x07\x07",
    "\x7f\x7fdel",
    "\x1bp\x00\x19\xfa",
    "\x1dV\x00",
    "\x1dVA\x03",
    "\x1b@",
    "\x10\x14\x01\x00\x05",
    "\x10\x04\x01",
    "\x1c.x",
    "\x1cp\x01\x00",
    "\x1d(A\x02\x00\x00\x02",
    "\x1b*\x21\xff\x00",
    "\x1dr\x01",
    "\x1b=\x02",
    "abc\u202egpj.exe",
    "\u2066x\u2069",
    "\u200fהקפה\u200e",
    "\u061cx",
    "شاي بالنعناع",
    "קפה שחור",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "\u00adsoft\u00adhy",
    "\u034f\u115f\u3164\uffa0x",
    "Z\u0351\u036b\u0343\u036aa\u0302\u036al\u033f\u0312g\u0332o\u0338",
    "a" + "\u0301" * 200,
    "\u0301\u0338start",
    "e\u0301te\u0301",
    "été",
    "Å",
    "A\u030a",
    "\u212b",
    "ﬁ ligatur",
    "①②③",
    "ＡＢＣ",
    "👨\u200d👩\u200d👧\u200d👦 familj",
    "👍🏽",
    "🇸🇪 kaffe",
    "☃\ufe0f",
    "🏴\U000e0067\U000e0062\U000e007f",
    "日本茶",
    "한국 김치",
    "\u1112\u1161\u11ab",
    "咖啡" * 20,
    "日" * 60,
    "ｶﾀｶﾅ",
    "ไทยน้ำ",
    "नमस्ते चाय",
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+46701",
    "-5",
    "@SUM(A1:A9)",
    "\t=1",
    "=cmd|' /C x'!A0",
    "<b>&amp;</b>",
    "&lt;!DOCTYPE x&gt;",
    '<!ENTITY a "b">',
    "]]>",
    "&#27;[2J",
    "<script>",
    "\"'>",
    "'; DROP TABLE article; --",
    "x' OR '1'='1",
    "Robert'); DELETE FROM sale;--",
    '" OR ""="',
    "kaffe\n2026-11-28 12:00:00 ERROR blipp APPROVED 1 000,00",
    "a\r\nb\r\n\r\nc",
    "\u2028ny\u2029rad",
    "Totalt 999,00",
    "Te  1,00 A",
    "ATT BETALA 0,00",
    "KOPIA",
    "ÖVNING – EJ KVITTO",
    "Kvitto nr 7",
    "1",
    "0",
    "-0",
    "NaN",
    "null",
    "None",
    "true",
    "1e309",
    "../../etc/passwd",
    "C:\\con",
    "smb:x",
    "\x00",
    "a\x00b",
    "\x00\x00\x00",
    "",
    " ",
    "\t\n",
    "\u200b\u200b",
    "\u3164",
    "\ufe0f",
    "\x1b",
    "\u0301",
    "x" * 60,
    "x" * 61,
    "å" * 60,
    "x" * 10_000,
    "\x1b[A" * 4000,
    "日" * 10_000,
    "\u0301" * 10_000,
    " " * 10_000 + "x",
    "\ufffe\uffff",
    "\ue000\U000f0000",
    "\U0001f9ff\U000e01ef",
    "\u2630\u4dc0",
)

_PIECES: Final = (
    "Kaffe",
    "te",
    "Bulle",
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "[",
    "]",
    "[/]",
    "[b]",
    "[@click=app.quit]",
    "\\",
    "\x1b[",
    "31m",
    "\x1b]",
    "0;t",
    "\x07",
    "\x1b\\",
    "\x9b",
    "\x9d",
    "\x1b",
    "\x1bp\x00",
    "\x1dV\x00",
    "\x10\x14",
    "\x1c",
    "\u202e",
    "\u2066",
    "\u200d",
    "\u200b",
    "\u0301",
    "\u0338",
    "\u20dd",
    "\ufe0f",
    "\u0903",
    "日",
    "本",
    "👍",
    "🏽",
    "🇸",
    "🇪",
    "한",
    "\u1161",
    "=",
    "+",
    "-",
    "@",
    "'",
    '"',
    ";",
    ",",
    "<",
    ">",
    "&",
    "&amp;",
    "%s",
    "{0}",
    "$(x)",
    "`x`",
    "\x00",
    "1",
    "9,00",
    "|",
    "é",
    "e\u0301",
    "ß",
    "İ",
)


def names(count: int = 1000) -> list[str]:
    """Give the first `count` names; the fixed ones come first, each name once."""
    found = list(dict.fromkeys(_FIXED))[:count]
    known = set(found)
    for name in _made():
        if len(found) >= count:
            return found
        if name not in known:
            known.add(name)
            found.append(name)
    return found


def _made() -> Iterator[str]:
    """Make names of pieces, characters at random, and mixtures."""
    draw = Random(20_261_128)
    while True:
        pieces = draw.choices(_PIECES, k=draw.randint(1, 14))
        if draw.random() < 0.5:
            pieces += [_character(draw) for _each in range(draw.randint(1, 20))]
            draw.shuffle(pieces)
        yield "".join(pieces)


def _character(draw: Random) -> str:
    """Give any character of Unicode but a surrogate, low ones often."""
    code = draw.choice((0x100, 0x800, 0x3000, 0xD800, 0x20000, 0xF0000))
    return chr(draw.randrange(code))


def sample(count: int = 60) -> list[str]:
    """Give every n-th name, the first ones always: what `make test` has time for."""
    every = names()
    step = max(1, (len(every) - 20) // (count - 20))
    return [*every[:20], *every[20::step]][:count]
