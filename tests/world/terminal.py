"""The simulated card terminal of the world: bytes in, bytes out, its own ledger, no thread.

It reads and writes with the simulator's own codec, so a mistake of the driver's is not repeated
here. What it does is thrown when a payment comes and happens on the world's clock.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from devices.links.faults import FaultKind, LinkFault
from devices.simulators import terminal_writing as writing
from devices.simulators.terminal_faults import FULL_PAN, HOSTILE_LINES, spoil, xml_safe
from devices.simulators.terminal_ledger import Ledger, LedgerEntry, LedgerState, TerminalClock
from devices.simulators.terminal_reading import WireRequest, cut_frames, ore_of, read_request
from devices.simulators.terminal_script import Fault
from devices.simulators.terminal_writing import Address, SlipExtra, Told
from tests.world.clock import WorldClock
from tests.world.kinds import Chance
from tests.world.terminal_link import Link
from tests.world.terminal_ways import BROKEN, PAYMENT_WAYS, REVERSAL_WAYS, SPOILED, Run

POI_ID = "80000082"


class Watch(Protocol):
    """Who looks on, from outside the till."""

    def payment_came(self, service_id: int, sale: str, amount_ore: int) -> None:
        """A payment request reached the terminal."""

    def reversal_came(self, transaction: str) -> None:
        """A reversal reached the terminal."""


class Shift(TerminalClock):
    """The terminal's time: set at Login, then running with the world."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._at = clock.true_now()
        self._s = 0.0

    def set(self, at: datetime) -> None:
        """Take over the till's time."""
        self._at, self._s = at, self._clock.monotonic_s()

    def now(self) -> datetime:
        """Give the terminal's time."""
        return self._at + timedelta(seconds=self._clock.monotonic_s() - self._s)


class Terminal:
    """One terminal for the whole day; outlives every till process."""

    def __init__(self, clock: WorldClock, chance: Chance, watch: Watch) -> None:
        self._clock = clock
        self._chance = chance
        self._watch = watch
        self._time = Shift(clock)
        self.ledger = Ledger(self._time)
        self._link: Link | None = None
        self._held = bytearray()
        self._run: Run | None = None
        self._kept: list[bytes] = []
        self._former: bytes = b""
        self._has_told = False
        """The running till process knows a transaction of ours."""
        self._away_until_s = 0.0
        """Until then nobody listens: its cable is out."""
        self.is_forgetful = chance.says(15)
        self.busy_left = 0

    @property
    def is_running(self) -> bool:
        """Say whether a payment runs: what a person who looks at the display sees."""
        return self._run is not None

    def connect(self, before_send: Callable[[], None]) -> Link:
        """Take a connection. Raises LinkFault."""
        if self._clock.monotonic_s() < self._away_until_s and not self._chance.is_calm:
            raise LinkFault(FaultKind.REFUSED, "connection refused")
        if self._chance.strikes(60):
            self._chance.fire("terminal-unreachable")
            raise LinkFault(FaultKind.REFUSED, "connection refused")
        if self._link is not None:
            self._tear("another connection")
        self._link = Link(self, before_send)
        self._held.clear()
        return self._link

    def forget(self) -> None:
        """Drop the transactions of former days but the last."""
        entries = self.ledger._entries
        while len(entries) > 1:
            entries.popleft()

    def cut_power_of_till(self) -> None:
        """The till's process is dead: its link ends, and with it what it was told."""
        self._has_told = False
        if self._link is not None:
            self._tear("peer is gone")

    def take(self, link: Link, sent: bytes) -> None:
        """Take bytes of the till."""
        if link is not self._link:
            return
        self._held += sent
        for payload in cut_frames(self._held):
            if payload:
                asked = read_request(payload)
                asked.check()
                self._answer(asked)

    def lose(self, link: Link) -> None:
        """A link ended: what was not approved yet is dropped, or drawn all the same (F4)."""
        if link is not self._link:
            return
        self._link = None
        run = self._run
        if run is None or run.is_approved:
            self._run = None
            return
        if run.way == "drawn-after-loss" and not self._chance.is_calm:
            self._clock.later(3, lambda: self._draw_after_loss(run))
        else:
            self._run = None

    def shows(self, service_id: int) -> LedgerEntry | None:
        """Give what stands drawn for a request: what its own slip shows to a person."""
        for entry in reversed(self.ledger.entries()):
            if entry.service_id == str(service_id) and entry.state is not LedgerState.DECLINED:
                return entry if entry.state is LedgerState.APPROVED else None
        return None

    def undone(self) -> list[LedgerEntry]:
        """Give what was drawn and reversed."""
        return [one for one in self.ledger.entries() if one.state is LedgerState.REVERSED]

    def _answer(self, asked: WireRequest) -> None:
        address = Address(asked.service_id, asked.workstation_id, asked.poi_id)
        match asked.category:
            case "Login":
                self._time.set(datetime.fromisoformat(asked.field("DateTime")))
                self._send(writing.login_answer(address, Told(), self._time.now()))
                kept, self._kept = self._kept, []
                for slip in kept:
                    self._chance.fire("slip-outside")
                    self._send(slip)
            case "Payment":
                self._begin(asked, address)
            case "GetLastTransaction":
                self._tell_last(address)
            case "Reversal":
                self._reverse(address, asked.field("POITransactionID", "TransactionID"))
            case "Abort":
                self._abort(asked.field("MessageReference", "ServiceID"))
            case "Input":
                self._take_input(asked.field("TextInput") == "yes")
            case _:
                self._send(writing.plain_answer(address, asked.category, Told()))

    def _begin(self, asked: WireRequest, address: Address) -> None:
        amount_ore = ore_of(asked.field("AmountsReq", "RequestedAmount"))
        sale = asked.field("SaleTransactionID", "TransactionID")
        self._watch.payment_came(int(address.service_id), sale, amount_ore)
        if self._run is not None:
            self._send(writing.payment_answer(address, Told("Busy"), None))
            return
        may_tip = asked.field("TransactionConditions", "DisableTip") == "false"
        run = Run(address, sale, amount_ore, may_tip, self._chance.pick(PAYMENT_WAYS))
        self._throw_tip(run)
        self._run = run
        if run.way == "answer-of-former" and self._former:
            self._chance.fire("answer-of-former")
            self._send(self._former)
        if self._chance.says(20):
            self._send(writing.display(address, ("Ny kund", "Väntar på kort"), "611"))
        self._clock.later(3, lambda: self._take_card(run))

    def _throw_tip(self, run: Run) -> None:
        chance = self._chance
        if run.may_tip and chance.says(60):
            run.tip_ore = chance.dice.randrange(1, 60) * run.amount_ore // 100
        if run.may_tip and chance.strikes(110):
            chance.fire("tip-above-cap")
            run.tip_ore = run.amount_ore * 3
        elif not run.may_tip and chance.strikes(90):
            chance.fire("tip-while-off")
            run.tip_ore = 10_00

    def _take_card(self, run: Run) -> None:
        if self._run is not run or run.is_approved:
            return
        match run.way:
            case "answer-lost-before" | "drawn-after-loss":
                if run.way == "answer-lost-before":
                    self._chance.fire(run.way)
                self._tear("cable")
            case "card-declined":
                self._chance.fire(run.way)
                entry = replace(self._entry(run, LedgerState.DECLINED), condition="Refusal")
                self.ledger.add(entry)
                self._say_slip(self._slip(run, entry))
                self._end(writing.payment_answer(run.address, Told("Refusal", "Nej"), entry))
            case "card-stopped":
                self._chance.fire(run.way)
                self._end(writing.payment_answer(run.address, Told("Cancel"), None))
            case "signature":
                self._chance.fire(run.way)
                run.is_asking = True
                entry = self._entry(run, LedgerState.APPROVED)
                self._send(self._slip(run, entry, is_merchant=True))
                lines = ("Kontrollera signatur", "Godkänns den?")
                self._send(writing.display(run.address, lines, "662", "OptionList"))
            case _:
                self._approve(run)

    def _go_away(self, per_mille: int) -> None:
        """Let the cable that is torn now stay out for a while, perhaps."""
        if self._chance.strikes(per_mille):
            self._chance.fire("terminal-away")
            away_s = self._chance.dice.randrange(10, 120)
            self._away_until_s = self._clock.monotonic_s() + away_s

    def _take_input(self, is_yes: bool) -> None:
        run = self._run
        if run is None or not run.is_asking:
            return
        run.is_asking = False
        if is_yes:
            self._approve(run)
        else:
            self._chance.fire("signature-refused")
            self._end(writing.payment_answer(run.address, Told("Refusal", "Signatur"), None))

    def _approve(self, run: Run) -> None:
        if run.way == "drawn-after-loss":
            self._chance.fire(run.way)
        elif run.way == "drawn-wrong":
            self._chance.fire(run.way)
            run.amount_ore += 10_00
        elif run.way == "drawn-in-part" and run.amount_ore > 1_00:
            self._chance.fire(run.way)
            run.amount_ore //= 2
            run.tip_ore = 0
        entry = self._entry(run, LedgerState.APPROVED)
        self.ledger.add(entry)
        run.is_approved = True
        if run.way == "answer-lost-after":
            self._chance.fire(run.way)
            self._kept.append(self._slip(run, entry))
            self._go_away(950)
            self._tear("cable")
            return
        if run.way == "slips-missing":
            self._chance.fire(run.way)
        else:
            self._say_slip(self._slip(run, entry), is_doubled=run.way == "slips-doubled")
        if run.way == "answer-withheld":
            self._chance.fire(run.way)
            self._run = None
            return
        late_s = 185 + self._chance.dice.randrange(120)
        self._clock.later(late_s if run.way == "answer-late" else 2, lambda: self._tell(run, entry))

    def _draw_after_loss(self, run: Run) -> None:
        if self._run is not run or run.is_approved:
            return
        self._chance.fire("drawn-after-loss")
        entry = self._entry(run, LedgerState.APPROVED)
        self.ledger.add(entry)
        self._kept.append(self._slip(run, entry))
        self._run = None

    def _tell(self, run: Run, entry: LedgerEntry) -> None:
        """Send the answer to an approved payment, spoiled as its way says."""
        if self._run is not run:
            return
        total_ore, faults = entry.total_ore, frozenset[Fault]()
        if run.way == "answer-wrong-amount":
            total_ore += self._chance.dice.choice((-1_00, 1_00, 50_00))
        elif run.way in SPOILED:
            faults = frozenset({SPOILED[run.way]})
        elif run.way == "answer-broken":
            faults = frozenset({self._chance.dice.choice(BROKEN)})
        if run.way in ("answer-late", "answer-wrong-amount", "answer-broken") or faults:
            self._chance.fire(run.way)
        good = writing.payment_answer(run.address, Told(), entry, writing.kronor(max(0, total_ore)))
        self._former = good
        self._has_told = True
        self._run = None
        for frame in spoil(good, faults):
            self._send(frame)

    def _tell_last(self, address: Address) -> None:
        chance = self._chance
        if self._run is not None or self.busy_left:
            self.busy_left = max(0, self.busy_left - 1)
            chance.fire("query-busy")
            self._send(writing.plain_answer(address, "GetLastTransaction", Told("Busy")))
            return
        if chance.strikes(30):
            chance.fire("query-lost")
            self._tear("cable")
            return
        if chance.strikes(30):
            self.busy_left = 2
        last = self.ledger.last()
        if self.is_forgetful and self._has_told and last is not None:
            # Only what the till was told of: a terminal that forgets its very first transaction
            # tells what one tells that never ran any (docs/reliability.md).
            chance.fire("query-forgotten")
            last = None
        self._has_told = self._has_told or last is not None
        self._send(writing.last_transaction_answer(address, last))

    def _reverse(self, address: Address, transaction: str) -> None:
        self._watch.reversal_came(transaction)
        way = self._chance.pick(REVERSAL_WAYS)
        if way != "plain":
            self._chance.fire(way)
        if way in ("reversal-lost-before", "reversal-lost-after"):
            self._go_away(300)
        if way == "reversal-lost-before":
            self._tear("cable")
            return
        undone = None if way == "reversal-refused" else self.ledger.reverse_last(transaction)
        if way == "reversal-lost-after":
            self._tear("cable")
            return
        if undone is None:
            self._send(writing.reversal_answer(address, Told("NotFound"), None, self._time.now()))
            return
        self._send(writing.slip(address, undone, False, SlipExtra(is_reversal=True)))
        self._send(writing.reversal_answer(address, Told(), undone, self._time.now()))

    def _abort(self, service_id: str) -> None:
        run = self._run
        if run is None or run.address.service_id != service_id:
            return
        if run.is_approved or run.way == "drawn-after-loss" or self._chance.strikes(350):
            self._chance.fire("abort-crossed")
            if not run.is_approved:
                run.is_asking = False
                self._approve(run)
            return
        self._chance.fire("abort")
        self._end(writing.payment_answer(run.address, Told("Aborted"), None))

    def _entry(self, run: Run, state: LedgerState) -> LedgerEntry:
        is_signed = run.way == "signature"
        return LedgerEntry(
            transaction_id=self.ledger.next_id(),
            service_id=run.address.service_id,
            sale_transaction_id=run.sale,
            state=state,
            is_refund=False,
            amount_ore=run.amount_ore,
            tip_ore=run.tip_ore,
            at=self._time.now(),
            entry_mode="D" if is_signed else "K",
            id_method="@" if is_signed else "/",
        )

    def _slip(self, run: Run, entry: LedgerEntry, *, is_merchant: bool = False) -> bytes:
        extra = SlipExtra()
        if run.way == "slip-hostile":
            self._chance.fire(run.way)
            extra = SlipExtra(card_name=xml_safe(HOSTILE_LINES[0]), pan=FULL_PAN)
        return writing.slip(run.address, entry, is_merchant, extra)

    def _say_slip(self, slip: bytes, *, is_doubled: bool = False) -> None:
        self._send(slip)
        if is_doubled:
            self._chance.fire("slips-doubled")
            self._send(slip)

    def _end(self, answer: bytes) -> None:
        self._run = None
        self._send(answer)

    def _send(self, frame: bytes) -> None:
        if self._link is not None:
            self._link.inbound.append(frame)

    def _tear(self, words: str) -> None:
        link = self._link
        if link is not None:
            link.fault = link.fault or LinkFault(FaultKind.BROKEN, words)
            self.lose(link)
