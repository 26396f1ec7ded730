"""XCCSP messages: control records to XML, XML to answers.

Prevents a disagreement about element order, names and decimals: each message is written once. XML
is built by a library and parsed without DTD under caps on size, depth and element count
(reliability S2, S3). No I/O. Source: sweden 3.2 and 4.2.

The XML libraries are imported at the first use, because the till must start fast.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.control_record import ControlRecord
from core.errors import DeviceRefused, OutcomeUnknown, RemoteProtocolError
from core.frozen import frozen
from core.money import format_plain
from core.text import clean
from devices.control_units.signing import (
    MAIN_STATUS_WORDS,
    STORAGE_FULL,
    STORAGE_OK,
    STORAGE_WARNING,
    UNIT_ID_MAX,
    WORDS_MAX,
    RegisterAnswer,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACE = "http://www.retailinnovation.se/xccsp"
CONTENT_TYPE = "text/xml; charset=ISO-8859-1"
_ENCODINGS = {
    "": "utf-8",
    "utf-8": "utf-8",
    "iso-8859-1": "iso-8859-1",
    "us-ascii": "ascii",
}
"""Encodings an answer may declare (sweden 4.2 sends ISO-8859-1)."""

FAULT_WORDS = {
    2: "UnknownRequest",
    3: "Invalid",
    6: "NotOperational",
    7: "InvalidPosId",
    8: "InternalError",
    9: "LicenseExceeded",
    10: "MemoryFull",
    98: "ServerInternalError",
    99: "CleanCashComError",
}
"""Codes of a Fault (sweden 4.2)."""

FAULT_REPEATED = frozenset({8, 98, 99})
"""After these nobody knows what the unit did; the same message is sent again. The others are no."""

_DECLARATION = b'<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n'
_STORAGE_WORDS = {"OK": STORAGE_OK, "WARNING": STORAGE_WARNING, "MEMORY": STORAGE_FULL}
_MAIN_WORDS = frozenset({*MAIN_STATUS_WORDS, "ERROR"})


@frozen
class UnitState:
    """Answer to RequestStatus."""

    unit_id: str
    main_status: str
    storage_status: int


def identity_request(register_id: str, org_no: str) -> bytes:
    """Write `RequestIdentity`."""
    return _request(
        "RequestIdentity", "IdentityRequest", [("PosId", register_id), ("OrgNo", org_no)]
    )


def status_request(register_id: str, org_no: str) -> bytes:
    """Write `RequestStatus`."""
    return _request("RequestStatus", "StatusRequest", [("PosId", register_id), ("OrgNo", org_no)])


def register_request(record: ControlRecord, is_new_session: bool) -> bytes:
    """Write `RegisterReceipt`; amounts with decimal comma, unpadded."""
    vats = [
        (
            "Vat",
            [
                ("Class", str(place)),
                ("Percentage", format_plain(vat.rate_bp)),
                ("Amount", format_plain(vat.vat_ore)),
            ],
        )
        for place, vat in enumerate(record.vat, start=1)
    ]
    return _request(
        "RegisterReceipt",
        "Receipt",
        [
            ("IsNewSession", "1" if is_new_session else "0"),
            ("SerialNo", str(record.serial)),
            ("Date", record.at.strftime("%Y%m%d%H%M")),
            ("ReceiptId", str(record.receipt_no)),
            ("PosId", record.register_id),
            ("OrgNo", record.org_no),
            ("ReceiptTotal", format_plain(record.total_ore)),
            ("NegativeTotal", format_plain(record.negative_total_ore)),
            ("ReceiptType", record.type.value),
            ("VatList", vats),
        ],
    )


def read_identity(body: bytes) -> str:
    """Give the unit id of an `IdentityResponse`. Raises as `_answer`."""
    return _unit_id(_answer(body, "IdentityResponse", "Identity"), "Id")


def read_status(body: bytes) -> UnitState:
    """Read a `StatusResponse`. Raises as `_answer`."""
    status = _answer(body, "StatusResponse", "Status")
    return UnitState(
        _unit_id(status, "Id"),
        _main_status(status, "MainStatus"),
        _storage(status, "StorageStatus"),
    )


def read_registration(body: bytes, record: ControlRecord) -> RegisterAnswer:
    """Read a `RegisterReceiptResponse`. Raises as `_answer`.

    The documented answer does not say which receipt it is for; one that does, and names another,
    is refused.
    """
    result = _answer(body, "RegisterReceiptResponse", "RegisterResult")
    for name, number in (("ReceiptId", record.receipt_no), ("SerialNo", record.serial)):
        if result.find(f".//{{{NAMESPACE}}}{name}") is None:
            continue
        told = _text(result, name)
        if told != str(number):
            raise RemoteProtocolError(code="other-receipt", words=clean(told, WORDS_MAX))
    return RegisterAnswer(
        control_code=_text(result, "Code"),
        unit_id=_unit_id(result, "UnitId"),
        main_status=_main_status(result, "UnitMainStatus"),
        storage_status=_storage(result, "UnitStorageStatus"),
    )


_Told = str | Sequence[tuple[str, "_Told"]]


def _request(kind: str, name: str, told: Sequence[tuple[str, "_Told"]]) -> bytes:
    from xml.etree import ElementTree as Xml

    root = Xml.Element("request", {"xmlns": NAMESPACE})
    _append(root, [("type", kind), ("data", [(name, told)])])
    written: bytes = Xml.tostring(root, encoding="iso-8859-1", xml_declaration=False)
    return _DECLARATION + written


def _append(parent: "Element", told: Sequence[tuple[str, "_Told"]]) -> None:
    for name, content in told:
        child = parent.makeelement(name, {})
        parent.append(child)
        if isinstance(content, str):
            child.text = content
        else:
            _append(child, content)


def _answer(body: bytes, kind: str, name: str) -> "Element":
    """Give `data/<name>` of an answer of type `kind`; whatever is missing or doubled is refused.

    Raises DeviceRefused or OutcomeUnknown for a Fault, RemoteProtocolError for everything else.
    """
    root = _parsed(body)
    told_kind = _text(root, "type")
    if told_kind not in ("Fault", kind):
        raise RemoteProtocolError(code="answer-type", words=clean(told_kind, WORDS_MAX))
    data = _only(root, "data")
    if len(data) != 1:
        raise RemoteProtocolError(code="answer-fields", words="data")
    if told_kind == "Fault":
        raise _fault(_only(data, "FaultInfo"))
    told = _only(data, name)
    for field in told:
        _only_one(root, _local_name(field))
    return told


def _parsed(body: bytes) -> "Element":
    from devices.links.xml_reading import UnreadableXml, parse

    try:
        return parse(body, _ENCODINGS)
    except UnreadableXml as exc:
        raise RemoteProtocolError(code="answer-xml", words=exc.words) from exc


def _only(parent: "Element", name: str) -> "Element":
    """Give the child of this name. Raises RemoteProtocolError when it is missing or doubled."""
    child = parent.find(f"{{{NAMESPACE}}}{name}")
    if child is None:
        raise RemoteProtocolError(code="answer-fields", words=name)
    _only_one(parent, name)
    return child


def _only_one(parent: "Element", name: str) -> None:
    """Refuse a name that comes twice, however deep and of whatever namespace.

    Which of the two is meant nobody knows. Raises RemoteProtocolError.
    """
    if sum(_local_name(one) == name for one in parent.iter()) > 1:
        raise RemoteProtocolError(code="answer-fields", words=name)


def _local_name(element: "Element") -> str:
    return element.tag.rpartition("}")[2]


def _text(parent: "Element", name: str) -> str:
    found = _only(parent, name)
    if len(found):
        raise RemoteProtocolError(code="answer-fields", words=name)
    return (found.text or "").strip(" \t\r\n")


def _unit_id(parent: "Element", name: str) -> str:
    unit_id = _text(parent, name)
    if not (unit_id.isascii() and unit_id.isalnum() and len(unit_id) <= UNIT_ID_MAX):
        raise RemoteProtocolError(code="answer-fields", words=name)
    return unit_id


def _main_status(parent: "Element", name: str) -> str:
    word = _text(parent, name)
    if word not in _MAIN_WORDS:
        raise RemoteProtocolError(code="answer-fields", words=name)
    return word


def _storage(parent: "Element", name: str) -> int:
    storage = _STORAGE_WORDS.get(_text(parent, name))
    if storage is None:
        raise RemoteProtocolError(code="answer-fields", words=name)
    return storage


def _fault(told: "Element") -> DeviceRefused | OutcomeUnknown:
    digits = _text(told, "Code")
    code = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 3 else -1
    word = FAULT_WORDS.get(code)
    if word is None:
        # Some answers carry the name instead of the number.
        code = next((number for number, name in FAULT_WORDS.items() if name == digits), -1)
        word = FAULT_WORDS.get(code)
    if word is None:
        return RemoteProtocolError(code="fault-unknown", words=clean(digits, WORDS_MAX))
    message = told.findtext(f"{{{NAMESPACE}}}Message") or ""
    facts = {"code": f"fault-{code}", "words": clean(f"{word} {message}", WORDS_MAX)}
    return OutcomeUnknown(**facts) if code in FAULT_REPEATED else DeviceRefused(**facts)
