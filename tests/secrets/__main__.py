"""`python -m tests.secrets [N] [SEED]`: N card sales on a leaking terminal (1,000 when left out).

Prints its figures as `name value unit`, then every hit; ends with 1 when there was one.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import pytest

from tests.secrets.secret_run import run
from tests.whole.harness import Shop, fast_limits, make_shop


def tell(done: int, hit_count: int) -> None:
    """Tell how far it is, on standard error: the figures stay alone."""
    if done % 60 == 0:
        print(f"{done} sales, {hit_count} hits", file=sys.stderr, flush=True)


def main(count: int, seed: int) -> int:
    """Run, print figures, give the exit code."""
    began_s = monotonic()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        fast_limits(patch)
        number = iter(range(count))

        def open_shop() -> Shop:
            return make_shop(Path(folder) / f"shop-{next(number)}")

        done, hits = run(count, seed, open_shop, tell)
    for name, value, unit in (
        ("secrets_sales", done, "sales"),
        ("secrets_hits", len(hits), "hits"),
        ("secrets_time", round(monotonic() - began_s), "s"),
    ):
        print(name, value, unit, flush=True)
    print("\n".join(hits[:50]))
    return 1 if hits else 0


if __name__ == "__main__":
    count, seed = (*map(int, sys.argv[1:]), *(1_000, 1)[len(sys.argv) - 1 :])
    sys.exit(main(count, seed))
