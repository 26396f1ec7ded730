"""Backup and export from the menu: what can be made, what is being made, and where it lies."""

from tui.books import BooksPicture
from tui.commands import MakeBooks
from tui.i18n import _
from tui.screens.page import Notice, Page
from tui.screens.reports import Item, ListPage
from tui.views import TillView
from tui.widgets.block import Block, above, block, wrapped
from tui.widgets.dialog import choice, gap, inner_width, sheet

_KILO, _MEGA, _TENFOLD = 1_000, 1_000_000, 10


class BooksPage(ListPage):
    """Makes a backup or an export; the till sells on meanwhile."""

    def heading(self) -> str:
        """Give the title."""
        return _("Export och säkerhetskopia")

    def items(self) -> list[Item]:
        """Give what can be made."""
        return [
            Item("1", _("Säkerhetskopia av kassans data"), lambda: self._make("backup")),
            Item("2", _("Export av journal och kvitton (JSON)"), lambda: self._make("export")),
        ]

    @property
    def _books(self) -> BooksPicture | None:
        return self.desk.view.books if self.desk.view else None

    def _make(self, kind: str) -> None:
        if self._books is not None and self._books.is_running:
            self.desk.warn(_("Det görs redan en. Vänta tills den är klar."), "books-running")
            return
        self.desk.send(MakeBooks(kind), self)

    def draw(self, width: int, height: int) -> Block:
        """Draw what can be made, and below it what became of the last."""
        styles, inner = self.desk.styles, inner_width(width)
        rows = [
            choice(item.key, item.text, inner, styles, is_chosen=number == self.chosen)
            for number, item in enumerate(self.items())
        ]
        parts = [block(inner, rows)]
        if self._books is not None:
            texts = books_words(self._books)
            told = [wrapped(text, inner, styles.base) for text in texts[1:]]
            head = wrapped(texts[0], inner, styles.error if self._books.error else styles.strong)
            parts.append(above(head, *told))
        else:
            words = _("Kassan går att sälja i under tiden. Den som har rätt till filen läser allt.")
            parts.append(above(gap(inner, styles), wrapped(words, inner, styles.muted)))
        return sheet(self.heading(), parts, width, height, styles)


def books_words(books: BooksPicture) -> list[str]:
    """Tell what is being made, what was made and where it lies, or why it was not."""
    is_backup = books.kind == "backup"
    if books.is_running:
        head = _("Säkerhetskopian görs och kontrolleras …") if is_backup else _("Exporten skrivs …")
        return [head, _("Kassan går att sälja i under tiden.")]
    if books.error:
        head = _("Ingen säkerhetskopia är gjord.") if is_backup else _("Ingen hel export är gjord.")
        return [head, books.error]
    words = [
        _("Säkerhetskopian är gjord och kontrollerad.") if is_backup else _("Exporten är skriven."),
        books.place,
        _("Storlek: {size}").format(size=size_words(books.size_bytes)),
    ]
    if is_backup:
        reach = _("Journalen till rad {seq}, kvitto {receipt_no}, Z-rapport {z_no}.")
        words.append(reach.format(seq=books.head_seq, receipt_no=books.receipt_no, z_no=books.z_no))
        if books.is_unwitnessed:
            words.append(_("Vittnesfilen saknas eller är tom: kopian är inte hållen mot den."))
        if books.is_same_disk:
            words.append(_("Den ligger på samma disk som kassan: flytta den till en annan."))
    return words


def books_news(before: TillView | None, view: TillView, top: Page) -> Notice | None:
    """Tell on any other screen that a backup or export has come to its end."""
    books = view.books
    if isinstance(top, BooksPage) or books is None or books.is_running:
        return None
    if before is None or before.books == books:
        return None
    words = books_words(books)
    return Notice(" ".join(words[:2]), "books-failed" if books.error else "")


def size_words(size_bytes: int) -> str:
    """Say a size in whole kB or MB."""
    if size_bytes >= _TENFOLD * _MEGA:
        return f"{size_bytes // _MEGA} MB"
    return f"{max(1, size_bytes // _KILO)} kB"
