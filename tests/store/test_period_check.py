"""No Z is taken over sums that do not follow from the period's receipts."""

from pathlib import Path

import pytest

from core.errors import StoreDamaged
from db.store import SqliteStore
from tests.real_shop import RealShop, a_worked_shop, changed

MONEY = "section IN ('sales', 'tender', 'tip-tender', 'vat', 'vat-gross', 'rounding')"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def check(shop: RealShop) -> None:
    store = SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    try:
        store.check_before_z()
    finally:
        store.close()


def test_a_sound_period_passes(worked: RealShop) -> None:
    check(worked)


def test_each_sum_of_money_that_changed_by_one_bit_is_found_before_the_z(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    where = (
        f"({MONEY} AND period_no = (SELECT max(period_no) FROM period)) OR section = 'grand-sales'"
    )
    rows = shop.read(f"SELECT period_no, section, name FROM total WHERE {where}")
    assert len(rows) > 5
    for period_no, section, name in rows:
        one = f"period_no = {period_no} AND section = '{section}' AND name = '{name}'"
        for column in ("count", "sum_ore"):
            shop.sql(f"UPDATE total SET {column} = {column} + 1 WHERE {one}")
            with pytest.raises(StoreDamaged) as found:
                check(shop)
            assert found.value.facts["section"] == section
            shop.sql(f"UPDATE total SET {column} = {column} - 1 WHERE {one}")
    check(shop)


def test_a_receipt_that_lost_its_sum_is_found_before_the_z(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    shop.sql(
        "UPDATE receipt SET total_ore = total_ore + 256"
        " WHERE receipt_no = (SELECT max(receipt_no) FROM receipt)"
    )
    with pytest.raises(StoreDamaged):
        check(shop)
