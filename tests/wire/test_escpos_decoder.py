"""The simulated printer's own reading of ESC/POS, checked on bytes written by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulators.escpos_decoder import (
    Asked,
    EscposDecoder,
    Fed,
    Happening,
    Pulsed,
    Refused,
    Row,
    WasCut,
)
from devices.simulators.printer_mechanism import split_immediate

RECEIPT = (
    b"\x1b@\x1bt\x13\x1ba\x01\x1d!\x11KOPIA\x1d!\x00\n\x1ba\x00\x1bE\x01\x84pple\x1bE\x00 5 \xd5\n"
    b"\x1d(k\x03\x00\x31\x51\x30\x1bp\x00\x32\x32\x1bd\x06\x1dVB\x00\x1dr\x01"
)


def decode(*pieces: bytes, columns: int = 48) -> list[Happening]:
    decoder = EscposDecoder(columns)
    return [happening for piece in pieces for happening in decoder.feed(piece)]


def test_a_receipt_is_read_command_by_command() -> None:
    assert decode(RECEIPT) == [
        Row("                   K O P I A", is_double=True),
        Row("äpple 5 €", is_bold=True),
        Row("[code]"),
        Pulsed(0),
        Fed(6),
        WasCut(),
        Asked("r", 1),
    ]


@given(st.integers(0, len(RECEIPT)))
def test_a_receipt_may_be_cut_anywhere_on_the_wire(at: int) -> None:
    assert decode(RECEIPT[:at], RECEIPT[at:]) == decode(RECEIPT)


def test_initialising_forgets_the_code_page() -> None:
    assert decode(b"\x1bt\x13\xd5\x1b@\xd5\n") == [Row("╒")]


def test_a_row_that_is_too_long_breaks() -> None:
    assert decode(b"abcdefgh\n", columns=5) == [Row("abcde"), Row("fgh")]


@pytest.mark.parametrize(
    "refused",
    [b"\x1bZ", b"\x1dQ", b"\x1cx", b"\x1bt\x63", b"\x1bp\x07\x01\x01", b"\x1ba\x09", b"\x1dV\x09"],
)
def test_what_it_does_not_know_is_told(refused: bytes) -> None:
    told = decode(refused + b"\n")

    assert isinstance(told[0], Refused)
    assert told[0].words.startswith(refused[:2].hex(" "))


@pytest.mark.parametrize("control", [0x00, 0x01, 0x07, 0x0C, 0x7F])
def test_a_control_byte_in_text_is_told(control: int) -> None:
    assert Refused(f"{control:02x}") in decode(b"a" + bytes((control,)) + b"b\n")


def test_barcodes_and_pictures_take_their_data_along() -> None:
    picture = b"\x1dv0\x00\x01\x00\x02\x00\x1b\x1d"
    system_a, system_b = b"\x1dk\x02123\x00", b"\x1dk\x49\x04{B12"

    told = decode(picture + system_a + system_b + b"ok\n")

    assert told == [Row("[picture]"), Row("[barcode]"), Row("[barcode]"), Row("ok")]


def test_immediate_commands_are_taken_out() -> None:
    came = b"ab\x10\x04\x01cd\x10\x14\x01\x00\x01e\x10\x04"

    assert split_immediate(came) == (
        b"abcde",
        [b"\x10\x04\x01", b"\x10\x14\x01\x00\x01"],
        b"\x10\x04",
    )


@given(st.binary(max_size=200))
def test_random_bytes_never_break_it(came: bytes) -> None:
    decode(came, b"\n" * 3)
