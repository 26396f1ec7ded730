"""A total time limit for one HTTP exchange, from the first byte sent to the last one received.

httpx limits each read only, so a server that sends one byte at a time could hold the till for
days (reliability F24). Here every read and write gets what is left of the whole limit. Import it at
the first use: it needs the HTTP libraries.
"""

import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any

import httpcore
import httpx

Options = Iterable[Any]


class Deadline:
    """When the present exchange must be over, by the monotonic clock."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self.begin()

    def begin(self) -> None:
        """Count from now."""
        self._at_s = monotonic() + self._limit_s

    def left_s(self, wanted_s: float | None) -> float:
        """Give the shorter of what is wanted and what is left. Raises ReadTimeout at the end."""
        left_s = self._at_s - monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout("the whole answer took too long")
        return left_s if wanted_s is None else min(wanted_s, left_s)


class _Stream(httpcore.NetworkStream):
    """A stream whose every step is under the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left_s(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left_s(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, timeout)
        self._deadline.begin()  # The handshake had its own limit, and nothing has left us yet.
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects as httpcore does, and puts each connection under the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        self._deadline.begin()
        return _Stream(stream, self._deadline)


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's transport over one connection that is under the deadline."""

    def __init__(self, verify: ssl.SSLContext, deadline: Deadline, keep_s: float) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._pool.close()
        # httpx is pinned exactly; it takes no network backend by its own parameters.
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=keep_s,
            network_backend=_Backend(deadline),
        )
