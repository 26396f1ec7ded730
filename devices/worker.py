"""One thread per device, the only one that speaks to it.

A worker takes jobs in order from its inbox and turns each answer or error of its driver into
exactly one fact; between jobs it tends the device (connects, polls). The till thread never waits
for it, and it never waits for the screen (house.md 5). What the driver raises outside the taxonomy
of core/errors.py is our bug and ends the thread through `threading.excepthook`.
"""

import queue
import threading
from collections.abc import Callable
from typing import Final

from core import facts as f
from core.effects import (
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
from core.errors import (
    DeviceError,
    DeviceRefused,
    DeviceUnavailable,
    OutcomeUnknown,
)
from core.ports import ControlUnit, PaymentTerminal, ReceiptPrinter, Report

INBOX_MAX: Final = 64
"""More jobs than a till can have in flight; a full inbox is a bug."""


class Worker:
    """A thread with an inbox; subclasses say what a job and an idle turn are."""

    turn_s = 1.0
    """How long it waits for a job before it tends its device."""
    pause_s = 0.06
    """What it leaves the till before it loads its driver: the first keys of a start go first."""
    finish_s = 0.0
    """How long a job in hand may go on when we end, before its device is closed under it."""

    def __init__(self, name: str, report: Report) -> None:
        self._report = report
        self._inbox: queue.Queue[Effect | None] = queue.Queue(INBOX_MAX)
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def give(self, job: Effect) -> None:
        """Put a job in the inbox; never waits."""
        self._inbox.put_nowait(job)

    def stop(self, limit_s: float) -> None:
        """End after the job in hand, or leave the thread behind after `limit_s`."""
        self._is_stopping.set()
        self._inbox.put_nowait(None)
        self._thread.join(self.finish_s)
        self.close_device()
        self._thread.join(limit_s)

    def _run(self) -> None:
        self.wait(self.pause_s)
        self.open_device()
        self.tend()
        while not self._is_stopping.is_set():
            try:
                job = self._inbox.get(timeout=self.turn_s)
            except queue.Empty:
                self.tend()
                continue
            if job is not None:
                self.do(job)

    @property
    def has_job(self) -> bool:
        """Say whether another job waits."""
        return not self._inbox.empty()

    def wait(self, seconds: float) -> None:
        """Wait, or less when stopping."""
        self._is_stopping.wait(seconds)

    def wait_for_job(self, seconds: float) -> None:
        """Wait, or less when another job comes or it is stopping."""
        with self._inbox.not_empty:
            self._inbox.not_empty.wait_for(lambda: bool(self._inbox.queue), seconds)

    def open_device(self) -> None:
        """Make the driver; in this thread, so that slow imports never stop the screen."""

    def tend(self) -> None:
        """Do what the device needs between jobs."""

    def do(self, job: Effect) -> None:
        """Do one job and report one fact."""

    def close_device(self) -> None:
        """Close the driver, from the thread that stops us."""


class TerminalWorker(Worker):
    """Speaks to the card terminal. Abort and answers go past the inbox, straight to the driver."""

    retry_first_s = 1.0
    """How long it waits before it asks a second time; then twice as long each time, at most 8 s."""

    def __init__(self, make: Callable[[], PaymentTerminal], report: Report) -> None:
        super().__init__("terminal", report)
        self._make = make
        self._terminal: PaymentTerminal | None = None
        self._must_learn_last = False

    def open_device(self) -> None:
        """Make the driver."""
        self._terminal = self._make()

    @property
    def is_open(self) -> bool:
        """Say whether the driver is made."""
        return self._terminal is not None

    @property
    def terminal(self) -> PaymentTerminal:
        """The driver, once made."""
        assert self._terminal is not None
        return self._terminal

    def learn_last(self) -> None:
        """Tell the last transaction once the terminal is idle. Any thread.

        No job: a question about a payment that still goes on is not given up for it.
        """
        self._must_learn_last = True

    def tend(self) -> None:
        """Connect, log in, keep alive; learn the last transaction when the till waits for it."""
        self.terminal.tend()
        if self._must_learn_last and self.terminal.learn_last():
            self._must_learn_last = False
            self._report(f.LastTransactionTold())

    def do(self, job: Effect) -> None:
        """Authorize, query or reverse."""
        if isinstance(job, AuthorizeCard):
            self._authorize(job)
        elif isinstance(job, QueryCard):
            self._query(job)
        elif isinstance(job, ReverseCard):
            self._reverse(job)

    def _authorize(self, job: AuthorizeCard) -> None:
        service_id = job.request.service_id
        try:
            result = self.terminal.authorize(job.request)
        except OutcomeUnknown as error:
            self._report(f.CardAnswerLost(service_id, _words(error)))
        except DeviceError as error:
            self._report(f.CardNotSent(service_id, _words(error)))
        else:
            self._report(f.CardAnswered(result))

    def _query(self, job: QueryCard) -> None:
        """Ask until answered; a newer job takes over (a manager may have decided)."""
        self.wait(job.delay_s)
        attempt = 0
        while not self._is_stopping.is_set() and (attempt == 0 or not self.has_job):
            attempt += 1
            try:
                query = self.terminal.query(job.request)
            except DeviceError as error:
                service_id = job.request.service_id
                self._report(f.CardQueryFailed(service_id, _words(error), attempt))
                self.wait_for_job(min(self.retry_first_s * 2 ** (attempt - 1), 8))
            else:
                self._report(f.CardQueried(query))
                return

    def _reverse(self, job: ReverseCard) -> None:
        try:
            result = self.terminal.reverse(job.service_id, job.poi_transaction)
        except DeviceError as error:
            self._report(f.CardReversalLost(job.service_id, _words(error)))
            self.wait(self.retry_first_s)
        else:
            self._report(f.CardReversed(job.service_id, result))

    def close_device(self) -> None:
        """Close the link."""
        if self._terminal is not None:
            self._terminal.close()


class UnitWorker(Worker):
    """Speaks to the control unit, and polls it between sales, more often while it is silent."""

    ready_turn_s = 10.0
    silent_turn_s = 2.0
    hurry_s = 0.5
    """How long a poll that was asked for waits: a unit that just failed is not asked at once."""

    def __init__(self, make: Callable[[], ControlUnit], report: Report) -> None:
        super().__init__("control-unit", report)
        self._make = make
        self._unit: ControlUnit | None = None

    def open_device(self) -> None:
        """Make the driver."""
        self._unit = self._make()

    def tend(self) -> None:
        """Poll for identity and status."""
        assert self._unit is not None
        try:
            status = self._unit.poll()
        except DeviceError as error:
            self.turn_s = self.silent_turn_s
            self._report(f.UnitSilent(_words(error), error.code))
        else:
            self.turn_s = self.ready_turn_s if status.is_ready else self.silent_turn_s
            self._report(f.UnitPolled(status))

    def do(self, job: Effect) -> None:
        """Register a receipt, or poll now."""
        if isinstance(job, RegisterReceipt):
            self._register(job)
        elif isinstance(job, PollUnit):
            self.wait(self.hurry_s)
            self.tend()

    def _register(self, job: RegisterReceipt) -> None:
        assert self._unit is not None
        record = job.record
        try:
            signature = self._unit.register(record)
        except DeviceError as error:
            self.turn_s = self.silent_turn_s
            failed = f.SigningFailed(
                record.serial,
                record.receipt_no,
                _words(error),
                is_final=isinstance(error, DeviceRefused),
                is_answered=_is_answered(error),
            )
            self._report(failed)
        else:
            self._report(f.RecordSigned(record.serial, record.receipt_no, signature))

    def close_device(self) -> None:
        """Close the link."""
        if self._unit is not None:
            self._unit.close()


class PrinterWorker(Worker):
    """Speaks to the printer, and looks at its condition between papers."""

    turn_s = 2.0
    finish_s = 1.0

    def __init__(self, make: Callable[[], ReceiptPrinter], report: Report) -> None:
        super().__init__("printer", report)
        self._make = make
        self._printer: ReceiptPrinter | None = None
        self._told: f.PrinterCondition | None = None
        self._has_looked = False
        self._is_warm = False

    def open_device(self) -> None:
        """Make the driver."""
        self._printer = self._make()

    def tend(self) -> None:
        """Look at paper and cover; tell when it changed. The second look also warms up."""
        assert self._printer is not None
        try:
            if self._has_looked and not self._is_warm:
                self._printer.warm_up()
                self._is_warm = True
            self._has_looked = True
            condition = self._printer.condition()
        except DeviceUnavailable as error:
            condition = _condition_of(error)
        if condition is not self._told:
            self._told = condition
            self._report(f.PrinterConditionChanged(condition))

    def do(self, job: Effect) -> None:
        """Print a paper, open the drawer, or look now."""
        if isinstance(job, CheckPrinter):
            self._told = None
            self.tend()
        elif isinstance(job, KickDrawer):
            self._kick()
        elif isinstance(job, PrintPaper):
            self._print(job)

    def _kick(self) -> None:
        """Open the drawer; what stands in the way is told as the printer's condition."""
        assert self._printer is not None
        try:
            self._printer.kick_drawer()
        except DeviceError as error:
            self._told = _condition_of(error)
            self._report(f.PrinterConditionChanged(self._told))

    def _print(self, job: PrintPaper) -> None:
        assert self._printer is not None
        try:
            self._printer.print(job.document)
        except OutcomeUnknown as error:
            self._report(f.PrintLost(job.paper_id, _words(error)))
        except DeviceError as error:
            self._told = _condition_of(error)
            self._report(f.PaperRefused(job.paper_id, self._told))
        else:
            self._report(f.PaperPrinted(job.paper_id))

    def close_device(self) -> None:
        """Close the link."""
        if self._printer is not None:
            self._printer.close()


def _is_answered(error: DeviceError) -> bool:
    """Say whether an answer came that could not be believed, rather than none."""
    return isinstance(error, OutcomeUnknown) and error.facts.get("code") != "no-answer"


def _condition_of(error: DeviceError) -> f.PrinterCondition:
    """Give what the printer's own fault said of it."""
    return f.PrinterCondition(str(error.facts.get("condition", "unreachable")))


def _words(error: DeviceError) -> str:
    """Write an error's code and facts as one short machine line for log, journal and screen."""
    facts = " ".join(f"{name}={value}" for name, value in sorted(error.facts.items()))
    return f"{error.code} {facts}".strip()[:300]
