"""XCCSP messages: control records become exactly the golden XML, answers are read strictly."""

from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.control_record import ControlRecord, RecordVat
from core.errors import DeviceRefused, OutcomeUnknown, RemoteProtocolError
from devices.control_units.xccsp import codec

GOLDEN = Path(__file__).parent / "golden" / "xccsp"
CODE = "UFFQD564M5SQ2JFEAVNOVXV6O6I7NSIQ;M2O6FTVNVMGKNOEPOOTXJY3M7A"
SALE = ControlRecord(
    serial=1042,
    at=datetime(2026, 11, 23, 14, 5).astimezone(),
    receipt_no=1042,
    register_id="KASSA1",
    org_no="5566778899",
    total_ore=43700,
    negative_total_ore=0,
    vat=(RecordVat(2500, 4500), RecordVat(1200, 1650), RecordVat(600, 328)),
)
RETURN = ControlRecord(
    serial=1043,
    at=datetime(2026, 11, 23, 14, 15).astimezone(),
    receipt_no=1043,
    register_id="KASSA1",
    org_no="5566778899",
    total_ore=-12500,
    negative_total_ore=12500,
    vat=(RecordVat(2500, -2500),),
)


def sample(name: str) -> bytes:
    return (GOLDEN / f"{name}.xml").read_bytes()


def changed(name: str, old: str, new: str) -> bytes:
    body = sample(name)
    assert old.encode() in body
    return body.replace(old.encode(), new.encode())


def test_sale_becomes_the_golden_bytes_and_the_sample_of_the_source() -> None:
    written = codec.register_request(SALE, is_new_session=True)
    assert written == sample("register_sale_437")
    source = sample("sweden_4_2_register").decode("latin-1")
    assert canonicalize(written.decode("latin-1"), strip_text=True) == canonicalize(
        source, strip_text=True
    )


def test_return_in_a_running_session_becomes_the_golden_bytes() -> None:
    assert codec.register_request(RETURN, is_new_session=False) == sample("register_return_125")


def test_questions_become_the_golden_bytes() -> None:
    assert codec.identity_request("KASSA1", "5566778899") == sample("request_identity")
    assert codec.status_request("KASSA1", "5566778899") == sample("request_status")


def test_golden_answers_are_read() -> None:
    assert codec.read_identity(sample("answer_identity")) == "CCTEST00000000017"
    state = codec.read_status(sample("answer_status"))
    assert state == codec.UnitState("CCTEST00000000017", "OK", 1)
    answer = codec.read_registration(sample("answer_register"), SALE)
    assert (answer.control_code, answer.unit_id) == (CODE, "CCTEST00000000017")


def test_fault_is_no() -> None:
    with pytest.raises(DeviceRefused) as caught:
        codec.read_registration(sample("answer_fault_7"), SALE)
    assert caught.value.facts["code"] == "fault-7"


@pytest.mark.parametrize("number", [8, 98, 99])
def test_fault_of_an_error_inside_is_an_unknown_outcome(number: int) -> None:
    body = changed("answer_fault_7", "<Code>7<", f"<Code>{number}<")
    with pytest.raises(OutcomeUnknown) as caught:
        codec.read_registration(body, SALE)
    assert caught.value.facts["code"] == f"fault-{number}"


def test_fault_by_name_is_read_like_its_number() -> None:
    with pytest.raises(DeviceRefused) as caught:
        codec.read_status(changed("answer_fault_7", "<Code>7<", "<Code>MemoryFull<"))
    assert caught.value.facts["code"] == "fault-10"


@pytest.mark.parametrize("code", ["1", "-7", "", "7777", "seven"])
def test_unknown_fault_breaks_the_protocol(code: str) -> None:
    with pytest.raises(RemoteProtocolError):
        codec.read_status(changed("answer_fault_7", "<Code>7<", f"<Code>{code}<"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Code>", "<Kod>"),
        ("RegisterReceiptResponse", "StatusResponse"),
        ("<UnitMainStatus>OK", "<UnitMainStatus>FINE"),
        ("<UnitStorageStatus>OK", "<UnitStorageStatus>ERROR"),
        ("<UnitStorageStatus>OK</UnitStorageStatus>", ""),
        ("CCTEST00000000017", "CC TEST"),
        ("CCTEST00000000017", ""),
        ("retailinnovation", "example"),
        ("<UnitId>", f"<Code>{CODE}</Code><UnitId>"),
        ("<UnitId>", f"<x><Code>{CODE}</Code></x><UnitId>"),
        (
            "</RegisterResult>",
            "<response><UnitMainStatus>OK</UnitMainStatus></response></RegisterResult>",
        ),
        ("</data>", "</data><UnitMainStatus>OK</UnitMainStatus>"),
        ("<data>", f"<data><LoginResponse><Code>{CODE}</Code></LoginResponse>"),
        ("<UnitId>", "<ReceiptId>1041</ReceiptId><UnitId>"),
        ("<UnitId>", "<SerialNo>1041</SerialNo><UnitId>"),
        ("<response", "<!DOCTYPE response><response"),
        ("<response", '<!DOCTYPE r [<!ENTITY a "b">]><response'),
        ("</response>", ""),
        ("</response>", "</response><again/>"),
        ("OK", "&nothing;"),
        ("ISO-8859-1", "UTF-7"),
        ("ISO-8859-1", "UTF-16"),
        ("ISO-8859-1", "no-such-encoding"),
    ],
)
def test_spoiled_answer_breaks_the_protocol(old: str, new: str) -> None:
    spoiled = changed("answer_register", old, new)
    with pytest.raises(RemoteProtocolError):
        codec.read_registration(spoiled, SALE)


def test_answer_that_names_our_receipt_is_taken() -> None:
    told = "<ReceiptId>1042</ReceiptId><SerialNo>1042</SerialNo><UnitId>"
    body = changed("answer_register", "<UnitId>", told)
    assert codec.read_registration(body, SALE).control_code == CODE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a>" * 50_000,
        b"<a>" * 40 + b"</a>" * 40,
        b"<r>" + b"<a/>" * 6_000 + b"</r>",
        b"<r>" + b" " * 300_000 + b"</r>",
        sample("answer_register").decode("latin-1").encode("utf-16"),
        b"\xff\xfe\x00",
        b"OK",
    ],
    ids=["empty", "deep", "too-deep", "many", "large", "utf-16", "bytes", "text"],
)
def test_hostile_answer_breaks_the_protocol(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        codec.read_registration(body, SALE)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=1))
def test_one_changed_byte_never_crashes_the_reader(place: int, byte: bytes) -> None:
    body = sample("answer_register")
    place %= len(body)
    spoiled = body[:place] + byte + body[place + 1 :]
    try:
        answer = codec.read_registration(spoiled, SALE)
    except RemoteProtocolError:
        return
    assert len(answer.control_code) <= len(spoiled)
