"""`blipp verify`: says whether the shop's data is sound, or names the first row that is not."""

import argparse

from db.verify import verify_shop
from tui.cli.options import UsageError
from tui.cli.place import DATABASE_NAME, data_of
from tui.cli.say import say
from tui.cli.verify_words import gap_words, problem_words
from tui.compose import witness_at
from tui.i18n import _


def run(options: argparse.Namespace) -> int:
    """Verify; 0 sound, 1 not."""
    directory, place = data_of(options)
    if not (directory / DATABASE_NAME).is_file():
        raise UsageError(_("{folder}: där finns ingen butik").format(folder=directory))
    report = verify_shop(directory, witness_at(place, directory))
    if report.is_sound:
        words = _("Felfritt (sound): {count} rader i databasens alla tabeller är kontrollerade.")
        say(words.format(count=report.rows_checked))
        for gap in report.gaps:
            say(gap_words(gap))
        return 0
    assert report.problem is not None
    say(_("Fel: {problem}").format(problem=problem_words(report.problem)))
    return 1
