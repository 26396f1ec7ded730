"""What is typed: anything at all, and what a person would press on the page that is shown."""

from collections.abc import Sequence
from random import Random

from tests.hostile.corpus import names

FUNCTION = [f"\x1bO{one}" for one in "PQRS"] + [
    f"\x1b[{one}~" for one in (15, 17, 18, 19, 20, 21, 23, 24)
]
F9, F10, F11, F12 = FUNCTION[8:]
SPECIAL = ["\r", "\n", "\t", "\x1b", "\x7f", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1b[Z"]
CONTROL = [chr(code) for code in range(1, 27)]
BROKEN = ["\x1b[", "\x1b[1;", "\x1b]0;x\x07", "\x1b[?1;2c", "\x1b[201~", "\x1bOx", "\x9b"]
CODES = ("2900000039018", "2900000036017", "2900000032019")
PASTE, PASTE_END = "\x1b[200~", "\x1b[201~"
HOSTILE = ("\x1b", "j\r", "\x1b[24~", "\x1bOP", "\x11", "\x1b]52;c;aGVq\x07", "\x1b[200~", "1\r2\r")
"""What a text on the clipboard may hold, to be read as keys."""
SCANS = tuple(f"{code}\r" for code in CODES)
GUIDED: dict[str, Sequence[str]] = {
    "register": (
        *SCANS, *("qwerasdf" * 8), *("\r" * 12),
        *("-", "3*q", "4*\x1b[19~"),
        *(F11, F11, F12, F12, F12, F12, "+", F10, F9, "50,00+", "\x11", "\x1b[12~"),
    ),
    "pay": ("\r", "\r", F11, F12, F12, "-", "-", "20,00" + F12, "30,00\r", "500,00\r", "\x1b"),
    "card": ("j", "n", "1234\r", "\r", "\x1b", "7\r"),
    "recovery": ("1", "2", "2\r", "3", "3", "3", "j", "n", "\r", "250,00\r", "\x1b"),
    "confirm": ("j", "j", "j", "j", "y", "n", "\x1b", "aÅsa\r"),
    "reports": ("1", "2", "3", "4", "6", "\x1b", "\x1b"),
    "report": ("p", "\x1b", "\x1b"),
    "search": ("kaf\r", "\x1b", "\x1b"),
    "tip": ("\r", "280\r", "\x1b"),
}  # fmt: skip
"""What a person presses on each page; elsewhere Esc or Enter leads on."""
ONWARD = ("\x1b", "\r")


def guided(draw: Random, screen: str) -> str:
    """Press what means something on this page."""
    return draw.choice(GUIDED.get(screen, ONWARD))


def made(draw: Random) -> str:
    """Make what one turn of blind typing writes, pastes apart."""
    kind = draw.random()
    if kind < 0.55:
        return "".join(draw.choices("0123456789,*+-?.jyn qweasdöåzxcm", k=draw.randint(1, 9)))
    if kind < 0.82:
        return "".join(draw.choices([*FUNCTION, *SPECIAL], k=draw.randint(1, 4)))
    if kind < 0.89:
        return "".join(f"{draw.choice(CODES)}\r" for _each in range(draw.randint(1, 6)))
    if kind < 0.94:
        return "".join(draw.choices(CONTROL, k=3)) + "\x1b" + draw.choice("abqjz+1")
    if kind < 0.98:
        column, row = draw.randint(1, 80), draw.randint(1, 24)
        button = draw.choice((0, 0, 0, 1, 2, 35, 64))
        return f"\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m"
    return draw.choice(BROKEN)


def pasted(draw: Random) -> str:
    """Make a bracketed paste: names, control sequences, or both; sometimes its end is lost."""
    parts = draw.choices([*names(300), *(HOSTILE * 20), *SCANS], k=draw.randint(1, 5))
    text = "".join(parts)[:10_240].replace(PASTE_END, "")
    return f"{PASTE}{text}{draw.choice((PASTE_END, PASTE_END, PASTE_END, ''))}"
