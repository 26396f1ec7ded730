"""Random keys on the real app over a real till: no crash, no act without its question, no loss.

Keys come as bytes through Textual's own parser: every binding, letters, digits, ctrl and alt,
mouse, bracketed paste, broken sequences, bursts, other sizes. The model is apart from the
till: what was asked for, from which screen, and what the journal holds afterwards (S19, F55).
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable
from random import Random
from time import monotonic

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.geometry import Size
from textual.message import Message

from core.errors import PaymentInProgress
from tests.hostile.corpus import names
from tests.screen.desk_of import opened
from tests.whole.conftest import OpenShop
from tests.whole.harness import Shop
from tui import commands as c
from tui.app import TillApp
from tui.clock import SystemClock
from tui.compose import open_shop as open_real_shop
from tui.messages import CommandDone, TillChanged, TillFailed, TillReady
from tui.status import StatusStream
from tui.till_thread import Opened, TillThread
from tui.views import Outcome, TillView

PRIVILEGED = (
    c.Quit, c.TakeZ, c.VoidSale, c.GiveBack, c.DecideDoubt, c.KeepHeld, c.ReverseHeld,
    c.DecideReversal, c.ReverseLate, c.SettleLateByHand,
)  # fmt: skip
"""Only ever from the page that asks for them."""
ADDING = (c.AddCode, c.AddNumbers, c.AddDepartment, c.RepeatLast)
FUNCTION = [f"\x1bO{one}" for one in "PQRS"] + [
    f"\x1b[{one}~" for one in (15, 17, 18, 19, 20, 21, 23, 24)
]
SPECIAL = ["\r", "\n", "\t", "\x1b", "\x7f", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1b[Z"]
CONTROL = [chr(code) for code in range(1, 27)]
BROKEN = [
    "\x1b[",
    "\x1b[1;",
    "\x1b]0;x\x07",
    "\x1b[?1;2c",
    "\x1b[200~",
    "\x1b[201~",
    "\x1bOx",
    "\x9b",
]
CODES = ("2900000039018", "2900000036017", "2900000032019")


class Recorder:
    """The till behind the screens, and what it was asked from which screen."""

    def __init__(self, till: TillThread) -> None:
        self._till = till
        self._post: Callable[[Message], bool] = lambda message: False
        self.screen = ""
        self.view: TillView | None = None
        self.wrong: list[str] = []
        self.added = 0
        self.submitted = 0
        self.done = 0
        self.quits = 0
        self.failed: TillFailed | None = None
        self.seen: Counter[str] = Counter()
        """How often each screen was told of, and each command given."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._till, name)

    def start(self, post: Callable[[Message], bool]) -> None:
        self._post = post
        self._till.start(self._hear)

    def stop(self) -> None:
        self._till.stop()

    def submit(self, command: c.Command) -> None:
        self.submitted += 1
        self.seen[type(command).__name__] += 1
        if isinstance(command, PRIVILEGED) and self.screen != "confirm":
            self.wrong.append(f"{command} from {self.screen}")
        if isinstance(command, c.Quit):
            self.quits += 1
            assert self.view is not None
            outcome = Outcome(error=PaymentInProgress(state="fuzzed"))
            self._hear(CommandDone(command, outcome, self.view))
            return
        self._till.submit(command)

    def _hear(self, message: Message) -> bool:
        if isinstance(message, TillFailed):
            self.failed = message
        if isinstance(message, TillReady | TillChanged | CommandDone):
            self.view = message.view
        if isinstance(message, CommandDone):
            self.done += 1
            self.added += isinstance(message.command, ADDING) and message.outcome.error is None
        return self._post(message)


class Watched(StatusStream):
    """Tells the recorder which screen was told last."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def write(self, **fields: object) -> None:
        json.dumps(fields)
        self._recorder.screen = str(fields["screen"])
        self._recorder.seen[self._recorder.screen] += 1


def made(draw: Random) -> str:
    """Make what one turn of fuzzing writes."""
    kind = draw.random()
    if kind < 0.55:
        return "".join(draw.choices("0123456789,*+-?.jyn qweasdöåzxcm", k=draw.randint(1, 9)))
    if kind < 0.80:
        return "".join(draw.choices([*FUNCTION, *SPECIAL], k=draw.randint(1, 4)))
    if kind < 0.86:
        return "".join(f"{draw.choice(CODES)}\r" for _each in range(draw.randint(1, 6)))
    if kind < 0.90:
        return "".join(draw.choices(CONTROL, k=3)) + "\x1b" + draw.choice("abqjz+1")
    if kind < 0.94:
        text = "".join(draw.choices(names(300), k=draw.randint(1, 3)))[:10_240]
        return f"\x1b[200~{text}\x1b[201~"
    if kind < 0.98:
        column, row = draw.randint(1, 80), draw.randint(1, 24)
        button = draw.choice((0, 0, 0, 1, 2, 35, 64))
        return f"\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m"
    return draw.choice(BROKEN)


async def feed(app: TillApp, parser: XTermParser, text: str) -> int:
    """Send bytes through the parser to the app; give how many keys they were."""
    keys = 0
    assert app._driver is not None
    for event in [*parser.feed(text), *parser.tick()]:
        keys += isinstance(event, events.Key | events.Paste)
        app._driver.process_message(event)
    return keys


async def quiet(app: TillApp, recorder: Recorder, limit_s: float = 20.0) -> None:
    """Wait until no command is out."""
    until_s = monotonic() + limit_s
    while recorder.submitted != recorder.done and recorder.failed is None:
        assert monotonic() < until_s, "a command was never answered"
        await asyncio.sleep(0)


async def fuzz(shop: Shop, key_count: int, seed: int) -> int:
    """Press keys until there were so many, then hold the journal against the model."""

    def open_it() -> Opened:
        return open_real_shop(shop.config, shop.data_dir, SystemClock(), is_demo=True)

    draw, parser = Random(seed), XTermParser()
    shop.data_dir.mkdir(exist_ok=True)
    recorder = Recorder(TillThread(open_it))
    app = TillApp(recorder, status=Watched(recorder))  # type: ignore[arg-type] # as a TillPort
    keys, sizes = 0, ((80, 24), (120, 40), (60, 20), (200, 50))
    async with app.run_test(size=(80, 24)) as pilot:
        while recorder.view is None or not recorder.view.unit.is_ready:
            await pilot.pause()
        while keys < key_count:
            keys += await feed(app, parser, made(draw))
            if draw.random() < 0.01:
                size = Size(*draw.choice(sizes))
                app.post_message(events.Resize(size, size))
            await asyncio.sleep(0)
            if draw.random() < 0.3:
                await quiet(app, recorder)
            if draw.random() < 0.02:
                await pilot.pause()
            if recorder.failed or recorder.wrong or not app.is_running:
                break
        await quiet(app, recorder)
    assert recorder.failed is None, (recorder.failed.code, recorder.failed.facts)
    assert not recorder.wrong, recorder.wrong
    assert keys >= key_count, f"it ended after {keys} keys"
    rows = shop.notes("lines-added")
    assert len(rows) == recorder.added, "a line was lost or doubled"
    told = (("fuzzed_keys", keys), ("fuzzed_commands", recorder.submitted), *recorder.seen.items())
    print("\n".join(f"{name} {number} times" for name, number in told), file=sys.stderr)
    return keys


@pytest.mark.parametrize("seed", range(10, 14))
async def test_a_burst_of_random_keys_breaks_and_loses_nothing(
    open_shop: OpenShop, seed: int
) -> None:
    await fuzz(open_shop(), 25_000, seed)


async def test_what_comes_while_the_till_closes_ends_it_with_no_error() -> None:
    async with opened() as (pilot, _till, app):
        await pilot.pause()
    app.draw_soon()
    app._is_draw_soon = True
    app._draw_if_soon()
    await app.on_event(events.Key("q", "q"))
    await app.on_event(events.Paste("1001\n"))
    assert not app.screen_stack


def test_the_model_bites() -> None:
    recorder = Recorder(TillThread(lambda: pytest.fail("not opened")))
    watched = Watched(recorder)
    watched.write(screen="register")
    recorder._till.submit(c.TakeX())
    assert not recorder.wrong
    recorder.submit(c.TakeZ())
    assert recorder.wrong == [f"{c.TakeZ()} from register"]


@pytest.mark.night
@pytest.mark.parametrize("seed", range(10))
async def test_a_million_random_keys_break_and_lose_nothing(open_shop: OpenShop, seed: int) -> None:
    await fuzz(open_shop(), 100_000, seed)
