"""Real shops with simulated devices, as the tests of the whole till have them."""

from tests.whole.conftest import open_shop as open_shop
