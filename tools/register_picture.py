"""Draws docs/register.svg: the README's sale of 249,00 on the demo shop's own goods and panel.

The till behind it is the demo itself, with its simulated devices, in a temporary folder; only the
clock stands still, so that the picture changes when the screen does and at no other time.
"""

import asyncio
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tui.app import TillApp  # noqa: E402 - after the path is set
from tui.compose import open_shop  # noqa: E402 - after the path is set
from tui.config import demo_config  # noqa: E402 - after the path is set
from tui.till_thread import TillThread  # noqa: E402 - after the path is set

PICTURE = ROOT / "docs" / "register.svg"
SIZE = (100, 30)
SCANS = ("2900000039018", "2900000036017", "2900000032019")
HALF_PAST_TEN = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
WAIT_LIMIT_S = 30.0


class StandingClock:
    """A clock whose hands stand still while its seconds go on."""

    def now(self) -> datetime:
        """Give the moment of the picture."""
        zone: tzinfo = ZoneInfo("Europe/Stockholm")
        return HALF_PAST_TEN.astimezone(zone)

    def monotonic_s(self) -> float:
        """Give real seconds: the devices' time-outs are real."""
        return monotonic()


async def draw(folder: Path) -> str:
    """Sell three articles on a demo till and give the screen."""
    clock = StandingClock()
    till = TillThread(lambda: open_shop(demo_config(), folder, clock, is_demo=True))
    app = TillApp(till, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        until = monotonic() + WAIT_LIMIT_S
        for code in SCANS:
            await pilot.press(*code, "enter")
        while "2 4 9 , 0 0" not in _text(app) or _text(app).count("redo") < 2:
            assert monotonic() < until, _text(app)
            await pilot.pause(0.1)
        picture = app.export_screenshot(title="Blipp")
        app.exit()
    return picture


def _text(app: TillApp) -> str:
    rows = app.picture().rows
    return "\n".join("".join(segment.text for segment in row) for row in rows)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        PICTURE.write_text(asyncio.run(draw(Path(folder))), "utf-8")
