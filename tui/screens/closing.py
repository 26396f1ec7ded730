"""Closing the till: what the question says of what is left behind.

What waits for a person, a terminal or a control unit that may be away for good does not keep the
till open (core.services.till.check_may_quit): it is told plainly, and goes on at the next start.
"""

from collections.abc import Callable

from core.checkout import BETWEEN_CARD_AND_CODE, SaleState
from core.sale import Sale
from tui.i18n import _
from tui.screens.confirm import ConfirmPage
from tui.screens.decision import DecisionPage
from tui.screens.page import Desk, Page
from tui.texts import kronor
from tui.views import SIGNING, TillView


def closing_page(desk: Desk, close: Callable[[str], None]) -> Page:
    """Make the question before closing; with an unclear card it also asks in whose name."""
    title, words = _("Stäng kassan"), closing_words(desk.view)
    sale = desk.view.sale if desk.view else None
    if sale is not None and sale.state in (SaleState.IN_DOUBT, SaleState.REVERSING):
        return DecisionPage(desk, title, words, close)
    return ConfirmPage(desk, title, words, lambda: close(""))


def closing_words(view: TillView | None) -> str:
    """Ask whether to close, and say what then waits until the next start."""
    words = _left_behind(view)
    question = _("Stäng kassan ändå?") if words else _("Stäng kassan?")
    return f"{words} {question}".strip()


def _left_behind(view: TillView | None) -> str:
    sale = view.sale if view else None
    if sale is not None and (sale.lines or sale.settled):
        return _sale_left(sale)
    if view is not None and view.papers_waiting:
        return _("Skrivaren har inte skrivit ut allt än: det skrivs ut vid nästa start.")
    return ""


def _sale_left(sale: Sale) -> str:
    """Say what becomes of the present sale."""
    if sale.state in SIGNING:
        return _(
            "Ett köp är betalt men har ingen kontrollkod: kunden har inget kvitto. Det skrivs ut "
            "när kassan har startat igen och kontrollenheten svarar."
        )
    if sale.state == SaleState.HELD:
        return _("En kortbetalning väntar på beslut: frågan kommer igen vid nästa start.")
    if sale.state in BETWEEN_CARD_AND_CODE:
        return _(
            "Ett kort är oklart: kassan frågar igen vid nästa start. Att du stänger nu skrivs i "
            "journalen."
        )
    if sale.settled:
        return _("Ett köp är betalt till en del: det finns kvar till nästa start.")
    words = _("Ett öppet köp på {amount} finns kvar till nästa start.")
    return words.format(amount=kronor(sale.total_ore))
