"""Starts what is measured: `blipp run` on a demo shop in a temporary folder, and its devices.

Every device stands outside the till's process: terminal and control unit in processes of their own
(`bench.stand`), the printer a file, or the bench itself.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.screen import Screen
from core.money import format_kronor

ROOT = Path(__file__).resolve().parent.parent
BLIPP = Path(sys.executable).parent / "blipp"
FLOOR = Path(__file__).with_name("floor_fixed.py")
F9, F11, F12 = b"\x1b[20~", b"\x1b[23~", b"\x1b[24~"
DEVICES_SETTLE_S = 0.8


@dataclass(frozen=True, slots=True)
class Good:
    """What a quick key of the demo shop, or its code, sells."""

    key: bytes
    name: str
    price_ore: int
    ean: str = ""


COFFEE = Good(b"q", "Bryggkaffe", 3400)
ESPRESSO = Good(b"e", "Espresso", 3000)
BUN = Good(b"a", "Kanelbulle", 3600)
SCANNED = Good(b"", "Fläderdryck 25 cl", 2900, "2900000030244")
SCANNED_GOODS = (
    SCANNED,
    Good(b"", "Chokladkaka mörk 70 % 100 g", 2500, "2900000032019"),
    Good(b"", "Chokladkaka hasselnöt 100 g", 2700, "2900000032033"),
)
CLOSED = "BETALT"
"""Stands where the total was, once the sale has its control code and its receipt."""
UNIT_READY = re.compile(rb"Kontrollenhet (?:\x1b\[[\d;]*m)*redo")
"""The top line once the control unit has answered."""


@dataclass(frozen=True, slots=True)
class Place:
    """A temporary folder with one till's configuration and data."""

    folder: Path

    @property
    def data(self) -> Path:
        """Where the database lies."""
        return self.folder / "data"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "blipp.toml"

    def write_config(
        self, unit_port: int, terminal_port: int | None = None, printer_port: int | None = None
    ) -> None:
        """Name the devices; without a port there is no terminal, and the printer is a file."""
        terminal = 'driver = "none"'
        if terminal_port is not None:
            terminal = f'host = "127.0.0.1"\nport = {terminal_port}'
        printer = f'driver = "file"\npath = "{self.folder / "paper.bin"}"'
        if printer_port is not None:
            printer = f'driver = "network"\nhost = "127.0.0.1"\nport = {printer_port}'
        self.config.write_text(
            f"[terminal]\n{terminal}\n\n"
            f'[control_unit]\ndriver = "cleancash-xccsp"\n'
            f'url = "http://127.0.0.1:{unit_port}/xccsp"\n\n'
            f"[printer]\n{printer}\n",
            "utf-8",
        )

    def start(self, *before: str) -> Screen:
        """Start the till; `before` are words before the command, as a tracer's."""
        words = [str(BLIPP), "run", "--demo", "--config", str(self.config)]
        words += ["--data", str(self.data), "--status-fd", "{status}"]
        return Screen([*before, *words], self.folder, has_status=True)


def start_floor(place: Place, rows: int) -> Screen:
    """Start the bare fixed-window app."""
    return Screen([sys.executable, str(FLOOR), str(rows)], place.folder)


def settle(till: Screen) -> None:
    """Wait for the register, and for the devices to have been asked once."""
    till.wait(spaced(0))
    till.wait_status(lambda state: state["screen"] == "register")
    # Before the unit has answered once nothing can be paid; a busy machine takes its time for it.
    till.wait_for(UNIT_READY)
    till.rest(DEVICES_SETTLE_S)


def spaced(amount_ore: int) -> str:
    """Write an amount as the total on the screen."""
    return " ".join(format_kronor(amount_ore))


@contextmanager
def stand(kind: str, script: str = "") -> Iterator[int]:
    """Run a simulated device in a process of its own; gives its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.stand", kind, script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)
