"""The printer's wires by themselves: nobody reads, nothing is there, a file, random answers.

What the simulated printer cannot play; its own faults stand in test_printer_port.py.
"""

import os
import random
import tty
from pathlib import Path
from time import monotonic

import pytest

from core.document import Cut, Document, TextLine
from core.errors import DeviceUnavailable, OutcomeUnknown
from core.facts import PrinterCondition
from core.receipt_layout import lay_out_receipt
from devices.links.faults import FaultKind, LinkFault
from devices.printers.encoder import EscposEncoder
from devices.printers.printer import EscposPrinter, PrinterLimits, PrinterSettings
from devices.printers.transports import NetworkWire, SerialWire, Wire
from devices.simulators.printer import SimulatedPrinter
from tests.builders_receipt import a_receipt, same

SHORT = PrinterLimits(connect_s=1.0, status_s=0.2, write_s=0.5, finish_s=0.05, look_s=0.05)
PAPER = Document((TextLine("Räkmacka  89,00"), Cut()), 42)
RECEIPT = lay_out_receipt(a_receipt(is_demo=True), 42, same, opens_drawer=True)


def test_a_missing_serial_port_is_unavailable(tmp_path: Path) -> None:
    settings = PrinterSettings("serial", device=str(tmp_path / "ttyNONE"))

    with pytest.raises(DeviceUnavailable):
        EscposPrinter(settings, SHORT).print(PAPER)


def test_a_peer_that_never_reads_does_not_hang_the_network_wire() -> None:
    sim = SimulatedPrinter()
    sim.start()
    sim.set_never_read(True)
    wire = NetworkWire("127.0.0.1", sim.port, 1.0)
    wire.open()
    started_s = monotonic()

    with pytest.raises(LinkFault) as told:
        wire.send(b"x" * 30_000_000, 0.3)
    wire.close()
    sim.stop()

    assert told.value.kind is FaultKind.SILENT
    assert told.value.sent_count > 0
    assert monotonic() - started_s < 3


def test_a_peer_that_never_reads_does_not_hang_the_serial_wire() -> None:
    far, near = os.openpty()
    tty.setraw(near)
    wire = SerialWire(os.ttyname(near), 921_600)
    wire.open()
    started_s = monotonic()
    try:
        with pytest.raises(LinkFault) as told:
            wire.send(b"x" * 100_000, 0.2)
        wire.close()
    finally:
        os.close(near)
        os.close(far)

    assert told.value.kind is FaultKind.SILENT
    assert 0 < told.value.sent_count < 100_000
    assert monotonic() - started_s < 5


def test_a_file_printer_has_printed_when_the_bytes_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "papers.bin"
    printer = EscposPrinter(PrinterSettings("file", path=str(path)))
    encoded = EscposEncoder().encode(RECEIPT)

    assert printer.condition() is PrinterCondition.READY
    printer.print(RECEIPT)
    printer.print(RECEIPT)
    printer.kick_drawer()
    printer.close()

    assert path.read_bytes() == encoded * 2 + b"\x1bp\x00\x32\x32"
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    settings = PrinterSettings("file", path=str(tmp_path / "missing" / "papers.bin"))

    with pytest.raises(DeviceUnavailable):
        EscposPrinter(settings).print(PAPER)


def test_a_full_disk_that_took_nothing_is_unavailable() -> None:
    with pytest.raises(DeviceUnavailable):
        EscposPrinter(PrinterSettings("file", path="/dev/full")).print(PAPER)


class _RandomWire:
    """Answers every question with random bytes, or with nothing."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def open(self) -> None:
        """Do nothing."""

    def send(self, sent: bytes, limit_s: float) -> None:
        """Do nothing."""

    def ask(self, request: bytes, limit_s: float) -> bytes:
        return self.receive(limit_s)

    def receive(self, limit_s: float) -> bytes:
        came = self._dice.randbytes(self._dice.choice((0, 1, 1, 1, 2, 64)))
        if not came:
            raise LinkFault(FaultKind.SILENT, "nothing came")
        return came

    def close(self) -> None:
        """Do nothing."""


class _RandomPrinter(EscposPrinter):
    def __init__(self, dice: random.Random) -> None:
        super().__init__(PrinterSettings("network"), SHORT)
        self._random = _RandomWire(dice)
        self.warm_up()

    def _open(self) -> Wire:
        return self._random


def test_random_status_bytes_never_break_or_hang() -> None:
    printer = _RandomPrinter(random.Random(20261123))
    started_s = monotonic()
    for _turn in range(1_000):
        assert isinstance(printer.condition(), PrinterCondition)
        try:
            printer.print(PAPER)
        except (DeviceUnavailable, OutcomeUnknown):
            continue

    assert monotonic() - started_s < 30
