"""Whole shops for the faults of this folder, checked against their devices' ledgers at the end."""

from tests.whole.conftest import open_shop, shop

__all__ = ["open_shop", "shop"]
