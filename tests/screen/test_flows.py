"""The ways through the screens: paying, tips, cards, decisions; what is asked of the till."""

from dataclasses import replace

import pytest

from core.card import Prompt
from core.checkout import SaleState
from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import SHOP_VIEW, FakeTill
from tui import commands as c
from tui.messages import TillFailed
from tui.screens.till_desk import TillDesk

TIP_SHOP = replace(SHOP_VIEW, tip_mode="till")
SOLD = (c.AddNumbers(("1001",)),)
HELD = Attention(
    "card-held",
    (("reason", "tip-above-cap"), ("requested_ore", 3400), ("authorized_ore", 9000)),
)


def paid(till: FakeTill) -> tuple[c.Command, ...]:
    """Give what was asked after the one article."""
    assert tuple(till.taken[:1]) == SOLD
    return tuple(till.taken[1:])


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (["+", "+"], (c.PayCard(),)),
        (["f10", "+"], (c.PayCard(),)),
        (["f12"], (c.PayCard(),)),
        (["m"], (c.PayCard(),)),
        (["+", "enter"], (c.PayCash(),)),
        (["f11"], (c.PayCash(),)),
        (["n"], (c.PayCash(),)),
        (["+", "5", "0", "0", "enter"], (c.PayCash(50000),)),
        (["+", "1", "0", "+"], (c.PayCard(1000),)),
        (["1", "0", "+", "+"], (c.PayCard(1000),)),
        (["1", "0", "m", "m"], (c.PayCard(1000),)),
        (["1", "0", "f12", "+"], (c.PayCard(1000),)),
        (["1", "0", "n", "enter"], (c.PayCash(1000),)),
        (["1", "0", "f11"], ()),
        (["+", "escape"], ()),
    ],
    ids=str,
)
async def test_each_way_of_paying(keys: list[str], asked: tuple[c.Command, ...]) -> None:
    async with opened() as (pilot, till, _app):
        await burst(pilot, ["q", *keys])
        assert paid(till) == asked


async def test_a_code_scanned_where_an_amount_is_read_is_refused() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "+", *"73108650", "enter", "enter"])
        assert paid(till) == ()
        assert "skannade du en vara" in text_of(app)


async def test_parts_come_back_to_the_payment_with_what_remains() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "+", "1", "0", "enter"])
        assert app.desk.top.name == "pay"
        await burst(pilot, ["escape"])
        assert app.desk.top.name == "pay"
        await burst(pilot, ["+"])
        till.approve()
        await settle(pilot)
        assert paid(till) == (c.PayCash(1000), c.PayCard())
        assert app.desk.top.name == "register"


async def test_the_last_paid_part_is_given_back_after_a_question() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "+", "-"])
        assert app.desk.notice is not None
        assert app.desk.notice.code == "nothing-to-give-back"
        assert "Ge tillbaka" not in text_of(app).splitlines()[-1]
        await burst(pilot, ["1", "0", "enter"])
        assert text_of(app).splitlines()[-1].count("Ge tillbaka") == 1
        await burst(pilot, ["-"])
        await burst(pilot, ["n", "-"])
        await burst(pilot, ["j"])
        assert paid(till) == (c.PayCash(1000), c.GiveBack(1))


async def test_a_decline_goes_back_to_where_it_was_and_says_why() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "+", "+"])
        till.decline("Refusal")
        await settle(pilot)
        assert app.desk.top.name == "pay"
        assert "nekades av banken" in " ".join(text_of(app).split())
        await burst(pilot, ["escape", "f12"])
        till.decline("Cancel")
        await settle(pilot)
        assert app.desk.top.name == "register"
        assert "Kunden" in text_of(app)


async def typed_total(*keys: str) -> tuple[tuple[c.Command, ...], TillDesk, str]:
    """Sell for 34,00, open the tip window with F12, type, and say what came of it."""
    async with opened(FakeTill(TIP_SHOP)) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        assert app.desk.top.name == "tip"
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        return paid(till), app.desk, text_of(app)


async def test_ok_with_nothing_typed_is_no_tip() -> None:
    asked, _desk, _text = await typed_total("enter")
    assert asked == (c.PayCard(None, None),)


async def test_the_whole_total_is_typed() -> None:
    asked, _desk, _text = await typed_total("4", "0", "enter")
    assert asked == (c.PayCard(None, 4000),)


async def test_less_than_the_amount_is_refused_however_often_enter_comes() -> None:
    asked, desk, text = await typed_total("1", "0", "enter", "enter", "enter")
    assert asked == ()
    assert desk.top.name == "tip"
    assert "mindre än beloppet" in " ".join(text.split())


async def test_above_the_warning_it_asks_with_kronor_and_percent() -> None:
    asked, _desk, text = await typed_total("6", "0", "enter")
    assert asked == ()
    assert "26,00 kr, 76 %" in " ".join(text.split())
    assert (await typed_total("6", "0", "enter", "j"))[0] == (c.PayCard(None, 6000),)
    assert (await typed_total("6", "0", "enter", "n"))[0] == ()


async def test_enter_is_no_answer_to_the_question_about_a_large_tip() -> None:
    asked, desk, text = await typed_total("6", "0", "enter", "enter", "enter")
    assert asked == ()
    assert desk.top.error_code == "tip-warning"
    assert "26,00 kr, 76 %" in " ".join(text.split())


async def test_an_enter_typed_before_the_question_about_a_large_tip_is_dropped() -> None:
    async with opened(FakeTill(TIP_SHOP)) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        await burst(pilot, ["6", "0", "enter", "enter", "j"])
        assert paid(till) == ()
        assert app.desk.top.error_code == "tip-warning"


async def test_after_no_to_a_large_tip_the_total_stands_to_be_typed_anew() -> None:
    asked, desk, _text = await typed_total("6", "0", "enter", "n", "backspace", "backspace")
    assert (asked, desk.top.name, desk.top.entry_text) == ((), "tip", "")


async def test_above_the_maximum_it_refuses() -> None:
    asked, _desk, text = await typed_total("6", "9", "enter", "enter", "j")
    assert asked == ()
    assert "högst 100 %" in " ".join(text.split())


async def test_a_part_by_card_asks_for_its_own_tip() -> None:
    async with opened(FakeTill(TIP_SHOP)) as (pilot, till, _app):
        await burst(pilot, ["q", "+", "2", "0", "+"])
        await pilot.press("2", "5", "enter")
        await settle(pilot)
        assert paid(till) == (c.PayCard(2000, 2500),)


async def test_a_question_for_words_is_answered_or_given_up() -> None:
    prompt = Prompt(7, "2", False, ("Ange kontrollnummer:",))
    async with opened() as (pilot, till, _app):
        await burst(pilot, ["q", "f12"])
        till.ask(prompt)
        await settle(pilot)
        await pilot.press("1", "2", "a", "enter")
        await settle(pilot)
        till.ask(replace(prompt, prompt_id="3"))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        answers = (c.AnswerPrompt("2", "12a"), c.AnswerPrompt("3", ""))
        assert paid(till) == (c.PayCard(), *answers)


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (["1"], c.AskTerminalAgain()),
        (["3", "j"], c.DecideDoubt(False)),
        (["2", "enter", "j"], c.DecideDoubt(True, None)),
        (["2", "4", "0", "enter", "j"], c.DecideDoubt(True, 4000)),
        (["3", "n"], c.PayCard()),
        (["escape"], c.PayCard()),
    ],
    ids=str,
)
async def test_an_unclear_card_is_decided_in_two_steps(keys: list[str], asked: c.Command) -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.in_doubt("terminal=idle")
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        assert till.taken[-1] == asked
        assert asked != c.PayCard() or app.desk.top.name == "recovery"


@pytest.mark.parametrize(("key", "asked"), [("1", c.KeepHeld()), ("2", c.ReverseHeld())])
async def test_a_held_card_is_kept_or_reversed(key: str, asked: c.Command) -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        assert till.view.sale is not None
        till.tell(sale=replace(till.view.sale, state=SaleState.HELD), attention=HELD)
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert app.desk.top.name == "confirm"
        await pilot.press("j")
        await settle(pilot)
        assert till.taken[-1] == asked


async def test_a_missing_code_is_asked_for_again_and_the_screen_goes_by_itself() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q"])
        assert till.view.sale is not None
        silent = Attention("unit-silent", (("receipt_no", 1042), ("waits_for_person", 0)))
        till.tell(sale=replace(till.view.sale, state="signing"), attention=silent)
        await settle(pilot)
        assert app.desk.top.name == "recovery"
        await pilot.press("escape", "enter")
        await settle(pilot)
        assert till.taken[-1] == c.TrySigningAgain()
        till.tell(sale=None, attention=None)
        await settle(pilot)
        assert app.desk.top.name == "register"


async def test_a_page_about_a_missing_code_stays_when_the_reason_changes() -> None:
    facts = (("receipt_no", 1042), ("waits_for_person", 0))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q"])
        assert till.view.sale is not None
        signing = replace(till.view.sale, state="signing")
        till.tell(sale=signing, attention=Attention("unit-unclear", facts))
        await settle(pilot)
        page = app.desk.top
        till.tell(attention=Attention("unit-silent", facts))
        await pilot.press("1")
        await settle(pilot)
        assert app.desk.top is page
        assert "inte gett någon kod" in text_of(app)
        assert till.taken[-1] == c.TrySigningAgain()


async def test_a_paper_question_may_wait_while_the_till_sells() -> None:
    paper = Attention("paper-unknown", (("paper_id", 3), ("kind", "receipt"), ("reference", 9)))
    async with opened() as (pilot, till, app):
        till.tell(attention=paper)
        await settle(pilot)
        await pilot.press("escape")
        await burst(pilot, ["q", "f9", "0"])
        assert till.taken == [*SOLD]
        assert app.desk.top.name == "recovery"
        await pilot.press("j")
        await settle(pilot)
        assert till.taken[-1] == c.DecidePaper(3, True)
        assert app.desk.top.name == "register"


async def test_a_card_is_shown_before_a_paper() -> None:
    paper = Attention("paper-unknown", (("paper_id", 3), ("kind", "receipt"), ("reference", 9)))
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        till.tell(attention=paper)
        await settle(pilot)
        assert app.desk.top.name == "card"
        till.approve()
        await settle(pilot)
        assert app.desk.top.name == "recovery"


async def test_a_fault_of_the_demo_goes_back_to_where_it_was() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "f9", "9", "6"])
        assert till.taken[-1] == c.SetDemoFault("terminal", "cable")
        assert app.desk.top.name == "register"


async def test_a_refused_entry_does_not_stay_beneath_the_refusal_of_another_key() -> None:
    async with opened() as (pilot, _till, app):
        await burst(pilot, ["4", "7", "1", "1", "enter"])
        assert "> 4711" in text_of(app)
        await burst(pilot, ["ö"])
        assert "skriv priset först" in text_of(app)
        assert "> _" in text_of(app)
        await burst(pilot, ["4", "7", "1", "1", "enter", "escape"])
        assert "> _" in text_of(app)


async def test_closing_asks_first_and_only_yes_closes() -> None:
    async with opened() as (pilot, till, app):
        for keys in (["ctrl+q", "n"], ["ctrl+c", "escape"], ["ctrl+q", "enter", "n"]):
            for key in keys:
                await pilot.press(key)
                await settle(pilot)
        assert till.taken == []
        await pilot.press("ctrl+q")
        await settle(pilot)
        await pilot.press("j")
        await settle(pilot)
        assert till.taken == [c.Quit()]
        assert app.return_code == 0


@pytest.mark.parametrize(
    ("code", "is_bug", "exit_code"),
    [("store-damaged", False, 3), ("store-in-use", False, 4), ("bug", True, 3)],
)
async def test_a_stopped_till_says_so_and_can_only_be_closed(
    code: str, is_bug: bool, exit_code: int
) -> None:
    async with opened() as (pilot, till, app):
        app.post_message(TillFailed(code, {"row": 7}, is_bug))
        await settle(pilot)
        await pilot.press("q", "escape", "enter")
        await settle(pilot)
        assert till.taken == []
        assert "Kassan är stoppad" in text_of(app)
        assert code in text_of(app)
        await pilot.press("ctrl+q")
        await settle(pilot)
        assert app.return_code == exit_code


async def test_search_finds_adds_and_asks_for_an_open_price() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["3", "*", "f2", *"bulle", "enter"])
        assert till.taken == [c.AddNumbers(("1101",), 3000)]
        assert app.desk.top.name == "register"
        await burst(pilot, ["f2", *"möte", "enter", *"250", "enter"])
        assert till.taken[-1] == c.AddNumbers(("4011",), None, 25000)


async def test_an_open_price_is_typed_before_a_department() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["ö"])
        assert till.taken == []
        assert "skriv priset först" in text_of(app)
        await burst(pilot, [*"24,50", "ö"])
        assert till.taken == [c.AddDepartment("Övrigt 25 %", 2450)]
        await burst(pilot, [*"25", "q"])
        assert "har fast pris" in text_of(app)
        assert till.view.sale is not None
        assert len(till.view.sale.lines) == 1


async def test_only_devices_that_are_simulated_here_can_be_given_faults() -> None:
    shop = replace(SHOP_VIEW, simulated=frozenset({"printer"}))
    async with opened(FakeTill(shop)) as (pilot, _till, app):
        await burst(pilot, ["f9", "9"])
        shown = text_of(app)
        assert "Skrivaren: slut på papper" in shown
        assert "Kontrollenheten: tystna" not in shown
        assert "Kortterminalen: dra" not in shown


async def test_a_demo_with_devices_of_its_own_offers_no_faults() -> None:
    async with opened(FakeTill(replace(SHOP_VIEW, simulated=frozenset()))) as (pilot, _till, app):
        await burst(pilot, ["f9"])
        assert "Demo: fel" not in text_of(app)


async def test_a_database_of_practice_is_refused_in_plain_words() -> None:
    async with opened() as (pilot, _till, app):
        facts: dict[str, object] = {"key": "demo", "found": "1", "reason": "demo-database"}
        app.post_message(TillFailed("config", facts, False))
        await settle(pilot)
        shown = text_of(app)
        assert "övningsbutik" in shown
        assert "--demo" in shown
        assert "found=" not in shown
