"""Every key of the till in one table: id, keys, words, screens.

The help screen, the line of keys at the bottom and docs/keys.md are made from it, and the screens
ask it what a key means, so that what is told and what happens cannot differ. Terminals name the
keys of the keypad in two ways; both lead to the same name here (ecosystem 5.1).
"""

from collections.abc import Mapping
from typing import Final

from core.frozen import frozen
from tui.i18n import N_, _


@frozen
class Binding:
    """One function and the keys that reach it."""

    id: str
    keys: tuple[str, ...]
    """Names as `key_name` makes them."""
    label: str
    """The short word on the line of keys; a Swedish text for gettext."""
    words: str
    """What it does; a Swedish text for gettext."""
    screens: tuple[str, ...] = ("register",)
    is_later: bool = False
    """It belongs to a later version and says so."""


ALL: Final = ("*",)
"""Works on every screen."""

BINDINGS: Final[tuple[Binding, ...]] = (
    Binding("digits", tuple("0123456789,"), N_("Siffror"), N_("kod, pris eller belopp"), ALL),
    Binding(
        "enter",
        ("enter",),
        N_("Vara"),
        N_("lägg in varan; utan siffror: samma vara en gång till"),
    ),
    Binding("times", ("*",), N_("Antal"), N_("3* före koden: tre stycken; 0,435* : vikt")),
    Binding("correct", ("-",), N_("Ta bort"), N_("ta bort den senaste raden")),
    Binding("erase", ("backspace",), N_("Sudda"), N_("sudda den senaste siffran"), ALL),
    Binding("pay", ("+", "f10"), N_("Betala"), N_("öppna betalningen; där: ta kort")),
    Binding(
        "letters", (), N_("Snabbknapp"), N_("bokstäverna a–ö: knapparna i panelen"), ("register",)
    ),
    Binding("help", ("f1", "?"), N_("Hjälp"), N_("visa tangenterna"), ALL),
    Binding("search", ("f2",), N_("Sök"), N_("sök vara på namn eller kod")),
    Binding("park", ("f3",), N_("Parkera"), N_("parkera eller hämta köp"), is_later=True),
    Binding("discount", ("f4",), N_("Rabatt"), N_("ge rabatt"), is_later=True),
    Binding("review", ("f5",), N_("Granska"), N_("gå igenom kvittot"), is_later=True),
    Binding("refund", ("f6",), N_("Retur"), N_("växla till returläge"), is_later=True),
    Binding("receipts", ("f7",), N_("Kvitton"), N_("tidigare kvitton"), is_later=True),
    Binding("page", ("f8",), N_("Sida"), N_("nästa sida med snabbknappar")),
    Binding("menu", ("f9",), N_("Meny"), N_("rapporter, makulera köpet"), ALL),
    Binding("exact-cash", ("f11",), N_("Jämnt"), N_("jämna kontanter, klart"), ("register", "pay")),
    Binding("card", ("f12",), N_("Kort"), N_("hela resten på kort"), ("register", "pay")),
    Binding(
        "back", ("escape",), N_("Tillbaka"), N_("tillbaka eller avbryt; köpet finns kvar"), ALL
    ),
    Binding("lock", ("ctrl+l",), N_("Lås"), N_("lås eller byt kassör"), ALL, is_later=True),
    Binding("quit", ("ctrl+q", "ctrl+c"), N_("Stäng"), N_("stäng kassan (frågar först)"), ALL),
    Binding(
        "give-back",
        ("-",),
        N_("Ge tillbaka"),
        N_("i betalningen: ge tillbaka den senast betalda delen"),
        ("pay",),
    ),
    Binding("face", ("tab",), N_("Terminalen"), N_("till och från övningsterminalen"), ("card",)),
    Binding("up", ("up",), N_("Upp"), N_("en rad upp"), ("search", "report", "reports")),
    Binding("down", ("down",), N_("Ner"), N_("en rad ner"), ("search", "report", "reports")),
    Binding("page-up", ("pageup",), N_("Sida upp"), N_("bläddra upp i papper och listor"), ALL),
    Binding("page-down", ("pagedown",), N_("Sida ner"), N_("bläddra ner i papper och listor"), ALL),
    Binding("print", ("p",), N_("Skriv ut"), N_("skriv ut X-rapporten"), ("report",)),
    Binding("yes", ("j", "y"), N_("Ja"), N_("svara ja"), ("confirm", "card", "recovery")),
    Binding("no", ("n",), N_("Nej"), N_("svara nej"), ("confirm", "card", "recovery")),
)

GLOBAL: Final = ("help", "lock", "quit")
"""Functions that the app itself takes, on every screen."""

_SAME: Final[Mapping[str, str]] = {
    "plus": "+",
    "add": "+",
    "kp_add": "+",
    "minus": "-",
    "subtract": "-",
    "kp_subtract": "-",
    "asterisk": "*",
    "multiply": "*",
    "kp_multiply": "*",
    "comma": ",",
    "decimal": ",",
    "separator": ",",
    "kp_decimal": ",",
    "kp_separator": ",",
    "full_stop": ",",
    ".": ",",
    "question_mark": "?",
    "return": "enter",
    "ctrl+j": "enter",
    "ctrl+m": "enter",
    "kp_enter": "enter",
    "ctrl+h": "backspace",
    "space": " ",
    "ctrl+i": "tab",
    **{f"kp_{digit}": str(digit) for digit in range(10)},
}

SHOWN: Final[Mapping[str, str]] = {
    "enter": "Enter",
    "escape": "Esc",
    "backspace": N_("Backsteg"),
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": N_("Pil upp"),
    "down": N_("Pil ner"),
}


def key_name(key: str, character: str | None) -> str:
    """Give the one name of a key: the character in lower case if it has one, else Textual's."""
    if character is not None and len(character) == 1 and character.isprintable():
        return _SAME.get(character, character.lower())
    return _SAME.get(key, key)


def shown_key(key: str) -> str:
    """Give a key as it is written on the screen: `F12`, `Ctrl+Q`, `+`."""
    if key in SHOWN:
        return _(SHOWN[key])
    if key.startswith("ctrl+"):
        return "Ctrl+" + key[5:].upper()
    is_letter = len(key) == 1 and key.isalpha()
    return key.upper() if is_letter or (key[0] == "f" and key[1:].isdigit()) else key


class Keymap:
    """Which function a key reaches; the shop may change keys by id."""

    def __init__(self, changes: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Take the table with the shop's changes; a changed function loses its old keys."""
        self.keys = {each.id: each.keys for each in BINDINGS} | dict(changes or {})
        self._ids: dict[str, list[str]] = {}
        for each, keys in self.keys.items():
            for key in keys:
                self._ids.setdefault(key, []).append(each)

    def is_key(self, name: str, function: str) -> bool:
        """Say whether a key reaches a function."""
        return name in self.keys[function]

    def functions(self, name: str) -> list[str]:
        """Give the ids of the functions that a key reaches, as the table orders them."""
        return self._ids.get(name, [])

    def shown(self, function: str) -> str:
        """Give the first key of a function as it is written on the screen."""
        keys = self.keys[function]
        return shown_key(keys[0]) if keys else ""


def binding(function: str) -> Binding:
    """Find a function in the table."""
    return next(each for each in BINDINGS if each.id == function)


LATER: Final = frozenset(each.id for each in BINDINGS if each.is_later)
"""Functions of later versions."""
