"""What a paid sale without a control code shows: how it was paid, and what the customer gets.

The receipt must be offered to the customer (SFL 39:7), and none may come before its code; so the
customer waits or gets it later, and no other sale may be made meanwhile (SKVFS 2014:9 4:9).
"""

from collections.abc import Sequence

from core.sale import Sale
from core.services.till import Attention
from core.tender import TenderKind
from tui.attention_texts import next_try_words
from tui.i18n import _
from tui.texts import amount, tender_name
from tui.views import TillView
from tui.widgets.block import Block, above, wrapped
from tui.widgets.dialog import choices, pairs
from tui.widgets.palette import Palette


def draw_unsigned(view: TillView | None, inner: int, styles: Palette) -> Block:
    """Draw how the sale was paid, and what is to be told to the customer."""
    rows = paid_by(view.sale) if view is not None and view.sale is not None else ()
    words = _(
        "Kunden ska inte betala mer och behöver inte stanna: kvittot får vänta, men måste "
        "erbjudas. Skriv upp vem som ska ha det. Inget annat köp kan göras innan koden har kommit."
    )
    told = wrapped(words, inner, styles.strong)
    return above(pairs(rows, inner, styles), told) if rows else told


def draw_ways_on(
    view: TillView | None,
    attention: Attention,
    rows: Sequence[tuple[str, str]],
    quit_key: str,
    inner: int,
    styles: Palette,
) -> Block:
    """Draw who tries again, and what may be pressed; `quit_key` closes, which loses nothing."""
    is_trying = view is not None and view.unit.is_registering
    words = _("Försöker nu …") if is_trying else next_try_words(attention)
    closing = (quit_key, _("Stäng kassan: köpet finns kvar, koden hämtas vid nästa start"))
    return above(wrapped(words, inner, styles.accent), choices([*rows, closing], inner, styles))


def paid_by(sale: Sale) -> tuple[tuple[str, str], ...]:
    """Tell how a sale that has no receipt yet was paid, as names and amounts."""
    rows = [(_("Köpet"), amount(sale.total_ore))]
    for tender in sale.settled:
        is_cash = tender.kind is TenderKind.CASH
        charged_ore = tender.given_ore if is_cash else tender.authorized_ore
        rows.append(
            (_("Betalt: {name}").format(name=tender_name(tender.kind)), amount(charged_ore))
        )
        if tender.tip_ore:
            rows.append((_("varav dricks"), amount(tender.tip_ore)))
        if tender.change_ore:
            rows.append((_("Växel"), amount(tender.change_ore)))
    return tuple(rows)
