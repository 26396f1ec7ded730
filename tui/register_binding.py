"""To whom a database belongs: one organisation, one register, practice or real money, for ever.

A control unit binds to the first organisation and register it sees (sweden R3), and a demo stays a
demo. The first start writes it down, with a journal row for each word; later starts hold settings
and journal against one another, so that a mark which somebody edited or deleted stops the till.
"""

from collections.abc import Mapping
from typing import Final

from core.errors import ConfigError, StoreDamaged
from core.ports import Clock
from db.store import SqliteStore
from tui.config import Config
from tui.new_shop import OPERATOR

KEYS: Final = ("demo", "org_no", "register_id")
_REASONS: Final = {"org_no": "other-shop", "register_id": "other-register"}


def bind_register(store: SqliteStore, config: Config, clock: Clock, *, is_demo: bool) -> None:
    """Bind a new database to shop, register and demo, durable on return.

    Raises ConfigError for a database of another register, StoreDamaged for an edited mark.
    """
    wanted = _wanted(config, is_demo=is_demo)
    bound = check_register(store, config, is_demo=is_demo)
    if len(bound) < len(wanted):
        with store.unit_of_work() as uow:
            for key in wanted.keys() - bound.keys():
                uow.put_setting(clock.now(), OPERATOR, key, wanted[key])
            uow.commit()


def check_register(store: SqliteStore, config: Config, *, is_demo: bool) -> Mapping[str, str]:
    """Refuse a database that belongs to another register; gives what is bound so far.

    Raises ConfigError, StoreDamaged.
    """
    bound = store.journalled_settings(KEYS)
    is_used = store.period() is not None
    for key in KEYS:
        if store.setting(key) != bound.get(key) or (is_used and key not in bound):
            raise StoreDamaged(reason="binding-changed", key=key)
    for key, value in _wanted(config, is_demo=is_demo).items():
        found = bound.get(key, value)
        if found != value:
            reason = _REASONS.get(key, "demo-database" if found == "1" else "shop-database")
            raise ConfigError(key=key, found=found, value=value, reason=reason)
    return bound


def _wanted(config: Config, *, is_demo: bool) -> dict[str, str]:
    return {
        "demo": "1" if is_demo else "0",
        "org_no": config.shop.org_no,
        "register_id": config.shop.register_id,
    }
