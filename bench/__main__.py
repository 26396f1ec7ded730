"""`python -m bench [name …]`: prints the speed table, each figure beside its floor of the same run.

Names: keys flood start cash card report memory books world; without any, all of them. How each is
measured is told at the head of its module. Everything is written to temporary folders. Figures
inform; nothing here fails because something was slow.
"""

import compileall
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figures import show
from bench.till import ROOT, Place

PACKAGES = ("tui", "core", "devices", "db")
NAMES = ("start", "keys", "flood", "cash", "card", "report", "memory", "books", "world")


def main(argv: Sequence[str]) -> int:
    """Run the benches that were named; gives 2 for a name there is not, 1 when one broke."""
    unknown = [name for name in argv if name not in NAMES]
    if unknown:
        print(f"bench: {', '.join(unknown)}: one of {' '.join(NAMES)}", file=sys.stderr)
        return 2
    for package in PACKAGES:
        # As an install leaves it; else a start would compile us, but not the libraries.
        compileall.compile_dir(ROOT / package, quiet=1)
    broken = [name for name in argv or NAMES if not _measure(name)]
    return 1 if broken else 0


def _measure(name: str) -> bool:
    run: Callable[[Place], None] = import_module(f"bench.{name}").run
    at = perf_counter()
    with TemporaryDirectory(prefix="blipp-bench-") as folder:
        try:
            run(Place(Path(folder)))
        except (OSError, RuntimeError, ImportError, IndexError) as error:
            show(name, f"not-measured ({type(error).__name__}: {str(error)[:600]!r})")
            return False
    show(f"{name}_bench_took", perf_counter() - at, "s")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
