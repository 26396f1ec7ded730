"""The menu: reports, voiding the sale, and in a demo the faults of the simulated devices."""

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

from core.checkout import SaleState, check_editable, check_reportable
from core.errors import ReportNotAllowed, SaleNotOpen
from core.frozen import frozen
from core.sale import Sale
from tui.attention_texts import attention_title
from tui.commands import Command, SetDemoFault, TakeX, TakeZ, VoidSale
from tui.i18n import _
from tui.screens.confirm import ConfirmPage
from tui.screens.page import Cap, Desk, Key, Notice, Page, set_fault
from tui.screens.report import ReportPage
from tui.texts import kronor
from tui.views import Outcome
from tui.widgets.block import Block, block
from tui.widgets.dialog import choice, inner_width, sheet


@frozen
class Item:
    """One entry of a menu."""

    key: str
    text: str
    act: Callable[[], None]


class ListPage(Page):
    """A numbered list: a digit or letter does it at once."""

    name: ClassVar[str] = "reports"
    title: ClassVar[str] = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.chosen = 0
        self.acts = {
            "back": self.close,
            "menu": self.close,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "enter": self._enter,
        }

    @abstractmethod
    def items(self) -> list[Item]:
        """Give the entries that exist now."""

    @abstractmethod
    def heading(self) -> str:
        """Give the title in the screens' language."""

    def key(self, key: Key) -> bool:
        """Do the entry of this key."""
        for item in self.items():
            if item.key.lower() == key.name:
                item.act()
                return True
        return super().key(key)

    def _move(self, count: int) -> None:
        self.chosen = (self.chosen + count) % len(self.items())

    def _enter(self) -> None:
        self.items()[self.chosen].act()

    def later(self) -> None:
        """Say that a function comes in a later version."""
        self.desk.notice = Notice(_("Det finns inte än i denna version."), "not-yet-built")

    def draw(self, width: int, height: int) -> Block:
        """Draw the entries."""
        styles, inner = self.desk.styles, inner_width(width)
        rows = []
        for number, item in enumerate(self.items()):
            is_chosen = number == self.chosen
            rows.append(choice(item.key, item.text, inner, styles, is_chosen=is_chosen))
        return sheet(self.heading(), [block(inner, rows)], width, height, styles)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        return [self.cap("up"), self.cap("down"), self.cap("enter", _("Välj")), self.cap("back")]


class MenuPage(ListPage):
    """The menu of F9."""

    def heading(self) -> str:
        """Give the title."""
        return _("Meny och rapporter")

    def items(self) -> list[Item]:
        """Give the entries; a question that was put aside comes first."""
        desk = self.desk
        items = [
            Item("1", _("X-rapport: visa dagen hittills"), self._x),
            Item("2", _("Z-rapport: avsluta dagen"), self._z),
            Item("3", _("Makulera köpet"), self._void),
            Item("4", _("Tidigare kvitton och kopior"), self.later),
            Item("5", _("Export och säkerhetskopia"), self._books),
        ]
        aside = desk.unanswered()
        if aside is not None:
            words = _("Obesvarat: {title}").format(title=attention_title(aside))
            items.insert(0, Item("0", words, self._answer))
        if desk.shop is not None and desk.shop.simulated:
            items.append(Item("9", _("Demo: fel på apparaterna"), self._faults))
        return items

    @property
    def _sale(self) -> Sale | None:
        return self.desk.view.sale if self.desk.view else None

    def _books(self) -> None:
        from tui.screens.books import BooksPage

        self.close()
        self.desk.open(BooksPage(self.desk))

    def _answer(self) -> None:
        self.close()
        self.desk.answer_now()

    def _x(self) -> None:
        self.desk.send(TakeX(), self)

    def _z(self) -> None:
        sale = self._sale
        asked = self.desk.view.attention if self.desk.view else None
        has_late = asked is not None and asked.code == "card-late-approval"
        try:
            check_reportable(SaleState(sale.state) if sale else None, has_late=has_late)
        except ReportNotAllowed as error:
            self.desk.refuse(error)
            return
        words = _("Z-rapporten avslutar dagen och nollställer dess summor. Ta Z-rapport nu?")
        yes = self._send(TakeZ())
        self.desk.open(ConfirmPage(self.desk, _("Z-rapport"), words, yes))

    def _send(self, command: Command) -> Callable[[], None]:
        return lambda: self.desk.send(command, self)

    def _void(self) -> None:
        sale = self._sale
        if sale is None:
            self.desk.warn(_("Det finns inget köp att makulera."), "nothing-to-pay")
            return
        try:
            check_editable(sale)
        except SaleNotOpen as error:
            self.desk.refuse(error)
            return
        words = _("Makulera hela köpet på {total}? Det står kvar i journalen.").format(
            total=kronor(sale.total_ore)
        )
        yes = self._send(VoidSale())
        self.desk.open(ConfirmPage(self.desk, _("Makulera köpet"), words, yes))

    def _faults(self) -> None:
        self.close()
        self.desk.open(FaultsPage(self.desk))

    def done(self, command: Command, outcome: Outcome) -> None:
        """Show the report that came, or go back after a void."""
        if outcome.error is not None:
            return
        self.close()
        if outcome.paper is not None:
            is_x = isinstance(command, TakeX)
            self.desk.open(ReportPage(self.desk, outcome.paper, may_print=is_x))
        elif isinstance(command, VoidSale):
            self.desk.notice = Notice(_("Köpet är makulerat."))


class FaultsPage(ListPage):
    """Faults of the simulated devices, for trying what the till does then."""

    @property
    def is_wide(self) -> bool:
        """Take the room of the simulated terminal: the faults are cut beside it."""
        return True

    def heading(self) -> str:
        """Give the title."""
        return _("Demo: fel på apparaterna")

    def items(self) -> list[Item]:
        """Give the faults and their cures."""
        rows = (
            ("1", _("Kontrollenheten: tystna"), "control-unit", "silent"),
            ("2", _("Kontrollenheten: svara långsamt"), "control-unit", "slow"),
            ("3", _("Kontrollenheten: neka"), "control-unit", "refuse"),
            ("4", _("Kontrollenheten: fel kontrollsumma"), "control-unit", "bad-checksum"),
            ("5", _("Kontrollenheten: svara igen"), "control-unit", ""),
            ("6", _("Kortterminalen: dra ur kabeln"), "terminal", "cable"),
            (
                "L",
                _("Kortterminalen: långsam bank från nästa kort"),
                "terminal",
                "slow-approval",
            ),
            ("P", _("Kortterminalen: skriv ut förra kvittot igen"), "terminal", "reprint"),
            ("7", _("Kortterminalen: kabel och bank (6 och L) i ordning"), "terminal", ""),
            ("8", _("Skrivaren: slut på papper"), "printer", "paper-out"),
            ("9", _("Skrivaren: dra ur kabeln"), "printer", "unplug"),
            ("0", _("Skrivaren: papper och kabel i ordning"), "printer", ""),
        )
        simulated = self.desk.shop.simulated if self.desk.shop is not None else ()
        is_on = self.desk.view.faults if self.desk.view is not None else ()
        mark = " " + _("– PÅ NU")
        return [
            Item(key, text + (mark if (device, fault) in is_on else ""), self._set(device, fault))
            for key, text, device, fault in rows
            if device in simulated
        ]

    def _set(self, device: str, fault: str) -> Callable[[], None]:
        return lambda: set_fault(self, device, fault)

    def done(self, command: Command, outcome: Outcome) -> None:
        """Go back and say what is set, and where it is mended."""
        if outcome.error is None and isinstance(command, SetDemoFault):
            self.close()
            key = self.desk.keymap.shown("menu")
            words = _("Felet är på. {key} 9 visar vilka fel som är på, och tar bort dem.")
            if command.fault == "slow-approval":
                words = _("Banken svarar långsamt (8 s) från nästa kort. {key} 9 7 tar bort det.")
            if command.fault == "reprint":
                words = _("Kortterminalen skickar sitt senaste kvitto en gång till.")
            if not command.fault:
                words = _("Apparaten är i ordning igen.")
            self.desk.notice = Notice(words.format(key=key))
