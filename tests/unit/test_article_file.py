"""The article file: what is read, what is refused, and that nothing is given out half."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.article_file import (
    CELL_LENGTH_MAX,
    COLUMNS,
    ArticleChange,
    CatalogueView,
    changes_of,
    codes_of,
    parse_article_bytes,
    parse_articles,
    write_articles,
)
from core.article_rows import RowError, RowFault
from core.barcode import check_digit, is_ean, twin_of
from core.catalog import Article, ArticleKind, Department, Unit
from core.text import clean

HEADER = "number;ean;plu;name;price;department;vat;kind;unit;deposit\n"
NOTHING = CatalogueView()
DRINKS = Department("Dryck", "food")
PANT = Article("9001", "Pant burk", "Dryck", 200)
COLA = Article("3001", "Cola", "Dryck", 1500, "2900000030015", deposit_number="9001")
SHOP = CatalogueView({"9001": PANT, "3001": COLA}, {"Dryck": DRINKS})


def faults(text: str, known: CatalogueView = NOTHING) -> list[tuple[int, str, str]]:
    file = parse_articles(text, known)
    assert not file.rows or not file.errors
    return [(error.row, error.column, error.fault.value) for error in file.errors]


def row(**cells: str) -> str:
    """One good row under HEADER, changed by `cells`."""
    good = {"number": "1", "name": "Kaffe", "price": "24,90", "department": "Fika", "vat": "food"}
    good |= cells
    return ";".join(good.get(column, "") for column in COLUMNS) + "\n"


def test_a_full_row_is_read() -> None:
    text = HEADER + row(
        ean="2900000030015", plu="11", kind="service", unit="kg", name="  Rostat \t kaffe "
    )
    file = parse_articles(text, NOTHING)
    assert file.errors == ()
    assert file.articles == (
        Article(
            "1",
            "Rostat kaffe",
            "Fika",
            2490,
            "2900000030015",
            "11",
            ArticleKind.SERVICE,
            Unit.KILOGRAM,
        ),
    )
    assert file.departments == (Department("Fika", "food"),)
    assert file.rows[0].row == 2


@pytest.mark.parametrize(
    ("price", "price_ore"), [("24.90", 2490), ("24,9", 2490), ("24", 2400), ("0", 0), ("", None)]
)
def test_prices_are_read_with_comma_or_point(price: str, price_ore: int | None) -> None:
    assert parse_articles(HEADER + row(price=price), NOTHING).articles[0].price_ore == price_ore


@pytest.mark.parametrize(
    ("vat", "code"),
    [
        ("standard", "standard"),
        ("Food", "food"),
        ("12", "fixed:1200"),
        ("12,5", "fixed:1250"),
        ("25 %", "fixed:2500"),
        ("0", "fixed:0"),
    ],
)
def test_vat_is_a_word_or_a_percentage(vat: str, code: str) -> None:
    assert parse_articles(HEADER + row(vat=vat), NOTHING).departments[0].vat_code == code


def test_bom_crlf_comma_and_any_order_are_taken() -> None:
    text = '\ufeffvat,department,PRICE,name,number\r\nfood,Fika,"24,90","Kaffe, stor",1\r\n'
    file = parse_articles(text, NOTHING)
    assert file.articles == (Article("1", "Kaffe, stor", "Fika", 2490),)


def test_a_card_number_in_a_name_is_masked_and_other_digits_are_not() -> None:
    file = parse_articles(HEADER + row(name="Bulle 5413330089010434, 12 st"), NOTHING)
    assert file.rows[0].article.name == "Bulle ************0434, 12 st"


def test_empty_rows_are_passed_over_and_counted() -> None:
    text = HEADER + "\n;;;;;;;;;\n" + row(vat="x")
    assert faults(text) == [(4, "vat", "unknown-vat")]


@pytest.mark.parametrize(
    ("cells", "column", "fault"),
    [
        ({"number": ""}, "number", RowFault.EMPTY),
        ({"number": "1 2"}, "number", RowFault.HOLDS_BLANK),
        ({"number": "1" * 21}, "number", RowFault.TOO_LONG),
        ({"ean": "2900000030016"}, "ean", RowFault.EAN_CHECK_DIGIT),
        ({"ean": "123"}, "ean", RowFault.EAN_LENGTH),
        ({"ean": "7,39E+12"}, "ean", RowFault.NOT_DIGITS),
        ({"ean": "٢٩٠٠٠٠٠٠٣٠٠١٥"}, "ean", RowFault.NOT_DIGITS),
        ({"plu": "1234567"}, "plu", RowFault.TOO_LONG),
        ({"plu": "A1"}, "plu", RowFault.NOT_DIGITS),
        ({"name": ""}, "name", RowFault.EMPTY),
        ({"name": "\u200b\u202e"}, "name", RowFault.EMPTY),
        ({"name": "x" * 61}, "name", RowFault.TOO_LONG),
        ({"name": "x" * 201}, "name", RowFault.TOO_LONG),
        ({"price": "-1,00"}, "price", RowFault.NEGATIVE_PRICE),
        ({"price": "1.249,00"}, "price", RowFault.NOT_AN_AMOUNT),
        ({"price": "1e3"}, "price", RowFault.NOT_AN_AMOUNT),
        ({"price": "NaN"}, "price", RowFault.NOT_AN_AMOUNT),
        ({"price": "9" * 12}, "price", RowFault.AMOUNT_TOO_LARGE),
        ({"department": ""}, "department", RowFault.EMPTY),
        ({"vat": ""}, "vat", RowFault.EMPTY),
        ({"vat": "-5"}, "vat", RowFault.UNKNOWN_VAT),
        ({"vat": "100"}, "vat", RowFault.UNKNOWN_VAT),
        ({"vat": "moms"}, "vat", RowFault.UNKNOWN_VAT),
        ({"kind": "vara"}, "kind", RowFault.UNKNOWN_KIND),
        ({"unit": "dl"}, "unit", RowFault.UNKNOWN_UNIT),
        ({"deposit": "77"}, "deposit", RowFault.DEPOSIT_UNKNOWN),
        ({"deposit": "1"}, "deposit", RowFault.DEPOSIT_HAS_DEPOSIT),
    ],
)
def test_a_bad_cell_is_named(cells: dict[str, str], column: str, fault: RowFault) -> None:
    assert faults(HEADER + row(**cells)) == [(2, column, fault.value)]


def test_every_bad_row_is_named_and_no_row_is_given_out() -> None:
    text = (
        HEADER
        + row(number="1", ean="1", price="x")
        + row(number="2")
        + row(number="3", vat="standard")
        + row(number="2", plu="5")
    )
    assert faults(text) == [
        (2, "ean", "ean-length"),
        (2, "price", "not-an-amount"),
        (4, "vat", "vat-differs"),
        (5, "number", "number-twice"),
    ]


def test_a_bad_deposit_row_makes_no_followers() -> None:
    text = HEADER + row(number="1", deposit="9") + row(number="9", price="x")
    assert faults(text) == [(3, "price", "not-an-amount")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, column, "column-missing") for column in ("number", "name", "price")]),
        ("number;name;price;department;vat;färg\n", [(1, "färg", "unknown-column")]),
        ("number;name;price;department;vat;vat\n", [(1, "vat", "column-twice")]),
        (HEADER + "1;2\n", [(2, "", "too-few-cells")]),
        (HEADER + row() + row(deposit=";"), [(3, "", "too-many-cells")]),
        (HEADER + row(name='"Kaffe'), [(2, "", "bad-quotes")]),
        (HEADER + row(name='"Kaffe"stor'), [(2, "", "bad-quotes")]),
        (HEADER + row(name='"' + "x" * 200_000 + '"'), [(2, "", "bad-quotes")]),
    ],
)
def test_a_bad_shape_is_named(text: str, found: list[tuple[int, str, str]]) -> None:
    assert faults(text)[: len(found)] == found


def test_a_quoted_line_break_does_not_move_the_row_numbers() -> None:
    text = HEADER + row(name='"Kaffe\nstor"') + row(number="2", vat="x")
    assert faults(text) == [(3, "vat", "unknown-vat")]


def test_too_many_rows_are_refused() -> None:
    text = "number;name;price;department;vat\n" + "1;a;1;d;food\n" * 100_001
    assert faults(text) == [(100_002, "", "too-many-rows")]


def test_bytes_that_are_not_utf8_name_the_row() -> None:
    data = (HEADER + row(name="Ost")).encode() + row(number="2", name="Smör").encode("latin-1")
    assert parse_article_bytes(data, NOTHING).errors == (RowError(3, "", RowFault.NOT_UTF8, "f6"),)


def test_a_file_above_the_limit_is_refused_unread() -> None:
    errors = parse_article_bytes(b"x" * 20_000_001, NOTHING).errors
    assert [error.fault for error in errors] == [RowFault.FILE_TOO_LARGE]
    errors = parse_articles("x" * 20_000_001, NOTHING).errors
    assert [error.fault for error in errors] == [RowFault.FILE_TOO_LARGE]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"plu": "9001"}, "plu"),
        ({"number": "2900000030015"}, "number"),
        ({"ean": "2900000030015"}, "ean"),
    ],
)
def test_a_code_of_another_article_is_refused(cells: dict[str, str], column: str) -> None:
    assert faults(HEADER + row(**cells), SHOP) == [(2, column, "code-taken")]


def test_upc_a_with_and_without_the_leading_zero_is_one_code() -> None:
    assert is_ean("012345678905")
    assert is_ean("0012345678905")
    text = HEADER + row(number="a", ean="012345678905") + row(number="b", ean="0012345678905")
    assert parse_articles(text, NOTHING).errors == (
        RowError(3, "ean", RowFault.CODE_TAKEN, "0012345678905", "a"),
    )
    article = parse_articles(HEADER + row(ean="012345678905"), NOTHING).articles[0]
    assert article.ean == "012345678905"
    assert codes_of(article) == {"1", "012345678905", "0012345678905"}


def test_an_article_may_have_one_code_in_several_places_and_two_may_swap() -> None:
    same = HEADER + row(number="7", plu="7")
    assert faults(same) == []
    known = CatalogueView(
        {"a": Article("a", "A", "Fika", 1, plu="1"), "b": Article("b", "B", "Fika", 1, plu="2")},
        {"Fika": Department("Fika", "food")},
    )
    assert faults(HEADER + row(number="a", plu="2") + row(number="b", plu="1"), known) == []


def test_the_vat_of_a_department_is_never_changed() -> None:
    file = parse_articles(HEADER + row(department="Dryck", vat="standard"), SHOP)
    assert file.errors == (RowError(2, "vat", RowFault.VAT_DIFFERS, "standard", "food"),)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"deposit": "3001"}, (2, "deposit", "deposit-has-deposit")),
        ({"price": ""}, (2, "price", "deposit-without-price")),
    ],
)
def test_a_deposit_that_others_name_stays_one(
    cells: dict[str, str], fault: tuple[int, str, str]
) -> None:
    good = {"number": "9001", "department": "Dryck"}
    assert fault in faults(HEADER + row(**good, **cells), SHOP)


def test_a_column_the_file_does_not_have_leaves_what_is_known() -> None:
    text = "number;name;price;department;vat\n3001;Cola;17;Dryck;food\n"
    file = parse_articles(text, SHOP)
    assert file.articles == (replace(COLA, price_ore=1700),)


def test_changes_tell_old_and_new() -> None:
    text = write_articles([PANT, replace(COLA, price_ore=1700)], SHOP.departments)
    text += row(number="5")
    changes = changes_of(parse_articles(text, SHOP), SHOP)
    assert changes.departments == (Department("Fika", "food"),)
    assert changes.articles == (
        ArticleChange(COLA, replace(COLA, price_ore=1700)),
        ArticleChange(None, Article("5", "Kaffe", "Fika", 2490)),
    )
    assert all(change.is_price_changed for change in changes.articles)


@pytest.mark.parametrize("name", ["=1+1", "+46", "-rabatt", "@SUM(A1)", 'a"b;c,d', "[bold]x", "''"])
def test_formulas_and_markup_are_names_like_any_other(name: str) -> None:
    article = Article("1", name, "Dryck", 100)
    for delimiter in ";,":
        text = write_articles([article], SHOP.departments, delimiter)
        assert parse_articles(text, NOTHING).articles == (article,)


@given(st.text(max_size=60))
def test_a_hostile_name_is_cleaned_or_refused(name: str) -> None:
    article = Article("1", name, "Dryck", 100)
    file = parse_articles(write_articles([article], SHOP.departments), NOTHING)
    cleaned = clean(name, 800)
    if not cleaned or len(cleaned) > 60:
        assert file.errors
    else:
        assert [each.name for each in file.articles] == [cleaned]


@given(st.text(max_size=300))
def test_any_text_is_either_rows_or_errors(text: str) -> None:
    for each in (text, HEADER + text):
        file = parse_articles(each, SHOP)
        assert not (file.rows and file.errors)
        assert all(len(error.value) <= CELL_LENGTH_MAX * 4 for error in file.errors)


names = st.text(max_size=60).map(lambda text: clean(text, 60)).filter(bool)
eans = st.integers(0, 10**12 - 1).map(lambda body: f"{body:012d}" + check_digit(f"{body:012d}"))


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[list[Article], dict[str, Department]]:
    """Draw articles with unique codes; the first is a deposit that the others may name."""
    vat_codes = st.sampled_from(["standard", "food", "exempt", "fixed:1250", "fixed:5"])
    departments = {
        name: Department(name, draw(vat_codes))
        for name in draw(st.lists(names, min_size=1, max_size=3, unique=True))
    }
    count = draw(st.integers(1, 6))
    prices = st.none() | st.integers(0, 99_999_999_99)
    articles = [
        Article(
            number=f"n{at}",
            name=draw(names),
            department=draw(st.sampled_from(sorted(departments))),
            price_ore=draw(prices) if at else draw(st.integers(0, 500)),
            ean=draw(st.just("") | eans),
            plu=draw(st.sampled_from(["", f"{at}"])),
            kind=draw(st.sampled_from(ArticleKind)),
            unit=draw(st.sampled_from(Unit)),
            deposit_number=draw(st.sampled_from(["", "n0"])) if at else "",
        )
        for at in range(count)
    ]
    codes = [code for each in articles for code in {each.ean, twin_of(each.ean)} - {""}]
    if len(codes) != len(set(codes)):
        articles = [replace(each, ean="") for each in articles]
    return articles, departments


@given(catalogues(), st.sampled_from(";,"), st.booleans())
def test_what_is_written_is_read_back(
    catalogue: tuple[list[Article], dict[str, Department]], delimiter: str, has_bom: bool
) -> None:
    articles, departments = catalogue
    text = write_articles(articles, departments, delimiter)
    data = text.encode("utf-8-sig" if has_bom else "utf-8")
    file = parse_article_bytes(data, NOTHING)
    assert file.errors == ()
    assert list(file.articles) == articles
    assert {each.name: each for each in file.departments}.items() <= departments.items()


@given(st.text("0123456789", min_size=7, max_size=12))
def test_one_wrong_digit_is_always_seen(body: str) -> None:
    code = body + check_digit(body)
    wrong = str((int(code[0]) + 1) % 10) + code[1:]
    assert check_digit(wrong[:-1]) != wrong[-1]
    assert is_ean(code) is (len(code) in (8, 12, 13))
