"""Keeps one terminal connected and logged in, and tells its state; never sends a payment.

Connect, Login, read who answers, ask once for the last transaction so that a baseline is known,
then zero-length keep-alives while idle. After a lost link the delays are 1, 2, 4, 8 s; each new
link logs in again, because Westpay logs the till out when a link is lost. A terminal that names
itself a simulator is refused here unless the settings allow one, so no later step can forget it.
Source: terminal-protocols 2.2, 2.4, 5.2, 5.3 step 5.
"""

import threading
from collections.abc import Callable, Iterator

from core.errors import DeviceError, DeviceUnavailable, SimulatorRefused
from core.facts import TerminalState, TerminalStateChanged
from core.ports import Clock, Report
from devices.links.faults import LinkFault
from devices.links.tcp import TcpLink
from devices.terminals.westpay_epas.messages import (
    GetLastTransactionRequest,
    GetLastTransactionResponse,
    Identity,
    Inbound,
    LoginRequest,
    LoginResponse,
    LogoutRequest,
)
from devices.terminals.westpay_epas.session import FLOOD, EpasSession, Exchange
from devices.terminals.westpay_epas.settings import EpasSettings

_DELAYS_S = (1.0, 2.0, 4.0, 8.0)
_REFUSED_DELAY_S = 30.0
_LOGIN_LOOK_S = 0.5
_LOGOUT_LIMIT_S = 1.0
_CLOSE_LIMIT_S = 2.0
_NOT_IDLE = frozenset({"Busy", "InProgress", "LoggedOut"})


class Connection:
    """One terminal's link and login. All methods but `set_state` belong to the worker thread."""

    def __init__(
        self,
        settings: EpasSettings,
        clock: Clock,
        report: Report,
        service_ids: Iterator[int],
        on_heard: Callable[[EpasSession, Inbound], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._report = report
        self._service_ids = service_ids
        self._drawing = threading.Lock()
        self._on_heard = on_heard
        self._stating = threading.RLock()
        self._state = TerminalState.OFF
        self._text = ""
        self._is_simulator = False
        self._is_closed = False
        self._is_logged_in = False
        self._in_maintenance = False
        self._session: EpasSession | None = None
        self._login: Exchange | None = None
        self._refusal: DeviceError | None = None
        self._failure_count = 0
        self._retry_at_s = clock.monotonic_s()
        self.logged_in_s = 0.0
        """When the present login was accepted, by the monotonic clock."""
        self.last_transaction = ""
        """The newest transaction id known; empty = none known."""
        self.is_baseline_stale = True

    @property
    def session(self) -> EpasSession | None:
        """Give the present session, logged in or not."""
        return self._session

    def open_session(self, identity: Identity) -> EpasSession:
        """Connect a fresh link; nothing is sent or heard yet. Raises LinkFault."""
        settings = self._settings
        link = TcpLink.connect(settings.host, settings.port, settings.connect_timeout_s)
        return EpasSession(link, identity, self._clock, self._on_heard, self._ended)

    def next_service_id(self) -> int:
        """Draw an id for an auxiliary message. Any thread."""
        with self._drawing:
            return next(self._service_ids)

    def tend(self) -> None:
        """Do what is due now; blocks for a connect or a short look at a login at most."""
        if self._is_closed:
            return
        if self._session is None or self._session.is_over:
            if self._clock.monotonic_s() < self._retry_at_s:
                return
            self._connect()
        self._advance_login(_LOGIN_LOOK_S)
        session = self._session
        if session is None:
            return
        if not self._is_logged_in:
            if self._login is None:
                session.close("not logged in")  # No login runs and none succeeded: begin anew.
            return
        if self.is_baseline_stale:
            self._learn_baseline(session)
        self._set_idle(session)
        session.keep_alive(self._settings.keep_alive_s)

    def learn_last(self) -> bool:
        """Ask for the last transaction if logged in and idle; False when it was not told."""
        session = self._session
        if session is None or session.is_over or not self._is_logged_in:
            return False
        return self._learn_baseline(session)

    def ready_session(self) -> EpasSession:
        """Give a logged-in session, connecting and logging in once if it must.

        Raises SimulatorRefused, or DeviceUnavailable when that did not succeed within
        `login_patience_s`.
        """
        if self._is_closed:
            raise DeviceUnavailable(words="driver is closed")
        if self._refusal is not None and self._clock.monotonic_s() < self._retry_at_s:
            raise self._refusal
        if self._session is None or self._session.is_over:
            self._connect()
        self._advance_login(self._settings.login_patience_s)
        session = self._session
        if session is None or session.is_over or not self._is_logged_in:
            raise self._refusal or DeviceUnavailable(state=str(self._state), words=self._text)
        return session

    def set_state(self, state: TerminalState, text: str = "") -> None:
        """Tell a state when it is another than the last told. Any thread."""
        with self._stating:
            if (state, text) == (self._state, self._text):
                return
            self._state, self._text = state, text
            self._report(TerminalStateChanged(state, text, self._is_simulator))

    def set_maintenance(self, in_maintenance: bool) -> None:
        """Follow BeginMaintenance and EndMaintenance. Called from the reader."""
        self._in_maintenance = in_maintenance
        if in_maintenance:
            self.set_state(TerminalState.MAINTENANCE)
        elif self._is_logged_in and self._session is not None:
            self._set_idle(self._session)

    def end_request(self, session: EpasSession) -> None:
        """Show the terminal idle again after a request, if its link still stands."""
        if session is self._session and self._is_logged_in:
            self._set_idle(session)

    def drop(self, session: EpasSession, words: str) -> None:
        """End a session that can no longer be trusted; the next tend or request connects anew."""
        session.close(words)
        session.join(_CLOSE_LIMIT_S)
        self._retry_at_s = self._clock.monotonic_s()

    def close(self) -> None:
        """Log out if idle, end the link and its reader. Any thread; safe to call twice."""
        self._is_closed = True
        session = self._session
        if session is not None and not session.is_over:
            if self._is_logged_in and session.open_exchange is None:
                self._logout(session)
            session.close()
        if session is not None:
            session.join(_CLOSE_LIMIT_S)
        self._is_logged_in = False
        self.set_state(TerminalState.OFF)

    def _logout(self, session: EpasSession) -> None:
        try:
            exchange = session.ask(LogoutRequest(self.next_service_id()), "Logout")
        except DeviceError:
            return  # The link is going; the terminal logs us out by itself.
        deadline_s = self._clock.monotonic_s() + _LOGOUT_LIMIT_S
        self._wait(session, exchange, deadline_s)
        session.finish(exchange)

    def _set_idle(self, session: EpasSession) -> None:
        if session.is_over or session.open_exchange is not None:
            return
        maintained = self._in_maintenance
        self.set_state(TerminalState.MAINTENANCE if maintained else TerminalState.READY)

    def _connect(self) -> None:
        self._is_logged_in = False
        self._in_maintenance = False
        self._login = None
        self._refusal = None
        if self._state not in (TerminalState.UNREACHABLE, TerminalState.REFUSED):
            self.set_state(TerminalState.CONNECTING)
        settings = self._settings
        try:
            session = self.open_session(Identity(settings.workstation_id, settings.poi_id))
        except LinkFault as fault:
            self._session = None
            self._fail(TerminalState.UNREACHABLE, fault.words)
            return
        with self._stating:
            self._session = session
        session.start()
        if self._is_closed:
            session.close()
        request = LoginRequest(
            service_id=self.next_service_id(),
            at=self._clock.now(),
            operator_id=settings.operator_id,
            operator_language=settings.operator_language,
            store_id=settings.store_id,
            software_version=settings.software_version,
            txn_host=settings.txn_host,
            config_host=settings.config_host,
        )
        try:
            self._login = session.ask(request, "Login")
        except DeviceError as exc:
            self._fail(TerminalState.UNREACHABLE, str(exc.facts.get("words", "")))
            return
        if self._state is not TerminalState.REFUSED:
            self.set_state(TerminalState.LOGGING_IN)

    def _advance_login(self, limit_s: float) -> None:
        session, login = self._session, self._login
        if session is None or login is None:
            return
        self._wait(session, login, self._clock.monotonic_s() + limit_s, is_login=True)
        if isinstance(login.answer, LoginResponse):
            session.finish(login)
            self._login = None
            self._judge_login(session, login.answer)
        elif login.is_foreign_terminal:
            self._refuse(session, TerminalState.REFUSED, "foreign-terminal")
        elif login.end_words:
            self._login = None
            self._fail(TerminalState.UNREACHABLE, login.end_words)
        elif self._is_overdue(login):
            self._refuse(session, TerminalState.UNREACHABLE, "login-timeout")

    def _is_overdue(self, login: Exchange) -> bool:
        waited_s = self._clock.monotonic_s() - login.began_s
        return waited_s > self._settings.login_timeout_s and not self._in_maintenance

    def _judge_login(self, session: EpasSession, answer: LoginResponse) -> None:
        named = f"{answer.manufacturer_id} {answer.application_name}".casefold()
        self._is_simulator = "simul" in named
        response = answer.response
        if self._is_simulator and not self._settings.is_simulator_allowed:
            self._refuse(session, TerminalState.REFUSED, "simulator")
            self._refusal = SimulatorRefused(
                manufacturer=answer.manufacturer_id, application=answer.application_name
            )
        elif response.result != "Success" or response.error_condition:
            told = " ".join(filter(None, (response.error_condition, response.additional)))
            self._refuse(session, TerminalState.REFUSED, told or "login-refused")
        else:
            self._is_logged_in = True
            self._failure_count = 0
            self.is_baseline_stale = True
            self.logged_in_s = self._clock.monotonic_s()

    def _learn_baseline(self, session: EpasSession) -> bool:
        """Ask for the last transaction; a terminal that cannot tell leaves the old knowledge.

        False when no answer came, or one that speaks of a payment that still runs.
        """
        try:
            exchange = session.ask(
                GetLastTransactionRequest(self.next_service_id()), "GetLastTransaction"
            )
        except DeviceError:
            return False
        limit_s = self._settings.query_timeout_s
        self._wait(session, exchange, self._clock.monotonic_s() + limit_s)
        session.finish(exchange)
        self.is_baseline_stale = False
        answer = exchange.answer
        if not isinstance(answer, GetLastTransactionResponse):
            return False
        if answer.transaction is not None:
            self.last_transaction = answer.transaction.transaction_id or self.last_transaction
        return answer.response.error_condition not in _NOT_IDLE

    def _wait(
        self, session: EpasSession, exchange: Exchange, deadline_s: float, is_login: bool = False
    ) -> None:
        while True:
            left_s = deadline_s - self._clock.monotonic_s()
            if session.settle(exchange, left_s) or left_s <= 0:
                return
            if is_login and exchange.is_foreign_terminal:
                return

    def _refuse(self, session: EpasSession, state: TerminalState, text: str) -> None:
        self._login = None
        session.close(text)
        session.join(_CLOSE_LIMIT_S)
        self._fail(state, text)

    def _fail(self, state: TerminalState, text: str) -> None:
        self._is_logged_in = False
        delay_s = _DELAYS_S[min(self._failure_count, len(_DELAYS_S) - 1)]
        if state is TerminalState.REFUSED:
            delay_s = _REFUSED_DELAY_S
        self._failure_count += 1
        self._retry_at_s = self._clock.monotonic_s() + delay_s
        self.set_state(state, text)

    def _ended(self, session: EpasSession, words: str) -> None:
        """Take note, from the reader thread, that a session's link has ended."""
        with self._stating:  # So that a late end never speaks about the session after it.
            if session is not self._session or self._is_closed or not self._is_logged_in:
                return  # A login that fails is told by the one that waits for it.
            self._is_logged_in = False
            self._failure_count = 0
            # A terminal that floods us would do so again: the cashier's keys come first.
            delay_s = _REFUSED_DELAY_S if words == FLOOD else 0
            self._retry_at_s = self._clock.monotonic_s() + delay_s
            self.set_state(TerminalState.UNREACHABLE, words)
