"""The world itself: replayable, red when it should be, green on the till as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.__main__ import ENOUGH, failures
from tests.world.day import Result, run_day
from tests.world.kinds import KINDS
from tests.world.planted import PLANTS, planted
from tests.world.shop import made_shop

SEEDS_MAX = 120
"""Within so many days each planted fault must be found."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Path]:
    """Give a shop on the ram disk."""
    with made_shop() as folder:
        yield folder


@pytest.mark.parametrize("seed", [3, 36, 53])
def test_a_day_is_replayed_to_the_byte(shop: Path, seed: int) -> None:
    first, second = run_day(seed, shop), run_day(seed, shop)
    assert first.rows > 20
    assert (first.journal, first.fired) == (second.journal, second.fired)


def test_a_code_that_the_till_died_with_is_not_repeated(shop: Path) -> None:
    """On the cable no answer names its receipt: what the file does not hold is new to the till."""
    assert run_day(5428, shop).wrong == []


def test_another_seed_is_another_day(shop: Path) -> None:
    assert run_day(1, shop).journal != run_day(2, shop).journal


@pytest.mark.parametrize("name", PLANTS)
def test_the_world_turns_red_for_a_planted_fault(shop: Path, name: str) -> None:
    make, checks = PLANTS[name]
    with planted(make()):
        for seed in range(1, SEEDS_MAX):
            wrong = run_day(seed, shop).wrong
            if wrong:
                break
    assert wrong, f"{name} was not found in {SEEDS_MAX} days"
    assert wrong[0].startswith(checks), wrong


def test_a_fault_kind_that_seldom_fires_fails_a_long_run() -> None:
    result = Result(1)
    result.fired.update({kind: 100 for kind in KINDS})
    enough = [result, *(Result(seed) for seed in range(2, ENOUGH + 1))]
    assert failures(enough) == []
    result.fired["abort"] = 99
    assert failures(enough) == ["abort fired 99 times"]
    assert failures(enough[:-1]) == []
