"""What `blipp doctor` says of the shop's data: SQLite and its modes, the file, rights, room.

The same checks as at the till's start, and no row is written: a till may be selling meanwhile.
"""

import os
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from core.errors import StoreError
from db.engine import (
    check_modes,
    has_one_connection,
    has_wal_reset_bug,
    open_reader,
    open_writer,
    sqlite_version,
)
from db.files import check_database_is_there, free_bytes, is_gone, open_to_others
from db.migrate import pending
from db.start_checks import check_start
from db.witness import check_witness, read_witness
from tui.cli.place import Place
from tui.cli.say import say
from tui.cli.words import words_of
from tui.compose import witness_path
from tui.i18n import _
from tui.process_guard import are_core_dumps_off, switch_off_core_dumps

_HEAD_SEQ: Final = "SELECT coalesce(max(seq), 0) FROM journal"
_NEWEST: Final = "SELECT receipt_no, unit_id FROM receipt ORDER BY receipt_no DESC LIMIT 1"


def tell_data(place: Place) -> bool:
    """Tell of SQLite and the shop's files; False when the till may not sell with them."""
    version = ".".join(str(part) for part in sqlite_version())
    is_well = not has_wal_reset_bug(sqlite_version())
    line("SQLite", version if is_well else _("{version}: har WAL-felet").format(version=version))
    witness = witness_path(place.config, place.data_dir)
    is_well = _tell_files(place.database, witness) and is_well
    if place.data_dir.is_dir():
        is_well = _tell_rights(place.data_dir, witness) and is_well
        is_well = _tell_room(place, witness) and is_well
    switch_off_core_dumps()
    is_off = are_core_dumps_off()
    line(_("Minnesdumpar"), _("avstängda") if is_off else _("kan inte stängas av"))
    return is_well and is_off


def _tell_files(database: Path, witness: Path) -> bool:
    """Tell of database and witness, or that there are none yet."""
    try:
        check_database_is_there(database, is_witnessed=bool(read_witness(witness)))
    except StoreError as error:
        line(_("Databas"), words_of(error))
        return False
    if is_gone(database):
        line(_("Databas"), _("{path} finns inte än").format(path=database))
        can_be_made, state = _new_witness(witness)
        line(_("Vittne"), state)
        return can_be_made
    return _tell_database(database, witness)


def _tell_database(database: Path, witness: Path) -> bool:
    try:
        writer = open_writer(database)
        try:
            with writer.connect() as connection:
                modes = check_modes(connection)
                missing = pending(connection)
                connection.rollback()
            is_single = has_one_connection(writer)
        finally:
            writer.dispose()
    except StoreError as error:
        line(_("Databas"), words_of(error))
        return False
    told = " ".join(f"{name}={value}" for name, value in modes.items())
    line(_("Databas"), f"{database}: {told}")
    line(_("Skrivande anslutningar"), _("en, kassans egen") if is_single else _("FLERA"))
    if missing:
        # The checks know the tables of today; a start upgrades these first.
        line(_("Databasens form"), _("uppgraderas vid nästa start"))
    elif not _tell_checks(database):
        return False
    is_witnessed, state = _witness_state(database, witness)
    line(_("Vittne"), state)
    return is_witnessed


def _tell_checks(database: Path) -> bool:
    """Tell of pages, schema and chain, as the till's start checks them."""
    reader = open_reader(database)
    try:
        checks = check_start(reader)
    except StoreError as error:
        line(_("Databasens innehåll"), words_of(error))
        return False
    finally:
        reader.dispose()
    whole = _("hela filen läsbar")
    if not checks.is_whole_file_checked:
        whole = _("filen är stor och bara delvis läst: kör blipp verify")
    guards = _("{count} spärrar på plats").format(count=checks.trigger_count)
    line(_("Databasens innehåll"), f"{whole}, {guards}")
    line(_("Journalens slut"), f"{checks.head_seq} {checks.head_hash}")
    return True


def _witness_state(database: Path, witness: Path) -> tuple[bool, str]:
    """Say whether the witness is there and how far it has seen, or why the till may not sell."""
    reader = open_reader(database)
    try:
        with reader.connect() as connection:
            lines = check_witness(connection, witness)
            head_seq = connection.exec_driver_sql(_HEAD_SEQ).scalar_one()
    except StoreError as error:
        return False, words_of(error)
    finally:
        reader.dispose()
    if not lines:
        return _new_witness(witness)
    words = _("{file}: finns, har sett rad {seq} av {head}")
    told = words.format(file=witness, seq=lines[-1].seq, head=head_seq)
    if witness.stat().st_dev == database.stat().st_dev:
        told += _(", på samma disk som data: bättre på en annan ([data] witness)")
    return True, told


def _new_witness(witness: Path) -> tuple[bool, str]:
    """Say where the witness will be made, or that it cannot."""
    above = next(place for place in witness.parents if place.exists())
    if not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
        words = _("{file}: kan inte göras, {folder} går inte att skriva i")
        return False, words.format(file=witness, folder=above)
    return True, _("finns inte än: görs vid första starten ({file})").format(file=witness)


def last_signed(database: Path) -> tuple[int, str]:
    """Give the newest receipt's number and its control unit; 0 when there is none to be read."""
    if not database.is_file():
        return 0, ""
    reader = open_reader(database)
    try:
        with reader.connect() as connection:
            row = connection.exec_driver_sql(_NEWEST).first()
    except (DBAPIError, StoreError):
        return 0, ""  # What is wrong with the file was told above.
    finally:
        reader.dispose()
    return (int(row[0]), str(row[1])) if row is not None else (0, "")


def _tell_rights(data_dir: Path, witness: Path) -> bool:
    others = open_to_others(data_dir, witness)
    told = _("bara kassans eget konto (0700, 0600)")
    if others:
        names = ", ".join(others)
        told = _("andra kan läsa {files}: rättas vid nästa start").format(files=names)
    line(_("Filrättigheter"), told)
    return not others


def _tell_room(place: Place, witness: Path) -> bool:
    folder = witness.parent if witness.parent.is_dir() else place.data_dir
    free = free_bytes(place.data_dir, folder)
    told = _("{free} MB, minst {wanted} MB behövs för att ta betalt")
    wanted = place.config.data.free_mb_min
    line(_("Ledigt på disken"), told.format(free=free // 1_000_000, wanted=wanted))
    return free >= place.config.data.free_bytes_min


def line(name: str, words: str) -> None:
    """Print one line: what, and how it is."""
    say(f"{name:<32} {words}")
