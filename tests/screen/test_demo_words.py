"""The demo tells its faults, in the screens' language, and no word is cut off unseen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.simulators import terminal_desk, terminal_sale
from devices.simulators.printer import SimulatedPrinter
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import FakeTill
from tui.demo_devices import DemoDevices
from tui.i18n import _, set_language
from tui.screens.page import Notice
from tui.simulator.printer_face import PrinterFace
from tui.widgets.block import Block
from tui.widgets.bottom import draw_bottom
from tui.widgets.palette import palette

STYLES = palette("dark", is_16=False)


def words_of(block: Block) -> str:
    return "\n".join("".join(segment.text for segment in row) for row in block.rows)


@pytest.fixture
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("sv")


def test_every_hint_of_the_simulated_terminal_has_english_words_that_fit(english: None) -> None:
    modules = vars(terminal_sale) | vars(terminal_desk)
    tables = [table for name, table in modules.items() if name.endswith("_HINTS")]
    hints = [meaning for table in tables for _press, meaning in table]
    assert len(hints) > 10
    for meaning in hints:
        assert _(meaning) != meaning or meaning == "PIN 1234", meaning
        assert len(_(meaning)) <= 26, meaning


def test_a_long_notice_in_a_narrow_window_is_told_whole() -> None:
    words = "Z-rapport går inte: ett köp väntar på kort eller kontrollkod."
    block = draw_bottom(Notice(words, "report-not-allowed"), [], 40, STYLES)
    assert " ".join(words_of(block).split()) == words
    assert len(block.rows) == 3


async def test_the_page_above_gives_way_to_a_long_notice() -> None:
    async with opened() as (_pilot, _till, app):
        app.desk.notice = Notice("ord " * 40)
        picture = app.picture()
        assert len(picture.rows) == 24
        assert words_of(picture).count("ord ") >= 39


async def test_the_printers_keys_end_with_a_whole_key_at_eighty_columns() -> None:
    printer = SimulatedPrinter()
    row = words_of(PrinterFace(printer).picture(STYLES, 80, 24)).splitlines()[-2]
    assert "Ctrl+Q" in row
    assert "stäng" in row


async def test_a_fault_that_is_on_is_marked_in_the_menu_of_faults() -> None:
    till = FakeTill()
    async with opened(till) as (pilot, _till, app):
        till.tell(faults=frozenset({("terminal", "cable")}))
        await settle(pilot)
        await burst(pilot, ["f9", "9"])
        marked = [row for row in text_of(app).splitlines() if "PÅ NU" in row]
        assert len(marked) == 1
        assert "dra ur kabeln" in marked[0]
        await burst(pilot, ["1"])
        assert "Felet är på" in text_of(app)


def test_faults_of_the_demo_are_told_until_they_are_mended(tmp_path: Path) -> None:
    devices = DemoDevices(frozenset({"control-unit"}), "1", tmp_path, is_tip_enabled=True)
    assert devices.set_fault("control-unit", "silent")
    assert devices.set_fault("control-unit", "slow")
    assert devices.faults == {("control-unit", "slow")}
    assert devices.set_fault("control-unit", "")
    assert not devices.faults
    assert not devices.set_fault("control-unit", "no-such-fault")
