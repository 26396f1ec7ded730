"""Bytes ↔ messages: the one door between the wire and the driver. No input or output here.

`decode` gives a message or raises UnusableMessage; there is no half-read answer. A Result that is
missing or doubled, an amount that is no amount, a body that is not what the header says, an element
of an approval in another place than the source shows: all end here, so nothing behind this module
can take a broken answer for an approval. Unknown elements and attributes are passed over; unknown
messages become OtherMessage.
Source: terminal-protocols 2.3-2.10; reliability F25, S1-S4.
"""

from xml.etree.ElementTree import Element

from devices.links.xml_reading import UnreadableXml, parse
from devices.terminals.westpay_epas.fields import (
    UnusableMessage,
    amount_of,
    child,
    exact_of,
    lines_of,
    optional_amount_of,
    some,
    text_of,
    time_of,
    words_of,
)
from devices.terminals.westpay_epas.messages import (
    DisplayRequest,
    EventNotification,
    GetLastTransactionResponse,
    Inbound,
    LoginResponse,
    MessageHeader,
    OtherMessage,
    PaymentResponse,
    PlainResponse,
    PrintRequest,
    Response,
    ReversalResponse,
)
from devices.terminals.westpay_epas.slips import last_transaction_of, slip_of
from devices.terminals.westpay_epas.writing import encode

__all__ = ["UnusableMessage", "decode", "encode"]

_LINE_MAX = 60
_LINE_COUNT_MAX = 12
_ROOT_OF_KIND = {
    "Request": "SaleToPOIRequest",
    "Notification": "SaleToPOIRequest",
    "Response": "SaleToPOIResponse",
}


def decode(payload: bytes) -> Inbound:
    """Read one payload from a terminal. Raises UnusableMessage, its words masked."""
    try:
        root = parse(payload)
    except UnreadableXml as exc:
        raise UnusableMessage(exc.words) from exc
    header_element = child(root, "MessageHeader")
    if header_element is None or len(header_element):
        raise UnusableMessage("MessageHeader missing or filled")
    header = _header(header_element)
    if _ROOT_OF_KIND.get(header.kind) != root.tag:
        raise UnusableMessage("root does not fit MessageType", header)
    others = [child for child in root if child is not header_element]
    bodies = [child for child in others if child.tag == header.category + header.kind]
    if len(bodies) != 1 or len(others) != 1:
        raise UnusableMessage("body does not fit MessageCategory", header)
    try:
        if header.kind == "Response":
            return _response(header, bodies[0])
        return _device_message(header, bodies[0])
    except UnusableMessage as exc:
        exc.header = header
        raise


def _header(found: Element) -> MessageHeader:
    return MessageHeader(
        message_class=exact_of(found, "MessageClass"),
        category=exact_of(found, "MessageCategory"),
        kind=exact_of(found, "MessageType"),
        service_id=exact_of(found, "ServiceID"),
        workstation_id=exact_of(found, "WorkstationID"),
        poi_id=exact_of(found, "POIID"),
    )


def _response(header: MessageHeader, body: Element) -> Inbound:
    found = child(body, "Response")
    if found is None:
        raise UnusableMessage("Response missing")
    result = exact_of(found, "Result")
    if result not in ("Success", "Failure", "Partial"):
        raise UnusableMessage("Result missing or unknown")
    additional = some(found, "AdditionalResponse")
    response = Response(
        result=result,
        error_condition=exact_of(found, "ErrorCondition"),
        additional=words_of(additional[0]) if additional else "",
    )
    match header.category:
        case "Login":
            software = (some(body, "POISoftware") or [Element("POISoftware")])[0]
            return LoginResponse(
                header,
                response,
                manufacturer_id=text_of(software, "ManufacturerID"),
                application_name=text_of(software, "ApplicationName"),
                software_version=text_of(software, "SoftwareVersion"),
            )
        case "Payment":
            return _payment(header, response, body)
        case "Reversal":
            transaction = _at_most_one(body, "POIData", "POITransactionID")
            return ReversalResponse(
                header, response, exact_of(transaction, "TransactionID"), time_of(transaction)
            )
        case "GetLastTransaction":
            return GetLastTransactionResponse(header, response, last_transaction_of(body))
    return PlainResponse(header, response)


def _payment(header: MessageHeader, response: Response, body: Element) -> PaymentResponse:
    transaction = _at_most_one(body, "POIData", "POITransactionID")
    result = _at_most_one(body, "PaymentResult")
    amounts = _at_most_one(body, "PaymentResult", "AmountsResp")
    authorized_ore: int | None = None
    if "AuthorizedAmount" in amounts.attrib:
        authorized_ore = amount_of(amounts, "AuthorizedAmount")
    elif response.result != "Failure":
        raise UnusableMessage("AuthorizedAmount missing")
    return PaymentResponse(
        header,
        response,
        transaction_id=exact_of(transaction, "TransactionID"),
        at=time_of(transaction),
        payment_type=exact_of(result, "PaymentType"),
        authorized_ore=authorized_ore,
        tip_ore=optional_amount_of(amounts, "TipAmount"),
        currency=exact_of(amounts, "Currency"),
    )


def _at_most_one(body: Element, *path: str) -> Element:
    found = child(body, *path)
    return Element(path[-1]) if found is None else found


def _device_message(header: MessageHeader, body: Element) -> Inbound:
    match header.category:
        case "Display":
            return _display(header, body)
        case "Print":
            try:
                return PrintRequest(header, slip_of(body, header.service_number))
            except UnusableMessage as exc:
                # A slip that cannot be read must not cost us the answer to the payment; what it
                # says is told as a foreign message instead.
                return OtherMessage(header, exc.words)
        case "Event":
            return EventNotification(header, words_of(body, "EventToNotify"))
    return OtherMessage(header, "unused message")


def _display(header: MessageHeader, body: Element) -> DisplayRequest:
    lines = lines_of(some(body, "OutputText")[:_LINE_COUNT_MAX], _LINE_MAX)
    prompt = some(body, "PromptId")
    asked = some(body, "Input")
    is_required = bool(asked) and text_of(asked[0], "Required").casefold() in ("yes", "true")
    return DisplayRequest(
        header,
        lines=lines,
        prompt_id=text_of(prompt[0]) if prompt else "",
        is_input_required=is_required,
        is_option_list=bool(asked) and text_of(asked[0], "Type") == "OptionList",
    )
