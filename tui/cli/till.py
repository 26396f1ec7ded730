"""`blipp run`: the till, full screen."""

import argparse
import os
import sys
from typing import Final

from tui.cli.options import UsageError
from tui.cli.place import place_of
from tui.i18n import _

FRAMES_PER_S: Final = "240"
"""A second repaint waits for the next frame: 4 ms instead of 16. Read when Textual is imported."""


def run(options: argparse.Namespace) -> int:
    """Run the till until it is closed."""
    place = place_of(options, may_guess=False)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(_("Kassan behöver en terminal: starta den i ett terminalfönster."))
    _check_open(options.status_fd)
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_S)
    from tui import compose

    return compose.run(place.config, place.data_dir, place.is_demo, options.status_fd)


def _check_open(number: int | None) -> None:
    """Refuse a status stream that nobody opened. Raises UsageError."""
    if number is None:
        return
    try:
        os.fstat(number)
    except (OSError, OverflowError) as error:
        words = _("--status-fd {number}: den filbeskrivaren är inte öppen")
        raise UsageError(words.format(number=number)) from error
