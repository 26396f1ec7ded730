"""The world outside a till that is killed: terminal, control unit and printer in another process.

It lives on when the till dies, keeps its own ledgers, and tells them through a socket within the
machine, one question per connection, so that an asker may be killed at any moment.
"""

import os
import threading
from dataclasses import dataclass, replace
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any, Final, NamedTuple

from devices.simulators.terminal_ledger import LedgerState
from tests.crash.call_shim import die_with_parent
from tests.whole.harness import Shop, Unit, make_shop
from tui.config import Config, TipConfig, demo_config

SOCKET: Final = "outside.sock"


class Charge(NamedTuple):
    """One transaction in the terminal's ledger."""

    service_id: int
    total_ore: int
    tip_ore: int
    is_approved: bool
    """Drawn, and not given back."""
    is_reversed: bool


class Registered(NamedTuple):
    """One row in the control unit's ledger."""

    kind: str
    receipt_no: int
    serial: str | None
    total: str
    code: str


class Ledgers(NamedTuple):
    """What the world knows, whatever the till believes."""

    charges: tuple[Charge, ...]
    registered: tuple[Registered, ...]
    papers: tuple[str, ...]
    """What came out of the printer, each cut off."""
    errors: tuple[str, ...]


class Doors(NamedTuple):
    """Where the devices listen."""

    host: str
    terminal_port: int
    unit_url: str
    unit_device: str
    printer_port: int

    def config(self) -> Config:
        """Give the configuration of a till that uses them."""
        config = demo_config()
        driver = "cleancash-xccsp" if self.unit_url else "cleancash-serial"
        return replace(
            config,
            terminal=replace(config.terminal, host=self.host, port=self.terminal_port),
            control_unit=replace(
                config.control_unit,
                driver=driver,
                url=self.unit_url,
                device=self.unit_device,
                plain_http=True,
                timeout_s=1,
            ),
            tip=TipConfig(mode="terminal"),
            printer=replace(config.printer, host=self.host, port=self.printer_port),
        )


@dataclass
class Outside:
    """One world, as its parent sees it."""

    folder: Path
    pid: int
    config: Config

    def ledgers(self) -> Ledgers:
        """Ask for everything the world knows."""
        found: Ledgers = _ask(self.folder, "ledgers")
        return found

    def end(self) -> None:
        """End its process."""
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


def _ask(folder: Path, question: str) -> Any:
    with Client(str(folder / SOCKET), "AF_UNIX") as asking:
        asking.send(question)
        return asking.recv()


def begin_outside(folder: Path, script: str, unit: Unit = "cloud") -> Outside:
    """Fork a world whose customers do as the script says, and wait until its devices listen."""
    folder.mkdir(parents=True)
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _serve(folder, script, unit, told)
        finally:
            os._exit(1)
    os.close(told)
    with os.fdopen(ready, "rb") as waiting:
        assert waiting.read(1) == b"1", "the simulated devices did not start"
    return Outside(folder, pid, Doors(*_ask(folder, "doors")).config())


def _serve(folder: Path, script: str, unit: Unit, told: int) -> None:
    """Run the devices, and answer questions until killed."""
    die_with_parent()
    shop = make_shop(folder, unit=unit)
    shop.play(script)
    listener = Listener(str(folder / SOCKET), "AF_UNIX")
    os.write(told, b"1")
    os.close(told)
    lock = threading.Lock()
    while True:
        try:
            with listener.accept() as asking, lock:
                asking.send(_doors_of(shop) if asking.recv() == "doors" else _ledgers_of(shop))
        except (EOFError, OSError):
            continue  # The asker was killed in the middle of asking.


def _doors_of(shop: Shop) -> Doors:
    config = shop.config
    terminal, unit, printer = config.terminal, config.control_unit, config.printer
    assert terminal.port
    assert printer.port
    return Doors(terminal.host, terminal.port, unit.url, unit.device, printer.port)


def _ledgers_of(shop: Shop) -> Ledgers:
    charges = tuple(
        Charge(
            int(entry.service_id),
            entry.total_ore,
            entry.tip_ore,
            is_approved=entry.state is LedgerState.APPROVED and not entry.is_refund,
            is_reversed=entry.state is LedgerState.REVERSED,
        )
        for entry in shop.terminal.ledger()
    )
    registered = tuple(
        Registered(
            row.sent.type,
            int(row.sent.receipt_no),
            row.sent.serial,
            row.sent.total,
            row.control_code,
        )
        for row in shop.unit.ledger
    )
    return Ledgers(charges, registered, tuple(shop.papers()), tuple(shop.printer.errors))
