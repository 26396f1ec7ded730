"""A whole till without a screen: the till thread and real drivers against simulated devices.

`Shop` owns the devices and the data, which outlive a till; `WholeTill` is one life of it. Tests
wait for what the till shows, with a deadline, and never sleep. At the end every shop's data must be
sound for `blipp verify`, and card, control unit and receipts must agree.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any, Final, Literal

import pytest

from core.facts import PrinterCondition, TerminalState
from core.receipt import Receipt
from core.reports import DayReport
from db.verify import verify_shop
from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.control_unit_http import SimulatedHttpUnit
from devices.simulators.control_unit_serial import SimulatedSerialUnit
from devices.simulators.printer import SimulatedPrinter
from devices.simulators.terminal import SimulatedTerminal
from devices.simulators.terminal_ledger import LedgerEntry, LedgerState
from devices.simulators.terminal_script import load_script
from tui import commands as c
from tui.clock import SystemClock
from tui.compose import DATABASE_NAME, open_shop, witness_path
from tui.config import Config, TipConfig, demo_config
from tui.messages import CommandDone, PanelChanged, TillChanged, TillFailed, TillReady
from tui.till_thread import Opened, TillThread
from tui.views import Outcome, TillView

PATIENCE_S: Final = 20.0
"""The longest wait of any test; nothing takes that long when all is well."""
MUG, BEANS, CHOCOLATE = "2900000039018", "2900000036017", "2900000032019"
"""129,00 and 95,00 and 25,00: together 249,00."""
SALE_ORE: Final = 249_00
FAST_TERMINAL: Final = {"collect_s": 0.4, "login_patience_s": 2.0, "abort_wait_s": 5.0}
SEEN_MAX: Final = 5000


def fast_limits(patch: pytest.MonkeyPatch, **terminal: float) -> None:
    """Shorten what a till waits between its tries; nothing else about it changes."""
    from devices import worker
    from devices.control_units import signing
    from devices.control_units.cleancash import unit as cable
    from devices.control_units.xccsp import unit as cloud
    from devices.printers import printer
    from devices.terminals.westpay_epas import connection
    from devices.terminals.westpay_epas import settings as epas

    patch.setattr(worker.UnitWorker, "ready_turn_s", 0.3)
    patch.setattr(worker.UnitWorker, "silent_turn_s", 0.3)
    patch.setattr(worker.UnitWorker, "hurry_s", 0.1)
    patch.setattr(worker.PrinterWorker, "turn_s", 0.2)
    patch.setattr(worker.TerminalWorker, "turn_s", 0.2)
    patch.setattr(worker.TerminalWorker, "retry_first_s", 0.1)
    patch.setattr(connection, "_DELAYS_S", (0.2, 0.4))
    patch.setattr(signing, "STATUS_LIMIT_S", 0.3)
    for module, name in ((cloud, "XccspSettings"), (cable, "CleanCashSerialSettings")):
        patch.setattr(module, name, _quicker(getattr(module, name), {"timeout_s": 0.5}))
    real_limits = printer.PrinterLimits
    patch.setattr(epas, "EpasSettings", _quicker(epas.EpasSettings, {**FAST_TERMINAL, **terminal}))
    patch.setattr(
        printer, "PrinterLimits", lambda: real_limits(status_s=0.4, finish_s=1.5, look_s=0.1)
    )


def _quicker(make: Callable[..., object], limits: dict[str, float]) -> Callable[..., object]:
    """Make settings as `make` does, with these limits instead of the given ones."""
    return lambda **given: make(**{**given, **limits})


class WholeTill:
    """One life of a till."""

    def __init__(self, config: Config, data_dir: Path, *, is_demo: bool = True) -> None:
        """Open the shop and wait for the first picture."""
        self._came = threading.Condition()
        self._seen: deque[TillView] = deque(maxlen=SEEN_MAX)
        self._done: list[CommandDone] = []
        self.panels: list[PanelChanged] = []
        """What imports left on the panel, oldest first."""
        self.failed: TillFailed | None = None
        self._data_dir = data_dir
        self.opened: Opened | None = None

        def open_it() -> Opened:
            opened = open_shop(config, data_dir, SystemClock(), is_demo=is_demo)
            opened.till.rules = replace(opened.till.rules, query_interval_s=1)
            self.opened = opened
            return opened

        self._hook = threading.excepthook
        self._thread = TillThread(open_it)
        self._thread.start(self._post)
        try:
            self.wait(lambda view: True)
        except AssertionError:
            self.stop()
            raise

    def _post(self, message: object) -> bool:
        with self._came:
            if isinstance(message, TillFailed):
                self.failed = message
            elif isinstance(message, PanelChanged):
                self.panels.append(message)
            elif isinstance(message, TillReady | TillChanged | CommandDone):
                self._seen.append(message.view)
                if isinstance(message, CommandDone):
                    self._done.append(message)
            self._came.notify_all()
        return True

    @property
    def view(self) -> TillView:
        """The newest picture."""
        return self._seen[-1]

    @property
    def seen(self) -> list[TillView]:
        """The pictures of this life, oldest first."""
        return list(self._seen)

    @property
    def state(self) -> str:
        """The state of the present sale, empty without one."""
        return str(self.view.sale.state) if self.view.sale else ""

    def wait(self, is_it: Callable[[TillView], object], words: str = "") -> TillView:
        """Wait until the newest picture is as described, and give it."""

        def is_there() -> bool:
            return self.failed is not None or bool(self._seen and is_it(self._seen[-1]))

        with self._came:
            assert self._came.wait_for(is_there, PATIENCE_S), (words, self.view)
            assert self.failed is None, (self.failed.code, self.failed.facts)
            return self._seen[-1]

    def wait_past(self, is_it: Callable[[TillView], object]) -> TillView:
        """Wait until some picture of this life was as described, and give the first."""

        def found() -> TillView | None:
            return next((view for view in self._seen if is_it(view)), None)

        with self._came:
            assert self._came.wait_for(lambda: found() or self.failed, PATIENCE_S), self.view
            view = found()
            assert view is not None, self.failed and self.failed.facts
            return view

    def try_(self, command: c.Command) -> Outcome:
        """Give a command and wait for its outcome, whatever it is."""
        self._thread.submit(command)

        def mine() -> CommandDone | None:
            return next((done for done in self._done if done.command is command), None)

        with self._came:
            assert self._came.wait_for(lambda: mine() or self.failed, PATIENCE_S), command
            done = mine()
            assert done is not None, self.failed and self.failed.facts
            return done.outcome

    def do(self, command: c.Command) -> Outcome:
        """Give a command that must not be refused."""
        outcome = self.try_(command)
        assert outcome.error is None, outcome.error
        return outcome

    def refuse(self, command: c.Command) -> str:
        """Give a command that must be refused, and give the reason's code."""
        outcome = self.try_(command)
        assert outcome.error is not None, command
        return outcome.error.code

    def ready(self) -> "WholeTill":
        """Wait until terminal, control unit and printer are."""
        self.wait(
            lambda view: (
                view.terminal.state is TerminalState.READY
                and view.unit.is_ready
                and view.printer is PrinterCondition.READY
            )
        )
        return self

    def ready_but_printer(self) -> None:
        """Wait until terminal and control unit are."""
        self.wait(lambda view: view.terminal.state is TerminalState.READY and view.unit.is_ready)

    def ready_but_unit(self) -> None:
        """Wait until terminal and printer are, and the control unit was asked and is not."""
        self.wait(
            lambda view: (
                view.terminal.state is TerminalState.READY
                and view.unit.is_ready is False
                and view.printer is PrinterCondition.READY
            )
        )

    def sell(self, *codes: str) -> None:
        """Add articles; without codes the three that make 249,00."""
        for code in codes or (MUG, BEANS, CHOCOLATE):
            self.do(c.AddCode(code))

    def wait_state(self, state: str) -> TillView:
        """Wait until the sale is in a state; empty = no open sale."""
        return self.wait(lambda view: (str(view.sale.state) if view.sale else "") == state, state)

    def wait_attention(self, code: str) -> dict[str, str | int]:
        """Wait until a person is asked or told something, and give its facts."""
        view = self.wait(lambda view: view.attention and view.attention.code == code, code)
        assert view.attention is not None
        return dict(view.attention.facts)

    def receipt(self, receipt_no: int) -> Receipt:
        """Wait for a receipt and for its paper to be out of the way."""
        view = self.wait(
            lambda view: view.last_receipt and view.last_receipt.receipt_no == receipt_no
        )
        assert view.last_receipt is not None
        return view.last_receipt

    def papers_done(self) -> None:
        """Wait until no paper waits."""
        self.wait(lambda view: view.papers_waiting == 0)

    def x(self) -> DayReport:
        """Take an X report."""
        report = self.do(c.TakeX()).report
        assert report is not None
        return report

    def z(self) -> DayReport:
        """Take the Z report."""
        report = self.do(c.TakeZ()).report
        assert report is not None
        return report

    def stop(self) -> None:
        """Close as the app does."""
        self._thread.stop()
        assert not self._thread._thread.is_alive(), "the till thread did not end"
        threading.excepthook = self._hook


Unit = Literal["cloud", "serial", "serial-v1"]


@dataclass
class Shop:
    """Devices and data of one shop, and the till that runs now, if one does."""

    folder: Path
    terminal: SimulatedTerminal
    unit: SimulatedControlUnit
    wire: SimulatedHttpUnit | SimulatedSerialUnit
    printer: SimulatedPrinter
    config: Config
    tills: list[WholeTill] = field(default_factory=list)
    decided_ore: int = 0
    """How much more is booked than the terminal drew, because a manager said so."""

    @property
    def data_dir(self) -> Path:
        """Where the database lies."""
        return self.folder / "data"

    def open(self) -> WholeTill:
        """Start a till on the shop's data."""
        self.data_dir.mkdir(exist_ok=True)
        self.tills.append(WholeTill(self.config, self.data_dir))
        return self.tills[-1]

    def play(self, script: str) -> None:
        """Say what the customers to come do at the terminal."""
        self.terminal.set_script(load_script(script))

    def charges(self) -> list[LedgerEntry]:
        """What the terminal drew from cards and did not give back."""
        return [one for one in self.terminal.ledger() if one.state is LedgerState.APPROVED]

    def papers(self) -> list[str]:
        """What came out of the printer, as text."""
        return [paper.text for paper in self.printer.papers]

    def receipts(self) -> list[str]:
        """The receipts that came out, without reports and slips."""
        return [paper for paper in self.papers() if "Kvitto nr" in paper]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read the shop's data beside the till."""
        from sqlcipher3 import dbapi2

        connection = dbapi2.connect(f"file:{self.data_dir / DATABASE_NAME}?mode=ro", uri=True)
        try:
            return [tuple(row) for row in connection.execute(statement).fetchall()]
        finally:
            connection.close()

    def notes(self, kind: str) -> list[str]:
        """The journal's payloads of one kind."""
        return [
            str(row[0]) for row in self.rows(f"SELECT payload FROM journal WHERE kind='{kind}'")
        ]

    def close(self) -> None:
        """Stop everything, and check what was left behind."""
        for till in self.tills:
            till.stop()
        self.terminal.stop()
        self.wire.stop()
        self.printer.stop()

    def check(self) -> None:
        """Check that data is sound and that card, unit and receipts agree. After `close`."""
        report = verify_shop(self.data_dir, witness_path(self.config, self.data_dir))
        assert report.is_sound, report.problem
        signed = [row for row in self.unit.ledger if row.sent.type == "normal"]
        counted = self.rows("SELECT receipt_no FROM receipt ORDER BY receipt_no")
        assert {int(row.sent.receipt_no) for row in signed} >= {one[0] for one in counted}
        drawn = sum(entry.total_ore for entry in self.charges())
        booked = self.rows(
            "SELECT coalesce(sum(authorized_ore), 0) FROM tender"
            " WHERE kind='card' AND state IN ('settled', 'held')"
        )[0][0]
        assert booked - drawn == self.decided_ore, "what the cards paid and what is booked"
        assert not self.printer.errors, self.printer.errors


def make_shop(
    folder: Path, *, unit: Unit = "cloud", tip: str = "terminal", repeat: str = "same"
) -> Shop:
    """Start the devices of a shop on free ports; a card is tapped unless told otherwise.

    On an address of this process: a till whose device is gone goes on calling its old port, which
    another process of the tests may have been given meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    host = f"127.1.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    terminal = SimulatedTerminal(host=host, script=load_script("tap"))
    inside = SimulatedControlUnit(repeat=repeat)  # type: ignore[arg-type]  # one of its words
    wire: SimulatedHttpUnit | SimulatedSerialUnit
    if unit == "cloud":
        wire = SimulatedHttpUnit(inside, host)
    else:
        version = 1 if unit == "serial-v1" else 2
        wire = SimulatedSerialUnit(inside, folder / "ttyUSB0", protocol_version=version)
    printer = SimulatedPrinter(host=host)
    for device in (terminal, wire, printer):
        device.start()
    config = demo_config()
    link = str(wire.link) if isinstance(wire, SimulatedSerialUnit) else ""
    url = wire.url if isinstance(wire, SimulatedHttpUnit) else ""
    driver = "cleancash-xccsp" if url else "cleancash-serial"
    config = replace(
        config,
        terminal=replace(config.terminal, host=host, port=terminal.port),
        tip=TipConfig(mode=tip),
        control_unit=replace(
            config.control_unit, driver=driver, url=url, device=link, plain_http=True, timeout_s=1
        ),
        printer=replace(config.printer, host=host, port=printer.port),
    )
    return Shop(folder, terminal, inside, wire, printer, config)


def wait_until(is_it: Callable[[], object], words: str = "") -> None:
    """Wait for something outside the till, looking often."""
    until_s = monotonic() + PATIENCE_S
    pause = threading.Event()
    while not is_it():
        assert monotonic() < until_s, words
        pause.wait(0.005)


def amounts(receipt: Receipt) -> list[tuple[str, int, int]]:
    """The tenders of a receipt as (kind, amount, tip)."""
    return [(tender.kind, tender.amount_ore, tender.tip_ore) for tender in receipt.tenders]


def totals(entries: Iterable[LedgerEntry]) -> list[tuple[int, int]]:
    """Charges as (amount, tip)."""
    return [(entry.amount_ore, entry.tip_ore) for entry in entries]
