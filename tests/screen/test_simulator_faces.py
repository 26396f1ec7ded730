"""The faces of the simulated devices: what they show, and that a person can play with keys."""

from collections.abc import Iterator

import pytest
from textual import events
from textual.pilot import Pilot

from core.card import CardVerdict
from core.document import Cut, Document, TextLine
from core.facts import TerminalState
from devices.factory import PrinterConfig, make_printer
from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.printer import SimulatedPrinter
from tests.terminal_bench import Bench, Waiting
from tui.simulator.alone import FaceApp
from tui.simulator.control_unit_face import ControlUnitFace
from tui.simulator.face import Face
from tui.simulator.printer_face import PrinterFace
from tui.simulator.terminal_face import HEIGHT, WIDTH, TerminalFace

SIZE = (80, 24)
PATIENCE = 400
NOT_ON_A_CONSOLE = frozenset("▀▁▂▃▄▊▌▎▏▐▔▕▖▗▘▙▛▜▝▟⭘█░▒▓✓✗←→↑↓")


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench(None)
    opened.tend_until(TerminalState.READY)
    yield opened
    opened.close()


def text_of(app: FaceApp) -> str:
    face = app.query_one(Face)
    return "\n".join(face.render_line(y).text for y in range(face.size.height))


async def shows(pilot: Pilot[None], app: FaceApp, words: str) -> None:
    """Wait until the face shows `words`."""
    for _ in range(PATIENCE):
        if words in text_of(app):
            return
        await pilot.pause(0.01)
    raise AssertionError(f"{words!r} is not in\n{text_of(app)}")


async def test_a_customer_adds_a_tip_and_taps(bench: Bench) -> None:
    app = FaceApp(lambda: TerminalFace(bench.simulator))
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, app, "kassan ansluten")
        paying = Waiting(bench.pay)
        await shows(pilot, app, "Totalt (belopp + extra)")
        await pilot.press("2", "9", "backspace", "2", "8", "0")
        await shows(pilot, app, "280,00 kr")
        await pilot.press("enter")
        await shows(pilot, app, "blippa kortet")
        await shows(pilot, app, "280,00 varav dricks 31,00 kr")
        await pilot.press("t")
        result = paying.card_result()
        assert (result.verdict, result.authorized_ore) == (CardVerdict.APPROVED, 28_000)
        await shows(pilot, app, "Välkommen")


async def test_a_chip_asks_for_its_code_and_shows_stars(bench: Bench) -> None:
    app = FaceApp(lambda: TerminalFace(bench.simulator))
    async with app.run_test(size=SIZE) as pilot:
        paying = Waiting(lambda: bench.pay(is_tip_allowed=False))
        await shows(pilot, app, "blippa kortet")
        await pilot.press("c")
        await shows(pilot, app, "PIN 1234")
        await pilot.press("1", "2", "3", "4")
        await shows(pilot, app, "****")
        await pilot.press("enter")
        assert paying.card_result().verdict is CardVerdict.APPROVED


@pytest.mark.parametrize(
    ("key", "verdict"), [("d", CardVerdict.DECLINED), ("s", CardVerdict.CANCELLED)]
)
async def test_a_customer_may_stop_or_be_declined(
    bench: Bench, key: str, verdict: CardVerdict
) -> None:
    app = FaceApp(lambda: TerminalFace(bench.simulator))
    async with app.run_test(size=SIZE) as pilot:
        paying = Waiting(lambda: bench.pay(is_tip_allowed=False))
        await shows(pilot, app, "blippa kortet")
        await pilot.press(key)
        assert paying.card_result().verdict is verdict


async def test_the_cable_goes_out_and_in(bench: Bench) -> None:
    app = FaceApp(lambda: TerminalFace(bench.simulator))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("k")
        await shows(pilot, app, "ingen kontakt")
        await pilot.press("k")
        bench.tend_until(TerminalState.READY)
        await shows(pilot, app, "kassan ansluten")


async def test_a_click_presses_what_is_drawn(bench: Bench) -> None:
    app = FaceApp(lambda: TerminalFace(bench.simulator))
    async with app.run_test(size=SIZE) as pilot:
        paying = Waiting(lambda: bench.pay(is_tip_allowed=False))
        await shows(pilot, app, "blippa kortet")
        row = next(y for y, line in enumerate(text_of(app).splitlines()) if "blippa" in line)
        await pilot.click(TerminalFace, offset=(9, row))
        assert paying.card_result().verdict is CardVerdict.APPROVED


async def test_it_fits_beside_the_card_screen_and_a_bare_console_can_draw_it(bench: Bench) -> None:
    app = FaceApp(lambda: TerminalFace(bench.simulator))
    async with app.run_test(size=SIZE) as pilot:
        paying = Waiting(bench.pay)
        await shows(pilot, app, "utan siffror")
        rows = text_of(app).splitlines()
        assert len(rows) == HEIGHT
        assert {len(row) for row in rows} == {WIDTH}
        assert not NOT_ON_A_CONSOLE & set(text_of(app))
        await pilot.press("s")
        paying.join()


class Spy(FaceApp):
    """Hears what the face lets through."""

    heard: tuple[str, ...] = ()

    def on_key(self, event: events.Key) -> None:
        self.heard += (event.key,)


async def test_letters_never_fall_through_to_the_till(bench: Bench) -> None:
    app = Spy(lambda: TerminalFace(bench.simulator))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("q", "x", "1", "enter", "f9")
        await pilot.pause()
    assert app.heard == ("f9",)


async def test_the_paper_is_shown_and_can_run_out() -> None:
    printer = SimulatedPrinter()
    printer.start()
    try:
        app = FaceApp(lambda: PrinterFace(printer))
        async with app.run_test(size=SIZE) as pilot:
            config = PrinterConfig("network", "127.0.0.1", printer.port)
            driver = make_printer(config, is_simulator_allowed=True)
            paper = Document((TextLine("[b]Räksmörgås[/b]   24,90"), Cut()), 42, opens_drawer=True)
            Waiting(lambda: driver.print(paper)).join()
            driver.close()
            await shows(pilot, app, "[b]Räksmörgås[/b]   24,90")
            await shows(pilot, app, "lådan öppnades")
            await pilot.press("p")
            await shows(pilot, app, "papperet är slut")
            await pilot.press("p", "l")
            await shows(pilot, app, "luckan öppen")
            assert not NOT_ON_A_CONSOLE & set(text_of(app))
    finally:
        printer.stop()


async def test_the_unit_shows_its_faults() -> None:
    unit = SimulatedControlUnit()
    app = FaceApp(lambda: ControlUnitFace(unit, "http://127.0.0.1:1/xccsp"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("1")
        assert unit.view().fault == "silent"
        await shows(pilot, app, "tyst · Ctrl+Q")
        await pilot.press("0")
        assert unit.view().fault == ""
        await shows(pilot, app, "hel · Ctrl+Q")
