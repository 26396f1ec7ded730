"""The control unit of the world: the simulator's ledger and wires, and both real drivers on top.

XCCSP goes as bytes of XML, CCSP as frames; what goes wrong is thrown for each registration. The
ledger tells the truth whatever is answered, and each new row of it is shown to the watch.
"""

from collections.abc import Mapping
from typing import Protocol

from core.ports import ControlUnit
from devices.control_units.cleancash.unit import CleanCashSerialSettings, CleanCashSerialUnit
from devices.control_units.xccsp.unit import XccspSettings, XccspUnit
from devices.links.faults import FaultKind, LinkFault, outcome_of
from devices.links.http import HttpLink, HttpSettings
from devices.links.serial import SerialLink
from devices.simulators.control_unit import Registration, SimulatedControlUnit, UnitFault
from devices.simulators.control_unit_serial import SimulatedSerialUnit
from devices.simulators.control_unit_xml import REGISTER, answer, request_type
from tests.world.clock import WorldClock
from tests.world.kinds import Chance

REGISTER_ID = "KASSA1"
ORG_NO = "5566778899"
WAYS = {
    "plain": 900,
    "unit-silent": 40,
    "unit-lost-before": 40,
    "unit-lost-after": 130,
    "unit-damaged": 40,
    "unit-refuses": 40,
    "unit-wrong-length": 45,
    "unit-repeats-code": 55,
    "unit-other-receipt": 55,
}
_ORDERED = {
    "unit-refuses": "refuse",
    "unit-wrong-length": "wrong-length-code",
    "unit-repeats-code": "repeated-code",
}
SILENT_S = 3
_MENDED_AFTER = 4
_URL = "http://127.0.0.1:1/"


class Watch(Protocol):
    """Who looks on, from outside the till."""

    def record_came(self, registration: Registration) -> None:
        """The unit wrote a receipt into its ledger."""

    def knows_code(self, code: str) -> bool:
        """Say whether the till's file holds a control code."""


class Unit(SimulatedControlUnit):
    """The unit itself, for the whole day."""

    def __init__(self, clock: WorldClock, chance: Chance, watch: Watch) -> None:
        super().__init__(repeat=chance.dice.choice(("same", "same", "refuse", "new")))
        self.clock = clock
        self.chance = chance
        self._watch = watch
        self._repeats = 0
        self.is_serial = chance.says(30)
        self._seen = 0
        self._sent: set[object] = set()
        self._answered = ""
        self.tries: dict[int, list[int]] = {}
        """Per serial: how often the record arrived in each job of the till's worker."""
        self._job: list[int] = [0]
        self._told: list[str] = []
        """Codes that reached the till."""

    def begin_job(self, serial: int) -> None:
        """The till's worker begins to tell us of a record."""
        self._job = self.tries.setdefault(serial, [])
        self._job.append(0)

    def throw(self, size: int, *, is_registration: bool, is_serial: bool) -> str:
        """Throw what goes wrong with one message. Raises LinkFault when nothing arrives."""
        chance, self._answered = self.chance, ""
        if is_registration:
            way = chance.pick(WAYS)
        else:
            way = "unit-silent" if chance.strikes(10) else "plain"
        if way == "unit-repeats-code" and not (
            self._told and self._watch.knows_code(self._told[-1])
        ):
            # A code that the till never saw, or died with, cannot be known as a repeated one.
            way = "plain"
        if way == "unit-other-receipt" and is_serial:
            way = "plain"  # Its frames name no receipt.
        if way != "plain":
            chance.fire(way)
        if way in ("unit-silent", "unit-lost-before"):
            self.clock.sleep(SILENT_S if way == "unit-silent" else 1)
            raise LinkFault(FaultKind.SILENT, "no answer", size)
        if way in _ORDERED:
            self.set_fault(_ORDERED[way], number=7)
        self._job[-1] += is_registration
        return way

    def forget(self) -> None:
        """Drop the rows of former days; the newest keeps the serial's order."""
        del self._ledger[:-1]
        self._by_serial.clear()
        self._sent.clear()
        self.tries.clear()
        self._job = [0]
        del self._told[:-1]
        self._seen = len(self._ledger)

    def _told_code(self, registration: Registration) -> str:
        """Give the code that is answered; a repeated one is one that the till has seen."""
        fault = self.active_fault()
        if fault is not None and fault.fault is UnitFault.REPEATED_CODE:
            return self._told[-1]
        self._answered = super()._told_code(registration)
        return self._answered

    def look(self, way: str, *, is_registration: bool, size: int) -> None:
        """Show what was registered. Raises LinkFault when the answer is lost."""
        self.set_fault(None)
        if way == "plain" and self._answered:
            self._told.append(self._answered)
        if len(self.ledger) > self._seen:
            newest = self.ledger[-1]
            self._seen = len(self.ledger)
            if newest.sent in self._sent:
                self.chance.fire("unit-repeat-new")
            self._sent.add(newest.sent)
            self._watch.record_came(newest)
        elif is_registration and way != "unit-refuses":
            self._repeats += 1
            self.chance.fire("unit-repeat-same" if self._repeat == "same" else "unit-repeat-refuse")
            # A unit that refuses every repetition would keep this receipt for ever: in the end
            # its owner has it mended.
            if self._repeat == "refuse" and (self._repeats % _MENDED_AFTER == 0):
                self._repeat = "same"
        if way == "unit-lost-after":
            raise LinkFault(FaultKind.SILENT, "no answer", size)


class XmlWire(HttpLink):
    """Takes XCCSP messages to the unit; stands where the HTTP connection does."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(HttpSettings(_URL))
        self._unit = unit

    def post(
        self, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """Give the answer's bytes. Raises OutcomeUnknown."""
        unit = self._unit
        is_registration = request_type(body) == REGISTER
        try:
            way = unit.throw(len(body), is_registration=is_registration, is_serial=False)
            given = answer(unit, body)
            unit.look(way, is_registration=is_registration, size=len(body))
        except LinkFault as lost:
            raise outcome_of(lost, code="no-answer") from lost
        if way == "unit-damaged":
            return given[: len(given) // 2]
        if way == "unit-other-receipt":
            return given.replace(b"<Code>", b"<ReceiptId>999999</ReceiptId><Code>")
        return given

    def close(self) -> None:
        """Hold nothing."""


class Cable(SerialLink):
    """Takes CCSP frames to the unit; stands where the serial port does."""

    def __init__(self, unit: Unit) -> None:
        super().__init__("world")
        self._unit = unit
        self._box = SimulatedSerialUnit(unit)
        self._is_there = False
        self._answer: bytes = b""
        self._lost: LinkFault | None = None

    @property
    def is_open(self) -> bool:
        """Say whether the port is held."""
        return self._is_there

    def open(self) -> None:
        """Hold the port."""
        self._is_there = True

    def discard_input(self) -> None:
        """Drop what came."""
        self._answer, self._lost = b"", None

    def write_all(self, sent: bytes, deadline_s: float) -> None:
        """Hand one frame over; its answer waits for `read_until`."""
        unit = self._unit
        is_registration = b"#RR#" in sent
        try:
            way = unit.throw(len(sent), is_registration=is_registration, is_serial=True)
            _, given = self._box.answer_to(sent)
            unit.look(way, is_registration=is_registration, size=len(sent))
        except LinkFault as lost:
            self._lost = lost
            return
        is_damaged = way == "unit-damaged"
        self._answer = given[:-3] + b"00\r" if is_damaged else given
        if is_damaged and given.endswith(b"00\r"):
            self._answer = given[:-3] + b"01\r"

    def read_until(self, terminator: bytes, deadline_s: float, length_max: int) -> bytes:
        """Give the answer. Raises LinkFault SILENT when none comes."""
        given, self._answer = self._answer, b""
        if not given:
            raise self._lost or LinkFault(FaultKind.SILENT, "nothing came", 1)
        return given

    def close(self) -> None:
        """Let the port go."""
        self._is_there = False


class XmlDriver(XccspUnit):
    """The real XCCSP driver on the world's wire."""

    def __init__(self, unit: Unit) -> None:
        settings = XccspSettings(_URL, REGISTER_ID, ORG_NO, is_simulator_allowed=True)
        super().__init__(settings)
        self._link = XmlWire(unit)


class CableDriver(CleanCashSerialUnit):
    """The real CleanCash driver on the world's cable."""

    def __init__(self, unit: Unit) -> None:
        settings = CleanCashSerialSettings("world", REGISTER_ID, ORG_NO, is_simulator_allowed=True)
        super().__init__(settings)
        self._link = Cable(unit)


def make_driver(unit: Unit) -> ControlUnit:
    """Give the driver that this day's unit is reached by."""
    return CableDriver(unit) if unit.is_serial else XmlDriver(unit)
