"""The printer of the world: the simulator's mechanism behind a wire that can be torn.

Commands and text go through the real encoder and a decoder that was written without it. A paper is
what came out between two cuts; each is shown to the watch.
"""

from typing import Protocol

from core.document import Document
from core.errors import DeviceUnavailable
from devices.links.faults import FaultKind, LinkFault
from devices.printers.printer import EscposPrinter, PrinterSettings
from devices.printers.transports import Wire
from devices.simulators.printer_mechanism import Mechanism, Paper, split_immediate
from tests.world.clock import WorldClock
from tests.world.kinds import Chance

WIDTH = 42
WAYS = {
    "plain": 900,
    "printer-unreachable": 40,
    "printer-out-of-paper": 45,
    "printer-silent": 40,
    "paper-lost-before": 45,
    "paper-lost-after": 50,
    "paper-ends-midway": 45,
}
_MENDED_S = 40
_SETTINGS = PrinterSettings("network", is_simulator_allowed=True, width=WIDTH)


class Watch(Protocol):
    """Who looks on, from outside the till."""

    def paper_came(self, paper: Paper) -> None:
        """A paper fell out of the printer."""

    def drawer_opened(self) -> None:
        """The drawer got a pulse."""


class Printer:
    """The works, for the whole day."""

    def __init__(self, clock: WorldClock, chance: Chance, watch: Watch) -> None:
        self._clock = clock
        self._chance = chance
        self._watch = watch
        self.answers: list[bytes] = []
        self._works = Mechanism(WIDTH, None, self.answers.append, self._end_of_roll)
        self.is_there = True
        self.kicks = 0
        """How often the drawer was opened without a paper."""
        self.kicks_refused = 0
        """How often that was refused before a byte left."""
        self._pulses = 0

    @property
    def errors(self) -> list[str]:
        """What the printer did not understand; nothing may stand here."""
        return self._works.errors

    @property
    def is_stopped(self) -> bool:
        """Say whether somebody must put paper in or close the cover."""
        return self._works.paper == "out" or self._works.is_cover_open

    def throw(self) -> str:
        """Throw what goes wrong with one paper."""
        way = self._chance.pick(WAYS)
        if way == "printer-unreachable":
            self._chance.fire(way)
            self.is_there = False
            self._clock.later(_MENDED_S, self.mend)
        elif way == "printer-out-of-paper":
            self._chance.fire(way)
            if self._chance.says(50):
                self._works.is_cover_open = True
            else:
                self._works.paper = "out"
            self._clock.later(_MENDED_S, self.mend)
        elif way == "paper-ends-midway":
            self._works.stop_left = 200 + self._chance.dice.randrange(400)
        return way

    def take(self, sent: bytes) -> None:
        """Take bytes: obey questions at once, print the rest."""
        text, commands, _ = split_immediate(sent)
        for command in commands:
            reply = self._works.immediate(command)
            if reply:
                self.answers.append(reply)
        if text:
            self._works.hold(text)
            self._works.work_off()
        self._look()

    def mend(self) -> None:
        """Somebody comes: cable in, new roll, cover closed. What was held comes out."""
        self.is_there = True
        self._works.paper, self._works.is_cover_open = "ok", False
        self._works.work_off()
        self._look()

    def cut_link(self) -> None:
        """The till is gone: nothing it asked is answered any more."""
        self.answers.clear()

    def _end_of_roll(self) -> None:
        self._chance.fire("paper-ends-midway")
        self._works.paper = "out"
        self._clock.later(_MENDED_S, self.mend)

    def _look(self) -> None:
        for _ in range(self._works.drawer_pulses - self._pulses):
            self._watch.drawer_opened()
        self._pulses = self._works.drawer_pulses
        papers = self._works.papers[:]
        self._works.papers.clear()
        for paper in papers:
            self._watch.paper_came(paper)


class WorldWire:
    """One connection to the printer. Implements devices.printers.transports.Wire."""

    def __init__(self, printer: Printer, chance: Chance, way: str) -> None:
        self._printer = printer
        self._chance = chance
        self._way = way
        self._is_torn = False

    def open(self) -> None:
        """Connect. Raises LinkFault."""
        if not self._printer.is_there:
            raise LinkFault(FaultKind.REFUSED, "nobody there")
        self._printer.answers.clear()

    def send(self, sent: bytes, limit_s: float) -> None:
        """Hand bytes over."""
        is_paper = len(sent) > 8
        if is_paper and self._way == "paper-lost-before":
            self._chance.fire(self._way)
            raise LinkFault(FaultKind.BROKEN, "cable", 7)
        self._printer.take(sent)
        if is_paper and self._way == "paper-lost-after":
            self._chance.fire(self._way)
            self._is_torn = True

    def ask(self, request: bytes, limit_s: float) -> bytes:
        """Ask a question and give its answer."""
        self.send(request, limit_s)
        if self._way == "printer-silent":
            self._chance.fire(self._way)
            self._printer.answers.clear()
        return self.receive(limit_s)

    def receive(self, limit_s: float) -> bytes:
        """Give what came."""
        if self._is_torn:
            raise LinkFault(FaultKind.BROKEN, "cable")
        if not self._printer.answers:
            raise LinkFault(FaultKind.SILENT, "nothing came")
        return self._printer.answers.pop(0)

    def close(self) -> None:
        """Let the wire go."""


class WorldPrinter(EscposPrinter):
    """The real printer driver on the world's wire."""

    def __init__(self, printer: Printer, chance: Chance) -> None:
        super().__init__(_SETTINGS)
        self._printer = printer
        self._chance = chance
        self.is_printing = False

    def print(self, document: Document) -> None:
        """Print one paper, with what goes wrong thrown for it."""
        self.is_printing = True
        try:
            super().print(document)
        finally:
            self.is_printing = False

    def kick_drawer(self) -> None:
        """Open the drawer without a paper. Raises DeviceUnavailable."""
        try:
            super().kick_drawer()
        except DeviceUnavailable:
            self._printer.kicks_refused += 1
            raise
        self._printer.kicks += 1

    def _open(self) -> Wire:
        """Give an open wire. Raises DeviceUnavailable."""
        way = self._printer.throw() if self.is_printing else "plain"
        wire = WorldWire(self._printer, self._chance, way)
        self._wire = wire
        try:
            wire.open()
        except LinkFault as fault:
            raise self._unavailable(fault) from fault
        return wire
