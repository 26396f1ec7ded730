"""What the printer's worker tells of a printer that cannot be made ready."""

from core import facts as f
from core.document import Cut, Document
from core.effects import CheckPrinter, PrintPaper
from core.errors import DeviceUnavailable
from core.facts import PrinterCondition
from devices.worker import PrinterWorker

PAPER = Document((Cut(),), 32)


class Roomless:
    """A printer in order on a computer whose disk may be full."""

    def __init__(self) -> None:
        self.has_room = True
        self.printed = 0
        self.warmed = 0

    def condition(self) -> PrinterCondition:
        """Nothing is wrong with the printer itself."""
        return PrinterCondition.READY

    def warm_up(self) -> None:
        """Need disk room."""
        if not self.has_room:
            raise DeviceUnavailable(device="printer", condition=PrinterCondition.DISK_FAULT)
        self.warmed += 1

    def print(self, document: Document) -> None:
        """Need disk room for the first paper."""
        if not self.warmed:
            self.warm_up()
        self.printed += 1

    def kick_drawer(self) -> None:
        """Open nothing."""

    def close(self) -> None:
        """Hold nothing."""


def test_a_disk_fault_is_told_before_money_is_taken_and_the_paper_waits_for_room() -> None:
    printer, told = Roomless(), list[f.Fact]()
    worker = PrinterWorker(lambda: printer, told.append)
    worker.open_device()
    printer.has_room = False
    for _ in range(3):
        worker.tend()
    worker.do(PrintPaper(7, PAPER))
    worker.tend()
    ready = f.PrinterConditionChanged(PrinterCondition.READY)
    full = f.PrinterConditionChanged(PrinterCondition.DISK_FAULT)
    assert told == [ready, full, f.PaperRefused(7, PrinterCondition.DISK_FAULT)]
    worker.do(CheckPrinter())
    assert told[3:] == [full], "a look that was asked for forgets what is wrong"
    printer.has_room = True
    for _ in range(3):
        worker.tend()
    assert told[4:] == [ready]
    worker.do(PrintPaper(7, PAPER))
    assert told[5:] == [f.PaperPrinted(7)]
    assert (printer.printed, printer.warmed) == (1, 1)
