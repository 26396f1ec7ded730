"""The simulated control unit on the network: XCCSP over HTTP/1.1, with or without TLS.

A small server of its own, one thread per connection, answering within about a millisecond, because
benchmarks stand on it. Strict about method, path, length and password. Silence is what it is in
life: the connection is taken and nothing comes. Source: sweden 4.2.
"""

import hmac
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

from devices.simulators import control_unit_xml
from devices.simulators.control_unit import ActiveFault, SimulatedControlUnit, UnitFault

PATH = "/xccsp"
_HEAD_MAX = 16 * 1024
_BODY_MAX = 256 * 1024
_READ_SIZE = 65_536
_HANDSHAKE_LIMIT_S = 5.0


class _Bad(Exception):
    """The request is refused by HTTP itself."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(status, words)
        self.status = status
        self.words = words


class SimulatedHttpUnit:
    """A simulated unit behind an HTTP address, in threads of its own."""

    def __init__(
        self,
        unit: SimulatedControlUnit,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        login: tuple[str, Path] | None = None,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        """Serve `unit`; port 0 takes a free one.

        `login` is the user and the file whose first line is the password; `tls` the certificate and
        its key, as PEM. Raises OSError (ssl.SSLError too) when a file cannot be read.
        """
        self.unit = unit
        self.host = host
        self.port = port
        """Where it listens; known after `start`."""
        self.bodies: list[bytes] = []
        """Request bodies as they came, newest last, at most 1000."""
        self._expected_login = _expected_login(login)
        self._tls: ssl.SSLContext | None = None
        if tls is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
            self._tls.load_cert_chain(tls[0], tls[1])
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._threads: set[Thread] = set()
        self._guard = Lock()
        self._stopping = Event()

    @property
    def url(self) -> str:
        """The address of the service."""
        scheme = "https" if self._tls is not None else "http"
        return f"{scheme}://{self.host}:{self.port}{PATH}"

    def start(self) -> None:
        """Listen and serve. Raises OSError when the port is taken."""
        self._stopping.clear()
        listener = socket.create_server((self.host, self.port))
        self._listener = listener
        self.port = listener.getsockname()[1]
        self._run(Thread(target=self._accept, args=(listener,), daemon=True))

    def stop(self) -> None:
        """Close everything and end the threads. Safe to call twice."""
        self._stopping.set()
        listener, self._listener = self._listener, None
        with self._guard:
            held = [*self._connections, *([listener] if listener is not None else [])]
            threads = list(self._threads)
        for connection in held:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in threads:
            thread.join()

    def _run(self, thread: Thread) -> None:
        thread.name = "simulated control unit"
        with self._guard:
            self._threads.add(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with self._guard:
                self._threads = {thread for thread in self._threads if thread.is_alive()}
            self._run(Thread(target=self._converse, args=(connection,), daemon=True))

    def _converse(self, connection: socket.socket) -> None:
        """Serve one connection until it ends; whatever breaks it ends it."""
        try:
            self._hold(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection.settimeout(_HANDSHAKE_LIMIT_S)
                plain, connection = connection, self._tls.wrap_socket(connection, server_side=True)
                connection.settimeout(None)
                self._hold(connection, instead_of=plain)
            buffer = b""
            while not self._stopping.is_set():
                head, buffer = _head(connection, buffer)
                buffer = self._serve_one(connection, head, buffer)
        except OSError:
            return
        except _Bad as bad:
            with suppress(OSError):
                connection.sendall(_written(bad.status, bad.words, b"", is_last=True))
        finally:
            with self._guard:
                self._connections.discard(connection)
            connection.close()

    def _hold(self, connection: socket.socket, instead_of: socket.socket | None = None) -> None:
        """Note a connection for `stop`, so that none outlives it. Raises OSError once stopping."""
        with self._guard:
            if instead_of is not None:
                self._connections.discard(instead_of)
            if self._stopping.is_set():
                raise OSError("stopping")
            self._connections.add(connection)

    def _serve_one(self, connection: socket.socket, head: list[str], buffer: bytes) -> bytes:
        headers = _headers(head[1:])
        method, _space, target = head[0].removesuffix(" HTTP/1.1").partition(" ")
        if not head[0].endswith(" HTTP/1.1"):
            raise _Bad(505, "HTTP Version Not Supported")
        length = _length(method, headers)
        while len(buffer) < length:
            buffer += _received(connection)
        body, rest = buffer[:length], buffer[length:]
        told = headers.get("authorization", "")
        if self._expected_login and not hmac.compare_digest(
            told.encode("utf-8"), self._expected_login.encode("utf-8")
        ):
            connection.sendall(_written(401, "Unauthorized", b""))
            return rest
        if target != PATH:
            connection.sendall(_written(404, "Not Found", b""))
            return rest
        self._answer(connection, body)
        return rest

    def _answer(self, connection: socket.socket, body: bytes) -> None:
        self.bodies.append(body)
        del self.bodies[:-1000]
        active = self.unit.active_fault()
        kind = active.fault if active is not None else None
        if kind is UnitFault.SILENT:
            self._stay_silent(connection)
            return
        is_registration = (
            active is not None and control_unit_xml.request_type(body) == control_unit_xml.REGISTER
        )
        answer = control_unit_xml.answer(self.unit, body)
        if is_registration:
            self.unit.count_answer()
            if kind is UnitFault.DROP_AFTER_REGISTERING:
                self._stay_silent(connection)
                return
        if active is not None and kind is UnitFault.SLOW:
            self._stopping.wait(active.seconds)
        connection.sendall(_spoiled(answer, active))
        if kind is UnitFault.TRUNCATED:
            raise OSError("told to break off")

    def _stay_silent(self, connection: socket.socket) -> None:
        """Say nothing until the peer goes away."""
        while not self._stopping.is_set() and connection.recv(_READ_SIZE):
            continue
        raise OSError("the peer went away")


def _expected_login(login: tuple[str, Path] | None) -> str:
    if login is None:
        return ""
    user, password_file = login
    with password_file.open(encoding="utf-8") as opened:
        password = opened.readline().rstrip("\r\n")
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def _received(connection: socket.socket) -> bytes:
    came = connection.recv(_READ_SIZE)
    if not came:
        raise OSError("the peer went away")
    return came


def _head(connection: socket.socket, buffer: bytes) -> tuple[list[str], bytes]:
    while b"\r\n\r\n" not in buffer:
        if len(buffer) > _HEAD_MAX:
            raise _Bad(431, "Request Header Fields Too Large")
        buffer += _received(connection)
    head, _mark, rest = buffer.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, mark, value = line.partition(":")
        if not mark:
            raise _Bad(400, "Bad Request")
        headers[name.strip().lower()] = value.strip()
    return headers


def _length(method: str, headers: dict[str, str]) -> int:
    if method != "POST":
        raise _Bad(405, "Method Not Allowed")
    told = headers.get("content-length", "")
    if not (told.isascii() and told.isdigit()):
        raise _Bad(411, "Length Required")
    if len(told) > 9 or int(told) > _BODY_MAX:
        raise _Bad(413, "Content Too Large")
    return int(told)


def _written(status: int, words: str, body: bytes, *, is_last: bool = False) -> bytes:
    head = [f"HTTP/1.1 {status} {words}", f"Content-Length: {len(body)}"]
    if body:
        head.append("Content-Type: text/xml; charset=ISO-8859-1")
    if status == 401:
        head.append('WWW-Authenticate: Basic realm="XCCSP"')
    if is_last:
        head.append("Connection: close")
    return "\r\n".join((*head, "", "")).encode("latin-1") + body


def _spoiled(answer: bytes, active: ActiveFault | None) -> bytes:
    match active.fault if active is not None else None:
        case UnitFault.BAD_CHECKSUM:
            return _written(200, "OK", answer.replace(b"</type>", b"</tipe>", 1))
        case UnitFault.TRUNCATED:
            return _written(200, "OK", answer)[: -len(answer) // 2]
        case UnitFault.NOISE:
            return _written(200, "OK", b"\x02noise" + answer)
        case _:
            return _written(200, "OK", answer)
