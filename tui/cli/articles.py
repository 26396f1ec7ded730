"""`blipp import articles FILE.csv`: adds and changes articles, all or nothing.

The till may be running: the file is judged and written within one unit of work on the store, and
every changed article is journalled with its old and its new values in that same commit (sweden
R10). New departments get a key on the panel.
"""

import argparse
from getpass import getuser
from pathlib import Path
from typing import Final

from core.article_file import FILE_BYTES_MAX, ArticleChange, ArticleFile, parse_article_bytes
from core.layout_file import with_departments
from core.money import format_plain
from core.text import clean
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.store import SqliteStore
from devices.printers.encoder import EscposEncoder
from tui.cli.options import UsageError
from tui.cli.place import DATABASE_NAME, code_page_of, data_of
from tui.cli.say import padded, say
from tui.cli.words import row_words
from tui.clock import SystemClock
from tui.compose import check_shop_is_there, witness_at
from tui.i18n import _
from tui.new_shop import add_missing

NAME_LENGTH_MAX: Final = 40


def run(options: argparse.Namespace) -> int:
    """Read the file into the shop; 1 with the bad rows named."""
    directory, witness = data_of(options)
    code_page = code_page_of(options)
    file: Path = options.file
    if not file.is_file():
        raise UsageError(_("{file}: filen finns inte").format(file=file))
    with file.open("rb") as opened:
        data = opened.read(FILE_BYTES_MAX + 1)
    if not directory.is_dir():
        raise UsageError(_("{folder}: där finns ingen butik").format(folder=directory))
    check_shop_is_there(directory, witness_at(witness, directory))
    clock = SystemClock()
    store = SqliteStore(directory / DATABASE_NAME, clock.now())
    try:
        read, changes = load(store, data, clock)
    finally:
        store.close()
    if read.errors:
        for error in read.errors:
            say(row_words(error))
        say(_("Inget är ändrat: {count} fel.").format(count=len(read.errors)))
        return 1
    _report(read, changes, code_page)
    return 0


def operator() -> str:
    """Say who changes the articles, for the journal: the login name on this computer (R10)."""
    try:
        name = getuser()
    except (KeyError, OSError):
        name = "?"  # A computer may know no name for the user's number.
    return f"blipp import ({clean(name, NAME_LENGTH_MAX)})"


def load(
    store: SqliteStore, data: bytes, clock: SystemClock
) -> tuple[ArticleFile, tuple[ArticleChange, ...]]:
    """Judge and write a file in one unit of work; with errors nothing is written."""
    catalogue = CatalogueStore()
    with store.unit_of_work() as uow:
        connection = uow.connection
        read = parse_article_bytes(data, catalogue.view(connection))
        if read.errors:
            return read, ()
        add_missing(uow, catalogue, clock)
        writer = CatalogueWriter(uow, catalogue, clock.now(), operator())
        changes = writer.put_articles(read)
        if changes.departments:
            panel = catalogue.quick_keys(connection)
            writer.replace_layout(with_departments(panel, changes.departments))
        uow.commit()
    return read, changes.articles


def _report(read: ArticleFile, changes: tuple[ArticleChange, ...], code_page: str) -> None:
    """Say what became of each row, and what of its name the receipt can not show."""
    changed = {change.after.number: change for change in changes}
    encoder = EscposEncoder(code_page)
    for row in read.rows:
        change = changed.get(row.article.number)
        words = _("oförändrad") if change is None else _words(change)
        say(f"{row.row:>6}  {padded(row.article.number, 20)}  {words}")
        lost = encoder.lost(row.article.name)
        if lost:
            told = _("papperet kan inte visa {signs} i namnet: där står {shown}")
            name = encoder.printable(row.article.name)
            say(f"{'':>6}  {'':<20}  {told.format(signs=lost, shown=name)}")
    new_count = sum(change.before is None for change in changes)
    say(
        _("{new} nya, {changed} ändrade, {same} oförändrade.").format(
            new=new_count, changed=len(changes) - new_count, same=len(read.rows) - len(changes)
        )
    )
    if changes:
        say(_("Är kassan igång har den varorna vid nästa knapptryck."))


def _words(change: ArticleChange) -> str:
    if change.before is None:
        return _("ny, {price}").format(price=_price(change.after.price_ore))
    if change.is_price_changed:
        return _("pris {old} blir {new}").format(
            old=_price(change.before.price_ore), new=_price(change.after.price_ore)
        )
    return _("ändrad")


def _price(price_ore: int | None) -> str:
    return _("öppet pris") if price_ore is None else format_plain(price_ore)
