"""The face of the simulated printer: the decoded paper as it comes out, and its faults by keys."""

from typing import Final

from devices.simulators.escpos_decoder import Row as PaperRow
from devices.simulators.printer import PrinterView, SimulatedPrinter
from tui.i18n import N_, _
from tui.screens.page import Cap
from tui.simulator.face import Face
from tui.widgets.block import Block, Row, above, block, framed, line, pieces, tall
from tui.widgets.bottom import key_row
from tui.widgets.palette import Palette

_ROWS_MAX: Final = 2000
_CUT: Final = "- - - - - - - - - - - - - - - - - - - - - - - -"
_PAPER: Final = {
    "ok": N_("papper finns"),
    "low": N_("papperet är snart slut"),
    "out": N_("papperet är slut"),
}
_KEYS: Final = (
    ("p", N_("papper")),
    ("w", N_("snart slut")),
    ("l", N_("lucka")),
    ("u", N_("sladd")),
    ("y", N_("tyst")),
    ("Ctrl+Q", N_("stäng")),
    (N_("Pil"), N_("bläddra")),
)


class PrinterFace(Face):
    """One simulated printer on the screen."""

    DEFAULT_CSS = "PrinterFace { width: 1fr; height: 1fr; }"

    def __init__(self, printer: SimulatedPrinter) -> None:
        super().__init__(printer)
        self._printer = printer
        self._back = 0
        """Rows scrolled back from the newest."""

    def take(self, key: str, character: str) -> bool:
        """Set a fault, or scroll."""
        view, printer = self._printer.view(), self._printer
        page = max(1, self.size.height - 6)
        match character or key:
            case "p":
                printer.set_paper("ok" if view.paper == "out" else "out")
            case "w":
                printer.set_paper("ok" if view.paper == "low" else "low")
            case "l":
                printer.set_cover(not view.is_cover_open)
            case "u":
                if view.is_plugged:
                    printer.unplug()
                else:
                    printer.plug()
            case "y":
                printer.set_silent(not view.is_silent)
            case "up" | "down" | "pageup" | "pagedown" as move:
                step = page if move.startswith("page") else 1
                self._back = max(0, self._back + (step if move.endswith("up") else -step))
            case _:
                return False
        self.redraw()
        return True

    def picture(self, styles: Palette, width: int, height: int) -> Block:
        """Draw the state, the paper and the keys."""
        view = self._printer.view()
        inner = width - 2
        paper_height = max(1, height - 6)
        rows = _paper_rows(view)
        self._back = min(self._back, max(0, len(rows) - paper_height))
        end = len(rows) - self._back
        shown = rows[max(0, end - paper_height) : end]
        paper = block(inner, (_paper_line(row, inner, styles) for row in shown))
        title = _("Skrivare (simulerad) på port {port}").format(port=self._printer.port)
        return framed(
            (
                block(inner, (_state(view, inner, styles),)),
                tall(paper, paper_height, styles.paper, at_bottom=True),
                above(block(inner, (_key_line(inner, styles),))),
            ),
            title,
            styles.accent if self.has_focus else styles.frame,
            styles.strong,
        )


def _paper_rows(view: PrinterView) -> list[PaperRow]:
    rows: list[PaperRow] = []
    for paper in view.papers:
        rows += [*paper.lines, PaperRow(_CUT)]
        if paper.drawer_pulses:
            rows.append(PaperRow(_("[lådan öppnades]")))
    return [*rows, *view.strip][-_ROWS_MAX:]


def _paper_line(row: PaperRow, width: int, styles: Palette) -> Row:
    style = styles.paper_bold if row.is_bold or row.is_double else styles.paper
    text = "".join(c if c.isprintable() else "?" for c in row.text)
    return pieces(width, styles.paper, (f"  {text}", style))


def _state(view: PrinterView, width: int, styles: Palette) -> Row:
    words = [_(_PAPER[view.paper])]
    if view.is_cover_open:
        words.append(_("luckan öppen"))
    if not view.is_plugged:
        words.append(_("sladden ute"))
    if view.is_silent:
        words.append(_("svarar inte"))
    words.append(_("{count} papper").format(count=len(view.papers)))
    words.append(_("lådan öppnad {count} gånger").format(count=view.drawer_pulses))
    if view.errors:
        words.append(_("nekade: {words}").format(words=view.errors[-1]))
    is_well = view.paper == "ok" and view.is_plugged and not view.is_cover_open
    return line(" " + " · ".join(words), width, styles.good if is_well else styles.error)


def _key_line(width: int, styles: Palette) -> Row:
    """Draw the keys; where room is short the last ones lose their words."""
    return key_row([Cap(_(cap), _(words), cap.lower()) for cap, words in _KEYS], width, styles)
