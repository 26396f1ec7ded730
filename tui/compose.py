"""The composition root: configuration -> store, devices, services, till thread, app.

Nothing heavy is imported before the first paint: the store is opened on the till thread, each
driver is imported on its own device's thread. What is built here is built nowhere else.
"""

import gc
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import StoreDamaged
from devices.factory import make_control_unit, make_printer, make_terminal
from tui.clock import SystemClock
from tui.config import Config
from tui.i18n import set_language, translator
from tui.late_till import LateTill
from tui.log import LineFormatter

if TYPE_CHECKING:
    from core.ports import Clock, PaymentTerminal, Report
    from core.services.till import Rules
    from core.store_ports import Period
    from db.store import SqliteStore
    from tui.demo_devices import DemoDevices
    from tui.till_port import TillPort
    from tui.till_thread import Opened
    from tui.views import ShopView

DATABASE_NAME: Final = "till.db"
LOG_NAME: Final = "till.log"
WITNESS_NAME: Final = "witness.log"
MAY_NOT_SELL: Final = 3
"""Exit code: a device or file problem, or a bug, forbids selling (contract.md 2)."""
MODEL: Final = "BLIPP-SE"
"""Model designation; contains the letters SE (sweden R4)."""
LOOK_VARIABLE: Final = "BLIPP_THEME"
"""Environment variable: dark or light, before `[till] theme`."""
SERVICE_ID_BLOCK: Final = 10_000
"""Service ids kept aside at each start for messages that are no payments."""
SWITCH_INTERVAL_S: Final = 0.0001
"""How soon a busy thread lets the screen's thread run."""


def program() -> str:
    """Name model, program and version as reports do (sweden R30)."""
    return f"{MODEL} Blipp {version()}"


def version() -> str:
    """Give the version of this build (sweden R5)."""
    from importlib import metadata

    return metadata.version("blipp")


def witness_path(config: Config, data_dir: Path) -> Path:
    """Say where the journal's head is witnessed."""
    return witness_at(config.data.witness, data_dir)


def witness_at(place: Path | None, data_dir: Path) -> Path:
    """Say where it is witnessed by `[data] witness` alone; None = beside the data."""
    return (data_dir / "witness" if place is None else place) / WITNESS_NAME


def check_shop_is_there(data_dir: Path, witness: Path) -> None:
    """Refuse to begin a new shop where a log or a witness tells of one. Raises StoreDamaged."""
    from db.files import check_database_is_there
    from db.witness import read_witness

    is_witnessed = bool(read_witness(witness))
    check_database_is_there(data_dir / DATABASE_NAME, is_witnessed=is_witnessed)


def run(config: Config, data_dir: Path, is_demo: bool, status_fd: int | None) -> int:
    """Run the till full screen until it is closed; gives the exit code (contract.md 2).

    Raises StoreInUse before anything is drawn when another till holds this data.
    """
    from db.lock import DataLock
    from tui.app import TillApp
    from tui.process_guard import check_limits
    from tui.status import StatusStream

    os.umask(0o077)
    check_limits()
    gc.disable()  # While a thousand modules load there is nothing to collect.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = DataLock(data_dir)
    try:
        _log_to(data_dir / LOG_NAME)
        set_language(config.shop.language)
        app = TillApp(
            LateTill(lambda: _make_till(config, data_dir, is_demo=is_demo)),
            status=None if status_fd is None else StatusStream(status_fd),
            look=os.environ.get(LOOK_VARIABLE, config.till.theme),
            scanner_prefix=config.scanner.prefix,
        )
        app.run()
        # A screen that dies of a bug leaves Textual's 1, which means nothing in our contract.
        return MAY_NOT_SELL if app.return_code == 1 else app.return_code or 0
    finally:
        lock.release()


def _make_till(config: Config, data_dir: Path, *, is_demo: bool) -> "TillPort":
    from tui.till_thread import TillThread

    def open_and_collect() -> "Opened":
        opened = open_shop(config, data_dir, SystemClock(), is_demo=is_demo)
        # What was loaded stays for good: it is never looked through again (see `run`).
        gc.freeze()
        gc.enable()
        return opened

    return TillThread(open_and_collect)


def open_shop(config: Config, data_dir: Path, clock: "Clock", *, is_demo: bool) -> "Opened":
    """Open store and witness and build till and devices. Raises StoreError, ConfigError."""
    from core.services.till import Till
    from db.article_reader import ArticleReader
    from db.files import FileWatch, mend_rights
    from db.store import SqliteStore
    from db.witness import Witness
    from tui.books import FOLDER_NAME, Books
    from tui.device_desk import DeviceDesk
    from tui.new_shop import fill_new_shop
    from tui.process_guard import switch_off_core_dumps
    from tui.register_binding import bind_register
    from tui.till_thread import Opened

    switch_off_core_dumps()
    database, witness_file = data_dir / DATABASE_NAME, witness_path(config, data_dir)
    # What cannot be read, and a database that is away, is told before anything is touched.
    check_shop_is_there(data_dir, witness_file)
    mend_rights(data_dir, witness_file)
    store = SqliteStore(database, clock.now())
    store.check_witness(witness_file)
    witness = Witness(witness_file)
    bind_register(store, config, clock, is_demo=is_demo)
    if is_demo:
        fill_demo(store, clock)
    else:
        fill_new_shop(store, clock)
    rules = make_rules(config, is_demo=is_demo)
    period, first_service_id = _take_up(store, clock, rules)
    till = Till(
        store=store,
        clock=clock,
        rules=rules,
        period=period,
        witness=lambda entry, kind, number: witness.append(entry.seq, entry.hash, kind, number),
        check_files=FileWatch(database, witness_file, config.data.free_bytes_min).check,
        check_before_z=store.check_before_z,
    )
    demo = _demo_devices(config, data_dir) if is_demo else None
    unit_id = store.last_unit_id()
    devices = DeviceDesk(
        _terminal_maker(config, clock, first_service_id, demo, is_demo=is_demo),
        lambda: make_control_unit(
            _with_known_unit(_with_demo_unit(config, demo), unit_id).control_unit,
            config.shop.identity(),
            is_simulator_allowed=is_demo,
        ),
        None
        if config.printer.driver == "none"
        else lambda: make_printer(
            _with_demo_printer(config, demo).printer, is_simulator_allowed=is_demo
        ),
        demo,
    )
    reader = ArticleReader(database)

    def close() -> None:
        reader.close()
        witness.close()
        store.close()

    simulated = demo.simulated if demo is not None else frozenset()
    shop = _shop_view(config, store, simulated, is_demo=is_demo)
    take_up = store.take_up_import
    folder = config.data.backup or data_dir / FOLDER_NAME
    language = config.shop.language
    books = Books(database, witness_file, folder, clock, program=program(), language=language)
    return Opened(till, shop, devices, reader.find, take_up, store.patience, books, close)


def make_rules(config: Config, *, is_demo: bool) -> "Rules":
    """Turn the configuration into the services' rules."""
    from core.services.till import Rules

    operator = config.till.operator
    return Rules(
        shop=config.shop.shop(),
        operator=operator,
        manager=operator,
        tip=config.tip.policy(),
        has_terminal=config.terminal.driver != "none",
        has_printer=config.printer.driver != "none",
        paper_width=config.printer.width,
        opening_float_ore=config.till.opening_float_ore,
        is_demo=is_demo,
        program=program(),
        words=translator(config.shop.receipt_language),
        has_drawer=config.drawer.driver == "printer",
    )


def fill_demo(store: "SqliteStore", clock: "Clock") -> None:
    """Fill an empty demo database with the demo shop's goods and panel, journalled."""
    from importlib.resources import files

    from core.article_file import CatalogueView, parse_article_bytes
    from core.layout_file import parse_layout
    from core.vat_table import STANDARD_VAT_RATES
    from db.catalog import CatalogueStore
    from db.catalog_writer import CatalogueWriter
    from tui.new_shop import OPERATOR

    if store.departments:
        return
    folder = files("tui.demo")
    articles = parse_article_bytes((folder / "articles.csv").read_bytes(), CatalogueView({}, {}))
    if articles.errors:
        raise StoreDamaged(reason=f"demo articles: {articles.errors[0]}")
    keys = parse_layout((folder / "layout.toml").read_text("utf-8"))
    with store.unit_of_work() as uow:
        writer = CatalogueWriter(uow, CatalogueStore(), clock.now(), OPERATOR)
        writer.put_vat_rates(STANDARD_VAT_RATES)
        writer.put_articles(articles)
        writer.replace_layout(keys)
        uow.commit()
    store.reload_catalogue()


def _take_up(store: "SqliteStore", clock: "Clock", rules: "Rules") -> "tuple[Period, int]":
    """Give the open period, opening the first one, and a block of service ids of our own."""
    from core.payload import canonical

    period = store.period()
    with store.unit_of_work() as uow:
        first_service_id = uow.reserve_numbers("service_id", SERVICE_ID_BLOCK)
        block = {
            "series": "service_id",
            "first": first_service_id,
            "count": SERVICE_ID_BLOCK,
        }
        uow.append_journal(clock.now(), "numbers-reserved", rules.operator, canonical(block))
        if period is None:
            period = uow.open_period(clock.now(), rules.opening_float_ore)
            note = {
                "period_no": period.no,
                "opening_float_ore": period.opening_float_ore,
                "opened_at": period.opened_at.isoformat(),
            }
            uow.append_journal(clock.now(), "period-opened", rules.operator, canonical(note))
        uow.commit()
    return period, first_service_id


def _demo_devices(config: Config, data_dir: Path) -> "DemoDevices | None":
    """Make the simulated devices that the configuration gives no endpoint for."""
    parts = (
        ("terminal", config.terminal),
        ("control-unit", config.control_unit),
        ("printer", config.printer),
    )
    simulated = frozenset(name for name, part in parts if not part.has_endpoint)
    if not simulated:
        return None
    from tui.demo_devices import DemoDevices

    return DemoDevices(
        simulated,
        config.terminal.poi_id,
        data_dir,
        is_tip_enabled=config.tip.mode == "terminal",
    )


def _with_demo_unit(config: Config, demo: "DemoDevices | None") -> Config:
    if demo is None or config.control_unit.has_endpoint:
        return config
    unit = replace(
        config.control_unit, driver="cleancash-xccsp", url=demo.unit_server.url, plain_http=True
    )
    return replace(config, control_unit=unit)


def _with_known_unit(config: Config, unit_id: str) -> Config:
    """Let no other unit sign than the one that signed last, unless the shop names its own."""
    unit = config.control_unit
    return replace(config, control_unit=replace(unit, unit_id=unit.unit_id or unit_id))


def _with_demo_printer(config: Config, demo: "DemoDevices | None") -> Config:
    if demo is None or config.printer.has_endpoint:
        return config
    printer = replace(config.printer, driver="network", host="127.0.0.1", port=demo.printer.port)
    return replace(config, printer=printer)


class _TerminalMaker:
    """Makes the terminal's driver on its worker's thread, where its endpoint is known."""

    def __init__(
        self,
        config: Config,
        clock: "Clock",
        service_ids: Iterator[int],
        demo: "DemoDevices | None",
        *,
        is_demo: bool,
    ) -> None:
        self._config = config
        self._clock = clock
        self._service_ids = service_ids
        self._demo = demo
        self._is_demo = is_demo

    def __call__(self, report: "Report") -> "PaymentTerminal":
        terminal = self._config.terminal
        if self._demo is not None and not terminal.has_endpoint:
            terminal = replace(terminal, host="127.0.0.1", port=self._demo.terminal.port)
        made = make_terminal(
            terminal,
            self._clock,
            report,
            self._service_ids,
            is_simulator_allowed=self._is_demo,
            software_version=version(),
        )
        assert made is not None
        return made


def _terminal_maker(
    config: Config,
    clock: "Clock",
    first_service_id: int,
    demo: "DemoDevices | None",
    *,
    is_demo: bool,
) -> _TerminalMaker | None:
    if config.terminal.driver == "none":
        return None
    service_ids = count(first_service_id)
    return _TerminalMaker(config, clock, service_ids, demo, is_demo=is_demo)


def _shop_view(
    config: Config, store: "SqliteStore", simulated: frozenset[str], *, is_demo: bool
) -> "ShopView":
    from core.layout_file import usable_keys
    from tui.views import ShopView

    has_terminal = config.terminal.driver != "none"
    return ShopView(
        shop=config.shop.shop(),
        operator=config.till.operator,
        is_demo=is_demo,
        has_terminal=has_terminal,
        tip_mode=config.tip.mode,
        tip_warn_percent=config.tip.warn_percent,
        tip_max_percent=config.tip.max_percent,
        quick_keys=usable_keys(store.quick_keys(), has_terminal=has_terminal),
        version=version(),
        simulated=simulated,
    )


def _log_to(path: Path) -> None:
    """Log to a file, never to the screen; stray writes to standard error land there too."""
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=(handler,))
    # Textual draws on `sys.__stderr__`: it gets a descriptor of its own, and number 2 the log.
    sys.__stderr__ = os.fdopen(os.dup(2), "w", encoding="utf-8")  # type: ignore[misc] # see above
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(descriptor, 2)
    os.close(descriptor)
