"""The card payment: comes by itself, shows what the terminal shows, and goes by itself."""

from typing import ClassVar

from core.card import Prompt
from core.document import Document
from core.facts import PAYMENT_TIMEOUT, TerminalState
from core.sale import Sale
from tui.before_stop_texts import before_stop_words
from tui.commands import AbortCard, AnswerPrompt
from tui.i18n import _
from tui.screens.page import Cap, Desk, Key, Page, refuse_key
from tui.screens.signature import draw_slip, slip_top, slip_width
from tui.texts import amount, seconds, spaced
from tui.views import TerminalPicture
from tui.widgets.block import Block, above, beside, block, framed, line, spread, wrapped
from tui.widgets.dialog import choices, field, gap, inner_width, sheet

ANSWER_LENGTH_MAX = 40


class CardPage(Page):
    """Shown while a card is asked for, asked about, or reversed."""

    name: ClassVar[str] = "card"
    is_question: ClassVar[bool] = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = ""
        """The answer that is being typed to a question for words."""
        self.slip_top: int | None = None
        """The row the slip is scrolled to; None = not scrolled yet."""
        self.slip_height = 3
        """Rows of the framed slip, as last drawn."""
        self.acts = {
            "erase": self._erase,
            "back": self._back,
            "enter": self._enter,
            "menu": self._menu,
            "page-up": lambda: self._scroll(-1),
            "page-down": lambda: self._scroll(1),
        }

    @property
    def entry_text(self) -> str:
        """The answer that is being typed."""
        return self.text

    @property
    def error_code(self) -> str:
        """Tell that the terminal asks something."""
        return "terminal-question" if self.prompt else ""

    @property
    def terminal(self) -> TerminalPicture | None:
        """The terminal as last heard."""
        return self.desk.view.terminal if self.desk.view else None

    @property
    def prompt(self) -> Prompt | None:
        """The terminal's open question."""
        return self.terminal.prompt if self.terminal else None

    @property
    def slip(self) -> Document | None:
        """The slip that the question is about; drawn in a demo, where it is nowhere else."""
        terminal, shop = self.terminal, self.desk.shop
        if terminal is None or terminal.prompt is None or shop is None or not shop.is_demo:
            return None
        return terminal.slip

    @property
    def is_wide(self) -> bool:
        """Say whether the slip takes the simulated terminal's place."""
        return self.slip is not None

    @property
    def sale(self) -> Sale | None:
        """The sale that is paid."""
        return self.desk.view.sale if self.desk.view else None

    @property
    def is_running(self) -> bool:
        """Say whether the payment runs on the terminal, as far as is known."""
        return self.sale is not None and self.sale.state == "authorizing"

    @property
    def is_abort_asked(self) -> bool:
        """Say whether the terminal was asked to stop; asking once more does no harm."""
        return self.is_running and self.terminal is not None and self.terminal.is_abort_asked

    def key(self, key: Key) -> bool:
        """Answer the terminal's question, or abort."""
        prompt = self.prompt
        if prompt is None:
            return super().key(key) or refuse_key(self, key, self._wait_words)
        if prompt.is_yes_no:
            if self.desk.keymap.is_key(key.name, "yes"):
                self._answer(prompt, "yes")
                return True
            if self.desk.keymap.is_key(key.name, "no"):
                self._answer(prompt, "no")
                return True
            return super().key(key)
        if key.character and key.character.isprintable():
            if len(self.text) < ANSWER_LENGTH_MAX:
                self.text += key.character
            return True
        return super().key(key)

    @property
    def _wait_words(self) -> str:
        """Say what a key that does nothing here waits for."""
        if self.is_running:
            return _("Vänta: kortköpet pågår på terminalen. Esc avbryter det.")
        if self.sale is not None and self.sale.state == "reversing":
            return _("Vänta: kortet återförs på terminalen.")
        return _("Vänta: kortköpet är oklart, kassan frågar terminalen om kortet är draget.")

    def _answer(self, prompt: Prompt, text: str) -> None:
        self.text = ""
        self.desk.send(AnswerPrompt(prompt.prompt_id, text), self)

    def _enter(self) -> None:
        prompt = self.prompt
        if prompt is None or prompt.is_yes_no or not self.text:
            self.desk.ring()
        else:
            self._answer(prompt, self.text)

    def _erase(self) -> None:
        self.text = self.text[:-1]

    def _back(self) -> None:
        prompt = self.prompt
        if prompt is not None and not prompt.is_yes_no:
            self._answer(prompt, "")
        elif self.is_running:
            self.desk.send(AbortCard(), self)
        else:
            self.desk.warn(self._wait_words, "must-answer")

    def _scroll(self, direction: int) -> None:
        slip = self.slip
        if slip is not None:
            step = max(1, self.slip_height - 3) * direction
            top = slip_top(slip, self.slip_height, self.slip_top)
            self.slip_top = slip_top(slip, self.slip_height, top + step)

    def _menu(self) -> None:
        from tui.screens.reports import MenuPage

        self.desk.open(MenuPage(self.desk))

    def draw(self, width: int, height: int) -> Block:
        """Draw the payment, and beside it the slip that is to be signed."""
        slip, styles = self.slip, self.desk.styles
        if slip is None:
            self.slip_top = None
            return self._payment(width, height)
        self.slip_height = height
        top = slip_top(slip, height, self.slip_top)
        paper = draw_slip(slip, slip_width(slip, width), height, top, styles)
        return beside(styles.base, self._payment(width - paper.width, height), paper)

    def _payment(self, width: int, height: int) -> Block:
        """Draw amount, time, the terminal's own display, and its question."""
        styles, sale = self.desk.styles, self.sale
        inner = inner_width(width)
        tender = sale.current_tender if sale else None
        asked_ore = tender.asked_ore if tender else 0
        passed_s = 0
        if tender is not None and tender.started_at is not None:
            passed_s = max(0, int((self.desk.now() - tender.started_at).total_seconds()))
        rows = [
            line("", inner, styles.base),
            spread(_("KORT"), spaced(asked_ore), inner, styles.total, styles.total),
            line("", inner, styles.base),
        ]
        if tender is not None and tender.till_tip_ore:
            tip = _("varav dricks")
            rows.insert(
                2, spread(tip, amount(tender.till_tip_ore), inner, styles.muted, styles.base)
            )
        status = spread(self._status(), seconds(passed_s), inner, styles.accent, styles.muted)
        parts = [block(inner, rows), above(block(inner, (status,)), *self._display(inner))]
        if self._is_overdue():
            words = _(
                "Det tar ovanligt lång tid. Kommer inget svar frågar kassan själv terminalen om "
                "kortet är draget. Dra det inte igen."
            )
            parts.append(wrapped(words, inner, styles.warning))
        parts.append(self._foot(inner))
        return sheet(_("Kortbetalning"), parts, width, height, styles)

    def _display(self, inner: int) -> list[Block]:
        """Draw what the terminal shows, unless that is the question which stands below."""
        styles, terminal, prompt = self.desk.styles, self.terminal, self.prompt
        lines = terminal.lines if terminal else ()
        if prompt is not None and lines == prompt.lines:
            return []
        shown = lines or (_("(inget än)"),)
        if terminal is not None and terminal.state is TerminalState.UNREACHABLE:
            shown = (_("(ingen kontakt)"),)
        display = [line(text, inner - 2, styles.strong, "centre") for text in shown[:6]]
        title = _("Terminalen visar")
        return [framed([block(inner - 2, display)], title, styles.frame, styles.muted)]

    def _is_overdue(self) -> bool:
        """Say whether the payment runs still although the driver expected its end."""
        sale, terminal = self.sale, self.terminal
        is_running = sale is not None and sale.state == "authorizing" and self.prompt is None
        return is_running and terminal is not None and terminal.text == PAYMENT_TIMEOUT

    def _status(self) -> str:
        sale, terminal = self.sale, self.terminal
        if sale is None or terminal is None:
            return ""
        if sale.state == "reversing":
            return _("Återför betalningen …")
        if sale.state == "in_doubt":
            if terminal.query_attempt:
                return _("Frågar terminalen, försök {count} …").format(
                    count=terminal.query_attempt + 1
                )
            return _("Frågar terminalen …")
        if sale.state == "held":
            return _("Väntar på beslut …")
        if terminal.is_abort_asked:
            return _("Avbryter …")
        if self.prompt is not None:
            return _("Terminalen frågar kassan")
        return _("Väntar på kunden")

    def _foot(self, inner: int) -> Block:
        """Draw the terminal's question, or what may be pressed."""
        styles, prompt = self.desk.styles, self.prompt
        if prompt is not None:
            asked = [wrapped(text, inner, styles.warning) for text in prompt.lines[:8] or ("",)]
            if prompt.is_signature:
                words = _("Titta på kortblanketten: är underskriften kortinnehavarens?")
                asked.append(wrapped(words, inner, styles.base))
            if prompt.is_yes_no:
                rows = [("J", _("ja")), ("N", _("nej"))]
                return above(*asked, gap(inner, styles), choices(rows, inner, styles))
            rows = [("Enter", _("svara")), ("Esc", _("ge upp"))]
            answer = field(self.text, inner, styles)
            return above(*asked, answer, gap(inner, styles), choices(rows, inner, styles))
        rows = []
        if self.is_running and not self.is_abort_asked:
            rows.append(("Esc", _("avbryt kortbetalningen")))
        if self.desk.has_face:
            where = _("till terminalen: spela kund")
            if self.desk.is_face_active:
                where = _("tillbaka till kassan")
            rows.append(("Tab", where))
        parts = []
        view = self.desk.view
        if view is not None and view.before_stop is not None:
            words = before_stop_words(view.before_stop)
            parts.append(wrapped(words, inner, styles.strong))
        if self.is_abort_asked:
            words = _("Avbrott begärt: terminalen avgör om kortet redan är draget.")
            parts.append(wrapped(words, inner, styles.muted))
        elif self.sale is not None and self.sale.state == "in_doubt":
            words = _(
                "Kassan frågar terminalen om kortet är draget. Låt inte kunden betala igen: "
                "kortet dras aldrig två gånger."
            )
            parts.append(wrapped(words, inner, styles.warning))
        elif not self.is_running:
            words = _("Vänta. Kortet dras aldrig två gånger.")
            parts.append(wrapped(words, inner, styles.muted))
        if rows:
            parts.append(choices(rows, inner, styles))
        return above(*parts)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        caps = []
        if self.prompt is not None and self.prompt.is_yes_no:
            caps = [self.cap("yes"), self.cap("no")]
        elif self.prompt is not None:
            caps = [self.cap("enter", _("Svara")), self.cap("erase")]
            caps.append(self.cap("back", _("Ge upp")))
        is_text_asked = self.prompt is not None and not self.prompt.is_yes_no
        if self.is_running and not is_text_asked and not self.is_abort_asked:
            caps.append(self.cap("back", _("Avbryt kortet")))
        if self.slip is not None:
            caps.append(self.cap("page-down"))
        if self.desk.has_face:
            caps.append(self.face_cap())
        return [*caps, self.cap("menu"), self.cap("help")]
