"""What may stand on the command line, and which function carries it out.

A command's module is imported when that command is given and not before, so that `blipp` alone
starts as fast as the till can. Errors of usage are worded in Swedish, in one line.
"""

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from core.frozen import frozen
from tui.cli.language import make_argparse_speak_it
from tui.cli.say import say
from tui.i18n import _

Act = Callable[[argparse.Namespace], int]

COMMANDS: Final = (
    *("run", "init", "simulate", "import", "report", "verify", "doctor"),
    *("export", "backup", "restore"),
)
EXPORTS: Final = ("json", "sie", "journal", "articles")
FACES: Final = ("terminal", "control-unit", "printer")

NUMBER_DIGITS: Final = 12
"""Of a receipt or Z number from paper: far more than any till reaches, restores counted in."""


class UsageError(Exception):
    """The command line cannot be read; the text says why."""


@frozen
class Chosen:
    """A command that was read."""

    options: argparse.Namespace
    act: Act


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            _("Kommandot går inte att läsa ({message}). Se blipp --help").format(message=message)
        )


class _Version(argparse.Action):
    """Looks the version up only when somebody asks."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> None:
        """Print it and leave."""
        from tui.cli.version import build

        say(build())
        parser.exit()


def parse(argv: Sequence[str]) -> Chosen:
    """Read a command line; `blipp` alone is `blipp run`. Raises UsageError, SystemExit for help."""
    given = list(argv)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "run")
    if given[0] == "export" and given[1:2] and given[1] in EXPORTS[1:]:
        return Chosen(argparse.Namespace(), _not_yet)
    if given[0] not in COMMANDS and not given[0].startswith("-"):
        raise UsageError(_unknown(given[0]))
    options = _parser().parse_args(given)
    return Chosen(options, _act(options.module))


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    near = next(iter(get_close_matches(word, COMMANDS, 1)), "")
    if near:
        return _("Okänt kommando: {word}. Menade du {near}?").format(word=word, near=near)
    return _("Okänt kommando: {word}. Se blipp --help").format(word=word)


def _not_yet(_options: argparse.Namespace) -> int:
    raise UsageError(_("Det finns inte än i denna version."))


def _act(module: str) -> Act:
    """Give a command's `run`, imported at its call."""

    def act(options: argparse.Namespace) -> int:
        code: int = import_module(f"tui.cli.{module}").run(options)
        return code

    return act


def _parser() -> argparse.ArgumentParser:
    make_argparse_speak_it()
    parser = _Parser(prog="blipp", description=_("Ett svenskt kassaregister i terminalen."))
    parser.add_argument("--version", action=_Version, nargs=0, help=_("visa versionen"))
    commands = parser.add_subparsers(required=True, metavar=_("KOMMANDO"), parser_class=_Parser)
    _add_run(commands)
    _add_init(commands)
    _add_simulate(commands)
    _add_import(commands)
    _add_report(commands)
    verify = _add(commands, "verify", "verify", _("kontrollera journal, nummer och summor"))
    _add_shop(verify)
    doctor = _add(commands, "doctor", "doctor", _("fråga varje enhet och visa inställningarna"))
    _add_shop(doctor)
    _add_backup(commands)
    _add_restore(commands)
    _add_export(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def _add(commands: Commands, name: str, module: str, words: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(module=module)
    return parser


def _add_shop(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar=_("FIL"), help=_("inställningarna, en TOML-fil")
    )
    parser.add_argument("--data", type=Path, metavar=_("MAPP"), help=_("var kassans data ligger"))
    parser.add_argument("--demo", action="store_true", help=_("övningsbutiken"))


def _add_run(commands: Commands) -> None:
    run = _add(commands, "run", "till", _("kassan, i hela terminalen"))
    _add_shop(run)
    run.add_argument(
        "--status-fd", type=int, metavar="N", help=_("skriv läget som JSON på filbeskrivare N")
    )


def _add_init(commands: Commands) -> None:
    init = _add(commands, "init", "init", _("skriv en inställningsfil och gör en tom butik"))
    init.add_argument("file", type=Path, metavar=_("FIL"))


def _add_import(commands: Commands) -> None:
    load = _add(commands, "import", "articles", _("läs in artiklar från en CSV-fil"))
    load.add_argument("what", choices=("articles",), metavar="articles")
    load.add_argument("file", type=Path, metavar=_("FIL.csv"))
    _add_shop(load)


def _add_backup(commands: Commands) -> None:
    words = _("en säkerhetskopia medan kassan går, kontrollerad innan kommandot är klart")
    backup = _add(commands, "backup", "backup", words)
    backup.add_argument("file", type=Path, metavar=_("FIL"))
    _add_shop(backup)


def _add_export(commands: Commands) -> None:
    words = _("böckerna för kontroll utifrån, från en kopia (json; sie, journal, articles kommer)")
    export = _add(commands, "export", "export", words)
    export.add_argument("what", choices=EXPORTS[:1], metavar="json")
    export.add_argument("folder", type=Path, metavar=_("MAPP"))
    _add_shop(export)


def _add_restore(commands: Commands) -> None:
    words = _("gå vidare från en säkerhetskopia, utan att något nummer används igen")
    restore = _add(commands, "restore", "restore", words)
    restore.add_argument("file", type=Path, nargs="?", metavar=_("FIL"))
    words = _("behåll kassans egen databas: vittnesfilen är förlorad och börjas på nytt")
    restore.add_argument("--same-file", action="store_true", help=words)
    words = _("sista kvittots nummer, från papperet; 0 om det inte finns")
    restore.add_argument("--last-receipt", type=_paper_number, metavar="N", help=words)
    words = _("sista Z-rapportens nummer, från papperet; 0 om det inte finns")
    restore.add_argument("--last-z", type=_paper_number, metavar="N", help=words)
    restore.add_argument("--by", metavar=_("NAMN"), help=_("vem som återlägger"))
    words = _("numren från papperet är rätt, fast de är långt över det som är känt")
    restore.add_argument("--large-gap", action="store_true", help=words)
    _add_shop(restore)


def _add_report(commands: Commands) -> None:
    report = _add(commands, "report", "reports", _("X- eller Z-rapporten som text"))
    report.add_argument("kind", choices=("x", "z"), metavar="x|z")
    report.add_argument("number", type=int, nargs="?", metavar="N", help=_("Z-rapportens nummer"))
    _add_shop(report)


def _add_simulate(commands: Commands) -> None:
    simulate = commands.add_parser(
        "simulate", help=_("en simulerad enhet"), description=_("En simulerad enhet, för sig.")
    )
    devices = simulate.add_subparsers(required=True, metavar=_("ENHET"), parser_class=_Parser)
    for name in FACES:
        device = _add(devices, name, "simulate", _("simulera: {name}").format(name=name))
        device.set_defaults(device=name)
        device.add_argument("--host", default="127.0.0.1", metavar="H")
        device.add_argument(
            "--headless", action="store_true", help=_("utan ansikte: en rad, sedan tyst")
        )
        if name != "printer":
            words = _("minns över enhetens slut, i den här filen")
            device.add_argument("--ledger", type=Path, metavar=_("FIL"), help=words)
        if name == "terminal":
            _add_terminal(device)
        elif name == "control-unit":
            _add_control_unit(device)
        else:
            device.add_argument("--port", type=_port, default=9100, metavar="P")
            device.add_argument("--keep-dir", type=Path, help=_("spara papperen som text här"))
            device.add_argument("--columns", type=int, default=48, metavar="N")


def _add_terminal(device: argparse.ArgumentParser) -> None:
    device.add_argument("--port", type=_port, default=3000, metavar="P")
    device.add_argument("--poi-id", default="80000082", metavar="N")
    device.add_argument("--no-tip", action="store_true", help=_("fråga aldrig om dricks"))
    device.add_argument("--script", type=Path, metavar=_("FIL"), help=_("spela i stället för kund"))


def _add_control_unit(device: argparse.ArgumentParser) -> None:
    device.add_argument("--link", type=Path, metavar=_("SÖKVÄG"), help=_("på en seriekabel"))
    device.add_argument("--http-port", type=_port, metavar="P", help=_("i molnet (förvalt)"))
    device.add_argument("--user", default="", metavar="U")
    device.add_argument("--password-file", type=Path, metavar="F")
    device.add_argument("--tls-cert", type=Path, metavar="C")
    device.add_argument("--tls-key", type=Path, metavar="K")
    device.add_argument("--repeat", choices=("same", "refuse", "new"), default="same")


def _paper_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS):
        raise argparse.ArgumentTypeError(_("ett nummer, eller 0 om det inte finns"))
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65_535):
        raise argparse.ArgumentTypeError(_("0-65535"))
    return int(text)
