"""The cloud control unit's own wire: password, certificates, addresses, sessions, hostile answers.

Source: sweden 4.2; reliability F34 and S14; issue text: https with verification, Basic auth from a
password file.
"""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme

from core.errors import ConfigError, DeviceRefused, DeviceUnavailable, OutcomeUnknown
from devices.control_units.xccsp.unit import XccspSettings, XccspUnit
from devices.links.http import RESPONSE_MAX
from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.control_unit_http import SimulatedHttpUnit
from tests.contract.control_unit_bench import FIRST

LIMIT_S = 0.5
IDENTITY = (
    b'<?xml version="1.0"?><response xmlns="http://www.retailinnovation.se/xccsp">'
    b"<type>IdentityResponse</type><data><Identity><Id>SIM1</Id></Identity></data></response>"
)


def settings(url: str) -> XccspSettings:
    return XccspSettings(url, "KASSA1", "5566778899", timeout_s=LIMIT_S, is_simulator_allowed=True)


@contextmanager
def served(unit: SimulatedHttpUnit) -> Iterator[SimulatedHttpUnit]:
    unit.start()
    try:
        yield unit
    finally:
        unit.stop()


@contextmanager
def driven(wanted: XccspSettings) -> Iterator[XccspUnit]:
    with closing(XccspUnit(wanted)) as unit:
        yield unit


class Certificates:
    """An authority of our own, a certificate for this machine, and one for another."""

    def __init__(self, folder: Path) -> None:
        authority, foreign = trustme.CA(), trustme.CA()
        self.authority = folder / "authority.pem"
        self.foreign_authority = folder / "foreign.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        foreign.cert_pem.write_to_path(str(self.foreign_authority))
        self.here = self._issue(authority, folder, "127.0.0.1")
        self.elsewhere = self._issue(authority, folder, "unit.example")

    @staticmethod
    def _issue(authority: trustme.CA, folder: Path, name: str) -> tuple[Path, Path]:
        issued = authority.issue_cert(name)
        chain, key = folder / f"{name}.pem", folder / f"{name}.key"
        chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(key))
        return chain, key


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def test_https_with_our_own_authority_registers(certificates: Certificates) -> None:
    simulated = SimulatedHttpUnit(SimulatedControlUnit(), tls=certificates.here)
    with served(simulated):
        wanted = replace(settings(simulated.url), ca_file=certificates.authority)
        assert wanted.url.startswith("https:")
        with driven(wanted) as unit:
            code = unit.register(FIRST).control_code
    assert [row.control_code for row in simulated.unit.ledger] == [code]


@pytest.mark.parametrize("trusted", ["foreign_authority", None])
def test_certificate_of_another_authority_is_refused(
    certificates: Certificates, trusted: str | None
) -> None:
    simulated = SimulatedHttpUnit(SimulatedControlUnit(), tls=certificates.here)
    with served(simulated):
        ca_file = getattr(certificates, trusted) if trusted else None
        with (
            driven(replace(settings(simulated.url), ca_file=ca_file)) as unit,
            pytest.raises(DeviceUnavailable) as caught,
        ):
            unit.register(FIRST)
    assert caught.value.facts["code"] == "certificate-refused"
    assert simulated.bodies == []


def test_certificate_for_another_host_is_refused(certificates: Certificates) -> None:
    simulated = SimulatedHttpUnit(SimulatedControlUnit(), tls=certificates.elsewhere)
    with served(simulated):
        wanted = replace(settings(simulated.url), ca_file=certificates.authority)
        with driven(wanted) as unit, pytest.raises(DeviceUnavailable) as caught:
            unit.poll()
    assert caught.value.facts["code"] == "certificate-refused"
    assert simulated.bodies == []


def test_password_comes_from_its_file_at_each_use(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.write_text("hemligt å\n", encoding="utf-8")
    ours.write_text("fel\n", encoding="utf-8")
    simulated = SimulatedHttpUnit(SimulatedControlUnit(), login=("kassa", theirs))
    with served(simulated):
        wanted = replace(settings(simulated.url), user="kassa", password_file=ours)
        with driven(wanted) as unit:
            with pytest.raises(DeviceRefused) as caught:
                unit.poll()
            assert caught.value.facts["code"] == "http-401"
            with pytest.raises(DeviceRefused):
                unit.register(FIRST)
            assert len(simulated.unit.ledger) == 0
            ours.write_text("hemligt å\n", encoding="utf-8")
            assert unit.poll().is_ready
            unit.register(FIRST)
            ours.unlink()
            with pytest.raises(DeviceUnavailable) as lost:
                unit.poll()
    assert lost.value.facts["code"] == "password-unreadable"
    assert "hemligt" not in str(caught.value) + str(lost.value)


def test_no_password_where_one_is_asked_for_is_refused(tmp_path: Path) -> None:
    password_file = tmp_path / "password"
    password_file.write_text("hemligt", encoding="utf-8")
    simulated = SimulatedHttpUnit(SimulatedControlUnit(), login=("kassa", password_file))
    with (
        served(simulated),
        driven(settings(simulated.url)) as unit,
        pytest.raises(DeviceRefused) as caught,
    ):
        unit.poll()
    assert caught.value.facts["code"] == "http-401"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://unit.example/xccsp", "plain_http"),
        ("http://192.0.2.1:8081/xccsp", "plain_http"),
        ("http://127.0.0.1.example/xccsp", "plain_http"),
        ("ftp://unit.example/xccsp", "url"),
        ("https:///xccsp", "url"),
        ("unit.example", "url"),
        ("https://kassa:hemligt@unit.example/xccsp", "url"),
        ("http://[::1", "url"),
        ("https://unit.example:99999/", "url"),
    ],
)
def test_address_that_may_not_be_used_is_refused_at_the_start(url: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        XccspUnit(settings(url))
    assert caught.value.facts["key"] == key
    assert "hemligt" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/xccsp",
        "http://127.9.9.9/xccsp",
        "http://[::1]:1/xccsp",
        "http://localhost:1/xccsp",
        "https://unit.example/xccsp",
    ],
)
def test_https_and_loopback_need_no_permission(url: str) -> None:
    XccspUnit(settings(url)).close()


def test_plain_http_beyond_loopback_needs_the_shops_word() -> None:
    XccspUnit(replace(settings("http://unit.example/xccsp"), plain_http=True)).close()


@pytest.mark.parametrize("key", ["password_file", "ca_file", "client_cert"])
def test_missing_file_is_named_at_the_start(key: str, tmp_path: Path) -> None:
    missing: dict[str, Any] = {key: tmp_path / "missing"}
    with pytest.raises(ConfigError) as caught:
        XccspUnit(replace(settings("https://unit.example/"), **missing))
    assert caught.value.facts["key"] == key


def test_first_registration_opens_the_session_and_its_retry_repeats_that() -> None:
    simulated = SimulatedHttpUnit(SimulatedControlUnit())
    with served(simulated), driven(settings(simulated.url)) as unit:
        unit.register(FIRST)
        unit.register(replace(FIRST, serial=2, receipt_no=2))
        unit.register(FIRST)
    marks = [
        body.partition(b"<IsNewSession>")[2][:1]
        for body in simulated.bodies
        if b"<IsNewSession>" in body
    ]
    assert marks == [b"1", b"0", b"1"]
    assert len(simulated.unit.ledger) == 2


def test_nobody_listening_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        driven(settings(f"http://127.0.0.1:{port}/xccsp")) as unit,
        pytest.raises(DeviceUnavailable),
    ):
        unit.register(FIRST)


class Scripted:
    """A server that says what it is told to, one answer per connection."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/xccsp"
        self.asked_count = 0
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """End it, also when not every answer was asked for."""
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        for answer in self._answers:
            connection, _peer = self._listener.accept()
            with connection:
                connection.settimeout(LIMIT_S)
                asked = b""
                while b"</request>" not in asked:
                    came = connection.recv(65_536)
                    if not came:
                        return
                    asked += came
                self.asked_count += 1
                try:
                    connection.sendall(answer)
                except OSError:
                    continue


def answer(body: bytes, head: str = "200 OK") -> bytes:
    told = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return told.encode() + body


@pytest.mark.parametrize(
    "spoiled",
    [
        answer(b"", "500 Internal Server Error"),
        answer(b"", "302 Found\r\nLocation: http://127.0.0.1:1/"),
        answer(b"x" * (RESPONSE_MAX + 1)),
        answer(b"<a/>"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"nonsense\r\n\r\n",
        b"",
    ],
    ids=["500", "redirect", "too-large", "other-xml", "cut-off", "no-http", "closed"],
)
def test_hostile_answer_to_a_registration_is_an_unknown_outcome(spoiled: bytes) -> None:
    with closing(Scripted(answer(IDENTITY), *[spoiled] * 5)) as server:
        with driven(settings(server.url)) as unit, pytest.raises(OutcomeUnknown):
            unit.register(FIRST)
        assert server.asked_count == 6


def test_hostile_answer_to_a_question_is_unavailable() -> None:
    with (
        closing(Scripted(answer(b"", "503 Service Unavailable"))) as server,
        driven(settings(server.url)) as unit,
        pytest.raises(DeviceUnavailable) as caught,
    ):
        unit.poll()
    assert caught.value.facts["code"] == "http-503"
