"""Answers of the control unit and of the printer, broken in every way: refused in time.

Reliability F32, F33, F38, S2, S3. Long runs: `python -m tests.frames`.
"""

from collections.abc import Iterator
from contextlib import closing
from socket import create_server, socket
from threading import Event, Thread
from time import monotonic, thread_time
from xml.etree.ElementTree import Element

import pytest

from core.errors import DeviceUnavailable, OutcomeUnknown, RemoteProtocolError
from devices.control_units.cleancash import frames
from devices.control_units.xccsp import codec
from devices.control_units.xccsp.unit import XccspSettings, XccspUnit
from devices.links.http import RESPONSE_MAX, HttpLink, HttpSettings
from devices.printers import printer
from tests.frames import cable_run, printer_run, unit_run
from tests.frames.bombs import BOMBS, outbound

COUNT = 900
LIMIT_S = 0.4


def test_no_mutated_answer_of_the_cloud_unit_gives_a_code_it_does_not_hold() -> None:
    told = unit_run.run_cloud(COUNT, seed=1)
    assert (told.false_approvals, told.crashes) == (0, 0), told.faults
    assert told.accepted > COUNT // 50


def test_no_mutated_frame_of_the_cable_unit_gives_a_code_it_does_not_hold() -> None:
    told = unit_run.run_cable(COUNT, seed=1)
    assert (told.false_approvals, told.crashes) == (0, 0), told.faults
    assert told.accepted > COUNT // 50


def test_the_cable_driver_tries_three_times_at_most_whatever_comes() -> None:
    told = cable_run.run(COUNT // 3, seed=1)
    assert (told.false_approvals, told.crashes) == (0, 0), told.faults
    assert told.accepted > COUNT // 100


def test_random_status_bytes_never_hang_the_printer_nor_make_it_ready() -> None:
    told = printer_run.run(COUNT, seed=1)
    assert (told.false_approvals, told.crashes) == (0, 0), told.faults
    assert told.accepted > 0


def test_the_cable_run_finds_a_till_without_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    def unchecked(whole: bytes) -> frames.Frame | None:
        kind, *fields = whole[7:-4].decode("latin-1").split("#")
        return frames.Frame(kind, tuple(fields))

    monkeypatch.setattr(frames, "_verified", unchecked)
    assert unit_run.run_cable(300, seed=1).false_approvals > 0


def test_the_cloud_run_finds_a_till_that_takes_the_first_of_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first(parent: Element, name: str) -> Element:
        found = parent.find(f".//{{{codec.NAMESPACE}}}{name}")
        if found is None:
            raise RemoteProtocolError(code="answer-fields", words=name)
        return found

    monkeypatch.setattr(codec, "_only", first)
    assert unit_run.run_cloud(400, seed=1).false_approvals > 0


def test_the_printer_run_finds_a_till_that_believes_garbage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printer, "_is_immediate", lambda answer: True)
    assert printer_run.run(300, seed=1).false_approvals > 0


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_from_the_cloud_unit_is_refused_within_50_ms_and_asks_nobody(name: str) -> None:
    codec.read_registration(unit_run.good_body("A" * 32 + ";" + "C" * 26), unit_run.RECORD)
    spent_s = []
    with outbound() as asked:
        for _try in range(3):
            began_s = thread_time()
            with pytest.raises(RemoteProtocolError):
                codec.read_registration(BOMBS[name], unit_run.RECORD)
            spent_s.append(thread_time() - began_s)
    assert not asked
    assert min(spent_s) <= 0.05


class Drip:
    """A server that answers one request in its own way, until the till has gone."""

    def __init__(self, first: bytes, then: bytes, pause_s: float) -> None:
        self._first, self._then, self._pause_s = first, then, pause_s
        self._listener = create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/xccsp"
        self.sent_count = 0
        self._pause = Event()
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._pause.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        connection, _peer = self._listener.accept()
        with connection:
            connection.settimeout(5)
            connection.recv(65_536)
            try:
                connection.sendall(self._first)
                for piece in self._pieces(connection):
                    connection.sendall(piece)
                    self.sent_count += len(piece)
            except OSError:
                return

    def _pieces(self, connection: socket) -> Iterator[bytes]:
        while not self._pause.is_set():
            yield self._then
            if self._pause_s:
                self._pause.wait(self._pause_s)


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "then", "pause_s"),
    [
        (b"", b"H", 0.05),
        (OK, b"X", 0.05),
        (OK, b"X-A: b\r\n", 0.05),
        (OK + b"Content-Length: 100000\r\n\r\n", b" ", 0.05),
        (CHUNKED, b"1\r\n \r\n", 0.05),
        (CHUNKED, b"1\r\n \r\n", 0),
        (OK + b"Content-Length: 999999999999\r\n\r\n", b" " * 65_536, 0),
        (OK, b"X-A: " + b"b" * 65_000 + b"\r\n", 0),
    ],
    ids=[
        *("status-drips", "header-drips", "headers-drip", "body-drips", "chunks-drip"),
        *("endless-chunks", "endless-body", "endless-headers"),
    ],
)
def test_an_answer_without_end_is_given_up_at_the_total_limit(
    first: bytes, then: bytes, pause_s: float
) -> None:
    with closing(Drip(first, then, pause_s)) as server:
        link = HttpLink(HttpSettings(server.url, timeout_s=LIMIT_S))
        began_s = monotonic()
        with closing(link), pytest.raises(OutcomeUnknown):
            link.post(b"<request/>", "text/xml")
        assert monotonic() - began_s < 3 * LIMIT_S + 1
    assert server.sent_count < 20 * RESPONSE_MAX


def test_a_unit_that_drips_is_unavailable_to_a_poll() -> None:
    with closing(Drip(b"", b"H", 0.05)) as server:
        settings = XccspSettings(server.url, "KASSA1", "5566778899", timeout_s=LIMIT_S)
        with closing(XccspUnit(settings)) as unit, pytest.raises(DeviceUnavailable):
            unit.poll()
