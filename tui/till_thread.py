"""The one writer: takes commands and facts in order, decides, commits, hands effects out.

It never waits for a device and never for the screen: devices have workers of their own, and the
screen is told by `post`. Everything that must survive is committed before it is told to anybody
(house.md 5). A bug of ours is caught once, here: it is journalled, the till is locked, nothing goes
on as if it had not happened.
"""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final, Protocol

from textual.message import Message
from textual.widget import Widget

from core.catalog import Article, QuickKey
from core.document import Document
from core.effects import Effect
from core.errors import NotYetBuilt, RuleError, StoreBusy, TillError
from core.facts import Fact, PaperPrinted, PaperRefused, PrintLost
from core.frozen import frozen
from core.receipt_layout import lay_out_receipt, lay_out_signature_slip
from core.report_layout import lay_out_report
from core.reports import DayReport
from core.services import (
    copies,
    doubt,
    giving_back,
    late,
    payment,
    printing,
    recovery,
    registration,
    reporting,
    signing,
    taken_up,
)
from core.services import facts_desk as desk
from core.services.till import Till, check_may_quit
from tui import commands as c
from tui.books import Books, BooksPicture
from tui.messages import (
    CommandDone,
    PanelChanged,
    StoreWaited,
    TillChanged,
    TillFailed,
    TillReady,
)
from tui.views import Outcome, ShopView, TerminalPicture, TillView, UnitPicture

_log = logging.getLogger("blipp.till")

STOP_LIMIT_S: Final = 5.0
"""How long quitting waits for the thread to finish what it has in hand."""


class DeviceDesk(Protocol):
    """The workers, as the till thread needs them."""

    def start(self, report: Callable[[Fact], None]) -> None:
        """Start the device threads; each makes its driver itself."""

    def hand_out(self, effect: Effect) -> None:
        """Give an effect to the worker it belongs to; never waits."""

    def set_fault(self, device: str, fault: str) -> bool:
        """Demo only: set or clear a fault; False when there is no such device."""

    @property
    def faults(self) -> frozenset[tuple[str, str]]:
        """Demo only: the faults that are on, as (device, word)."""

    def terminal_face(self) -> Widget | None:
        """Make the face of the simulated terminal; None when there is none."""

    def last_transaction(self) -> str:
        """The newest transaction the terminal is known to have run; empty = none known."""

    def stop(self) -> None:
        """End the device threads."""


class Waiting(Protocol):
    """How long the store waits for another program, as the till thread sets it."""

    @property
    def is_refusable(self) -> bool:
        """Whether the present work may be refused still."""

    def begin(self, tell: Callable[[], None], *, is_refusable: bool) -> None:
        """Begin a command or a fact; `tell` is called once when the wait can be felt."""


@frozen
class Opened:
    """What opening the shop gave."""

    till: Till
    shop: ShopView
    devices: DeviceDesk
    search: Callable[[str, int], tuple[Article, ...]]
    take_up_import: Callable[[], tuple[QuickKey, ...] | None]
    """Takes up what was imported beside the till; the panel then, None when nothing was."""
    patience: Waiting
    """The store's rule about a lock that another program holds."""
    books: Books
    """Makes backups and exports beside the till."""
    close: Callable[[], None]
    """Closes store, witness and lock."""


class TillThread:
    """Implements tui.till_port.TillPort."""

    def __init__(self, open_shop: Callable[[], Opened]) -> None:
        self._open_shop = open_shop
        self._inbox: queue.Queue[c.Command | Fact | BooksPicture | None] = queue.Queue(1000)
        self._thread = threading.Thread(target=self._run, name="till")
        self._post: Callable[[Message], bool] = lambda message: False
        self._opened: Opened | None = None
        self._version = 0
        self._is_over = threading.Event()
        self._last_report: DayReport | None = None
        self._books: BooksPicture | None = None

    def start(self, post: Callable[[Message], bool]) -> None:
        """Open the shop on this thread; the first message is TillReady or TillFailed."""
        self._post = post
        threading.excepthook = self._thread_died
        self._thread.start()

    def submit(self, command: c.Command) -> None:
        """Hand over a command; exactly one CommandDone or TillFailed is posted for it."""
        self._inbox.put(command)

    def report(self, fact: Fact | BooksPicture) -> None:
        """Take a fact from a device thread; waits for space, never drops while the till runs."""
        while not self._is_over.is_set():
            try:
                self._inbox.put(fact, timeout=1.0)
            except queue.Full:
                continue
            return

    def search(self, words: str, limit: int) -> tuple[Article, ...]:
        """Find articles in memory, best first."""
        return self._opened.search(words, limit) if self._opened else ()

    def terminal_face(self) -> Widget | None:
        """Make the simulated terminal's face, in the demo."""
        return self._opened.devices.terminal_face() if self._opened else None

    def stop(self) -> None:
        """Finish what is in hand, close devices and store."""
        if self._thread.is_alive():
            self._inbox.put(None)
            self._thread.join(STOP_LIMIT_S)

    def _run(self) -> None:
        """Open, recover, then take commands and facts in order until told to stop."""
        try:
            self._opened = self._open_shop()
            opened = self._opened
            recovery.start(opened.till)
            self._post(TillReady(opened.shop, self._picture(opened.till)))
            opened.devices.start(self.report)
            self._hand_out(opened)
            while (work := self._inbox.get()) is not None:
                self._take(opened, work)
            self._take_last_words(opened)
            opened.till.note_witnessed("program-stopped", "stop")
        except TillError as error:
            _log.error("the till stopped: %s", error)
            self._post(TillFailed(error.code, dict(error.facts), is_bug=False))
        except Exception as error:
            _log.exception("a bug stopped the till")
            self._post(TillFailed("bug", {"error": repr(error)[:200]}, is_bug=True))
        finally:
            self._is_over.set()
            if self._opened is not None:
                self._opened.devices.stop()
                self._opened.close()

    def _take(self, opened: Opened, work: c.Command | Fact | BooksPicture) -> None:
        """Take one command or fact; effects leave after their cause is durable."""
        till, patience = opened.till, opened.patience
        patience.begin(self._tell_wait, is_refusable=isinstance(work, c.Command))
        if not isinstance(work, c.Command):
            self._take_up_import(opened)
            if isinstance(work, BooksPicture):
                self._take_books(till, work)
            else:
                desk.take_fact(till, work)
            _ask(till)
            self._hand_out(opened)
            self._post(TillChanged(self._picture(till)))
            return
        try:
            self._take_up_import(opened)
            till.watch_clock()
            till.terminal.last_transaction = opened.devices.last_transaction()
            outcome = self._carry_out(opened, work)
        except StoreBusy as error:
            # Behind a durable step nothing may be refused any more: there the wait has no end.
            if not patience.is_refusable:
                raise
            outcome = Outcome(error=error)
        except RuleError as error:
            outcome = Outcome(error=error)
        _ask(till)
        self._hand_out(opened)
        self._post(CommandDone(work, outcome, self._picture(till)))

    def _take_books(self, till: Till, done: BooksPicture) -> None:
        """Journal who had the shop's data copied, and how far; what failed copied nothing."""
        self._books = done
        if done.is_done:
            till.note_alone(f"{done.kind}-made", by=till.rules.manager, **done.facts())

    def _take_up_import(self, opened: Opened) -> None:
        """Tell the screen of the panel that an import left."""
        panel = opened.take_up_import()
        if panel is not None:
            self._post(PanelChanged(panel))

    def _tell_wait(self) -> None:
        """Say that another program holds the database; any command's end takes the words away."""
        self._post(StoreWaited())

    def _take_last_words(self, opened: Opened) -> None:
        """End the devices, and take what the printer still said: a paper that came out is done."""
        opened.till.is_closing = True
        opened.devices.stop()
        while not self._inbox.empty():
            work = self._inbox.get_nowait()
            if isinstance(work, PaperPrinted | PaperRefused | PrintLost):
                desk.take_fact(opened.till, work)

    def _hand_out(self, opened: Opened) -> None:
        for effect in opened.till.take_effects():
            opened.devices.hand_out(effect)

    def _carry_out(self, opened: Opened, command: c.Command) -> Outcome:
        """Carry out one command. Raises RuleError when refused; nothing changed then."""
        till = opened.till
        match command:
            case c.AddCode():
                registration.add_code(till, command.code, command.quantity_milli, command.price_ore)
            case c.AddNumbers():
                registration.add_numbers(
                    till, command.numbers, command.quantity_milli, command.price_ore
                )
            case c.AddDepartment():
                registration.add_department(
                    till, command.name, command.price_ore, command.quantity_milli
                )
            case c.RepeatLast():
                registration.repeat_last(till)
            case c.CorrectLast():
                registration.correct_last(till)
            case c.VoidSale():
                registration.void_sale(till)
            case c.TakeX() | c.PrintX() | c.TakeZ():
                return self._carry_out_report(till, command)
            case c.MakeBooks():
                if self._books is None or not self._books.is_running:
                    self._books = opened.books.begin(command.kind, self.report)
            case c.SetDemoFault():
                if not opened.devices.set_fault(command.device, command.fault):
                    raise NotYetBuilt(device=command.device)
                till.note_alone("demo-fault", device=command.device, fault=command.fault)
            case c.Quit():
                check_may_quit(till.state, till.attention)
                doubt.leave_doubt(till, c.decider(command, till.rules.manager))
                return Outcome(may_quit=True)
            case _:
                self._carry_out_payment(till, command)
        return Outcome()

    def _carry_out_payment(self, till: Till, command: c.Command) -> None:
        """Carry out a command about paying, or about a device's question."""
        manager = c.decider(command, till.rules.manager)
        match command:
            case c.PayCash():
                payment.pay_cash(till, command.given_ore)
            case c.PayCard():
                payment.pay_card(till, command.amount_ore, command.total_ore)
            case c.GiveBack():
                giving_back.give_back(till, command.tender_no, manager)
            case c.AbortCard():
                desk.abort_card(till)
            case c.AnswerPrompt():
                desk.answer_prompt(till, command.prompt_id, command.text)
            case c.AskTerminalAgain():
                doubt.ask_terminal_again(till)
            case c.DecideDoubt():
                doubt.decide_doubt(
                    till,
                    is_charged=command.is_charged,
                    total_ore=command.total_ore,
                    by=manager,
                )
            case c.KeepHeld():
                doubt.keep_held(till, manager)
            case c.ReverseHeld():
                doubt.reverse_held(till, manager)
            case c.DecideReversal():
                doubt.decide_reversal(till, is_reversed=command.is_reversed, by=manager)
            case c.ReverseLate():
                late.reverse_late(till, command.service_id, manager)
            case c.SettleLateByHand():
                late.settle_by_hand(till, command.service_id, manager)
            case c.TrySigningAgain():
                signing.try_signing_again(till)
            case c.DecidePaper():
                printing.decide_paper(till, command.paper_id, was_seen=command.was_seen)
                copies.go_on(till)
            case _:
                raise AssertionError(command)

    def _carry_out_report(self, till: Till, command: c.Command) -> Outcome:
        """Take or print a report; the Outcome carries it and its paper."""
        if isinstance(command, c.PrintX):
            if self._last_report is None:
                raise NotYetBuilt(report="x")
            reporting.print_x(till, self._last_report)
            return Outcome()
        is_x = isinstance(command, c.TakeX)
        report = reporting.x_report(till) if is_x else reporting.z_report(till)
        self._last_report = report
        paper = lay_out_report(report, till.rules.paper_width, till.rules.words)
        return Outcome(report=report, paper=paper)

    def _picture(self, till: Till) -> TillView:
        """Make the immutable picture of the till for the screens."""
        self._version += 1
        terminal, unit = till.terminal, till.unit
        return TillView(
            version=self._version,
            sale=till.sale,
            terminal=TerminalPicture(
                terminal.state,
                terminal.text,
                terminal.lines,
                terminal.prompt,
                terminal.is_abort_asked,
                terminal.query_attempt,
                _slip_of(till),
            ),
            unit=UnitPicture(unit.is_ready, unit.unit_id, unit.text, unit.is_registering),
            printer=till.printer,
            papers_waiting=len(till.papers) + len(till.copies),
            attention=till.attention,
            card_result=till.last_tender_error,
            before_stop=till.before_stop,
            slip_told=till.slip_told,
            last_receipt=till.last_receipt,
            last_paper=self._paper_of_last_receipt(till),
            faults=self._opened.devices.faults if self._opened else frozenset(),
            is_drawer_waiting=any(paper.opens_drawer for paper in till.papers.values()),
            books=self._books,
        )

    def _paper_of_last_receipt(self, till: Till) -> Document | None:
        """Lay the newest receipt out for the screen, once."""
        receipt = till.last_receipt
        if receipt is None:
            return None
        if till.last_paper is None:
            till.last_paper = lay_out_receipt(receipt, till.rules.paper_width, till.rules.words)
        return till.last_paper

    def _thread_died(self, died: threading.ExceptHookArgs) -> None:
        """A device thread died of a bug of ours: say so, and lock the till."""
        name = died.thread.name if died.thread else "?"
        _log.error("a bug stopped the thread %s: %r", name, died.exc_value)
        self._post(TillFailed("bug", {"thread": name, "error": repr(died.exc_value)[:200]}, True))


def _slip_of(till: Till) -> Document | None:
    """Lay out the slip that the terminal's question is about."""
    prompt, slip, rules = till.terminal.prompt, till.terminal.slip, till.rules
    if prompt is None or slip is None or not prompt.is_signature:
        return None
    return lay_out_signature_slip(slip, rules.shop, rules.paper_width, rules.words, rules.is_demo)


def _ask(till: Till) -> None:
    """Put what waits for a person on the screen, money before paper; tell what the stop left."""
    late.ask_about_lates(till)
    printing.ask_about_papers(till)
    taken_up.follow(till)
