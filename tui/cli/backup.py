"""`blipp backup FILE`: a copy of the data while the till runs, verified before it is told."""

import argparse
from pathlib import Path

from db.backup import BackupUnsound, back_up
from db.witness import read_witness
from tui.cli.options import UsageError
from tui.cli.place import DATABASE_NAME, data_of
from tui.cli.say import say
from tui.cli.verify_words import problem_words
from tui.compose import witness_at
from tui.i18n import _


def run(options: argparse.Namespace) -> int:
    """Back up; 0 done and sound, 1 the shop's data are not sound, 2 usage, 3 cannot be written."""
    directory, place = data_of(options)
    database, target = directory / DATABASE_NAME, Path(options.file)
    if not database.is_file():
        raise UsageError(_("{folder}: där finns ingen butik").format(folder=directory))
    if target.exists():
        raise UsageError(_("{file}: finns redan, och skrivs aldrig över").format(file=target))
    witness = witness_at(place, directory)
    if not read_witness(witness):
        words = _("Vittnesfilen saknas eller är tom ({file}): kopian hålls inte mot den.")
        say(words.format(file=witness))
    try:
        head = back_up(database, witness, target)
    except BackupUnsound as unsound:
        told = _("Fel: {problem}").format(problem=problem_words(unsound.problem))
        say(told)
        say(_("Ingen säkerhetskopia är gjord: kassans data är inte felfria."))
        return 1
    say(_("{file}: säkerhetskopian är gjord och kontrollerad.").format(file=target))
    say(
        _("Journalen till rad {seq}, kvitto {receipt_no}, Z-rapport {z_no}.").format(
            seq=head.seq, receipt_no=head.receipt_no, z_no=head.z_no
        )
    )
    say(_("Kontrollsumma {hash}").format(hash=head.hash))
    return 0
