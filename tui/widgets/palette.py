"""The colours of the screens: one dark and one light look, each also in exactly 16 colours.

Only names from here are drawn with. In 16 colours every value is one that the console itself has,
so that nothing is mixed into something unreadable; no look relies on dim or blinking text.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from rich.style import Style

from core.frozen import frozen


@frozen
class Palette:
    """The styles of one look."""

    base: Style
    muted: Style
    strong: Style
    frame: Style
    accent: Style
    total: Style
    bar: Style
    bar_strong: Style
    demo: Style
    good: Style
    warning: Style
    error: Style
    error_line: Style
    notice_line: Style
    entry: Style
    key: Style
    """The cap of a key that may be pressed."""
    chosen: Style
    """The marked row of a list."""
    paper: Style
    paper_bold: Style
    caps: Mapping[str, Style]
    """The caps of quick keys by their colour's name."""


def _style(colour: str, back: str, bold: bool = False) -> Style:
    # A console shows bold black as dark grey, which nobody reads on a coloured ground.
    return Style(color=colour, bgcolor=back, bold=bold and colour != _BLACK)


def _palette(ink: Mapping[str, str]) -> Palette:
    """Make the styles from named inks."""
    back, cap_ink = ink["back"], ink["cap_ink"]
    names = ("red", "green", "yellow", "blue", "magenta", "cyan")
    caps = {name: _style(ink.get(f"{name}_ink", cap_ink), ink[name], bold=True) for name in names}
    caps[""] = _style(ink["key_ink"], ink["key_back"], bold=True)
    return Palette(
        base=_style(ink["text"], back),
        muted=_style(ink["muted"], back),
        strong=_style(ink["strong"], back, bold=True),
        frame=_style(ink["frame"], back),
        accent=_style(ink["accent"], back, bold=True),
        total=_style(ink["total"], back, bold=True),
        bar=_style(ink["bar_ink"], ink["bar_back"]),
        bar_strong=_style(ink["bar_ink"], ink["bar_back"], bold=True),
        demo=_style(ink["demo_ink"], ink["demo_back"], bold=True),
        good=_style(ink["good"], back),
        warning=_style(ink["warning"], back, bold=True),
        error=_style(ink["error"], back, bold=True),
        error_line=_style(ink["error_ink"], ink["error_back"], bold=True),
        notice_line=_style(ink["notice_ink"], ink["notice_back"], bold=True),
        entry=_style(ink["strong"], back, bold=True),
        key=_style(ink["key_ink"], ink["key_back"], bold=True),
        chosen=_style(ink["bar_ink"], ink["bar_back"], bold=True),
        paper=_style(ink["paper_ink"], ink["paper_back"]),
        paper_bold=_style(ink["paper_ink"], ink["paper_back"], bold=True),
        caps=caps,
    )


# The sixteen colours of a console, as Rich knows them; any other value would be rounded.
_BLACK, _WHITE, _GREY, _BRIGHT = "#000000", "#aaaaaa", "#555555", "#ffffff"
_RED, _GREEN, _BROWN, _BLUE = "#aa0000", "#00aa00", "#aa5500", "#0000aa"
_MAGENTA, _CYAN, _YELLOW = "#aa00aa", "#00aaaa", "#ffff55"
_BRIGHT_RED, _BRIGHT_GREEN, _BRIGHT_CYAN = "#ff5555", "#55ff55", "#55ffff"

_DARK: Final = {
    "back": "#12161b", "text": "#dfe3e8", "muted": "#98a2ad", "strong": "#ffffff",
    "frame": "#4b5763", "accent": "#86c8f0", "total": "#ffe08a",
    "bar_ink": "#e9eef3", "bar_back": "#26323e", "demo_ink": "#101010", "demo_back": "#f0c24b",
    "good": "#86d19a", "warning": "#f0c24b", "error": "#ff8f86",
    "error_ink": "#ffffff", "error_back": "#a62b2b",
    "notice_ink": "#10202c", "notice_back": "#86c8f0",
    "key_ink": "#12161b", "key_back": "#b9c4cf", "cap_ink": "#101418",
    "red": "#e5897f", "green": "#86d19a", "yellow": "#e9c66b", "blue": "#82aee6",
    "magenta": "#cf9be0", "cyan": "#7fcfcf",
    "paper_ink": "#1b1b1b", "paper_back": "#f1eee4",
}  # fmt: skip
_LIGHT: Final = {
    "back": "#f6f5f1", "text": "#22282e", "muted": "#5d6872", "strong": "#000000",
    "frame": "#a9b1b8", "accent": "#0d5c91", "total": "#1a3d5c",
    "bar_ink": "#ffffff", "bar_back": "#34495c", "demo_ink": "#101010", "demo_back": "#f0c24b",
    "good": "#1c7a3a", "warning": "#8a5a00", "error": "#b02020",
    "error_ink": "#ffffff", "error_back": "#a62b2b",
    "notice_ink": "#ffffff", "notice_back": "#0d5c91",
    "key_ink": "#ffffff", "key_back": "#4b5a67", "cap_ink": "#ffffff",
    "red": "#b3473c", "green": "#2c7d47", "yellow": "#8f6a10", "blue": "#2b62a8",
    "magenta": "#8a45a0", "cyan": "#1f7a7a",
    "paper_ink": "#1b1b1b", "paper_back": "#ffffff",
}  # fmt: skip
_DARK_16: Final = {
    "back": _BLACK, "text": _WHITE, "muted": _WHITE, "strong": _BRIGHT,
    "frame": _GREY, "accent": _BRIGHT_CYAN, "total": _YELLOW,
    "bar_ink": _BRIGHT, "bar_back": _BLUE, "demo_ink": _BLACK, "demo_back": _BROWN,
    "good": _BRIGHT_GREEN, "warning": _YELLOW, "error": _BRIGHT_RED,
    "error_ink": _BRIGHT, "error_back": _RED, "notice_ink": _BLACK, "notice_back": _CYAN,
    "key_ink": _BLACK, "key_back": _WHITE, "cap_ink": _BLACK,
    "red": _RED, "green": _GREEN, "yellow": _BROWN, "blue": _BLUE,
    "red_ink": _BRIGHT, "blue_ink": _BRIGHT, "magenta_ink": _BRIGHT,
    "magenta": _MAGENTA, "cyan": _CYAN, "paper_ink": _BLACK, "paper_back": _WHITE,
}  # fmt: skip
_LIGHT_16: Final = {
    "back": _WHITE, "text": _BLACK, "muted": _BLACK, "strong": _BLACK,
    "frame": _GREY, "accent": _BLUE, "total": _BLUE,
    "bar_ink": _BRIGHT, "bar_back": _BLUE, "demo_ink": _BLACK, "demo_back": _BROWN,
    "good": _BLACK, "warning": _RED, "error": _RED,
    "error_ink": _BRIGHT, "error_back": _RED, "notice_ink": _BRIGHT, "notice_back": _BLUE,
    "key_ink": _BRIGHT, "key_back": _GREY, "cap_ink": _BRIGHT,
    "red": _RED, "green": _GREY, "yellow": _BROWN, "blue": _BLUE, "yellow_ink": _BLACK,
    "magenta": _MAGENTA, "cyan": _BLUE, "paper_ink": _BLACK, "paper_back": _WHITE,
}  # fmt: skip


@cache
def palette(look: str, is_16: bool) -> Palette:
    """Give the styles of a look, `dark` or `light`, for 16 colours or more."""
    if look == "light":
        return _palette(_LIGHT_16 if is_16 else _LIGHT)
    return _palette(_DARK_16 if is_16 else _DARK)
