"""The device threads of one till, and in the demo the simulated devices beside them.

Hands each effect to the worker it belongs to; abort and answers go past the terminal's queue to
its driver at once, for the worker is waiting there (house.md 5).
"""

from collections.abc import Callable
from typing import Final

from textual.widget import Widget

from core.effects import (
    AbortCard,
    AnswerPrompt,
    AskLastTransaction,
    AuthorizeCard,
    CheckPrinter,
    Effect,
    KickDrawer,
    PollUnit,
    PrintPaper,
    QueryCard,
    RegisterReceipt,
    ReverseCard,
)
from core.facts import CardNotSent, Fact, PaperRefused, PrinterCondition
from core.ports import ControlUnit, PaymentTerminal, ReceiptPrinter, Report
from devices.worker import PrinterWorker, TerminalWorker, UnitWorker, Worker
from tui.demo_devices import DemoDevices

WORKER_LIMIT_S: Final = 1.0
"""How long closing waits for one worker; a terminal in mid-payment is left behind."""


class DeviceDesk:
    """Implements tui.till_thread.DeviceDesk."""

    def __init__(
        self,
        make_terminal: Callable[[Report], PaymentTerminal] | None,
        make_unit: Callable[[], ControlUnit],
        make_printer: Callable[[], ReceiptPrinter] | None,
        demo: DemoDevices | None,
    ) -> None:
        self._make_terminal = make_terminal
        self._make_unit = make_unit
        self._make_printer = make_printer
        self._demo = demo
        self._report: Report | None = None
        self._terminal: TerminalWorker | None = None
        self._unit: UnitWorker | None = None
        self._printer: PrinterWorker | None = None

    def start(self, report: Report) -> None:
        """Start the workers; each makes its driver in its own thread."""
        self._report = report
        if self._demo is not None:
            self._demo.start()
        self._unit = UnitWorker(self._make_unit, report)
        if self._make_printer is not None:
            self._printer = PrinterWorker(self._make_printer, report)
        if self._make_terminal is not None:
            make = self._make_terminal
            self._terminal = TerminalWorker(lambda: make(report), report)
        for worker in self._workers():
            worker.start()

    def hand_out(self, effect: Effect) -> None:
        """Give an effect to its worker; one without a device comes back as a fact at once."""
        match effect:
            case AuthorizeCard() | QueryCard() | ReverseCard():
                if self._terminal is not None:
                    self._terminal.give(effect)
                elif isinstance(effect, AuthorizeCard):
                    problem = "no terminal"  # the journal's word, not the screen's
                    self._tell(CardNotSent(effect.request.service_id, problem))
            case AskLastTransaction():
                if self._terminal is not None:
                    self._terminal.learn_last()
            case AbortCard():
                if self._terminal is not None and self._terminal.is_open:
                    self._terminal.terminal.abort(effect.service_id)
            case AnswerPrompt():
                if self._terminal is not None and self._terminal.is_open:
                    self._terminal.terminal.answer(effect.answer)
            case RegisterReceipt() | PollUnit():
                if self._unit is not None:
                    self._unit.give(effect)
            case PrintPaper() | KickDrawer() | CheckPrinter():
                if self._printer is not None:
                    self._printer.give(effect)
                elif isinstance(effect, PrintPaper):
                    self._tell(PaperRefused(effect.paper_id, PrinterCondition.NONE))

    def set_fault(self, device: str, fault: str) -> bool:
        """Set or clear a fault of a simulated device; False when there is none."""
        return self._demo is not None and self._demo.set_fault(device, fault)

    @property
    def faults(self) -> frozenset[tuple[str, str]]:
        """Give the simulated devices' faults that are on, as (device, word)."""
        return self._demo.faults if self._demo is not None else frozenset()

    def terminal_face(self) -> Widget | None:
        """Make the simulated terminal's face; None outside the demo."""
        return self._demo.terminal_face() if self._demo is not None else None

    def last_transaction(self) -> str:
        """The newest transaction the terminal is known to have run; empty = none known."""
        if self._terminal is None or not self._terminal.is_open:
            return ""
        return self._terminal.terminal.last_transaction_id()

    def stop(self) -> None:
        """End the workers and the simulated devices."""
        for worker in self._workers():
            worker.stop(WORKER_LIMIT_S)
        if self._demo is not None:
            self._demo.stop()

    def _workers(self) -> tuple[Worker, ...]:
        workers = (self._unit, self._printer, self._terminal)
        return tuple(worker for worker in workers if worker is not None)

    def _tell(self, fact: Fact) -> None:
        assert self._report is not None
        self._report(fact)
