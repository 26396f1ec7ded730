"""`python -m tests.frames [N] [SEED]`: the frame runs of the night, figures one per line.

N mutated frames for each device (100,000 when left out). Ends with 1 when anything was believed
that may not be, or raised.
"""

import sys

from tests.frames import cable_run, printer_run, query_run, terminal_run, unit_run
from tests.frames.figures import Figures

RSS_GROWTH_MAX_MIB = 20


def main(count: int, seed: int) -> int:
    """Run all, print figures, give the exit code."""
    is_sound = True
    for run in (
        terminal_run.run,
        query_run.run,
        unit_run.run_cloud,
        unit_run.run_cable,
        cable_run.run,
        printer_run.run,
    ):
        figures: Figures = run(count, seed)
        print("\n".join(figures.lines()), flush=True)
        is_sound &= not figures.false_approvals and not figures.crashes
        is_sound &= figures.rss_growth_mib <= RSS_GROWTH_MAX_MIB
    return 0 if is_sound else 1


if __name__ == "__main__":
    count, seed = (*map(int, sys.argv[1:]), *(100_000, 1)[len(sys.argv) - 1 :])
    sys.exit(main(count, seed))
