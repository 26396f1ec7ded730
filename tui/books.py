"""Backup and export from the menu, by the same functions as the command line, beside the selling.

They read whole files and verify them, which computes for half a minute in a shop of years: a
process of its own does it (tui/books_work.py, docs/decisions/013), one at a time. A thread waits
for it and hands the till thread the outcome for journal and screen. Nothing of the shop is written
here (docs/decisions/010).
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core.frozen import frozen
from core.ports import Clock
from core.text import clean
from tui.i18n import _

PLACE_MAX: Final = 300
FOLDER_NAME: Final = "backup"
"""Beside the data, when `[data] backup` says nothing."""
WORK: Final = ("-P", "-m", "tui.books_work")
"""What Python runs: no module of the folder that the till was started in."""
_LOGGED_MAX: Final = 2_000

_log = logging.getLogger("blipp.books")


@frozen
class BooksPicture:
    """The newest backup or export, for the screen and for the journal."""

    kind: str
    """backup | export."""
    place: str
    is_running: bool = True
    error: str = ""
    """Why there is none, in the screens' language; empty = done or running."""
    size_bytes: int = 0
    is_same_disk: bool = False
    """It lies on the disk of the data, and goes with it."""
    is_unwitnessed: bool = False
    """There was no witness to hold it against."""
    head_seq: int = 0
    """The newest journal row in a backup."""
    head_hash: str = ""
    receipt_no: int = 0
    z_no: int = 0

    @property
    def is_done(self) -> bool:
        """Say whether it is there, whole."""
        return not self.is_running and not self.error

    def facts(self) -> dict[str, str | int]:
        """Give what the journal tells of one that is done."""
        facts: dict[str, str | int] = {"place": self.place, "size_bytes": self.size_bytes}
        if self.kind == "backup":
            facts |= {"head_seq": self.head_seq, "head_hash": self.head_hash}
        return facts


class Books:
    """Makes backups and exports of one shop into one folder."""

    def __init__(
        self,
        database: Path,
        witness: Path,
        folder: Path,
        clock: Clock,
        *,
        program: str,
        language: str,
    ) -> None:
        self._database = database
        self._witness = witness
        self._folder = folder
        self._clock = clock
        self._program = program
        self._language = language

    def begin(self, kind: str, report: Callable[[BooksPicture], None]) -> BooksPicture:
        """Begin a backup or export; `report` is called at its end, on a thread of its own.

        The thread outlives a till that closes: what was begun is finished before the program ends.
        With a till that is killed the work ends too.
        """
        stem = "blipp-export" if kind == "export" else "blipp"
        name = f"{stem}-{self._clock.now():%Y%m%d-%H%M%S}"
        target = self._folder / (name if kind == "export" else f"{name}.db")
        begun = BooksPicture(kind, clean(str(target), PLACE_MAX))
        work = threading.Thread(
            target=lambda: report(self._wait_for(begun, target)), name=f"books-{kind}"
        )
        work.start()
        return begun

    def _wait_for(self, begun: BooksPicture, target: Path) -> BooksPicture:
        """Have the work done; whatever goes against it becomes words, and the till sells on."""
        try:
            told = self._work(begun.kind, target)
        except OSError as failed:
            from tui.cli.words import system_words

            told = {"error": clean(system_words(failed), PLACE_MAX)}
        return replace(begun, is_running=False, **told)

    def _work(self, kind: str, target: Path) -> dict[str, Any]:
        """Run the process to its end; gives fields of the picture. Raises OSError."""
        places = (str(self._database), str(self._witness), str(target))
        words = [sys.executable, *WORK, kind, *places, self._program, self._language]
        # It reads the end of this pipe when the till is gone, however it went.
        held_in, held = os.pipe()
        try:
            done = subprocess.run(
                words, stdin=held_in, capture_output=True, start_new_session=True, check=False
            )
        finally:
            os.close(held_in)
            os.close(held)
        if done.returncode:
            from db.backup import PART

            # Killed outright it could not clean up.
            target.with_name(target.name + PART).unlink(missing_ok=True)
            why = clean(done.stderr.decode("utf-8", "replace")[-_LOGGED_MAX:], _LOGGED_MAX)
            _log.error("the %s ended with %d: %s", kind, done.returncode, why)
            return {"error": _("Arbetet avbröts. Vad som hände står i till.log.")}
        fields: dict[str, Any] = json.loads(done.stdout)
        return fields
