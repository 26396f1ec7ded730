"""One simulated device in a process of its own: `python -m bench.stand terminal|unit [SCRIPT]`.

The till's process must hold nothing but the till when it is measured. Prints its port on the first
line and serves until its standard input ends, so that it never outlives the bench.
"""

import sys

from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.control_unit_http import SimulatedHttpUnit
from devices.simulators.terminal import SimulatedTerminal
from devices.simulators.terminal_script import load_script


def main() -> None:
    """Serve one device."""
    if sys.argv[1] == "terminal":
        terminal = SimulatedTerminal(script=load_script(sys.argv[2]), tip_enabled=True)
        terminal.start()
        port = terminal.port
    else:
        unit = SimulatedHttpUnit(SimulatedControlUnit())
        unit.start()
        port = unit.port
    print(port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
