"""The till's own tip window: the whole total is typed before the card goes to the terminal."""

from typing import ClassVar

from core.card_policy import TipMode, TipPolicy
from core.errors import TillError
from core.money import AMOUNT_MAX_ORE, divide_half_up
from tui.commands import PayCard
from tui.entry import AMOUNT_CHARACTERS, Entry
from tui.i18n import _
from tui.screens.confirm import ConfirmPage
from tui.screens.page import Cap, Desk, Key, Page
from tui.texts import amount, error_words, kronor, spaced
from tui.widgets.block import Block, block, line, spread, wrapped
from tui.widgets.dialog import choices, field, inner_width, sheet


class TipPage(Page):
    """ "Totalt (belopp + extra)": Enter with nothing typed takes no tip."""

    name: ClassVar[str] = "tip"
    is_question: ClassVar[bool] = True

    def __init__(self, desk: Desk, payer: Page, amount_ore: int | None, asked_ore: int) -> None:
        """Ask on behalf of `payer`, which gets the outcome; `amount_ore` None = all."""
        super().__init__(desk)
        self.payer = payer
        self.amount_ore = amount_ore
        self.asked_ore = asked_ore
        self.entry = Entry()
        self.refusal: TillError | None = None
        self.acts = {
            "enter": self._accept,
            "pay": self._accept,
            "erase": self._erase,
            "back": self._back,
        }

    @property
    def entry_text(self) -> str:
        """The typed total."""
        return self.entry.text

    @property
    def error_code(self) -> str:
        """Why the typed total was refused."""
        return self.refusal.code if self.refusal else ""

    def key(self, key: Key) -> bool:
        """Take digits for the total."""
        if key.name in AMOUNT_CHARACTERS:
            self.refusal = None
            self.entry = self.entry.typed(key.name)
            return True
        return super().key(key)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        return [self.cap("enter", _("OK")), self.cap("erase"), self.cap("back")]

    def _accept(self) -> None:
        if self.refusal is not None:
            self.desk.refuse(self.refusal)
            return
        shop = self.desk.shop
        assert shop is not None
        policy = TipPolicy(TipMode.TILL, shop.tip_warn_percent, shop.tip_max_percent)
        try:
            total_ore = self.entry.amount_ore()
            tip_ore = 0 if total_ore is None else policy.tip_of_total(total_ore, self.asked_ore)
        except TillError as error:
            self.refusal = error
            self.entry = self.entry.kept()
            self.desk.refuse(error)
            return
        if total_ore is not None and policy.is_above_warning(tip_ore, self.asked_ore):
            self._ask_about(total_ore, tip_ore)
            return
        self._take(total_ore)

    def _ask_about(self, total_ore: int, tip_ore: int) -> None:
        """Ask for a second look; Enter, which typed the total, is no answer to it."""
        percent = divide_half_up(tip_ore * 100, self.asked_ore)
        words = _(
            "Dricksen blir {tip}, {percent} % av beloppet. Kortet dras på {total}. Är det rätt?"
        )
        words = words.format(tip=kronor(tip_ore), percent=percent, total=kronor(total_ore))
        self.desk.ring()
        self.desk.open(
            ConfirmPage(
                self.desk, _("Dricks / Extra"), words, lambda: self._take(total_ore), "tip-warning"
            )
        )

    def _take(self, total_ore: int | None) -> None:
        self.close()
        self.desk.send(PayCard(self.amount_ore, total_ore), self.payer)

    def _erase(self) -> None:
        self.refusal = None
        self.entry = self.entry.erased()

    def _back(self) -> None:
        if self.entry.text:
            self.entry = Entry()
            self.refusal = None
        else:
            self.close()

    @property
    def tip_ore(self) -> int:
        """What the typed total leaves as tip; 0 while it is less than the amount."""
        try:
            total_ore = self.entry.amount_ore()
        except TillError:
            return 0
        if total_ore is None or not self.asked_ore <= total_ore <= AMOUNT_MAX_ORE:
            return 0
        return total_ore - self.asked_ore

    def draw(self, width: int, height: int) -> Block:
        """Draw the amount, the field and what it means."""
        styles, inner = self.desk.styles, inner_width(width)
        head = block(
            inner,
            (spread(_("Belopp"), spaced(self.asked_ore), inner, styles.base, styles.total),),
        )
        total = block(
            inner,
            (
                line(_("Totalt (belopp + extra)"), inner, styles.strong),
                *field(self.entry.text, inner, styles, _("kr")).rows,
                spread(
                    _("Dricks / Extra"), amount(self.tip_ore), inner, styles.base, styles.strong
                ),
            ),
        )
        return sheet(_("Dricks / Extra"), [head, total, self._foot(inner)], width, height, styles)

    def _foot(self, inner: int) -> Block:
        styles = self.desk.styles
        if self.refusal is not None:
            return wrapped(error_words(self.refusal.code, self.refusal.facts), inner, styles.error)
        rows = [(_("Enter"), _("OK – tomt betyder ingen dricks")), ("Esc", _("tillbaka"))]
        return choices(rows, inner, styles)
