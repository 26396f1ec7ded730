"""What the simulated terminal accepts: frames and requests, checked as the real one does.

Written from terminal-protocols section 2 alone and not from our driver, so that the driver's
mistakes are not repeated here. The real terminal checks inbound XML against a schema; the table
below is that schema as far as it is known: element, needed and allowed attributes, children in
order with their least and greatest number.
"""

import struct
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from core.frozen import frozen

LENGTH_MAX = 1024 * 1024
_NAMESPACED = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"


class LinkSpoiled(Exception):
    """The stream is no stream of messages any more; the terminal closes the link."""


class Refused(Exception):
    """A message whose header was readable is refused; `words` go to AdditionalResponse."""

    def __init__(self, words: str, condition: str = "MessageFormat") -> None:
        super().__init__(words)
        self.words = words
        self.condition = condition


@frozen
class _Shape:
    needed: str = ""
    allowed: str = ""
    children: tuple[tuple[str, int, int], ...] = ()
    has_text: bool = False


_TEXT = _Shape(has_text=True)
_SHAPES = {
    "LoginRequest": _Shape(
        "OperatorID OperatorLanguage POISerialNumber ShiftNumber StoreID",
        children=(
            ("DateTime", 1, 1),
            ("SaleSoftware", 1, 1),
            ("ConfigData", 1, 1),
            ("ExtraPOIID", 0, 9),
        ),
    ),
    "DateTime": _TEXT,
    "SaleSoftware": _Shape("ApplicationName CertificationCode ManufacturerID SoftwareVersion"),
    "ConfigData": _Shape(
        children=(("TxnHostAddress", 0, 1), ("ConfigHostAddress", 0, 1), ("ConfigFile", 0, 1))
    ),
    "TxnHostAddress": _TEXT,
    "ConfigHostAddress": _TEXT,
    "ConfigFile": _TEXT,
    "ExtraPOIID": _TEXT,
    "LogoutRequest": _Shape(),
    "GetLastTransactionRequest": _Shape(),
    "PaymentRequest": _Shape(
        children=(("SaleData", 1, 1), ("PaymentTransaction", 1, 1), ("PaymentData", 1, 1))
    ),
    "SaleData": _Shape("OperatorID", children=(("SaleTransactionID", 1, 1),)),
    "SaleTransactionID": _Shape("TransactionID TimeStamp"),
    "PaymentTransaction": _Shape(children=(("AmountsReq", 1, 1), ("TransactionConditions", 0, 1))),
    "AmountsReq": _Shape("Currency RequestedAmount", "CashBackAmount TipAmount"),
    "TransactionConditions": _Shape(
        "",
        "WaitCardRemoval DisableTip AllowChipXpress DisableBankAxept MerchantCategoryCode",
    ),
    "PaymentData": _Shape("PaymentType", "Method ReferenceNumber"),
    "ReversalRequest": _Shape("ReversalReason", children=(("OriginalTransaction", 1, 1),)),
    "OriginalTransaction": _Shape("POIID WorkstationID", children=(("POITransactionID", 1, 1),)),
    "POITransactionID": _Shape("TransactionID TimeStamp"),
    "AbortRequest": _Shape(children=(("MessageReference", 1, 1), ("AbortReason", 1, 1))),
    "MessageReference": _Shape("MessageCategory ServiceID"),
    "AbortReason": _TEXT,
    "InputResponse": _Shape(children=(("InputResult", 1, 1),)),
    "InputResult": _Shape("Device InfoQualify", children=(("Response", 1, 1), ("Input", 1, 1))),
    "Response": _Shape("Result"),
    "Input": _Shape("InputCommand", children=(("TextInput", 1, 1),)),
    "TextInput": _TEXT,
    "EnableServiceRequest": _Shape("TransactionAction NotifyOnCancel"),
    "AdminRequest": _Shape(children=(("ServiceIdentification", 1, 1),)),
    "ServiceIdentification": _TEXT,
}
_CLASS_AND_TYPE = {
    "Login": ("Service", "Request"),
    "Logout": ("Service", "Request"),
    "Payment": ("Service", "Request"),
    "Reversal": ("Service", "Request"),
    "Abort": ("Service", "Request"),
    "GetLastTransaction": ("Service", "Request"),
    "EnableService": ("Service", "Request"),
    "Admin": ("Service", "Request"),
    "Input": ("Device", "Response"),
}


@frozen
class WireRequest:
    """One message from a till: its header, and its body, not yet checked."""

    category: str
    service_id: str
    workstation_id: str
    poi_id: str
    body: Element
    words: str = ""
    """Why its header is refused; empty = it is fine."""

    def check(self) -> None:
        """Check the body against the table. Raises Refused."""
        if self.words:
            raise Refused(self.words)
        _check(self.body)

    def field(self, tag: str, attribute: str = "") -> str:
        """Give an attribute or text of the first element of this name, empty when missing."""
        found = next(self.body.iter(tag), None)
        if found is None:
            return ""
        return found.get(attribute, "") if attribute else (found.text or "")


def cut_frames(held: bytearray) -> list[bytes]:
    """Take the finished payloads off `held`, in order. Raises LinkSpoiled."""
    finished: list[bytes] = []
    while len(held) >= 4:
        (length,) = struct.unpack_from(">I", held)
        if length > LENGTH_MAX:
            raise LinkSpoiled("length")
        if len(held) < 4 + length:
            break
        finished.append(bytes(held[4 : 4 + length]))
        del held[: 4 + length]
    return finished


def read_request(payload: bytes) -> WireRequest:
    """Read one payload. Raises LinkSpoiled when not even a header can be read."""
    try:
        root = fromstring(payload.decode("utf-8"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, UnicodeDecodeError, ValueError) as exc:
        raise LinkSpoiled(type(exc).__name__) from exc
    header = root.find("MessageHeader")
    if header is None or len(root) != 2 or root[0] is not header:
        raise LinkSpoiled("envelope")
    category = header.get("MessageCategory", "")
    return WireRequest(
        category=category,
        service_id=header.get("ServiceID", ""),
        workstation_id=header.get("WorkstationID", ""),
        poi_id=header.get("POIID", ""),
        body=root[1],
        words=_header_fault(root, header, category),
    )


def ore_of(amount: str) -> int:
    """Read `59` or `59.00` as öre. Raises Refused."""
    whole, mark, fraction = amount.partition(".")
    is_good = whole.isascii() and whole.isdigit() and len(whole) <= 9
    if mark:
        is_good = is_good and fraction.isascii() and fraction.isdigit() and len(fraction) <= 2
    if not is_good:
        raise Refused("RequestedAmount")
    return int(whole) * 100 + int((fraction + "00")[:2])


def _header_fault(root: Element, header: Element, category: str) -> str:
    known = {
        "ProtocolVersion",
        "MessageClass",
        "MessageCategory",
        "MessageType",
        "ServiceID",
        "WorkstationID",
        "POIID",
        "DeviceID",
    }
    for name in header.attrib:
        if name not in known:
            return f"MessageHeader@{name}"
    for name in known - {"ProtocolVersion", "DeviceID"}:
        if name not in header.attrib:
            return f"MessageHeader@{name}"
    if header.get("ProtocolVersion", "1.0") != "1.0":
        return "ProtocolVersion"
    expected = _CLASS_AND_TYPE.get(category)
    if expected is None:
        return "MessageCategory"
    kind = header.get("MessageType", "")
    if (header.get("MessageClass"), kind) != expected:
        return "MessageClass or MessageType"
    service_id = header.get("ServiceID", "")
    if not (service_id.isascii() and service_id.isdigit()):
        return "ServiceID"
    is_root_good = root.tag == f"SaleToPOI{kind}" and set(root.keys()) <= {_NAMESPACED}
    if not is_root_good or root[1].tag != category + kind:
        return "root or body"
    return ""


def _check(found: Element) -> None:
    shape = _SHAPES.get(found.tag)
    if shape is None:
        raise Refused(f"unknown element {found.tag[:40]}")
    needed = shape.needed.split()
    for name in needed:
        if name not in found.attrib:
            raise Refused(f"{found.tag}@{name} missing")
    for name in found.attrib:
        if name not in needed and name not in shape.allowed.split():
            raise Refused(f"{found.tag}@{name[:40]} unknown")
    if not shape.has_text and (found.text or "").strip():
        raise Refused(f"text in {found.tag}")
    _check_order(found, shape)
    for child in found:
        _check(child)


def _check_order(found: Element, shape: _Shape) -> None:
    tags = [child.tag for child in found]
    for tag, least, greatest in shape.children:
        count = 0
        while tags and tags[0] == tag:
            tags.pop(0)
            count += 1
        if not least <= count <= greatest:
            raise Refused(f"{tag} in {found.tag}")
    if tags:
        raise Refused(f"{tags[0][:40]} in {found.tag}: unknown or out of order")
