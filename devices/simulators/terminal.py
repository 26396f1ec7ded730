"""A simulated Westpay card terminal: a server on the real wire, with its own memory.

It listens, one till connects; it checks what it reads strictly, refuses as a real one does, aborts
a running payment and logs the till out when the link is lost, and keeps its ledger and its last
transaction over that. It names itself SIMULATOR at Login, so a till with real money refuses it.
Knows no Textual: a face draws `view()` and calls `press`. Source: terminal-protocols section 2.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from devices.simulators import terminal_writing as writing
from devices.simulators.terminal_desk import Desk, LinkGone, Step, TerminalView
from devices.simulators.terminal_leaks import CardSecrets, leak
from devices.simulators.terminal_ledger import Ledger, LedgerEntry, LedgerState, TerminalClock
from devices.simulators.terminal_link import Till, TillPort
from devices.simulators.terminal_reading import Refused, WireRequest, ore_of
from devices.simulators.terminal_sale import Inside, Line, SaleAsked, SimulatedSale
from devices.simulators.terminal_script import Fault, Play, TerminalScript
from devices.simulators.terminal_writing import Address, SlipExtra, Told

__all__ = ["SimulatedTerminal", "Step", "TerminalScript", "TerminalView"]

_PENDING_COUNT_MAX = 16


class SimulatedTerminal:
    """One terminal. `start` listens; `stop` ends all threads. Methods: any thread."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        poi_id: str = "80000082",
        *,
        tip_enabled: bool = True,
        script: TerminalScript | None = None,
        pin_above_ore: int | None = None,
        ledger_file: Path | None = None,
    ) -> None:
        """Prepare. Without a script a person plays; `pin_above_ore` asks PIN on larger taps.

        With `ledger_file` the transactions outlive the process.
        """
        self._poi_id = poi_id
        self._tip_enabled = tip_enabled
        self._script = script
        self._pin_above_ore = pin_above_ore
        self._approval_wait_s = 0.0
        self._clock = TerminalClock()
        self._ledger = Ledger(self._clock, ledger_file)
        self._desk = Desk()
        self._lock = threading.RLock()
        self._faults: frozenset[Fault] = script.faults if script is not None else frozenset()
        self._sale: threading.Thread | None = None
        self._sale_id = ""
        self._payment_count = 0
        self._pending_slips: list[bytes] = []
        self._reprint: threading.Timer | None = None
        self._is_plugged = True
        self._is_stopped = False
        self._port = TillPort(host, port, self._take, self._linked)
        self._port.is_silent = Fault.SILENT in self._faults

    @property
    def port(self) -> int:
        """Give the port it listens on (known after `start`)."""
        return self._port.port

    @property
    def on_change(self) -> Callable[[], None] | None:
        """Whom to call, from the simulator's threads, whenever the view changed."""
        return self._desk.on_change

    @on_change.setter
    def on_change(self, call: Callable[[], None] | None) -> None:
        self._desk.on_change = call

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._is_stopped = False
        self._port.listen()

    def stop(self) -> None:
        """Close everything; safe to call twice."""
        self._is_stopped = True
        if self._reprint is not None:
            self._reprint.cancel()
        self._port.unlisten()
        self._port.join()

    def view(self) -> TerminalView:
        """Give what the terminal shows now."""
        return self._desk.view()

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Give the terminal's own memory of transactions, oldest first."""
        return self._ledger.entries()

    def press(self, key: str) -> None:
        """Press a key: 0-9, ok, stop, clear, tap, chip, swipe, declined, cable, reprint."""
        if key == "cable":
            if self._is_plugged:
                self.pull_cable()
            else:
                self.plug_cable()
        elif key == "reprint":
            self.print_last_again()
        else:
            self._desk.press(key)

    @property
    def is_plugged(self) -> bool:
        """Say whether the cable is in."""
        return self._is_plugged

    def pull_cable(self) -> None:
        """Take the cable out: the link is torn and nobody can connect."""
        self._is_plugged = False
        self._port.unlisten()

    def plug_cable(self) -> None:
        """Put the cable back on the same port."""
        if not self._is_plugged and not self._is_stopped:
            self._is_plugged = True
            self._port.listen()

    def tear_link(self) -> None:
        """Tear the present link only; the till may connect again at once."""
        self._port.tear(self._port.till)

    def set_fault(self, fault: Fault, is_on: bool = True) -> None:
        """Misbehave from now on in every payment (and login), until switched off."""
        with self._lock:
            self._faults = self._faults | {fault} if is_on else self._faults - {fault}
            self._port.is_silent = Fault.SILENT in self._faults

    def set_leak(self, secrets: CardSecrets | None) -> None:
        """Put these secrets into every message from now on; None = none."""
        self._port.respell = partial(leak, secrets) if secrets is not None else bytes

    def set_approval_wait(self, limit_s: float) -> None:
        """Take so long from the approval to the answer when a person plays; 0 = at once."""
        with self._lock:
            self._approval_wait_s = limit_s

    def set_script(self, script: TerminalScript | None) -> None:
        """Play the payments to come by another script, or by hand."""
        with self._lock:
            self._script = script
            self._payment_count = 0

    def release(self) -> None:
        """Let an answer held by Fault.HOLD go."""
        self._desk.release()

    def ask_between_sales(self, prompt_id: str = "676", words: str = "Ladda parametrar?") -> bool:
        """Ask the cashier something between sales; False when no till is logged in."""
        kind = "OptionList" if prompt_id == "676" else "TextString"
        self._desk.begin()
        return self._send_unasked(
            writing.display(self._own_address("0"), (words,), prompt_id, kind)
        )

    def take_answer(self, prompt_id: str, limit_s: float = 5) -> str | None:
        """Give the cashier's answer to a question asked between sales, None when none came."""
        return self._desk.poll_answer(prompt_id, limit_s)

    def announce_maintenance(self, is_on: bool) -> bool:
        """Tell BeginMaintenance or EndMaintenance; False when no till is logged in."""
        name = "BeginMaintenance" if is_on else "EndMaintenance"
        return self._send_unasked(writing.event(self._own_address("0"), name, self._clock.now()))

    def print_last_again(self) -> bool:
        """Send the customer slip of the last transaction outside a sale; False when it cannot."""
        last = self._ledger.last()
        if last is None or self._sale_id:
            return False
        address = self._own_address(last.service_id)
        return self._send_unasked(writing.slip(address, last, False, SlipExtra()))

    def send_raw(self, sent: bytes) -> bool:
        """Put bytes on the wire as they are (hostile frames); False when no till is there."""
        return self._send_unasked(sent)

    def _linked(self, is_linked: bool) -> None:
        if not is_linked:
            self._desk.lose_link()
            self._sale_id = ""
            sale = self._sale
            if sale is not None and sale is not threading.current_thread():
                sale.join(2)
        self._desk.set_linked(is_linked)

    def _send_unasked(self, sent: bytes) -> bool:
        till = self._port.till
        if till is None or not till.is_logged_in:
            return False
        try:
            till.send(sent)
        except LinkGone:
            return False
        return True

    def _take(self, till: Till, request: WireRequest) -> None:
        address = Address(request.service_id, request.workstation_id, self._poi_id)
        try:
            request.check()
            if request.poi_id != self._poi_id:
                raise Refused("unknown POIID", "NotAllowed")
            self._dispatch(till, request, address)
        except Refused as refused:
            if request.category not in ("Abort", "Input"):
                told = Told(refused.condition, refused.words)
                till.send(writing.plain_answer(address, request.category, told))

    def _dispatch(self, till: Till, request: WireRequest, address: Address) -> None:
        category = request.category
        if category == "Login":
            self._login(till, request, address)
            return
        if not till.is_logged_in:
            raise Refused("log in first", "LoggedOut")
        is_busy = bool(self._sale_id)
        if category == "Abort":
            is_it = request.field("MessageReference", "ServiceID") == self._sale_id
            if is_it and Fault.LATE_ABORT not in self._present_faults():
                self._desk.abort()
            return
        if category == "Input":
            text = request.field("TextInput")
            self._desk.answer(request.field("Input", "InputCommand"), text)
            return
        if is_busy:
            asks = category == "GetLastTransaction"
            raise Refused("a payment runs", "InProgress" if asks else "Busy")
        match category:
            case "Payment":
                self._start_sale(till, request, address)
            case "Reversal":
                self._reverse(till, request, address)
            case "GetLastTransaction":
                last = self._ledger.last()
                till.send(writing.last_transaction_answer(address, last))
            case "Logout":
                till.send(writing.plain_answer(address, category, Told()))
                till.is_logged_in = False
            case _:
                till.send(writing.plain_answer(address, category, Told()))

    def _login(self, till: Till, request: WireRequest, address: Address) -> None:
        if Fault.REFUSE_LOGIN in self._faults:
            raise Refused("Login refused", "NotAllowed")
        if not request.workstation_id or not request.field("LoginRequest", "StoreID"):
            raise Refused("StoreID and WorkstationID must be set")
        try:
            at = datetime.fromisoformat(request.field("DateTime"))
        except ValueError as exc:
            raise Refused("DateTime") from exc
        if at.tzinfo is None:
            raise Refused("DateTime without offset")
        self._clock.set(at)
        till.workstation_id = request.workstation_id
        till.is_logged_in = True
        till.send(writing.login_answer(address, Told(), self._clock.now()))
        till.send(writing.display(address, ("Välkommen",), "11"))
        # A power cut or a torn link left slips unsent: they come when the till is back.
        pending, self._pending_slips = self._pending_slips, []
        for slip in pending:
            till.send(slip)

    def _start_sale(self, till: Till, request: WireRequest, address: Address) -> None:
        kind = request.field("PaymentData", "PaymentType")
        if kind not in ("Normal", "Refund"):
            raise Refused("PaymentType", "UnavailableService")
        if request.field("AmountsReq", "Currency") != "SEK":
            raise Refused("Currency")
        amount_ore = ore_of(request.field("AmountsReq", "RequestedAmount"))
        if amount_ore <= 0 or ore_of(request.field("AmountsReq", "CashBackAmount") or "0") != 0:
            raise Refused("RequestedAmount")
        tip = request.field("AmountsReq", "TipAmount")
        is_off = request.field("TransactionConditions", "DisableTip") == "true"
        is_zero = bool(tip) and ore_of(tip) == 0
        asked = SaleAsked(
            address=address,
            sale_transaction_id=request.field("SaleTransactionID", "TransactionID"),
            operator_id=request.field("SaleData", "OperatorID"),
            amount_ore=amount_ore,
            may_tip=self._tip_enabled and not is_off and not is_zero,
            is_refund=kind == "Refund",
        )
        play = self._next_play()
        faults = self._faults if play is None else play.faults | self._faults
        for fault, condition in (
            (Fault.BUSY, "Busy"),
            (Fault.IN_PROGRESS, "InProgress"),
            (Fault.LOGGED_OUT, "LoggedOut"),
        ):
            if fault in faults:
                raise Refused("by fault", condition)
        sale = SimulatedSale(
            asked,
            Inside(
                self._desk, self._ledger, self._clock, self._pin_above_ore, self._approval_wait_s
            ),
            play,
            faults,
            Line(
                send=till.send,
                tear=lambda: self._port.tear(till),
                keep_slips=self._keep_slips,
                finished=lambda: self._finished(address.service_id, play),
            ),
        )
        self._desk.begin()
        self._sale_id = address.service_id
        self._sale = self._port.run("terminal-sale", sale.run)

    def _finished(self, service_id: str, play: Play | None) -> None:
        """Be free for the next request: called just before the answer goes out."""
        with self._lock:
            if self._sale_id != service_id:
                return
            self._sale_id = ""
            if play is not None and play.reprint_after_s is not None:
                self._reprint = threading.Timer(play.reprint_after_s, self.print_last_again)
                self._reprint.daemon = True
                self._reprint.start()

    def _next_play(self) -> Play | None:
        with self._lock:
            count = self._payment_count
            self._payment_count += 1
            if self._script is None:
                return None
            return self._script.play_of(count)

    def _present_faults(self) -> frozenset[Fault]:
        with self._lock:
            if self._script is None or not self._payment_count:
                return self._faults
            return self._faults | self._script.play_of(self._payment_count - 1).faults

    def _reverse(self, till: Till, request: WireRequest, address: Address) -> None:
        wanted = request.field("POITransactionID", "TransactionID")
        entry = self._ledger.reverse_last(wanted)
        if entry is None:
            raise Refused("nothing to reverse", "NotFound")
        extra = SlipExtra(is_reversal=True)
        approved = replace(entry, state=LedgerState.APPROVED)
        for is_merchant in (True, False):
            till.send(writing.slip(address, approved, is_merchant, extra))
        answer = writing.reversal_answer(address, Told(), entry, self._clock.now())
        till.send(answer)

    def _keep_slips(self, slips: list[bytes]) -> None:
        self._pending_slips = (self._pending_slips + slips)[-_PENDING_COUNT_MAX:]

    def _own_address(self, service_id: str) -> Address:
        till = self._port.till
        return Address(service_id, till.workstation_id if till else "", self._poi_id)
