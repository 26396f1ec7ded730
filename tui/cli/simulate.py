"""`blipp simulate terminal|control-unit|printer`: one simulated device on its real wire.

On a terminal it shows its face; with --headless, or where no person looks, it prints one line that
ends in its address and serves until SIGINT or SIGTERM.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from core.frozen import frozen
from tui.cli.options import UsageError
from tui.cli.say import say
from tui.i18n import _

if TYPE_CHECKING:
    from tui.simulator.face import Face

DEFAULT_HTTP_PORT = 8317
_FILE_BYTES_MAX = 100_000


@frozen
class Device:
    """A simulator that is prepared but not started."""

    start: Callable[[], None]
    stop: Callable[[], None]
    where: Callable[[], str]
    """Its address, known after `start`."""
    face: Callable[[], "Face"]


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    makers = {
        "terminal": _terminal,
        "control-unit": _control_unit,
        "printer": _printer,
    }
    device = makers[options.device](options)
    device.start()
    try:
        if options.headless or not (sys.stdin.isatty() and sys.stderr.isatty()):
            _serve(options.device, device)
        else:
            from tui.simulator.alone import FaceApp

            FaceApp(device.face).run()
    finally:
        device.stop()
    return 0


def _serve(name: str, device: Device) -> None:
    """Print the address and wait for a signal."""
    told = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    say(_("{name} lyssnar på {where}").format(name=name, where=device.where()))
    told.wait()


def _terminal(options: argparse.Namespace) -> Device:
    from devices.simulators.terminal import SimulatedTerminal
    from devices.simulators.terminal_script import ScriptWrong, TerminalScript, load_script

    script: TerminalScript | None = None
    if options.script is not None:
        try:
            script = load_script(_text(options.script))
        except ScriptWrong as wrong:
            facts = wrong.facts
            told = (facts["text"], _(str(facts["words"])), facts.get("known", ""))
            words = " ".join(str(part) for part in told if part)
            place = {"file": options.script, "row": facts["line"]}
            raise UsageError(
                _("{file}, rad {row}: {words}").format(words=words, **place)
            ) from wrong
    elif options.headless or not sys.stdin.isatty():
        script = TerminalScript()  # Nobody is there to tap a card.
    terminal = SimulatedTerminal(
        options.host,
        options.port,
        options.poi_id,
        tip_enabled=not options.no_tip,
        script=script,
        ledger_file=options.ledger,
    )

    def face() -> "Face":
        from tui.simulator.terminal_face import TerminalFace

        return TerminalFace(terminal)

    return Device(terminal.start, terminal.stop, lambda: f"{options.host}:{terminal.port}", face)


def _printer(options: argparse.Namespace) -> Device:
    from devices.simulators.printer import SimulatedPrinter

    printer = SimulatedPrinter(options.host, options.port, options.keep_dir, options.columns)

    def face() -> "Face":
        from tui.simulator.printer_face import PrinterFace

        return PrinterFace(printer)

    return Device(printer.start, printer.stop, lambda: f"{options.host}:{printer.port}", face)


def _control_unit(options: argparse.Namespace) -> Device:
    from devices.simulators.control_unit import SimulatedControlUnit
    from devices.simulators.control_unit_http import SimulatedHttpUnit
    from devices.simulators.control_unit_serial import SimulatedSerialUnit

    unit = SimulatedControlUnit(repeat=options.repeat, ledger_file=options.ledger)
    start: Callable[[], None]
    stop: Callable[[], None]
    where: Callable[[], str]
    if options.link is not None:
        _refuse_http_options(options)
        serial = SimulatedSerialUnit(unit, options.link)
        start, stop, where = serial.start, serial.stop, lambda: str(serial.link)
    else:
        http = SimulatedHttpUnit(
            unit,
            options.host,
            DEFAULT_HTTP_PORT if options.http_port is None else options.http_port,
            login=_login(options),
            tls=_tls(options),
        )
        start, stop, where = http.start, http.stop, lambda: http.url

    def face() -> "Face":
        from tui.simulator.control_unit_face import ControlUnitFace

        return ControlUnitFace(unit, where())

    return Device(start, stop, where, face)


def _refuse_http_options(options: argparse.Namespace) -> None:
    given = (options.user, options.password_file, options.tls_cert, options.tls_key)
    if options.http_port is not None or any(given):
        raise UsageError(_("--link är en seriekabel: den har ingen port, användare eller TLS."))


def _login(options: argparse.Namespace) -> tuple[str, Path] | None:
    if bool(options.user) != (options.password_file is not None):
        raise UsageError(_("--user och --password-file hör ihop."))
    return (options.user, options.password_file) if options.user else None


def _tls(options: argparse.Namespace) -> tuple[Path, Path] | None:
    if (options.tls_cert is None) != (options.tls_key is None):
        raise UsageError(_("--tls-cert och --tls-key hör ihop."))
    return None if options.tls_cert is None else (options.tls_cert, options.tls_key)


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(_FILE_BYTES_MAX)
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(_("{file}: filen kan inte läsas").format(file=file)) from exc
