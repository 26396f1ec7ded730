"""One payment on the simulated terminal, from the first display to the answer.

Follows the order of terminal-protocols 2.5: Display, CardInserted, Display, CardAccepted, PIN,
Print CashierReceipt, Print CustomerReceipt, Display, CardRemoved, Display, PaymentResponse,
welcome. The approval is written in the ledger before anything about it is sent, so a torn link
leaves the truth on the terminal. A person plays with keys, or a Play does.
"""

from collections.abc import Callable
from dataclasses import replace

from core.frozen import frozen
from core.money import format_kronor
from core.text_marks import N_
from devices.simulators import terminal_writing as writing
from devices.simulators.terminal_desk import (
    NO_CONTACT,
    CustomerStopped,
    Desk,
    LinkGone,
    Step,
    TillAborted,
)
from devices.simulators.terminal_faults import FULL_PAN, HOSTILE_LINES, spoil, xml_safe
from devices.simulators.terminal_ledger import Ledger, LedgerEntry, LedgerState, TerminalClock
from devices.simulators.terminal_script import CardAct, Fault, Play
from devices.simulators.terminal_writing import Address, SlipExtra, Told

TEST_PIN = "1234"
_PIN_TRIES = 3
_STOP_HINT = ("stop", N_("avbryt"))
_OK_HINT = ("ok", N_("klart"))
_PRESENT_HINTS = (
    ("tap", N_("blippa kortet")),
    ("chip", N_("sätt i kortet (PIN 1234)")),
    ("swipe", N_("kort med underskrift")),
    ("declined", N_("kort som nekas")),
    _STOP_HINT,
    ("cable", N_("dra ur kabeln")),
)
_TIP_HINTS = (
    ("0-9", N_("totalt i hela kronor")),
    ("ok", N_("utan siffror: ingen dricks")),
    ("clear", N_("rätta")),
    _STOP_HINT,
)
_PIN_HINTS = (("0-9", N_("PIN 1234")), _OK_HINT, ("clear", N_("rätta")), _STOP_HINT)
_QUESTIONS = {
    "code": ("642", "TextString", "Ange betalkod"),
    "voice": ("664", "TextString", "Ring banken och ange svarskod"),
    "unknown": ("7771", "TextString", "Ange referens"),
}
_ENTRY_MODE = {CardAct.CHIP: "C", CardAct.SWIPE: "D"}


@frozen
class SaleAsked:
    """What the till asked for."""

    address: Address
    sale_transaction_id: str
    operator_id: str
    amount_ore: int
    may_tip: bool
    is_refund: bool


@frozen
class Inside:
    """What is inside the terminal and outlives every payment."""

    desk: Desk
    ledger: Ledger
    clock: TerminalClock
    pin_above_ore: int | None = None
    """Taps above this ask for the PIN; None = never."""
    approval_wait_s: float = 0
    """Seconds the bank takes for a payment that a person plays."""


@frozen
class Line:
    """What a payment may do with its till's link."""

    send: Callable[[bytes], None]
    """Raises LinkGone when the till is not there."""
    tear: Callable[[], None]
    keep_slips: Callable[[list[bytes]], None]
    """Keep slips that could not be sent until the till is back."""
    finished: Callable[[], None]
    """Called just before the answer goes out: the next request may come at once."""


class Refusal(Exception):
    """The card was refused; carries the protocol's word and words."""

    def __init__(self, condition: str, words: str, *, has_number: bool = False) -> None:
        super().__init__(condition)
        self.condition = condition
        self.words = words
        self.has_number = has_number


class SimulatedSale:
    """Runs in a thread of its own. Without a play a person presses keys at the desk."""

    def __init__(
        self,
        asked: SaleAsked,
        inside: Inside,
        play: Play | None,
        faults: frozenset[Fault],
        line: Line,
    ) -> None:
        self._asked = asked
        self._desk = inside.desk
        self._ledger = inside.ledger
        self._clock = inside.clock
        self._play = play
        self._faults = faults
        self._line = line
        self._send = line.send
        self._pin_above_ore = inside.pin_above_ore
        self._approval_wait_s = inside.approval_wait_s if play is None else play.approval_wait_s
        self._tip_ore = 0

    def run(self) -> None:
        """Play the payment to its end; always leaves the terminal idle."""
        try:
            self._play_to_the_end()
        except LinkGone:
            self._desk.show_idle(NO_CONTACT)
        finally:
            self._line.finished()

    def _play_to_the_end(self) -> None:
        try:
            entry = self._take_card()
        except Refusal as refusal:
            declined = self._decline(refusal) if refusal.has_number else None
            self._say("Medges ej")
            self._answer("Medges ej", declined, Told(refusal.condition, refusal.words))
        except CustomerStopped:
            self._say("Avbrutet av kund")
            self._answer("Avbrutet", None, Told("Cancel", "Stopped by customer"))
        except TillAborted:
            self._say("Avbrutet av kassan")
            self._answer("Avbrutet av kassan", None, Told("Aborted", "Aborted by ECR"))
        else:
            self._answer(f"Godkänt {format_kronor(entry.total_ore)} kr", entry, Told())
        self._send(writing.display(self._asked.address, ("Välkommen",), "11"))

    def _take_card(self) -> LedgerEntry:
        """Go from the first display to the approved entry, slips printed. Raises what ended it."""
        asked, desk = self._asked, self._desk
        desk.set_amounts(asked.amount_ore, 0)
        self._say("Ny kund", "Väntar på kort")
        if asked.may_tip and not asked.is_refund:
            self._tip_ore = self._ask_tip()
            total = format_kronor(asked.amount_ore + self._tip_ore)
            self._say(f"Totalt {total} kr", "Väntar på kort")
        if self._play is not None and self._play.forced_tip_ore is not None:
            self._tip_ore = self._play.forced_tip_ore
        desk.set_amounts(asked.amount_ore, self._tip_ore)
        act = self._ask_card()
        self._event("CardInserted")
        desk.show("Vänta", step=Step.BUSY, hints=(("cable", N_("dra ur kabeln")),))
        self._say("Kort läst", "Vänta")
        self._event("CardAccepted", "************9659")
        if self._needs_pin(act):
            self._say("Kund anger PIN")
            self._ask_pin()
        self._ask_question()
        return self._approve(act)

    def _approve(self, act: CardAct) -> LedgerEntry:
        self._desk.check()
        if act is CardAct.DECLINE:
            raise Refusal("Refusal", "Declined by host", has_number=True)
        if self._cable("before-approval"):
            raise LinkGone
        entry = self._entry(act, LedgerState.APPROVED)
        slips = [self._slip(entry, is_merchant=True), self._slip(entry, is_merchant=False)]
        if act is CardAct.SWIPE:
            self._send_slips(slips[:1])
            self._ask_signature(entry)
            slips = slips[1:]
        self._desk.commit(lambda: self._write_down(entry))
        if self._cable("after-approval"):
            self._line.keep_slips(slips if Fault.NO_SLIPS not in self._faults else [])
            raise LinkGone
        try:
            self._wait_for_the_bank()
            self._send_slips(slips)
        except LinkGone:
            self._line.keep_slips(slips)
            raise
        self._desk.show("Godkänt", "Ta kortet", step=Step.DONE, hints=())
        self._say("Godkänt", "Ta kortet")
        self._event("CardRemoved")
        self._say("Köp klart")
        return entry

    def _write_down(self, entry: LedgerEntry) -> None:
        """Draw the card, or refuse when that cannot be remembered."""
        if not self._ledger.add(entry):
            raise Refusal("DeviceOut", "Memory cannot be written")

    def _wait_for_the_bank(self) -> None:
        """Let a slow bank take its time; the approval is in the ledger, so an abort is too late."""
        if self._approval_wait_s:
            self._desk.show("Frågar banken", "Vänta", step=Step.BUSY, hints=())
            self._say("Frågar banken", "Vänta")
            self._desk.sleep(self._approval_wait_s)

    def _decline(self, refusal: Refusal) -> LedgerEntry:
        entry = replace(
            self._entry(CardAct.DECLINE, LedgerState.DECLINED), condition=refusal.condition
        )
        self._ledger.add(entry)
        self._send_slips([self._slip(entry, is_merchant=False)])
        return entry

    def _answer(self, words: str, entry: LedgerEntry | None, told: Told) -> None:
        if Fault.HOLD in self._faults:
            self._desk.hold()
        if self._play is not None and self._play.answer_wait_s:
            self._desk.sleep(self._play.answer_wait_s)
        amount = "" if entry is None else writing.kronor(self._answered_ore(entry))
        good = writing.payment_answer(self._asked.address, told, entry, amount)
        faults = self._faults if not told.condition else self._faults & {Fault.NO_RESPONSE}
        # The outcome stays on the idle display until the next payment, and the terminal is free
        # before the answer leaves: a fast till may ask for the next payment at once.
        self._desk.show_idle(words)
        self._line.finished()
        for sent in spoil(good, faults):
            self._send(sent)

    def _answered_ore(self, entry: LedgerEntry) -> int:
        if self._play is not None and self._play.amount_ore is not None:
            return self._play.amount_ore
        return entry.total_ore

    def _entry(self, act: CardAct, state: LedgerState) -> LedgerEntry:
        asked = self._asked
        id_method = "@" if act is CardAct.SWIPE else "A" if self._needs_pin(act) else "/"
        return LedgerEntry(
            transaction_id=self._ledger.next_id(),
            service_id=asked.address.service_id,
            sale_transaction_id=asked.sale_transaction_id,
            state=state,
            is_refund=asked.is_refund,
            amount_ore=asked.amount_ore,
            tip_ore=self._tip_ore,
            at=self._clock.now(),
            entry_mode=_ENTRY_MODE.get(act, "K"),
            id_method=id_method,
        )

    def _needs_pin(self, act: CardAct) -> bool:
        total_ore = self._asked.amount_ore + self._tip_ore
        is_large = self._pin_above_ore is not None and total_ore > self._pin_above_ore
        return act is CardAct.CHIP or (act is CardAct.TAP and is_large)

    def _ask_tip(self) -> int:
        """Give the tip; asks again while the total is below the amount."""
        amount_ore = self._asked.amount_ore
        if self._play is not None:
            total_ore = self._play.total_ore
            tip_ore = self._play.tip_ore if total_ore is None else total_ore - amount_ore
            if tip_ore < 0:
                raise CustomerStopped  # A script cannot think again; a person is asked again.
            return tip_ore
        words = "Totalt (belopp + extra)"
        self._say("Kund anger totalt")
        while True:
            typed = self._type(
                Step.TIP, (f"Belopp {format_kronor(amount_ore)}", words), _TIP_HINTS, 6
            )
            if not typed:
                return 0
            total_ore = int(typed) * 100
            if total_ore >= amount_ore:
                return total_ore - amount_ore
            words = "För lågt. Totalt:"

    def _ask_card(self) -> CardAct:
        total_ore = self._asked.amount_ore + self._tip_ore
        lines = (f"Belopp {format_kronor(total_ore)} kr", "Blippa, sätt i eller dra kort")
        if self._asked.is_refund:
            lines = (f"Retur {format_kronor(total_ore)} kr", lines[1])
        self._desk.show(*lines, step=Step.PRESENT, hints=_PRESENT_HINTS)
        if self._play is not None:
            self._desk.pause(self._play.wait_s)
            if self._play.act is CardAct.STOP:
                raise CustomerStopped
            return self._play.act
        acts = {
            "tap": CardAct.TAP,
            "chip": CardAct.CHIP,
            "swipe": CardAct.SWIPE,
            "declined": CardAct.DECLINE,
        }
        while True:
            act = acts.get(self._desk.next_key())
            if act is not None:
                return act

    def _ask_pin(self) -> None:
        words = "Ange PIN och OK"
        for try_no in range(_PIN_TRIES):
            if self._play is not None:
                pins = self._play.pins
                pin = pins[min(try_no, len(pins) - 1)]
            else:
                total_ore = self._asked.amount_ore + self._tip_ore
                amount = f"Belopp {format_kronor(total_ore)} kr"
                pin = self._type(Step.PIN, (amount, words), _PIN_HINTS, 4, is_secret=True)
            if pin == TEST_PIN:
                self._desk.show("Rätt PIN", "Vänta", step=Step.BUSY, hints=())
                return
            words = "Fel PIN. Försök igen"
        raise Refusal("WrongPIN", "PIN tries exceeded", has_number=True)

    def _type(
        self,
        step: Step,
        lines: tuple[str, ...],
        hints: tuple[tuple[str, str], ...],
        length_max: int,
        *,
        is_secret: bool = False,
    ) -> str:
        typed = ""
        while True:
            shown = "*" * len(typed) if is_secret else typed
            tail = shown if is_secret or not typed else f"{shown},00 kr"
            self._desk.show(*lines, tail, step=step, hints=hints, typed=shown)
            key = self._desk.next_key()
            if key == "clear":
                typed = ""
            elif key == "ok" and (typed or not is_secret):
                return typed
            elif len(key) == 1 and key in "0123456789" and len(typed) < length_max:
                typed += key

    def _ask_question(self) -> None:
        if self._play is None or not self._play.question:
            return
        prompt_id, kind, words = _QUESTIONS[self._play.question]
        self._desk.show("Vänta på kassan", step=Step.QUESTION, hints=(_STOP_HINT,))
        self._send(writing.display(self._asked.address, (words,), prompt_id, kind))
        if not self._desk.next_answer(prompt_id) and prompt_id == "664":
            raise Refusal("Refusal", "No approval code", has_number=True)

    def _ask_signature(self, entry: LedgerEntry) -> None:
        self._desk.show("Skriv under kvittot", step=Step.SIGNATURE, hints=(_STOP_HINT,))
        address = self._asked.address
        lines = ("Kontrollera signatur", "Godkänns den?")
        self._send(writing.display(address, lines, "662", "OptionList"))
        if self._desk.next_answer("662") != "yes":
            extra = SlipExtra(operator_id=self._asked.operator_id, status="Cancelled")
            self._send(writing.slip(address, entry, False, extra))
            raise Refusal("Refusal", "Signature refused", has_number=False)

    def _slip(self, entry: LedgerEntry, *, is_merchant: bool) -> bytes:
        is_hostile = Fault.HOSTILE_TEXT in self._faults
        extra = SlipExtra(
            operator_id=self._asked.operator_id,
            currency="EUR" if Fault.SLIP_CURRENCY in self._faults else "SEK",
            card_name=xml_safe(HOSTILE_LINES[1]) if is_hostile else "Mastercard",
            pan=FULL_PAN if is_hostile else "************9659",
        )
        return writing.slip(self._asked.address, entry, is_merchant, extra)

    def _send_slips(self, slips: list[bytes]) -> None:
        if Fault.NO_SLIPS in self._faults:
            return
        for sent in slips * (2 if Fault.DUPLICATE_SLIPS in self._faults else 1):
            self._send(sent)

    def _say(self, *lines: str) -> None:
        if Fault.HOSTILE_TEXT in self._faults:
            lines = (*lines, *map(xml_safe, HOSTILE_LINES))
        self._send(writing.display(self._asked.address, lines, "611"))

    def _event(self, name: str, details: str = "") -> None:
        self._send(writing.event(self._asked.address, name, self._clock.now(), details))

    def _cable(self, where: str) -> bool:
        if self._play is None or self._play.cable != where:
            return False
        self._line.tear()
        return True
