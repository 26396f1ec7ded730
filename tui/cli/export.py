"""`blipp export json DIR`: the shop's books for checks from outside, read from a copy."""

import argparse
from pathlib import Path

from db.export import export_json
from tui.cli.options import UsageError
from tui.cli.place import DATABASE_NAME, data_of
from tui.cli.say import say
from tui.compose import program
from tui.i18n import _


def run(options: argparse.Namespace) -> int:
    """Export; 0 done, 2 usage, 3 cannot be read or written."""
    directory, _witness = data_of(options)
    folder: Path = options.folder
    if not (directory / DATABASE_NAME).is_file():
        raise UsageError(_("{folder}: där finns ingen butik").format(folder=directory))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(_("{folder}: finns redan och är inte tom").format(folder=folder))
    counts = export_json(directory / DATABASE_NAME, folder, program())
    for name, count in counts.items():
        say(f"{name + '.jsonl':<16} {count}")
    say(_("{folder} är skriven.").format(folder=folder))
    return 0
