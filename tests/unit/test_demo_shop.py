"""The demo shop: a whole café with a shelf, right by the rules that real shops are held to."""

from datetime import date
from importlib.resources import files
from itertools import pairwise

import pytest

from core.article_file import ArticleFile, CatalogueView, parse_article_bytes, write_articles
from core.barcode import is_ean
from core.catalog import LETTER_ROWS, ArticleKind, KeyKind, QuickKey, Unit
from core.layout_file import keys_without_target, parse_layout
from core.vat import VAT_CODES, rate_on
from core.vat_table import ALWAYS_FROM, ALWAYS_TO, STANDARD_VAT_RATES

DEMO = files("tui.demo")
ACCEPTANCE_EANS = ("2900000039018", "2900000036017", "2900000032019")
"""The sale that the issue shows: three scanned articles, 249,00 kr, two VAT rates."""
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def shop() -> ArticleFile:
    file = parse_article_bytes((DEMO / "articles.csv").read_bytes(), CatalogueView())
    assert file.errors == ()
    return file


@pytest.fixture(scope="module")
def panel() -> tuple[QuickKey, ...]:
    return parse_layout((DEMO / "layout.toml").read_text(encoding="utf-8"))


def test_the_shelf_is_full(shop: ArticleFile) -> None:
    assert len(shop.articles) >= 150
    packaged = [each for each in shop.articles if each.ean]
    assert len(packaged) >= 80
    assert all(is_ean(each.ean) for each in packaged)
    assert {len(each.ean) for each in packaged} == {8, 12, 13}
    assert sum(1 for each in shop.articles if each.plu) >= 60
    assert {each.unit for each in shop.articles} == set(Unit)
    assert {each.kind for each in shop.articles} == set(ArticleKind)
    assert any(each.price_ore is None for each in shop.articles)


def test_all_vat_rates_are_sold(shop: ArticleFile) -> None:
    codes = {each.vat_code for each in shop.departments}
    assert codes <= set(VAT_CODES)
    rates = {rate_on(STANDARD_VAT_RATES, code, TODAY) for code in codes}
    assert {600, 1200, 2500} <= rates


def test_bottles_and_cans_carry_their_deposit(shop: ArticleFile) -> None:
    deposits = {each.number: each.price_ore for each in shop.articles if each.number[:2] == "90"}
    assert deposits == {"9001": 200, "9002": 300}
    departments = {each.name: each for each in shop.departments}
    for each in shop.articles:
        if each.name.endswith(("burk", "PET")) and departments[each.department].name != "Skafferi":
            large = "1,5 l" in each.name
            assert each.deposit_number == ("9002" if large else "9001"), each.name


def test_the_acceptance_sale_is_249_kronor_at_two_rates(shop: ArticleFile) -> None:
    by_ean = {each.ean: each for each in shop.articles}
    vat_codes = {each.name: each.vat_code for each in shop.departments}
    sold = [by_ean[ean] for ean in ACCEPTANCE_EANS]
    assert sum(each.price_ore or 0 for each in sold) == 24_900
    assert not any(each.deposit_number for each in sold)
    rates = {rate_on(STANDARD_VAT_RATES, vat_codes[each.department], TODAY) for each in sold}
    assert rates == {600, 2500}


def test_the_panel_leads_somewhere(shop: ArticleFile, panel: tuple[QuickKey, ...]) -> None:
    numbers = {each.number for each in shop.articles}
    departments = {each.name for each in shop.departments}
    assert keys_without_target(panel, numbers, departments) == ()
    assert {key.page for key in panel} == {1, 2, 3}
    first = {key.letter for key in panel if key.page == 1}
    assert first == set("".join(LETTER_ROWS))


def test_every_page_has_the_shops_own_card_and_cash_key(panel: tuple[QuickKey, ...]) -> None:
    for page in (1, 2, 3):
        tenders = {
            key.target: key.letter
            for key in panel
            if key.page == page and key.kind is KeyKind.TENDER
        }
        assert tenders == {"cash": "n", "card": "m"}


def test_keys_that_add_need_no_typed_price(shop: ArticleFile, panel: tuple[QuickKey, ...]) -> None:
    by_number = {each.number: each for each in shop.articles}
    for key in panel:
        if key.kind is KeyKind.ARTICLE:
            assert all(by_number[number].price_ore for number in key.target.split()), key


def test_the_file_is_as_our_own_export_writes_it(shop: ArticleFile) -> None:
    departments = {each.name: each for each in shop.departments}
    text = write_articles(shop.articles, departments)
    assert (DEMO / "articles.csv").read_text(encoding="utf-8").splitlines() == text.splitlines()


@pytest.mark.parametrize(
    ("code", "day", "rate_bp"),
    [
        ("food", date(2026, 3, 31), 1200),
        ("food", date(2026, 4, 1), 600),
        ("food", date(2027, 12, 31), 600),
        ("food", date(2028, 1, 1), 1200),
        ("standard", TODAY, 2500),
        ("restaurant", TODAY, 1200),
        ("culture", TODAY, 600),
        ("exempt", TODAY, 0),
    ],
)
def test_the_law_on_a_day(code: str, day: date, rate_bp: int) -> None:
    assert rate_on(STANDARD_VAT_RATES, code, day) == rate_bp


@pytest.mark.parametrize("code", VAT_CODES)
def test_each_day_has_exactly_one_rate(code: str) -> None:
    spans = sorted(
        (each.valid_from, each.valid_to) for each in STANDARD_VAT_RATES if each.code == code
    )
    assert (spans[0][0], spans[-1][1]) == (ALWAYS_FROM, ALWAYS_TO)
    for (_, last), (first, _) in pairwise(spans):
        assert (first - last).days == 1
