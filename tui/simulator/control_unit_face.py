"""The face of the simulated control unit: what it registered, and its faults by keys."""

from typing import Final

from devices.simulators.control_unit import Registration, SimulatedControlUnit, UnitFault
from tui.i18n import N_, _
from tui.simulator.face import Face
from tui.widgets.block import Block, Row, block, framed, pieces, pressable, spread, tall
from tui.widgets.palette import Palette

SLOW_S: Final = 5.0
FAULT_KEYS: Final = {
    "1": UnitFault.SILENT,
    "2": UnitFault.SLOW,
    "3": UnitFault.BAD_CHECKSUM,
    "4": UnitFault.REFUSE,
    "5": UnitFault.WRONG_LENGTH_CODE,
    "6": UnitFault.REPEATED_CODE,
    "7": UnitFault.TRUNCATED,
    "8": UnitFault.NOISE,
    "9": UnitFault.DROP_AFTER_REGISTERING,
}
_WORDS: Final = {
    UnitFault.SILENT: N_("tyst"),
    UnitFault.SLOW: N_("långsam"),
    UnitFault.BAD_CHECKSUM: N_("fel summa"),
    UnitFault.REFUSE: N_("nekar"),
    UnitFault.WRONG_LENGTH_CODE: N_("kort kod"),
    UnitFault.REPEATED_CODE: N_("gammal kod"),
    UnitFault.TRUNCATED: N_("halvt svar"),
    UnitFault.NOISE: N_("brus"),
    UnitFault.DROP_AFTER_REGISTERING: N_("tappar svaret"),
}
_CAP_WIDTH: Final = 20


class ControlUnitFace(Face):
    """One simulated unit on the screen; `where` says how it is reached."""

    DEFAULT_CSS = "ControlUnitFace { width: 1fr; height: 1fr; }"

    def __init__(self, unit: SimulatedControlUnit, where: str) -> None:
        super().__init__(unit)
        self._unit = unit
        self._where = where

    def take(self, key: str, character: str) -> bool:
        """Set a fault (1-9) or clear it (0)."""
        if character == "0":
            self._unit.set_fault(None)
        elif character in FAULT_KEYS:
            self._unit.set_fault(FAULT_KEYS[character], seconds=SLOW_S)
        else:
            return False
        self.redraw()
        return True

    def picture(self, styles: Palette, width: int, height: int) -> Block:
        """Draw the state, the ledger with its newest rows, and the keys."""
        view, ledger = self._unit.view(), self._unit.ledger
        inner = width - 2
        keys = _keys(inner, view.fault, styles)
        ledger_height = max(1, height - 5 - len(keys.rows))
        counted = _("{count} registrerade").format(count=view.registered_count)
        fault = view.fault and _(_WORDS[UnitFault(view.fault)])
        state = spread(
            f" {view.unit_id}  {counted}",
            _("{state} · Ctrl+Q: stäng ").format(state=fault or _("hel")),
            inner,
            styles.strong,
            styles.error if fault else styles.good,
        )
        rows = [_ledger_row(each, inner, styles) for each in ledger[-ledger_height:]]
        return framed(
            (
                block(inner, (state,)),
                tall(block(inner, rows), ledger_height, styles.base),
                keys,
            ),
            _("Kontrollenhet (simulerad) på {where}").format(where=self._where),
            styles.accent if self.has_focus else styles.frame,
            styles.strong,
        )


def _ledger_row(row: Registration, width: int, styles: Palette) -> Row:
    sent = row.sent
    date = sent.date
    at = f"{date[:4]}-{date[4:6]}-{date[6:8]} {date[8:10]}:{date[10:12]}"
    text = f" {at}  {sent.type:<6} {sent.receipt_no:>6}  {sent.total:>12}  {row.control_code}"
    return pieces(width, styles.base, (text, styles.base))


def _keys(width: int, fault: str, styles: Palette) -> Block:
    """Draw the keys of the faults in columns."""
    caps = [("0", _("hel"), not fault)]
    caps += [(cap, _(_WORDS[kind]), kind == fault) for cap, kind in FAULT_KEYS.items()]
    column_count = max(1, width // _CAP_WIDTH)
    rows = []
    for start in range(0, len(caps), column_count):
        parts = []
        for cap, words, is_on in caps[start : start + column_count]:
            style = styles.strong if is_on else styles.base
            parts += [
                (" ", styles.base),
                (f" {cap} ", pressable(styles.key, cap)),
                (f" {words:<{_CAP_WIDTH - 5}}", style),
            ]
        rows.append(pieces(width, styles.base, *parts))
    return block(width, rows)
