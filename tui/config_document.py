"""Every section and key of the configuration file, and the demo shop in the form of that file."""

from collections.abc import Mapping
from typing import Final

_HTTP_KEYS = ("url", "user", "password_file", "ca_file", "client_cert", "plain_http", "timeout_s")
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "shop": (
        *("name", "org_no", "address", "register_id"),
        *("language", "receipt_language", "footer"),
    ),
    "data": ("dir", "witness", "backup", "free_mb_min"),
    "till": ("login", "operator", "opening_float", "theme"),
    "scanner": ("prefix",),
    "terminal": (
        *("driver", "host", "port", "poi_id", "workstation_id", "txn_host", "config_host"),
        *("payment_timeout_s", "tip", "tip_warn_percent", "tip_max_percent"),
    ),
    "control_unit": ("driver", "device", "baudrate", *_HTTP_KEYS, "unit_id"),
    "printer": ("driver", "host", "port", "device", "baudrate", "path", "width", "code_page"),
    "drawer": ("driver",),
}
"""Every key there is."""

DEMO_DOCUMENT: Final[Mapping[str, Mapping[str, object]]] = {
    "shop": {
        "name": "Exempelkaféet AB",
        "org_no": "556677-8899",
        "address": ["Storgatan 1", "111 22 Stockholm"],
        "register_id": "KASSA1",
        "footer": ["Tack och välkommen!"],  # i18n: the demo shop speaks Swedish
    },
    "till": {"login": "off", "operator": "Anna", "opening_float": "1000,00"},
    # Ports of 0 and the empty url: the till puts its simulators there (tui/compose.py).
    "terminal": {
        "driver": "westpay-epas",
        "host": "127.0.0.1",
        "port": 0,
        "poi_id": "80000082",
        "tip": "terminal",
    },
    "control_unit": {"driver": "cleancash-xccsp", "url": ""},
    "printer": {"driver": "network", "host": "127.0.0.1", "port": 0},
}
"""The demo shop, in the form of the file."""
