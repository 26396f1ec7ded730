"""What the till cannot decide alone: an unclear card, a held card, a missing code, a paper.

These pages come by themselves and stay until the till itself has what it needs. Each says what is
known, what is asked, and what each answer will do; an answer about money is asked twice.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from core.errors import TillError
from core.facts import TerminalState
from core.frozen import frozen
from core.services.late import LATE_CODE
from core.services.till import Attention
from tui.attention_texts import (
    attention_title,
    attention_words,
    charged_words,
    must_answer_words,
    no_paper_words,
)
from tui.before_stop_texts import before_stop_words
from tui.commands import (
    AskTerminalAgain,
    Command,
    DecideDoubt,
    DecidePaper,
    DecideReversal,
    Decision,
    KeepHeld,
    ReverseHeld,
    ReverseLate,
    SettleLateByHand,
    TrySigningAgain,
)
from tui.entry import AMOUNT_CHARACTERS, Entry
from tui.i18n import _
from tui.screens.confirm import MessagePage
from tui.screens.decision import DecisionPage
from tui.screens.page import Cap, Desk, Key, Page, refuse_key
from tui.screens.unsigned import draw_unsigned, draw_ways_on
from tui.texts import kronor
from tui.views import Outcome
from tui.widgets.block import Block, above, wrapped
from tui.widgets.dialog import choices, field, gap, inner_width, sheet

HEARD = (TerminalState.READY, TerminalState.BUSY)
"""What the terminal shows is only told while it is heard."""


@frozen
class Choice:
    """One answer: its key, its words on the sheet, its word on the line of keys, what it does."""

    key: str
    words: str
    word: str
    act: Callable[[], None]


class RecoveryPage(Page):
    """Shows the till's open question (TillView.attention)."""

    name: ClassVar[str] = "recovery"
    is_question: ClassVar[bool] = True

    def __init__(self, desk: Desk, attention: Attention) -> None:
        super().__init__(desk)
        self.attention = attention
        self.entry: Entry | None = None
        """The total on the terminal's slip while it is being typed."""
        self.asked_paper: Attention | None = None
        """The question about a paper that is being answered; the next may be here before it is."""
        self.acts = {"back": self._back, "menu": self._menu, "enter": self._enter}
        self.acts["erase"] = self._erase

    @property
    def error_code(self) -> str:
        """The question's code."""
        return self.attention.code

    @property
    def entry_text(self) -> str:
        """The total that is being typed."""
        return self.entry.text if self.entry else ""

    @property
    def facts(self) -> dict[str, str | int]:
        """What the till knows about the question."""
        return dict(self.attention.facts)

    @property
    def slip_ore(self) -> int:
        """What an approved slip says that the till holds; 0 without one."""
        return int(self.facts.get("slip_ore", 0))

    @property
    def _is_of_sale(self) -> bool:
        """Say whether the question is about the present sale, not a paper or a late approval."""
        code = self.attention.code
        return code.startswith(("card-", "unit-")) and code != LATE_CODE

    def choices(self) -> list[Choice]:
        """Give key, words and act of each answer."""
        code = self.attention.code
        if code == "card-doubt":
            asked = kronor(int(self.facts.get("asked_ore", 0)))
            return [
                Choice("1", _("Fråga terminalen igen"), _("Fråga igen"), self._ask_again),
                Choice("2", _("Terminalen visar GODKÄNT"), _("Godkänt"), self._charged),
                Choice(
                    "3",
                    _("Terminalen visar INGEN betalning på {asked}").format(asked=asked),
                    _("Ingen"),
                    self._not_charged,
                ),
            ]
        if code == "card-held":
            return self._held_choices()
        if code == LATE_CODE:
            return self._late_choices()
        if code == "card-unreversed":
            words = _("Terminalens kvitto visar INGEN återföring")
            return [self._reversed_choice("1"), Choice("2", words, _("Ingen"), self._not_reversed)]
        if code.startswith("unit-"):
            again = self._send(TrySigningAgain())
            return [Choice("1", _("Försök igen nu"), _("Försök igen"), again)]
        if code == "paper-unknown":
            return [
                Choice("J", _("Ja, papperet kom ut helt"), _("Ja"), self._paper(True)),
                Choice("N", self._no_paper_words, _("Nej"), self._paper(False)),
            ]
        return []

    @property
    def _no_paper_words(self) -> str:
        """Say what "no" is, and what prints then."""
        if self.facts.get("kind") == "receipt":
            return _("Nej, inget eller trasigt papper: skriv ut den enda kopian")
        if self.facts.get("kind") == "copy":
            return _("Nej, inte kopian heller: kunden har inget papper")
        return _("Nej, inget eller trasigt papper: skriv ut igen")

    def _held_choices(self) -> list[Choice]:
        """Give the answers about a held card; what a slip shows only after a reversal."""
        held = [
            Choice("1", _("Behåll betalningen"), _("Behåll"), self._keep),
            Choice("2", _("Återför hela beloppet till kortet"), _("Återför"), self._reverse),
        ]
        is_reversal_asked = bool(self.facts.get("reversal_service_id"))
        return [*held, self._reversed_choice("3")] if is_reversal_asked else held

    def _late_choices(self) -> list[Choice]:
        """Give the answers about a late approval; none while it is being reversed."""
        if self.facts.get("is_reversing"):
            return []
        by_hand = Choice("2", _("Hanterat för hand"), _("För hand"), self._late_by_hand)
        if not self.facts.get("may_reverse"):
            return [by_hand]
        words = _("Återför hela beloppet till kortet")
        return [Choice("1", words, _("Återför"), self._late_reverse), by_hand]

    def _late_reverse(self) -> None:
        words = _("Återför {authorized} till kortet? Köpen i kassan ändras inte.")
        self._ask(_("Återför"), words, ReverseLate(int(self.facts.get("late_service_id", 0))))

    def _late_by_hand(self) -> None:
        words = _(
            "Är {authorized} uppgjort med kunden på annat sätt? Beslutet skrivs med ditt namn i "
            "journalen och på Z-rapporten."
        )
        command = SettleLateByHand(int(self.facts.get("late_service_id", 0)))
        self._ask(_("Hanterat för hand"), words, command)

    def _reversed_choice(self, key: str) -> Choice:
        words = _("Terminalens kvitto visar ÅTERFÖRT")
        return Choice(key, words, _("Återfört"), self._reversed)

    def key(self, key: Key) -> bool:
        """Take digits while a total is typed, else the key of an answer."""
        if self.entry is not None:
            if key.name in AMOUNT_CHARACTERS:
                self.entry = self.entry.typed(key.name)
                return True
            return super().key(key)
        for choice in self.choices():
            is_yes = choice.key == "J" and self.desk.keymap.is_key(key.name, "yes")
            if key.name == choice.key.lower() or is_yes:
                choice.act()
                return True
        if super().key(key) or self.entry is not None:
            return True
        return refuse_key(self, key, must_answer_words(self.attention))

    def _send(self, command: Command) -> Callable[[], None]:
        return lambda: self.desk.send(command, self)

    def _ask(self, title: str, words: str, command: Decision) -> None:
        """Ask before a decision, by name; `{authorized}` in the words is what the card paid."""
        words = words.format(authorized=kronor(int(self.facts.get("authorized_ore", 0))))
        self.desk.open(
            DecisionPage(
                self.desk,
                title,
                words,
                lambda name: self.desk.send(replace(command, by=name), self),
            )
        )

    def _ask_again(self) -> None:
        self.desk.send(AskTerminalAgain(), self)

    def _charged(self) -> None:
        self.entry = Entry()

    def _not_charged(self) -> None:
        words = _(
            "Terminalen visar ingen betalning, och kunden har inget kvitto från den: inget är "
            "draget. Beslutet skrivs i journalen och på Z-rapporten. Är det så?"
        )
        title = _("Inget är draget")
        if self.slip_ore:
            title = _("Kassan har ett kortkvitto")
            words = _(
                "VARNING: kassan har fått terminalens kortkvitto GODKÄNT {slip}: kortet är "
                "draget. Svara ja bara om terminalens eget kvitto visar att köpet är makulerat. "
                "Beslutet skrivs i journalen och på Z-rapporten."
            ).format(slip=kronor(self.slip_ore))
        self._ask(title, words, DecideDoubt(is_charged=False))

    def _keep(self) -> None:
        words = _("Behåll {authorized} på kortet? Beslutet skrivs i journalen.")
        self._ask(_("Behåll"), words, KeepHeld())

    def _reverse(self) -> None:
        words = _("Återför {authorized} till kortet? Köpet är sedan obetalt.")
        self._ask(_("Återför"), words, ReverseHeld())

    def _reversed(self) -> None:
        words = _(
            "Terminalens kvitto visar att {authorized} är återfört. Köpet är sedan obetalt. "
            "Beslutet skrivs i journalen och på Z-rapporten. Är det så?"
        )
        self._ask(_("Återfört"), words, DecideReversal(is_reversed=True))

    def _not_reversed(self) -> None:
        words = _(
            "Terminalens kvitto visar INGEN återföring: {authorized} är draget på kortet. "
            "Är det så?"
        )
        self._ask(_("Inte återfört"), words, DecideReversal(is_reversed=False))

    def _paper(self, was_seen: bool) -> Callable[[], None]:
        paper_id = int(self.facts.get("paper_id", 0))

        def answer() -> None:
            self.asked_paper = self.attention
            self.desk.send(DecidePaper(paper_id, was_seen), self)

        return answer

    def _enter(self) -> None:
        if self.entry is None:
            first = self.choices()
            if self.attention.code.startswith("unit-") and first:
                first[0].act()
            else:
                self.desk.warn(must_answer_words(self.attention), "must-answer")
            return
        try:
            total_ore = self.entry.amount_ore()
        except TillError as error:
            self.entry = self.entry.kept()
            self.desk.refuse(error)
            return
        if total_ore is None and self.slip_ore:
            total_ore = self.slip_ore
        shown_ore = int(self.facts.get("asked_ore", 0)) if total_ore is None else total_ore
        shop = self.desk.shop
        limit = 0 if shop is None or shop.tip_mode == "off" else shop.tip_max_percent
        words = charged_words(self.attention, shown_ore, limit)
        self._ask(_("Kortet är draget"), words, DecideDoubt(is_charged=True, total_ore=total_ore))

    def _erase(self) -> None:
        if self.entry is not None:
            self.entry = self.entry.erased()

    def _back(self) -> None:
        if self.entry is not None:
            self.entry = None
        elif self.attention.code in ("paper-unknown", LATE_CODE):
            self.desk.put_aside(self.attention)
        else:
            self.desk.warn(must_answer_words(self.attention), "must-answer")

    def _menu(self) -> None:
        from tui.screens.reports import MenuPage

        self.desk.open(MenuPage(self.desk))

    def done(self, command: Command, outcome: Outcome) -> None:
        """Forget what was typed when the till took the answer; tell of a customer without paper."""
        if outcome.error is not None:
            return
        self.entry = None
        is_paper = isinstance(command, DecidePaper) and not command.was_seen
        if is_paper and self.asked_paper is not None:
            asked, self.asked_paper = self.asked_paper, None
            if dict(asked.facts).get("kind") == "copy":
                title = _("Kunden har inget papper")
                self.desk.open(MessagePage(self.desk, title, no_paper_words(asked), "no-paper"))

    def draw(self, width: int, height: int) -> Block:
        """Draw what is known, and the answers."""
        styles, inner = self.desk.styles, inner_width(width)
        known = [wrapped(text, inner, styles.base) for text in attention_words(self.attention)]
        before = self.desk.view.before_stop if self.desk.view else None
        if before is not None and self._is_of_sale:
            known.insert(0, wrapped(before_stop_words(before), inner, styles.strong))
        parts = [above(*known) if known else gap(inner, styles)]
        terminal = self.desk.view.terminal if self.desk.view else None
        is_card = self.attention.code.startswith("card-")
        if is_card and terminal is not None and terminal.state in HEARD and terminal.lines:
            words = _("Terminalen visar: {text}").format(text=" / ".join(terminal.lines))
            parts.append(wrapped(words, inner, styles.accent))
        is_unit = self.attention.code.startswith("unit-")
        if is_unit:
            parts.append(draw_unsigned(self.desk.view, inner, styles))
        if self.entry is not None:
            words = _("Vilken summa står på terminalens kvitto? Tomt = det begärda beloppet.")
            if self.slip_ore:
                words = _("Vilken summa står på terminalens kvitto? Tomt = {slip}.").format(
                    slip=kronor(self.slip_ore)
                )
            parts.append(
                above(
                    wrapped(words, inner, styles.strong),
                    field(self.entry.text, inner, styles, _("kr")),
                )
            )
        else:
            rows = [(choice.key, choice.words) for choice in self.choices()]
            if is_unit:
                view, key = self.desk.view, self.desk.keymap.shown("quit")
                parts.append(draw_ways_on(view, self.attention, rows, key, inner, styles))
            elif rows:
                parts.append(choices(rows, inner, styles))
        if self.desk.is_face_active:
            words = _("Tangenterna går till terminalen. Tab: tillbaka till kassan.")
            parts.append(wrapped(words, inner, styles.warning))
        return sheet(attention_title(self.attention), parts, width, height, styles)

    def caps(self) -> list[Cap]:
        """Give the keys that work now."""
        caps = [Cap(each.key, each.word, each.key.lower()) for each in self.choices()]
        if self.entry is not None:
            caps = [self.cap("enter", _("Vidare")), self.cap("erase"), self.cap("back")]
        elif self.attention.code in ("paper-unknown", LATE_CODE):
            caps.append(self.cap("back", _("Senare")))
        elif self.attention.code.startswith("unit-"):
            caps.append(self.cap("enter", _("Försök igen")))
            caps.append(self.cap("quit", _("Stäng kassan")))
        if self.desk.has_face and self.attention.code.startswith("card-"):
            caps.append(self.face_cap())
        return [*caps, self.cap("help"), self.cap("menu")]
