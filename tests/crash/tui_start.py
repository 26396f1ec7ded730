"""`python -m tests.crash.tui_start DATA FD HOST TERMINAL UNIT PRINTER`: as shops run it.

Imports and all, on the simulated devices at these ports and addresses. Nothing of the tests is
imported, so that the time until the screen takes keys is the program's own.
"""

import sys
from dataclasses import replace
from pathlib import Path

from tui.compose import run
from tui.config import TipConfig, demo_config


def main(data: str, status_fd: str, host: str, terminal: str, unit: str, printer: str) -> int:
    """Run the till until it is closed."""
    base = demo_config()
    config = replace(
        base,
        terminal=replace(base.terminal, host=host, port=int(terminal)),
        control_unit=replace(
            base.control_unit, driver="cleancash-xccsp", url=unit, plain_http=True, timeout_s=1
        ),
        tip=TipConfig(mode="terminal"),
        printer=replace(base.printer, host=host, port=int(printer)),
    )
    return run(config, Path(data), is_demo=True, status_fd=int(status_fd))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
