"""One link of the Westpay driver against bare sockets: keep-alives, pieces, ends, limits."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from time import monotonic

import pytest

from core.errors import DeviceUnavailable
from core.facts import Fact, TerminalShowed, TerminalState, TerminalStateChanged
from devices.links.faults import FaultKind, LinkFault, outcome_of
from devices.links.tcp import TcpLink
from devices.simulators import terminal_writing as writing
from devices.simulators.terminal_reading import cut_frames, read_request
from devices.simulators.terminal_writing import Address, Told
from devices.terminals.westpay_epas.settings import EpasSettings
from devices.terminals.westpay_epas.terminal import WestpayEpasTerminal

AT = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)


class TillClock:
    def now(self) -> datetime:
        return AT

    def monotonic_s(self) -> float:
        return monotonic()


class BareTerminal:
    """Listens, and does exactly what a test tells it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.port = self._listener.getsockname()[1]
        self.socket: socket.socket | None = None
        self._held = bytearray()
        self._came: list[bytes] = []

    def accept(self) -> socket.socket:
        self.socket, _ = self._listener.accept()
        self.socket.settimeout(5)
        return self.socket

    def payload(self) -> bytes:
        while not self._came:
            assert self.socket is not None
            came = self.socket.recv(4096)
            assert came
            self._held += came
            self._came += cut_frames(self._held)
        return self._came.pop(0)

    def serve_login(self) -> None:
        """Answer Login, then GetLastTransaction."""
        connected = self.accept()
        request = read_request(self.payload())
        address = Address(request.service_id, "kassa1", "80000082")
        connected.sendall(writing.login_answer(address, Told(), AT))
        request = read_request(self.payload())
        address = Address(request.service_id, "kassa1", "80000082")
        connected.sendall(writing.last_transaction_answer(address, None))

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self._listener.close()


@pytest.fixture
def terminal() -> Iterator[BareTerminal]:
    bare = BareTerminal()
    yield bare
    bare.close()


def driver_for(port: int, facts: list[Fact], keep_alive_s: float = 5) -> WestpayEpasTerminal:
    settings = EpasSettings(
        "127.0.0.1",
        port,
        "80000082",
        "kassa1",
        keep_alive_s=keep_alive_s,
        is_simulator_allowed=True,
    )
    return WestpayEpasTerminal(settings, TillClock(), facts.append, count(1))


def log_in(terminal: BareTerminal, driver: WestpayEpasTerminal, facts: list[Fact]) -> None:
    serving = threading.Thread(target=terminal.serve_login)
    serving.start()
    until_s = monotonic() + 5
    while TerminalStateChanged(TerminalState.READY, "", True) not in facts:
        assert monotonic() < until_s, facts
        driver.tend()
    serving.join(5)


def wait_for(facts: list[Fact], kind: type[Fact]) -> Fact:
    until_s = monotonic() + 5
    pause = threading.Event()
    while not (found := [fact for fact in facts if isinstance(fact, kind)]):
        assert monotonic() < until_s, facts
        pause.wait(0.005)
    return found[-1]


def test_an_idle_till_sends_the_four_zero_bytes(terminal: BareTerminal) -> None:
    facts: list[Fact] = []
    driver = driver_for(terminal.port, facts, keep_alive_s=0)
    log_in(terminal, driver, facts)
    driver.tend()
    assert terminal.payload() == b""
    terminal.close()
    driver.close()


def test_single_bytes_and_keep_alives_between_make_one_message(terminal: BareTerminal) -> None:
    facts: list[Fact] = []
    driver = driver_for(terminal.port, facts)
    log_in(terminal, driver, facts)
    assert terminal.socket is not None
    address = Address("42", "kassa1", "80000082")
    stream = writing.KEEP_ALIVE * 3 + writing.display(address, ("Välkommen",), "11")
    for byte in stream:
        terminal.socket.sendall(bytes([byte]))
    assert wait_for(facts, TerminalShowed) == TerminalShowed(42, ("Välkommen",))
    terminal.close()
    driver.close()


def test_closing_twice_ends_the_reader_and_tells_off(terminal: BareTerminal) -> None:
    facts: list[Fact] = []
    driver = driver_for(terminal.port, facts)
    log_in(terminal, driver, facts)
    terminal.close()
    driver.close()
    driver.close()
    assert facts[-1] == TerminalStateChanged(TerminalState.OFF, "", True)
    assert not [thread for thread in threading.enumerate() if thread.name == "epas-reader"]
    with pytest.raises(DeviceUnavailable):
        driver.reverse(9, "000000000001")


def test_the_first_byte_decides() -> None:
    assert outcome_of(LinkFault(FaultKind.BROKEN, "reset", 0)).code == "device-unavailable"
    assert outcome_of(LinkFault(FaultKind.BROKEN, "reset", 1)).code == "outcome-unknown"


def test_a_closed_port_is_refused_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(LinkFault) as caught:
        TcpLink.connect("127.0.0.1", port)
    assert (caught.value.kind, caught.value.sent_count) == (FaultKind.REFUSED, 0)


def test_a_link_counts_what_left_and_gives_up_in_time(terminal: BareTerminal) -> None:
    link = TcpLink.connect("127.0.0.1", terminal.port)
    terminal.accept()
    with pytest.raises(LinkFault) as silent:
        link.receive(0.01)
    assert silent.value.kind is FaultKind.SILENT
    with pytest.raises(LinkFault) as full:
        link.send(b"x" * 50_000_000, 0.05)
    assert full.value.kind is FaultKind.SILENT
    assert 0 < full.value.sent_count < 50_000_000
    link.close()
    with pytest.raises(LinkFault) as closed:
        link.send(b"x")
    assert (closed.value.kind, closed.value.sent_count) == (FaultKind.CLOSED, 0)
