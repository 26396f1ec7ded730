"""The printer port: the driver against the simulated printer over TCP, a serial pty, and a file.

A fault before the first byte of a paper is DeviceUnavailable or PaperOut; after it OutcomeUnknown
(reliability F36-F39). No fault hangs longer than its limits.
"""

import os
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from core.document import Cut, Document, TextLine
from core.errors import DeviceUnavailable, OutcomeUnknown, PaperOut
from core.facts import PrinterCondition
from core.ports import ReceiptPrinter
from core.receipt_layout import lay_out_receipt
from devices.printers.encoder import EscposEncoder
from devices.printers.printer import EscposPrinter, PrinterLimits, PrinterSettings
from devices.simulators.printer import SimulatedPrinter
from tests.builders_receipt import a_receipt, same

LIMITS = PrinterLimits(status_s=3.0, look_s=0.02)
"""Patient, because a busy test machine is no silent printer."""
SHORT = PrinterLimits(connect_s=1.0, status_s=0.2, write_s=0.5, finish_s=0.6, look_s=0.05)
PAPER = Document((TextLine("Räkmacka  89,00"), Cut()), 42)
RECEIPT = lay_out_receipt(a_receipt(is_demo=True), 42, same, opens_drawer=True)
RECEIPT_TEXT = RECEIPT.as_text().replace("\u2013", "-")


class Cable:
    """A pty whose far end is wired to the simulated printer's socket."""

    def __init__(self, port: int) -> None:
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.device = os.ttyname(self._near)
        self._peer = socket.create_connection(("127.0.0.1", port), 2)
        self._is_ending = False
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        while not self._is_ending:
            ready, _, _ = select.select([self._far, self._peer.fileno()], [], [], 0.05)
            try:
                if self._far in ready:
                    self._peer.sendall(os.read(self._far, 4096))
                if self._peer.fileno() in ready:
                    came = self._peer.recv(4096)
                    if not came:
                        return
                    os.write(self._far, came)
            except OSError:
                return

    def close(self) -> None:
        self._is_ending = True
        self._thread.join(2)
        self._peer.close()
        os.close(self._far)
        os.close(self._near)


Build = Callable[[PrinterLimits], EscposPrinter]


demo = partial(PrinterSettings, is_simulator_allowed=True)


@pytest.fixture
def sim() -> Iterator[SimulatedPrinter]:
    printer = SimulatedPrinter()
    printer.start()
    yield printer
    printer.stop()


@pytest.fixture(params=["network", "serial"])
def build(request: pytest.FixtureRequest, sim: SimulatedPrinter) -> Iterator[Build]:
    """Give a maker of drivers that reach the simulated printer over this wire."""
    if request.param == "network":
        yield lambda limits: EscposPrinter(demo("network", port=sim.port), limits)
        return
    cable = Cable(sim.port)
    settings = demo("serial", device=cable.device, baudrate=38_400)
    yield lambda limits: EscposPrinter(settings, limits)
    cable.close()


def network(sim: SimulatedPrinter, limits: PrinterLimits = LIMITS) -> EscposPrinter:
    return EscposPrinter(demo("network", port=sim.port), limits)


def test_a_shop_that_is_no_demo_refuses_a_simulated_printer(sim: SimulatedPrinter) -> None:
    printer = EscposPrinter(PrinterSettings("network", port=sim.port), SHORT)

    assert printer.condition() is PrinterCondition.REFUSED
    with pytest.raises(DeviceUnavailable):
        printer.print(PAPER)
    assert sim.papers == []


def test_a_receipt_comes_out_as_laid_out(sim: SimulatedPrinter, build: Build) -> None:
    printer: ReceiptPrinter = build(LIMITS)

    printer.print(RECEIPT)
    printer.print(PAPER)
    printer.close()

    assert [paper.text for paper in sim.papers] == [RECEIPT_TEXT, "Räkmacka  89,00\n"]
    assert [paper.drawer_pulses for paper in sim.papers] == [1, 0]
    assert sim.errors == []


def test_the_condition_is_what_the_printer_says(sim: SimulatedPrinter, build: Build) -> None:
    printer = build(LIMITS)
    seen = [printer.condition()]
    sim.set_paper("low")
    seen.append(printer.condition())
    sim.set_paper("out")
    seen.append(printer.condition())
    sim.set_paper("ok")
    sim.set_cover(True)
    seen.append(printer.condition())
    sim.set_cover(False)
    seen.append(printer.condition())

    assert seen == [
        PrinterCondition.READY,
        PrinterCondition.PAPER_LOW,
        PrinterCondition.PAPER_OUT,
        PrinterCondition.COVER_OPEN,
        PrinterCondition.READY,
    ]


def test_low_paper_still_prints(sim: SimulatedPrinter, build: Build) -> None:
    sim.set_paper("low")

    build(LIMITS).print(PAPER)

    assert len(sim.papers) == 1


@pytest.mark.parametrize("fault", ["out", "cover"])
def test_no_paper_or_an_open_cover_refuses_before_the_first_byte(
    sim: SimulatedPrinter, build: Build, fault: str
) -> None:
    if fault == "out":
        sim.set_paper("out")
    else:
        sim.set_cover(True)
    printer = build(LIMITS)

    with pytest.raises(PaperOut) as told:
        printer.print(PAPER)
    sim.set_paper("ok")
    sim.set_cover(False)
    printer.print(PAPER)

    expected = PrinterCondition.PAPER_OUT if fault == "out" else PrinterCondition.COVER_OPEN
    assert told.value.facts["condition"] is expected
    assert len(sim.papers) == 1, "nothing of the refused paper waited in the printer"


def test_a_silent_printer_refuses_before_the_first_byte(
    sim: SimulatedPrinter, build: Build
) -> None:
    sim.set_silent(True)
    printer = build(SHORT)

    assert printer.condition() is PrinterCondition.SILENT
    with pytest.raises(DeviceUnavailable) as told:
        printer.print(PAPER)

    assert told.value.facts["condition"] is PrinterCondition.SILENT
    assert sim.papers == []


def test_garbage_is_no_status(sim: SimulatedPrinter, build: Build) -> None:
    sim.set_garbage(True)
    printer = build(SHORT)

    assert printer.condition() is PrinterCondition.SILENT
    with pytest.raises(DeviceUnavailable):
        printer.print(PAPER)
    assert sim.papers == []


def test_paper_that_ends_within_the_receipt_is_in_doubt(
    sim: SimulatedPrinter, build: Build
) -> None:
    sim.stop_after(400, "paper-out")

    with pytest.raises(OutcomeUnknown) as told:
        build(LIMITS).print(RECEIPT)

    assert told.value.facts["condition"] is PrinterCondition.PAPER_OUT
    assert sim.papers == []
    assert sim.view().strip


def test_a_printer_that_falls_silent_within_the_receipt_is_in_doubt(
    sim: SimulatedPrinter, build: Build
) -> None:
    sim.stop_after(400, "silent")
    started_s = monotonic()

    with pytest.raises(OutcomeUnknown):
        build(SHORT).print(RECEIPT)

    assert monotonic() - started_s < 5


def test_a_printer_that_stops_reading_is_in_doubt(sim: SimulatedPrinter, build: Build) -> None:
    sim.stop_after(400, "never-read")

    with pytest.raises(OutcomeUnknown):
        build(SHORT).print(RECEIPT)


def test_the_drawer_opens_without_a_paper(sim: SimulatedPrinter, build: Build) -> None:
    printer = build(LIMITS)

    printer.kick_drawer()
    printer.condition()

    assert sim.drawer_pulses == 1
    assert sim.papers == []


def test_a_stopped_printer_keeps_no_pulse_for_later(sim: SimulatedPrinter, build: Build) -> None:
    sim.set_paper("out")
    printer = build(LIMITS)

    with pytest.raises(DeviceUnavailable):
        printer.kick_drawer()
    sim.set_paper("ok")

    assert sim.drawer_pulses == 0


def test_paper_may_end_after_any_byte() -> None:
    total = len(EscposEncoder().encode(RECEIPT))
    for stop_after in range(0, total, 64):
        sim = SimulatedPrinter()
        sim.start()
        try:
            sim.stop_after(stop_after, "paper-out")
            with pytest.raises(OutcomeUnknown):
                network(sim).print(RECEIPT)
            sim.set_paper("ok")
            network(sim).condition()
            assert [paper.text for paper in sim.papers] == [RECEIPT_TEXT], stop_after
        finally:
            sim.stop()


def test_unplugged_within_the_receipt_is_in_doubt_and_half_a_paper_stays() -> None:
    for stop_after in (1, 400, 900):
        sim = SimulatedPrinter()
        sim.start()
        try:
            sim.stop_after(stop_after, "unplug")
            printer = network(sim)
            with pytest.raises(OutcomeUnknown):
                printer.print(RECEIPT)
            with pytest.raises(DeviceUnavailable) as told:
                printer.print(RECEIPT)
            assert told.value.facts["condition"] is PrinterCondition.UNREACHABLE
            sim.plug()
            printer.print(PAPER)
            assert len(sim.papers) == 1
            assert sim.papers[0].rows[-1] == "Räkmacka  89,00"
        finally:
            sim.stop()


def test_nobody_listening_is_unavailable(sim: SimulatedPrinter) -> None:
    sim.unplug()
    printer = network(sim)

    for act in (printer.condition, printer.kick_drawer, lambda: printer.print(PAPER)):
        with pytest.raises(DeviceUnavailable) as told:
            act()
        assert told.value.facts["condition"] is PrinterCondition.UNREACHABLE


def test_a_printer_without_status_is_believed(sim: SimulatedPrinter) -> None:
    sim.set_silent(True)
    settings = PrinterSettings("network", port=sim.port, has_status=False)
    came = threading.Event()
    sim.on_change = lambda: came.set() if sim.papers else None
    printer = EscposPrinter(settings, SHORT)

    assert printer.condition() is PrinterCondition.READY
    printer.print(PAPER)

    assert came.wait(5)


def test_closing_wakes_a_waiting_print(sim: SimulatedPrinter) -> None:
    sim.stop_after(10, "silent")
    printer = network(sim, PrinterLimits(status_s=3.0, look_s=5.0))
    printer.warm_up()
    ended: list[BaseException] = []

    def run() -> None:
        try:
            printer.print(RECEIPT)
        except OutcomeUnknown as exc:
            ended.append(exc)

    thread = threading.Thread(target=run)
    has_begun = threading.Event()
    sim.on_change = lambda: has_begun.set() if sim.view().is_silent else None
    thread.start()
    assert has_begun.wait(5)
    printer.close()
    printer.close()
    thread.join(4)

    assert not thread.is_alive()
    assert len(ended) == 1
    with pytest.raises(DeviceUnavailable):
        printer.print(RECEIPT)


def test_no_printer_says_so() -> None:
    printer = EscposPrinter(PrinterSettings("none"))

    assert printer.condition() is PrinterCondition.NONE
    for act in (printer.kick_drawer, lambda: printer.print(PAPER)):
        with pytest.raises(DeviceUnavailable) as told:
            act()
        assert told.value.facts["condition"] is PrinterCondition.NONE


def test_the_simulator_keeps_each_paper_as_text(tmp_path: Path) -> None:
    for _run in range(2):
        sim = SimulatedPrinter(keep_dir=tmp_path)
        sim.start()
        network(sim).print(RECEIPT)
        sim.stop()

    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["paper-00001.txt", "paper-00002.txt"]
    assert (tmp_path / kept[1]).read_text(encoding="utf-8") == RECEIPT_TEXT
