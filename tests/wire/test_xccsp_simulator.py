"""The simulated cloud unit refuses what the service would refuse, to any client (sweden 4.2)."""

import socket
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.control_record import CONTROL_CODE
from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.control_unit_http import SimulatedHttpUnit
from devices.simulators.control_unit_xml import answer

GOLDEN = Path(__file__).parent / "golden" / "xccsp"
NAMESPACE = "{http://www.retailinnovation.se/xccsp}"


def sample(name: str) -> bytes:
    return (GOLDEN / f"{name}.xml").read_bytes()


def texts(body: bytes) -> dict[str, str]:
    """Give the text of every element by its name."""
    root = ElementTree.fromstring(body)
    return {element.tag.removeprefix(NAMESPACE): element.text or "" for element in root.iter()}


@pytest.fixture
def unit() -> SimulatedControlUnit:
    return SimulatedControlUnit()


@pytest.mark.parametrize("name", ["register_sale_437", "sweden_4_2_register"])
def test_sample_sale_is_registered(unit: SimulatedControlUnit, name: str) -> None:
    told = texts(answer(unit, sample(name)))
    assert told["type"] == "RegisterReceiptResponse"
    assert CONTROL_CODE.fullmatch(told["Code"])
    assert told["UnitId"] == "SIMCC000000000017"
    assert (told["UnitMainStatus"], told["UnitStorageStatus"]) == ("OK", "OK")
    assert unit.ledger[0].control_code == told["Code"]


def test_questions_are_answered(unit: SimulatedControlUnit) -> None:
    assert texts(answer(unit, sample("request_identity")))["Id"] == "SIMCC000000000017"
    assert texts(answer(unit, sample("request_status")))["MainStatus"] == "OK"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<type>RegisterReceipt<", "<type>Register<", "2"),
        (
            "<SerialNo>1042</SerialNo><Date>202611231405</Date>",
            "<Date>202611231405</Date><SerialNo>1042</SerialNo>",
            "3",
        ),
        ("<SerialNo>1042</SerialNo>", "", "3"),
        ("<PosId>", "<Extra>1</Extra><PosId>", "3"),
        ("<PosId>", '<PosId kind="1">', "3"),
        ("<IsNewSession>1", "<IsNewSession>true", "3"),
        ("437,00", "437.00", "3"),
        ("437,00", "437", "3"),
        ("<ReceiptType>normal", "<ReceiptType>Normal", "3"),
        ("<Class>2", "<Class>1", "3"),
        ("<Percentage>25,00", "<Percentage>25", "3"),
        ("5566778899", "556677-8899", "3"),
        ("202611231405", "20261123140500", "3"),
        ("ISO-8859-1", "UTF-8", "3"),
        (' standalone="yes"', "", "3"),
        ("retailinnovation", "example", "3"),
        ("</request>", "", "3"),
        ("<request", "<!DOCTYPE request><request", "3"),
        ("<data>", "<data><x/>", "3"),
        ("<VatList>", "<VatList><x/>", "3"),
    ],
)
def test_wrong_content_gets_its_fault(
    unit: SimulatedControlUnit, old: str, new: str, fault: str
) -> None:
    body = sample("register_sale_437").decode("latin-1")
    assert old in body
    told = texts(answer(unit, body.replace(old, new).encode("latin-1")))
    assert (told["type"], told["Code"]) == ("Fault", fault)
    assert unit.view().registered_count == 0


def test_another_register_gets_fault_7(unit: SimulatedControlUnit) -> None:
    answer(unit, sample("register_sale_437"))
    for name in ("request_status", "register_return_125"):
        other = sample(name).replace(b"KASSA1", b"KASSA2")
        assert texts(answer(unit, other))["Code"] == "7"


def test_serial_may_fall_only_in_a_new_session(unit: SimulatedControlUnit) -> None:
    answer(unit, sample("register_return_125"))
    lower = sample("register_sale_437")
    running = lower.replace(b"<IsNewSession>1", b"<IsNewSession>0")
    assert texts(answer(unit, running))["Code"] == "3"
    assert texts(answer(unit, lower))["type"] == "RegisterReceiptResponse"


@pytest.fixture
def connection(unit: SimulatedControlUnit, tmp_path: Path) -> Iterator[socket.socket]:
    password_file = tmp_path / "password"
    password_file.write_text("hemligt\n", encoding="utf-8")
    server = SimulatedHttpUnit(unit, login=("kassa", password_file))
    server.start()
    with socket.create_connection((server.host, server.port), timeout=2) as made:
        yield made
    server.stop()
    server.stop()


RIGHT = "Authorization: Basic a2Fzc2E6aGVtbGlndA=="


def ask(connection: socket.socket, first: str, *headers: str, body: bytes = b"") -> str:
    """Send one request and give the first line of the answer."""
    head = "\r\n".join((first, "Host: x", *headers, "", ""))
    connection.sendall(head.encode("latin-1") + body)
    came = b""
    while b"\r\n\r\n" not in came:
        came += connection.recv(65_536)
    head_bytes, _mark, rest = came.partition(b"\r\n\r\n")
    length = int(head_bytes.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    while len(rest) < length:
        rest += connection.recv(65_536)
    return head_bytes.split(b"\r\n")[0].decode("latin-1")


def test_one_connection_serves_many_requests(connection: socket.socket) -> None:
    body = sample("request_identity")
    length = f"Content-Length: {len(body)}"
    post = "POST /xccsp HTTP/1.1"
    assert ask(connection, post, length, body=body) == "HTTP/1.1 401 Unauthorized"
    assert ask(connection, post, length, RIGHT, body=body) == "HTTP/1.1 200 OK"
    assert ask(connection, post, length, RIGHT, body=body) == "HTTP/1.1 200 OK"
    other = "POST /other HTTP/1.1"
    assert ask(connection, other, length, RIGHT, body=body) == "HTTP/1.1 404 Not Found"


@pytest.mark.parametrize(
    ("first", "header", "status"),
    [
        ("GET /xccsp HTTP/1.1", "Content-Length: 0", "405"),
        ("POST /xccsp HTTP/1.1", "Transfer-Encoding: chunked", "411"),
        ("POST /xccsp HTTP/1.1", "Content-Length: 9999999", "413"),
        ("POST /xccsp HTTP/1.1", "no header", "400"),
        ("POST /xccsp HTTP/1.0", "Content-Length: 0", "505"),
    ],
)
def test_wrong_request_is_refused_by_http(
    connection: socket.socket, first: str, header: str, status: str
) -> None:
    assert ask(connection, first, header).split()[1] == status
