"""`python -m tests.store.on_a_small_disk FOLDER`: sells in a shop until its disk says no."""

import sys
from pathlib import Path

from core.errors import StoreError
from db.verify import verify_shop
from tests.fakes import a_world
from tests.real_shop import RealShop
from tests.store.test_disk_faults import SCRIPT, sell
from tests.till_life import Life


def main() -> int:
    """Give 3 when the disk stopped the till, and say what it was told and whether all is sound."""
    folder = Path(sys.argv[1])
    shop = RealShop(folder, a_world())

    def work(life: Life) -> None:
        for _ in range(500):
            sell(life)

    try:
        shop.live(SCRIPT, work)
    except StoreError as error:
        print(error.code, error.facts.get("reason"))
        report = verify_shop(folder, shop.witness)
        print("sound" if report.is_sound else report.problem)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
