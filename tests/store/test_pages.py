"""What a line costs the disk, which wears out and is waited for."""

from pathlib import Path
from typing import Final

from core.services import registration
from tests.fakes import a_world
from tests.real_shop import RULES, RealShop
from tests.till_life import Life, Scenario

FRAME_BYTES: Final = 24 + 4096


def test_a_line_writes_its_own_page_the_journals_and_the_sales(tmp_path: Path) -> None:
    shop = RealShop(tmp_path / "shop", a_world()).set_up()
    frames: list[int] = []

    def work(life: Life) -> None:
        life.begin()
        log = shop.folder / "till.db-wal"
        for _number in range(30):
            before = log.stat().st_size
            registration.add_code(life.till, "1", None, None)
            frames.append((log.stat().st_size - before) // FRAME_BYTES)

    shop.live(Scenario("thirty lines", (), rules=RULES), work)
    assert sorted(frames[1:])[len(frames) // 2] == 3, frames
    assert shop.verify().is_sound
