"""Messages of the Westpay wire: golden bytes both ways.

`golden/epas/*.xml` are the messages as the protocol source shows them; `*.bin` are the exact frames
the till sends.
"""

from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.card import SlipCopy
from devices.simulators.terminal_reading import Refused, read_request
from devices.terminals.westpay_epas.codec import decode, encode
from devices.terminals.westpay_epas.frames import encode_frame
from devices.terminals.westpay_epas.messages import (
    AbortRequest,
    DisplayRequest,
    EventNotification,
    GetLastTransactionRequest,
    GetLastTransactionResponse,
    Identity,
    InputResponse,
    LoginRequest,
    LoginResponse,
    LogoutRequest,
    OtherMessage,
    PaymentRequest,
    PaymentResponse,
    PrintRequest,
    Request,
    ReversalRequest,
    ReversalResponse,
)
from devices.terminals.westpay_epas.slips import mask_pan

GOLDEN = Path(__file__).parent / "golden" / "epas"
US = Identity("kassa1", "80000082")
AT = datetime.fromisoformat("2026-11-23T18:05:21.0+01:00")


def golden(name: str) -> bytes:
    """Give a golden message."""
    return (GOLDEN / f"{name}.xml").read_bytes()


def _payment(*, is_tip_allowed: bool, is_refund: bool = False) -> PaymentRequest:
    return PaymentRequest(
        service_id=42,
        sale_transaction_id="2026112300042",
        at=datetime.fromisoformat("2026-11-23T18:04:55.0+01:00"),
        operator_id="17",
        requested_ore=249_00,
        is_tip_allowed=is_tip_allowed,
        is_refund=is_refund,
    )


REQUESTS: dict[str, Request] = {
    "login-request": LoginRequest(
        service_id=1,
        at=datetime.fromisoformat("2026-11-23T18:02:10.4+01:00"),
        operator_id="17",
        operator_language="sv",
        store_id="butik1",
        software_version="0.1.0",
        txn_host="192.0.2.10:55144",
        config_host="192.0.2.10:55133",
    ),
    "payment-request": _payment(is_tip_allowed=True),
    "payment-request-no-tip": _payment(is_tip_allowed=False),
    "payment-request-refund": _payment(is_tip_allowed=True, is_refund=True),
    "reversal-request": ReversalRequest(
        45, "000009103009", datetime.fromisoformat("2026-11-23T18:05:21.0+01:00")
    ),
    "abort-request": AbortRequest(44, 43),
    "get-last-transaction-request": GetLastTransactionRequest(46),
    "logout-request": LogoutRequest(49),
    "input-response": InputResponse(42, "662", "yes"),
}
INBOUND = (
    "login-response",
    "payment-response",
    "payment-response-declined",
    "reversal-response",
    "get-last-transaction-response",
    "display-request",
    "display-request-question",
    "print-request",
    "event-notification",
)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_written_as_the_source_shows_it(name: str) -> None:
    written = encode(REQUESTS[name], US)
    assert canonicalize(written, strip_text=True) == canonicalize(golden(name), strip_text=True)
    assert encode_frame(written) == (GOLDEN / f"{name}.bin").read_bytes()


@pytest.mark.parametrize("name", [*REQUESTS, "admin-request", "enable-service-request"])
def test_the_simulated_terminal_accepts_the_sources_requests(name: str) -> None:
    read_request(golden(name)).check()


def test_an_empty_host_is_left_to_the_terminal() -> None:
    bare = LoginRequest(1, AT, "17", "sv", "butik1", "0.1.0")
    written = encode(bare, US)
    assert b"HostAddress" not in written
    read_request(written).check()


def test_login_names_the_software() -> None:
    message = decode(golden("login-response"))
    assert isinstance(message, LoginResponse)
    assert (message.response.result, message.manufacturer_id) == ("Success", "Westpay")
    assert (message.application_name, message.software_version) == ("PA", "2.0.13")


def test_an_approval_with_tip_is_the_whole_amount() -> None:
    message = decode(golden("payment-response"))
    assert isinstance(message, PaymentResponse)
    assert (message.header.service_number, message.header.poi_id) == (42, "80000082")
    assert (message.authorized_ore, message.tip_ore) == (280_00, None)
    assert (message.transaction_id, message.at) == ("000009103009", AT)


def test_a_decline_says_why() -> None:
    message = decode(golden("payment-response-declined"))
    assert isinstance(message, PaymentResponse)
    assert message.authorized_ore is None
    assert message.response.error_condition == "Refusal"
    assert message.response.additional == "Declined by host"


def test_a_reversal_names_its_transaction() -> None:
    message = decode(golden("reversal-response"))
    assert isinstance(message, ReversalResponse)
    assert (message.response.result, message.transaction_id) == ("Success", "000009103009")


def test_the_last_transaction_becomes_a_slip() -> None:
    message = decode(golden("get-last-transaction-response"))
    assert isinstance(message, GetLastTransactionResponse)
    last = message.transaction
    assert last is not None
    assert (last.authorized_ore, last.tip_ore, last.type, last.at) == (280_00, 31_00, "Debit", AT)
    slip = last.slip
    assert (slip.amount_ore, slip.tip_ore, slip.total_ore) == (249_00, 31_00, 280_00)
    assert (slip.is_copy_of_query, slip.aid) == (True, "A0000000041010")


def test_a_text_and_a_question_differ() -> None:
    text = decode(golden("display-request"))
    question = decode(golden("display-request-question"))
    assert isinstance(text, DisplayRequest)
    assert isinstance(question, DisplayRequest)
    assert (text.lines, text.is_input_required) == (("Ny kund", "Väntar på kort"), False)
    assert question.is_input_required
    assert (question.prompt_id, question.is_option_list) == ("662", True)


def test_a_print_becomes_a_slip() -> None:
    message = decode(golden("print-request"))
    assert isinstance(message, PrintRequest)
    slip = message.slip
    assert (slip.copy, slip.reference, slip.service_id) == (
        SlipCopy.CUSTOMER,
        "000009103009",
        42,
    )
    assert (slip.status, slip.kind, slip.at) == ("approved", "purchase", "2026-11-23 18:05:21")
    assert (slip.amount_ore, slip.tip_ore, slip.total_ore) == (249_00, 31_00, 280_00)
    assert slip.merchant == (
        "Kaffestugan AB",
        "Storgatan 1",
        "111 22 Stockholm",
        "556677-8899",
        "08-123456",
    )
    assert (slip.entry_mode, slip.id_method, slip.channel, slip.responder) == ("K", "/", "1", "3")
    assert (slip.response_code, slip.institution, slip.approval_code) == ("00", "SWE", "741591")
    assert (slip.card_name, slip.masked_pan) == ("Mastercard", "************9659")
    assert (slip.aid, slip.tvr, slip.tsi) == ("A0000000041010", "0000008001", "0000")


def test_an_event_is_named() -> None:
    message = decode(golden("event-notification"))
    assert isinstance(message, EventNotification)
    assert message.event == "CardInserted"


def test_a_check_by_the_customers_own_device_is_shown_as_such() -> None:
    message = decode(golden("print-request").replace(b'IdMethod="/"', b'IdMethod="%"'))
    assert isinstance(message, PrintRequest)
    assert (message.slip.id_method, message.slip.is_verified_by_device) == ("a", True)


def test_unknown_elements_and_attributes_are_passed_over() -> None:
    more = golden("payment-response").replace(
        b"<POIData>", b'<Loyalty Level="9"><Deep/></Loyalty><POIData New="1">'
    )
    assert decode(more) == decode(golden("payment-response"))


def test_a_report_print_is_no_slip_and_no_error() -> None:
    report = golden("print-request").replace(b"TransactionData", b"Message")
    assert isinstance(decode(report), OtherMessage)


def test_a_tip_amount_in_the_response_is_taken() -> None:
    told = golden("payment-response").replace(
        b'AuthorizedAmount="280.00"', b'AuthorizedAmount="280.00" TipAmount="31.00"'
    )
    message = decode(told)
    assert isinstance(message, PaymentResponse)
    assert message.tip_ore == 31_00


@given(
    number=st.integers(1, 10**9),
    amount_ore=st.integers(1, 99_999_999_99),
    may_tip=st.booleans(),
    waits=st.booleans(),
    text=st.text(max_size=40),
)
def test_the_terminal_reads_what_the_till_wrote(
    number: int, amount_ore: int, may_tip: bool, waits: bool, text: str
) -> None:
    asked = PaymentRequest(number, "2026", AT, text, amount_ore, may_tip, waits)
    request = read_request(encode(asked, US))
    request.check()
    whole, fraction = request.field("AmountsReq", "RequestedAmount").split(".")
    assert int(whole) * 100 + int(fraction) == amount_ore
    assert request.service_id == str(number)
    assert request.field("TransactionConditions", "DisableTip") == ("false" if may_tip else "true")
    assert request.field("AmountsReq", "TipAmount") == ("" if may_tip else "0")
    assert request.field("TransactionConditions", "WaitCardRemoval") == (
        "true" if waits else "false"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<PaymentRequest>", b'<PaymentRequest Extra="1">'),
        (b' OperatorID="17"', b""),
        (b"</SaleData>", b"</SaleData><Surprise/>"),
        (b'ServiceID="42"', b'ServiceID="x"'),
        (b' POIID="80000082"', b""),
        (b'MessageClass="Service"', b'MessageClass="Device"'),
    ],
)
def test_the_simulated_terminal_refuses_what_the_schema_refuses(old: bytes, new: bytes) -> None:
    spoilt = golden("payment-request").replace(old, new)
    assert spoilt != golden("payment-request")
    with pytest.raises(Refused):
        read_request(spoilt).check()


def test_the_simulated_terminal_refuses_another_order() -> None:
    right = golden("payment-request").decode()
    payment = '<PaymentData PaymentType="Normal"/>'
    wrong = right.replace(payment, "").replace("<SaleData", f"{payment}<SaleData")
    with pytest.raises(Refused):
        read_request(wrong.encode()).check()


@pytest.mark.parametrize(
    ("sent", "copy", "kept"),
    [
        ("4111111111111111", SlipCopy.CUSTOMER, "************1111"),
        ("516815******9659", SlipCopy.CUSTOMER, "******" + "******9659"),
        ("516815******9659", SlipCopy.MERCHANT, "516815******9659"),
        ("4111111111111111", SlipCopy.MERCHANT, "************1111"),
        ("9659", SlipCopy.CUSTOMER, "9659"),
    ],
)
def test_card_numbers_are_masked_whatever_comes(sent: str, copy: SlipCopy, kept: str) -> None:
    assert mask_pan(sent, copy) == kept


@pytest.mark.parametrize("place", range(100, 121))
def test_no_cut_leaves_most_of_a_card_number(place: int) -> None:
    words = "x" * (place - 1) + " 4111111111111111"
    told = golden("payment-response-declined").replace(b"Declined by host", words.encode())
    message = decode(told)
    assert isinstance(message, PaymentResponse)
    assert "11111" not in message.response.additional


def test_a_card_number_over_two_lines_of_the_display_is_masked() -> None:
    told = golden("display-request").replace(b"Ny kund", b"4111 1111")
    message = decode(told.replace("Väntar på kort".encode(), b"1111 1111"))
    assert isinstance(message, DisplayRequest)
    assert message.lines == ("**** ****", "**** 1111")


@pytest.mark.parametrize(
    ("field", "kept"),
    [(b'Tvr="0000008001"', ("", "0000")), (b'Tsi="0000"', ("0000008001", ""))],
)
def test_a_code_longer_than_its_kind_is_dropped(field: bytes, kept: tuple[str, str]) -> None:
    name = field.partition(b"=")[0]
    told = golden("print-request").replace(field, name + b'="0412AC89ABCDEF67"')
    message = decode(told.replace(b"A0000000041010", b"0412AC89ABCDEF67"))
    assert isinstance(message, PrintRequest)
    assert (message.slip.tvr, message.slip.tsi) == kept
    assert message.slip.aid == ""
