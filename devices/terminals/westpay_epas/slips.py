"""Print and GetLastTransaction → CardSlip: the card block's fields under one set of names.

The two messages call the same things by different names (terminal-protocols 2.7 and 2.9); both end
here, so receipt and recovery cannot disagree. Card numbers are masked again whatever the terminal
sent: at most first six and last four digits, on the customer's copy the last four only.
"""

from dataclasses import replace
from re import compile as compile_pattern
from xml.etree.ElementTree import Element

from core.card import CardSlip, SlipCopy
from devices.terminals.westpay_epas.fields import (
    UnusableMessage,
    amount_of,
    child,
    display_time,
    exact_of,
    optional_amount_of,
    short_of,
    some,
    text_of,
    time_of,
    words_of,
)
from devices.terminals.westpay_epas.messages import LastTransaction

_DIGIT = compile_pattern(r"[0-9]")
_FIRST_AND_LAST = 10
_AID = compile_pattern(r"[AD][0-9]{9}[0-9A-Fa-f]{0,22}")
"""ISO 7816-5: a registered application begins with A or D and nine digits."""
_STATUS = {"Authorised": "approved", "Authorized": "approved", "Cancelled": "cancelled"}
_KIND = {
    "Debit": "purchase",
    "Credit": "refund",
    "CashAdvance": "cash-advance",
    "ReverseDebit": "reversal",
    "ReverseCredit": "reversal",
}
_DCC = ("Provider", "Rate", "Amount", "CurrencyCode", "MarkUpDescription", "Disclaimer")
_MERCHANT = ("Name", "Address", "ZipCode City", "OrganisationNumber", "PhoneNumber")


def mask_pan(text: str, copy: SlipCopy) -> str:
    """Mask a card number for this copy, whatever the terminal left readable."""
    kept = 4 if copy is SlipCopy.CUSTOMER else _FIRST_AND_LAST
    if len(_DIGIT.findall(text)) <= kept:
        return text
    return _DIGIT.sub("*", text[:-4]) + text[-4:]


def slip_of(body: Element, service_id: int) -> CardSlip:
    """Make a slip of a PrintRequest. Raises UnusableMessage when it is none (a report)."""
    output = _first(body, "PrintOutput")
    if not some(output, "TransactionData"):
        raise UnusableMessage("print without transaction")
    deal = _first(output, "TransactionData")
    copy = (
        SlipCopy.MERCHANT
        if exact_of(output, "DocumentQualifier") == "CashierReceipt"
        else SlipCopy.CUSTOMER
    )
    state = _first(output, "Transaction")
    auth = _first(output, "AuthorisationData")
    card = _first(output, "CardData")
    emv = _first(output, "EmvData")
    slip = CardSlip(
        reference=exact_of(deal, "ReferenceNumber"),
        copy=copy,
        service_id=service_id,
        status=_STATUS.get(exact_of(state, "Status"), "declined"),
        kind=_kind(exact_of(deal, "Type")),
        denial_reason=words_of(state, "DenialReason"),
        currency=exact_of(deal, "CurrencyCode"),
        at=display_time(time_of(deal, "DateTime")),
        amount_ore=amount_of(deal, "Amount"),
        vat_ore=optional_amount_of(deal, "Vat") or 0,
        cash_back_ore=optional_amount_of(deal, "CashBack") or 0,
        tip_ore=optional_amount_of(deal, "Gratuity") or 0,
        charge_ore=optional_amount_of(deal, "CashAdvanceCharge") or 0,
        total_ore=amount_of(deal, "Total"),
        bank_agent=words_of(_first(output, "BankAgentName")),
        acquirer_reference=short_of(_first(output, "AcquirerReference"), "", 15),
        terminal_id=short_of(_first(output, "TerminalId"), "", 12),
        operator_id=words_of(_first(output, "OperatorId")),
        merchant=_merchant(_first(output, "MerchantData")),
        card_name=words_of(card, "Name"),
        masked_pan=mask_pan(text_of(card, "MaskedPan"), copy),
        aid=_aid(emv, "ApplicationId"),
        tvr=short_of(emv, "Tvr", 10),
        tsi=short_of(emv, "Tsi", 4),
        method=words_of(_first(output, "ExtAuth"), "Name"),
        dcc_lines=_dcc(output),
    )
    return _authorised(slip, auth)


def last_transaction_of(body: Element) -> LastTransaction | None:
    """Read GetLastTransactionResponse; None when no Transaction came.

    Raises UnusableMessage when the element is doubled or misplaced, or its amounts are none.
    """
    deal = child(body, "Transaction")
    if deal is None:
        return None
    at = time_of(deal)
    authorized_ore = amount_of(deal, "AuthorizedAmount")
    cash_back_ore = optional_amount_of(deal, "CashBackAmount") or 0
    tip_ore = optional_amount_of(deal, "GratuityAmount") or 0
    charge_ore = optional_amount_of(deal, "CashAdvanceChargeAmount") or 0
    card = _first(body, "Card")
    emv = _first(body, "EMV")
    slip = CardSlip(
        reference=exact_of(deal, "TransactionID"),
        kind=_kind(exact_of(deal, "Type")),
        currency=exact_of(deal, "CurrencyCode"),
        at=display_time(at),
        amount_ore=max(authorized_ore - cash_back_ore - tip_ore - charge_ore, 0),
        vat_ore=optional_amount_of(deal, "VATAmount") or 0,
        cash_back_ore=cash_back_ore,
        tip_ore=tip_ore,
        charge_ore=charge_ore,
        total_ore=authorized_ore,
        merchant=_merchant(_first(body, "MerchantData")),
        card_name=words_of(card, "Name"),
        masked_pan=mask_pan(text_of(card, "CustomerPAN"), SlipCopy.CUSTOMER),
        aid=_aid(emv, "AID"),
        tvr=short_of(emv, "TVR", 10),
        tsi=short_of(emv, "TSI", 4),
        dcc_lines=_dcc(body),
        is_copy_of_query=True,
    )
    return LastTransaction(
        transaction_id=slip.reference,
        authorized_ore=authorized_ore,
        type=exact_of(deal, "Type"),
        currency=slip.currency,
        at=at,
        cash_back_ore=cash_back_ore,
        tip_ore=tip_ore,
        charge_ore=charge_ore,
        slip=_authorised(slip, _first(body, "Auth")),
    )


def _authorised(slip: CardSlip, auth: Element) -> CardSlip:
    id_method = short_of(auth, "IdMethod", 2)
    is_by_device = id_method == "%"
    return replace(
        slip,
        entry_mode=short_of(auth, "PosEntryMode", 2),
        # `%` means that the customer's own device checked him: shown as `a` plus those words.
        id_method="a" if is_by_device else id_method,
        is_verified_by_device=is_by_device or exact_of(auth, "VerifiedByDevice") == "true",
        channel=short_of(auth, "Channel", 2),
        responder=short_of(auth, "Responder", 2),
        response_code=short_of(auth, "ResponseCode", 4),
        institution=short_of(auth, "FinancialInstitution", 12),
        approval_code=short_of(auth, "ApprovalCode", 8),
    )


def _first(within: Element, tag: str) -> Element:
    """Give the first element of this name, or an empty one: every field of a slip may be empty."""
    found = some(within, tag)
    return found[0] if found else Element(tag)


def _aid(emv: Element, attribute: str) -> str:
    aid = text_of(emv, attribute)
    return aid if _AID.fullmatch(aid) else ""


def _kind(wire_type: str) -> str:
    return _KIND.get(wire_type, "")


def _merchant(found: Element) -> tuple[str, ...]:
    lines = (
        " ".join(filter(None, (words_of(found, name) for name in names.split())))
        for names in _MERCHANT
    )
    return tuple(line for line in lines if line)


def _dcc(within: Element) -> tuple[str, ...]:
    found = some(within, "DCC")
    if not found:
        return ()
    told = ((name, words_of(found[0], name)) for name in _DCC)
    return tuple(f"{name}: {text}" for name, text in told if text)
