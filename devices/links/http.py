"""Sole owner of one HTTP address: one kept connection, every limit spelled out.

Prevents the disagreement about what a failed request means: errors before the request left us
become DeviceUnavailable, everything after it OutcomeUnknown, by the table below and nowhere else.
Proxies and other settings of the environment are never used, redirects never followed, a
certificate is always verified, and plain http is for loopback unless the shop says otherwise
(reliability S14).

It knows no protocol above HTTP. httpx is imported at the first use, because the till must start
fast. A password is read from its file for each request and kept nowhere.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import (
    ConfigError,
    DeviceError,
    DeviceRefused,
    DeviceUnavailable,
    OutcomeUnknown,
    RemoteProtocolError,
)
from core.frozen import frozen
from core.text import clean
from devices.links.faults import FaultKind, LinkFault, outcome_of

if TYPE_CHECKING:
    from ssl import SSLContext

    from httpx import BasicAuth, Client, HTTPError, Response

    from devices.links.http_deadline import Deadline

RESPONSE_MAX = 256 * 1024
"""Largest answer in bytes, checked before anything reads it (reliability S2)."""

KEEP_ALIVE_S = 120.0
"""How long the idle connection is kept between two requests."""

_PASSWORD_MAX = 1024
_WORDS_MAX = 200
_NOTHING_LEFT = {
    "ConnectError": FaultKind.UNREACHABLE,
    "ConnectTimeout": FaultKind.SILENT,
    "PoolTimeout": FaultKind.SILENT,
    "UnsupportedProtocol": FaultKind.UNREACHABLE,
}
"""httpx errors that come before the first byte of the request; all others come after it."""


@frozen
class HttpSettings:
    """Where and how to ask."""

    url: str
    user: str = ""
    """Basic auth user; empty = no authentication."""
    password_file: Path | None = None
    """First line is the password; read at each use."""
    ca_file: Path | None = None
    """The only authority that is trusted; None = the public ones."""
    client_cert: Path | None = None
    """PEM file with certificate and key, for servers that ask for one."""
    plain_http: bool = False
    """Permits http beyond loopback."""
    timeout_s: float = 3.0
    """Limit for connecting, for the handshake, and for the whole exchange after them."""


class HttpLink:
    """One HTTP address. Used by one thread at a time; only `close` may come from any thread."""

    def __init__(self, settings: HttpSettings) -> None:
        """Check the settings. Raises ConfigError with `key` and `reason`; opens nothing."""
        _check(settings)
        self._settings = settings
        self._client: Client | None = None
        self._deadline: Deadline | None = None
        self._holding = Lock()
        self._is_busy = False
        self._is_close_asked = False

    def post(
        self, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """Send `body` and give the body of a 200 answer.

        Raises DeviceUnavailable (nothing left us), DeviceRefused (`http-401`, `http-403`),
        OutcomeUnknown (`http-NNN`, `no-answer`), RemoteProtocolError (`answer-too-long`). The
        request is sent once, whatever happens.
        """
        import httpx

        sent_headers = {"Content-Type": content_type, **(headers or {})}
        auth = self._auth()
        client, deadline = self._take_client()
        deadline.begin()
        try:
            with client.stream(
                "POST", self._settings.url, content=body, headers=sent_headers, auth=auth
            ) as response:
                return _body_of(response)
        except httpx.HTTPError as exc:
            raise _translated(exc, len(body)) from exc
        finally:
            self._give_back()

    def close(self) -> None:
        """Close the connection; one that is in use is closed when its request ends.

        Any thread; safe to call twice.
        """
        with self._holding:
            self._is_close_asked = True
            client = None if self._is_busy else self._client
            if client is not None:
                self._client = None
        if client is not None:
            client.close()

    def _take_client(self) -> "tuple[Client, Deadline]":
        from devices.links.http_deadline import Deadline

        with self._holding:
            self._is_close_asked = False
            if self._client is None or self._deadline is None:
                self._deadline = Deadline(self._settings.timeout_s)
                self._client = self._new_client(self._deadline)
            self._is_busy = True
            return self._client, self._deadline

    def _give_back(self) -> None:
        with self._holding:
            self._is_busy = False
            is_close_asked = self._is_close_asked
        if is_close_asked:
            self.close()

    def _new_client(self, deadline: "Deadline") -> "Client":
        import httpx

        from devices.links.http_deadline import DeadlineTransport

        limit_s = self._settings.timeout_s
        try:
            return httpx.Client(
                transport=DeadlineTransport(self._trust(), deadline, KEEP_ALIVE_S),
                timeout=httpx.Timeout(connect=limit_s, read=limit_s, write=limit_s, pool=limit_s),
                headers={"User-Agent": "Blipp", "Accept-Encoding": "identity"},
                follow_redirects=False,
                trust_env=False,
            )
        except OSError as exc:
            words = clean(str(exc), _WORDS_MAX)
            raise DeviceUnavailable(code="certificate-unreadable", words=words) from exc

    def _trust(self) -> "SSLContext":
        """Give verification of host and chain, TLS 1.2 or newer, against our authority if named."""
        import ssl

        import httpx

        if urlsplit(self._settings.url).scheme == "http":
            # Reading the public authorities costs 20 ms; this context trusts nobody.
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self._settings.ca_file is not None:
            context = ssl.create_default_context(cafile=str(self._settings.ca_file))
        else:
            context = httpx.create_ssl_context(verify=True, trust_env=False)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._settings.client_cert is not None:
            context.load_cert_chain(str(self._settings.client_cert))
        return context

    def _auth(self) -> "BasicAuth | None":
        import httpx

        if not self._settings.user:
            return None
        password = ""
        if self._settings.password_file is not None:
            try:
                with self._settings.password_file.open(encoding="utf-8") as opened:
                    password = opened.readline(_PASSWORD_MAX).rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as exc:
                raise DeviceUnavailable(
                    code="password-unreadable", words=type(exc).__name__
                ) from exc
        return httpx.BasicAuth(self._settings.user, password)


def _check(settings: HttpSettings) -> None:
    try:
        parts = urlsplit(settings.url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise ConfigError(key="url", reason="not-an-address") from exc
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError(key="url", reason="not-an-address")
    if parts.username is not None or parts.password is not None:
        raise ConfigError(key="url", reason="login-in-address")
    if parts.scheme == "http" and not settings.plain_http and not _is_loopback(host):
        raise ConfigError(key="plain_http", reason="plain-http")
    named = {
        "password_file": settings.password_file,
        "ca_file": settings.ca_file,
        "client_cert": settings.client_cert,
    }
    for key, path in named.items():
        if path is not None and not path.is_file():
            raise ConfigError(key=key, reason="no-such-file")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _body_of(response: "Response") -> bytes:
    """Take the answer's body under the cap."""
    status = response.status_code
    if status in (401, 403):
        raise DeviceRefused(code=f"http-{status}", words=clean(response.reason_phrase, _WORDS_MAX))
    if status != 200:
        raise OutcomeUnknown(code=f"http-{status}", words=clean(response.reason_phrase, _WORDS_MAX))
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > RESPONSE_MAX:
            raise RemoteProtocolError(code="answer-too-long", length_max=RESPONSE_MAX)
    return bytes(body)


def _translated(exc: "HTTPError", length: int) -> DeviceError:
    """Apply the one rule: had the first byte of the request left us?"""
    name = type(exc).__name__
    words = clean(str(exc), _WORDS_MAX)
    if name in _NOTHING_LEFT:
        if "CERTIFICATE" in words.upper():
            return DeviceUnavailable(code="certificate-refused", words=words)
        return outcome_of(LinkFault(_NOTHING_LEFT[name], words), code="not-connected")
    if name == "RemoteProtocolError":
        return RemoteProtocolError(code="http-broken", words=words)
    kind = FaultKind.SILENT if name.endswith("Timeout") else FaultKind.BROKEN
    return outcome_of(LinkFault(kind, words, length), code="no-answer")
