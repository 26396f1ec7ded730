"""Z at each step of a sale: it is refused or the sale lies in exactly one period."""

from dataclasses import replace

import pytest

from core.card_policy import TipMode
from core.checkout import BETWEEN_CARD_AND_CODE
from core.errors import ReportNotAllowed
from core.services import reporting
from db.verify import verify_journal
from tests.builders import some_rules
from tests.fake_store import Disk
from tests.fakes import CardPlan, PaperPrinter, World, a_world
from tests.till_life import Life, Pay, Scenario, boot

SCENARIOS = (
    Scenario("cash", (Pay("cash"),)),
    Scenario("card", (Pay(),), lambda: a_world(plans=(CardPlan(tip_ore=31_00),))),
    Scenario("parts", (Pay("cash", 100_00), Pay())),
    Scenario("lost", (Pay(),), lambda: a_world(plans=(CardPlan(answer="lost-after"),))),
    Scenario("aborted too late", (Pay(),), aborts=True, may_keep=False),
    Scenario(
        "held and reversed",
        (Pay(),),
        lambda: a_world(plans=(CardPlan(tip_ore=31_00),)),
        rules=some_rules(TipMode.TERMINAL, max_percent=5),
        may_keep=False,
    ),
    Scenario(
        "no paper", (Pay("cash"),), lambda: a_world(printer=PaperPrinter(("lost-before", "given")))
    ),
)


class Probe:
    """Counts the seams of a life and takes Z at one of them."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0
        self.life: Life | None = None
        self.was_taken = False

    def __call__(self, label: str) -> None:
        """Take Z here, if this is the seam and the till is between two of its steps."""
        self.count += 1
        life = self.life
        is_step = label.startswith(("before ", "took ")) and label != "before commit"
        if life is None or self.was_taken or self.count < self.at or not is_step:
            return
        self.was_taken = True
        state = life.till.state
        if state in BETWEEN_CARD_AND_CODE:
            with pytest.raises(ReportNotAllowed):
                reporting.z_report(life.till)
        elif "witness" not in label:
            reporting.z_report(life.till)
        else:
            self.was_taken = False


def lived(scenario: Scenario, at: int) -> tuple[Disk, World, int]:
    """Live a scenario with a Z at one seam; gives what is left, and how many seams there were."""
    disk, world = scenario.disk(), scenario.world()
    probe = Probe(at)
    probe.life = boot(scenario, disk, world, probe)
    probe.life.run()
    if probe.life.till.state is None:
        reporting.z_report(probe.life.till)
    return disk, world, probe.count


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_each_sale_is_in_exactly_one_z_whenever_z_is_asked_for(scenario: Scenario) -> None:
    small = replace(scenario, sales=2)
    _, _, seams = lived(small, at=10**9)
    assert seams > 50
    for at in range(1, seams, 3):
        disk, _, _ = lived(small, at)
        rows = ((e.seq, e.at, e.kind, e.operator, e.payload, e.hash) for e in disk.journal)
        verify_journal(rows)  # Holds every report against the receipts of its period.
        z_count = sum(entry.kind == "z-report" for entry in disk.journal)
        assert z_count in (1, 2)
        reports = [entry.payload for entry in disk.journal if entry.kind == "z-report"]
        counted = [int(text.partition('"receipts":')[2].split(",")[0]) for text in reports]
        assert sum(counted) == len(disk.receipts) == 2, (at, counted)
