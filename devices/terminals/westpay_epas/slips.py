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
    display_time,
    optional_amount_of,
    some,
    text_of,
    time_of,
)
from devices.terminals.westpay_epas.messages import LastTransaction

_DIGIT = compile_pattern(r"[0-9]")
_FIRST_AND_LAST = 10
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
        if text_of(output, "DocumentQualifier") == "CashierReceipt"
        else SlipCopy.CUSTOMER
    )
    state = _first(output, "Transaction")
    auth = _first(output, "AuthorisationData")
    card = _first(output, "CardData")
    emv = _first(output, "EmvData")
    slip = CardSlip(
        reference=text_of(deal, "ReferenceNumber"),
        copy=copy,
        service_id=service_id,
        status=_STATUS.get(text_of(state, "Status"), "declined"),
        kind=_kind(text_of(deal, "Type")),
        denial_reason=text_of(state, "DenialReason"),
        currency=text_of(deal, "CurrencyCode"),
        at=display_time(time_of(deal, "DateTime")),
        amount_ore=amount_of(deal, "Amount"),
        vat_ore=optional_amount_of(deal, "Vat") or 0,
        cash_back_ore=optional_amount_of(deal, "CashBack") or 0,
        tip_ore=optional_amount_of(deal, "Gratuity") or 0,
        charge_ore=optional_amount_of(deal, "CashAdvanceCharge") or 0,
        total_ore=amount_of(deal, "Total"),
        bank_agent=_own_text(output, "BankAgentName"),
        acquirer_reference=_own_text(output, "AcquirerReference"),
        terminal_id=_own_text(output, "TerminalId"),
        operator_id=_own_text(output, "OperatorId"),
        merchant=_merchant(_first(output, "MerchantData")),
        card_name=text_of(card, "Name"),
        masked_pan=mask_pan(text_of(card, "MaskedPan"), copy),
        aid=text_of(emv, "ApplicationId"),
        tvr=text_of(emv, "Tvr"),
        tsi=text_of(emv, "Tsi"),
        method=text_of(_first(output, "ExtAuth"), "Name"),
        dcc_lines=_dcc(output),
    )
    return _authorised(slip, auth)


def last_transaction_of(body: Element) -> LastTransaction | None:
    """Read GetLastTransactionResponse; None when no Transaction came.

    Raises UnusableMessage when the element is doubled or its amounts are none.
    """
    found = some(body, "Transaction")
    if not found:
        return None
    if len(found) > 1:
        raise UnusableMessage("Transaction doubled")
    deal = found[0]
    at = time_of(deal)
    authorized_ore = amount_of(deal, "AuthorizedAmount")
    cash_back_ore = optional_amount_of(deal, "CashBackAmount") or 0
    tip_ore = optional_amount_of(deal, "GratuityAmount") or 0
    charge_ore = optional_amount_of(deal, "CashAdvanceChargeAmount") or 0
    card = _first(body, "Card")
    emv = _first(body, "EMV")
    slip = CardSlip(
        reference=text_of(deal, "TransactionID"),
        kind=_kind(text_of(deal, "Type")),
        currency=text_of(deal, "CurrencyCode"),
        at=display_time(at),
        amount_ore=max(authorized_ore - cash_back_ore - tip_ore - charge_ore, 0),
        vat_ore=optional_amount_of(deal, "VATAmount") or 0,
        cash_back_ore=cash_back_ore,
        tip_ore=tip_ore,
        charge_ore=charge_ore,
        total_ore=authorized_ore,
        merchant=_merchant(_first(body, "MerchantData")),
        card_name=text_of(card, "Name"),
        masked_pan=mask_pan(text_of(card, "CustomerPAN"), SlipCopy.CUSTOMER),
        aid=text_of(emv, "AID"),
        tvr=text_of(emv, "TVR"),
        tsi=text_of(emv, "TSI"),
        dcc_lines=_dcc(body),
        is_copy_of_query=True,
    )
    return LastTransaction(
        transaction_id=slip.reference,
        authorized_ore=authorized_ore,
        type=text_of(deal, "Type"),
        currency=slip.currency,
        at=at,
        cash_back_ore=cash_back_ore,
        tip_ore=tip_ore,
        charge_ore=charge_ore,
        slip=_authorised(slip, _first(body, "Auth")),
    )


def _authorised(slip: CardSlip, auth: Element) -> CardSlip:
    id_method = text_of(auth, "IdMethod")
    is_by_device = id_method == "%"
    return replace(
        slip,
        entry_mode=text_of(auth, "PosEntryMode"),
        # `%` means that the customer's own device checked him: shown as `a` plus those words.
        id_method="a" if is_by_device else id_method,
        is_verified_by_device=is_by_device or text_of(auth, "VerifiedByDevice") == "true",
        channel=text_of(auth, "Channel"),
        responder=text_of(auth, "Responder"),
        response_code=text_of(auth, "ResponseCode"),
        institution=text_of(auth, "FinancialInstitution"),
        approval_code=text_of(auth, "ApprovalCode"),
    )


def _first(within: Element, tag: str) -> Element:
    """Give the first element of this name, or an empty one: every field of a slip may be empty."""
    found = some(within, tag)
    return found[0] if found else Element(tag)


def _own_text(within: Element, tag: str) -> str:
    return text_of(_first(within, tag))


def _kind(wire_type: str) -> str:
    return _KIND.get(wire_type, "")


def _merchant(found: Element) -> tuple[str, ...]:
    lines = (
        " ".join(filter(None, (text_of(found, name) for name in names.split())))
        for names in _MERCHANT
    )
    return tuple(line for line in lines if line)


def _dcc(within: Element) -> tuple[str, ...]:
    found = some(within, "DCC")
    if not found:
        return ()
    told = ((name, text_of(found[0], name)) for name in _DCC)
    return tuple(f"{name}: {text}" for name, text in told if text)
