"""A terminal that lets card data slip: the same messages, with secrets where they never belong.

No real terminal does this. It exists so that a till can prove that nothing of it stays anywhere
(reliability I13 and S1): whole number, both tracks, security code, PIN and PIN block, in every kind
of message, in known and unknown fields, in words, spaced, dashed, split over lines, in base64 and
in hexadecimal. Each kind of message lists its own places.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Comment, Element, SubElement, fromstring, tostring

from core.frozen import frozen
from devices.simulators.terminal_writing import frame

_HEADER = 4
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'


@frozen
class CardSecrets:
    """What must never be kept. The default is a test card of the networks."""

    pan: str = "4111111111111111"
    expiry: str = "2812"
    service_code: str = "201"
    discretionary: str = "7391846205917"
    security_code: str = "739"
    pin: str = "8264"
    pin_block: str = "0412AC89ABCDEF67"
    holder: str = "ANDERSSON/ANNA"

    @property
    def track_1(self) -> str:
        """The first track of the stripe."""
        tail = f"{self.expiry}{self.service_code}{self.discretionary}"
        return f"%B{self.pan}^{self.holder}^{tail}?"

    @property
    def track_2(self) -> str:
        """The second track of the stripe."""
        return f";{self.pan}={self.expiry}{self.service_code}{self.discretionary}?"

    @property
    def chip_track_2(self) -> str:
        """The second track as a chip tells it."""
        return f"{self.pan}D{self.expiry}{self.service_code}{self.discretionary}"

    def grouped(self, between: str) -> str:
        """The number in groups of four."""
        return between.join(self.pan[at : at + 4] for at in range(0, len(self.pan), 4))


def leak(secrets: CardSecrets, sent: bytes) -> bytes:
    """Give the frame with secrets in it; keep-alives stay what they are."""
    if len(sent) <= _HEADER:
        return sent
    root = fromstring(sent[_HEADER:])
    header = root.find("MessageHeader")
    body = next((child for child in root if child is not header), None)
    if header is None or body is None:
        return sent
    header.set("CardNumber", secrets.pan)
    body.set("Track2", secrets.track_2)
    SubElement(body, "SensitiveCardData").text = secrets.track_1
    SubElement(SubElement(body, "Cryptogram"), "PINBlock", Value=secrets.pin_block)
    body.append(Comment(f" {secrets.pan} {secrets.security_code} "))
    _LEAKS.get(header.get("MessageCategory", ""), _nothing_more)(secrets, body)
    return frame((_PROLOG + tostring(root, encoding="unicode")).encode("utf-8"))


def _in_display(secrets: CardSecrets, body: Element) -> None:
    content = next(body.iter("OutputContent"), body)
    half = len(secrets.pan) // 2
    for line in (
        f"Kort {secrets.grouped(' ')}",
        secrets.pan[:half],
        secrets.pan[half:],
        secrets.track_2,
        f"CVV {secrets.security_code}",
        f"PIN {secrets.pin} block {secrets.pin_block}",
        b64encode(secrets.track_2.encode()).decode(),
    ):
        SubElement(content, "OutputText").text = line


def _in_slip(secrets: CardSecrets, body: Element) -> None:
    fields: Mapping[str, Mapping[str, str]] = {
        "CardData": {"MaskedPan": secrets.pan, "Name": f"Visa {secrets.grouped('-')}"},
        "MerchantData": {
            "Name": f"Butiken {secrets.pan}",
            "Address": b64encode(secrets.pan.encode()).decode(),
            "City": secrets.grouped(" - "),
            "PhoneNumber": f"{'x' * 106} {secrets.pan}",
        },
        "AuthorisationData": {
            "ApprovalCode": secrets.pin_block,
            "FinancialInstitution": secrets.pan,
            "ResponseCode": secrets.security_code + secrets.pin,
        },
        "EmvData": {
            "ApplicationId": secrets.pin_block,
            "Tvr": secrets.chip_track_2,
            "Tsi": secrets.pin_block,
        },
        "TransactionData": {"CardNumber": secrets.pan, "PIN": secrets.pin},
    }
    for tag, attributes in fields.items():
        for found in body.iter(tag):
            for name, value in attributes.items():
                found.set(name, value)
    texts = {
        "BankAgentName": f"Banken {secrets.track_1}",
        "AcquirerReference": secrets.pan,
        "TerminalId": secrets.chip_track_2,
        "OperatorId": f"CVC2: {secrets.security_code} {secrets.grouped('.')}",
    }
    for tag, text in texts.items():
        for found in body.iter(tag):
            found.text = text
    for output in body.iter("PrintOutput"):
        SubElement(
            output,
            "DCC",
            Provider=f"Växlaren {secrets.pan}",
            Disclaimer=f"Kort {secrets.track_1} slut",
            MarkUpDescription=secrets.pan.encode().hex(),
        )


def _in_event(secrets: CardSecrets, body: Element) -> None:
    body.set("EventDetails", f"{secrets.track_2} {secrets.pin_block}")


def _in_answer(secrets: CardSecrets, body: Element) -> None:
    response = next(body.iter("Response"), body)
    for old in response.findall("AdditionalResponse"):
        response.remove(old)
    SubElement(
        response, "AdditionalResponse"
    ).text = f"Kort {secrets.pan} {secrets.track_2} CVV{secrets.security_code} {secrets.pin_block}"


def _in_last(secrets: CardSecrets, body: Element) -> None:
    _in_answer(secrets, body)
    for card in body.iter("Card"):
        card.set("MerchantPAN", secrets.pan)
        card.set("CustomerPAN", secrets.pan)
        card.set("Name", f"Visa {secrets.grouped(' ')}")
    for tag in ("MerchantReceipt", "CustomerReceipt"):
        for receipt in body.iter(tag):
            receipt.text = f"{secrets.track_2}\n{secrets.grouped(' ')}\nCVV {secrets.security_code}"
    for auth in body.iter("Auth"):
        auth.set("ApprovalCode", secrets.pin_block)


def _in_login(secrets: CardSecrets, body: Element) -> None:
    _in_answer(secrets, body)
    for software in body.iter("POISoftware"):
        software.set("SoftwareVersion", f"1.0 {secrets.pan}")


def _nothing_more(secrets: CardSecrets, body: Element) -> None:
    """Leave a message that has no words of its own."""


_LEAKS: Mapping[str, Callable[[CardSecrets, Element], None]] = {
    "Display": _in_display,
    "Print": _in_slip,
    "Event": _in_event,
    "Payment": _in_answer,
    "Reversal": _in_answer,
    "GetLastTransaction": _in_last,
    "Login": _in_login,
}
