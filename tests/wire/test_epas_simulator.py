"""The simulated terminal seen by a client that is not ours: bare sockets and hand-made XML."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from devices.simulators.terminal import SimulatedTerminal
from devices.simulators.terminal_script import ScriptWrong, load_script

GOLDEN = Path(__file__).parent / "golden" / "epas"


class Client:
    """A till made of one socket."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)

    def send(self, payload: bytes) -> None:
        self.socket.sendall(struct.pack(">I", len(payload)) + payload)

    def golden(self, name: str) -> None:
        self.send((GOLDEN / f"{name}.xml").read_bytes())

    def receive(self) -> Element:
        (length,) = struct.unpack(">I", self._exactly(4))
        return self.receive() if length == 0 else fromstring(self._exactly(length))

    def answer(self, tag: str) -> Element:
        while (found := self.receive().find(tag)) is None:
            pass
        return found

    def until_answer(self, tag: str) -> list[str]:
        seen = []
        while True:
            root = self.receive()
            seen.append(root[1].tag)
            if root[1].tag == tag:
                return seen

    def is_closed(self) -> bool:
        try:
            while self.socket.recv(4096):
                pass
        except ConnectionError:
            pass
        return True

    def _exactly(self, length: int) -> bytes:
        came = b""
        while len(came) < length:
            more = self.socket.recv(length - len(came))
            assert more, "closed"
            came += more
        return came


@pytest.fixture
def terminal() -> Iterator[SimulatedTerminal]:
    simulator = SimulatedTerminal(script=load_script("tip 31.00"))
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def client(terminal: SimulatedTerminal) -> Iterator[Client]:
    made = Client(terminal.port)
    yield made
    made.socket.close()


def condition(answer: Element) -> str | None:
    response = answer.find("Response")
    assert response is not None
    return response.get("ErrorCondition")


def test_it_names_itself_a_simulator(client: Client) -> None:
    client.golden("login-request")
    software = next(client.answer("LoginResponse").iter("POISoftware"))
    assert software.get("ManufacturerID") == "Blipp"
    assert software.get("ApplicationName") == "SIMULATOR"


def test_nothing_goes_without_login(client: Client) -> None:
    client.golden("payment-request")
    assert condition(client.answer("PaymentResponse")) == "LoggedOut"


def test_a_sale_follows_the_order_of_the_source(client: Client) -> None:
    client.golden("login-request")
    client.answer("LoginResponse")
    client.golden("payment-request")
    seen = [tag for tag in client.until_answer("PaymentResponse") if tag != "DisplayRequest"]
    assert seen == [
        "EventNotification",
        "EventNotification",
        "PrintRequest",
        "PrintRequest",
        "EventNotification",
        "PaymentResponse",
    ]


def test_another_terminal_id_is_refused(client: Client) -> None:
    payload = (GOLDEN / "login-request.xml").read_bytes().replace(b"80000082", b"80000083")
    client.send(payload)
    assert condition(client.answer("LoginResponse")) == "NotAllowed"


def test_a_message_against_the_schema_is_refused_by_name(client: Client) -> None:
    client.golden("login-request")
    client.answer("LoginResponse")
    payload = (GOLDEN / "payment-request.xml").read_bytes()
    client.send(payload.replace(b"RequestedAmount", b"Amount"))
    answer = client.answer("PaymentResponse")
    assert condition(answer) == "MessageFormat"
    assert "RequestedAmount" in (answer.findtext("Response/AdditionalResponse") or "")


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack(">I", 2**31) + b"<a/>",
        struct.pack(">I", 4) + b"<a/>",
        struct.pack(">I", 30) + b"<!DOCTYPE a><SaleToPOIRequest/>",
        struct.pack(">I", 5) + b"\xff\xfe\x00\x01\x02",
    ],
)
def test_a_spoilt_stream_closes_the_link(client: Client, raw: bytes) -> None:
    client.socket.sendall(raw)
    assert client.is_closed()


def test_a_second_payment_while_one_runs_is_refused_as_busy(terminal: SimulatedTerminal) -> None:
    terminal.set_script(None)
    client = Client(terminal.port)
    client.golden("login-request")
    client.answer("LoginResponse")
    client.golden("payment-request")
    client.golden("payment-request-no-tip")
    assert condition(client.answer("PaymentResponse")) == "Busy"
    client.golden("get-last-transaction-request")
    assert condition(client.answer("GetLastTransactionResponse")) == "InProgress"
    client.socket.close()


def test_a_lost_link_aborts_the_sale_and_logs_out(terminal: SimulatedTerminal) -> None:
    terminal.set_script(None)
    first = Client(terminal.port)
    first.golden("login-request")
    first.answer("LoginResponse")
    first.golden("payment-request")
    first.answer("DisplayRequest")
    first.socket.close()
    second = Client(terminal.port)
    second.golden("get-last-transaction-request")
    assert condition(second.answer("GetLastTransactionResponse")) == "LoggedOut"
    second.golden("login-request")
    second.answer("LoginResponse")
    second.golden("get-last-transaction-request")
    assert condition(second.answer("GetLastTransactionResponse")) == "NotFound"
    second.socket.close()
    assert terminal.ledger() == ()


def test_a_script_is_read_play_by_play() -> None:
    script = load_script("# morning\ntip 31.00\nchip 1234\nnext\ndecline\nonce\nsilent\n")
    assert [play.act for play in script.plays] == ["chip", "decline"]
    assert script.plays[0].tip_ore == 31_00
    assert not script.repeats
    assert script.faults == {"silent"}
    assert script.play_of(2).act == "tap"


@pytest.mark.parametrize(
    "text", ["dance", "tip", "tip x", "tap 3", "wait -1", "cable away", "a b c"]
)
def test_a_wrong_script_names_its_line(text: str) -> None:
    with pytest.raises(ScriptWrong) as caught:
        load_script(f"tap\n{text}\n")
    assert caught.value.facts["line"] == 2
