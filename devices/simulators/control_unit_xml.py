"""XCCSP as the simulated control unit reads and writes it: strict XML, no wire.

Element names, order and content must be exactly those of sweden 4.2; whatever else comes is
answered with the Fault a real unit would give. Written without the driver's codec, so that a
mistake there is seen here.
"""

from re import IGNORECASE
from re import compile as compile_pattern
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from devices.simulators.control_unit import FIRMWARE, SimulatedControlUnit
from devices.simulators.control_unit_rules import INVALID, Refused, SentRecord

_NAMESPACE = "http://www.retailinnovation.se/xccsp"
_DECLARATION = compile_pattern(
    rb"""<\?xml\s+version=["']1\.0["']\s+encoding=["']ISO-8859-1["']\s+standalone=["']yes["']\s*\?>""",
    IGNORECASE,
)
_UNKNOWN_REQUEST = 2
_FAULT_NAMES = {
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
_MAIN_WORDS = ("OK", "WARNING", "PROTOCOL_ERROR", "NON_FATAL_ERROR", "FATAL_ERROR", "BUSY")
_STORAGE_WORDS = ("OK", "WARNING", "MEMORY")
_ASKER = ("PosId", "OrgNo")
_RECEIPT = (
    "IsNewSession",
    "SerialNo",
    "Date",
    "ReceiptId",
    "PosId",
    "OrgNo",
    "ReceiptTotal",
    "NegativeTotal",
    "ReceiptType",
    "VatList",
)
_VAT = ("Class", "Percentage", "Amount")

REGISTER = "RegisterReceipt"
_BODIES = {
    REGISTER: "Receipt",
    "RequestIdentity": "IdentityRequest",
    "RequestStatus": "StatusRequest",
}


def request_type(body: bytes) -> str:
    """Give the type of a request as it stands, empty when none can be read."""
    try:
        return _parsed(body).findtext(_name("type")) or ""
    except Refused:
        return ""


def answer(unit: SimulatedControlUnit, body: bytes) -> bytes:
    """Carry out one request and write its answer, which may be a Fault."""
    try:
        kind, asked = _opened(body)
        if kind == REGISTER:
            return _registered(unit, asked)
        register_id, org_no = _texts(asked, _ASKER)
        unit.check_known(register_id, org_no)
        view = unit.view()
    except Refused as refused:
        return fault(refused.number, refused.words)
    if kind == "RequestIdentity":
        told = {"Id": view.unit_id, "Firmware": FIRMWARE, "Type": "Simulator"}
        return _response("IdentityResponse", "Identity", told)
    told = {
        "Id": view.unit_id,
        "Firmware": FIRMWARE,
        "InstalledLicenses": "1",
        "MainStatus": _MAIN_WORDS[view.main_status],
        "StorageStatus": _STORAGE_WORDS[view.storage_status],
        "Type": "Simulator",
    }
    return _response("StatusResponse", "Status", told)


def fault(number: int, words: str) -> bytes:
    """Write a Fault. A sequence error has no number of its own on this wire: it is Invalid."""
    code = number if number in _FAULT_NAMES else INVALID
    told = {"Code": str(code), "ShortMessage": _FAULT_NAMES[code], "Message": words}
    return _response("Fault", "FaultInfo", told)


def _registered(unit: SimulatedControlUnit, asked: Element) -> bytes:
    *head, _vat_text = _texts(asked, _RECEIPT, parent="VatList")
    is_new, serial, date, receipt_no, register_id, org_no, total, negative, kind = head
    if is_new not in ("0", "1"):
        raise Refused(INVALID, "IsNewSession")
    vats = []
    for place, vat in enumerate(asked[-1], start=1):
        if vat.tag != _name("Vat"):
            raise Refused(INVALID, "VatList")
        vat_class, rate, amount = _texts(vat, _VAT)
        if vat_class != str(place):
            raise Refused(INVALID, "Class")
        vats.append((rate, amount))
    sent = SentRecord(
        serial, date, receipt_no, register_id, org_no, total, negative, kind, tuple(vats)
    )
    code = unit.register(sent, is_new_session=is_new == "1")
    view = unit.view()
    told = {
        "Code": code,
        "UnitId": view.unit_id,
        "UnitMainStatus": _MAIN_WORDS[view.main_status],
        "UnitStorageStatus": _STORAGE_WORDS[view.storage_status],
    }
    return _response("RegisterReceiptResponse", "RegisterResult", told)


def _opened(body: bytes) -> tuple[str, Element]:
    """Give type and body of a well-formed request. Raises Refused."""
    if _DECLARATION.match(body) is None:
        raise Refused(INVALID, "declaration")
    root = _parsed(body)
    if root.tag != _name("request") or [child.tag for child in root] != [
        _name("type"),
        _name("data"),
    ]:
        raise Refused(INVALID, "request")
    kind = root[0].text or ""
    if kind not in _BODIES:
        raise Refused(_UNKNOWN_REQUEST, kind[:40])
    if [child.tag for child in root[1]] != [_name(_BODIES[kind])]:
        raise Refused(INVALID, "data")
    return kind, root[1][0]


def _parsed(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise Refused(INVALID, "not XML") from exc
    return root


def _texts(asked: Element, names: tuple[str, ...], parent: str = "") -> list[str]:
    """Give the texts of children that must be exactly `names`; only `parent` has children."""
    if [child.tag for child in asked] != [_name(name) for name in names]:
        raise Refused(INVALID, "element order")
    for element in (asked, *asked):
        if element.attrib:
            raise Refused(INVALID, "attribute")
    for child, name in zip(asked, names, strict=True):
        if len(child) and name != parent:
            raise Refused(INVALID, name)
    return [child.text or "" for child in asked]


def _response(kind: str, name: str, told: dict[str, str]) -> bytes:
    root = Element("response", {"xmlns": _NAMESPACE})
    SubElement(root, "type").text = kind
    part = SubElement(SubElement(root, "data"), name)
    for key, text in told.items():
        SubElement(part, key).text = text
    written: bytes = tostring(root, encoding="iso-8859-1", xml_declaration=False)
    return b'<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n' + written


def _name(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"
