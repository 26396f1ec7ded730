"""What the simulated terminal sends: each message as terminal-protocols 2.4-2.10 shows it.

Gives whole frames. Broken frames for fault tests are made from good ones by `terminal_faults`.
"""

import struct
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from core.frozen import frozen
from devices.simulators.terminal_ledger import LedgerEntry, LedgerState

KEEP_ALIVE = b"\x00\x00\x00\x00"
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
_STRIPE = "D"
"""Entry mode of the magnetic stripe, which has no chip's data."""
_MERCHANT = {
    "Name": "Blipp Demo AB",
    "Address": "Storgatan 1",
    "ZipCode": "111 22",
    "City": "Stockholm",
    "PhoneNumber": "08-123456",
    "OrganisationNumber": "556677-8899",
}


@frozen
class Address:
    """The ids a message to the till carries."""

    service_id: str
    workstation_id: str
    poi_id: str


@frozen
class Told:
    """The `Response` element of an answer."""

    condition: str = ""
    """Empty = Success."""
    words: str = ""


@dataclass(frozen=True, slots=True)
class SlipExtra:
    """What a slip carries beside the ledger entry."""

    operator_id: str = ""
    currency: str = "SEK"
    card_name: str = "Mastercard"
    pan: str = "************9659"
    is_reversal: bool = False
    status: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def frame(payload: bytes) -> bytes:
    """Put the length before a payload."""
    return struct.pack(">I", len(payload)) + payload


def time_text(at: datetime) -> str:
    """Write a terminal time as `2026-11-23T18:05:21.0+01:00`."""
    return at.isoformat(timespec="milliseconds")[:21] + at.isoformat(timespec="seconds")[19:]


def kronor(ore: int) -> str:
    """Write öre with a point: `249.00`."""
    return f"{ore // 100}.{ore % 100:02d}"


def login_answer(address: Address, told: Told, at: datetime) -> bytes:
    """LoginResponse; names the simulator on the wire."""
    root, body = _answer(address, "Login", told)
    system = SubElement(body, "POISystemData")
    SubElement(system, "DateTime").text = time_text(at)
    SubElement(
        system,
        "POISoftware",
        ManufacturerID="Blipp",
        ApplicationName="SIMULATOR",
        SoftwareVersion="1.0",
        CertificationCode="-",
    )
    return _bytes(root)


def plain_answer(address: Address, category: str, told: Told) -> bytes:
    """Any answer that carries nothing but its Response."""
    return _bytes(_answer(address, category, told)[0])


def payment_answer(
    address: Address, told: Told, entry: LedgerEntry | None, amount: str = ""
) -> bytes:
    """PaymentResponse; `amount` is AuthorizedAmount as text, given when approved."""
    root, body = _answer(address, "Payment", told)
    if entry is not None:
        _transaction_id(body, entry)
        if not told.condition:
            kind = "Refund" if entry.is_refund else "Normal"
            result = SubElement(body, "PaymentResult", PaymentType=kind)
            SubElement(result, "AmountsResp", AuthorizedAmount=amount)
    return _bytes(root)


def reversal_answer(address: Address, told: Told, entry: LedgerEntry | None, at: datetime) -> bytes:
    """ReversalResponse; names the reversed transaction and the time of the reversal."""
    root, body = _answer(address, "Reversal", told)
    if entry is not None:
        holder = SubElement(body, "POIData")
        SubElement(
            holder,
            "POITransactionID",
            TransactionID=entry.transaction_id,
            TimeStamp=time_text(at),
        )
    return _bytes(root)


def last_transaction_answer(address: Address, entry: LedgerEntry | None) -> bytes:
    """GetLastTransactionResponse: NotFound without a transaction, Failure for a declined one."""
    condition = "NotFound" if entry is None else entry.condition
    root, body = _answer(address, "GetLastTransaction", Told(condition))
    if entry is None:
        return _bytes(root)
    is_declined = entry.state is LedgerState.DECLINED
    SubElement(
        body,
        "Transaction",
        TransactionID=entry.transaction_id,
        AuthorizedAmount=kronor(0 if is_declined else entry.total_ore),
        Type=_type(entry, entry.state is LedgerState.REVERSED),
        CurrencyCode="SEK",
        TimeStamp=time_text(entry.at),
        VATAmount="0.00",
        CashBackAmount="0.00",
        GratuityAmount=kronor(0 if is_declined else entry.tip_ore),
        CashAdvanceChargeAmount="0.00",
    )
    SubElement(body, "MerchantData", _MERCHANT)
    SubElement(
        body,
        "Card",
        Name="Mastercard",
        MerchantPAN="516815******9659",
        CustomerPAN="************9659",
    )
    SubElement(body, "Auth", _authorisation(entry))
    SubElement(body, "EMV", AID="A0000000041010", TVR="0000008001", TSI="0000")
    SubElement(body, "MerchantReceipt").text = ""
    SubElement(body, "CustomerReceipt").text = ""
    return _bytes(root)


def display(
    address: Address, lines: tuple[str, ...], prompt_id: str = "", input_type: str = ""
) -> bytes:
    """Text for the cashier; a question when `input_type` (OptionList, TextString) is given."""
    root, body = _request(address, "Device", "Display", "Request")
    output = SubElement(
        body,
        "DisplayOutput",
        Device="CashierDisplay",
        InfoQualify="Display" if input_type else "Status",
    )
    content = SubElement(output, "OutputContent", OutputFormat="Text")
    for line in lines:
        SubElement(content, "OutputText").text = line
    if prompt_id:
        SubElement(body, "PromptId").text = prompt_id
    if input_type:
        SubElement(body, "Input", Required="Yes", Type=input_type)
    return _bytes(root)


def event(address: Address, name: str, at: datetime, details: str = "") -> bytes:
    """EventNotification."""
    root, body = _request(address, "Event", "Event", "Notification")
    body.set("TimeStamp", time_text(at))
    body.set("EventToNotify", name)
    if details:
        body.set("EventDetails", details)
    return _bytes(root)


def slip(address: Address, entry: LedgerEntry, is_merchant: bool, extra: SlipExtra) -> bytes:
    """PrintRequest with the fields of one copy."""
    root, body = _request(address, "Device", "Print", "Request")
    output = SubElement(
        body,
        "PrintOutput",
        DocumentQualifier="CashierReceipt" if is_merchant else "CustomerReceipt",
        ResponseMode="NotRequired",
    )
    for tag, text in (
        ("BankAgentName", "Swedbank"),
        ("AcquirerReference", "10020001"),
        ("TerminalId", address.poi_id),
        ("OperatorId", extra.operator_id),
    ):
        SubElement(output, tag).text = text
    is_approved = entry.state is not LedgerState.DECLINED
    status = extra.status or ("Authorised" if is_approved else "Declined")
    told = SubElement(output, "Transaction", Status=status)
    if not is_approved:
        told.set("DenialReason", "DeclinedByHost")
    amounts = {
        "Type": _type(entry, extra.is_reversal),
        "CurrencyCode": extra.currency,
        "DateTime": time_text(entry.at),
        "ReferenceNumber": entry.transaction_id,
        "Amount": kronor(entry.amount_ore),
        "Vat": "0.00",
        "CashBack": "0.00",
        "Gratuity": kronor(entry.tip_ore),
        "CashAdvanceCharge": "0.00",
        "Total": kronor(entry.total_ore),
    }
    SubElement(output, "TransactionData", {**amounts, **extra.attributes})
    SubElement(output, "MerchantData", _MERCHANT)
    SubElement(output, "AuthorisationData", _authorisation(entry))
    pan = "516815******9659" if is_merchant and extra.pan.startswith("*") else extra.pan
    SubElement(output, "CardData", Name=extra.card_name, MaskedPan=pan)
    if entry.entry_mode != _STRIPE:
        SubElement(output, "EmvData", ApplicationId="A0000000041010", Tvr="0000008001", Tsi="0000")
    return _bytes(root)


def _answer(address: Address, category: str, told: Told) -> tuple[Element, Element]:
    root = Element("SaleToPOIResponse")
    _header(root, address, "Service", category, "Response")
    body = SubElement(root, f"{category}Response")
    result = "Failure" if told.condition else "Success"
    response = SubElement(body, "Response", Result=result)
    if told.condition:
        response.set("ErrorCondition", told.condition)
    if told.words:
        SubElement(response, "AdditionalResponse").text = told.words
    return root, body


def _request(
    address: Address, message_class: str, category: str, kind: str
) -> tuple[Element, Element]:
    root = Element("SaleToPOIRequest")
    _header(root, address, message_class, category, kind)
    return root, SubElement(root, category + kind)


def _header(root: Element, address: Address, message_class: str, category: str, kind: str) -> None:
    SubElement(
        root,
        "MessageHeader",
        ProtocolVersion="1.0",
        MessageClass=message_class,
        MessageCategory=category,
        MessageType=kind,
        ServiceID=address.service_id,
        WorkstationID=address.workstation_id,
        POIID=address.poi_id,
    )


def _transaction_id(body: Element, entry: LedgerEntry) -> None:
    holder = SubElement(body, "POIData")
    SubElement(
        holder,
        "POITransactionID",
        TransactionID=entry.transaction_id,
        TimeStamp=time_text(entry.at),
    )


def _type(entry: LedgerEntry, is_reversal: bool) -> str:
    kind = "Credit" if entry.is_refund else "Debit"
    return f"Reverse{kind}" if is_reversal else kind


def _authorisation(entry: LedgerEntry) -> dict[str, str]:
    return {
        "ApprovalCode": "741591",
        "ResponseCode": "05" if entry.state is LedgerState.DECLINED else "00",
        "FinancialInstitution": "SWE",
        "VerifiedByDevice": "false",
        "Responder": "3",
        "Channel": "1",
        "IdMethod": entry.id_method,
        "PosEntryMode": entry.entry_mode,
    }


def _bytes(root: Element) -> bytes:
    return frame((_PROLOG + tostring(root, encoding="unicode")).encode("utf-8"))
