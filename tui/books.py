"""Backup and export from the menu, by the same functions as the command line, beside the selling.

They read whole files, which takes seconds in a shop of years: a thread of its own does it, one work
at a time, and the till thread is handed the outcome for journal and screen. Nothing of the shop is
written here (docs/decisions/010).
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.errors import TillError
from core.frozen import frozen
from core.ports import Clock
from core.text import clean
from tui.i18n import _

PLACE_MAX: Final = 300
FOLDER_NAME: Final = "backup"
"""Beside the data, when `[data] backup` says nothing."""


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
        self, database: Path, witness: Path, folder: Path, program: str, clock: Clock
    ) -> None:
        self._database = database
        self._witness = witness
        self._folder = folder
        self._program = program
        self._clock = clock

    def begin(self, kind: str, report: Callable[[BooksPicture], None]) -> BooksPicture:
        """Begin a backup or export on its own thread; `report` is called there at its end.

        The thread outlives a till that closes: what was begun is finished before the program ends.
        """
        stem = "blipp-export" if kind == "export" else "blipp"
        name = f"{stem}-{self._clock.now():%Y%m%d-%H%M%S}"
        target = self._folder / (name if kind == "export" else f"{name}.db")
        begun = BooksPicture(kind, clean(str(target), PLACE_MAX))
        work = threading.Thread(
            target=lambda: report(self._carry_out(begun, target)), name=f"books-{kind}"
        )
        work.start()
        return begun

    def _carry_out(self, begun: BooksPicture, target: Path) -> BooksPicture:
        """Do the work; whatever the disk or the data say against it becomes words."""
        from db.backup import BackupUnsound
        from tui.cli.verify_words import problem_words
        from tui.cli.words import system_words, words_of

        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            done = self._export(begun, target) if begun.kind == "export" else None
            done = done or self._back_up(begun, target)
            is_same = target.stat().st_dev == self._database.stat().st_dev
            return replace(done, is_running=False, is_same_disk=is_same)
        except BackupUnsound as unsound:
            words = _("Kassans data är inte felfria: {problem}. Kör blipp verify.")
            error = words.format(problem=problem_words(unsound.problem))
        except TillError as refused:
            error = words_of(refused)
        except OSError as failed:
            error = clean(system_words(failed), PLACE_MAX)
        return replace(begun, is_running=False, error=error)

    def _back_up(self, begun: BooksPicture, target: Path) -> BooksPicture:
        from db.backup import back_up

        head = back_up(self._database, self._witness, target)
        return replace(
            begun,
            size_bytes=target.stat().st_size,
            head_seq=head.seq,
            head_hash=head.hash,
            receipt_no=head.receipt_no,
            z_no=head.z_no,
        )

    def _export(self, begun: BooksPicture, folder: Path) -> BooksPicture:
        from db.export import export_json

        export_json(self._database, folder, self._program)
        return replace(begun, size_bytes=sum(file.stat().st_size for file in folder.iterdir()))
