"""What `blipp restore` asks a person, and what it makes of the answers before anything is written.

A number that is too low is harmless, because the largest known one wins, and is named. One that is
far too high leaves a gap for ever: it is asked for twice, and one that no till can have reached is
refused, so that every number of a till can be typed at its next restore.
"""

from collections.abc import Callable
from typing import Final

from core.card_secrets import redact_words
from core.frozen import frozen
from core.text import clean
from db.restore import Known, Prospect, Told
from tui.cli.options import NUMBER_DIGITS, UsageError
from tui.cli.say import say
from tui.i18n import _

NAME_MAX: Final = 40
LARGE_GAP: Final = (10_000, 100)
"""Receipts and Z reports beyond the largest known number that are asked about twice."""
LARGEST_GAP: Final = (10_000_000, 100_000)
"""What is refused: no shop's newest backup is as old as that."""
_YES: Final = frozenset({"j", "ja", "y", "yes"})

Ask = Callable[[str], str]


class NoNumber(UsageError):
    """What was typed is no number."""


@frozen
class Given:
    """What stood on the command line; None is asked for."""

    by: str | None
    receipt_no: int | None
    z_no: int | None
    is_large_gap_meant: bool
    is_same_file: bool


def told_by_person(given: Given, known: Known, ask: Ask | None) -> Told:
    """Ask for what was not given; without `ask` nobody is there to answer. Raises UsageError."""
    _tell_known(given, known)
    by = given.by if given.by is not None else _asked(ask, _("Ditt namn: "))
    by = redact_words(clean(by, NAME_MAX).strip())
    if not any(character.isalpha() for character in by):
        raise UsageError(_("Den som återlägger måste ange sitt namn, med bokstäver."))
    receipt_no, z_no = given.receipt_no, given.z_no
    if receipt_no is None:
        receipt_no = _asked_number(ask, _("Sista kvittots nummer, från papperet: "))
    if z_no is None:
        z_no = _asked_number(ask, _("Sista Z-rapportens nummer, från papperet: "))
    pairs = ((receipt_no, known.receipt_no), (z_no, known.z_no))
    for (number, largest), few, most in zip(pairs, LARGE_GAP, LARGEST_GAP, strict=True):
        if number - largest > most:
            words = _("{number} kan inte stämma: det största kända numret är {largest}.")
            raise UsageError(words.format(number=number, largest=largest))
        if number - largest > few and not given.is_large_gap_meant:
            _ask_again(number, largest, ask)
    return Told(by, receipt_no, z_no)


def confirm(told: Told, known: Known, prospect: Prospect, ask: Ask | None) -> bool:
    """Tell what the restore will do, and ask whether it is right; True where nobody is there."""
    for number, largest, what in (
        (told.receipt_no, known.receipt_no, _("Kvitto")),
        (told.z_no, known.z_no, _("Z-rapport")),
    ):
        if number < largest:
            words = _("{what} {number} är lägre än {largest}, som redan är känt: {largest} gäller.")
            say(words.format(what=what, number=number, largest=largest))
    words = _("Från papperet: kvitto {receipt_no}, Z-rapport {z_no}. Namn: {by}.")
    say(words.format(receipt_no=told.receipt_no, z_no=told.z_no, by=told.by))
    words = _(
        "Nästa kvitto blir {receipt_no}, nästa Z-rapport {z_no}. Kvitton som saknas: {count}."
    )
    say(
        words.format(
            receipt_no=prospect.next_receipt_no,
            z_no=prospect.next_z_no,
            count=prospect.lost_count,
        )
    )
    return ask is None or ask(_("Stämmer det? (j/n) ")).strip().casefold() in _YES


def _tell_known(given: Given, known: Known) -> None:
    words = _("Säkerhetskopian slutar {at}, med kvitto {receipt_no} och Z-rapport {z_no}.")
    if given.is_same_file:
        words = _("Kassans databas slutar {at}, med kvitto {receipt_no} och Z-rapport {z_no}.")
    say(words.format(at=known.file_at, receipt_no=known.file_receipt_no, z_no=known.file_z_no))
    if not known.has_witness:
        say(_("Det finns ingen vittnesfil: bara papperen vet hur långt numren kom."))
        return
    words = _("Vittnesfilen har sett kvitto {receipt_no} och Z-rapport {z_no}.")
    say(words.format(receipt_no=known.seen_receipt_no, z_no=known.seen_z_no))


def _ask_again(number: int, largest: int, ask: Ask | None) -> None:
    words = _("{number} är {gap} över det största kända numret, {largest}.").format(
        number=number, gap=number - largest, largest=largest
    )
    if ask is None:
        raise UsageError(f"{words} {_('Stämmer det, lägg till --large-gap.')}")
    say(words)
    if _number(ask(_("Skriv numret en gång till: "))) != number:
        raise UsageError(_("Numren är inte samma. Inget är återlagt."))


def _asked(ask: Ask | None, question: str) -> str:
    if ask is None:
        raise UsageError(_("Ange --last-receipt, --last-z och --by."))
    return ask(question)


def _asked_number(ask: Ask | None, question: str) -> int:
    """Ask until the answer is a number; what is typed wrong costs nobody the answers before it."""
    while True:
        try:
            return _number(_asked(ask, question))
        except NoNumber as wrong:
            say(str(wrong))


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS):
        raise NoNumber(
            _("{text}: ska vara ett nummer, eller 0 om det inte finns").format(text=text)
        )
    return int(text)
