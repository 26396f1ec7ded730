"""A shop with real money refuses simulated devices, and says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.facts import TerminalState
from db.store import SqliteStore
from tests.whole.conftest import OpenShop
from tests.whole.harness import MUG, Shop, WholeTill, fast_limits, make_shop
from tui import commands as c
from tui.clock import SystemClock
from tui.compose import DATABASE_NAME, fill_demo
from tui.texts import error_words


def real_shop(folder: Path) -> Shop:
    """A shop with the demo's goods in a database that is not marked demo."""
    shop = make_shop(folder)
    shop.data_dir.mkdir()
    clock = SystemClock()
    store = SqliteStore(shop.data_dir / DATABASE_NAME, clock.now())
    fill_demo(store, clock)
    store.close()
    return shop


@pytest.mark.parametrize("has_sale", [False, True])
def test_a_real_shop_refuses_simulated_devices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_sale: bool
) -> None:
    fast_limits(monkeypatch)
    shop = real_shop(tmp_path / "shop")
    till = WholeTill(shop.config, shop.data_dir, is_demo=False)
    shop.tills.append(till)
    if has_sale:
        till.try_(c.AddCode(MUG))  # The unit may or may not have been asked by then.
    view = till.wait(
        lambda view: view.terminal.state is TerminalState.REFUSED and view.unit.is_ready is False
    )
    assert view.terminal.text == "simulator"
    assert view.unit.text.startswith("simulator-refused")
    assert till.refuse(c.PayCard()) in ("unit-not-ready", "nothing-to-pay")
    assert till.refuse(c.PayCash()) in ("unit-not-ready", "nothing-to-pay")
    if till.view.sale is None:
        assert till.refuse(c.AddCode(MUG)) == "unit-not-ready"
    shop.close()
    assert not shop.unit.ledger
    assert not shop.terminal.ledger()
    shop.check()


def test_a_demo_database_never_becomes_a_real_one_nor_the_other_way_round(
    open_shop: OpenShop,
) -> None:
    shop = open_shop()
    shop.open().ready().stop()
    with pytest.raises(AssertionError, match="config"):
        WholeTill(shop.config, shop.data_dir, is_demo=False)


def test_a_database_belongs_to_one_register(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.open().ready().stop()
    other = replace(shop.config, shop=replace(shop.config.shop, register_id="KASSA2"))
    with pytest.raises(AssertionError, match="config"):
        WholeTill(other, shop.data_dir)


def test_a_unit_bound_to_another_register_signs_nothing(open_shop: OpenShop) -> None:
    shop = open_shop()
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCash())
    till.receipt(1)
    till.stop()
    other = replace(shop.config, shop=replace(shop.config.shop, register_id="KASSA2"))
    folder = shop.folder / "other"
    folder.mkdir()
    shop.tills.append(WholeTill(other, folder))
    stranger = shop.tills[-1]
    stranger.wait(lambda view: view.unit.is_ready is False)
    assert stranger.refuse(c.AddCode(MUG)) == "unit-not-ready"
    assert len(shop.unit.ledger) == 1


def test_unknown_codes_and_impossible_quantities_change_nothing(open_shop: OpenShop) -> None:
    shop = open_shop()
    till = shop.open().ready()
    assert till.refuse(c.AddCode("4711")) == "unknown-article"
    for quantity, price in ((0, None), (-1000, None), (10**12, None), (500, None), (None, 1)):
        assert till.refuse(c.AddCode(MUG, quantity, price)) in (
            "quantity-out-of-range",
            "amount-too-large",
            "price-not-open",
        )
    assert till.view.sale is None


def test_a_price_of_nothing_is_refused_as_that(open_shop: OpenShop) -> None:
    shop = open_shop()
    till = shop.open().ready()
    refused = till.try_(c.AddDepartment("Övrigt 25 %", 0)).error
    assert refused is not None
    assert error_words(refused.code, refused.facts) == "Priset är 0: skriv vad varan kostar."
    assert till.view.sale is None
