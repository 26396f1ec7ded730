"""`blipp restore FILE`: goes on from a backup, and asks the papers how far the numbers had come.

The till must be closed. Numbers go on behind the largest of backup, witness and paper; the journal,
X, Z and `blipp verify` name what is lost.
"""

import argparse
import sys
from pathlib import Path

from core.errors import StoreDamaged
from db.backup import BackupUnsound
from db.lock import DataLock
from db.read_copy import reading_copy
from db.restore import Known, known_of, prospect_of, restore
from db.witness import WitnessLine, read_witness
from tui.cli.options import UsageError
from tui.cli.place import Place, place_of
from tui.cli.restore_questions import Given, confirm, told_by_person
from tui.cli.say import say
from tui.cli.verify_words import numbers_words, problem_words
from tui.clock import SystemClock
from tui.compose import witness_path
from tui.i18n import _
from tui.register_binding import check_register


def run(options: argparse.Namespace) -> int:
    """Restore; 0 done, 1 the backup is not sound, 2 usage, 3 disk, 4 a till is running."""
    place = place_of(options)
    file = _file(place, options)
    place.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = DataLock(place.data_dir)
    try:
        return _restore(place, file, options)
    finally:
        lock.release()


def _file(place: Place, options: argparse.Namespace) -> Path:
    """Say which file is put back. Raises UsageError."""
    if options.same_file == (options.file is not None):
        raise UsageError(_("Ange säkerhetskopian, eller --same-file när vittnesfilen är förlorad."))
    file: Path = options.file or place.database
    if not file.is_file():
        raise UsageError(_("{file}: filen finns inte").format(file=file))
    if not file.stat().st_size:
        raise UsageError(_("{file}: filen är tom").format(file=file))
    if options.file is not None and file.resolve() == place.database.resolve():
        words = _("{file}: det är kassans egen databas. Är vittnesfilen förlorad: --same-file")
        raise UsageError(words.format(file=file))
    return file


def _restore(place: Place, file: Path, options: argparse.Namespace) -> int:
    witness = witness_path(place.config, place.data_dir)
    lines = read_witness(witness)
    known = _known(place, file, lines)
    if options.same_file and lines:
        raise UsageError(
            _("{file}: vittnesfilen finns, och --same-file är för en som är förlorad").format(
                file=witness
            )
        )
    ask = _ask if sys.stdin.isatty() else None
    numbers = options.last_receipt, options.last_z
    given = Given(options.by, *numbers, options.large_gap, options.same_file)
    told = told_by_person(given, known, ask)
    if not confirm(told, known, prospect_of(known, told), ask):
        say(_("Inget är återlagt."))
        return 1
    try:
        done = restore(file, place.database, witness, lines, told, SystemClock().now())
    except BackupUnsound as unsound:
        say(_("Fel: {problem}").format(problem=problem_words(unsound.problem)))
        say(_("Inget är återlagt: säkerhetskopian är inte felfri."))
        return 1
    if options.same_file:
        say(_("Vittnesfilen är börjad på nytt av {by}: {file}").format(by=told.by, file=witness))
    else:
        say(_("{file} är återlagd av {by}.").format(file=file, by=told.by))
    if done.lost_last >= done.lost_first:
        words = _("Kvitto {numbers} saknas i journalen; X, Z och blipp verify nämner det.")
        say(words.format(numbers=numbers_words(done.lost_first, done.lost_last)))
    say(
        _("Nästa kvitto får nummer {receipt_no}, nästa Z-rapport {z_no}.").format(
            receipt_no=done.next_receipt_no, z_no=done.next_z_no
        )
    )
    if place.database.with_name(done.kept_as).exists():
        say(_("Det som låg där före finns kvar som {name}.").format(name=done.kept_as))
    return 0


def _known(place: Place, file: Path, lines: tuple[WitnessLine, ...]) -> Known:
    """Say what file and witness know. Raises ConfigError for another shop's or register's file."""
    try:
        with reading_copy(file, SystemClock().now()) as store:
            check_register(store, place.config, is_demo=place.is_demo)
            return known_of(store, lines)
    except StoreDamaged as error:
        if error.facts.get("reason") != "corrupt":
            raise
        words = _("{file}: är ingen databas, eller är skadad. Inget är återlagt.")
        raise UsageError(words.format(file=file)) from error


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError as error:
        raise UsageError(_("Inget är återlagt.")) from error
