"""`blipp init FILE`: a commented configuration to fill in, and an empty shop beside it.

Nothing that exists is ever written over. The register is bound to its organisation number by the
till's first start, not here, because the file still has blanks.
"""

import argparse
import os
from importlib.resources import files
from pathlib import Path

from core.errors import ConfigError, TillError
from db.files import is_gone
from db.lock import DataLock
from db.store import SqliteStore
from tui.cli.place import DATABASE_NAME
from tui.cli.say import say
from tui.clock import SystemClock
from tui.compose import check_shop_is_there, witness_at
from tui.config import load_data
from tui.i18n import _
from tui.new_shop import OPERATOR, fill_new_shop


def run(options: argparse.Namespace) -> int:
    """Write the file and prepare the shop. Raises ConfigError when the file is there."""
    file: Path = options.file
    file.parent.mkdir(parents=True, exist_ok=True)
    text = (files("tui.cli") / "template.toml").read_text("utf-8")
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError as exc:
        raise ConfigError(file=str(file), key="", reason="file-exists") from exc
    directory = load_data(file).dir
    assert directory is not None
    try:
        is_new = is_gone(directory / DATABASE_NAME)
        check_shop_is_there(directory, witness_at(load_data(file).witness, directory))
        prepare(directory)
    except (OSError, TillError):
        file.unlink(missing_ok=True)  # So that the same command can be given again.
        raise
    words = _("{file} är skriven och {folder} är en tom butik.")
    if not is_new:
        words = _("{file} är skriven. I {folder} låg redan en butik: den är som den var.")
    say(words.format(file=file, folder=directory))
    say(
        _("Fyll i filen. Läs in varor: blipp import articles VAROR.csv --config {file}").format(
            file=file
        )
    )
    say(_("Starta kassan: blipp --config {file}").format(file=file))
    return 0


def prepare(directory: Path) -> None:
    """Make an empty shop with VAT rates and a panel; one that is there keeps what it has."""
    os.umask(0o077)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = DataLock(directory)
    clock = SystemClock()
    try:
        store = SqliteStore(directory / DATABASE_NAME, clock.now())
        try:
            fill_new_shop(store, clock)
            if store.setting("demo") is None:
                with store.unit_of_work() as uow:
                    uow.put_setting(clock.now(), OPERATOR, "demo", "0")
                    uow.commit()
        finally:
            store.close()
    finally:
        lock.release()
