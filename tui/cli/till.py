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
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_S)
    from tui import compose

    return compose.run(place.config, place.data_dir, place.is_demo, options.status_fd)
