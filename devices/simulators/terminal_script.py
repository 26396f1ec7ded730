"""What a simulated card terminal does when no person plays it: one play per payment.

Text form, one word per line, `#` begins a comment, `next` begins the next payment's play, `once`
(anywhere) stops repeating: after the last play every payment is a tap without tip. Without `once`
the plays start over. Two words concern the whole run: `refuse-login` and `silent`.

    tip 31.00            the customer adds this          total 280.00    … or types this total
    tap | chip 1234 | swipe | decline | stop             how the customer acts (default: tap)
    wait 0.2             seconds before the card         answer-wait 0.5 seconds before the answer
    approval-wait 8      seconds that a slow bank takes: an abort in them comes too late
    cable before-approval | cable after-approval         the link is torn there
    reprint 5            seconds after the answer the customer's slip is printed again
    question code | voice | unknown                      the terminal asks the cashier
    amount 1.00          the answer names this amount    force-tip 10.00 a tip although not allowed
    any word of Fault                                    see there
"""

from dataclasses import field, replace
from enum import StrEnum

from core.errors import ConfigError, RuleError
from core.frozen import frozen
from core.money import parse_kronor
from core.text_marks import N_


class CardAct(StrEnum):
    """What the customer does when asked for a card."""

    TAP = "tap"
    CHIP = "chip"
    SWIPE = "swipe"
    """A card that demands a signature."""
    DECLINE = "decline"
    """A tap with a card that the host declines."""
    STOP = "stop"


class Fault(StrEnum):
    """Ways to misbehave, on the real wire."""

    HOLD = "hold"
    """The answer to the payment waits for `release()`."""
    LATE_ABORT = "late-abort"
    """An abort comes too late: the payment goes on and is approved."""
    BUSY = "busy"
    IN_PROGRESS = "in-progress"
    LOGGED_OUT = "logged-out"
    NO_RESPONSE = "no-response"
    """The payment ends on the terminal, but no answer is ever sent."""
    NO_SLIPS = "no-slips"
    OTHER_ID = "other-id"
    """The answer carries another service id."""
    OTHER_POI = "other-poi"
    OTHER_CATEGORY = "other-category"
    DUPLICATE = "duplicate"
    """The answer comes twice."""
    DUPLICATE_SLIPS = "duplicate-slips"
    NO_RESULT = "no-result"
    DOUBLE_RESULT = "double-result"
    NO_AMOUNT = "no-amount"
    BAD_AMOUNT = "bad-amount"
    NEGATIVE_AMOUNT = "negative-amount"
    DOUBLE_AMOUNT = "double-amount"
    SLIP_CURRENCY = "slip-currency"
    UNKNOWN_CONDITION = "unknown-condition"
    TOO_LONG = "too-long"
    CUT = "cut"
    DOCTYPE = "doctype"
    BAD_UTF8 = "bad-utf8"
    HOSTILE_TEXT = "hostile-text"
    """Display and slip texts carry control bytes, markup and a full card number."""
    REFUSE_LOGIN = "refuse-login"
    SILENT = "silent"
    """Connected, but nothing is ever answered."""


_WHOLE_RUN = frozenset({Fault.REFUSE_LOGIN, Fault.SILENT})
_QUESTIONS = ("code", "voice", "unknown")
_CABLES = ("before-approval", "after-approval")


class ScriptWrong(ConfigError):
    """A terminal script cannot be read; the facts name the line, its number and what is wrong."""


@frozen
class Play:
    """How one payment goes."""

    tip_ore: int = 0
    total_ore: int | None = None
    """What the customer types as the total; None = amount + tip_ore."""
    act: CardAct = CardAct.TAP
    pins: tuple[str, ...] = ("1234",)
    """What is typed at each try; the last is repeated."""
    wait_s: float = 0
    answer_wait_s: float = 0
    approval_wait_s: float = 0
    cable: str = ""
    question: str = ""
    amount_ore: int | None = None
    forced_tip_ore: int | None = None
    reprint_after_s: float | None = None
    """When the slip comes once more, outside the sale; None = never."""
    faults: frozenset[Fault] = frozenset()


@frozen
class TerminalScript:
    """Plays for the payments to come. The default is a tap without tip, for ever."""

    plays: tuple[Play, ...] = (Play(),)
    repeats: bool = True
    faults: frozenset[Fault] = field(default=frozenset())
    """Faults of the whole run."""

    def play_of(self, payment_count: int) -> Play:
        """Give the play of the payment that comes after `payment_count` others."""
        if not self.plays or (not self.repeats and payment_count >= len(self.plays)):
            return Play()
        return self.plays[payment_count % len(self.plays)]


def load_script(text: str) -> TerminalScript:
    """Read a script. Raises ScriptWrong, which names the line."""
    plays: list[Play] = []
    play = Play()
    repeats = True
    whole_run: set[Fault] = set()
    for line_no, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) > 2:
            raise ScriptWrong(
                line=line_no, text=line.strip(), words=N_("ska vara ett ord och ett värde")
            )
        word, value = words[0], words[1] if len(words) == 2 else ""
        if word == "next":
            plays.append(play)
            play = Play()
        elif word == "once":
            repeats = False
        elif word in _WHOLE_RUN:
            whole_run.add(Fault(word))
        else:
            try:
                play = _with(play, word, value)
            except RuleError as exc:
                raise ScriptWrong(line=line_no, text=value, words=N_("är inget belopp")) from exc
            except ValueError as exc:
                words, known = (*exc.args, "")[:2]
                raise ScriptWrong(line=line_no, text=word, words=words, known=known) from exc
    return TerminalScript((*plays, play), repeats, frozenset(whole_run))


def _with(play: Play, word: str, value: str) -> Play:
    """Add one line to a play. Raises ValueError (what is wrong, known words) or RuleError."""
    needs_value = word in _VALUED
    if word not in _WORDS:
        raise ValueError(N_("är inget ord som går"))
    if needs_value and not value:
        raise ValueError(N_("behöver ett värde"))
    if value and not needs_value and word != "chip":
        raise ValueError(N_("tar inget värde"))
    match word:
        case "tap" | "swipe" | "stop" | "decline":
            return replace(play, act=CardAct(word))
        case "sign":
            return replace(play, act=CardAct.SWIPE)
        case "chip":
            return replace(play, act=CardAct.CHIP, pins=tuple((value or "1234").split(",")))
        case "tip":
            return replace(play, tip_ore=parse_kronor(value))
        case "total":
            return replace(play, total_ore=parse_kronor(value))
        case "amount":
            return replace(play, amount_ore=parse_kronor(value))
        case "force-tip":
            return replace(play, forced_tip_ore=parse_kronor(value))
        case "wait":
            return replace(play, wait_s=_seconds(value))
        case "answer-wait":
            return replace(play, answer_wait_s=_seconds(value))
        case "approval-wait":
            return replace(play, approval_wait_s=_seconds(value))
        case "reprint":
            return replace(play, reprint_after_s=_seconds(value))
        case "cable":
            return replace(play, cable=_one_of(value, _CABLES))
        case "question":
            return replace(play, question=_one_of(value, _QUESTIONS))
    return replace(play, faults=play.faults | {Fault(word)})


_VALUED = frozenset(
    {
        *("tip", "total", "amount", "force-tip", "wait", "answer-wait", "approval-wait"),
        *("cable", "question", "reprint"),
    }
)
_WORDS = _VALUED | {"tap", "swipe", "stop", "decline", "sign", "chip", *Fault}


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(N_("ska följas av ett av"), ", ".join(known))
    return value


def _seconds(value: str) -> float:
    whole, _, fraction = value.partition(".")
    if not (whole.isdigit() and (fraction.isdigit() or not fraction)):
        raise ValueError(N_("behöver sekunder, till exempel"), "0.2")
    return int(whole + fraction) / int("1" + "0" * len(fraction))
