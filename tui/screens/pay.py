"""Paying: what is left, what was paid, and an amount that waits for its tender key."""

from typing import ClassVar

from core.catalog import KeyKind
from core.errors import NothingToGiveBack, TenderExceedsRemaining, TillError
from core.money import cash_rounding_ore
from core.sale import Sale
from core.tender import TenderKind
from tui.attention_texts import card_result_words
from tui.before_stop_texts import before_stop_words
from tui.commands import Command, GiveBack, PayCash
from tui.entry import AMOUNT_CHARACTERS, Entry
from tui.i18n import _
from tui.screens.confirm import ConfirmPage
from tui.screens.decision import DecisionPage
from tui.screens.page import Cap, Desk, Key, Notice, Page, error_of, take_card, unit_trouble
from tui.texts import amount, error_words, kronor, spaced, tender_name
from tui.views import SIGNING, Outcome
from tui.widgets.block import Block, above, block, line, spread, wrapped
from tui.widgets.dialog import choices, field, gap, inner_width, pairs, sheet
from tui.widgets.key_panel import panel_of

CHANGE_MAX_ORE = 10_000_00
"""More change than any note asks for: a code was scanned where an amount is read."""


class PayPage(Page):
    """Digits type an amount; the next key says by what it is paid."""

    name: ClassVar[str] = "pay"
    shown_functions = ("exact-cash", "card", "give-back", "back", "erase", "menu", "help")

    def __init__(self, desk: Desk, held: str = "") -> None:
        """Open with the amount that was typed on the register."""
        super().__init__(desk)
        self.entry = Entry(held)
        self.acts = {
            "enter": self._cash,
            "pay": self._card,
            "exact-cash": self._exact_cash,
            "card": self._card,
            "give-back": self._give_back,
            "erase": self._erase,
            "back": self._back,
            "menu": self._menu,
        }

    @property
    def own_error(self) -> Notice | None:
        """What is wrong with the amount, shown just beneath it."""
        return error_of(self.desk) if self.entry.is_kept else None

    @property
    def entry_text(self) -> str:
        """The typed amount."""
        return self.entry.text

    @property
    def sale(self) -> Sale | None:
        """The sale that is paid."""
        return self.desk.view.sale if self.desk.view else None

    def key(self, key: Key) -> bool:
        """Take a key: digits, tender keys, and the shop's own tender keys by their letter."""
        if key.name in AMOUNT_CHARACTERS:
            self.entry = self.entry.typed(key.name)
            return True
        if super().key(key):
            return True
        return self._tender_letter(key.name)

    def _tender_letter(self, letter: str) -> bool:
        shop = self.desk.shop
        for page in (1, 2, 3, 4, 5, 6, 7, 8, 9) if shop else ():
            key = panel_of(shop.quick_keys, page).get(letter) if shop else None
            if key is not None and key.kind is KeyKind.TENDER:
                (self._card if key.target == "card" else self._cash)()
                return True
        if len(letter) == 1 and letter.isalpha():
            self.desk.warn(_("Den tangenten tar inget betalt här."), "no-key")
            return True
        return False

    def _amount_ore(self) -> int | None:
        return self.entry.amount_ore()

    def _cash(self) -> None:
        sale = self.sale
        try:
            given_ore = self._amount_ore()
            left_ore = sale.remaining_ore if sale else 0
            if given_ore is not None and given_ore - left_ore >= CHANGE_MAX_ORE:
                raise TenderExceedsRemaining(reason="change")
        except TillError as error:
            self._refused(error)
            return
        self.desk.send(PayCash(given_ore), self)

    def _exact_cash(self) -> None:
        if self.entry.is_empty:
            self.desk.send(PayCash(), self)
            return
        text = _("Enter tar {text} kontant.").format(text=self.entry.text)
        self.desk.warn(text, "amount-typed")

    def _card(self) -> None:
        try:
            amount_ore = self._amount_ore()
        except TillError as error:
            self._refused(error)
            return
        take_card(self, amount_ore)

    def _give_back(self) -> None:
        """Ask before the last paid part goes back to the customer."""
        tender = self.sale.last_settled if self.sale else None
        if tender is None:
            self.desk.refuse(NothingToGiveBack())
            return
        title, no = _("Ge tillbaka"), tender.no
        if tender.kind is TenderKind.CASH:
            words = _("Ge kunden tillbaka {amount} kontant? Det skrivs i journalen.").format(
                amount=kronor(tender.amount_ore)
            )
            self.desk.open(
                ConfirmPage(self.desk, title, words, lambda: self.desk.send(GiveBack(no), self))
            )
            return
        words = _("Återför {amount} till kortet på terminalen?").format(
            amount=kronor(tender.authorized_ore)
        )

        self.desk.open(
            DecisionPage(
                self.desk, title, words, lambda name: self.desk.send(GiveBack(no, name), self)
            )
        )

    def _erase(self) -> None:
        self.entry = self.entry.erased()

    def _back(self) -> None:
        if self.entry.text:
            self.entry = Entry()
        elif self.sale is not None and self.sale.settled:
            self.desk.notice = Notice(
                _("En del är redan betald: ta resten, eller ge tillbaka den med -.")
            )
        else:
            self.close()

    def _menu(self) -> None:
        from tui.screens.reports import MenuPage

        self.desk.open(MenuPage(self.desk))

    def _refused(self, error: TillError) -> None:
        self.entry = self.entry.kept()
        self.desk.refuse(error)

    def done(self, command: Command, outcome: Outcome) -> None:
        """Clear the amount when it was taken."""
        self.entry = self.entry.kept() if outcome.error is not None else Entry()

    def draw(self, width: int, height: int) -> Block:
        """Draw total, tenders so far, what is left, and what each key would take."""
        styles, sale = self.desk.styles, self.sale
        inner = inner_width(width)
        if sale is None:
            return sheet(_("Betala"), [gap(inner, styles)], width, height, styles)
        rows = [(_("Köpet"), amount(sale.total_ore))]
        for each in sale.settled:
            rows.append((tender_name(each.kind), amount(-each.amount_ore)))
            if each.tip_ore:
                rows.append(("  " + _("dricks, utöver köpet"), amount(each.tip_ore)))
        if sale.rounding_ore:
            rows.append((_("Öresavrundning"), amount(sale.rounding_ore)))
        left_ore, is_signing = sale.remaining_ore, sale.state in SIGNING
        name = _("BETALT") if is_signing else _("ATT BETALA")
        figures = spaced(sale.total_ore + sale.rounding_ore if is_signing else left_ore)
        remaining = block(
            inner,
            (
                line("", inner, styles.base),
                spread(name, figures, inner, styles.total, styles.total),
                line("", inner, styles.base),
            ),
        )
        trouble = unit_trouble(self.desk.view)
        if is_signing:
            words = _("Köpet är betalt och sparat. Kvittot kommer när kontrollenheten har svarat.")
            foot = wrapped(words, inner, styles.base)
        elif trouble is not None:
            foot = wrapped(error_words(trouble.code, trouble.facts), inner, styles.error)
        else:
            foot = above(*self._how(inner, left_ore))
        parts = [pairs(rows, inner, styles), remaining, foot]
        view = self.desk.view
        if view is not None and view.before_stop is not None:
            parts.append(wrapped(before_stop_words(view.before_stop), inner, styles.notice_line))
        result = view.card_news if view else None
        if result is not None:
            parts.append(wrapped(card_result_words(result), inner, styles.warning))
        return sheet(_("Betala"), parts, width, height, styles)

    def _how(self, inner: int, left_ore: int) -> list[Block]:
        """Say what Enter and + take now."""
        styles, shop = self.desk.styles, self.desk.shop
        due_ore = left_ore + cash_rounding_ore(left_ore)
        cash_ore, card_ore = self._offered(due_ore, left_ore)
        rows = []
        if cash_ore is not None:
            cash = _("kontant {amount}").format(amount=kronor(cash_ore))
            if cash_ore > due_ore:
                cash += _(", växel {amount}").format(amount=kronor(cash_ore - due_ore))
            rows.append(("Enter", cash))
        if card_ore is not None and shop is not None and shop.has_terminal:
            card = _("kort {amount}").format(amount=kronor(card_ore))
            rows.append(("+", card))
        words, error = _("Skriv ett belopp, eller låt det vara tomt för allt."), self.own_error
        return [
            field(self.entry.text, inner, styles, _("kr")),
            wrapped(error.text, inner, styles.error)
            if error is not None
            else wrapped(words, inner, styles.muted),
            gap(inner, styles),
            choices(rows, inner, styles) if rows else gap(inner, styles),
        ]

    def _offered(self, due_ore: int, left_ore: int) -> tuple[int | None, int | None]:
        """Give what cash and card would take now; None for what would be refused."""
        try:
            typed_ore = self._amount_ore()
        except TillError:
            return None, None
        if typed_ore is None:
            return due_ore, left_ore
        is_cash = typed_ore % 100 == 0 and 0 < typed_ore < left_ore + CHANGE_MAX_ORE
        is_card = 0 < typed_ore <= left_ore
        return (typed_ore if is_cash else None), (typed_ore if is_card else None)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        shop, sale = self.desk.shop, self.sale
        may_pay = unit_trouble(self.desk.view) is None
        works = {
            "exact-cash": may_pay and self.entry.is_empty,
            "card": may_pay and shop is not None and shop.has_terminal,
            "give-back": sale is not None and bool(sale.settled),
            "erase": not self.entry.is_empty,
        }
        return [self.cap(name) for name in self.shown_functions if works.get(name, True)]
