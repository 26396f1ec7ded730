"""Words for errors on the command line: one line that names what is wrong and what to do.

Configuration and article files are worded here; everything else has its words in tui/texts.py.
"""

import errno
from collections.abc import Mapping
from socket import EAI_AGAIN, EAI_NONAME
from typing import Final

from core.article_rows import RowError, RowFault
from core.errors import ConfigError, StoreInUse, TillError
from core.text import clean
from tui.i18n import N_, _

_SHOWN_MAX: Final = 300

_CONFIG: Final[Mapping[str, str]] = {
    "unknown-key": N_("okänd nyckel"),
    "not-yet": N_("{value} finns inte än i denna version"),
    "unknown-word": N_("{value} är inget av de ord som går ({known})"),
    "missing": N_("saknas"),
    "empty": N_("är inte ifyllt"),
    "too-long": N_("är för långt"),
    "not-a-text": N_("ska vara text inom citattecken"),
    "not-printable": N_("innehåller tecken som inte går att skriva ut"),
    "not-a-list": N_('ska vara en lista, till exempel ["rad 1", "rad 2"]'),
    "too-many-lines": N_("har för många rader: {value}"),
    "not-a-number": N_("ska vara ett heltal"),
    "out-of-range": N_("är utanför gränserna: {value}"),
    "not-a-flag": N_("ska vara true eller false"),
    "not-a-table": N_("ska vara ett avsnitt, [{key}]"),
    "not-a-host": N_("är inget datornamn: {value}"),
    "not-an-endpoint": N_("ska vara dator:port, inte {value}"),
    "not-a-device": N_("är ingen serieport: {value}"),
    "no-such-file": N_("filen finns inte"),
    "unreadable": N_("kan inte läsas: {value}"),
    "not-toml": N_("är inte TOML: {value}"),
    "not-a-register-id": N_("ska vara 1-16 tecken A-Z a-z 0-9, inte {value}"),
    "not-an-org-no": N_("är inget organisationsnummer: {value}"),
    "check-digit": N_("har fel kontrollsiffra: {value}"),
    "not-an-amount": N_("är inget belopp i kronor: {value}"),
    "one-character": N_("ska vara ett enda tecken, inte {value}"),
    "a-key": N_("är en tangent i kassan: {value}"),
    "not-a-poi-id": N_("ska vara terminalens åtta siffror, inte {value}"),
    "not-an-address": N_("är ingen http- eller https-adress: {value}"),
    "password-in-address": N_("användare och lösenord hör inte hemma i adressen"),
    "plain-http": N_("http utan kryptering går bara till den egna datorn: {value}"),
    "file-exists": N_("filen finns redan"),
}
_NO_CONFIG: Final = N_(
    "Det finns ingen {file} här. Ge --config FIL, gör en med blipp init FIL,"
    " eller prova blipp --demo"
)


def words_of(error: TillError) -> str:
    """Say an error in one line."""
    facts = {name: clean(str(value), _SHOWN_MAX) for name, value in error.facts.items()}
    from tui.texts import error_words, is_told_by_reason

    if is_told_by_reason(error.code, error.facts):
        return error_words(error.code, error.facts)
    if isinstance(error, ConfigError):
        return _config_words(facts)
    if isinstance(error, StoreInUse):
        return _("En annan kassa använder redan dessa data (process {process}).").format(
            process=facts.get("process", "?")
        )
    words = error_words(error.code, error.facts)
    reason = facts.get("reason", "")
    return f"{words} ({reason})" if reason and reason not in words else words


def _config_words(facts: Mapping[str, str]) -> str:
    """Name file, key, what is wrong and the nearest that is right."""
    reason = facts.get("reason", "")
    if reason == "no-config":
        return _(_NO_CONFIG).format(file=facts.get("file", ""))
    fields = {"value": "", "key": "", "found": "", "known": "", **facts}
    number = fields["value"]
    if reason == "unreadable" and number.isdigit() and int(number) in _SYSTEM:
        fields["value"] = _(_SYSTEM[int(number)])
    told = _(_CONFIG[reason]).format_map(fields) if reason in _CONFIG else fields.get("problem", "")
    place = ": ".join(part for part in (facts.get("file", ""), facts.get("key", "")) if part)
    words = ": ".join(part for part in (place, told or reason) if part)
    near = facts.get("nearest", "")
    return _("{words}. Menade du {near}?").format(words=words, near=near) if near else words


_SYSTEM: Final[Mapping[int, str]] = {
    errno.EACCES: N_("det är inte tillåtet"),
    errno.EPERM: N_("det är inte tillåtet"),
    errno.EADDRINUSE: N_("porten används redan av ett annat program"),
    errno.EADDRNOTAVAIL: N_("den adressen finns inte på den här datorn"),
    errno.EEXIST: N_("finns redan"),
    errno.EISDIR: N_("är en mapp"),
    errno.EIO: N_("disken kan inte läsas eller skrivas"),
    errno.ENODEV: N_("enheten finns inte"),
    errno.ENOENT: N_("finns inte"),
    errno.ENOSPC: N_("disken är full"),
    errno.ENOTDIR: N_("är ingen mapp"),
    errno.EROFS: N_("disken kan bara läsas"),
    EAI_NONAME: N_("det finns ingen dator med det namnet"),
    EAI_AGAIN: N_("namnet går inte att slå upp just nu"),
}
"""What the system says -> ours; the rest is told by its number and the system's own words."""


def system_words(error: OSError) -> str:
    """Say an error of the system in one line, with the file it is about."""
    words = _SYSTEM.get(error.errno or 0)
    told = (
        _(words)
        if words
        else _("fel {number}: {words}").format(number=error.errno, words=error.strerror or error)
    )
    # What made a link or moved a file names two: the second is the one that could not be made.
    return f"{error.filename2 or error.filename or ''}: {told}".removeprefix(": ")


_ROWS: Final[Mapping[RowFault, str]] = {
    RowFault.FILE_TOO_LARGE: N_("filen är för stor"),
    RowFault.NOT_UTF8: N_("filen är inte UTF-8"),
    RowFault.BAD_QUOTES: N_("citattecknen går inte ihop"),
    RowFault.TOO_MANY_ROWS: N_("för många rader"),
    RowFault.UNKNOWN_COLUMN: N_("okänd kolumn"),
    RowFault.COLUMN_TWICE: N_("kolumnen står två gånger"),
    RowFault.COLUMN_MISSING: N_("kolumnen saknas"),
    RowFault.TOO_MANY_CELLS: N_("för många fält"),
    RowFault.TOO_FEW_CELLS: N_("för få fält"),
    RowFault.TOO_LONG: N_("för långt"),
    RowFault.EMPTY: N_("får inte vara tomt"),
    RowFault.HOLDS_BLANK: N_("får inte innehålla mellanslag"),
    RowFault.NOT_DIGITS: N_("ska vara siffror"),
    RowFault.EAN_LENGTH: N_("ska ha 8, 12 eller 13 siffror"),
    RowFault.EAN_CHECK_DIGIT: N_("fel kontrollsiffra"),
    RowFault.NOT_AN_AMOUNT: N_("är inget belopp"),
    RowFault.AMOUNT_TOO_LARGE: N_("för stort belopp"),
    RowFault.NEGATIVE_PRICE: N_("priset är negativt"),
    RowFault.UNKNOWN_VAT: N_("okänd moms"),
    RowFault.VAT_DIFFERS: N_("annan moms än varugruppens, {other}"),
    RowFault.UNKNOWN_KIND: N_("ska vara goods eller service"),
    RowFault.UNKNOWN_UNIT: N_("ska vara st, kg, l, m eller h"),
    RowFault.NUMBER_TWICE: N_("samma artikelnummer som rad {other}"),
    RowFault.CODE_TAKEN: N_("koden tillhör redan artikel {other}"),
    RowFault.DEPOSIT_UNKNOWN: N_("pantartikeln finns inte"),
    RowFault.DEPOSIT_HAS_DEPOSIT: N_("en pant kan inte själv ha pant"),
    RowFault.DEPOSIT_WITHOUT_PRICE: N_("panten har inget pris"),
}


def row_words(error: RowError) -> str:
    """Say what is wrong with one row of an article file, with its row and column."""
    told = _(_ROWS[error.fault]).format(other=error.other.removeprefix("#"))
    value = f' "{clean(error.value, 60)}"' if error.value else ""
    place = _("rad {row}").format(row=error.row) if error.row else _("hela filen")
    column = f" {error.column}" if error.column else ""
    return f"{place}{column}:{value} {told}"
