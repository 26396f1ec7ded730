"""Another control unit than the one that signed last signs nothing until the shop names it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.whole.conftest import OpenShop
from tests.whole.harness import MUG, Shop, Unit, WholeTill
from tui import commands as c
from tui.__main__ import main
from tui.texts import error_words

OTHER = "SIMCC000000000018"


def sell(till: WholeTill, receipt_no: int) -> str:
    """Sell for cash; gives the unit that signed."""
    till.sell(MUG)
    till.do(c.PayCash())
    return till.receipt(receipt_no).control_unit_id


def refused(shop: Shop) -> WholeTill:
    """Start a till, and see that it takes no money."""
    till = shop.open()
    till.ready_but_unit()
    signed = len(shop.unit.ledger)
    assert till.view.unit.text.startswith("unit-changed")
    outcome = till.try_(c.AddCode(MUG))
    assert outcome.error is not None
    words = error_words(outcome.error.code, outcome.error.facts)
    assert "annan kontrollenhet" in words
    assert "unit_id" in words
    assert len(shop.unit.ledger) == signed
    return till


@pytest.mark.parametrize("unit", ["cloud", "serial", "serial-v1"])
def test_an_exchanged_unit_signs_once_the_shop_has_written_its_number(
    open_shop: OpenShop, unit: Unit
) -> None:
    shop = open_shop(unit=unit)
    till = shop.open().ready()
    first = sell(till, 1)
    till.stop()
    shop.unit.unit_id = OTHER
    refused(shop).stop()
    named = replace(shop.config.control_unit, unit_id=OTHER)
    former, shop.config = shop.config, replace(shop.config, control_unit=named)
    till = shop.open().ready()
    assert sell(till, 2) == OTHER
    till.stop()
    shop.config = former
    till = shop.open().ready()
    assert (sell(till, 3), first) == (OTHER, "SIMCC000000000017")


@pytest.mark.parametrize("unit", ["cloud", "serial"])
def test_a_unit_exchanged_while_the_till_runs_gives_no_receipt_on_the_first_day_either(
    open_shop: OpenShop, unit: Unit
) -> None:
    shop = open_shop(unit=unit)
    till = shop.open().ready()
    sell(till, 1)
    shop.unit.unit_id = OTHER
    till.sell(MUG)
    till.do(c.PayCash())
    till.wait(lambda view: view.attention and "unit-changed" in str(dict(view.attention.facts)))
    till.wait(lambda view: view.unit.text.startswith("unit-changed"))
    assert till.view.sale is not None
    assert till.view.sale.state == "signing"
    till.stop()


def test_a_restored_shop_is_not_signed_for_by_another_unit(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    shop = open_shop()
    till = shop.open().ready()
    sell(till, 1)
    till.stop()
    file, data = tmp_path / "copy.db", ["--demo", "--data", str(shop.data_dir)]
    assert main(["backup", str(file), "--data", str(shop.data_dir)]) == 0
    shop.unit.unit_id = OTHER
    told = ["--last-receipt", "1", "--last-z", "0", "--by", "Maja"]
    assert main(["restore", str(file), *data, *told]) == 0
    refused(shop)


def test_a_receipt_that_waits_for_its_code_is_not_told_to_another_unit(
    open_shop: OpenShop,
) -> None:
    shop = open_shop()
    till = shop.open().ready()
    sell(till, 1)
    till.sell(MUG)
    shop.unit.set_fault("silent")
    till.do(c.PayCash())
    till.wait_attention("unit-silent")
    till.stop()
    shop.unit.set_fault(None)
    shop.unit.unit_id = OTHER
    signed = len(shop.unit.ledger)
    till = shop.open()
    till.wait(lambda view: view.attention and "unit-changed" in str(dict(view.attention.facts)))
    till.stop()
    assert len(shop.unit.ledger) == signed
    shop.unit.unit_id = "SIMCC000000000017"
    till = shop.open()
    assert till.receipt(2).control_unit_id == "SIMCC000000000017"
