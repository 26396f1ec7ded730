"""A CleanCash control unit in the cloud or on the shop's network: XCCSP, XML over HTTP.

Prevents the disagreement about a retry: the bytes of a record's message are made once and kept, so
that a retry sends the identical message, `IsNewSession` included. An answer lost with its
connection cannot come late, so it is never taken for another record's. Source: sweden 4.2,
R49-R52; reliability F31-F34, S14.
"""

from collections import OrderedDict
from pathlib import Path

from core.control_record import ControlRecord, Signature, UnitStatus
from core.errors import DeviceRefused, DeviceUnavailable, OutcomeUnknown, RemoteProtocolError
from core.frozen import frozen
from devices.control_units.signing import (
    NOT_READY,
    STORAGE_FULL,
    STORAGE_WARNING,
    RegisterAnswer,
    Signing,
    check_unit,
    is_simulator_id,
)
from devices.control_units.xccsp import codec
from devices.links.http import HttpLink, HttpSettings

_KEPT_MAX = 8
"""Messages kept for a retry; one is enough while the till signs one receipt at a time."""


@frozen
class XccspSettings:
    """How the unit is reached and for whom it signs."""

    url: str
    register_id: str
    org_no: str
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    client_cert: Path | None = None
    plain_http: bool = False
    timeout_s: float = 3.0
    is_simulator_allowed: bool = False
    """True only in a database marked demo."""
    wanted_unit_id: str = ""
    """The unit that signs for this register; empty = any until the first has signed."""


class XccspUnit:
    """ControlUnit over XCCSP. One worker thread; `close` from any thread."""

    def __init__(self, settings: XccspSettings) -> None:
        """Check the settings, open nothing. Raises ConfigError."""
        self._settings = settings
        self._link = HttpLink(
            HttpSettings(
                url=settings.url,
                user=settings.user,
                password_file=settings.password_file,
                ca_file=settings.ca_file,
                client_cert=settings.client_cert,
                plain_http=settings.plain_http,
                timeout_s=settings.timeout_s,
            )
        )
        self._unit_id = ""
        self._is_new_session = True
        self._kept: OrderedDict[ControlRecord, bytes] = OrderedDict()
        self._signing = Signing()

    def poll(self) -> UnitStatus:
        """Ask for status, and for identity while it is unknown.

        Raises DeviceUnavailable, DeviceRefused (`http-401`, `fault-N`), SimulatorRefused.
        """
        try:
            if not self._unit_id:
                self._ask_identity()
            state = self._ask_status()
        except OutcomeUnknown as lost:
            raise DeviceUnavailable(**lost.facts) from lost
        self._check(state.unit_id)
        self._unit_id = state.unit_id
        is_full = state.storage_status == STORAGE_FULL
        word = "MEMORY" if is_full else state.main_status
        return UnitStatus(
            unit_id=state.unit_id,
            is_ready=not is_full and state.main_status not in NOT_READY,
            is_simulator=is_simulator_id(state.unit_id),
            text="" if word == "OK" else word,
            is_storage_warning=state.storage_status == STORAGE_WARNING,
        )

    def register(self, record: ControlRecord) -> Signature:
        """Register one receipt; within this call the identical bytes go out three times at most.

        Raises DeviceUnavailable, OutcomeUnknown, DeviceRefused as in core/ports.py;
        SimulatorRefused before anything of the record leaves.
        """
        assert record.register_id == self._settings.register_id
        assert record.org_no == self._settings.org_no
        try:
            if not self._unit_id:
                self._ask_identity()
        except OutcomeUnknown as lost:
            raise DeviceUnavailable(**lost.facts) from lost
        try:
            return self._signing.sign(
                record, lambda: self._attempt(record), self._ask_status, self._unit_id
            )
        except (RemoteProtocolError, DeviceRefused):
            self._unit_id = ""
            raise

    def close(self) -> None:
        """Close the connection. Any thread; safe to call twice."""
        self._link.close()

    def _attempt(self, record: ControlRecord) -> RegisterAnswer:
        answer = self._link.post(self._message(record), codec.CONTENT_TYPE)
        return codec.read_registration(answer, record)

    def _message(self, record: ControlRecord) -> bytes:
        """Give the record's bytes: the same ones for every try in this process."""
        message = self._kept.get(record)
        if message is None:
            message = codec.register_request(record, self._is_new_session)
            self._is_new_session = False
            self._kept[record] = message
            if len(self._kept) > _KEPT_MAX:
                self._kept.popitem(last=False)
        return message

    def _check(self, unit_id: str) -> None:
        settings = self._settings
        wanted = settings.wanted_unit_id or self._signing.unit_id
        check_unit(unit_id, wanted, is_simulator_allowed=settings.is_simulator_allowed)

    def _ask_identity(self) -> None:
        settings = self._settings
        question = codec.identity_request(settings.register_id, settings.org_no)
        unit_id = codec.read_identity(self._link.post(question, codec.CONTENT_TYPE))
        self._check(unit_id)
        self._unit_id = unit_id

    def _ask_status(self) -> codec.UnitState:
        settings = self._settings
        question = codec.status_request(settings.register_id, settings.org_no)
        return codec.read_status(self._link.post(question, codec.CONTENT_TYPE))
