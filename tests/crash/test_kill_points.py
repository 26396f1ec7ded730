"""A fixed sample of crash points, killed through a seam in Python: no C compiler is needed.

The till's own calls are wrapped in a process of its own, which forks a life per point and kills it
before or after a commit, a witness line, a send or a receive (tests/crash/python_seam.py).
"""

import subprocess
import sys

from tests.house.tree import ROOT


def sample(*arguments: str) -> tuple[int, str]:
    """Run the sample; gives its exit code and words."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.sample", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_till_killed_at_a_seam_comes_back_with_one_charge_one_code_and_one_paper() -> None:
    code, words = sample("36", "card-tip,held-reversed,serial,z,backup,cash")
    assert code == 0, words
    assert "sample_points 36 points" in words


def test_a_till_that_charges_again_after_a_restart_is_caught() -> None:
    code, words = sample("24", "card", "asks-again-as-new")
    assert code == 1, words
    assert "VIOLATION" in words
