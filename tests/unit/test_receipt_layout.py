"""The receipt and the signature slip: golden papers, and what holds for every receipt."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.card_block import control_line, customer_pan, merchant_pan
from core.document import Cut, Document
from core.money import format_kronor
from core.receipt import Receipt, ReceiptKind, ReceiptLine
from core.receipt_layout import (
    format_quantity,
    lay_out_receipt,
    lay_out_reversal,
    lay_out_signature_slip,
)
from core.sheet import wrap_cells
from core.vat import vat_rows
from tests.builders_receipt import (
    CODE,
    LUNCH,
    SHOP,
    UNIT_ID,
    a_card,
    a_cash_receipt,
    a_copy,
    a_line,
    a_receipt,
    a_slip,
    cash_for,
    same,
)
from tests.papers import WIDTHS, assert_fits, assert_golden, rows_of

DEPOSIT = (a_line("Läsk 33 cl", 18_00, 600), a_line("Pant burk", 1_00, 600))
LONG = (
    a_line("Smörgås med handskalade räkor, ägg, majonnäs och dill på rågbröd", 189_00),
    a_line("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", 1_249_00, 2500),
    a_line("Äpplen Ingrid Marie", 39_90, 600, 435, "kg"),
)


def _signature_slip() -> Document:
    slip = replace(a_slip(), id_method="@", entry_mode="C", masked_pan="541333******9659")
    return lay_out_signature_slip(slip, SHOP, 42, same, is_demo=True)


PAPERS: dict[str, Callable[[], Receipt]] = {
    "card-tip": a_receipt,
    "cash-rounding": lambda: a_cash_receipt((a_line("Kaffe", 28_60),), 50_00),
    "split-card-cash": lambda: a_receipt(tenders=(cash_for(100_00, 100_00), a_card(149_00, 15_00))),
    "deposit": lambda: a_cash_receipt(DEPOSIT, 20_00),
    "long-names": lambda: a_cash_receipt(LONG, 2_000_00),
    "demo": lambda: a_receipt(is_demo=True),
    "copy": lambda: a_copy(a_receipt()),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAPERS)
def test_the_paper_looks_as_kept(name: str, width: int) -> None:
    document = lay_out_receipt(PAPERS[name](), width, same)

    assert_fits(document)
    assert_golden(f"{name}-{width}", document.as_text())


def test_the_signature_slip_looks_as_kept() -> None:
    document = _signature_slip()

    assert_fits(document)
    assert_golden("signature-slip-42", document.as_text())


def test_the_signature_slip_is_no_receipt() -> None:
    written = _signature_slip().as_text()

    assert "Detta är inget kassakvitto" in written
    assert "Kvitto nr" not in written
    assert "ATT BETALA" not in written
    assert "Kontrollkod" not in written
    assert "541333******9659" in written


def test_the_paper_about_a_reversal_is_no_receipt_and_names_what_was_undone() -> None:
    slip = replace(a_slip(), kind="reversal", masked_pan="541333******9659")
    document = lay_out_reversal(slip, SHOP, 42, same, is_demo=True)

    assert_fits(document)
    written = document.as_text()
    for text in ("KORTKÖPET ÄR ÅTERFÖRT", "Detta är inget kassakvitto", "MAKULERING", "280,00"):
        assert text in written
    for text in ("Kvitto nr", "ATT BETALA", "Kontrollkod", "541333", "underskrift"):
        assert text not in written
    assert rows_of(document)[0] == rows_of(document)[-1]


def test_a_refund_slip_is_signed_by_the_cashier() -> None:
    slip = replace(a_slip(), kind="refund", id_method="@")

    written = lay_out_signature_slip(slip, SHOP, 42, same, is_demo=False).as_text()

    assert "RETUR" in written
    assert "Kassörens namn" in written
    assert "Kassörens underskrift" in written
    assert "Kortinnehavarens underskrift" not in written


def test_the_total_to_pay_stands_before_the_tip_and_the_tip_is_no_sale() -> None:
    written = lay_out_receipt(a_receipt(), 42, same).as_text()

    order = [written.index(text) for text in ("ATT BETALA SEK", "Betalt: Kort", "Dricks (ej moms")]
    assert order == sorted(order)
    assert re.search(r"ATT BETALA SEK +249,00", written)
    assert re.search(r"Dricks \(ej moms, ingår ej i köpet\) +31,00", written)
    assert re.search(r"Debiterat kort +280,00", written)
    assert re.search(r"Moms totalt +33,88", written)


def test_received_and_change_stand_only_where_there_is_change() -> None:
    exact, more = a_cash_receipt(DEPOSIT, 19_00), a_cash_receipt(DEPOSIT, 20_00)

    assert "Växel" not in lay_out_receipt(exact, 42, same).as_text()
    assert "Mottaget" not in lay_out_receipt(exact, 42, same).as_text()
    written = lay_out_receipt(more, 42, same).as_text()
    assert re.search(r"Mottaget +20,00\s+Växel tillbaka +1,00", written)


def test_each_card_has_its_own_block() -> None:
    second = replace(a_slip(149_00, 0), reference="000009103010", masked_pan="****1111")
    tenders = (a_card(100_00, 10_00), replace(a_card(149_00, 0), card=second))

    written = lay_out_receipt(a_receipt(tenders=tenders), 42, same).as_text()

    assert written.count("Kortinnehavarens kvitto") == 2
    assert "000009103009" in written
    assert "000009103010" in written
    assert "************1111" in written


def test_a_card_without_fields_says_so() -> None:
    tender = replace(a_card(), card=None)

    written = lay_out_receipt(a_receipt(tenders=(tender,)), 42, same).as_text()

    assert "Kortterminalen lämnade inga kortuppgifter" in written


def test_a_block_rebuilt_from_a_query_says_so_and_shows_the_charge() -> None:
    bare = replace(a_slip(), amount_ore=0, tip_ore=31_00, total_ore=0, is_copy_of_query=True)
    tender = replace(a_card(), card=bare)

    written = lay_out_receipt(a_receipt(tenders=(tender,)), 42, same).as_text()

    assert re.search(r"Belopp +249,00", written)
    assert re.search(r"Totalt SEK +280,00", written)
    assert "efter ett avbrott" in " ".join(written.split())


def test_a_return_pays_back_and_shows_negative_vat() -> None:
    line = replace(a_line("Bulle", 58_00, 600), quantity_milli=-1000, amount_ore=-58_00)
    tender = replace(cash_for(-58_00, 0), change_ore=0)

    receipt = a_receipt((line,), (tender,), kind=ReceiptKind.RETURN)
    document = lay_out_receipt(receipt, 42, same)
    written = document.as_text()

    assert "R E T U R K V I T T O" in written
    assert re.search(r"ATT ÅTERBETALA SEK +58,00", written)
    assert re.search(r"C 6 % +-54,72 +-3,28", written)


@pytest.mark.parametrize(
    ("kind", "mark"),
    [(ReceiptKind.TRAINING, "ÖVNING"), (ReceiptKind.PRO_FORMA, "EJ KVITTO")],
)
def test_regulated_kinds_are_marked_in_double_size(kind: ReceiptKind, mark: str) -> None:
    document = lay_out_receipt(a_receipt(kind=kind), 42, "<{}>".format)

    marks = [row.text for row in rows_of(document) if row.is_double]
    assert marks == [mark, mark], "untranslated, first and last"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_demo_paper_is_marked_first_and_last(width: int) -> None:
    slip = lay_out_signature_slip(a_slip(), SHOP, width, same, is_demo=True)
    for document in (lay_out_receipt(a_receipt(is_demo=True), width, same), slip):
        rows = rows_of(document)
        joined = " ".join(row.text for row in rows if row.is_double)
        assert joined == "ÖVNING \u2013 EJ KVITTO ÖVNING \u2013 EJ KVITTO"
        assert rows[0].is_double
        assert rows[-1].is_double
        assert isinstance(document.elements[-1], Cut)


def test_the_drawer_opens_only_when_asked() -> None:
    assert not lay_out_receipt(a_receipt(), 42, same).opens_drawer
    assert lay_out_receipt(a_receipt(), 42, same, opens_drawer=True).opens_drawer


def test_texts_go_through_the_translation() -> None:
    written = lay_out_receipt(a_receipt(), 48, lambda text: f"<{text}>").as_text()

    assert "<ATT BETALA SEK>" in written
    assert "<Kvitto nr 1042>" in written


def test_hostile_texts_reach_no_row_as_controls() -> None:
    line = replace(LUNCH[0], name="\x1bp\x00Kaffe\x1dV\x00\n\x10\x04\x01\u202eeffaK\u200b")
    receipt = a_receipt((line, *LUNCH[1:]))
    receipt = replace(receipt, operator="An\x1b@na", shop=replace(SHOP, footer=("\x9bHej",)))

    document = lay_out_receipt(receipt, 42, same)

    assert_fits(document)
    assert "pKaffeV" in document.as_text()


@pytest.mark.parametrize(
    ("masked", "customer", "merchant"),
    [
        ("************9659", "************9659", "************9659"),
        ("541333******9659", "************9659", "541333******9659"),
        ("5413 33** **** 9659", "************9659", "541333******9659"),
        ("5413330089099659", "************9659", "************9659"),
        ("5413330089******", "************", "************"),
        ("9659", "************9659", "************9659"),
        ("", "", ""),
    ],
)
def test_card_numbers_are_cut_whatever_the_terminal_sent(
    masked: str, customer: str, merchant: str
) -> None:
    assert customer_pan(masked) == customer
    assert merchant_pan(masked) == merchant


def test_the_control_line_is_the_vendors() -> None:
    assert control_line(a_slip()) == "K/1 3 00 SWE 741591"


def test_quantities_lose_needless_zeros() -> None:
    assert [format_quantity(milli) for milli in (1000, 435, 2500, -1000, 0)] == [
        "1",
        "0,435",
        "2,5",
        "-1",
        "0",
    ]


def test_wide_characters_count_two_cells() -> None:
    assert wrap_cells("日本語の名前", 4) == ["日本", "語の", "名前"]


NAMES = st.text(min_size=1, max_size=60)
LINES = st.builds(
    lambda name, price, quantity, rate: a_line(name, price, rate, quantity),
    NAMES,
    st.integers(0, 99_999_999_99),
    st.sampled_from((1, 435, 1000, 3000, 99_000)),
    st.sampled_from((0, 600, 1200, 1250, 2500)),
)


def _without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(LINES, min_size=1, max_size=6).map(tuple),
    operator=NAMES,
    width=st.sampled_from(WIDTHS),
)
def test_no_row_is_too_wide_and_every_required_field_is_there(
    lines: tuple[ReceiptLine, ...], operator: str, width: int
) -> None:
    receipt = replace(a_receipt(lines, None), operator=operator)

    document = lay_out_receipt(receipt, width, same)

    assert_fits(document)
    written = _without_spaces(document.as_text())
    required = [
        SHOP.name,
        SHOP.org_no,
        *SHOP.address,
        "2026-11-23 18:05",
        "Kvitto nr 1042",
        SHOP.register_id,
        format_kronor(receipt.to_pay_ore),
        "Betalt: Kort",
        UNIT_ID,
        CODE,
        *(format_kronor(line.amount_ore) for line in lines),
        *(f"{format_quantity(line.quantity_milli)} st" for line in lines),
        *(format_kronor(row.vat_ore) for row in receipt.vat),
        *(format_kronor(row.net_ore) for row in receipt.vat),
    ]
    assert [text for text in required if _without_spaces(text) not in written] == []


@settings(max_examples=60, deadline=None)
@given(
    digits=st.text("0123456789", min_size=13, max_size=19),
    shown_first=st.integers(0, 19),
    gap=st.sampled_from(("", " ", "-")),
    width=st.sampled_from(WIDTHS),
)
def test_the_customer_copy_never_shows_more_than_four_digits(
    digits: str, shown_first: int, gap: str, width: int
) -> None:
    masked = digits[:shown_first] + "*" * (len(digits) - shown_first - 4) + digits[-4:]
    grouped = gap.join(masked[at : at + 4] for at in range(0, len(masked), 4))
    slip = replace(a_slip(), masked_pan=grouped, card_name="Visa")
    tender = replace(a_card(), card=slip)

    rows = rows_of(lay_out_receipt(a_receipt(tenders=(tender,)), width, same))

    row = next(row.text for row in rows if row.text.startswith("Visa"))
    assert len(re.findall(r"[0-9]", row)) <= 4
    assert re.fullmatch(r"Visa +\*{12}[0-9]{1,4}", row)


def test_vat_that_does_not_fit_three_columns_gets_rows_of_its_own() -> None:
    line = a_line("Fastighet", 99_999_999_99, 2500)
    receipt = a_receipt((line,), (a_card(99_999_999_99, 0),))
    assert receipt.vat == vat_rows([(2500, 99_999_999_99)])

    written = lay_out_receipt(receipt, 32, same).as_text()

    assert re.search(r"A 25 % netto +79 999 999,99", written)
    assert re.search(r"A 25 % moms +20 000 000,00", written)
