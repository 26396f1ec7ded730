"""Dumps every screen as text and SVG, so that people look at them: `python tools/screens.py DIR`.

The till behind them is the tests' own (tests/screen/fake_till.py): no disk, no device.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.card import Prompt  # noqa: E402 - after the path is set
from core.checkout import SaleState  # noqa: E402 - after the path is set
from core.services.till import Attention  # noqa: E402 - after the path is set
from tests.screen.fake_till import (  # noqa: E402 - after the path is set
    SHOP_VIEW,
    FakeTill,
    FixedClock,
)
from tui.app import TillApp  # noqa: E402 - after the path is set

SIZES = ((80, 24), (120, 40))
Steps = Callable[[Pilot[int], FakeTill], Awaitable[None]]


def pressing(*keys: str) -> Steps:
    """Make steps of keys."""

    async def steps(pilot: Pilot[int], till: FakeTill) -> None:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()

    return steps


def telling(keys: tuple[str, ...], tell: Callable[[FakeTill], None], *after: str) -> Steps:
    """Make steps of keys, then news from a device, then more keys."""

    async def steps(pilot: Pilot[int], till: FakeTill) -> None:
        await pressing(*keys)(pilot, till)
        tell(till)
        await pilot.pause()
        await pressing(*after)(pilot, till)

    return steps


SIGNATURE = Prompt(7, "1", True, ("Kontrollera underskriften.", "Är den rätt?"))
REFERRAL = Prompt(7, "2", False, ("Ring kortföretaget.", "Ange kontrollnummer:"))
HELD = Attention(
    "card-held",
    (("reason", "tip-above-cap"), ("requested_ore", 24900), ("authorized_ore", 60000),
     ("amount_ore", 24900), ("tip_ore", 35100)),
)  # fmt: skip
PAPER = Attention("paper-unknown", (("paper_id", 3), ("kind", "receipt"), ("reference", 1042)))
SILENT = Attention(
    "unit-silent", (("receipt_no", 1042), ("text", "timeout"), ("waits_for_person", 0))
)
LATE = Attention(
    "card-late-approval",
    (("late_service_id", 7), ("authorized_ore", 28000), ("at", "2026-05-01 14:20:05"),
     ("card", "Mastercard ************9659"), ("sale_id", 16), ("receipt_no", 1041),
     ("reversal_service_id", 0), ("is_reversing", 0), ("may_reverse", 1)),
)  # fmt: skip
SALE = ("q", "w", "w", "3", "*", "z", "minus")

SCREENS: dict[str, Steps] = {
    "register-empty": pressing(),
    "register-sale": pressing(*SALE),
    "register-entry": pressing(*SALE, "3", "*", "7", "3"),
    "register-unknown": pressing(*SALE, "9", "9", "9", "enter"),
    "register-page-2": pressing("c"),
    "register-later": pressing("f3"),
    "register-receipt": pressing(*SALE, "f11"),
    "pay": pressing(*SALE, "plus"),
    "pay-amount": pressing(*SALE, "1", "0", "0", "plus"),
    "pay-part": pressing(*SALE, "plus", "1", "0", "0", "enter"),
    "pay-give-back": pressing(*SALE, "plus", "1", "0", "0", "enter", "minus"),
    "change": pressing(*SALE, "plus", "5", "0", "0", "enter"),
    "card": telling((*SALE, "f12"), lambda till: till.ask(None, "SÄTT I", "ELLER BLIPPA KORT")),
    "card-abort": pressing(*SALE, "f12", "escape"),
    "card-signature": telling((*SALE, "f12"), lambda till: till.ask(SIGNATURE, "UNDERSKRIFT")),
    "card-referral": telling((*SALE, "f12"), lambda till: till.ask(REFERRAL), "1", "2"),
    "card-overdue": telling((*SALE, "f12"), lambda till: till.overdue("VÄNTA")),
    "card-declined": telling((*SALE, "f12"), lambda till: till.decline()),
    "recovery-doubt": telling(
        (*SALE, "f12"), lambda till: till.in_doubt("terminal=idle", "last=280,00")
    ),
    "recovery-charged": telling((*SALE, "f12"), lambda till: till.in_doubt(), "2", "2", "8", "0"),
    "recovery-held": telling(
        (*SALE, "f12"),
        lambda till: till.tell(
            attention=HELD,
            sale=replace(till.view.sale, state=SaleState.HELD) if till.view.sale else None,
        ),
    ),
    "recovery-unreversed": telling(
        (*SALE, "f12"),
        lambda till: till.tell(
            attention=replace(HELD, facts=(*HELD.facts, ("reversal_service_id", 8))),
            sale=replace(till.view.sale, state=SaleState.HELD) if till.view.sale else None,
        ),
    ),
    "recovery-reversing": telling(
        (*SALE, "f12"),
        lambda till: till.tell(
            attention=Attention("card-unreversed", (("authorized_ore", 60000),)),
            sale=replace(till.view.sale, state=SaleState.REVERSING) if till.view.sale else None,
        ),
    ),
    "recovery-late": telling(SALE, lambda till: till.tell(attention=LATE)),
    "register-late-aside": telling(SALE, lambda till: till.tell(attention=LATE), "escape"),
    "recovery-silent": telling(
        SALE,
        lambda till: till.tell(
            attention=SILENT,
            sale=replace(till.view.sale, state=SaleState.SIGNING) if till.view.sale else None,
        ),
    ),
    "recovery-paper": telling((), lambda till: till.tell(attention=PAPER)),
    "register-aside": telling((), lambda till: till.tell(attention=PAPER), "escape"),
    "search": pressing("f2", "b"),
    "reports": pressing("f9"),
    "faults": pressing("f9", "9"),
    "confirm": pressing(*SALE, "f9", "3"),
    "quit": pressing("ctrl+q"),
    "help": pressing("f1"),
}
TIP_SCREENS: dict[str, Steps] = {
    "tip": pressing(*SALE, "f12", "2", "8", "0"),
    "tip-below": pressing(*SALE, "f12", "1", "0", "enter"),
    "tip-warning": pressing(*SALE, "f12", "2", "0", "0", "enter"),
}


def text_of(app: TillApp) -> str:
    """Give the picture as plain text."""
    rows = app.picture().rows
    return "\n".join("".join(segment.text for segment in row).rstrip() for row in rows) + "\n"


async def dump(folder: Path, name: str, steps: Steps, size: tuple[int, int], look: str) -> None:
    """Lead a till to one screen and write it down."""
    is_tip = name in TIP_SCREENS
    till = FakeTill(replace(SHOP_VIEW, tip_mode="till") if is_tip else SHOP_VIEW)
    app = TillApp(till, clock=FixedClock(), look=look)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await steps(pilot, till)
        await pilot.pause()
        stem = f"{name}-{size[0]}x{size[1]}-{look}"
        (folder / f"{stem}.txt").write_text(text_of(app), encoding="utf-8")
        (folder / f"{stem}.svg").write_text(app.export_screenshot(), encoding="utf-8")


async def main() -> None:
    """Dump all screens in both sizes and looks."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screens")
    wanted = sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    for name, steps in (SCREENS | TIP_SCREENS).items():
        if wanted and name not in wanted:
            continue
        for size in SIZES:
            for look in ("dark", "light"):
                await dump(folder, name, steps, size, look)


if __name__ == "__main__":
    asyncio.run(main())
