"""The generated shop of the benchmarks: verification accepts it, and the till goes on from it."""

from pathlib import Path

import pytest

from bench.generate import generate
from core.services import recovery, reporting
from core.services.till import Till
from db.store import SqliteStore
from db.verify import verify_shop
from devices.simulators.control_unit import SimulatedControlUnit
from tests.builders import some_rules
from tests.fakes import FixedClock
from tui.config import demo_config
from tui.register_binding import check_register


@pytest.mark.parametrize("count", [1, 60, 1_001])
def test_a_generated_shop_is_sound(tmp_path: Path, count: int) -> None:
    generate(tmp_path / "shop", count)
    report = verify_shop(tmp_path / "shop", tmp_path / "shop" / "witness" / "witness.log")
    assert report.problem is None
    assert report.rows_checked > 15 * count


def test_an_x_of_a_generated_shop_adds_up_and_the_next_number_follows(tmp_path: Path) -> None:
    generate(tmp_path, 60)
    store = SqliteStore(tmp_path / "till.db", FixedClock().now())
    period = store.period()
    assert period is not None
    till = Till(store, FixedClock(), some_rules(), period, lambda *_: None)
    recovery.start(till)
    report = reporting.x_report(till)
    assert report.receipts == store.last_receipt_no() == 60
    assert sum(group.sum_ore for group in report.groups) == report.sales_ore
    paid_ore = sum(tender.sum_ore for tender in report.tenders)
    assert paid_ore == report.sales_ore + report.rounding_ore
    assert report.tips_by_operator
    with store.unit_of_work() as uow:
        assert uow.next_number("receipt_no") == 61
    assert till.take_effects() == ()
    store.close()
    assert verify_shop(tmp_path, tmp_path / "witness" / "witness.log").is_sound


def test_the_demo_opens_a_generated_shop(tmp_path: Path) -> None:
    generate(tmp_path, 1)
    store = SqliteStore(tmp_path / "till.db", FixedClock().now())
    bound = check_register(store, demo_config(), is_demo=True)
    assert bound["demo"] == "1"
    # The till refuses to sell with another unit than the one that signed last.
    assert store.last_unit_id() == SimulatedControlUnit().unit_id
    store.close()
