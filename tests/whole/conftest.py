"""Opens shops for the tests of this folder, and checks each one when its test is over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.whole.harness import Shop, fast_limits, make_shop

OpenShop = Callable[..., Shop]


@pytest.fixture
def open_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenShop]:
    shops: list[Shop] = []

    def open_one(*, limits: dict[str, float] | None = None, **how: str) -> Shop:
        fast_limits(monkeypatch, **(limits or {}))
        folder = tmp_path / f"shop-{len(shops)}"
        shops.append(make_shop(folder, **how))  # type: ignore[arg-type]  # one of its words
        return shops[-1]

    yield open_one
    for shop in shops:
        shop.close()
    for shop in shops:
        shop.check()


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A shop with a cloud control unit and tips on the terminal."""
    return open_shop()
