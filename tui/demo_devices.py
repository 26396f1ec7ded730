"""The demo's simulated devices: the same servers as `blipp simulate`, inside the till's process.

They listen on loopback and speak the real wires; the till reaches them through its ordinary
drivers. Faults are set by keys under F9 and by nothing else. A device that the configuration gives
an endpoint of its own is not simulated here: it has no face and no fault keys.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.widget import Widget

if TYPE_CHECKING:
    from devices.simulators.control_unit_http import SimulatedHttpUnit
    from devices.simulators.printer import SimulatedPrinter
    from devices.simulators.terminal import SimulatedTerminal

PAPER_DIR: Final = "papper"
MEMORY_DIR: Final = "apparater"
"""Where the devices' own memories lie in the demo's data folder."""
UNIT_FAULTS: Final = ("silent", "slow", "bad-checksum", "refuse", "drop-after-registering")
"""The control unit's faults that the demo offers; the simulator's own words."""
_ONCE: Final = ("reprint",)
"""Words that do something once and stay on for nothing."""
SLOW_S: Final = 5.0
"""How slow `slow` is: more than the unit's time-out, so that the till must ask again."""

APPROVAL_WAIT_S: Final = 8.0
"""How long the terminal's `slow-approval` takes: time enough for an abort that comes too late."""


class DemoDevices:
    """A simulated terminal, control unit and printer on free loopback ports."""

    def __init__(
        self, simulated: frozenset[str], poi_id: str, data_dir: Path, *, is_tip_enabled: bool
    ) -> None:
        """Make the servers named in `simulated`: terminal, control-unit, printer.

        Papers and what the devices remember over the till's end lie in the demo's data folder.
        """
        from devices.simulators.control_unit import SimulatedControlUnit
        from devices.simulators.control_unit_http import SimulatedHttpUnit
        from devices.simulators.printer import SimulatedPrinter
        from devices.simulators.terminal import SimulatedTerminal

        self.simulated = simulated
        self._faults: frozenset[tuple[str, str]] = frozenset()
        """What is set now, as (device, word)."""
        self.terminal: SimulatedTerminal = SimulatedTerminal(
            poi_id=poi_id,
            tip_enabled=is_tip_enabled,
            ledger_file=data_dir / MEMORY_DIR / "terminal.jsonl",
        )
        self.unit: SimulatedControlUnit = SimulatedControlUnit(
            ledger_file=data_dir / MEMORY_DIR / "control-unit.jsonl"
        )
        self.unit_server: SimulatedHttpUnit = SimulatedHttpUnit(self.unit)
        self.printer: SimulatedPrinter = SimulatedPrinter(keep_dir=data_dir / PAPER_DIR)

    def start(self) -> None:
        """Start the servers."""
        for server in self._servers():
            server.start()

    def stop(self) -> None:
        """Stop the servers."""
        for server in self._servers():
            server.stop()

    def _servers(self) -> "list[SimulatedTerminal | SimulatedHttpUnit | SimulatedPrinter]":
        servers: dict[str, SimulatedTerminal | SimulatedHttpUnit | SimulatedPrinter] = {
            "terminal": self.terminal,
            "control-unit": self.unit_server,
            "printer": self.printer,
        }
        return [server for name, server in servers.items() if name in self.simulated]

    def terminal_face(self) -> Widget | None:
        """Make the face of the terminal; None when the terminal is elsewhere."""
        if "terminal" not in self.simulated:
            return None
        from tui.simulator.terminal_face import TerminalFace

        return TerminalFace(self.terminal)

    def set_fault(self, device: str, fault: str) -> bool:
        """Set a fault, or clear it with an empty word; False for an unknown device or word."""
        if device not in self.simulated:
            return False
        acts: dict[tuple[str, str], Callable[[], None]] = {
            ("terminal", "cable"): self.terminal.pull_cable,
            ("terminal", "slow-approval"): lambda: self.terminal.set_approval_wait(APPROVAL_WAIT_S),
            ("terminal", "reprint"): lambda: self.terminal.press("reprint"),
            ("terminal", ""): self._mend_terminal,
            ("printer", "paper-out"): lambda: self.printer.set_paper("out"),
            ("printer", "unplug"): self.printer.unplug,
            ("printer", ""): self._mend_printer,
            ("control-unit", ""): lambda: self.unit.set_fault(None),
        }
        if device == "control-unit" and fault in UNIT_FAULTS:
            acts[device, fault] = lambda: self.unit.set_fault(fault, seconds=SLOW_S)
        act = acts.get((device, fault))
        if act is None:
            return False
        act()
        if fault in _ONCE:
            return True
        # A control unit has one fault at a time; the others' add up until they are mended.
        is_mended = not fault or device == "control-unit"
        kept = {each for each in self._faults if each[0] != device or not is_mended}
        self._faults = frozenset(kept | ({(device, fault)} if fault else set()))
        return True

    @property
    def faults(self) -> frozenset[tuple[str, str]]:
        """Give the faults that are on; the cable may have been pulled at the terminal's face."""
        cable = ("terminal", "cable")
        is_out = "terminal" in self.simulated and not self.terminal.is_plugged
        return self._faults | {cable} if is_out else self._faults - {cable}

    def _mend_terminal(self) -> None:
        self.terminal.plug_cable()
        self.terminal.set_approval_wait(0)

    def _mend_printer(self) -> None:
        self.printer.plug()
        self.printer.set_paper("ok")
