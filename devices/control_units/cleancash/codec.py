"""CCSP messages of a CleanCash type A unit: control records to frames, frames to answers.

Prevents a disagreement about field order, signs and decimals: each message is written once, beside
its source. No I/O, no memory; number and serial come with the record. Source: sweden 3.2 and 3.4.
"""

from re import compile as compile_pattern

from core.control_record import ControlRecord
from core.errors import DeviceRefused, DeviceUnavailable, OutcomeUnknown, RemoteProtocolError
from core.frozen import frozen
from core.money import format_plain
from core.text import clean
from devices.control_units.cleancash.frames import Frame
from devices.control_units.signing import (
    MAIN_STATUS_WORDS,
    STORAGE_FULL,
    WORDS_MAX,
    RegisterAnswer,
)

IDENTITY = Frame("IQ")
STATUS = Frame("SIQ")
STATUS_OLDER = Frame("SQX")
START_V1 = Frame("ST")
SIGNATURE_V1 = Frame("SQ")

UNUSED = " "
"""What an unused field holds."""

VAT_MAX = 4
UNKNOWN_MESSAGE = "002"

NAK_WORDS = {
    "001": "invalid LRC",
    "002": "unknown message type",
    "003": "invalid parameter",
    "004": "invalid sequence",
    "005": "not used",
    "006": "CleanCash not operational",
    "007": "invalid POS id",
    "008": "internal error",
    "009": "licence exceeded",
    "010": "internal storage full",
    "011": "invalid sequence number",
}
"""Error codes of a NAK (sweden 3.4)."""

NAK_REPEATED = frozenset({"001", "004", "008"})
"""After these the same frame is sent again; every other code is final, except 002, which makes the
driver fall back to v1."""

_UNIT_ID = compile_pattern(r"[A-Za-z0-9]{1,40}")
_DIGIT = compile_pattern(r"[0-9]")
_FATAL_SEVERITY = "4"


@frozen
class Identity:
    """Answer to IQ."""

    unit_id: str
    protocol_version: int
    """2 and up speaks RR; 1 only ST, RH and SQ."""
    firmware: str


@frozen
class MainStatus:
    """Answer to SIQ or SQX."""

    word: str
    """One of MAIN_STATUS_WORDS."""
    is_fatal: bool


def register_v2(record: ControlRecord) -> Frame:
    """Write `RR`: serial, date, receipt, register, org no, total, negative total, type, VAT 1-4."""
    return Frame("RR", (str(record.serial), *_identity_fields(record), *_amount_fields(record)))


def header_v1(record: ControlRecord) -> Frame:
    """Write `RH`: as RR without serial, and two blank fields before the org no."""
    date, receipt_no, register_id, org_no = _identity_fields(record)
    return Frame(
        "RH", (date, receipt_no, register_id, UNUSED, UNUSED, org_no, *_amount_fields(record))
    )


def read_identity(frame: Frame) -> Identity:
    """Read `IR`. Raises RemoteProtocolError."""
    if len(frame.fields) < 2:
        raise _broken(frame)
    unit_id, version = frame.fields[0].strip(), frame.fields[1].strip()
    if _UNIT_ID.fullmatch(unit_id) is None or not (version.isascii() and version.isdigit()):
        raise _broken(frame)
    firmware = frame.fields[2] if len(frame.fields) > 2 else ""
    return Identity(unit_id, int(version[:4]), clean(firmware, WORDS_MAX))


def read_status(frame: Frame) -> MainStatus:
    """Read `SIR` or `SRX`: main status, then a condition whose second character is its severity.

    The condition may be empty. Raises RemoteProtocolError.
    """
    if not frame.fields:
        raise _broken(frame)
    word = _main_status(frame, frame.fields[0])
    condition = frame.fields[1] if len(frame.fields) > 1 else ""
    return MainStatus(word, condition[1:2] == _FATAL_SEVERITY)


def read_registration(frame: Frame) -> RegisterAnswer:
    """Read `RRR`: code, unit id, main status, storage status. Raises RemoteProtocolError."""
    if len(frame.fields) < 4:
        raise _broken(frame)
    code, unit_id, main, storage = frame.fields[:4]
    is_storage_known = _DIGIT.fullmatch(storage) is not None and int(storage) <= STORAGE_FULL
    if _UNIT_ID.fullmatch(unit_id) is None or not is_storage_known:
        raise _broken(frame)
    return RegisterAnswer(code, unit_id, _main_status(frame, main), int(storage))


def read_signature_v1(frame: Frame, unit_id: str) -> RegisterAnswer:
    """Read the answer to `SQ`: the control code alone. Raises RemoteProtocolError."""
    if not frame.fields:
        raise _broken(frame)
    return RegisterAnswer(frame.fields[0], unit_id, MAIN_STATUS_WORDS[0], 0)


def nak_code(frame: Frame) -> str:
    """Give the three digits of a NAK, empty for every other frame. Raises RemoteProtocolError."""
    if frame.type != "NAK":
        return ""
    code = frame.fields[0] if frame.fields else ""
    if len(code) != 3 or not (code.isascii() and code.isdigit()):
        raise _broken(frame)
    return code


def refusal(code: str) -> OutcomeUnknown | DeviceRefused:
    """Make the error of a NAK to a registration (policy of sweden 3.4)."""
    facts = {"code": f"nak-{code}", "words": NAK_WORDS.get(code, "unknown error code")}
    return OutcomeUnknown(**facts) if code in NAK_REPEATED else DeviceRefused(**facts)


def poll_refusal(code: str) -> DeviceUnavailable | DeviceRefused:
    """Make the error of a NAK to a question."""
    error = refusal(code)
    return DeviceUnavailable(**error.facts) if isinstance(error, OutcomeUnknown) else error


def _identity_fields(record: ControlRecord) -> tuple[str, str, str, str]:
    # Twelve digits, local time (sweden 3.2).
    date = record.at.strftime("%Y%m%d%H%M")
    return date, str(record.receipt_no), record.register_id, record.org_no


def _amount_fields(record: ControlRecord) -> tuple[str, ...]:
    # Decimal comma, two decimals, unpadded on the wire (sweden 3.2).
    used = [f"{format_plain(vat.rate_bp)};{format_plain(vat.vat_ore)}" for vat in record.vat]
    unused = [UNUSED] * (VAT_MAX - len(used))
    return (
        format_plain(record.total_ore),
        format_plain(record.negative_total_ore),
        record.type.value,
        *used,
        *unused,
    )


def _main_status(frame: Frame, digit: str) -> str:
    if _DIGIT.fullmatch(digit) is None or int(digit) >= len(MAIN_STATUS_WORDS):
        raise _broken(frame)
    return MAIN_STATUS_WORDS[int(digit)]


def _broken(frame: Frame) -> RemoteProtocolError:
    words = clean("#".join((frame.type, *frame.fields)), WORDS_MAX)
    return RemoteProtocolError(code="answer-fields", words=words)
