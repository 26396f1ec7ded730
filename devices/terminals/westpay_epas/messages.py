"""The messages of Westpay EPAS as values, named as on the wire.

Requests are what the till sends; the rest is what a terminal may send. Texts from the terminal are
already cleaned and masked by the codec, amounts are whole öre, None means that the field did not
come. Nothing here knows XML. Source: terminal-protocols 2.3-2.10.
"""

from datetime import datetime

from core.card import CardSlip
from core.frozen import frozen


@frozen
class Identity:
    """Who speaks with whom: both stand in every header."""

    workstation_id: str
    poi_id: str


@frozen
class LoginRequest:
    """Opens the dialogue after each connect (2.4)."""

    service_id: int
    at: datetime
    operator_id: str
    operator_language: str
    store_id: str
    software_version: str
    txn_host: str = ""
    """`host:port` of the authorisation host; empty = the terminal's own."""
    config_host: str = ""


@frozen
class PaymentRequest:
    """Asks for a purchase or a refund (2.5, 2.6)."""

    service_id: int
    sale_transaction_id: str
    at: datetime
    operator_id: str
    requested_ore: int
    is_tip_allowed: bool
    wait_card_removal: bool = False
    is_refund: bool = False


@frozen
class ReversalRequest:
    """Cancels the last approved transaction (2.6)."""

    service_id: int
    poi_transaction: str
    at: datetime


@frozen
class AbortRequest:
    """Asks the terminal to stop; answered only by the other request's response (2.5)."""

    service_id: int
    aborted_service_id: int
    aborted_category: str = "Payment"


@frozen
class GetLastTransactionRequest:
    """Asks for the last transaction (2.7)."""

    service_id: int


@frozen
class LogoutRequest:
    """Ends the dialogue (2.10)."""

    service_id: int


@frozen
class InputResponse:
    """Answers a question; carries the payment's own service id (2.8)."""

    service_id: int
    prompt_id: str
    text: str


Request = (
    LoginRequest
    | PaymentRequest
    | ReversalRequest
    | AbortRequest
    | GetLastTransactionRequest
    | LogoutRequest
    | InputResponse
)


@frozen
class MessageHeader:
    """The header of a message from the terminal."""

    message_class: str
    category: str
    kind: str
    """Request, Response or Notification."""
    service_id: str
    workstation_id: str
    poi_id: str

    @property
    def service_number(self) -> int:
        """The service id as a number, 0 when it is none."""
        text = self.service_id
        is_number = text.isascii() and text.isdigit() and len(text) <= 18
        return int(text) if is_number else 0


@frozen
class Response:
    """The `Response` element that every answer carries exactly once."""

    result: str
    error_condition: str = ""
    additional: str = ""


@frozen
class LoginResponse:
    """The terminal's answer to Login, with the software it names."""

    header: MessageHeader
    response: Response
    manufacturer_id: str = ""
    application_name: str = ""
    software_version: str = ""


@frozen
class PaymentResponse:
    """The final word on a payment or refund."""

    header: MessageHeader
    response: Response
    transaction_id: str = ""
    at: datetime | None = None
    payment_type: str = ""
    authorized_ore: int | None = None
    tip_ore: int | None = None
    currency: str = ""


@frozen
class ReversalResponse:
    """The final word on a reversal."""

    header: MessageHeader
    response: Response
    transaction_id: str = ""
    at: datetime | None = None


@frozen
class LastTransaction:
    """The `Transaction` element of GetLastTransactionResponse, with a slip made of its fields."""

    transaction_id: str
    authorized_ore: int
    type: str
    currency: str
    at: datetime | None
    cash_back_ore: int
    tip_ore: int
    charge_ore: int
    slip: CardSlip


@frozen
class GetLastTransactionResponse:
    """What the terminal remembers; `transaction` None = it named none."""

    header: MessageHeader
    response: Response
    transaction: LastTransaction | None = None


@frozen
class PlainResponse:
    """An answer of which only the `Response` element matters (Logout, Admin, EnableService)."""

    header: MessageHeader
    response: Response


@frozen
class DisplayRequest:
    """Text for the cashier, or a question when `is_input_required`."""

    header: MessageHeader
    lines: tuple[str, ...]
    prompt_id: str = ""
    is_input_required: bool = False
    is_option_list: bool = False


@frozen
class PrintRequest:
    """One card slip, as fields."""

    header: MessageHeader
    slip: CardSlip


@frozen
class EventNotification:
    """Something happened at the terminal (2.10)."""

    header: MessageHeader
    event: str


@frozen
class OtherMessage:
    """A well-formed message that we do not use; told, never acted on."""

    header: MessageHeader
    words: str


Answer = (
    LoginResponse | PaymentResponse | ReversalResponse | GetLastTransactionResponse | PlainResponse
)
Inbound = Answer | DisplayRequest | PrintRequest | EventNotification | OtherMessage
