"""A simulated control unit, its wire, and a driver on the other end."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.control_record import ControlRecord, RecordVat
from core.ports import ControlUnit
from devices.control_units.cleancash.unit import CleanCashSerialSettings, CleanCashSerialUnit
from devices.control_units.xccsp.unit import XccspSettings, XccspUnit
from devices.simulators.control_unit import Repeat, SimulatedControlUnit
from devices.simulators.control_unit_http import SimulatedHttpUnit
from devices.simulators.control_unit_serial import SimulatedSerialUnit

LIMIT_S = 0.2
"""Long enough for a busy machine, short enough for three tries."""

FIRST = ControlRecord(
    serial=1,
    at=datetime(2026, 11, 23, 14, 5).astimezone(),
    receipt_no=1,
    register_id="KASSA1",
    org_no="5566778899",
    total_ore=12500,
    negative_total_ore=0,
    vat=(RecordVat(2500, 2500),),
)
SECOND = replace(FIRST, serial=2, receipt_no=2)
THIRD = replace(FIRST, serial=3, receipt_no=3)


class Bench:
    """A simulated unit, its wire, and a driver on the other end."""

    def __init__(self, wire: str, folder: Path) -> None:
        self.wire = wire
        self.folder = folder
        self.unit = SimulatedControlUnit()
        self._servers: list[SimulatedSerialUnit | SimulatedHttpUnit] = []
        self._drivers: list[ControlUnit] = []

    def simulate(self, repeat: Repeat = "same", unit_id: str = "SIMCC000000000017") -> None:
        """Begin with a fresh unit on a fresh wire."""
        self.unit = SimulatedControlUnit(unit_id, repeat)
        server: SimulatedSerialUnit | SimulatedHttpUnit
        if self.wire == "xccsp":
            server = SimulatedHttpUnit(self.unit)
        else:
            version = 1 if self.wire == "cleancash-v1" else 2
            link = self.folder / f"unit{len(self._servers)}"
            server = SimulatedSerialUnit(self.unit, link, protocol_version=version)
        server.start()
        self._servers.append(server)

    def driver(
        self, *, is_simulator_allowed: bool = True, register_id: str = "KASSA1"
    ) -> ControlUnit:
        """Give a new driver, as after a restart of the till; the one before is closed."""
        for earlier in self._drivers:
            earlier.close()
        server = self._servers[-1]
        made: ControlUnit
        if isinstance(server, SimulatedHttpUnit):
            made = XccspUnit(
                XccspSettings(
                    server.url,
                    register_id,
                    FIRST.org_no,
                    timeout_s=LIMIT_S,
                    is_simulator_allowed=is_simulator_allowed,
                )
            )
        else:
            made = CleanCashSerialUnit(
                CleanCashSerialSettings(
                    str(server.link),
                    register_id,
                    FIRST.org_no,
                    timeout_s=LIMIT_S,
                    is_simulator_allowed=is_simulator_allowed,
                )
            )
        self._drivers.append(made)
        return made

    def registrations_sent(self) -> list[bytes]:
        """Give every registration as it came over the wire."""
        server = self._servers[-1]
        if isinstance(server, SimulatedHttpUnit):
            return [body for body in server.bodies if b"<type>RegisterReceipt<" in body]
        mark = b"#RH#" if self.wire == "cleancash-v1" else b"#RR#"
        return [frame for frame in server.frames if mark in frame]

    def unplug(self) -> None:
        """Take the unit off the wire."""
        self._servers[-1].stop()

    def close(self) -> None:
        """Close every driver, twice, and every wire."""
        for driver in self._drivers:
            driver.close()
            driver.close()
        for server in self._servers:
            server.stop()
