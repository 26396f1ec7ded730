"""While a device is slow the screen says what it waits for, and the key line what works."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.card import Prompt
from core.facts import PrinterCondition, TerminalState
from core.sale import Sale
from core.services.till import Attention
from core.tender import TenderState
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import FIRST, SHOP_VIEW, FakeTill, FixedClock
from tui.bindings import Keymap
from tui.commands import AbortCard, ReverseHeld, SetDemoFault
from tui.demo_devices import DemoDevices
from tui.screens.page import Cap
from tui.screens.reports import FaultsPage
from tui.widgets.bottom import draw_bottom
from tui.widgets.palette import palette
from tui.widgets.top_bar import draw_top_bar


def sale_of(till: FakeTill) -> Sale:
    """Give the open sale."""
    assert till.view.sale is not None
    return till.view.sale


def key_line(text: str) -> str:
    """Give the last row of the screen."""
    return text.splitlines()[-1]


@pytest.mark.parametrize("keys", [["q"], ["q", "+"]], ids=["register", "pay"])
async def test_a_slow_control_unit_is_told_with_the_time_and_no_dead_key(keys: list[str]) -> None:
    clock = FixedClock()
    async with opened(clock=clock) as (pilot, till, app):
        await burst(pilot, keys)
        till.tell(sale=replace(sale_of(till), state="signing"))
        await settle(pilot)
        assert "F12" not in key_line(text_of(app))
        assert "läses när köpet är klart" in key_line(text_of(app))
        assert "BETALT" in text_of(app)
        assert "ATT BETALA" not in text_of(app)
        assert "Väntar på kontrollenheten" not in text_of(app), "a moment is not told"
        clock.ahead_s = 7
        assert "Väntar på kontrollenheten … 0:07" in text_of(app)
        await burst(pilot, ["w", "w"])
        assert "Sparade tangenter: 2" in key_line(text_of(app))
        till.tell(sale=None)
        await settle(pilot)
        assert "Väntar på" not in text_of(app)
        assert "Kanelbulle" in text_of(app)


async def test_the_keys_of_a_question_are_told_while_the_unit_is_silent() -> None:
    silent = Attention("unit-silent", (("receipt_no", 1), ("text", "x"), ("waits_for_person", 1)))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q"])
        till.tell(sale=replace(sale_of(till), state="signing"), attention=silent)
        await settle(pilot)
        line = key_line(text_of(app))
        assert all(cap in line for cap in (" 1 ", "Enter", "F1", "F9")), line


async def test_a_sale_without_its_code_tells_how_it_was_paid_and_what_the_customer_gets() -> None:
    facts = (("receipt_no", 1), ("text", "remote-protocol code=code-shape"))
    unclear = Attention("unit-unclear", (*facts, ("waits_for_person", 1)))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        card = replace(
            sale_of(till).tenders[-1],
            state=TenderState.SETTLED,
            amount_ore=34_00,
            tip_ore=6_00,
            authorized_ore=40_00,
        )
        sale = replace(sale_of(till), state="signing", tenders=(card,))
        told = Attention("before-stop-open", (("state", "signing"),))
        till.tell(sale=sale, attention=unclear, before_stop=told)
        await settle(pilot)
        text = " ".join(text_of(app).replace("│", " ").split())
        assert "Kontrollenhet GAV INGEN KOD" in text
        assert "Kontrollenhet redo" not in text
        assert "Köpet 34,00 Betalt: Kort 40,00 varav dricks 6,00" in text
        assert "Kunden ska inte betala mer" in text
        assert "måste erbjudas" in text
        assert "köpet från före omstarten" in text
        assert "Ctrl+Q Stäng kassan: köpet finns kvar" in text, "the last way on is on the screen"


@pytest.mark.parametrize("width", [40, 80])
async def test_every_key_of_a_card_in_doubt_is_named_even_beside_the_terminal(width: int) -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.tell(terminal=replace(till.view.terminal, state=TerminalState.READY))
        till.in_doubt()
        await settle(pilot)
        app.desk.has_face = True
        rows = draw_bottom(None, app.desk.top.caps(), width, palette("dark", False)).rows
        lines = ["".join(segment.text for segment in row) for row in rows[1:]]
        assert all(len(line) == width for line in lines)
        line = "".join(lines)
        for cap in (" 1  Fråga igen", " 2  Godkänt", " 3  Ingen", " Tab ", " F1  Hjälp", " F9 "):
            assert cap in line, line


@pytest.mark.parametrize("width", range(20, 90))
def test_a_key_line_without_room_drops_words_before_keys(width: int) -> None:
    caps = [Cap("Enter", "Vara", "enter"), Cap("F9", "Meny", "f9"), Cap("Esc", "Åter", "escape")]
    row = draw_bottom(None, caps, width, palette("dark", False)).rows[-1]
    line = "".join(segment.text for segment in row)
    assert len(line) == width
    assert all(f" {cap.label} " in line for cap in caps)
    assert ("Åter" in line) == (width >= 33), line


async def test_an_abort_that_came_too_late_is_told_with_what_each_answer_does() -> None:
    facts = (("reason", "abort-too-late"), ("authorized_ore", 3400), ("requested_ore", 3400))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        await burst(pilot, ["escape"])
        assert "Avbryter" in text_of(app)
        tender = replace(sale_of(till).tenders[0], state=TenderState.HELD, authorized_ore=3400)
        till.tell(
            sale=replace(sale_of(till), state="held", tenders=(tender,)),
            attention=Attention("card-held", facts),
        )
        await settle(pilot)
        told = text_of(app)
        assert "Avbrottet kom för sent." in told
        assert "34,00 kr" in told
        await burst(pilot, ["2"])
        await burst(pilot, ["j"])
        assert till.taken[-1] == ReverseHeld()


async def test_each_fault_of_the_demo_menu_is_known_to_the_simulated_devices(
    tmp_path: Path,
) -> None:
    devices = DemoDevices(SHOP_VIEW.simulated, "80000082", tmp_path, is_tip_enabled=True)
    devices.start()
    try:
        async with opened() as (pilot, till, app):
            for item in FaultsPage(app.desk).items():
                item.act()
                await settle(pilot)
            faults = [each for each in till.taken if isinstance(each, SetDemoFault)]
        assert ("terminal", "slow-approval") in [(each.device, each.fault) for each in faults]
        for each in faults:
            assert devices.set_fault(each.device, each.fault), each
        assert not devices.set_fault("terminal", "smoke")
    finally:
        devices.stop()


async def test_the_key_line_of_a_card_names_what_works_now() -> None:
    question = Prompt(7, "2", False, ("Ange kontrollnummer:",))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        assert "Avbryt kortet" in key_line(text_of(app))
        till.ask(question)
        await settle(pilot)
        assert "Svara" in key_line(text_of(app))
        assert "Ge upp" in key_line(text_of(app))
        assert "Avbryt kortet" not in key_line(text_of(app))
        till.ask(None)
        await settle(pilot)
        await burst(pilot, ["escape", "escape"])
        assert till.taken.count(AbortCard()) == 2, "asking once more does no harm"
        assert "Avbryt kortet" not in key_line(text_of(app))
        assert "terminalen avgör om kortet redan är draget." in text_of(app)


async def test_the_key_line_of_the_payment_names_what_works_now() -> None:
    async with opened() as (pilot, _till, app):
        await burst(pilot, ["q", "+"])
        assert "Jämnt" in key_line(text_of(app))
        assert "Sudda" not in key_line(text_of(app))
        await burst(pilot, ["5"])
        assert "Jämnt" not in key_line(text_of(app))
        assert "Sudda" in key_line(text_of(app))


async def test_words_and_prices_stand_beneath_one_another() -> None:
    async with opened(size=(120, 40)) as (pilot, _till, app):
        await burst(pilot, ["q", "+"])
        rows = text_of(app).splitlines()
        cash = next(row for row in rows if "kontant 34,00" in row)
        card = next(row for row in rows if "kort 34,00" in row)
        assert cash.index("kontant") == card.index("kort")
        await burst(pilot, ["escape", "f2", "b"])
        rows = text_of(app).splitlines()
        each = next(row for row in rows if "Bryggkaffe" in row)
        kilo = next(row for row in rows if "Bananer" in row)
        assert each.index(",00") == kilo.index(",90")
        assert each.index(",00") < 90, "near its name even in a wide window"


NO_ANSWER = "device-unavailable code=no-answer"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("tip_mode", ["terminal", "till"])
async def test_nothing_that_a_silent_unit_refuses_is_offered(
    size: tuple[int, int], tip_mode: str
) -> None:
    async with opened(FakeTill(replace(SHOP_VIEW, tip_mode=tip_mode)), size) as (pilot, till, app):
        await burst(pilot, ["q"])
        unit = replace(till.view.unit, is_ready=False, text=NO_ANSWER)
        till.tell(unit=unit)
        await settle(pilot)
        assert "F12" not in text_of(app)
        assert "F11" not in text_of(app)
        assert "Köpet är sparat. Ta betalt" in text_of(app)
        count = len(till.taken)
        for key in ("f12", "+"):
            await burst(pilot, [key])
            assert app.desk.top.name == "register"
            assert app.desk.notice is not None
            assert app.desk.notice.code == "unit-not-ready"
        assert len(till.taken) == count
        till.tell(unit=replace(unit, is_ready=True, text=""))
        await settle(pilot)
        assert "F12" in text_of(app)


async def test_the_payment_offers_nothing_when_the_unit_falls_silent() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "+"])
        till.tell(unit=replace(till.view.unit, is_ready=False, text=NO_ANSWER))
        await settle(pilot)
        assert "kassan kan inte sälja" in " ".join(text_of(app).split())
        assert "kontant" not in text_of(app)
        assert "F11" not in key_line(text_of(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
async def test_one_paper_that_waits_for_the_printer_is_told_with_the_drawer(
    size: tuple[int, int],
) -> None:
    async with opened(size=size) as (pilot, till, app):
        await burst(pilot, ["q", "f11"])
        till.tell(papers_waiting=1)
        await settle(pilot)
        assert "i kö" not in text_of(app), "a paper that prints is not told"
        till.tell(printer=PrinterCondition.PAPER_OUT, is_drawer_waiting=True)
        await settle(pilot)
        assert "PAPPER SLUT (1 i kö)" in text_of(app)
        assert "Skrivaren kan inte skriva ut" in text_of(app)
        assert "nyckeln" in text_of(app)
        till.tell(is_drawer_waiting=False)
        await settle(pilot)
        assert "nyckeln" not in text_of(app)


def test_the_devices_in_the_top_line_are_named_whole_even_when_none_may_be_used() -> None:
    refused = replace(
        FIRST,
        terminal=replace(FIRST.terminal, state=TerminalState.REFUSED, lines=()),
        unit=replace(FIRST.unit, is_ready=False, text="simulator-refused unit_id=SIM"),
        printer=PrinterCondition.REFUSED,
        papers_waiting=2,
    )
    rows = draw_top_bar(SHOP_VIEW, refused, "14:32", 80, palette("dark", False)).rows
    line = "".join(segment.text for segment in rows[1])
    assert " Kort ej tillåten " in line
    assert "Kontrollenhet EJ TILLÅTEN" in line
    assert "Skrivare ej tillåten (2 i kö)" in line


async def test_a_missing_code_names_the_key_that_the_shop_has_for_closing() -> None:
    unclear = Attention("unit-silent", (("receipt_no", 1),))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        app.desk.keymap = Keymap({"quit": ("f10",)})
        till.tell(sale=replace(sale_of(till), state="signing"), attention=unclear)
        await settle(pilot)
        text = " ".join(text_of(app).replace("│", " ").split())
        assert "F10 Stäng kassan: köpet finns kvar" in text
        assert "Ctrl+Q" not in text
