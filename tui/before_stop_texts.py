"""Words for what became of the sale that was being paid when the till stopped."""

from typing import Final

from core.services.till import Attention
from tui.i18n import N_, _
from tui.texts import Facts

BEFORE_STOP: Final[dict[str, str]] = {
    "before-stop-charged": N_(
        "Kortköpet från före omstarten är klart: {authorized_ore} drogs EN gång. "
        "Kvitto {receipt_no} {paper}."
    ),
    "before-stop-sold": N_(
        "Köpet från före omstarten är klart: {total_ore}, betalt EN gång. Kvitto "
        "{receipt_no} {paper}."
    ),
    "before-stop-part": N_(
        "Kortet från före omstarten är klart: {authorized_ore} drogs EN gång. Ta betalt för resten."
    ),
    "before-stop-reversed": N_(
        "Kortet från före omstarten är återfört: {authorized_ore}. Köpet är obetalt: ta betalt på "
        "nytt."
    ),
    "before-stop-not-drawn": N_(
        "Kortet från före omstarten drogs INTE. Köpet är obetalt: ta betalt på nytt."
    ),
    "before-stop-open": N_("Detta är köpet från före omstarten."),
    "before-stop-restored": N_(
        "Köpet kommer ur en säkerhetskopia och kan vara betalt redan, på ett kvitto som saknas i "
        "journalen. Fråga kunden. Är det betalt: makulera det här köpet i menyn."
    ),
    "before-stop-restored-part": N_(
        "Köpet kommer ur en säkerhetskopia och kan vara färdigbetalt, på ett kvitto som saknas i "
        "journalen. Fråga kunden. Är det betalt: ta inget mer, avsluta med jämna kontanter och "
        "släng det nya kvittot."
    ),
    "before-stop-restored-card": N_(
        "Köpet kommer ur en säkerhetskopia: kunden kan redan ha betalat och fått kvitto."
    ),
}
"""What became of the sale that was being paid when the till stopped."""


def before_stop_words(told: Attention) -> str:
    """Say what became of the sale that was being paid when the till stopped."""
    facts = dict(told.facts)
    paper = _("skrivs ut") if facts.get("is_paper_waiting") else _("är klart")
    words = _(BEFORE_STOP[told.code]).format_map(Facts({**facts, "paper": paper}))
    by = facts.get("by")
    return words + " " + _("Så beslutade {by}.").format(by=by) if by else words
