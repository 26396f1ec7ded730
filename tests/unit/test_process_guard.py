"""Core dumps of the till are off: asked of a process of its own, for it cannot be undone."""

import subprocess
import sys

_ASK = """
from tui.process_guard import are_core_dumps_off, switch_off_core_dumps
before = are_core_dumps_off()
switch_off_core_dumps()
print(before, are_core_dumps_off())
"""


def test_core_dumps_are_on_until_they_are_switched_off() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _ASK], capture_output=True, text=True, check=True, cwd="."
    )
    assert run.stdout.split() == ["False", "True"]
