"""The simulated unit on a cable refuses what the box would refuse, to any client (sweden 3.4)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from core.control_record import CONTROL_CODE
from core.errors import DeviceUnavailable
from devices.control_units.cleancash.frames import Frame, decode, encode
from devices.control_units.cleancash.unit import CleanCashSerialSettings, CleanCashSerialUnit
from devices.links.faults import LinkFault
from devices.links.serial import SerialLink, device_path
from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.control_unit_serial import SimulatedSerialUnit

GOLDEN = Path(__file__).parent / "golden" / "ccsp"
SALE = (GOLDEN / "rr_sale_125.bin").read_bytes()
LIMIT_S = 2.0
FIELDS = (
    "1",
    "202611231405",
    "1",
    "KASSA1",
    "5566778899",
    "125,00",
    "0,00",
    "normal",
    "25,00;25,00",
    " ",
    " ",
    " ",
)


class Client:
    """A plain client with no knowledge of CCSP but bytes."""

    def __init__(self, link: SerialLink) -> None:
        self._link = link

    def ask(self, sent: bytes, limit_s: float = LIMIT_S) -> Frame:
        deadline_s = monotonic() + limit_s
        self._link.write_all(sent, deadline_s)
        frame = decode(self._link.read_until(b"\r", deadline_s, 512))[1]
        assert frame is not None
        return frame


@pytest.fixture(params=[2])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SimulatedSerialUnit]:
    made = SimulatedSerialUnit(SimulatedControlUnit(), tmp_path / "unit", request.param)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def client(server: SimulatedSerialUnit) -> Iterator[Client]:
    link = SerialLink(str(server.link))
    link.open()
    link.discard_input()
    yield Client(link)
    link.close()


def changed(place: int, field: str) -> bytes:
    return encode(Frame("RR", (*FIELDS[:place], field, *FIELDS[place + 1 :])))


def test_sample_sale_is_registered(server: SimulatedSerialUnit, client: Client) -> None:
    answered = client.ask(SALE)
    assert answered.type == "RRR"
    assert CONTROL_CODE.fullmatch(answered.fields[0])
    assert answered.fields[1:] == ("SIMCC000000000017", "0", "0")
    assert server.unit.view().registered_count == 1
    assert server.frames == [SALE]


def test_every_sample_record_is_registered(client: Client) -> None:
    for name in ("sale_125", "sale_437", "return_125", "copy", "training", "pro_forma"):
        assert client.ask((GOLDEN / f"rr_{name}.bin").read_bytes()).type == "RRR", name


def test_sample_v1_dialogue_is_registered(client: Client) -> None:
    answers = [client.ask((GOLDEN / f"{name}.bin").read_bytes()) for name in ("st", "rh", "sq")]
    assert [answered.type for answered in answers] == ["ACK", "ACK", "SR"]
    assert CONTROL_CODE.fullmatch(answers[2].fields[0])


@pytest.mark.parametrize(
    ("sent", "nak"),
    [
        (SALE.replace(b"#62\r", b"#63\r"), "001"),
        (SALE.replace(b"KASSA1", b"KASSA2"), "001"),
        (SALE.replace(b"#055#", b"#056#"), "003"),
        (SALE[:30] + b"\r", "003"),
        (encode(Frame("XX")), "002"),
        (encode(Frame("rr", FIELDS)), "002"),
        (encode(Frame("RR", FIELDS[:-1])), "003"),
        (encode(Frame("RR", (*FIELDS, " "))), "003"),
        (encode(Frame("IQ", ("1",))), "003"),
        (encode(Frame("RH", (*FIELDS[1:4], " ", " ", *FIELDS[4:]))), "004"),
        (encode(Frame("SQ")), "004"),
    ],
)
def test_wrong_frame_gets_its_nak(client: Client, sent: bytes, nak: str) -> None:
    assert client.ask(sent) == Frame("NAK", (nak,))


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (0, "0"),
        (0, "x"),
        (0, ""),
        (0, "1234567890123"),
        (1, "20261123140500"),
        (1, "202613231405"),
        (1, "202611232505"),
        (2, "A1"),
        (3, ""),
        (3, "KASSA-1"),
        (3, "K" * 17),
        (4, "556677-8899"),
        (4, "556677889"),
        (5, "125.00"),
        (5, "125"),
        (5, "125,0"),
        (5, "1 250,00"),
        (5, "0125,00"),
        (5, "-0,00"),
        (5, "-125,00"),
        (5, "999999999999,00"),
        (6, "-1,00"),
        (7, "NORMAL"),
        (7, "return"),
        (8, "25,00"),
        (8, "25;25,00"),
        (8, "125,00;25,00"),
        (8, "25,00;-25,00"),
        (8, "25.00;25.00"),
        (11, ""),
    ],
)
def test_wrong_field_gets_nak_003(
    server: SimulatedSerialUnit, client: Client, place: int, field: str
) -> None:
    assert client.ask(changed(place, field)) == Frame("NAK", ("003",))
    assert server.unit.view().registered_count == 0


def test_another_register_gets_nak_007(client: Client) -> None:
    assert client.ask(SALE).type == "RRR"
    other = encode(Frame("RR", ("2", *FIELDS[1:3], "KASSA2", *FIELDS[4:])))
    assert client.ask(other) == Frame("NAK", ("007",))


def test_serial_that_does_not_rise_gets_nak_011(client: Client) -> None:
    assert client.ask(changed(0, "7")).type == "RRR"
    again = encode(Frame("RR", ("7", FIELDS[1], "2", *FIELDS[3:])))
    assert client.ask(again) == Frame("NAK", ("011",))
    assert client.ask(changed(0, "6")) == Frame("NAK", ("011",))
    assert client.ask(changed(0, "8")).type == "RRR"


def test_fatal_error_gets_nak_006_and_full_storage_010(
    server: SimulatedSerialUnit, client: Client
) -> None:
    server.unit.set_status(main_status=4)
    assert client.ask(SALE) == Frame("NAK", ("006",))
    server.unit.set_status(storage_status=2)
    assert client.ask(SALE) == Frame("NAK", ("010",))


def test_noise_gets_no_answer_and_the_frame_behind_it_does(client: Client) -> None:
    assert client.ask(b"\x00\xff\r#!x\rnoise" + SALE).type == "RRR"


@pytest.mark.parametrize("server", [1], indirect=True)
def test_old_unit_knows_neither_rr_nor_siq(client: Client) -> None:
    assert client.ask(SALE) == Frame("NAK", ("002",))
    assert client.ask(encode(Frame("SIQ"))) == Frame("NAK", ("002",))
    assert client.ask(encode(Frame("SQX"))) == Frame("SRX", ("0", ""))
    assert client.ask(encode(Frame("IQ"))).fields[1] == "1"


def test_link_is_held_by_one_process_only(server: SimulatedSerialUnit, client: Client) -> None:
    second = SerialLink(str(server.link))
    with pytest.raises(LinkFault) as caught:
        second.open()
    assert caught.value.sent_count == 0


def test_silence_ends_at_the_deadline(server: SimulatedSerialUnit, client: Client) -> None:
    server.unit.set_fault("silent")
    before_s = monotonic()
    with pytest.raises(LinkFault) as caught:
        client.ask(SALE, limit_s=0.1)
    assert monotonic() - before_s < LIMIT_S
    assert caught.value.sent_count == len(SALE)


def test_bare_name_lies_in_the_device_folder_and_a_path_stays() -> None:
    assert device_path("ttyUSB0") == "/dev/ttyUSB0"
    assert device_path("here/unit") == "here/unit"


def test_port_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    unit = CleanCashSerialUnit(
        CleanCashSerialSettings(str(tmp_path / "none"), "KASSA1", "5566778899")
    )
    with pytest.raises(DeviceUnavailable):
        unit.poll()
    unit.close()


def test_flood_of_noise_ends_at_the_deadline(tmp_path: Path) -> None:
    master, slave = os.openpty()
    try:
        link = SerialLink(os.ttyname(slave))
        link.open()
        os.set_blocking(master, False)
        with suppress(BlockingIOError):
            os.write(master, b"\x01#!" * 1000)
        assert len(link.read_until(b"\r", monotonic() + LIMIT_S, 512)) == 512
        link.close()
    finally:
        os.close(master)
        os.close(slave)


def test_stopping_removes_the_link(tmp_path: Path) -> None:
    server = SimulatedSerialUnit(SimulatedControlUnit(), tmp_path / "unit")
    server.start()
    assert (tmp_path / "unit").is_symlink()
    server.stop()
    server.stop()
    assert not (tmp_path / "unit").is_symlink()


def test_mutated_answers_never_give_a_code_that_is_not_in_the_ledger(tmp_path: Path) -> None:
    """Reliability F32 in small: every byte of every frame of an answer is changed once."""
    code = "UFFQD564M5SQ2JFEAVNOVXV6O6I7NSIQ;M2O6FTVNVMGKNOEPOOTXJY3M7A"
    whole = encode(Frame("RRR", (code, "SIMCC000000000017", "0", "0")))
    for place in range(len(whole)):
        for bit in range(8):
            spoiled = bytearray(whole)
            spoiled[place] ^= 1 << bit
            buffer = bytes(spoiled)
            while buffer:
                used, frame = decode(buffer)
                assert frame is None
                if used == 0:
                    break
                buffer = buffer[used:]
