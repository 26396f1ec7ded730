"""A CleanCash type A control unit on a serial cable, protocol CCSP v2 with v1 as fall-back.

Prevents the disagreement about a silent unit: a late answer of an earlier record can never be taken
for the answer to this one, because after any lost answer the unit must first answer a status
question; it answers in order, so what was late has come by then and is dropped. Number and serial
come with the record, never from memory. Source: sweden 3.4, R49-R52; reliability F31-F34.
"""

from time import monotonic

from core.control_record import ControlRecord, Signature, UnitStatus
from core.errors import DeviceUnavailable, OutcomeUnknown, RemoteProtocolError
from core.frozen import frozen
from devices.control_units.cleancash import codec
from devices.control_units.cleancash.frames import END, FRAME_MAX, START, Frame, decode, encode
from devices.control_units.signing import (
    NOT_READY,
    STATUS_LIMIT_S,
    RegisterAnswer,
    Signing,
    check_unit,
    is_simulator_id,
)
from devices.links.faults import LinkFault, outcome_of
from devices.links.serial import SerialLink

_GRACE_S = 0.15
"""How long a good frame may lag behind a damaged one: the longest frame at 9600 baud."""

_IDENTITY_ANSWER = frozenset({"IR"})
_STATUS_ANSWER = frozenset({"SIR", "SRX"})
_REGISTER_ANSWER = frozenset({"RRR"})
_ANY_ANSWER: frozenset[str] = frozenset()
"""The names of the v1 replies are not documented; anything but another question's answer counts."""

_KNOWN_ANSWERS = _IDENTITY_ANSWER | _STATUS_ANSWER | _REGISTER_ANSWER


@frozen
class CleanCashSerialSettings:
    """How the unit is reached and for whom it signs."""

    device: str
    """Path, or a bare name such as ttyUSB0."""
    register_id: str
    org_no: str
    baudrate: int = 9600
    timeout_s: float = 3.0
    """Limit for each answer (sweden 3.4)."""
    is_simulator_allowed: bool = False
    """True only in a database marked demo."""
    wanted_unit_id: str = ""
    """The unit that signs for this register; empty = any until the first has signed."""


class CleanCashSerialUnit:
    """ControlUnit over CCSP. One worker thread; `close` from any thread."""

    def __init__(self, settings: CleanCashSerialSettings) -> None:
        self._settings = settings
        self._link = SerialLink(settings.device, settings.baudrate)
        self._identity: codec.Identity | None = None
        self._is_in_step = True
        self._open_status_count = 0
        self._is_v1 = False
        self._status_question = codec.STATUS
        self._signing = Signing()

    def poll(self) -> UnitStatus:
        """Ask IQ and SIQ. Raises DeviceUnavailable, DeviceRefused, SimulatorRefused."""
        try:
            identity = self._ask_identity()
            status = self._ask_status(self._settings.timeout_s)
            self._await_late_answers()
        except OutcomeUnknown as lost:
            raise DeviceUnavailable(**lost.facts) from lost
        is_ready = not status.is_fatal and status.word not in NOT_READY
        word = "FATAL_ERROR" if status.is_fatal else status.word
        return UnitStatus(
            unit_id=identity.unit_id,
            is_ready=is_ready,
            is_simulator=is_simulator_id(identity.unit_id),
            text="" if word == "OK" else word,
        )

    def register(self, record: ControlRecord) -> Signature:
        """Register one receipt; within this call the identical frame goes out three times at most.

        Raises DeviceUnavailable, OutcomeUnknown, DeviceRefused as in core/ports.py;
        SimulatorRefused before anything of the record leaves.
        """
        assert record.register_id == self._settings.register_id
        assert record.org_no == self._settings.org_no
        unit_id = self._get_in_step()
        try:
            return self._signing.sign(
                record,
                lambda: self._attempt(record),
                lambda: self._ask_status(min(self._settings.timeout_s, STATUS_LIMIT_S)),
                unit_id,
            )
        except RemoteProtocolError:
            self._identity = None
            raise

    def close(self) -> None:
        """Close the port. Any thread; safe to call twice."""
        self._link.close()

    def _get_in_step(self) -> str:
        """Know who listens, and that no late answer is on its way, before a record leaves."""
        try:
            if not self._link.is_open:
                self._identity = None
            identity = self._identity
            if identity is None or not self._is_in_step:
                identity = self._ask_identity()
            if not self._is_in_step:
                self._ask_status(self._settings.timeout_s)
                self._await_late_answers()
        except OutcomeUnknown as lost:
            raise DeviceUnavailable(**lost.facts) from lost
        return identity.unit_id

    def _await_late_answers(self) -> None:
        """Drop what is still to come for earlier status questions.

        While one is open, the answer just read may have been an older question's, and the answer
        of a record may lie behind it. When none comes within a whole time limit, it was lost.
        """
        deadline_s = monotonic() + self._settings.timeout_s
        while self._open_status_count > 0:
            try:
                self._answer(_STATUS_ANSWER, deadline_s)
            except (LinkFault, RemoteProtocolError):
                break
            self._open_status_count -= 1
        self._open_status_count = 0
        self._is_in_step = True

    def _check(self, unit_id: str) -> None:
        settings = self._settings
        wanted = settings.wanted_unit_id or self._signing.unit_id
        check_unit(unit_id, wanted, is_simulator_allowed=settings.is_simulator_allowed)

    def _ask_identity(self) -> codec.Identity:
        self._identity = None
        frame = self._question(codec.IDENTITY, _IDENTITY_ANSWER, self._settings.timeout_s)
        code = codec.nak_code(frame)
        if code:
            raise codec.poll_refusal(code)
        identity = codec.read_identity(frame)
        self._check(identity.unit_id)
        self._identity = identity
        self._is_v1 = identity.protocol_version < 2
        return identity

    def _ask_status(self, limit_s: float) -> codec.MainStatus:
        self._open_status_count += 1
        frame = self._question(self._status_question, _STATUS_ANSWER, limit_s)
        code = codec.nak_code(frame)
        if code == codec.UNKNOWN_MESSAGE and self._status_question is codec.STATUS:
            self._status_question = codec.STATUS_OLDER
            frame = self._question(self._status_question, _STATUS_ANSWER, limit_s)
            code = codec.nak_code(frame)
        self._open_status_count -= 1
        if code:
            raise codec.poll_refusal(code)
        self._is_in_step = self._open_status_count == 0
        return codec.read_status(frame)

    def _attempt(self, record: ControlRecord) -> RegisterAnswer:
        """Send the record once, by v2 or, when the unit does not know RR, by v1."""
        if self._identity is None:
            self._ask_identity()
        if not self._is_v1:
            frame = self._question(
                codec.register_v2(record), _REGISTER_ANSWER, self._settings.timeout_s
            )
            code = codec.nak_code(frame)
            if not code:
                return codec.read_registration(frame)
            if code != codec.UNKNOWN_MESSAGE:
                raise codec.refusal(code)
            self._is_v1 = True
        return self._attempt_v1(record)

    def _attempt_v1(self, record: ControlRecord) -> RegisterAnswer:
        assert self._identity is not None
        frame = Frame("")
        for step in (codec.START_V1, codec.header_v1(record), codec.SIGNATURE_V1):
            frame = self._question(step, _ANY_ANSWER, self._settings.timeout_s)
            code = codec.nak_code(frame)
            if code:
                raise codec.refusal(code)
        return codec.read_signature_v1(frame, self._identity.unit_id)

    def _question(self, question: Frame, wanted: frozenset[str], limit_s: float) -> Frame:
        """Send one frame and give the wanted answer or a NAK; other frames are late and dropped.

        Raises DeviceUnavailable or OutcomeUnknown by the rule of the links.
        """
        deadline_s = monotonic() + limit_s
        try:
            self._link.open()
            self._link.discard_input()
            self._link.write_all(encode(question), deadline_s)
            return self._answer(wanted, deadline_s)
        except LinkFault as fault:
            if fault.sent_count > 0:
                self._is_in_step = False
            if not self._link.is_open:
                self._identity = None
            raise outcome_of(fault, code="no-answer", asked=question.type) from fault
        except OutcomeUnknown:
            self._is_in_step = False
            raise

    def _answer(self, wanted: frozenset[str], deadline_s: float) -> Frame:
        buffer = b""
        is_damaged = False
        while True:
            try:
                buffer += self._link.read_until(END, deadline_s, FRAME_MAX)
            except LinkFault as fault:
                if is_damaged and self._link.is_open:
                    raise RemoteProtocolError(code="answer-damaged", words="") from fault
                raise
            while buffer:
                used, frame = decode(buffer)
                if used == 0:
                    break
                if frame is not None and _is_wanted(frame, wanted):
                    return frame
                if frame is None and not is_damaged and buffer.startswith(START):
                    is_damaged = True
                    deadline_s = min(deadline_s, monotonic() + _GRACE_S)
                buffer = buffer[used:]


def _is_wanted(frame: Frame, wanted: frozenset[str]) -> bool:
    if frame.type == "NAK":
        return True
    return frame.type in wanted if wanted else frame.type not in _KNOWN_ANSWERS
