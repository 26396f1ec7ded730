"""Which shop a command is about: configuration, data directory, demo or not.

`run` takes only what it is told. The commands that read a shop may also be given nothing but the
data: a directory that is marked demo then brings the demo's configuration with it.
"""

import argparse
from pathlib import Path

from core.errors import ConfigError
from core.frozen import frozen
from tui.config import (
    DEFAULT_CODE_PAGE,
    DEFAULT_FILE,
    Config,
    data_dir,
    demo_config,
    load_code_page,
    load_config,
    load_data,
    merge_over_demo,
)
from tui.i18n import set_language

DATABASE_NAME = "till.db"


@frozen
class Place:
    """One shop on this machine."""

    config: Config
    data_dir: Path
    is_demo: bool

    @property
    def database(self) -> Path:
        """Where its database is, or would be."""
        return self.data_dir / DATABASE_NAME


def place_of(options: argparse.Namespace, *, may_guess: bool = True) -> Place:
    """Find the shop that the options name. Raises ConfigError."""
    file = _file(options)
    if options.demo:
        config = demo_config() if options.config is None else merge_over_demo(options.config)
        return _place(config, options, is_demo=True)
    if file is not None:
        return _place(load_config(file), options, is_demo=False)
    if may_guess and options.data is not None and is_marked_demo(options.data / DATABASE_NAME):
        return _place(demo_config(), options, is_demo=True)
    raise ConfigError(file=str(DEFAULT_FILE), key="", reason="no-config", value="", nearest="")


def data_of(options: argparse.Namespace) -> tuple[Path, Path | None]:
    """Find data directory and witness place without judging the rest of the file."""
    if options.demo:
        data = None if options.config is None else load_data(options.config)
        return data_dir(data, options.data, is_demo=True), None
    file = _file(options)
    data = None if file is None else load_data(file)
    return data_dir(data, options.data, is_demo=False), None if data is None else data.witness


def code_page_of(options: argparse.Namespace) -> str:
    """Say which characters the shop's printer has, without judging the rest of the file."""
    file = None if options.demo else _file(options)
    return load_code_page(file) if file is not None else DEFAULT_CODE_PAGE


def _file(options: argparse.Namespace) -> Path | None:
    if options.config is not None:
        given: Path = options.config
        return given
    return DEFAULT_FILE if DEFAULT_FILE.is_file() else None


def _place(config: Config, options: argparse.Namespace, *, is_demo: bool) -> Place:
    set_language(config.shop.language)
    return Place(config, data_dir(config.data, options.data, is_demo=is_demo), is_demo)


def is_marked_demo(database: Path) -> bool:
    """Say whether a database calls itself a demo; False when it cannot be read."""
    if not database.is_file():
        return False
    from sqlalchemy.exc import DBAPIError

    from db.engine import open_reader

    engine = open_reader(database)
    try:
        with engine.connect() as connection:
            row = connection.exec_driver_sql("SELECT value FROM setting WHERE key='demo'").first()
            return row is not None and row[0] == "1"
    except DBAPIError:
        return False
    finally:
        engine.dispose()
