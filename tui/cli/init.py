"""`blipp init FILE`: a commented configuration to fill in, and an empty shop beside it.

Nothing that exists is ever written over. The register is bound to its organisation number by the
till's first start, not here, because the file still has blanks.
"""

import argparse
import os
from importlib.resources import files
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from core.journal import GENESIS
from core.layout_file import default_layout
from core.payload import canonical
from core.vat_table import STANDARD_VAT_RATES
from db.catalog import CatalogueStore
from db.lock import DataLock
from db.store import SqliteStore
from tui.cli.place import DATABASE_NAME
from tui.clock import SystemClock
from tui.config import load_data
from tui.i18n import _

OPERATOR: Final = "blipp init"
"""Who made the shop, in the journal."""


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
    prepare(directory)
    print(_("{file} är skriven och {folder} är en tom butik.").format(file=file, folder=directory))
    print(
        _("Fyll i filen. Läs in varor: blipp import articles VAROR.csv --config {file}").format(
            file=file
        )
    )
    print(_("Starta kassan: blipp --config {file}").format(file=file))
    return 0


def prepare(directory: Path) -> None:
    """Make an empty shop: VAT rates and the default panel; a shop that is there stays as it is."""
    os.umask(0o077)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = DataLock(directory)
    clock = SystemClock()
    try:
        store = SqliteStore(directory / DATABASE_NAME, clock.now())
        try:
            if store.journal_head()[1] == GENESIS and not store.quick_keys():
                _fill(store, clock)
        finally:
            store.close()
    finally:
        lock.release()


def _fill(store: SqliteStore, clock: SystemClock) -> None:
    catalogue = CatalogueStore()
    panel = default_layout(())
    with store.unit_of_work() as uow:
        catalogue.put_vat_rates(uow.connection, STANDARD_VAT_RATES)
        catalogue.replace_layout(uow.connection, panel)
        uow.put_setting("demo", "0")
        for kind, note in (
            ("vat-changed", {"rates": len(STANDARD_VAT_RATES)}),
            ("layout-changed", {"keys": len(panel)}),
        ):
            uow.append_journal(clock.now(), kind, OPERATOR, canonical(note))
        uow.commit()
