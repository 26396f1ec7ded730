"""Bad certificates of a control unit: every one is refused before a byte of a receipt leaves us.

Reliability F34, S14. The good one of the same maker is taken, so that the refusals mean something.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_server
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.errors import DeviceUnavailable
from devices.control_units.xccsp.unit import XccspSettings, XccspUnit
from tests.frames.unit_run import RECORD
from tui.clock import SystemClock

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
NOW = SystemClock().now().astimezone(UTC).replace(microsecond=0)
HERE = x509.IPAddress(ip_address("127.0.0.1"))
LIMIT_S = 2.0


class Maker:
    """A certificate authority, with every mistake it can make."""

    def __init__(self, name: str = "Vår egen", *, is_authority: bool = True) -> None:
        self.key: Key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(
            x509.CertificateBuilder()
            .subject_name(self.name)
            .public_key(self.key.public_key())
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        )

    def issue(
        self,
        names: list[x509.GeneralName] | None = None,
        *,
        begins: timedelta = timedelta(days=-1),
        ends: timedelta = timedelta(days=30),
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
        key: Key | None = None,
    ) -> tuple[bytes, bytes]:
        """Give certificate and key as PEM."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(False, None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        if names is None or names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(names or [HERE]), critical=False
            )
        signed = self._signed(builder, begins, ends)
        return _pem(signed), _key_pem(key)

    def _signed(
        self,
        builder: x509.CertificateBuilder,
        begins: timedelta = timedelta(days=-2),
        ends: timedelta = timedelta(days=300),
    ) -> x509.Certificate:
        return (
            builder.issuer_name(self.name)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + begins)
            .not_valid_after(NOW + ends)
            .sign(self.key, hashes.SHA256())
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _self_signed() -> tuple[bytes, bytes]:
    maker = Maker("127.0.0.1")
    return _pem(maker.certificate), _key_pem(maker.key)


def _by_no_authority(ours: Maker) -> tuple[bytes, bytes]:
    """Signed by a certificate that our authority gave to a shop, not to an authority."""
    between = Maker("Bageriet", is_authority=False)
    between_signed = ours._signed(
        x509.CertificateBuilder()
        .subject_name(between.name)
        .public_key(between.key.public_key())
        .add_extension(x509.BasicConstraints(False, None), critical=True)
    )
    certificate, key = between.issue()
    return certificate + _pem(between_signed), key


Make = Callable[[Maker], tuple[bytes, bytes]]
BAD: dict[str, Make] = {
    "expired": lambda ours: ours.issue(begins=timedelta(days=-9), ends=timedelta(days=-1)),
    "not yet valid": lambda ours: ours.issue(begins=timedelta(days=1)),
    "another host": lambda ours: ours.issue([x509.DNSName("unit.example")]),
    "another address": lambda ours: ours.issue([x509.IPAddress(ip_address("127.0.0.2"))]),
    "our address as a name": lambda ours: ours.issue([x509.DNSName("127.0.0.1")]),
    "any host of all": lambda ours: ours.issue([x509.DNSName("*")]),
    "no name but the old one": lambda ours: ours.issue([]),
    "unknown authority": lambda _ours: Maker().issue(),
    "self-signed": lambda _ours: _self_signed(),
    "for clients only": lambda ours: ours.issue(usage=ExtendedKeyUsageOID.CLIENT_AUTH),
    "by no authority": _by_no_authority,
    "key of 1024 bits": lambda ours: ours.issue(key=rsa.generate_private_key(65537, 1024)),
}


class Server:
    """A TLS server that keeps what arrives behind the handshake."""

    def __init__(self, folder: Path, made: tuple[bytes, bytes], version: ssl.TLSVersion) -> None:
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        certificate.write_bytes(made[0])
        key.write_bytes(made[1])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(certificate, key)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = version
        self._context = context
        self._listener = create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/xccsp"
        self.arrived = b""
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _peer = self._listener.accept()
        with connection:
            connection.settimeout(LIMIT_S)
            try:
                with self._context.wrap_socket(connection, server_side=True) as wrapped:
                    self.arrived = wrapped.recv(1000)
            except OSError:
                return

    def close(self) -> None:
        """End it."""
        self._thread.join()
        self._listener.close()


@contextmanager
def asked(
    folder: Path, trusted: Maker, made: tuple[bytes, bytes], version: ssl.TLSVersion
) -> Iterator[Server]:
    """Let a till that trusts one authority register at a server; DeviceUnavailable ends well."""
    authority = folder / "authority.pem"
    authority.write_bytes(_pem(trusted.certificate))
    with closing(Server(folder, made, version)) as server:
        settings = XccspSettings(server.url, "KASSA1", "5566778899", timeout_s=LIMIT_S)
        with (
            closing(XccspUnit(replace(settings, ca_file=authority))) as unit,
            pytest.raises(DeviceUnavailable),
        ):
            unit.register(RECORD)
        yield server


@pytest.mark.parametrize("what", BAD)
def test_a_bad_certificate_is_refused_before_anything_leaves(what: str, tmp_path: Path) -> None:
    ours = Maker()
    with asked(tmp_path, ours, BAD[what](ours), ssl.TLSVersion.MAXIMUM_SUPPORTED) as server:
        pass
    assert server.arrived == b""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_an_old_protocol_is_refused(version: ssl.TLSVersion, tmp_path: Path) -> None:
    ours = Maker()
    with asked(tmp_path, ours, ours.issue(), version) as server:
        pass
    assert server.arrived == b""


def test_a_good_certificate_of_the_same_maker_is_taken(tmp_path: Path) -> None:
    ours = Maker()
    with asked(tmp_path, ours, ours.issue(), ssl.TLSVersion.TLSv1_2) as server:
        pass
    assert server.arrived.startswith(b"POST /xccsp")


def test_the_clock_of_these_tests_is_now() -> None:
    assert abs(datetime.now(UTC) - NOW) < timedelta(days=1)
