"""Broken, damaged and mutated messages of the Westpay wire are refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.terminals.westpay_epas.codec import UnusableMessage, decode
from devices.terminals.westpay_epas.frames import FRAME_MAX
from devices.terminals.westpay_epas.messages import (
    OtherMessage,
    PaymentResponse,
    PlainResponse,
)

PAID = (Path(__file__).parent / "golden" / "epas" / "payment-response.xml").read_bytes()
BROKEN = {
    "no header": PAID.replace(b"MessageHeader", b"Header"),
    "two headers": PAID.replace(b"<PaymentResponse>", b"<MessageHeader/><PaymentResponse>"),
    "two bodies": PAID.replace(b"</SaleToPOIResponse>", b"<PaymentResponse/></SaleToPOIResponse>"),
    "a request's root": PAID.replace(b"SaleToPOIResponse", b"SaleToPOIRequest"),
    "another body": PAID.replace(b'MessageCategory="Payment"', b'MessageCategory="Login"'),
    "no result": PAID.replace(b' Result="Success"', b""),
    "a strange result": PAID.replace(b'"Success"', b'"success"'),
    "two results": PAID.replace(b"<POIData>", b'<Response Result="Failure"/><POIData>'),
    "a doubled attribute": PAID.replace(b'"Success"', b'"Failure" Result="Success"'),
    "no amount": PAID.replace(b' AuthorizedAmount="280.00"', b""),
    "two amounts": PAID.replace(
        b"<AmountsResp", b'<AmountsResp AuthorizedAmount="1"/><AmountsResp'
    ),
    "two transactions": PAID.replace(b"<POIData>", b"<POIData><POITransactionID/>"),
    "a document type": PAID.replace(b"?>", b"?><!DOCTYPE a>", 1),
    "entities": PAID.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1),
    "an instruction": PAID.replace(b"<POIData>", b"<?php x?><POIData>"),
    "no utf-8": PAID.replace(b"Normal", b"N\xe5rmal"),
    "a mark": b"\xef\xbb\xbf" + PAID,
    "another encoding": PAID.replace(b"UTF-8", b"UTF-7", 1),
    "utf-16": PAID.decode().replace("UTF-8", "UTF-16", 1).encode("utf-16"),
    "cut": PAID[:-30],
    "more after it": PAID + b"<a/>",
    "nothing": b" ",
    "too deep": PAID.replace(b"<POIData>", b"<a>" * 40 + b"</a>" * 40 + b"<POIData>"),
    "much too deep": b"<a>" * 80_000,
    "too many": PAID.replace(b"<POIData>", b"<a/>" * 6000 + b"<POIData>"),
    "too long": PAID + b" " * FRAME_MAX,
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_answer_is_refused(what: str) -> None:
    with pytest.raises(UnusableMessage):
        decode(BROKEN[what])


@pytest.mark.parametrize(
    "amount",
    ["", "-280.00", "+280", "280,00", "2.8e2", "280.000", "1 000", "٢٨٠", "0x1", "9" * 10, "NaN"],
)
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    with pytest.raises(UnusableMessage):
        decode(PAID.replace(b'"280.00"', f'"{amount}"'.encode()))


@pytest.mark.parametrize(("amount", "ore"), [("280", 280_00), ("280.5", 280_50), ("0", 0)])
def test_short_amounts_are_read(amount: str, ore: int) -> None:
    message = decode(PAID.replace(b'"280.00"', f'"{amount}"'.encode()))
    assert isinstance(message, PaymentResponse)
    assert message.authorized_ore == ore


@given(st.integers(0, len(PAID) - 3))
def test_no_prefix_of_an_answer_is_an_answer(length: int) -> None:
    with pytest.raises(UnusableMessage):
        decode(PAID[:length].rstrip())


@given(st.integers(0, len(PAID) - 1), st.binary(min_size=0, max_size=6))
def test_a_damaged_answer_is_refused_or_still_well_formed(at: int, junk: bytes) -> None:
    try:
        message = decode(PAID[:at] + junk + PAID[at + len(junk) :])
    except UnusableMessage:
        return
    assert isinstance(message, PaymentResponse | PlainResponse | OtherMessage)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(junk: bytes) -> None:
    with pytest.raises(UnusableMessage):
        decode(junk)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('ServiceID="42"', 'ServiceID="4\u200b2"'),
        ('ServiceID="42"', 'ServiceID=" 42"'),
        ('POIID="80000082"', 'POIID="80000082\u202e"'),
        ('Result="Success"', 'Result="Succ\u00adess"'),
        ("<Response ", "<Elsewhere><Response "),
        ("<AmountsResp ", '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:x/></a><AmountsResp '),
    ],
)
def test_an_approval_that_is_right_only_after_cleaning_or_moving_is_refused(
    old: str, new: str
) -> None:
    told = PAID.decode().replace(old, new)
    if "Elsewhere" in new:
        told = told.replace("<POIData>", "</Elsewhere><POIData>")
    with pytest.raises(UnusableMessage):
        decode(told.encode())


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01"]
)
def test_a_time_at_the_end_of_time_is_none(at: str) -> None:
    told = PAID.replace(b"2026-11-23T18:05:21.0+01:00", at.encode())
    message = decode(told)
    assert isinstance(message, PaymentResponse)
    assert message.at is None
