"""What "the same approval" means, by other code and another parser than the driver's.

An answer says the same as the approval it was made of when it is one UTF-8 XML document, and:

- its only header names our request: class, category, type, our service id, our terminal, and our
  till or none;
- beside the header stands exactly one PaymentResponse;
- in the whole document exactly one Response, right below it, says Success and no ErrorCondition;
- exactly one POITransactionID, in POIData, names the approval's transaction (any but an earlier
  one when no slip came: then nothing else knows its name);
- exactly one AmountsResp, in PaymentResult, names the same total to the öre, in digits only;
- a tip, a currency and a payment type are missing or the same.

Everything else (unknown elements, comments, order of attributes, white space, how a character is
written) may differ.
"""

from re import fullmatch
from xml.dom.expatbuilder import parseString
from xml.dom.minidom import Document, Element
from xml.parsers.expat import ExpatError

from tests.frames.approvals import POI, WORKSTATION, Approval


def says_the_same(approval: Approval, payload: bytes) -> bool:
    """Judge one payload."""
    try:
        payload.decode("utf-8")
        document: Document = parseString(payload, namespaces=False)
    except (UnicodeDecodeError, ExpatError, ValueError, LookupError):
        return False
    root = document.documentElement
    if document.doctype is not None or root is None or root.tagName != "SaleToPOIResponse":
        return False
    children = [node for node in root.childNodes if isinstance(node, Element)]
    if sorted(child.tagName for child in children) != ["MessageHeader", "PaymentResponse"]:
        return False
    return (
        _is_our_header(approval, document)
        and _is_success(document)
        and _is_transaction(approval, document)
        and _are_amounts(approval, document)
    )


def _is_our_header(approval: Approval, document: Document) -> bool:
    header = _only(document, "MessageHeader", "SaleToPOIResponse")
    if header is None:
        return False
    told = dict(header.attributes.items())
    return (
        told.get("MessageClass") == "Service"
        and told.get("MessageCategory") == "Payment"
        and told.get("MessageType") == "Response"
        and told.get("ServiceID") == str(approval.service_id)
        and told.get("POIID") == POI
        and told.get("WorkstationID", "") in ("", WORKSTATION)
    )


def _is_success(document: Document) -> bool:
    response = _only(document, "Response", "PaymentResponse")
    return (
        response is not None
        and response.getAttribute("Result") == "Success"
        and not response.getAttribute("ErrorCondition")
    )


def _is_transaction(approval: Approval, document: Document) -> bool:
    transaction = _only(document, "POITransactionID", "POIData")
    if transaction is None:
        return False
    named = transaction.getAttribute("TransactionID")
    if approval.slips:
        return named == approval.transaction_id
    return named not in ("", approval.baseline)


def _are_amounts(approval: Approval, document: Document) -> bool:
    amounts = _only(document, "AmountsResp", "PaymentResult")
    result = _only(document, "PaymentResult", "PaymentResponse")
    if amounts is None or result is None:
        return False
    kind = "Refund" if approval.is_refund else "Normal"
    return (
        amount_ore(amounts.getAttribute("AuthorizedAmount")) == approval.total_ore
        and amounts.getAttribute("Currency") in ("", "SEK")
        and result.getAttribute("PaymentType") in ("", kind)
        and (
            not amounts.getAttribute("TipAmount")
            or amount_ore(amounts.getAttribute("TipAmount")) == approval.tip_ore
        )
    )


def _only(document: Document, name: str, parent: str) -> Element | None:
    found = document.getElementsByTagName(name)
    if len(found) != 1:
        return None
    above = found[0].parentNode
    is_placed = isinstance(above, Element) and above.tagName == parent
    return found[0] if is_placed else None


def amount_ore(text: str) -> int | None:
    """Read an amount as öre; None when it is none."""
    if fullmatch(r"[0-9]+(\.[0-9]{1,2})?", text) is None:
        return None
    crowns, _, cents = text.partition(".")
    return int(crowns + cents.ljust(2, "0"))
