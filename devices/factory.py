"""Device configuration -> ports: the only place that knows brand names.

A driver is imported inside the function that makes it, so that a till loads the drivers it has and
no other, and not before its first paint. Nothing here connects. Whether a simulator may be used is
the caller's knowledge (a database marked demo): the drivers refuse it on the wire otherwise.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.frozen import frozen

if TYPE_CHECKING:
    from core.ports import Clock, ControlUnit, PaymentTerminal, ReceiptPrinter, Report

TERMINAL_DRIVERS: Final = ("westpay-epas", "none")
CONTROL_UNIT_DRIVERS: Final = ("cleancash-serial", "cleancash-xccsp")
PRINTER_DRIVERS: Final = ("network", "serial", "file", "none")
"""What this version can make; contract.md 3 names more."""

CODE_PAGES: Final = ("cp437", "cp850", "cp858", "cp865", "cp1252", "iso8859-15")
"""What `[printer] code_page` may say; as devices.printers.encoder.CODE_PAGES."""

_RECOVERY_AFTER_S: Final = 180
"""terminal-protocols 5.2: after this the outcome of a payment is called unknown."""


@frozen
class ShopIdentity:
    """For whom a control unit signs."""

    register_id: str
    """1-16 of A-Z a-z 0-9; its case never changes."""
    org_no: str
    """Ten digits without hyphen."""


@frozen
class TerminalConfig:
    """`[terminal]`, as far as the driver is concerned."""

    driver: str
    """One of TERMINAL_DRIVERS."""
    host: str = ""
    port: int = 3000
    """0 = not known yet: the demo puts a simulated terminal there."""
    poi_id: str = ""
    workstation_id: str = ""
    txn_host: str = ""
    """`host:port`; empty = the terminal's own."""
    config_host: str = ""
    payment_timeout_s: int = 130

    @property
    def has_endpoint(self) -> bool:
        """Say whether it is known where the terminal is (or that there is none)."""
        return self.driver == "none" or (bool(self.host) and self.port > 0)


@frozen
class ControlUnitConfig:
    """`[control_unit]`."""

    driver: str
    """One of CONTROL_UNIT_DRIVERS."""
    device: str = ""
    """Serial: path or bare name."""
    baudrate: int = 9600
    url: str = ""
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    client_cert: Path | None = None
    plain_http: bool = False
    timeout_s: int = 3
    unit_id: str = ""
    """The manufacturing number that must answer; empty = of the unit that signed last."""

    @property
    def has_endpoint(self) -> bool:
        """Say whether it is known where the unit is; the demo puts a simulated one else."""
        return bool(self.device if self.driver == "cleancash-serial" else self.url)


@frozen
class PrinterConfig:
    """`[printer]`."""

    driver: str
    """One of PRINTER_DRIVERS."""
    host: str = ""
    port: int = 9100
    """0 = not known yet, as for a terminal."""
    device: str = ""
    baudrate: int = 9600
    path: Path | None = None
    """File: bytes are appended."""
    width: int = 42
    """Characters per line."""
    code_page: str = "cp858"

    @property
    def has_endpoint(self) -> bool:
        """Say whether it is known where the printer is (or that there is none)."""
        if self.driver == "network":
            return bool(self.host) and self.port > 0
        if self.driver == "serial":
            return bool(self.device)
        return self.driver == "none" or self.path is not None


def make_terminal(
    config: TerminalConfig,
    clock: "Clock",
    report: "Report",
    service_ids: Iterator[int],
    *,
    is_simulator_allowed: bool,
    software_version: str,
) -> "PaymentTerminal | None":
    """Make the driver of a card terminal; None when the shop has none. Connects nothing."""
    if config.driver == "none":
        return None
    assert config.driver == "westpay-epas", config.driver
    from devices.terminals.westpay_epas.settings import EpasSettings
    from devices.terminals.westpay_epas.terminal import WestpayEpasTerminal

    settings = EpasSettings(
        host=config.host,
        port=config.port,
        poi_id=config.poi_id,
        workstation_id=config.workstation_id,
        txn_host=config.txn_host,
        config_host=config.config_host,
        payment_timeout_s=config.payment_timeout_s,
        recovery_after_s=max(_RECOVERY_AFTER_S, config.payment_timeout_s + 50),
        is_simulator_allowed=is_simulator_allowed,
        software_version=software_version,
    )
    return WestpayEpasTerminal(settings, clock, report, service_ids)


def make_control_unit(
    config: ControlUnitConfig, shop: ShopIdentity, *, is_simulator_allowed: bool
) -> "ControlUnit":
    """Make the driver of a control unit. Raises ConfigError for a wrong address; opens nothing."""
    if config.driver == "cleancash-serial":
        from devices.control_units.cleancash.unit import (
            CleanCashSerialSettings,
            CleanCashSerialUnit,
        )

        return CleanCashSerialUnit(
            CleanCashSerialSettings(
                device=config.device,
                register_id=shop.register_id,
                org_no=shop.org_no,
                baudrate=config.baudrate,
                timeout_s=config.timeout_s,
                is_simulator_allowed=is_simulator_allowed,
                wanted_unit_id=config.unit_id,
            )
        )
    assert config.driver == "cleancash-xccsp", config.driver
    from devices.control_units.xccsp.unit import XccspSettings, XccspUnit

    return XccspUnit(
        XccspSettings(
            url=config.url,
            register_id=shop.register_id,
            org_no=shop.org_no,
            user=config.user,
            password_file=config.password_file,
            ca_file=config.ca_file,
            client_cert=config.client_cert,
            plain_http=config.plain_http,
            timeout_s=config.timeout_s,
            is_simulator_allowed=is_simulator_allowed,
            wanted_unit_id=config.unit_id,
        )
    )


def make_printer(config: PrinterConfig, *, is_simulator_allowed: bool) -> "ReceiptPrinter":
    """Make the driver of a receipt printer; with driver `none` its condition is NONE."""
    from devices.printers.printer import EscposPrinter, PrinterSettings

    assert config.driver in ("network", "serial", "file", "none"), config.driver
    return EscposPrinter(
        PrinterSettings(
            driver=config.driver,  # type: ignore[arg-type]  # checked just above
            host=config.host,
            port=config.port,
            device=config.device,
            baudrate=config.baudrate,
            path="" if config.path is None else str(config.path),
            width=config.width,
            code_page=config.code_page,
            is_simulator_allowed=is_simulator_allowed,
        )
    )
