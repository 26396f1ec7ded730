"""Requests of the till → XML bytes, element for element as the source shows them.

The terminal checks inbound XML against a schema, so names and order are fixed here and nowhere
else. XML is built by the library, never by joining text. Source: terminal-protocols 2.4-2.8, 2.10.
"""

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from core.money import format_plain
from core.text import clean
from devices.terminals.westpay_epas.messages import (
    AbortRequest,
    GetLastTransactionRequest,
    Identity,
    InputResponse,
    LoginRequest,
    LogoutRequest,
    PaymentRequest,
    Request,
    ReversalRequest,
)

CURRENCY = "SEK"
_PROLOG = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_TEXT_MAX = 80


def encode(request: Request, identity: Identity) -> bytes:
    """Write one message of the till as a payload (no frame)."""
    match request:
        case LoginRequest():
            return _login(request, identity)
        case PaymentRequest():
            return _payment(request, identity)
        case ReversalRequest():
            return _reversal(request, identity)
        case AbortRequest():
            return _abort(request, identity)
        case GetLastTransactionRequest():
            return _bare("GetLastTransaction", request.service_id, identity)
        case LogoutRequest():
            return _bare("Logout", request.service_id, identity)
        case InputResponse():
            return _input(request, identity)


def wire_time(at: datetime) -> str:
    """Write a time with its offset as `2026-11-23T18:04:55.0+01:00` (tenths of a second)."""
    offset = at.strftime("%z")
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 100_000}{offset[:3]}:{offset[3:5]}"


def _text(text: str) -> str:
    return clean(text, _TEXT_MAX)


def _envelope(
    category: str, service_id: int, identity: Identity, *, is_input: bool = False
) -> tuple[Element, Element]:
    """Give the root and the empty body; the answer to a question is the only Response we send."""
    kind = "Response" if is_input else "Request"
    root = Element(f"SaleToPOI{kind}")
    SubElement(
        root,
        "MessageHeader",
        {
            "ProtocolVersion": "1.0",
            "MessageClass": "Device" if is_input else "Service",
            "MessageCategory": category,
            "MessageType": kind,
            "ServiceID": str(service_id),
            "WorkstationID": _text(identity.workstation_id),
            "POIID": _text(identity.poi_id),
        },
    )
    return root, SubElement(root, f"{category}{kind}")


def _bytes(root: Element) -> bytes:
    return _PROLOG + tostring(root, encoding="unicode").encode("utf-8")


def _bare(category: str, service_id: int, identity: Identity) -> bytes:
    return _bytes(_envelope(category, service_id, identity)[0])


def _login(request: LoginRequest, identity: Identity) -> bytes:
    root, body = _envelope("Login", request.service_id, identity)
    body.attrib.update(
        OperatorID=_text(request.operator_id),
        OperatorLanguage=_text(request.operator_language),
        POISerialNumber="000",
        ShiftNumber="1",
        StoreID=_text(request.store_id),
    )
    SubElement(body, "DateTime").text = wire_time(request.at)
    SubElement(
        body,
        "SaleSoftware",
        ApplicationName="Blipp",
        CertificationCode="-",
        ManufacturerID="Blipp",
        SoftwareVersion=_text(request.software_version),
    )
    hosts = SubElement(body, "ConfigData")
    if request.txn_host:
        SubElement(hosts, "TxnHostAddress").text = _text(request.txn_host)
    if request.config_host:
        SubElement(hosts, "ConfigHostAddress").text = _text(request.config_host)
    SubElement(hosts, "ConfigFile")
    return _bytes(root)


def _payment(request: PaymentRequest, identity: Identity) -> bytes:
    root, body = _envelope("Payment", request.service_id, identity)
    sale = SubElement(body, "SaleData", OperatorID=_text(request.operator_id))
    SubElement(
        sale,
        "SaleTransactionID",
        TransactionID=_text(request.sale_transaction_id),
        TimeStamp=wire_time(request.at),
    )
    asked = SubElement(body, "PaymentTransaction")
    amounts = SubElement(
        asked,
        "AmountsReq",
        Currency=CURRENCY,
        RequestedAmount=format_plain(request.requested_ore, "."),
        CashBackAmount="0.00",
    )
    may_tip = request.is_tip_allowed and not request.is_refund
    if not may_tip:
        # A zero TipAmount only switches tipping off; it never sets a tip, so it is left out
        # when the terminal shall ask.
        amounts.set("TipAmount", "0")
    SubElement(
        asked,
        "TransactionConditions",
        WaitCardRemoval="true" if request.wait_card_removal else "false",
        DisableTip="false" if may_tip else "true",
    )
    SubElement(body, "PaymentData", PaymentType="Refund" if request.is_refund else "Normal")
    return _bytes(root)


def _reversal(request: ReversalRequest, identity: Identity) -> bytes:
    root, body = _envelope("Reversal", request.service_id, identity)
    body.set("ReversalReason", "MerchantCancel")
    original = SubElement(
        body, "OriginalTransaction", POIID=_text(identity.poi_id), WorkstationID=""
    )
    SubElement(
        original,
        "POITransactionID",
        TransactionID=_text(request.poi_transaction),
        TimeStamp=wire_time(request.at),
    )
    return _bytes(root)


def _abort(request: AbortRequest, identity: Identity) -> bytes:
    root, body = _envelope("Abort", request.service_id, identity)
    SubElement(
        body,
        "MessageReference",
        MessageCategory=request.aborted_category,
        ServiceID=str(request.aborted_service_id),
    )
    SubElement(body, "AbortReason").text = "Cancelled by cashier"
    return _bytes(root)


def _input(request: InputResponse, identity: Identity) -> bytes:
    root, body = _envelope("Input", request.service_id, identity, is_input=True)
    result = SubElement(body, "InputResult", Device="CashierInput", InfoQualify="Input")
    SubElement(result, "Response", Result="Success")
    typed = SubElement(result, "Input", InputCommand=_text(request.prompt_id))
    SubElement(typed, "TextInput").text = _text(request.text)
    return _bytes(root)
