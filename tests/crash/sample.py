"""A fixed sample of crash points, without a C compiler: what `make test` runs.

    python -m tests.crash.sample COUNT SCRIPT[,SCRIPT…] [PLANT]

A program of its own, because it forks and so may have one thread only. Says how many points died
and what was wrong; ends with 1 when something was.
"""

import sys

from tests.crash.call_shim import KILL_AFTER, KILL_BEFORE
from tests.crash.lives import Death, run_point, say
from tests.crash.python_seam import PythonSeam
from tests.crash.scripts import SCRIPTS
from tests.crash.workers import made_template


def main(point_count: str, names: str, plant: str = "") -> int:
    """Run each script whole, then spread its share of the points over its calls."""
    chosen = [script for script in SCRIPTS if script.name in names.split(",")]
    share = int(point_count) // len(chosen)
    seam, died, wrong = PythonSeam(), 0, 0
    with made_template() as template:
        folder = template.parent
        for script in chosen:
            whole = run_point(seam, folder / script.name, template, script, (), plant)
            verdicts = [("whole", whole)]
            calls = whole.calls[0]
            for turn in range(share):
                at = 1 + turn * calls // share
                death = Death(at, KILL_AFTER if turn % 2 else KILL_BEFORE)
                place = folder / f"{script.name}-{turn}"
                verdict = run_point(seam, place, template, script, (death,), plant)
                died += len(verdict.deaths)
                verdicts.append((f"{at} {verdict.deaths}", verdict))
            for where, verdict in verdicts:
                for each in verdict.wrong:
                    wrong += 1
                    say(f"VIOLATION {script.name} {where}: {each}")
    say(f"sample_points {died} points")
    say(f"sample_violations {wrong} violations")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
