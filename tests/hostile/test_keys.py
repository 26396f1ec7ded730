"""Random keys on the real app over a real till: no crash, no act without its question, no loss.

Keys come as bytes through the program's own reader of keys and pastes: every binding, letters,
digits, ctrl and alt, mouse, bracketed pastes with control sequences in them, broken sequences,
bursts, other sizes. Half of them mean something on the page that is shown, and meanwhile customers
draw, decline, stop and lose cards (key_world.py). The model is apart from the till: what was typed,
by which key and on which picture each act was asked for, and what the journal and the terminal
hold afterwards (S19, F55).
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random
from time import monotonic
from typing import cast

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.geometry import Size
from textual.message import Message

from tests.hostile.key_model import Recorder, Watched
from tests.hostile.key_typing import CODES, guided, made, pasted
from tests.hostile.key_world import KeyWorld, check_cards
from tests.screen.desk_of import opened
from tests.whole.conftest import OpenShop
from tests.whole.harness import Shop
from tui import commands as c
from tui.app import TillApp
from tui.clock import SystemClock
from tui.compose import open_shop as open_real_shop
from tui.paste_reader import PasteReader
from tui.screens.confirm import ConfirmPage
from tui.screens.page import Key
from tui.till_thread import Opened, TillThread

PASTE_ENDS_S = 5.0
"""By so much the reader's clock moves after a turn: a paste whose end was lost is over."""


@dataclass
class Fuzz:
    """One app that is typed into, and what was typed."""

    app: TillApp
    recorder: Recorder
    draw: Random
    share: float = 1.0
    """Of the turns, how many are not blind; 1 = nine of ten."""
    keys: int = 0
    scanned: int = 0
    """Codes typed on the register, its entry empty and nothing asked: each is a line."""
    reader_s: float = 0.0
    told: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.reader = PasteReader(lambda: self.reader_s)

    def feed(self, text: str) -> int:
        """Send bytes through the reader to the app; give how many keys they were."""
        assert self.app._driver is not None
        count = 0
        came = [*self.reader.feed(text), *self.reader.tick()]
        self.reader_s += PASTE_ENDS_S
        for event in [*came, *self.reader.tick()]:
            count += isinstance(event, events.Key)
            self.keys += isinstance(event, events.Key | events.Paste)
            self.app._driver.process_message(event)
        return count

    def expire(self) -> None:
        """Let so much time pass that a broken sequence from before is over."""
        assert self.app._driver is not None
        for event in self.reader._expire():
            self.app._driver.process_message(event)

    def paste(self) -> None:
        """Paste something: it presses no key, whatever it holds and whether or not it ends."""
        self.expire()
        text = pasted(self.draw)
        if self.feed(text):
            self.recorder.wrong.append(f"a paste pressed keys: {text!r}")
        self.told["pastes"] += 1

    async def quiet(self, limit_s: float = 20.0) -> None:
        """Wait until no command is out."""
        recorder, until_s = self.recorder, monotonic() + limit_s
        while recorder.submitted != recorder.done and recorder.failed is None:
            assert monotonic() < until_s, "a command was never answered"
            await asyncio.sleep(0)

    @property
    def is_calm(self) -> bool:
        """Say whether what is typed now is a code: the register, nothing typed, nothing asked."""
        desk, view = self.app.desk, self.recorder.view
        sale = view.sale if view is not None else None
        is_open = sale is None or (str(sale.state) == "open" and len(sale.lines) < LINES_MAX)
        is_register = desk.top.name == self.recorder.screen == "register"
        is_idle = (
            not self.app.message_queue_size
            and not desk._waiting
            and not desk.is_busy
            and self.app.focused is None
        )
        return is_open and is_register and is_idle and not desk.top.entry_text

    async def scan(self) -> None:
        """Scan codes when that sells, and see that each became a line."""
        recorder = self.recorder
        if recorder.screen in PLAIN:
            self.feed("\x1b")
        self.expire()
        for _each in range(CALM_TURNS):
            await self.quiet()
            await asyncio.sleep(0)
        if not self.is_calm:
            return
        count, before, questions = (
            self.draw.randint(1, 6),
            recorder.refused.copy(),
            recorder.questions,
        )
        self.feed("".join(f"{self.draw.choice(CODES)}\r" for _each in range(count)))
        until_s = monotonic() + 20
        came = recorder.refused - before
        while came.total() < count and recorder.questions == questions:
            assert monotonic() < until_s, f"of {count} codes {came}"
            await asyncio.sleep(0)
            came = recorder.refused - before
        if recorder.questions == questions:
            told = f"of {count} codes {came}: {recorder.unknown[-count:]}"
            assert set(came) <= {"", "unit-not-ready"}, told
            self.scanned += came[""]

    async def turn(self) -> None:
        """Type once: what the page asks for, anything at all, or a paste."""
        kind, screen = self.draw.random(), self.recorder.screen
        if screen in WAITING and kind < 0.8 * self.share:
            await asyncio.sleep(PAUSE_S)
        elif kind < 0.1 * self.share:
            await self.scan()
        elif kind < 0.9 * self.share:
            self.feed(guided(self.draw, screen))
            await self.quiet()
        elif kind < 0.98:
            self.feed(made(self.draw))
        else:
            self.paste()
        if self.draw.random() < 0.01:
            size = Size(*self.draw.choice(SIZES))
            self.app.post_message(events.Resize(size, size))
        await asyncio.sleep(0)


SIZES = ((80, 24), (80, 24), (120, 40), (200, 50), (60, 20))
LINES_MAX = 100
CALM_TURNS = 3
"""Turns of the event loop in which whatever was typed before is read."""
WAITING = ("card", "recovery")
PLAIN = ("register", "help", "search", "reports", "report", "change")
"""Pages that Esc leaves, or empties."""
PAUSE_S = 0.01
"""On pages that wait for a device keys come slower, or all of them would be spent there."""


async def fuzz(shop: Shop, key_count: int, seed: int, share: float = 1.0) -> Fuzz:
    """Press keys until there were so many, then hold journal and ledger against the model."""

    def open_it() -> Opened:
        opened = open_real_shop(shop.config, shop.data_dir, SystemClock(), is_demo=True)
        opened.till.rules = replace(opened.till.rules, query_interval_s=1)
        return opened

    draw = Random(seed)
    shop.data_dir.mkdir(exist_ok=True)
    recorder, world = Recorder(TillThread(open_it)), KeyWorld(shop, draw)
    app = TillApp(recorder, status=Watched(recorder))  # type: ignore[arg-type] # as a TillPort
    it = Fuzz(app, recorder, draw, share)
    async with app.run_test(size=SIZES[0]) as pilot:
        while recorder.view is None or not recorder.view.unit.is_ready:
            await pilot.pause()
        recorder.watch(app)
        while it.keys < key_count:
            world.step(recorder.view, recorder.seen)
            await it.turn()
            if draw.random() < 0.3:
                await it.quiet()
            if draw.random() < 0.02:
                await pilot.pause()
            if recorder.failed or recorder.wrong or not app.is_running:
                break
        await it.quiet()
        world.mend()
    assert recorder.failed is None, (recorder.failed.code, recorder.failed.facts)
    assert not recorder.wrong, recorder.wrong
    assert it.keys >= key_count, f"it ended after {it.keys} keys"
    rows = shop.notes("lines-added")
    assert len(rows) == recorder.added >= it.scanned, "a line was lost or doubled"
    check_cards(shop)
    it.told.update(fuzzed_keys=it.keys, fuzzed_commands=recorder.submitted, scanned=it.scanned)
    for name, number in [*it.told.items(), *sorted(recorder.seen.items())]:
        print(f"{name} {number} times", file=sys.stderr)
    return it


DECISIONS = ("DecideDoubt", "DecideReversal", "KeepHeld", "ReverseHeld", "ReverseLate",
             "SettleLateByHand")  # fmt: skip
PAGES = ("card", "confirm", "help", "pay", "recovery", "register", "reports", "search")


def check_reach(it: Fuzz, floors: dict[str, int]) -> None:
    """Demand that the run came everywhere: so many of each command and page at least."""
    seen = it.recorder.seen
    counts = {
        **seen,
        "decisions": sum(seen[name] for name in DECISIONS),
        "lates": seen["ReverseLate"] + seen["SettleLateByHand"],
        "per mille": 1000 * it.recorder.submitted // it.keys,
        "scanned": it.scanned,
    }
    short = {name: counts.get(name, 0) for name in floors if counts.get(name, 0) < floors[name]}
    assert not short, f"hardly tried: {short}"


@pytest.mark.parametrize("seed", range(10, 13))
async def test_a_burst_of_blind_keys_breaks_and_loses_nothing(
    open_shop: OpenShop, seed: int
) -> None:
    check_reach(
        await fuzz(open_shop(), 30_000, seed, share=0), {"register": 100, "help": 100, "confirm": 1}
    )


async def test_keys_with_cards_running_break_and_lose_nothing(open_shop: OpenShop) -> None:
    it = await fuzz(open_shop(), 10_000, 13)
    floors = {"AddCode": 30, "PayCash": 20, "PayCard": 15, "CorrectLast": 10, "RepeatLast": 15}
    floors |= {"per mille": 60, "decisions": 1, "scanned": 10}
    check_reach(it, floors | dict.fromkeys(PAGES, 5))


async def test_what_comes_while_the_till_closes_ends_it_with_no_error() -> None:
    async with opened() as (pilot, _till, app):
        await pilot.pause()
    app.draw_soon()
    app._is_draw_soon = True
    app._draw_if_soon()
    await app.on_event(events.Key("q", "q"))
    await app.on_event(events.Paste("1001\n"))
    assert not app.screen_stack


@pytest.mark.night
@pytest.mark.parametrize("seed", range(10))
async def test_a_million_random_keys_break_and_lose_nothing(open_shop: OpenShop, seed: int) -> None:
    it = await fuzz(open_shop(), 100_000, seed)
    floors = {"AddCode": 500, "PayCash": 300, "PayCard": 200, "CorrectLast": 100, "GiveBack": 20}
    floors |= {"per mille": 60, "DecideDoubt": 5, "DecideReversal": 1, "lates": 1}
    floors |= {"KeepHeld": 2, "ReverseHeld": 2, "DecidePaper": 3, "TakeX": 5, "scanned": 100}
    check_reach(it, floors | dict.fromkeys(PAGES, 50))


class LeakyReader(PasteReader):
    """Reads pastes as Textual does."""

    def feed(self, data: str) -> Iterable[Message]:
        yield from XTermParser.feed(self, data)


async def test_the_model_sees_a_paste_that_presses_keys() -> None:
    async with opened() as (pilot, _till, app):
        it = Fuzz(app, Recorder(TillThread(lambda: pytest.fail("not opened"))), Random(1))
        for _each in range(20):
            it.paste()
        assert not it.recorder.wrong
        it.reader = LeakyReader()
        for _each in range(20):
            it.paste()
        assert it.recorder.wrong
        await pilot.pause()


async def test_the_model_tells_by_which_key_an_act_was_asked_for() -> None:
    async with opened() as (pilot, _till, app):
        recorder = Recorder(TillThread(lambda: pytest.fail("not opened")))
        recorder.watch(app)
        app.desk.open(ConfirmPage(app.desk, "", "", lambda: None))
        await pilot.pause()
        page, yes = app.desk.top, Key("j", "j", monotonic() + 1)
        recorder.told("confirm")
        for key, on, words in (
            (None, None, "no typed key"),
            (replace(yes, pasted="j"), page, "no typed key"),
            (replace(yes, name="n"), page, "by n on confirm"),
            (replace(yes, at_s=0.0), page, "before its question"),
            (yes, app.desk.below(page), "by j on register"),
            (yes, page, ""),
        ):
            recorder.wrong.clear()
            recorder.reading(key, on)
            recorder.check_cause(c.TakeZ())
            assert words in "".join(recorder.wrong)
            assert bool(words) == bool(recorder.wrong)


def test_the_model_misses_what_was_hardly_tried() -> None:
    it = Fuzz(cast(TillApp, None), Recorder(TillThread(lambda: pytest.fail("no"))), Random(1), 1, 9)
    check_reach(it, {})
    with pytest.raises(AssertionError, match="hardly tried"):
        check_reach(it, {"lates": 1})
