"""Running totals and Z: what is counted with each receipt is the fold of the journal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ReportNotAllowed
from core.payload import restore
from core.reports import DayReport
from core.services import doubt, payment, registration, reporting
from core.totals import Change, Section, merge
from db.verify import verify_journal
from tests.builders import some_rules
from tests.fake_store import Disk
from tests.fakes import CardPlan, a_world
from tests.till_life import Life, Scenario, boot


def open_life(*plans: CardPlan) -> tuple[Life, Disk]:
    """Give a till that runs, and its disk."""
    world = a_world(plans=plans or (CardPlan(),))
    scenario = Scenario("day", (), lambda: world, rules=some_rules(max_percent=1_000))
    disk = scenario.disk()
    life = boot(scenario, disk, world)
    life.begin()
    return life, disk


def sell(life: Life, numbers: str, *, cash: bool, is_voided: bool, corrections: int) -> None:
    till = life.till
    for number in numbers:
        registration.add_code(till, number, None, None)
    for _ in range(min(corrections, len(numbers) - 1)):
        registration.correct_last(till)
    if is_voided:
        registration.void_sale(till)
    elif cash:
        payment.pay_cash(till, None)
    else:
        payment.pay_card(till, None, None)
    life.pump()


SALES = st.lists(
    st.tuples(
        st.text("1234", min_size=1, max_size=5),
        st.booleans(),
        st.booleans(),
        st.integers(0, 2),
        st.sampled_from([0, 0, 5_00, 31_00]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(SALES, st.integers(1, 3))
def test_z_equals_the_fold_of_its_journal(
    sales: list[tuple[str, bool, bool, int, int]], days: int
) -> None:
    life, disk = open_life(*(CardPlan(tip_ore=tip_ore) for *_, tip_ore in sales))
    grand_ore = 0
    for day in range(1, days + 1):
        for numbers, cash, is_voided, corrections, _ in sales:
            sell(life, numbers, cash=cash, is_voided=is_voided, corrections=corrections)
        report = reporting.z_report(life.till)
        life.pump()
        grand_ore += report.sales_ore
        assert report.number == day
        assert report.grand_sales_ore == grand_ore
        check_sums(report)
    rows = ((e.seq, e.at, e.kind, e.operator, e.payload, e.hash) for e in disk.journal)
    walk = verify_journal(rows)
    counted = {
        no: {(str(section), name): value for (section, name), value in held.items()}
        for no, held in disk.totals.items()
    }
    assert counted == walk.totals.totals


def check_sums(report: DayReport) -> None:
    """Check what sweden R32 says of every report."""
    tips_ore = sum(tip.sum_ore for tip in report.tips_by_tender)
    assert sum(group.sum_ore for group in report.groups) == report.sales_ore
    assert sum(row.gross_ore for row in report.vat) == report.sales_ore
    assert sum(one.sum_ore for one in report.tenders) == report.sales_ore + report.rounding_ore
    charged_ore = sum(one.sum_ore for one in report.charged_by_tender)
    assert charged_ore == report.sales_ore + report.rounding_ore + tips_ore
    assert tips_ore == sum(tip.sum_ore for tip in report.tips_by_operator)
    assert report.net_sales_ore == report.sales_ore
    assert report.grand_net_ore == report.grand_sales_ore - report.grand_returns_ore


def test_an_x_changes_nothing_but_its_journal_row() -> None:
    life, disk = open_life(CardPlan(tip_ore=31_00))
    sell(life, "123", cash=False, is_voided=False, corrections=0)
    before = disk.copy()
    first, second = reporting.x_report(life.till), reporting.x_report(life.till)
    assert (first.number, second.number) == (None, None)
    assert first.sales_ore == second.sales_ore == 249_40
    assert disk.totals == before.totals
    assert disk.counters == before.counters
    assert len(disk.journal) == len(before.journal) + 2


def test_the_tip_is_no_turnover_and_no_vat() -> None:
    life, _ = open_life(CardPlan(tip_ore=31_00))
    sell(life, "123", cash=False, is_voided=False, corrections=0)
    report = reporting.x_report(life.till)
    without, _ = open_life()
    sell(without, "123", cash=False, is_voided=False, corrections=0)
    plain = reporting.x_report(without.till)
    assert (report.sales_ore, report.vat, report.groups) == (249_40, plain.vat, plain.groups)
    assert [(tip.name, tip.sum_ore) for tip in report.tips_by_operator] == [("Anna", 31_00)]
    assert [(one.name, one.sum_ore) for one in report.charged_by_tender] == [("card", 280_40)]
    record, _ = life.world.unit.ledger[0]
    assert record.total_ore == 249_40


def test_z_starts_the_next_period_at_zero_and_keeps_the_grand_totals() -> None:
    life, _ = open_life()
    sell(life, "123", cash=True, is_voided=False, corrections=0)
    reporting.z_report(life.till)
    life.pump()
    second = reporting.z_report(life.till)
    assert (second.number, second.sales_ore, second.receipts) == (2, 0, 0)
    assert second.grand_sales_ore == 249_40


def test_z_is_refused_while_a_sale_lies_between_card_and_code() -> None:
    life, disk = open_life()
    registration.add_code(life.till, "1", None, None)
    payment.pay_card(life.till, None, None)
    with pytest.raises(ReportNotAllowed):
        reporting.z_report(life.till)
    assert not disk.z_reports


def test_a_card_that_a_manager_decided_is_named_on_the_z() -> None:
    life, _ = open_life(CardPlan(answer="lost-after"))
    life.world.terminal.memory = "none"
    registration.add_code(life.till, "1", None, None)
    payment.pay_card(life.till, None, None)
    life.pump()
    doubt.decide_doubt(life.till, is_charged=True, total_ore=None, by="Maja")
    life.pump()
    assert reporting.z_report(life.till).remarks == ("card-unclear charged 1 13900",)


def test_the_stored_z_is_the_one_that_was_shown() -> None:
    life, disk = open_life()
    sell(life, "123", cash=True, is_voided=False, corrections=1)
    shown = reporting.z_report(life.till)
    assert restore(DayReport, disk.z_reports[1]) == shown


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Section), st.sampled_from("ab"), st.integers(-9, 9), st.integers(-9, 9)
        )
    )
)
def test_merged_changes_add_up_to_the_same(parts: list[tuple[Section, str, int, int]]) -> None:
    merged = merge(Change(*part) for part in parts)
    assert sum(one.sum_ore for one in merged) == sum(part[3] for part in parts)
    assert sum(one.count for one in merged) == sum(part[2] for part in parts)
    keys = [(one.section, one.name) for one in merged]
    assert len(keys) == len(set(keys))
