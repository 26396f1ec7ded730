"""Every screen, in both sizes and both looks: it is drawn, fits, and says what to press."""

from dataclasses import fields, replace

import pytest
from rich.cells import cell_len
from rich.segment import Segment

from core.card import Prompt
from core.catalog import Article, KeyKind, QuickKey
from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tests.screen.fake_till import ARTICLES, SHOP_VIEW, FakeTill
from tools.screens import SCREENS, TIP_SCREENS
from tui.app import TillApp
from tui.views import ShopView
from tui.widgets.palette import Palette, palette

ALL = SCREENS | TIP_SCREENS
SAYS = {
    "register-empty": ("Nytt köp", "TOTALT", "Skanna en vara", "F1", "F9"),
    "register-sale": ("Bryggkaffe", "34,00", "-54,00", "1 0 6 , 0 0", "F12", "F11"),
    "register-entry": ("> 3*73_", "Enter"),
    "register-unknown": ("Okänd vara: 999", "> 999"),
    "register-page-2": ("sida 2 av 2", "Bananer"),
    "register-later": ("finns inte än",),
    "register-receipt": ("Kvitto 1042", "ATT BETALA SEK", "BETALT"),
    "pay": ("ATT BETALA", "kontant 106,00 kr", "kort 106,00 kr"),
    "pay-amount": ("> 100_ kr", "kontant 100,00 kr"),
    "pay-give-back": ("Ge kunden tillbaka 100,00 kr", "ja", "nej"),
    "pay-part": ("-100,00", "6 , 0 0", "Ge tillbaka"),
    "change": ("VÄXEL", "3 9 4 , 0 0"),
    "card": ("SÄTT I", "ELLER BLIPPA KORT", "Esc"),
    "card-abort": ("Avbryter",),
    "card-signature": ("Kontrollera underskriften.", "ja", "nej"),
    "card-referral": ("Ange kontrollnummer:", "> 12_"),
    "card-overdue": ("ovanligt lång tid", "Kommer inget svar", "Esc"),
    "card-declined": ("Kortet nekades", "inget är draget"),
    "recovery-doubt": ("Är kortet draget?", "106,00 kr", "INGEN betalning"),
    "recovery-charged": ("Vilken summa", "> 280_ kr"),
    "recovery-held": ("beslut", "600,00 kr", "351,00 kr", "Återför"),
    "recovery-unreversed": ("Läs dess", "Behåll", "Återför", "visar ÅTERFÖRT"),
    "recovery-reversing": ("återfört?", "600,00 kr", "visar ÅTERFÖRT", "INGEN återföring"),
    "recovery-late": ("draget i efterhand", "280,00 kr", "1041", "9659", "Återför", "för hand"),
    "register-late-aside": ("Ett kort blev draget", "F9 0", "1 0 6 , 0 0"),
    "recovery-silent": ("kontrollkod", "Försök igen"),
    "recovery-paper": ("Kom kvitto 1042 ut?", "Ja", "Nej"),
    "register-aside": ("Kom kvitto 1042 ut?", "F9 0"),
    "search": ("Sök vara", "Bryggkaffe", "34,00"),
    "reports": ("X-rapport", "Z-rapport", "Makulera"),
    "faults": ("Kontrollenheten", "kabeln"),
    "confirm": ("Makulera hela köpet", "106,00 kr", "ja"),
    "quit": ("Stäng kassan?",),
    "help": ("Tangenter", "F12", "F9"),
    "tip": ("Totalt (belopp + extra)", "> 280_ kr"),
    "tip-below": ("mindre än",),
    "tip-warning": ("Dricksen blir", "Är det rätt?", "ja", "nej"),
}
BESIDE = ("card", "recovery")
"""Screens beside which the simulated terminal may stand."""
SMALL = frozenset("▀▁▂▃▄▊▌▎▏▐▔▕▖▗▘▙▛▜▝▟⭘█░▒▓✓✗←→↑↓╭╮╯╰")
HOSTILE = (
    "[@click=app.quit]Bulle[/]",
    "[/b] plan",
    "[IMPORTANT] te",
    "[link=https://x]y",
    "\\[b]",
    "ANSI \x1b[31mröd\x1b[0m",
    "\x1b]52;c;aGVq\x07urklipp",
    "C1 \x9b31m",
    "\u202eesrever",
    "e\u0301e\u0301e\u0301",
    "寿司と緑茶のセット",
    "👩‍🍳🍰",
    "שלום עולם",
    "\ud800 halv",
    "a\tb\nc",
)


def of_tip(name: str) -> ShopView:
    """Give the shop that a screen is led to in."""
    return replace(SHOP_VIEW, tip_mode="till") if name in TIP_SCREENS else SHOP_VIEW


def widths(app: TillApp) -> set[int]:
    """Give the widths of all rows in cells."""
    picture = app.picture()
    return {sum(cell_len(segment.text) for segment in row) for row in picture.rows}


def segments(app: TillApp) -> list[Segment]:
    """Give everything that is drawn."""
    return [segment for row in app.picture().rows for segment in row]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("name", sorted(ALL))
async def test_a_screen_fits_and_says_what_it_is_for(name: str, size: tuple[int, int]) -> None:
    till = FakeTill(of_tip(name))
    async with opened(till, size=size) as (pilot, _till, app):
        await ALL[name](pilot, till)
        await settle(pilot)
        text = text_of(app)
        for words in SAYS[name]:
            assert words in text or words.title() in text, text
        assert widths(app) == {size[0]}
        assert len(app.picture().rows) == size[1]
        assert "ÖVNING" in text
        assert not SMALL & set(text)


@pytest.mark.parametrize("name", sorted(name for name in ALL if name.startswith(BESIDE)))
async def test_a_screen_stands_in_the_narrow_half_beside_the_terminal(name: str) -> None:
    till = FakeTill(of_tip(name))
    async with opened(till) as (pilot, _till, app):
        await ALL[name](pilot, till)
        await settle(pilot)
        if app.desk.is_card:
            block = app.desk.top.draw(40, 20)
            assert {sum(cell_len(each.text) for each in row) for row in block.rows} == {40}


@pytest.mark.parametrize("size", [(20, 6), (81, 25), (100, 30), (132, 24), (200, 60)], ids=str)
async def test_odd_windows_are_drawn(size: tuple[int, int]) -> None:
    async with opened(size=size) as (pilot, _till, app):
        await burst(pilot, ["q", "w", "f11"])
        assert len(widths(app)) == 1


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_outside_text_is_shown_as_it_is_and_moves_nothing(text: str) -> None:
    article = Article("1", text, text, 100)
    keys = (QuickKey(1, "q", text[:18], KeyKind.ARTICLE, "1"),)
    shop = replace(SHOP_VIEW, quick_keys=keys, operator=text)
    async with opened(FakeTill(shop, articles=(article,))) as (pilot, till, app):
        await burst(pilot, ["q", "f2"])
        assert len(widths(app)) == 1
        await burst(pilot, ["escape", "f12"])
        till.ask(Prompt(7, "1", True, (text, text)), text, text)
        await settle(pilot)
        assert widths(app) == {80}
        till.decline(text=text)
        await settle(pilot)
        till.tell(attention=Attention("unit-refused", (("text", text), ("receipt_no", 1))))
        await settle(pilot)
        assert widths(app) == {80}
        for segment in segments(app):
            assert segment.text.isprintable(), ascii(segment.text)
            assert not segment.style or not segment.style.link
        assert app.is_running


async def test_markup_in_a_name_is_shown_verbatim() -> None:
    article = Article("1", "Kaffe [stor] [/b]", "X", 100)
    shop = replace(SHOP_VIEW, quick_keys=(QuickKey(1, "q", "[b]Te[/]", KeyKind.ARTICLE, "1"),))
    async with opened(FakeTill(shop, articles=(article,))) as (pilot, _till, app):
        await burst(pilot, ["q"])
        assert "Kaffe [stor] [/b]" in text_of(app)
        assert "[b]Te[/]" in text_of(app)


@pytest.mark.parametrize("look", ["dark", "light"])
def test_sixteen_colours_are_used_exactly(look: str) -> None:
    from rich._palettes import STANDARD_PALETTE
    from rich.color import ColorSystem
    from rich.palette import Palette as Colours

    assert isinstance(STANDARD_PALETTE, Colours)
    known = {tuple(colour) for colour in STANDARD_PALETTE._colors}
    chosen = palette(look, True)
    styles = [getattr(chosen, field.name) for field in fields(Palette) if field.name != "caps"]
    for style in (*styles, *chosen.caps.values()):
        for colour in (style.color, style.bgcolor):
            assert tuple(colour.triplet) in known, colour
        ink, ground = (
            each.downgrade(ColorSystem.STANDARD).number for each in (style.color, style.bgcolor)
        )
        assert ink != ground
        # Half the consoles show number 3 as brown, half as a bright yellow.
        assert (ink, ground) not in ((15, 3), (7, 3), (3, 15), (3, 7))


async def test_a_click_on_a_drawn_key_presses_it() -> None:
    async with opened() as (pilot, till, app):
        rows = text_of(app).splitlines()
        y = next(number for number, row in enumerate(rows) if "Bryggkaffe" in row)
        await pilot.click(offset=(rows[y].index("Bryggkaffe"), y))
        await settle(pilot)
        assert "34,00" in text_of(app)
        y = len(rows) - 1
        await pilot.click(offset=(text_of(app).splitlines()[y].index("Betala"), y))
        await settle(pilot)
        assert app.desk.top.name == "pay"
        assert len(till.taken) == 1


async def test_a_real_shop_has_no_practice_mark_and_a_short_summary() -> None:
    shop = replace(SHOP_VIEW, is_demo=False, has_terminal=False)
    async with opened(FakeTill(shop)) as (pilot, _till, app):
        await burst(pilot, ["q", "f11"])
        text = text_of(app)
        assert "ÖVNING" not in text
        assert "Kvitto 1042" in text
        assert "Köpet är klart" in text
        await burst(pilot, ["w"])
        assert "Kanelbulle" in text_of(app)
        assert len(ARTICLES) == 5
