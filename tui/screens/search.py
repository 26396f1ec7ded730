"""Finding an article by parts of words; what is typed here is text, letters and digits alike."""

from typing import ClassVar

from rich.segment import Segment

from core.catalog import Article
from core.errors import NotAnAmount, TillError
from core.money import parse_kronor
from tui.commands import AddNumbers, Command
from tui.entry import AMOUNT_CHARACTERS, Entry
from tui.i18n import _
from tui.screens.page import Cap, Desk, Key, Page
from tui.texts import amount
from tui.views import Outcome
from tui.widgets.block import (
    Block,
    Row,
    above,
    beside,
    block,
    cut,
    filled,
    fit,
    framed,
    inset,
    line,
    pressable,
    tall,
    wrapped,
)
from tui.widgets.dialog import field

HITS_MAX = 50
WORDS_MAX = 60
LIST_WIDTH_MAX = 84
"""Cells from an article's number to its price: more, and the eye loses the row."""


class SearchPage(Page):
    """A list of hits that narrows with each letter; Enter adds the marked one."""

    name: ClassVar[str] = "search"

    def __init__(self, desk: Desk, quantity_milli: int | None, price_ore: int | None) -> None:
        """Open with the quantity and price that were typed on the register."""
        super().__init__(desk)
        self.quantity_milli = quantity_milli
        self.price_ore = price_ore
        self.words = ""
        self.hits = desk.search("", HITS_MAX)
        self.chosen = 0
        self.window = 1
        self.pricing: Article | None = None
        """An article at an open price whose price is being typed."""
        self.entry = Entry()
        self.acts = {
            "enter": self._enter,
            "erase": self._erase,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "page-up": lambda: self._move(-self.window),
            "page-down": lambda: self._move(self.window),
            "back": self._back,
        }

    @property
    def entry_text(self) -> str:
        """The words, or the price that is being typed."""
        return self.entry.text if self.pricing else self.words

    def key(self, key: Key) -> bool:
        """Take text first: every letter belongs to the words here."""
        if self.pricing is not None:
            if key.name in AMOUNT_CHARACTERS:
                self.entry = self.entry.typed(key.name)
                return True
            return super().key(key)
        if key.character and key.character.isprintable():
            if len(self.words) < WORDS_MAX:
                self.words += key.character
                self._find()
            return True
        return super().key(key)

    def scan(self, entry: Entry, is_whole: bool) -> bool:
        """Take a whole code as the words, and add what it finds."""
        if self.pricing is not None:
            return False
        if is_whole and entry.text:
            self.words = entry.text[:WORDS_MAX]
            self._find()
            self._enter()
        return True

    def paste(self, text: str, is_whole: bool) -> bool:
        """Take a pasted text as words."""
        if self.pricing is not None:
            return False
        self.words = (self.words + text)[:WORDS_MAX]
        self._find()
        return True

    def _find(self) -> None:
        self.hits = self.desk.search(self.words, HITS_MAX)
        self.chosen = 0

    def _move(self, count: int) -> None:
        self.chosen = max(0, min(len(self.hits) - 1, self.chosen + count))

    def _erase(self) -> None:
        if self.pricing is not None:
            self.entry = self.entry.erased()
        else:
            self.words = self.words[:-1]
            self._find()

    def _back(self) -> None:
        if self.pricing is not None:
            self.pricing, self.entry = None, Entry()
        else:
            self.close()

    def _enter(self) -> None:
        if self.pricing is not None:
            self._price(self.pricing)
        elif not self.hits:
            self.desk.warn(_("Ingen vara att lägga in."), "unknown-article")
        else:
            article = self.hits[self.chosen]
            if article.price_ore is None and self.price_ore is None:
                self.pricing, self.entry = article, Entry()
            else:
                self._add(article, self.price_ore)

    def _price(self, article: Article) -> None:
        try:
            if not self.entry.text:
                raise NotAnAmount(text="")
            self._add(article, parse_kronor(self.entry.text))
        except TillError as error:
            self.entry = self.entry.kept()
            self.desk.refuse(error)

    def _add(self, article: Article, price_ore: int | None) -> None:
        self.desk.send(AddNumbers((article.number,), self.quantity_milli, price_ore), self)

    def done(self, command: Command, outcome: Outcome) -> None:
        """Go back to the register when the article was added."""
        if outcome.error is None:
            self.close()

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        caps = [self.cap("erase"), self.cap("up"), self.cap("down"), self.cap("back")]
        return [self.cap("enter", _("Lägg in")), *caps]

    def draw(self, width: int, height: int) -> Block:
        """Draw the words and the hits around the marked one."""
        styles = self.desk.styles
        inner = width - 4
        if self.pricing is not None:
            words = _("{name}: skriv priset i kronor").format(name=self.pricing.name)
            head = above(
                wrapped(words, inner, styles.strong), field(self.entry.text, inner, styles, _("kr"))
            )
        else:
            head = field(self.words, inner, styles)
        list_width = min(inner, LIST_WIDTH_MAX)
        self.window = max(1, height - len(head.rows) - 3)
        top = max(0, min(self.chosen - self.window // 2, len(self.hits) - self.window))
        rows = [
            self._row(number, list_width)
            for number in range(top, min(len(self.hits), top + self.window))
        ]
        if not rows:
            rows = [line(_("Inget hittat."), list_width, styles.muted)]
        narrow = tall(block(list_width, rows), self.window, styles.base)
        beneath = filled(inner - list_width, self.window, styles.base)
        hits = beside(styles.base, narrow, beneath)
        parts = [inset(head, 1, styles.base), inset(hits, 1, styles.base)]
        return tall(framed(parts, _("Sök vara"), styles.frame, styles.accent), height, styles.base)

    def _row(self, number: int, width: int) -> Row:
        styles, article = self.desk.styles, self.hits[number]
        style = styles.chosen if number == self.chosen else styles.base
        price = _("öppet pris") if article.price_ore is None else amount(article.price_ore)
        is_per_unit = article.unit != "st" and article.price_ore is not None
        name_cells = width - 8 - 12 - 4
        shown = (
            fit(article.number, 8)
            + fit(cut(article.name, name_cells - 1), name_cells)
            + fit(price, 12, "right")
        )
        # The unit has a column of its own, so that all prices stand beneath one another.
        shown += fit(f"/{article.unit}" if is_per_unit else "", 4)
        style = pressable(style, "enter") if number == self.chosen else style
        return (Segment(fit(shown, width) if len(shown) < width else shown, style),)
