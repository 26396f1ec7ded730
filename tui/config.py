"""The configuration file (contract.md 3): TOML -> frozen values, or one ConfigError that says why.

Everything is checked at start, so that nothing about the shop can be wrong in the middle of a sale.
The demo is the same document with the demo's values; `merge_over_demo` lays a file's keys over it.
Imports stay light, because this is read before the first paint.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from core.errors import RuleError
from core.frozen import frozen
from core.money import parse_kronor
from devices.factory import (
    CODE_PAGES,
    CONTROL_UNIT_DRIVERS,
    PRINTER_DRIVERS,
    TERMINAL_DRIVERS,
    ControlUnitConfig,
    PrinterConfig,
    ShopIdentity,
    TerminalConfig,
)
from tui.config_document import DEMO_DOCUMENT, KEYS
from tui.config_reading import Section, check_keys, config_fault

if TYPE_CHECKING:
    from core.card_policy import TipPolicy
    from core.receipt import Shop

DEFAULT_CODE_PAGE: Final = "cp858"
DEFAULT_FILE: Final = Path("blipp.toml")
"""Where a till looks that was given neither --config nor --demo."""
FILE_BYTES_MAX: Final = 100_000
FOOTER_LINES_MAX: Final = 5
ADDRESS_LINES_MAX: Final = 4
LANGUAGES: Final = ("sv", "en")
THEMES: Final = ("dark", "light")
TIP_MODES: Final = ("off", "terminal", "till")
PERCENT_MAX: Final = 500


@frozen
class ShopConfig:
    """`[shop]`."""

    name: str
    org_no: str
    """As `556677-8899`."""
    address: tuple[str, ...]
    register_id: str
    language: str = "sv"
    receipt_language: str = "sv"
    footer: tuple[str, ...] = ()

    def identity(self) -> ShopIdentity:
        """Say for whom the control unit signs."""
        return ShopIdentity(self.register_id, self.org_no.replace("-", ""))

    def shop(self) -> "Shop":
        """Give the shop as papers name it."""
        from core.receipt import Shop

        return Shop(self.name, self.org_no, self.address, self.register_id, self.footer)


@frozen
class DataConfig:
    """`[data]`; None = not said."""

    dir: Path | None = None
    witness: Path | None = None
    backup: Path | None = None
    """Where the menu puts backups and exports."""
    free_mb_min: int = 50
    """Megabytes of room without which no payment is taken."""

    @property
    def free_bytes_min(self) -> int:
        """The same in bytes."""
        return self.free_mb_min * 1_000_000


@frozen
class TillConfig:
    """`[till]`."""

    login: str = "off"
    operator: str = "Kassa"
    opening_float_ore: int = 0
    theme: str = "dark"


@frozen
class TipConfig:
    """The tip keys of `[terminal]`."""

    mode: str = "off"
    warn_percent: int = 50
    max_percent: int = 100

    def policy(self) -> "TipPolicy":
        """Give the rules as `core` knows them."""
        from core.card_policy import TipMode, TipPolicy

        return TipPolicy(TipMode(self.mode), self.warn_percent, self.max_percent)


@frozen
class ScannerConfig:
    """`[scanner]`."""

    prefix: str = ""


@frozen
class DrawerConfig:
    """`[drawer]`."""

    driver: str = "printer"


@frozen
class Config:
    """The whole file."""

    shop: ShopConfig
    data: DataConfig
    till: TillConfig
    scanner: ScannerConfig
    terminal: TerminalConfig
    tip: TipConfig
    control_unit: ControlUnitConfig
    printer: PrinterConfig
    drawer: DrawerConfig


def load_config(path: Path) -> Config:
    """Read a shop's file. Raises ConfigError."""
    config = _config(path, _document(path))
    _require_endpoints(path, config)
    return config


def demo_config() -> Config:
    """Give the demo shop's configuration; its devices have no endpoints yet."""
    return _config(Path("demo"), DEMO_DOCUMENT)


def merge_over_demo(path: Path) -> Config:
    """Read a file whose keys lie over the demo's (`--demo --config FILE`). Raises ConfigError.

    Its data lie in a folder of their own (`data_dir`), with their witness: one complete file serves
    the shop and its demo, and the demo never touches the shop's data.
    """
    document = _document(path)
    merged: dict[str, object] = dict(DEMO_DOCUMENT)
    for name, table in document.items():
        under = DEMO_DOCUMENT.get(name, {})
        merged[name] = {**under, **table} if isinstance(table, dict) else table
    config = _config(path, merged)
    return replace(config, data=replace(config.data, witness=None, backup=None))


def load_data(path: Path) -> DataConfig:
    """Read only `[data]`, for commands that need no more; the file may still have blanks."""
    return _data(Section(path, "data", _document(path)))


def load_code_page(path: Path) -> str:
    """Read only the printer's code page; the file may still have blanks."""
    return _code_page(Section(path, "printer", _document(path)))


def data_dir(data: DataConfig | None, given: Path | None, *, is_demo: bool) -> Path:
    """Say where the data lies: `--data`, else `[data] dir`, else the user data folder.

    A demo lies in `demo` within the last two.
    """
    if given is not None:
        return given
    folder = None if data is None else data.dir
    if folder is None:
        from platformdirs import user_data_path

        folder = user_data_path("blipp", appauthor=False)
    return folder / "demo" if is_demo else folder


def _document(path: Path) -> Mapping[str, object]:
    """Read the TOML. Raises ConfigError."""
    try:
        with path.open("rb") as opened:
            data = opened.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError as exc:
        raise config_fault(path, "", "no-such-file", path.name) from exc
    except OSError as exc:
        raise config_fault(path, "", "unreadable", str(exc.errno)) from exc
    if len(data) > FILE_BYTES_MAX:
        raise config_fault(path, "", "too-long", path.name)
    try:
        document: Mapping[str, object] = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        # Also numbers of thousands of digits, deep nesting, and bytes that are no UTF-8.
        raise config_fault(path, "", "not-toml", str(exc)) from exc
    check_keys(path, document, KEYS)
    return document


def _config(file: Path, document: Mapping[str, object]) -> Config:
    shop = _shop(Section(file, "shop", document))
    terminal = Section(file, "terminal", document)
    drawer = Section(file, "drawer", document)
    return Config(
        shop=shop,
        data=_data(Section(file, "data", document)),
        till=_till(Section(file, "till", document)),
        scanner=_scanner(Section(file, "scanner", document)),
        terminal=_terminal(terminal, shop.register_id),
        tip=_tip(terminal),
        control_unit=_control_unit(Section(file, "control_unit", document)),
        printer=_printer(Section(file, "printer", document)),
        drawer=DrawerConfig(drawer.word("driver", ("printer", "none"), "printer")),
    )


def _data(section: Section) -> DataConfig:
    free_mb_min = section.number("free_mb_min", 10, 100_000, 50)
    return DataConfig(
        section.path("dir"), section.path("witness"), section.path("backup"), free_mb_min
    )


def _shop(section: Section) -> ShopConfig:
    name, org_no = section.words("name"), _org_no(section)
    address = section.texts("address", ADDRESS_LINES_MAX, None)
    if not any(address):
        raise section.fault("address", "empty")
    register_id = section.text("register_id")
    if not (register_id.isascii() and register_id.isalnum() and len(register_id) <= 16):
        raise section.fault("register_id", "not-a-register-id", register_id)
    return ShopConfig(
        name=name,
        org_no=org_no,
        address=address,
        register_id=register_id,
        language=section.word("language", LANGUAGES, "sv"),
        receipt_language=section.word("receipt_language", LANGUAGES, "sv"),
        footer=section.texts("footer", FOOTER_LINES_MAX, ()),
    )


def _org_no(section: Section) -> str:
    """Read an organisation number and verify its check digit; give it with its hyphen."""
    # stdnum.se.orgnr does the same, but importing stdnum.se costs the start 50 ms.
    from stdnum import luhn

    text = section.text("org_no")
    digits = text.replace("-", "").replace(" ", "")
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
        raise section.fault("org_no", "not-an-org-no", text)
    if not luhn.is_valid(digits):
        raise section.fault("org_no", "check-digit", text)
    return f"{digits[:6]}-{digits[6:]}"


def _till(section: Section) -> TillConfig:
    opening = section.text("opening_float", "0,00")
    try:
        opening_float_ore = parse_kronor(opening)
    except RuleError as exc:
        raise section.fault("opening_float", "not-an-amount", opening) from exc
    if opening_float_ore < 0:
        raise section.fault("opening_float", "not-an-amount", opening)
    return TillConfig(
        login=section.word("login", ("off",), "off", later=("pin",)),
        operator=section.name("operator", "Kassa"),
        opening_float_ore=opening_float_ore,
        theme=section.word("theme", THEMES, "dark"),
    )


def _scanner(section: Section) -> ScannerConfig:
    return ScannerConfig(section.mark("prefix"))


def _terminal(section: Section, register_id: str) -> TerminalConfig:
    poi_id = section.text("poi_id", "", may_be_empty=True)
    if poi_id and not (len(poi_id) == 8 and poi_id.isascii() and poi_id.isdigit()):
        raise section.fault("poi_id", "not-a-poi-id", poi_id)
    return TerminalConfig(
        driver=section.word("driver", TERMINAL_DRIVERS, "none", later=("nexo-http",)),
        host=section.host("host", ""),
        port=section.number("port", 0, 65_535, 3000),
        poi_id=poi_id,
        workstation_id=section.text("workstation_id", register_id),
        txn_host=section.endpoint("txn_host"),
        config_host=section.endpoint("config_host"),
        payment_timeout_s=section.number("payment_timeout_s", 30, 900, 130),
    )


def _tip(section: Section) -> TipConfig:
    return TipConfig(
        mode=section.word("tip", TIP_MODES, "off"),
        warn_percent=section.number("tip_warn_percent", 0, PERCENT_MAX, 50),
        max_percent=section.number("tip_max_percent", 0, PERCENT_MAX, 100),
    )


def _control_unit(section: Section) -> ControlUnitConfig:
    driver = section.word("driver", CONTROL_UNIT_DRIVERS, later=("infrasec-tcs", "posplus-serial"))
    plain_http = section.flag("plain_http", False)
    url = section.text("url", "", may_be_empty=True)
    if url:
        _check_url(section, url, plain_http)
    return ControlUnitConfig(
        driver=driver,
        device=section.device("device", ""),
        baudrate=section.number("baudrate", 1200, 921_600, 9600),
        url=url,
        user=section.text("user", "", may_be_empty=True),
        password_file=section.path("password_file", must_exist=True),
        ca_file=section.path("ca_file", must_exist=True),
        client_cert=section.path("client_cert", must_exist=True),
        plain_http=plain_http,
        timeout_s=section.number("timeout_s", 1, 60, 3),
        unit_id=section.text("unit_id", "", may_be_empty=True),
    )


def _check_url(section: Section, url: str, plain_http: bool) -> None:
    """Take http only to loopback or when it is permitted, and no password in the address."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise section.fault("url", "not-an-address", url) from exc
    if parts.scheme not in ("http", "https") or not host:
        raise section.fault("url", "not-an-address", url)
    if parts.username is not None or parts.password is not None:
        raise section.fault("url", "password-in-address")
    if parts.scheme == "http" and not plain_http and not _is_loopback(host):
        raise section.fault("url", "plain-http", url)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _printer(section: Section) -> PrinterConfig:
    return PrinterConfig(
        driver=section.word("driver", PRINTER_DRIVERS, "none", later=("usb",)),
        host=section.host("host", ""),
        port=section.number("port", 0, 65_535, 9100),
        device=section.device("device", ""),
        baudrate=section.number("baudrate", 1200, 921_600, 9600),
        path=section.path("path"),
        width=section.number("width", 24, 64, 42),
        code_page=_code_page(section),
    )


def _code_page(section: Section) -> str:
    return section.word("code_page", CODE_PAGES, DEFAULT_CODE_PAGE)


def _require_endpoints(path: Path, config: Config) -> None:
    """Refuse devices of which nobody said where they are. Raises ConfigError."""
    needed: list[tuple[bool, str]] = []
    terminal, unit, printer = config.terminal, config.control_unit, config.printer
    if terminal.driver != "none":
        needed.append((bool(terminal.host), "terminal.host"))
        needed.append((terminal.port > 0, "terminal.port"))
        needed.append((bool(terminal.poi_id), "terminal.poi_id"))
    unit_key = "device" if unit.driver == "cleancash-serial" else "url"
    needed.append((unit.has_endpoint, f"control_unit.{unit_key}"))
    printer_key = {"network": "host", "serial": "device", "file": "path"}
    needed.append((printer.has_endpoint, f"printer.{printer_key.get(printer.driver, 'driver')}"))
    for is_there, key in needed:
        if not is_there:
            raise config_fault(path, key, "missing")
