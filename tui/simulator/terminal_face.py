"""The face of the simulated card terminal: display, keypad, and what to press next.

38 columns by 20 rows, plain lines only, so that it stands beside the card screen at 80x24 and on a
bare console. One person plays the customer with the keyboard: digits, Enter is OK (green),
Backspace is clear (yellow), `s` stop (red), `t` tap, `c` chip, `u` a card that wants a signature,
`d` a card that is declined, `k` the cable, `p` the last slip once more between sales. In the tip
step the total is typed in whole kronor (`280` Enter), and Enter alone means no tip; the simulator
refuses a total below the amount.
"""

from typing import Final

from core.money import format_kronor
from devices.simulators.terminal import SimulatedTerminal, Step, TerminalView
from tui.i18n import N_, _
from tui.simulator.face import ENTER_KEYS, Face
from tui.widgets.block import (
    Block,
    Row,
    above,
    block,
    framed,
    inset,
    line,
    pieces,
    pressable,
    spread,
    tall,
)
from tui.widgets.palette import Palette

WIDTH: Final = 38
HEIGHT: Final = 20
_INNER: Final = WIDTH - 2
_DISPLAY: Final = 32
_HINT_ROWS: Final = 6

_LETTERS: Final = {
    "t": "tap",
    "c": "chip",
    "u": "swipe",
    "d": "declined",
    "s": "stop",
    "k": "cable",
    "p": "reprint",
}
_CAPS: Final = {
    **{press: letter for letter, press in _LETTERS.items()},
    "ok": "Enter",
    "clear": N_("Backsteg"),
    "0-9": "0-9",
}
_KEYS: Final = {"ok": "enter", "clear": "backspace"}
_CAP_WIDTH: Final = 8


class TerminalFace(Face):
    """One simulated terminal on the screen."""

    DEFAULT_CSS = "TerminalFace { width: 38; height: 20; }"

    def __init__(self, terminal: SimulatedTerminal) -> None:
        super().__init__(terminal)
        self._terminal = terminal

    def take(self, key: str, character: str) -> bool:
        """Press a key of the terminal."""
        if key in ENTER_KEYS:
            self._terminal.press("ok")
        elif key == "backspace":
            self._terminal.press("clear")
        elif character and character in "0123456789":
            self._terminal.press(character)
        elif character in _LETTERS:
            self._terminal.press(_LETTERS[character])
        else:
            return False
        self.redraw()
        return True

    def picture(self, styles: Palette, width: int, height: int) -> Block:
        """Draw frame, display, amount, keypad and the keys that do something now."""
        view = self._terminal.view()
        frame = styles.accent if self.has_focus else styles.frame
        inner = above(
            inset(_display(view, styles), 1, styles.base),
            _amount(view, styles),
            _keypad(styles),
            _hints(view, styles),
            block(_INNER, (self._foot(view, styles),)),
        )
        title = _("Kortterminal (simulerad)")
        if self.is_alone:
            title = _("Simulerad terminal, port {port}").format(port=self._terminal.port)
        drawn = framed((inner,), title, frame, styles.strong)
        return tall(drawn, height, styles.base)

    def _foot(self, view: TerminalView, styles: Palette) -> Row:
        link = _("kassan ansluten") if view.is_linked else _("ingen kontakt")
        where = _("Tab: till kassan") if self.has_focus else _("Tab: hit")
        where = _("Ctrl+Q: stäng") if self.is_alone else where
        link_style = styles.good if view.is_linked else styles.error
        return spread(f" {link}", f"{where} ", _INNER, link_style, styles.accent)


def _display(view: TerminalView, styles: Palette) -> Block:
    """Draw the terminal's own display, four lines in a frame."""
    lines = (*view.lines[:4], "", "", "", "")[:4]
    rows = [
        line(f" {text}", _DISPLAY, styles.paper_bold if number == 0 else styles.paper)
        for number, text in enumerate(lines)
    ]
    return framed((block(_DISPLAY, rows),), "", styles.frame, styles.frame)


def _amount(view: TerminalView, styles: Palette) -> Block:
    """Name what is paid, tip apart."""
    text = ""
    if view.amount_ore:
        text = format_kronor(view.amount_ore + view.tip_ore)
        if view.tip_ore:
            text += _(" varav dricks {tip}").format(tip=format_kronor(view.tip_ore))
        text += " kr"
    return block(_INNER, (line(text, _INNER, styles.total, "centre"),))


def _keypad(styles: Palette) -> Block:
    """Draw the keypad; every key is a button."""
    rows = [_pad_row(digits, styles) for digits in ("123", "456", "789")]
    red, yellow, green = styles.caps["red"], styles.caps["yellow"], styles.caps["green"]
    rows.append(
        pieces(
            _INNER,
            styles.base,
            ("  ", styles.base),
            (_("  s stopp  "), pressable(red, "s")),
            (" ", styles.base),
            (" 0 ", pressable(styles.key, "0")),
            (" ", styles.base),
            (_(" rätta "), pressable(yellow, "backspace")),
            (" ", styles.base),
            (" Enter ", pressable(green, "enter")),
        )
    )
    return block(_INNER, rows)


def _pad_row(digits: str, styles: Palette) -> Row:
    parts = [("  ", styles.base)]
    for digit in digits:
        parts += [(f"    {digit}    ", pressable(styles.key, digit)), (" ", styles.base)]
    return pieces(_INNER, styles.base, *parts)


def _hints(view: TerminalView, styles: Palette) -> Block:
    """Draw the keys that do something now, the most useful first."""
    rows: list[Row] = []
    for press, meaning in view.hints[:_HINT_ROWS]:
        cap = _(_CAPS.get(press, press))
        key = _KEYS.get(press, cap)
        style = pressable(styles.accent, key) if len(key) == 1 or press in _KEYS else styles.accent
        rows.append(
            pieces(
                _INNER,
                styles.base,
                (f"{cap:>{_CAP_WIDTH}}  ", style),
                (_(meaning), styles.strong),
            )
        )
    if not rows:
        words = _("vänta") if view.step is not Step.IDLE else ""
        rows.append(line(words, _INNER, styles.muted, "centre"))
    return tall(block(_INNER, rows), _HINT_ROWS, styles.base)
