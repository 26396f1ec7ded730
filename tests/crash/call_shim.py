"""The call shim: compiled with the machine's C compiler, and spoken to from Python.

It must be preloaded, so a run that needs it starts itself again with LD_PRELOAD set.
"""

import atexit
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("shim") / "shim.c"
COUNT, KILL_BEFORE, KILL_AFTER, DISK_FAILS = 0, 1, 2, 3
_DEATH_OF_PARENT: Final = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def compiler() -> str | None:
    """Give the C compiler of this machine, None when there is none."""
    return shutil.which("cc") or shutil.which("gcc")


def build(folder: Path) -> Path:
    """Compile the shim into a folder."""
    found = compiler()
    assert found is not None, "there is no C compiler"
    library = folder / "shim.so"
    flags = ("-O2", "-Wall", "-Werror", "-shared", "-fPIC")
    subprocess.run([found, *flags, "-o", library, SOURCE, "-ldl", "-lpthread"], check=True)
    return library


def start_again_preloaded(module: str) -> None:
    """Replace this process by itself with the shim preloaded, unless it is already."""
    loaded = os.environ.get("LD_PRELOAD", "")
    if loaded.endswith("shim.so"):
        atexit.register(shutil.rmtree, Path(loaded).parent, ignore_errors=True)
        return
    folder = Path(tempfile.mkdtemp(prefix="blipp-shim-"))
    os.environ["LD_PRELOAD"] = str(build(folder))
    os.execv(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]])


def run_preloaded(module: str, what: str, run: Callable[[dict[str, str]], int]) -> int:
    """Run a program of crashes with its `name=value` arguments and the shim; give its exit code."""
    if compiler() is None:
        sys.stdout.write(f"skipped: {what} a C compiler (cc), and there is none\n")
        return 0
    start_again_preloaded(module)
    return run(dict(word.split("=", 1) for word in sys.argv[1:]))


class Shim:
    """The preloaded shim of this process."""

    def __init__(self) -> None:
        """Find it. Raises KeyError when it is not preloaded."""
        self._library = ctypes.CDLL(os.environ["LD_PRELOAD"])
        self._library.crash_calls.restype = ctypes.c_long
        self._library.crash_fatal.restype = ctypes.c_char_p
        self._library.crash_mark.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint64)

    def own_counter(self) -> None:
        """Give this process and its children to come a counter of their own."""
        self._library.crash_own_box()

    def arm(self, at: int = 0, mode: int = COUNT, error: int = 0) -> None:
        """Count this process's calls from 1, and act at call `at`."""
        self._library.crash_arm(ctypes.c_long(at), mode, error)

    def disarm(self) -> None:
        """Let this process alone from here on."""
        self._library.crash_disarm()

    def calls(self) -> int:
        """Give how many calls were counted; also of a child that is dead."""
        return int(self._library.crash_calls())

    def fatal(self) -> str:
        """Name the call that the last child died at, empty when it did not."""
        return str(self._library.crash_fatal().decode())

    def record(self, path: Path) -> None:
        """Write what happens to files and what is sent into a log, from here on."""
        self._library.crash_record(str(path).encode())

    def stop_recording(self) -> None:
        """Close the log."""
        self._library.crash_stop_recording()

    def mark(self, what: str, data: bytes) -> None:
        """Put a mark of our own into the log: what somebody saw."""
        self._library.crash_mark(what.encode(), data, len(data))


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent dies."""
    ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, 9)
