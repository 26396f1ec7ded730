"""The process that makes one backup or export for a running till.

Run as `python -P -m tui.books_work KIND DATABASE WITNESS TARGET PROGRAM LANGUAGE`; prints the
fields of `BooksPicture` that it knows as one JSON object. It gives way to the till, which sells
meanwhile, and ends with it: its standard input is a pipe that is never written to, only closed.
"""

import json
import os
import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from core.errors import TillError
from core.text import clean
from tui.books import PLACE_MAX
from tui.cli.say import say
from tui.i18n import _, set_language
from tui.process_guard import switch_off_core_dumps

INTERRUPTED: Final = 130
_NICE: Final = 10
"""Of two that want to compute the till comes first, also on a computer with one processor."""


def main(argv: Sequence[str]) -> int:
    """Do the work; 0 when it was done or refused in words."""
    kind, database, witness, target, program, language = argv
    switch_off_core_dumps()
    os.umask(0o077)
    os.nice(_NICE)
    set_language(language)
    # Set anew: a program that was started in the background has some ignored. A computer that is
    # shut down ends us by SIGTERM.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        threading.Thread(target=_end_with_till, name="till-watch", daemon=True).start()
        told = carry_out(kind, Path(database), Path(witness), Path(target), program)
    except KeyboardInterrupt:
        return INTERRUPTED
    say(json.dumps(told))
    return 0


def _end_with_till() -> None:
    """Wait for the till's end, and leave nothing half done behind it."""
    while os.read(0, 1):
        pass
    interrupt_main()


def carry_out(
    kind: str, database: Path, witness: Path, target: Path, program: str
) -> dict[str, Any]:
    """Make it; whatever the disk or the data say against it becomes words under `error`."""
    from db.backup import BackupUnsound
    from tui.cli.verify_words import problem_words
    from tui.cli.words import system_words, words_of

    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if kind == "export":
            told = _export(database, target, program)
        else:
            told = _back_up(database, witness, target)
        told["is_same_disk"] = target.stat().st_dev == database.stat().st_dev
    except BackupUnsound as unsound:
        words = _("Kassans data är inte felfria: {problem}. Kör blipp verify.")
        return {"error": words.format(problem=problem_words(unsound.problem))}
    except TillError as refused:
        return {"error": words_of(refused)}
    except OSError as failed:
        return {"error": clean(system_words(failed), PLACE_MAX)}
    return told


def _back_up(database: Path, witness: Path, target: Path) -> dict[str, Any]:
    from db.backup import back_up
    from db.witness import read_witness

    is_unwitnessed = not read_witness(witness)
    head = back_up(database, witness, target)
    return {
        "is_unwitnessed": is_unwitnessed,
        "size_bytes": target.stat().st_size,
        "head_seq": head.seq,
        "head_hash": head.hash,
        "receipt_no": head.receipt_no,
        "z_no": head.z_no,
    }


def _export(database: Path, folder: Path, program: str) -> dict[str, Any]:
    from db.export import export_json

    export_json(database, folder, program)
    return {"size_bytes": sum(file.stat().st_size for file in folder.iterdir())}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
