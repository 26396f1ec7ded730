"""Power loss: records a till at work, rebuilds every disk a power cut could have left, judges each.

    python -m tests.crash.power_run [states=N] [workers=N] [only=SCRIPT] [plant=NAME]

`plant` is one of synchronous-off, synchronous-normal, pays-first: each must be caught. One state in
a hundred is opened by the till itself, with its devices away, and verified after. A state is one
disk at one moment of the recording; equal disks are judged once and held against what had been
seen by each moment. The figures come last, one per line: name, value, unit.
"""

import os
import random
import shutil
import sys
import traceback
from contextlib import closing
from functools import partial
from itertools import count, takewhile
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

from sqlcipher3 import dbapi2

from bench.figures import show
from db.store import SqliteStore
from db.verify import verify_shop
from tests.crash.call_shim import Shim, die_with_parent, run_preloaded
from tests.crash.disk_log import Disk, Image, Record, read_log
from tests.crash.lives import _wait, say
from tests.crash.outside import Doors, begin_outside
from tests.crash.plants import PLANTS
from tests.crash.power import SCREEN, Judge, Seen, mark_of
from tests.crash.scripts import SCRIPTS, Script
from tests.crash.workers import Workers, made_template
from tests.whole.harness import WholeTill
from tui.messages import CommandDone, TillChanged, TillReady

RECOVERED_EVERY: Final = 100
TOLD_MAX: Final = 5
"""Violations named per recording; all are counted."""
LOST_MAX: Final = 50
"""A recording that loses so much is looked at no further."""
NOBODY: Final = Doors("127.0.0.1", 9, "http://127.0.0.1:9/", "", 9)
"""Doors behind which nothing listens."""


class Sum(NamedTuple):
    """What one recording gave."""

    script: str
    states: int
    images: int
    recovered: int
    lost: int
    """States on which something was missing or broken."""
    told: tuple[str, ...]


class WatchedTill(WholeTill):
    """A till whose every picture is marked in the log before anybody acts on it."""

    shim: Shim

    def _post(self, message: object) -> bool:
        if isinstance(message, TillReady | TillChanged | CommandDone):
            self.shim.mark(SCREEN, mark_of(message.view))
        return super()._post(message)


MODES: Final = {"synchronous-off": "OFF", "synchronous-normal": "NORMAL"}
"""Lazier disk modes, planted behind the back of the checks at start."""


def be_lazy(till: WholeTill, word: str) -> None:
    """Change the disk mode of a till that has nothing in hand."""
    assert till.opened is not None
    store = till.opened.till.store
    assert isinstance(store, SqliteStore)
    lent = store._engine.raw_connection()
    assert lent.driver_connection is not None
    lent.driver_connection.execute(f"PRAGMA synchronous={word}")
    lent.close()


def record(shim: Shim, folder: Path, template: Path, script: Script, plant: str) -> Path:
    """Let a till work through a script; gives the log of its disk and its wires."""
    outside = begin_outside(folder, script.plays, script.unit)
    data, log = folder / "data", folder / "log"
    shutil.copytree(template, data)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            die_with_parent()
            if plant in PLANTS:
                PLANTS[plant]()
            shim.record(log)
            WatchedTill.shim = shim
            till = WatchedTill(outside.config, data).ready()
            if plant in MODES:
                be_lazy(till, MODES[plant])
            script.work(till, data)
            till.stop()
            code = 0
        except BaseException:  # The fork's own top.
            traceback.print_exc()
        finally:
            os._exit(code)
    ended = _wait(pid)
    outside.end()
    assert ended == "done", f"the recording of {script.name} {ended}"
    return log


def base_of(template: Path, data: Path) -> Image:
    """Give the files as they lay before the recording, by the names in its log."""
    names = ("till.db", "till.db-wal", "witness/witness.log")
    return {
        str(data / name): (template / name).read_bytes() if (template / name).exists() else None
        for name in names
    }


def rows_of(template: Path) -> int:
    """Count the rows of a journal."""
    with closing(dbapi2.connect(str(template / "till.db"))) as connection:
        return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])


def replay(
    log: list[Record], base: Image, folder: Path, dice: random.Random, name: str, rows: int = 0
) -> Sum:
    """Judge every disk of one recording; `rows` of the journal are older than it."""
    database, _, witness = base
    disk, seen = Disk(base), Seen()
    judge = Judge(folder / "disk", database, witness, rows)
    states = recovered = lost = 0
    told: list[str] = []
    for number, one in enumerate(log):
        if one.op == "M":
            seen.take(one)
        if lost > LOST_MAX:
            break
        if one.op != "M" and not disk.take(one):
            continue
        for image in disk.images(dice):
            states += 1
            wrong = list(judge.found(image).lost(seen))
            if states % RECOVERED_EVERY == 0 and not wrong:
                judge.lay_out(image)
                wrong = recover(folder)
                recovered += 1
            if wrong:
                lost += 1
                told.append(f"at {number} of {len(log)}: {wrong[0]}")
    assert lost or seen.count() > 2, "the log shows nothing"
    return Sum(name, states, judge.image_count, recovered, lost, tuple(told[:TOLD_MAX]))


def recover(folder: Path) -> list[str]:
    """Let the till open a rebuilt disk and recover, and verify beside it; gives what is wrong."""
    data, disk = folder / "recovered", folder / "disk"
    shutil.rmtree(data, ignore_errors=True)
    (data / "witness").mkdir(parents=True)
    for path in disk.iterdir():
        place = data / "witness" / "witness.log" if path.name == "witness" else data / path.name
        shutil.copyfile(path, place)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            die_with_parent()
            WholeTill(NOBODY.config(), data)
            report = verify_shop(data, data / "witness" / "witness.log")
            (folder / "said").write_text(f"{report.problem}")
            code = 0 if report.is_sound else 1
        except BaseException as error:  # The fork's own top.
            (folder / "said").write_text(repr(error)[:400])
        finally:
            os._exit(code)
    ended = _wait(pid)
    said = folder / "said"
    return [] if ended == "done" else [f"recovery {ended}: {said.read_text('utf-8')}"]


def _replay_one(plant: str, shim: Shim, place: Path, template: Path, task: int) -> Sum:
    """Record one script and judge every disk of its recording."""
    script = SCRIPTS[task % len(SCRIPTS)]
    raw = record(shim, place, template, script, plant).read_bytes()
    base = base_of(template, place / "data")
    log, dice = list(read_log(raw)), random.Random(task)
    return replay(log, base, place, dice, script.name, rows_of(template))


def run(given: dict[str, str]) -> int:
    """Record and replay until enough states are judged; 1 when something was lost."""
    wanted = int(given.get("states", 200_000))
    chosen = [at for at, one in enumerate(SCRIPTS) if one.name == given.get("only", one.name)]
    sums: list[Sum] = []
    begun_s = monotonic()
    endless = (len(SCRIPTS) * turn + at for turn in count() for at in chosen)
    tasks = takewhile(lambda _: sum(one.states for one in sums) < wanted, endless)
    with made_template() as template:
        do = partial(_replay_one, given.get("plant", ""))
        workers = Workers(int(given.get("workers", 2)), template, do)
        for _, one in workers.run(tasks):
            sums.append(one)
            _progress(sums, monotonic() - begun_s)
        workers.end()
    return _tell(sums, monotonic() - begun_s)


def _progress(sums: list[Sum], took_s: float) -> None:
    last, states = sums[-1], sum(one.states for one in sums)
    say(f"{last.script}: {last.states} states, {last.lost} lost; {states / took_s:.0f} a second")
    for words in last.told:
        say(f"VIOLATION {last.script} {words}")


def _tell(sums: list[Sum], took_s: float) -> int:
    lost = sum(one.lost for one in sums)
    states = sum(one.states for one in sums)
    for name, value, unit in (
        ("power_states", states, "states"),
        ("power_images_distinct", sum(one.images for one in sums), "disks"),
        ("power_recordings", len(sums), "recordings"),
        ("power_recovered_by_till", sum(one.recovered for one in sums), "states"),
        ("power_violations", lost, "states"),
        ("power_states_per_second", round(states / took_s), "1/s"),
    ):
        show(name, value, unit)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(run_preloaded("tests.crash.power_run", "power loss needs", run))
