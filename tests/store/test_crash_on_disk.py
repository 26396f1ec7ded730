"""Crashes over the real store: at every seam of four of the scenarios in tests/unit.

A life ends at a seam with its files closed as they are; the next one opens them, recovers and
finishes, and verification finds the shop sound each time.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import CardPlan, PaperPrinter, SealedUnit, World, a_world
from tests.real_shop import RULES, RealShop, changed
from tests.till_life import Life, Pay, Scenario

STEP = 4
"""Every fourth seam by day, all of them at night: four tests share the work."""


class Crash(BaseException):
    """The plug was pulled."""


def lost_everywhere() -> World:
    return a_world(
        plans=(CardPlan(tip_ore=31_00, answer="lost-after"),),
        memory="last",
        unit=SealedUnit(answers=("lost-after", "given")),
        printer=PaperPrinter(("lost-before", "given")),
    )


SCENARIOS = (
    Scenario("cash and Z", (Pay("cash"),), rules=RULES, sales=2, takes_z=True),
    Scenario(
        "two cards", (Pay("card", 100_00), Pay()), lambda: a_world(plans=(CardPlan(5_00),)),
        rules=RULES,
    ),
    Scenario("everything lost", (Pay(),), lost_everywhere, rules=RULES, takes_z=True),
    Scenario(
        "held and reversed", (Pay(),), lambda: a_world(plans=(CardPlan(200_00),)), rules=RULES,
        may_keep=False,
    ),
)  # fmt: skip


class Fuse:
    """Ends a life at the seam of a given number."""

    def __init__(self, blows_at: int = 0) -> None:
        self.seams = 0
        self._blows_at = blows_at

    def __call__(self, label: str) -> None:
        self.seams += 1
        if self.seams == self._blows_at:
            raise Crash(label)


def assert_right(shop: RealShop, what: str) -> None:
    """Hold the files against the world's ledgers."""
    report = shop.verify()
    assert report.is_sound, f"{what}: {report.problem}"
    drawn = {
        one.service_id: one.authorized_ore
        for one in shop.world.terminal.ledger
        if not one.is_reversed
    }
    paid = shop.read(
        "SELECT service_id, authorized_ore FROM tender WHERE kind='card' AND state='settled'"
    )
    assert dict(paid) == drawn, what
    sent = shop.world.terminal.sent
    assert len(sent) == len(set(sent)), what
    signed = {record.serial for record, _ in shop.world.unit.ledger}
    assert len(signed) == len(shop.world.unit.ledger), what
    papers = [paper_id for paper_id, _ in shop.world.printer.papers]
    assert len(papers) == len(set(papers)), what


@pytest.mark.parametrize(
    "first", [1, *(pytest.param(at, marks=pytest.mark.night) for at in range(2, STEP + 1))]
)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_crash_anywhere_leaves_files_that_recover_and_verify(
    tmp_path: Path, scenario: Scenario, first: int
) -> None:
    fresh = RealShop(tmp_path / "fresh", scenario.world()).set_up()
    whole = changed(fresh, tmp_path / "whole")
    fuse = Fuse()
    whole.live(scenario, Life.run, fuse)
    assert_right(whole, "no crash")
    (sold,) = whole.read("SELECT count(*), sum(total_ore) FROM receipt")
    for at in range(first, fuse.seams + 1, STEP):
        shop = replace(changed(fresh, tmp_path / str(at)), world=scenario.world())
        with pytest.raises(Crash):
            shop.live(scenario, Life.run, Fuse(at))
        assert shop.verify().is_sound, f"dead at {at}"
        shop.live(scenario, Life.run)
        assert_right(shop, f"crash at {at}")
        assert shop.read("SELECT count(*), sum(total_ore) FROM receipt") == [sold]
