"""`blipp doctor`: what each configured device answers, the database's modes, the config in force.

Each device is asked as the till would ask it, by the same drivers. While a till runs, its devices
are its own: they are not asked, because a second login would take the terminal away from it.
"""

import argparse
from dataclasses import fields, is_dataclass
from itertools import count
from time import sleep
from typing import Final

from core.errors import DeviceError, StoreInUse
from core.facts import Fact, PrinterCondition, TerminalState, TerminalStateChanged
from core.text import clean
from db.lock import DataLock
from devices.control_units.signing import UNIT_ID_MAX
from devices.factory import PrinterConfig, make_control_unit, make_printer, make_terminal
from tui.cli.doctor_data import last_signed, line, tell_data
from tui.cli.place import Place, place_of
from tui.cli.say import say
from tui.cli.version import build
from tui.cli.words import words_of
from tui.clock import SystemClock
from tui.config import Config
from tui.device_words import SENTENCES
from tui.i18n import _

TERMINAL_LIMIT_S: Final = 15.0
_STEP_S: Final = 0.1
_FINAL: Final = frozenset({TerminalState.READY, TerminalState.REFUSED, TerminalState.MAINTENANCE})
_FIRST_SERVICE_ID: Final = 900_000_000
"""Far above what a till's counter reaches: ids of a doctor are never a payment's."""


def run(options: argparse.Namespace) -> int:
    """Ask and tell; 0 all well, 1 not."""
    place = place_of(options)
    say(build())
    is_well = tell_data(place)
    _tell_config(place)
    lock: DataLock | None = None
    try:
        if place.data_dir.is_dir():
            lock = DataLock(place.data_dir)
    except StoreInUse as held:
        told = _("kassan är igång (process {process}): dess enheter frågas inte")
        line(_("Enheter"), told.format(process=held.facts.get("process", "?")))
        return 0 if is_well else 1
    try:
        for name, ask in (
            (_("Kortterminal"), _ask_terminal),
            (_("Kontrollenhet"), _ask_unit),
            (_("Skrivare"), _ask_printer),
        ):
            is_good, words = ask(place)
            line(name, words)
            is_well = is_well and is_good
    finally:
        if lock is not None:
            lock.release()
    return 0 if is_well else 1


Answer = tuple[bool, str]


def _ask_terminal(place: Place) -> Answer:
    """Log in and out again, as the till does at its start."""
    config = place.config.terminal
    if config.driver == "none":
        return True, _("ingen är inställd")
    if not config.has_endpoint:
        return True, _("simuleras inne i kassan")
    heard: list[TerminalStateChanged] = []

    def report(fact: Fact) -> None:
        if isinstance(fact, TerminalStateChanged):
            heard.append(fact)

    terminal = make_terminal(
        config,
        SystemClock(),
        report,
        count(_FIRST_SERVICE_ID),
        is_simulator_allowed=place.is_demo,
        software_version=build(),
    )
    assert terminal is not None
    try:
        for _try in range(int(TERMINAL_LIMIT_S * 10)):
            terminal.tend()
            state = heard[-1].state if heard else TerminalState.CONNECTING
            if state in _FINAL or state is TerminalState.UNREACHABLE:
                break
            sleep(_STEP_S)
        said = heard[-1] if heard else TerminalStateChanged(TerminalState.CONNECTING)
    finally:
        terminal.close()
    return _terminal_words(said, f"{config.driver} {config.host}:{config.port}")


def _terminal_words(said: TerminalStateChanged, where: str) -> Answer:
    words = {
        TerminalState.READY: _("svarar och är redo"),
        TerminalState.REFUSED: _("svarar men får inte användas"),
        TerminalState.UNREACHABLE: _("kan inte nås"),
        TerminalState.MAINTENANCE: _("uppdaterar sig"),
    }.get(said.state, _("svarar inte på inloggningen"))
    tail = f" ({said.text})" if said.text else ""
    simulated = _(" – en simulator") if said.is_simulator else ""
    return said.state is TerminalState.READY, f"{where}: {words}{simulated}{tail}"


def _ask_unit(place: Place) -> Answer:
    config = place.config.control_unit
    if not config.has_endpoint:
        return True, _("simuleras inne i kassan")
    where = f"{config.driver} {config.url or config.device}"
    unit = make_control_unit(
        config, place.config.shop.identity(), is_simulator_allowed=place.is_demo
    )
    try:
        status = unit.poll()
    except DeviceError as error:
        return False, f"{where}: {_device_words(error)}"
    finally:
        unit.close()
    words = _("svarar och är redo") if status.is_ready else _("svarar men är inte redo")
    simulated = _(" – en simulator") if status.is_simulator else ""
    tail = f" ({status.text})" if status.text else ""
    told = f"{where}: {status.unit_id} {words}{simulated}{tail}"
    is_known, compared = _compared(place, status.unit_id)
    return status.is_ready and is_known, f"{told}{compared}"


def _compared(place: Place, unit_id: str) -> Answer:
    """Hold the unit that answers against the one that signed the newest receipt, as the till does.

    A unit that the shop names in its configuration was compared by the driver.
    """
    receipt_no, signed_by = last_signed(place.database)
    if not receipt_no:
        return True, ""
    if unit_id == signed_by:
        return True, _("; samma som på kvitto {number}").format(number=receipt_no)
    words = _("; kvitto {number} är från en annan, {unit_id}")
    told = words.format(number=receipt_no, unit_id=clean(signed_by, UNIT_ID_MAX))
    if place.config.control_unit.unit_id:
        return True, told
    refused = _("kassan säljer inte förrän [control_unit] unit_id nämner den nya")
    return False, f"{told}: {refused}"


def _ask_printer(place: Place) -> Answer:
    config = place.config.printer
    if config.driver == "none":
        return True, _("ingen är inställd")
    if not config.has_endpoint:
        return True, _("simuleras inne i kassan")
    places = {"network": f"{config.host}:{config.port}", "serial": config.device}
    where = f"{config.driver} {places.get(config.driver, config.path)}"
    try:
        condition = _condition(config, is_simulator_allowed=False)
        is_simulator = condition is PrinterCondition.REFUSED
        if is_simulator and place.is_demo:
            condition = _condition(config, is_simulator_allowed=True)
    except DeviceError as error:
        return False, f"{where}: {_device_words(error)}"
    words = {
        PrinterCondition.READY: _("svarar och är redo"),
        PrinterCondition.PAPER_LOW: _("papperet är snart slut"),
        PrinterCondition.PAPER_OUT: _("papperet är slut"),
        PrinterCondition.COVER_OPEN: _("luckan är öppen"),
        PrinterCondition.SILENT: _("ansluten men svarar inte"),
        PrinterCondition.REFUSED: _("svarar men får inte användas"),
    }.get(condition, _("kan inte nås"))
    is_good = condition in (PrinterCondition.READY, PrinterCondition.PAPER_LOW)
    return is_good, f"{where}: {words}" + (_(" – en simulator") if is_simulator else "")


def _condition(config: PrinterConfig, *, is_simulator_allowed: bool) -> PrinterCondition:
    """Ask the printer how it is; it also tells its maker where no simulator may be."""
    printer = make_printer(config, is_simulator_allowed=is_simulator_allowed)
    try:
        printer.warm_up()
        return printer.condition()
    finally:
        printer.close()


def _device_words(error: DeviceError) -> str:
    """Say a device's error with its code, or with what the link or the device itself said."""
    code = str(error.facts.get("code", ""))
    if code in SENTENCES:
        return f"{_(SENTENCES[code])} ({code})"
    told = " ".join(str(error.facts[name]) for name in ("code", "words") if error.facts.get(name))
    words = words_of(error)
    return f"{words} ({told})" if told else words


def _tell_config(place: Place) -> None:
    """Print every key in force; files with secrets by their names only."""
    line(_("Data"), str(place.data_dir))
    line(_("Övningsbutik"), _("ja") if place.is_demo else _("nej"))
    for section in fields(Config):
        value = getattr(place.config, section.name)
        assert is_dataclass(value)
        for field in fields(value):
            line(f"{section.name}.{field.name}", _in_toml(getattr(value, field.name)))


def _in_toml(value: object) -> str:
    """Write a value as the file would; nothing for one that is not given."""
    if isinstance(value, tuple):
        return " / ".join(str(each) for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
