"""X and Z on paper: golden texts, every letter of the regulation, and no row too wide."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.report_layout import lay_out_report
from core.reports import DayReport, GroupSum, Tally
from tests.builders_receipt import a_report, same
from tests.papers import WIDTHS, assert_fits, assert_golden, rows_of

FIELDS = {
    "a": ("Exempelkaféet AB", "Org.nr 556677-8899"),
    "b": ("Framställd", "2026-11-23 18:05"),
    "c": ("nr 128",),
    "d": ("Z-DAGRAPPORT",),
    "e": ("Kassa", "KASSA1"),
    "f": ("Total försäljning", "12 345,50"),
    "g": ("Försäljning per varugrupp", "Öl & vin", "4 345,50"),
    "h": ("25 %", "869,10", "12 %", "857,14"),
    "i": ("Växelkassa vid start", "1 500,00", "Ändringar av växelkassan, 1 st", "-200,00"),
    "j": ("Antal sålda varor", "90,435"),
    "k": ("Antal sålda tjänster",),
    "l": ("Antal kassakvitton", "77"),
    "m": ("Antal lådöppningar utan försäljning",),
    "n": ("Kvittokopior, 5 st", "437,00"),
    "o": ("Övningsregistreringar, 6 st", "99,00"),
    "p": ("Försäljning per betalmedel", "Kontant, 20 st", "2 345,90", "Kort, 57 st", "10 000,00"),
    "q": ("Returer, 2 st", "158,00"),
    "r": ("Rabatter, 7 st", "70,00"),
    "s": ("försäljningen, 8 st", "88,00"),
    "t": ("Oavslutade försäljningar, 1 st", "45,00"),
    "u": ("Grand total försäljning", "1 912 345,50"),
    "v": ("Grand total retur", "4 158,00"),
    "w": ("Grand total netto", "1 908 187,50"),
    "tips": ("Dricks per betalmedel", "431,00", "Dricks per kassör", "Anna, 5 st", "231,00"),
    "charged": ("Debiterat per betalmedel", "10 431,00"),
    "cash": ("Förväntade kontanter i lådan", "3 645,90"),
    "rounding": ("Öresavrundning", "0,40"),
    "hash": ("Journalens senaste kontrollsumma", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b"),
    "remarks": ("receipt 1040 explained: paper unknown",),
    "reversed": ("Återförda kortköp, 2 st", "612,00"),
    "program": ("Blipp SE 0.1.0",),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("name", "number"), [("x", None), ("z", 128)])
def test_the_report_looks_as_kept(name: str, number: int | None, width: int) -> None:
    document = lay_out_report(a_report(number), width, same)

    assert_fits(document)
    assert_golden(f"{name}-{width}", document.as_text())


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_labelled_and_shown(field: str) -> None:
    written = lay_out_report(a_report(128), 42, same).as_text()

    assert [text for text in FIELDS[field] if text not in written] == []


def test_an_x_report_has_no_number() -> None:
    written = lay_out_report(a_report(None), 42, same).as_text()

    assert "X-DAGRAPPORT" in written
    assert "DAGRAPPORT nr" not in written


def test_tips_stand_after_the_mandatory_fields() -> None:
    written = lay_out_report(a_report(128), 42, same).as_text()

    assert written.index("Grand total netto") < written.index("Dricks per betalmedel")


def test_an_empty_period_prints_zeros_and_no_gaps() -> None:
    none = Tally()
    empty = replace(
        a_report(1), groups=(), vat=(), tenders=(), tips_by_tender=(), tips_by_operator=(),
        charged_by_tender=(), copies=none, training=none, returns=none, sales_ore=0,
    )  # fmt: skip

    written = lay_out_report(empty, 42, same).as_text()

    assert written.count("Inga") == 5
    assert "Moms totalt" in written


def test_a_demo_report_is_marked_first_and_last() -> None:
    rows = rows_of(lay_out_report(a_report(1, is_demo=True), 42, same))

    assert rows[0].text == rows[-1].text == "ÖVNING \u2013 EJ KVITTO"
    assert rows[0].is_double


AMOUNTS = st.integers(-999_999_999_999_99, 999_999_999_999_99)


@settings(max_examples=40, deadline=None)
@given(
    amount_ore=AMOUNTS,
    name=st.text(min_size=1, max_size=80),
    count=st.integers(0, 10**9),
    width=st.sampled_from(WIDTHS),
)
def test_no_row_is_too_wide(amount_ore: int, name: str, count: int, width: int) -> None:
    report: DayReport = replace(
        a_report(999_999, is_demo=True),
        sales_ore=amount_ore,
        grand_sales_ore=amount_ore,
        groups=(GroupSum(name, amount_ore, count),),
        tenders=(GroupSum(name, amount_ore, count),),
        returns=Tally(count, amount_ore),
        remarks=(name,),
        program=name,
    )

    assert_fits(lay_out_report(report, width, same))
