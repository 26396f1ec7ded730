"""The soak judges each of its days, and what grows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.world.disk import Died, WorldStore, WorldWitness
from tests.world.planted import PLANTS, planted
from tests.world.process import Process
from tests.world.shop import made_shop
from tests.world.soak import Soak, file_count, judge

SEED = 3
"""A day with tips."""
SALES = 25


@pytest.fixture
def shop() -> Iterator[Path]:
    """Give a shop on the ram disk."""
    with made_shop() as folder:
        yield folder


def _soak(shop: Path, days: int) -> tuple[list[str], list[int]]:
    """Sell for some days; give what is wrong, and the shop's open files at the end of each.

    Of the shop only: what earlier tests of this process left to the garbage closes when it likes.
    """
    soak, files = Soak(SEED, shop, SALES), []
    for _ in range(days):
        soak.day(SALES)
        files.append(file_count(str(shop.resolve())))
        if soak.watch.wrong:
            break
    soak.last()
    soak.watch.close()
    return soak.watch.wrong, files


def test_days_on_one_file_end_without_a_violation_or_a_file_left_open(shop: Path) -> None:
    wrong, files = _soak(shop, 3)
    assert wrong == []
    assert judge([100, 100, 100], files, 0) == []


def test_the_newest_sale_is_kept_though_a_copy_of_an_older_one_came_after_it(shop: Path) -> None:
    soak = Soak(SEED, shop, SALES)
    soak.day(SALES)
    (newest,) = soak.watch.registrations
    copy = replace(newest, sent=replace(newest.sent, type="kopia", receipt_no="1"))
    soak.watch.registrations.append(copy)
    soak.watch.forget()
    assert soak.watch.registrations == [newest]
    soak.watch.close()


@pytest.mark.parametrize("name", ["tip wrong in the books", "tries within the driver untold"])
def test_a_day_is_held_against_the_ledgers_before_they_are_forgotten(shop: Path, name: str) -> None:
    make, checks = PLANTS[name]
    with planted(make()):
        wrong, _ = _soak(shop, 12)
    assert wrong
    assert wrong[0].startswith(checks), wrong


@pytest.mark.parametrize("kept", [WorldWitness, WorldStore])
def test_what_each_start_leaves_open_is_found(
    shop: Path, kept: type[WorldWitness] | type[WorldStore]
) -> None:
    left: list[Any] = []
    close = kept.close
    with planted(((kept, "close", lambda one: left.append(one)),)):
        _, files = _soak(shop, 3)
    for one in left:
        close(one)
    (wrong,) = judge([100, 100, 100], files, 0)
    assert wrong.startswith("open files grew")


def test_a_start_that_dies_leaves_nothing_open(shop: Path) -> None:
    make_workers = Process._make_workers
    starts = count()

    def dies(process: Process, first_service_id: int) -> None:
        if next(starts) % 3:
            raise Died("a start")
        make_workers(process, first_service_id)

    with planted(((Process, "_make_workers", dies),)):
        wrong, files = _soak(shop, 3)
    assert next(starts) > 6
    assert wrong == []
    assert judge([100, 100, 100], files, 0) == []


def test_memory_and_log_that_grow_are_found() -> None:
    assert judge([50, 100, 110], [9, 9, 9], 0) == []
    assert judge([50, 100, 111], [9, 9, 9], 0) == ["memory grew by 11.0 percent"]
    assert judge([100], [9], 65 * 1024 * 1024) == ["the log grew to 68157440 bytes"]
