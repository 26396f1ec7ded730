"""The two lines at the top: who sells where, ÖVNING in a demo, and how the devices are."""

from rich.cells import cell_len
from rich.style import Style

from core.facts import PrinterCondition, TerminalState
from tui.device_words import is_silence
from tui.i18n import _
from tui.texts import PRINTER_CONDITIONS, TERMINAL_STATES
from tui.views import ShopView, TillView
from tui.widgets.block import Block, Row, block, fit, pieces, shortened
from tui.widgets.palette import Palette

_NARROW = 60
"""Beside the simulated terminal only devices in trouble are named."""
_PRINTER_GOOD = (PrinterCondition.READY, PrinterCondition.NONE)

_NO_CODE = ("unit-unclear", "unit-refused", "unit-silent")
"""Questions about a paid sale: a unit that answers, but gave it no code, is not called ready."""


def draw_top_bar(
    shop: ShopView | None, view: TillView | None, clock: str, width: int, styles: Palette
) -> Block:
    """Draw the two lines; before the till is ready only its name."""
    return block(width, (_who(shop, clock, width, styles), _devices(shop, view, width, styles)))


def _who(shop: ShopView | None, clock: str, width: int, styles: Palette) -> Row:
    name = shop.shop.name if shop else "Blipp"
    rest = f" · {shop.operator} · {_('Försäljning')}" if shop else ""
    mark = _("ÖVNING – EJ KVITTO") if shop and shop.is_demo else ""
    mark = f" {mark} " if mark else ""
    right = f" {clock} "
    room = width - cell_len(mark) - len(right) - 1
    left = shortened(f"{name}{rest}", room - 1)
    return pieces(
        width,
        styles.bar,
        (" ", styles.bar),
        (left, styles.bar_strong),
        (mark, styles.demo),
        (" ", styles.bar),
        (right, styles.bar_strong),
    )


def _devices(shop: ShopView | None, view: TillView | None, width: int, styles: Palette) -> Row:
    if shop is None or view is None:
        return pieces(width, styles.muted, (" " + _("Kassan startar …"), styles.muted))
    printer = _(PRINTER_CONDITIONS[view.printer])
    if view.papers_waiting > 1 or view.is_paper_stuck:
        printer += " " + _("({count} i kö)").format(count=view.papers_waiting)
    unit, unit_style = _unit(view, styles)
    fixed = [
        (_("Kontrollenhet"), unit, unit_style),
        (_("Skrivare"), printer, styles.good if view.printer in _PRINTER_GOOD else styles.warning),
    ]
    if width < _NARROW:
        fixed = [part for part in fixed if part[2] is not styles.good]
    if not shop.has_terminal:
        parts = fixed
    else:
        cells = sum(cell_len(name) + cell_len(text) + 4 for name, text, _style in fixed)
        text, style = _terminal(view, styles)
        text = shortened(text, min(cell_len(text), max(4, width - cells - 8)))
        parts = [(_("Kort"), text, style), *fixed]
    row: list[tuple[str, Style]] = []
    for name, text, style in parts:
        row += [(f" {name} ", styles.muted), (text, style), ("  ", styles.base)]
    return pieces(width, styles.base, *row)


def _terminal(view: TillView, styles: Palette) -> tuple[str, Style]:
    """Give the terminal's own words if it has any, else the state of the link."""
    state = view.terminal.state
    is_usable = state in (TerminalState.READY, TerminalState.BUSY)
    own = view.terminal.lines[-1] if view.terminal.lines and is_usable else ""
    text = own or _(TERMINAL_STATES[state])
    return fit(text, cell_len(fit(text, 60).rstrip())), styles.good if is_usable else styles.warning


def _unit(view: TillView, styles: Palette) -> tuple[str, Style]:
    if view.unit.is_registering:
        return _("registrerar …"), styles.accent
    if view.unit.is_ready is None:
        return _("väntar"), styles.muted
    if view.unit.is_ready and view.attention is not None and view.attention.code in _NO_CODE:
        return _("GAV INGEN KOD"), styles.error
    if view.unit.is_ready:
        return _("redo"), styles.good
    if view.unit.text.startswith(("simulator-refused", "unit-changed")):
        return _("EJ TILLÅTEN"), styles.error
    words = _("SVARAR INTE") if is_silence(view.unit.text) else _("EJ REDO")
    return words, styles.error
