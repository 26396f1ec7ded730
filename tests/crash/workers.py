"""The processes of the long runs: each a fork with a shim and a folder of its own."""

import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Final, Generic, TypeVar, cast

from tests.crash.call_shim import Shim, die_with_parent
from tests.crash.lives import make_template, quicken

MEMORY_DISK: Final = Path("/dev/shm")
Task = TypeVar("Task")
Result = TypeVar("Result")


@contextmanager
def made_template() -> Iterator[Path]:
    """Make the shop that each run begins from, on a ram disk if there is one; removed after."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
    try:
        quicken()
        yield make_template(folder / "template")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Workers(Generic[Task, Result]):
    """Processes that do tasks, one at a time each."""

    def __init__(
        self, worker_count: int, template: Path, do: Callable[[Shim, Path, Path, Task], Result]
    ) -> None:
        """Fork them; `do` gets shim, folder of the task, template and task."""
        self._pipes: list[Connection] = []
        for number in range(worker_count):
            mine, theirs = Pipe()
            if os.fork() == 0:
                _work(theirs, template, template.parent / f"worker-{number}", do)
            theirs.close()
            self._pipes.append(mine)

    def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Result]]:
        """Give each task to a free worker; the results as they come."""
        given: dict[Connection, Task] = {}
        for pipe in self._pipes:
            self._give(pipe, tasks, given)
        while given:
            for pipe in cast(list[Connection], wait(list(given))):
                result: Result = pipe.recv()
                yield given.pop(pipe), result
                self._give(pipe, tasks, given)

    @staticmethod
    def _give(pipe: Connection, tasks: Iterator[Task], given: dict[Connection, Task]) -> None:
        for task in tasks:
            pipe.send(task)
            given[pipe] = task
            return

    def end(self) -> None:
        """End the processes."""
        for pipe in self._pipes:
            pipe.close()


def _work(
    pipe: Connection,
    template: Path,
    folder: Path,
    do: Callable[[Shim, Path, Path, Task], Result],
) -> None:
    """Be a worker until the pipe ends."""
    die_with_parent()
    shim = Shim()
    shim.own_counter()
    try:
        for number in count():
            task: Task = pipe.recv()
            place = folder / str(number)
            result = do(shim, place, template, task)
            shutil.rmtree(place, ignore_errors=True)  # The run removes what is left.
            pipe.send(result)
    except EOFError:
        pass  # The parent has no more for us.
    except BaseException:  # The fork's own top.
        traceback.print_exc()
    finally:
        os._exit(0)
