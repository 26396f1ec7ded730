"""CCSP messages: control records become exactly the sample frames, answers are read strictly."""

from datetime import datetime
from pathlib import Path

import pytest

from core.control_record import ControlRecord, RecordType, RecordVat
from core.errors import DeviceRefused, OutcomeUnknown, RemoteProtocolError
from devices.control_units.cleancash import codec
from devices.control_units.cleancash.frames import Frame, decode, encode

GOLDEN = Path(__file__).parent / "golden" / "ccsp"
CODE = "UFFQD564M5SQ2JFEAVNOVXV6O6I7NSIQ;M2O6FTVNVMGKNOEPOOTXJY3M7A"
VAT_25 = (RecordVat(2500, 2500),)


def a_record(
    serial: int,
    minute: int,
    receipt_no: int,
    total_ore: int = 12500,
    *,
    negative_total_ore: int = 0,
    vat: tuple[RecordVat, ...] = VAT_25,
    kind: RecordType = RecordType.NORMAL,
) -> ControlRecord:
    return ControlRecord(
        serial=serial,
        at=datetime(2026, 11, 23, 14, minute).astimezone(),
        receipt_no=receipt_no,
        register_id="KASSA1",
        org_no="5566778899",
        total_ore=total_ore,
        negative_total_ore=negative_total_ore,
        vat=vat,
        type=kind,
    )


THREE_RATES = (RecordVat(2500, 4500), RecordVat(1200, 1650), RecordVat(600, 328))
RECORDS = {
    "rr_sale_125": a_record(1, 5, 1),
    "rr_sale_437": a_record(2, 10, 2, 43700, vat=THREE_RATES),
    "rr_return_125": a_record(
        3, 15, 3, -12500, negative_total_ore=12500, vat=(RecordVat(2500, -2500),)
    ),
    "rr_copy": a_record(4, 20, 1, kind=RecordType.COPY),
    "rr_training": a_record(5, 25, 1, kind=RecordType.TRAINING),
    "rr_pro_forma": a_record(6, 30, 1, kind=RecordType.PRO_FORMA),
}


def sample(name: str) -> Frame:
    frame = decode((GOLDEN / f"{name}.bin").read_bytes())[1]
    assert frame is not None
    return frame


@pytest.mark.parametrize("name", RECORDS)
def test_record_becomes_the_sample_frame(name: str) -> None:
    assert encode(codec.register_v2(RECORDS[name])) == (GOLDEN / f"{name}.bin").read_bytes()


def test_record_becomes_the_v1_sample_frame() -> None:
    assert encode(codec.header_v1(RECORDS["rr_sale_125"])) == (GOLDEN / "rh.bin").read_bytes()


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("iq", codec.IDENTITY),
        ("siq", codec.STATUS),
        ("sqx", codec.STATUS_OLDER),
        ("st", codec.START_V1),
        ("sq", codec.SIGNATURE_V1),
    ],
)
def test_question_is_the_sample_frame(name: str, question: Frame) -> None:
    assert encode(question) == (GOLDEN / f"{name}.bin").read_bytes()


def test_sample_answers_are_read() -> None:
    assert codec.read_identity(sample("ir")) == codec.Identity("CCTEST00000000017", 2, "1.0.0")
    assert codec.read_status(sample("sir")) == codec.MainStatus("OK", is_fatal=False)
    answer = codec.read_registration(sample("rrr"))
    assert (answer.control_code, answer.unit_id) == (CODE, "CCTEST00000000017")
    assert (answer.main_status, answer.storage_status) == ("OK", 0)
    assert codec.read_signature_v1(sample("sr"), "X").control_code == CODE
    assert codec.nak_code(sample("nak_007")) == "007"
    assert codec.nak_code(sample("ack")) == ""


def test_fatal_severity_is_seen_in_the_condition() -> None:
    assert codec.read_status(Frame("SIR", ("3", "A4"))).is_fatal


@pytest.mark.parametrize("code", ["001", "004", "008"])
def test_nak_that_may_be_repeated_is_an_unknown_outcome(code: str) -> None:
    assert isinstance(codec.refusal(code), OutcomeUnknown)


@pytest.mark.parametrize("code", ["002", "003", "005", "006", "007", "009", "010", "011", "099"])
def test_every_other_nak_is_final(code: str) -> None:
    assert isinstance(codec.refusal(code), DeviceRefused)


@pytest.mark.parametrize(
    "frame",
    [
        Frame("IR", ("SIM1",)),
        Frame("IR", ("SIM\x1b", "2", "1")),
        Frame("IR", ("SIM1", "x", "1")),
        Frame("IR", ("", "2", "1")),
    ],
)
def test_wrong_identity_breaks_the_protocol(frame: Frame) -> None:
    with pytest.raises(RemoteProtocolError):
        codec.read_identity(frame)


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (CODE,),
        (CODE, "SIM1", "0"),
        (CODE, "SIM1", "9", "0"),
        (CODE, "SIM1", "0", "3"),
        (CODE, "SIM1", "", "0"),
        (CODE, "SIM 1", "0", "0"),
        (CODE, "SIM1", "00", "0"),
    ],
)
def test_wrong_registration_answer_breaks_the_protocol(fields: tuple[str, ...]) -> None:
    with pytest.raises(RemoteProtocolError):
        codec.read_registration(Frame("RRR", fields))


@pytest.mark.parametrize("fields", [(), ("6",), ("x",), ("",)])
def test_wrong_status_breaks_the_protocol(fields: tuple[str, ...]) -> None:
    with pytest.raises(RemoteProtocolError):
        codec.read_status(Frame("SIR", fields))


@pytest.mark.parametrize("fields", [(), ("12",), ("abc",), ("0001",)])
def test_wrong_nak_breaks_the_protocol(fields: tuple[str, ...]) -> None:
    with pytest.raises(RemoteProtocolError):
        codec.nak_code(Frame("NAK", fields))
