"""The Westpay EPAS driver: payments, questions, aborts, recovery, over one Connection.

It prevents two mistakes above all: a payment is never sent twice, and no verdict is made up here.
APPROVED, declined, cancelled and aborted come from the terminal's own answer to our service id;
a lost, late, broken or contradictory answer is OutcomeUnknown and must be queried. The clock alone
decides nothing but when to stop waiting. Source: terminal-protocols 2.5-2.10, 5.1-5.4.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import TypeVar

from core.card import (
    CardRequest,
    CardResult,
    CardVerdict,
    Prompt,
    PromptAnswer,
    QueryResult,
)
from core.errors import DeviceError, DeviceUnavailable, OutcomeUnknown, RemoteProtocolError
from core.facts import (
    PAYMENT_TIMEOUT,
    CardAnswered,
    ForeignAnswer,
    TerminalAsked,
    TerminalEvent,
    TerminalShowed,
    TerminalState,
)
from core.ports import Clock, Report
from devices.terminals.westpay_epas import recovery
from devices.terminals.westpay_epas.connection import Connection
from devices.terminals.westpay_epas.messages import (
    AbortRequest,
    Answer,
    DisplayRequest,
    EventNotification,
    GetLastTransactionRequest,
    GetLastTransactionResponse,
    Inbound,
    InputResponse,
    OtherMessage,
    PaymentRequest,
    PaymentResponse,
    PrintRequest,
    ReversalRequest,
    ReversalResponse,
)
from devices.terminals.westpay_epas.session import EpasSession, Exchange
from devices.terminals.westpay_epas.settings import EpasSettings
from devices.terminals.westpay_epas.slip_box import SlipBox
from devices.terminals.westpay_epas.throttle import Throttle
from devices.terminals.westpay_epas.verdicts import Asked, payment_result, reversal_result

_K = TypeVar("_K")
_V = TypeVar("_V")
_REQUEST_COUNT_MAX = 32
_SIGNATURE_PROMPT = "662"
_YES_NO_PROMPTS = frozenset({_SIGNATURE_PROMPT, "134", "676"})
_TEXT_PROMPTS = frozenset({"642", "6410", "645", "664", "6619"})
_EVENTS = {
    "CardInserted": "card-inserted",
    "CardRemoved": "card-removed",
    "CardAccepted": "card-accepted",
    "BeginMaintenance": "maintenance-began",
    "EndMaintenance": "maintenance-ended",
}


class WestpayEpasTerminal:
    """Implements core.ports.PaymentTerminal for Westpay terminals over TCP."""

    def __init__(
        self, settings: EpasSettings, clock: Clock, report: Report, service_ids: Iterator[int]
    ) -> None:
        """Prepare; nothing is connected before the first `tend` or request.

        `service_ids` gives ids never used before, for auxiliary messages; it is drawn from one
        thread at a time, but not always the same one.
        """
        self._settings = settings
        self._clock = clock
        self._report = report
        self._connection = Connection(settings, clock, report, service_ids, self._heard)
        self._lock = threading.Lock()
        self._report_rare = Throttle(clock, report, lambda asked: asked in self._asked)
        self._slips = SlipBox(clock, self._report_rare)
        self._asked: OrderedDict[int, tuple[Asked, EpasSession]] = OrderedDict()
        self._lost: OrderedDict[int, None] = OrderedDict()
        self._late: OrderedDict[int, CardResult] = OrderedDict()
        self._aborted_early: OrderedDict[int, None] = OrderedDict()

    def tend(self) -> None:
        """Connect, log in and keep alive; see core.ports. Never raises DeviceError."""
        self._connection.tend()

    def authorize(self, request: CardRequest) -> CardResult:
        """Ask for a purchase; see core.ports. Also raises SimulatorRefused (nothing left us)."""
        return self._pay(request, is_refund=False)

    def refund(self, request: CardRequest) -> CardResult:
        """Pay back to a card; raises as `authorize`."""
        return self._pay(request, is_refund=True)

    def reverse(self, service_id: int, poi_transaction: str) -> CardResult:
        """Undo the last approved transaction; APPROVED means undone. Raises as `authorize`."""
        session = self._connection.ready_session()
        with self._lock:
            self._late.clear()  # From here on only the terminal knows whether it still stands.
        request = ReversalRequest(service_id, poi_transaction, self._clock.now())
        answer = self._run(session, request, "Reversal")
        if not isinstance(answer, ReversalResponse):
            raise RemoteProtocolError(service_id=service_id, words="another answer")
        try:
            result = reversal_result(service_id, poi_transaction, answer, self._slips.kept())
        except OutcomeUnknown:
            self._connection.drop(session, "unusable answer")
            raise
        self._connection.is_baseline_stale = True
        return result

    def query(self, request: CardRequest) -> QueryResult:
        """Ask what became of a request (5.3 steps 5-7); see core.ports.

        A late answer that came since is used first. Raises DeviceUnavailable, SimulatorRefused.
        """
        service_id = request.service_id
        with self._lock:
            late = self._late.get(service_id)
            asked, sent_on = self._asked.get(service_id, (None, None))
        if late is not None:
            is_paid = late.verdict is CardVerdict.APPROVED
            verdict = CardVerdict.APPROVED if is_paid else CardVerdict.DECLINED
            return QueryResult(service_id, verdict, late, ("late_answer=yes",))
        session = self._connection.ready_session()
        answer = self._ask_last(session)
        may_still_arrive = sent_on is session
        is_refund = asked is not None and asked.is_refund
        until_s = self._connection.logged_in_s + self._settings.collect_s
        while True:
            slips = self._slips.kept()
            judged = recovery.judge(
                request,
                answer,
                slips,
                may_still_arrive=may_still_arrive,
                is_refund=is_refund,
                known_transaction=self._connection.last_transaction,
            )
            if _has_own_slip(judged):
                break
            if not self._slips.wait_for_more(slips, until_s, lambda: session.is_over):
                break
        self._note_last(answer)
        condition = answer.response.error_condition
        is_idle = condition not in ("Busy", "InProgress")
        is_logged_out = condition == "LoggedOut"
        is_stuck = judged.verdict is CardVerdict.UNKNOWN and may_still_arrive and is_idle
        if is_stuck or is_logged_out:
            # On a fresh login the original can no longer arrive, so the next query can decide.
            self._connection.drop(session, "query needs a fresh login")
        return judged

    def last_transaction_id(self) -> str:
        """Give the newest transaction id known; empty = none known."""
        return self._connection.last_transaction

    def learn_last(self) -> bool:
        """Ask the idle terminal for its last transaction; see core.ports."""
        return self._connection.learn_last()

    def answer(self, answer: PromptAnswer) -> None:
        """Answer a question. Any thread; does nothing without a link: the request ends itself."""
        session = self._connection.session
        if session is not None:
            session.say(InputResponse(answer.service_id, answer.prompt_id, answer.text))

    def abort(self, service_id: int) -> None:
        """Ask the terminal to stop the request. Any thread; moves no state.

        A request that has not been sent yet is then never sent, and its authorize gives ABORTED.
        """
        session = self._connection.session
        if session is not None:
            exchange = session.open_exchange
            category = exchange.category if exchange is not None else "Payment"
            request = AbortRequest(self._connection.next_service_id(), service_id, category)
            if session.abort(request, service_id):
                return
            session.say(request)  # It may still run there although we wait no more.
        with self._lock:
            _keep(self._aborted_early, service_id, None)

    def close(self) -> None:
        """Log out if idle, close the link, end the reader. Any thread; safe to call twice."""
        self._connection.close()

    def _pay(self, request: CardRequest, *, is_refund: bool) -> CardResult:
        service_id = request.service_id
        session = self._connection.ready_session()
        asked = Asked(service_id, request.amount_ore, request.baseline_transaction, is_refund)
        with self._lock:
            assert service_id not in self._asked, "a request is never sent twice"
            if service_id in self._aborted_early:
                return CardResult(service_id, CardVerdict.ABORTED, condition="Aborted")
            _keep(self._asked, service_id, (asked, session))
        wire_request = PaymentRequest(
            service_id=service_id,
            sale_transaction_id=request.sale_transaction_id,
            at=request.started_at,
            operator_id=request.operator_id,
            requested_ore=request.amount_ore,
            is_tip_allowed=request.is_tip_allowed,
            wait_card_removal=request.wait_card_removal,
            is_refund=is_refund,
        )
        try:
            answer = self._run(session, wire_request, "Payment")
            assert isinstance(answer, PaymentResponse), "the category decides the class"
            self._note_transaction(answer.transaction_id)
            return payment_result(asked, answer, self._slips.kept())
        except DeviceUnavailable:
            with self._lock:
                self._asked.pop(service_id, None)
            raise
        except OutcomeUnknown as exc:
            with self._lock:
                _keep(self._lost, service_id, None)
            # Nothing but the query may be asked while the payment may still run.
            self._connection.is_baseline_stale = False
            if exc.facts.get("condition") != "InProgress":
                self._drop_if_broken(session, exc)
            raise

    def _drop_if_broken(self, session: EpasSession, exc: OutcomeUnknown) -> None:
        """End a link that spoke nonsense or logged us out; a slow one may still answer."""
        is_broken = isinstance(exc, RemoteProtocolError) or "condition" in exc.facts
        if is_broken and not session.is_over:
            self._connection.drop(session, "unusable answer")

    def _run(
        self, session: EpasSession, request: PaymentRequest | ReversalRequest, category: str
    ) -> Answer:
        """Send one request and wait for its final word. Raises as `authorize`."""
        exchange = session.ask(request, category)
        self._connection.set_state(TerminalState.BUSY)
        with self._lock:
            is_aborted = request.service_id in self._aborted_early
        if is_aborted:
            # The abort overtook the request, so the terminal had nothing to stop: say it again.
            self.abort(request.service_id)
        try:
            return self._await_answer(session, exchange)
        finally:
            session.finish(exchange)
            self._connection.end_request(session)

    def _await_answer(self, session: EpasSession, exchange: Exchange) -> Answer:
        settings = self._settings
        is_hinted = False
        while True:
            now_s = self._clock.monotonic_s()
            limit_s = exchange.began_s + settings.recovery_after_s
            if exchange.aborted_s is not None:
                limit_s = min(limit_s, exchange.aborted_s + settings.abort_wait_s)
            session.settle(exchange, limit_s - now_s)
            if exchange.answer is not None:
                return exchange.answer
            facts = {"service_id": exchange.service_id, "words": exchange.end_words}
            if exchange.is_protocol_broken:
                raise RemoteProtocolError(**facts)
            if exchange.end_words:
                raise OutcomeUnknown(**facts)
            if now_s >= limit_s:
                raise OutcomeUnknown(service_id=exchange.service_id, words="no answer in time")
            if not is_hinted and now_s - exchange.began_s >= settings.payment_timeout_s:
                is_hinted = True
                self._connection.set_state(TerminalState.BUSY, PAYMENT_TIMEOUT)

    def _ask_last(self, session: EpasSession) -> GetLastTransactionResponse:
        request = GetLastTransactionRequest(self._connection.next_service_id())
        try:
            exchange = session.ask(request, "GetLastTransaction")
        except OutcomeUnknown as exc:
            # A question changes nothing, so it may be asked again.
            raise DeviceUnavailable(**exc.facts) from exc
        deadline_s = self._clock.monotonic_s() + self._settings.query_timeout_s
        while not session.settle(exchange, deadline_s - self._clock.monotonic_s()):
            if self._clock.monotonic_s() >= deadline_s:
                break
        session.finish(exchange)
        if isinstance(exchange.answer, GetLastTransactionResponse):
            return exchange.answer
        words = exchange.end_words or "no answer to the query"
        self._connection.drop(session, words)
        raise DeviceUnavailable(words=words)

    def _note_transaction(self, transaction_id: str) -> None:
        if transaction_id:
            self._connection.last_transaction = transaction_id
        else:
            # The terminal may have counted a transaction it did not name: ask when idle.
            self._connection.is_baseline_stale = True

    def _note_last(self, answer: GetLastTransactionResponse) -> None:
        if answer.transaction is not None:
            self._note_transaction(answer.transaction.transaction_id)
            self._connection.is_baseline_stale = False

    def _heard(self, session: EpasSession, message: Inbound) -> None:
        """Take what came unasked, on the reader thread."""
        header = message.header
        number = header.service_number
        if header.poi_id != self._settings.poi_id:
            self._stray(message, "another terminal id")
            return
        match message:
            case DisplayRequest(is_input_required=True):
                self._report(TerminalAsked(_prompt(message, number)))
            case DisplayRequest():
                self._report(TerminalShowed(number, message.lines))
            case PrintRequest():
                self._slips.keep(message.slip)
            case EventNotification():
                self._event(number, message.event)
            case PaymentResponse():
                if not self._keep_late(session, message):
                    self._stray(message, message.response.result)
            case OtherMessage():
                self._stray(message, message.words)
            case _:
                self._stray(message, message.response.result)

    def _stray(self, message: Inbound, words: str) -> None:
        header = message.header
        self._report_rare(ForeignAnswer(header.service_number, header.category, words))

    def _event(self, number: int, event: str) -> None:
        self._report(TerminalEvent(number, _EVENTS.get(event, event)))
        if event in ("BeginMaintenance", "EndMaintenance"):
            self._connection.set_maintenance(event == "BeginMaintenance")

    def _keep_late(self, session: EpasSession, answer: PaymentResponse) -> bool:
        """Tell a late answer to a request that was lost, once, and keep it for the next query.

        False when it is none or still unusable (5.4).
        """
        number = answer.header.service_number
        with self._lock:
            if number not in self._lost or number in self._late:
                return False
            asked, sent_on = self._asked.get(number, (None, None))
        if asked is None or sent_on is not session:
            return False
        try:
            result = payment_result(asked, answer, self._slips.kept())
        except DeviceError:
            return False  # The query decides.
        self._note_transaction(answer.transaction_id)
        with self._lock:
            _keep(self._late, number, result)
        self._report(CardAnswered(result))
        return True


def _keep(
    kept: OrderedDict[_K, _V], key: _K, value: _V, count_max: int = _REQUEST_COUNT_MAX
) -> None:
    kept[key] = value
    while len(kept) > count_max:
        kept.popitem(last=False)


def _has_own_slip(judged: QueryResult) -> bool:
    result = judged.result
    return result is not None and any(not slip.is_copy_of_query for slip in result.slips)


def _prompt(message: DisplayRequest, number: int) -> Prompt:
    prompt_id = message.prompt_id
    is_yes_no = prompt_id in _YES_NO_PROMPTS or (
        prompt_id not in _TEXT_PROMPTS and message.is_option_list
    )
    is_signature = prompt_id == _SIGNATURE_PROMPT
    return Prompt(number, prompt_id, is_yes_no, message.lines, is_signature)
