"""The desk: keys in order, one command at a time, and the page on top. Knows no widget.

Keys lie in one queue; each is read after the outcome of the command before it, so that a flood of
scans loses, merges and reorders nothing. Keys typed before a question was painted are dropped with
a bell: the only keys ever dropped, so that nobody answers what he has not seen.
"""

from collections import deque
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Protocol

from core.catalog import Article, QuickKey
from core.checkout import SaleState
from core.errors import PaymentInProgress, TillError
from core.layout_file import usable_keys
from core.ports import Clock
from core.services.till import Attention, check_may_quit
from core.text import visible
from tui.bindings import LATER, Keymap, key_name
from tui.commands import Command, Quit
from tui.entry import CHARACTERS
from tui.i18n import _
from tui.messages import CommandDone, TillFailed, TillReady
from tui.screens.books import books_news
from tui.screens.closing import closing_page
from tui.screens.confirm import StopPage
from tui.screens.page import Key, Notice, Page
from tui.screens.scans import Scan, ScanGate
from tui.screens.stack import PageStack
from tui.texts import error_words, is_told_by_reason, seconds
from tui.till_port import TillPort
from tui.views import ShopView, TillView
from tui.widgets.palette import Palette

PASTE_MAX = 65_536
"""Characters of one paste that are read."""
PASTED, PASTED_LINE = "pasted", "pasted-line"
"""Names of keys that are a paste: its last piece, and a line with its end."""
REPAINT_S = 0.1
"""Within a flood the screen is drawn at most this often."""
STORE_WAIT = "store-wait"
"""Code of the notice that another program holds the database."""
WAIT_TOLD_S = 1
"""A wait for the control unit is told from here on; a shorter one would only flicker."""


class Shell(Protocol):
    """What the desk needs of the program around it."""

    def draw_later(self) -> None:
        """Draw when nothing else is to be done."""

    def draw_now(self) -> None:
        """Draw at once what is to be drawn later."""

    def draw_soon(self) -> None:
        """Draw within a moment that nobody notices, unless it is drawn before."""

    def ring(self) -> None:
        """Sound the bell."""

    def leave(self, code: int) -> None:
        """End the program."""

    def tell(self) -> None:
        """Write a status line; after the next paint if the question on top is unpainted."""

    def move_focus(self) -> None:
        """Move the keys between the till and the simulated terminal."""


class TillDesk:
    """Implements tui.screens.page.Desk."""

    def __init__(
        self, port: TillPort, shell: Shell, clock: Clock, styles: Palette, keymap: Keymap
    ) -> None:
        self.port = port
        self.styles = styles
        self.keymap = keymap
        self.scans = ScanGate()
        self.notice: Notice | None = None
        self.shop: ShopView | None = None
        self.view: TillView | None = None
        self.failure: TillFailed | None = None
        """Why the till stopped, for the exit code."""
        self.has_face = False
        self.is_face_active = False
        self.drawn_at_s = 0.0
        self.seen_at_s = 0.0
        """When the question on top was painted; infinite while it is not."""
        self._signing_at_s = 0.0
        """When the wait for the code of a paid sale began."""
        self._shell = shell
        self._clock = clock
        self._stack = PageStack(self)
        self._waiting: deque[Key] = deque()
        self._sent: Command | None = None
        self._sender: Page = self._stack.top

    @property
    def top(self) -> Page:
        """The page that takes keys."""
        return self._stack.top

    @property
    def is_busy(self) -> bool:
        """Say whether a command is being carried out."""
        return self._sent is not None or self.is_waiting

    @property
    def is_unseen(self) -> bool:
        """Say whether the question on top was not painted yet."""
        return self.top.is_question and self.seen_at_s == inf

    @property
    def is_card(self) -> bool:
        """Say whether a card is being asked for, asked about or decided on."""
        return self._stack.is_card

    # Keys: in, in order, one by one.

    def take_key(self, key: str, character: str | None, at_s: float) -> None:
        """Put a key in the queue and read what may be read."""
        typed = character if character and character.isprintable() else ""
        self._waiting.append(Key(key_name(key, character), typed, at_s))
        self.read_keys()

    def take_paste(self, text: str) -> None:
        """Take a bracketed paste line by line, as text: it never presses a key."""
        at_s = self._clock.monotonic_s()
        lines = text[:PASTE_MAX].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for number, line in enumerate(lines, 1):
            pasted = visible(line.removeprefix(self.scans.prefix))
            if pasted:
                name = PASTED if number == len(lines) else PASTED_LINE
                self._waiting.append(Key(name, "", at_s, pasted))
        self.read_keys()

    def read_keys(self) -> None:
        """Read waiting keys until one sends a command; draw when none is out."""
        while self._waiting and self._sent is None and not self.is_waiting:
            is_early = self.view is None and self.failure is None
            if is_early and self._waiting[0].name not in CHARACTERS:
                break
            self._read_key(self._waiting.popleft())
        # While a command is out nothing new is to be seen, but in a flood the lines so far are.
        is_flood = bool(self._waiting) and self._clock.monotonic_s() - self.drawn_at_s > REPAINT_S
        if self.is_waiting or (self.is_card and not self.is_unseen):
            # A device is answering: what comes next is worth more than each picture of waiting.
            self._shell.draw_soon()
        elif self._sent is None or is_flood:
            self._shell.draw_later()

    @property
    def is_waiting(self) -> bool:
        """Say whether a paid sale waits for its code and nobody is asked: keys wait too."""
        return self.view is not None and self.view.is_signing and not self.top.is_question

    @property
    def news(self) -> Notice | None:
        """Give the line above the keys: what the till waits for and how long, or the notice."""
        waited_s = int(self._clock.monotonic_s() - self._signing_at_s) if self.is_waiting else 0
        if waited_s < WAIT_TOLD_S:
            return None if self.top.own_error is not None else self.notice
        words = _("Betald. Väntar på kontrollenheten … {time}")
        return Notice(words.format(time=seconds(waited_s)))

    @property
    def key_words(self) -> str:
        """Say what becomes of keys while none works; empty while the page's own keys do."""
        if not self.is_waiting:
            return ""
        if self._waiting:
            words = _("Sparade tangenter: {count}. De läses när köpet är klart.")
            return words.format(count=len(self._waiting))
        return _("Vänta: tangenter som trycks nu läses när köpet är klart.")

    def _read_key(self, key: Key) -> None:
        page = self.top
        scan = self.scans.take(key) if key.pasted is None else None
        if page.is_question and key.at_s <= self.seen_at_s:
            self.ring()
            return
        if scan is not None or key.pasted is not None:
            self._read_text(page, key, scan)
        else:
            self.notice = None
            if not page.key(key):
                self._global_key(key)
        self._shell.tell()

    def _read_text(self, page: Page, key: Key, scan: Scan | None) -> None:
        """Hand a page what was scanned or pasted; what no page reads is told and dropped."""
        if scan is not None and scan.is_rest:
            self.ring()
            return
        self.notice = None
        if scan is not None:
            if not page.scan(scan.entry, scan.is_whole) and scan.is_whole:
                self.warn(_("Här läses ingen streckkod."), "no-scan")
        elif not page.paste(key.pasted or "", key.name == PASTED_LINE):
            self.warn(_("Här går det inte att klistra in."), "no-paste")

    def _global_key(self, key: Key) -> None:
        """Do what works everywhere, or say that it does not."""
        for function in self.keymap.functions(key.name):
            if function == "help":
                self._help()
            elif function == "quit":
                self._ask_to_quit()
            elif function == "face" and self.has_face and self.is_card:
                self._shell.move_focus()
            elif function in LATER:
                self.notice = Notice(_("Det finns inte än i denna version."), "not-yet-built")
            else:
                continue
            return
        self.ring()

    def _help(self) -> None:
        from tui.screens.help import HelpPage

        self.open(HelpPage(self))

    def _ask_to_quit(self) -> None:
        """Ask before closing; what would be refused is not asked."""
        sale = self.view.sale if self.view else None
        if self.view is not None and sale is not None:
            try:
                check_may_quit(SaleState(sale.state), self.view.attention)
            except PaymentInProgress as error:
                self.refuse(error)
                return
        self.open(closing_page(self, lambda by: self.send(Quit(by), self.top)))

    def _hide_until_seen(self) -> None:
        """Drop what was typed before the question that just came up."""
        self.seen_at_s = inf
        if self._waiting:
            self._waiting.clear()
            self.ring()

    def lose_sight(self) -> None:
        """The window is too small to show the question on top: it is to be painted anew."""
        if self.top.is_question:
            self.seen_at_s = inf

    def seen(self) -> None:
        """The picture is painted: what is typed from now on may answer it."""
        if self.seen_at_s == inf:
            self.seen_at_s = self._clock.monotonic_s()
            self._shell.tell()

    # The till's words.

    def ready(self, message: TillReady) -> None:
        """Take the shop and the first picture."""
        self.shop = message.shop
        self.take_view(message.view)

    def take_panel(self, quick_keys: tuple[QuickKey, ...]) -> None:
        """Show the panel that an import left."""
        if self.shop is not None:
            keys = usable_keys(quick_keys, has_terminal=self.shop.has_terminal)
            self.shop = replace(self.shop, quick_keys=keys)
            self.changed()

    def take_view(self, view: TillView) -> None:
        """Show a picture unless a newer one is shown."""
        self._follow(view)
        self.changed()

    def _follow(self, view: TillView) -> None:
        if self.view is not None and view.version <= self.view.version:
            return
        before, self.view = self.view, view
        if view.is_signing and not (before is not None and before.is_signing):
            self._signing_at_s = self._clock.monotonic_s()
        self.notice = books_news(before, view, self.top) or self.notice
        if self._stack.follow(before, view):
            self._hide_until_seen()

    def tell_store_wait(self) -> None:
        """Say why the till stands still: an import, a copy or another program has the database."""
        words = _("Databasen används av ett annat program. Kassan väntar …")
        self.notice = Notice(words, STORE_WAIT)
        self._shell.tell()
        self._shell.draw_later()

    def done(self, message: CommandDone) -> None:
        """Take the outcome of the command that the keys wait for."""
        self._follow(message.view)
        if self.notice is not None and self.notice.code == STORE_WAIT:
            self.notice = None
        if message.command is self._sent:
            self._sent = None
            error = message.outcome.error
            if error is not None:
                self.refuse(error)
            self._sender.done(message.command, message.outcome)
            if message.outcome.may_quit:
                self.leave()
        self.changed()
        if self._sent is None:
            self._shell.draw_now()

    def failed(self, message: TillFailed) -> None:
        """Stop: nothing can be sold."""
        self.failure = message
        self._sent = None
        code = "bug" if message.is_bug else message.code
        told = ", ".join(f"{name}={value}" for name, value in message.facts.items())
        if is_told_by_reason(code, message.facts):
            told = str(message.facts["reason"])
        facts = _("Felkod: {code} {facts}").format(code=message.code, facts=told)
        words = (error_words(code, message.facts), facts)
        self.open(StopPage(self, _("Kassan är stoppad"), words, message.code))
        self.changed()

    def changed(self) -> None:
        """Tell of a change, and read the keys that waited for it."""
        self._shell.tell()
        self.read_keys()

    # What the pages may ask.

    def now(self) -> datetime:
        """Give the time for people."""
        return self._clock.now()

    def send(self, command: Command, sender: Page) -> None:
        """Hand a command to the till; keys wait for its outcome."""
        assert self._sent is None
        self._sent = command
        self._sender = sender
        self.port.submit(command)

    def open(self, page: Page) -> None:
        """Put a page on top; it takes the keys, and a question drops what was typed before it."""
        if self.is_face_active:
            self._shell.move_focus()
        self._stack.open(page)
        if page.is_question:
            self._hide_until_seen()

    def close(self, page: Page) -> None:
        """Take a page away."""
        self._stack.close(page)

    def below(self, page: Page) -> Page:
        """Give the page beneath."""
        return self._stack.below(page)

    def refuse(self, error: TillError) -> None:
        """Show an error of the till; two bells for a code that nobody knows."""
        self.notice = Notice(error_words(error.code, error.facts), error.code)
        self.scans.refused()
        self.ring(2 if error.code == "unknown-article" else 1)

    def warn(self, text: str, code: str) -> None:
        """Show a text as an error and sound the bell."""
        self.notice = Notice(text, code)
        self.ring()

    def ring(self, count: int = 1) -> None:
        """Sound the bell."""
        for _number in range(count):
            self._shell.ring()

    def search(self, words: str, limit: int) -> tuple[Article, ...]:
        """Find articles in memory."""
        return self.port.search(words, limit)

    def unanswered(self) -> Attention | None:
        """Give the question that was put aside and still stands."""
        return self._stack.aside

    def answer_now(self) -> None:
        """Show the question that was put aside."""
        self._stack.answer_now()
        self._hide_until_seen()

    def put_aside(self, attention: Attention) -> None:
        """Put a question aside; a banner stays."""
        self._stack.put_aside(attention)

    def leave(self) -> None:
        """Close the till: 0, or what its failure means (contract.md 2)."""
        codes: dict[str, int] = {"store-in-use": 4, "config": 2}
        self._shell.leave(0 if self.failure is None else codes.get(self.failure.code, 3))
