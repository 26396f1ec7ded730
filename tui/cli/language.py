"""The language of the command line: that of the configuration it is given, else Swedish.

It is wanted before anything is judged, so that a wrong word is answered in the right language; a
file that cannot be read is told of later, by the command itself.
"""

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tui.i18n import LANGUAGES, N_, _, ngettext_

DEFAULT_FILE: Final = Path("blipp.toml")
_SWEDISH: Final = LANGUAGES[0]


def language_of(argv: Sequence[str]) -> str:
    """Give the language of the file that the command line names, or finds."""
    try:
        file = _file(argv)
        if file is None:
            return _SWEDISH
        with file.open("rb") as opened:
            language = tomllib.load(opened).get("shop", {}).get("language")
    except (OSError, ValueError, AttributeError):
        return _SWEDISH
    return language if language in LANGUAGES else _SWEDISH


def _file(argv: Sequence[str]) -> Path | None:
    for word, after in zip(argv, (*argv[1:], ""), strict=True):
        if word == "--config" and after:
            return Path(after)
        if word.startswith("--config="):
            return Path(word.partition("=")[2])
    return DEFAULT_FILE if "--demo" not in argv and DEFAULT_FILE.is_file() else None


ARGPARSE: Final[Mapping[str, str]] = {
    "usage: ": N_("användning: "),
    "positional arguments": N_("argument"),
    "options": N_("flaggor"),
    "subcommands": N_("kommandon"),
    "show this help message and exit": N_("visa den här hjälpen"),
    "argument %(argument_name)s: %(message)s": N_("%(argument_name)s: %(message)s"),
    "unrecognized arguments: %s": N_("okända argument: %s"),
    "ambiguous option: %(option)s could match %(matches)s": N_("%(option)s kan betyda %(matches)s"),
    "invalid choice: %(value)r (choose from %(choices)s)": N_(
        "%(value)r går inte, välj bland %(choices)s"
    ),
    "invalid %(type)s value: %(value)r": N_("ska vara ett heltal, inte %(value)r"),
    "expected one argument": N_("ett argument saknas efter"),
    "expected at most one argument": N_("för många argument efter"),
    "expected at least one argument": N_("minst ett argument saknas efter"),
    "the following arguments are required: %s": N_("det här saknas: %s"),
    "one of the arguments %s is required": N_("något av %s saknas"),
    "not allowed with argument %s": N_("går inte ihop med %s"),
    "ignored explicit argument %r": N_("tar inget värde, inte heller %r"),
    "unknown parser %(parser_name)r (choices: %(choices)s)": N_(
        "%(parser_name)r går inte, välj bland %(choices)s"
    ),
    "%(prog)s: error: %(message)s\n": N_("%(prog)s: %(message)s\n"),
}
"""What argparse may say to people -> our text."""
MANY: Final[Mapping[str, tuple[str, str]]] = {
    "expected %s argument": (N_("%s argument saknas efter"), N_("%s argument saknas efter")),
}


def _told(text: str) -> str:
    return _(ARGPARSE[text]) if text in ARGPARSE else text


def _told_many(one: str, many: str, count: int) -> str:
    return ngettext_(*MANY[one], count) if one in MANY else (one if count == 1 else many)


def make_argparse_speak_it() -> None:
    """Give argparse our texts: it looks each of its own up under the two names of gettext."""
    vars(argparse).update(_=_told, ngettext=_told_many)
