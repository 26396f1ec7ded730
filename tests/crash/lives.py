"""One crash point: a life that is ended at a call, lives that recover, and the verdict.

Everything is imported once; each life is a fork. The parent has one thread and never speaks to a
device, so that forking it is safe at any time.
"""

import contextlib
import gc
import importlib
import os
import select
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple, Protocol, get_args

import pytest

from tests.crash.call_shim import COUNT, die_with_parent
from tests.crash.cashier import bring_to_rest
from tests.crash.judge import violations
from tests.crash.outside import Outside, begin_outside
from tests.crash.plants import PLANTS
from tests.crash.scripts import Script
from tests.whole.harness import Unit, WholeTill, _quicker, fast_limits, make_shop
from tui.compose import witness_path

UNIT_LIMIT_S: Final = 3.0
LIFE_S: Final = 60.0
"""A life that takes longer hangs."""
USABLE_MAX_MS: Final = 5_000
"""A till that takes longer to start after a crash keeps customers waiting."""
WORDS_MAX: Final = 400
OWN_WORDS: Final = ("SQLITE_", "'file': 'witness.log'")
"""What a till on a dead disk stops with: the database's error by its name, or the witness's."""
BACKUP_WORDS: Final = (*OWN_WORDS, "core.errors.StoreError: ", "BackupUnsound: ")
"""How a backup is refused there."""
DONE, DIED, FAILED, HUNG = "done", "died", "failed", "hung"


class Seam(Protocol):
    """What counts the calls of a life and ends it at one: `Shim` or `PythonSeam`."""

    def arm(self, at: int = 0, mode: int = COUNT, error: int = 0) -> None:
        """Count from 1, and act at call `at`."""

    def disarm(self) -> None:
        """Let this process alone from here on."""

    def calls(self) -> int:
        """Give how many calls were counted."""

    def fatal(self) -> str:
        """Name the call that the last child died at."""


class Death(NamedTuple):
    """Where a life ends."""

    at: int
    mode: int
    error: int = 0
    """What the disk answers from there on, when it is to fail (errno)."""


@dataclass
class Verdict:
    """What became of one point."""

    deaths: list[str] = field(default_factory=list)
    """The calls that the lives died at; empty for a life that ended by itself."""
    died: list[int] = field(default_factory=list)
    """Which lives they were, from 0; one may reach its end although it was to die."""
    calls: list[int] = field(default_factory=list)
    usable_ms: int = 0
    """From the restart to the first picture, in the life that recovered."""
    wrong: list[str] = field(default_factory=list)


def quicken() -> None:
    """Shorten what the till waits between its tries, in this process and its children."""
    from devices.control_units import signing
    from devices.control_units.cleancash import unit as cable
    from devices.control_units.xccsp import unit as cloud
    from devices.worker import Worker

    patch = pytest.MonkeyPatch()
    units = [(cloud, "XccspSettings"), (cable, "CleanCashSerialSettings")]
    real = [(module, name, getattr(module, name)) for module, name in units]
    fast_limits(patch, collect_s=0.1)
    # Many lives share the machine: a unit that answers late is not what is tried here.
    for module, name, made in real:
        patch.setattr(module, name, _quicker(made, {"timeout_s": UNIT_LIMIT_S}))
    patch.setattr(signing, "STATUS_LIMIT_S", UNIT_LIMIT_S)
    patch.setattr(Worker, "pause_s", 0.0)


def make_template(folder: Path) -> Path:
    """Make the files of a shop that was opened once and never sold; gives the data folder.

    What that first life imported is imported here, for the forks to come.
    """
    for unit in get_args(Unit):
        shutil.rmtree(folder, ignore_errors=True)
        pid = os.fork()
        if pid == 0:
            shop = make_shop(folder, unit=unit)
            till = shop.open().ready()
            (folder / "modules").write_text("\n".join(sys.modules))
            till.stop()
            shop.close()
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0, "the shop could not be set up"
        for name in (folder / "modules").read_text().split():
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    # What is loaded stays: a fork that collects would copy every page of it.
    gc.collect()
    gc.freeze()
    gc.disable()
    return folder / "data"


def run_point(
    shim: Seam, folder: Path, template: Path, script: Script, deaths: tuple[Death, ...],
    plant: str = "",
) -> Verdict:  # fmt: skip
    """End lives at these calls, the first of them selling, then recover and judge."""
    outside = begin_outside(folder, script.plays, script.unit)
    data = folder / "data"
    shutil.copytree(template, data)
    verdict = Verdict()
    life = partial(_run_life, shim, folder, verdict, plant=plant)
    try:
        works: list[Callable[[], None]] = [partial(_sell, outside, data, script)]
        works += [partial(_recover, outside, data, script)] * max(1, len(deaths))
        for index, work in enumerate(works):
            death = deaths[index] if index < len(deaths) else None
            ended = life(work, death)
            is_disk_dead = ended == FAILED and death is not None and death.error
            if ended == DIED:
                verdict.died.append(index)
            own_words = BACKUP_WORDS if script.name == "backup" else OWN_WORDS
            if is_disk_dead and any(one in _words(folder) for one in own_words):
                verdict.deaths.append(f"disk error {death.error}" if death else "")
                continue  # It stopped by itself, with the store's own word.
            if ended in (FAILED, HUNG):
                verdict.wrong.append(f"life {index + 1} {ended}: {_words(folder)}")
                return verdict
        verdict.usable_ms = int(_read(folder / "usable") or 0)
        verdict.wrong += violations(data, witness_path(outside.config, data), outside.ledgers())
    finally:
        outside.end()
    return verdict


def _run_life(
    shim: Seam, folder: Path, verdict: Verdict, work: Callable[[], None], death: Death | None,
    plant: str = "",
) -> str:  # fmt: skip
    """Fork a till, let it work, and say how it ended."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            die_with_parent()
            if plant:
                PLANTS[plant]()
            shim.arm(*(death or Death(0, COUNT)))
            work()
            code = 0
        except BaseException:  # The fork's own top; the parent reports it.
            shim.disarm()
            (folder / "error").write_text(traceback.format_exc(), "utf-8")
        finally:
            os._exit(code)
    ended = _wait(pid)
    if ended == DIED:
        verdict.deaths.append(shim.fatal())
    verdict.calls.append(shim.calls())
    return ended


def _wait(pid: int) -> str:
    """Wait for a child, at most LIFE_S."""
    watching = os.pidfd_open(pid)
    try:
        if not select.select([watching], [], [], LIFE_S)[0]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return HUNG
    finally:
        os.close(watching)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        return DIED if os.WTERMSIG(status) == signal.SIGKILL else FAILED
    return DONE if os.WEXITSTATUS(status) == 0 else FAILED


def _sell(outside: Outside, data: Path, script: Script) -> None:
    till = WholeTill(outside.config, data).ready()
    script.work(till, data)
    till.stop()


def _recover(outside: Outside, data: Path, script: Script) -> None:
    """Start, answer what is asked, end the sale, close the day."""
    begun_s = monotonic()
    till = WholeTill(outside.config, data)
    (outside.folder / "usable").write_text(str(int((monotonic() - begun_s) * 1000)))
    script.finish(data)
    bring_to_rest(till, outside.ledgers, may_keep=script.may_keep)
    if outside.ledgers().registered:
        till.z()
        bring_to_rest(till, outside.ledgers, may_keep=script.may_keep)
    till.stop()
    assert till.failed is None, (till.failed.code, till.failed.facts)


def _words(folder: Path) -> str:
    return "; ".join(_read(folder / "error").strip().splitlines()[-3:])[:WORDS_MAX]


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def say(words: str) -> None:
    """Write one line of progress."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
