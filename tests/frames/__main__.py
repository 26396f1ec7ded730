"""`python -m tests.frames [N] [SEED]`: the frame runs of the night, figures one per line.

N mutated frames for the card terminal (100,000 when left out), a tenth for each other device. Ends
with 1 when anything was believed that may not be, or raised.
"""

import sys

from tests.frames import cable_run, printer_run, query_run, terminal_run, unit_run
from tests.frames.figures import Figures

RSS_GROWTH_MAX_MIB = 20


def main(count: int, seed: int) -> int:
    """Run all, print figures, give the exit code."""
    is_sound = True
    for run, share in (
        (terminal_run.run, 1),
        (query_run.run, 10),
        (unit_run.run_cloud, 10),
        (unit_run.run_cable, 10),
        (cable_run.run, 10),
        (printer_run.run, 10),
    ):
        figures: Figures = run(max(count // share, 1), seed)
        print("\n".join(figures.lines()), flush=True)
        is_sound &= not figures.false_approvals and not figures.crashes
        is_sound &= figures.rss_growth_mib <= RSS_GROWTH_MAX_MIB
    return 0 if is_sound else 1


if __name__ == "__main__":
    count, seed = (*map(int, sys.argv[1:]), *(100_000, 1)[len(sys.argv) - 1 :])
    sys.exit(main(count, seed))
