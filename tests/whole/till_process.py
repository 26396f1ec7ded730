"""A till in a process of its own, for tests that kill it: sells, pays, and then only goes on.

`python -m tests.whole.till_process DIRECTORY HOST TERMINAL_PORT UNIT_URL PRINTER_PORT WHAT` where
WHAT is `card` or `cash`.
"""

import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.whole.harness import WholeTill, fast_limits
from tui import commands as c
from tui.config import demo_config


def main(
    folder: str, host: str, terminal_port: str, unit_url: str, printer_port: str, what: str
) -> None:
    fast_limits(pytest.MonkeyPatch())
    config = demo_config()
    config = replace(
        config,
        terminal=replace(config.terminal, host=host, port=int(terminal_port)),
        control_unit=replace(config.control_unit, url=unit_url, plain_http=True, timeout_s=1),
        printer=replace(config.printer, host=host, port=int(printer_port)),
    )
    till = WholeTill(config, Path(folder)).ready()
    till.sell()
    till.do(c.PayCard() if what == "card" else c.PayCash())
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
