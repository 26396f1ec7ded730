"""`blipp run`: the till, full screen."""

import argparse
import sys

from tui.cli.options import UsageError
from tui.cli.place import place_of
from tui.i18n import _


def run(options: argparse.Namespace) -> int:
    """Run the till until it is closed."""
    place = place_of(options, may_guess=False)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(_("Kassan behöver en terminal: starta den i ett terminalfönster."))
    from tui import compose

    return compose.run(place.config, place.data_dir, place.is_demo, options.status_fd)
