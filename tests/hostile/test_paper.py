"""Hostile names on paper: only text, pulses and cuts as ordered, amounts where they belong (S6)."""

import re
from dataclasses import replace

import pytest

from core.document import Document
from core.receipt_layout import lay_out_receipt
from core.report_layout import lay_out_report
from core.reports import GroupSum
from core.text import clean
from devices.printers.encoder import EscposEncoder
from devices.simulators.escpos_decoder import EscposDecoder, Pulsed, Refused, Row, WasCut
from tests.builders_receipt import LUNCH, SHOP, a_receipt, a_report, same
from tests.hostile.corpus import names, sample
from tests.hostile.escpos_counter import count
from tests.papers import WIDTHS, assert_fits

AMOUNT = re.compile(rb"(?<![0-9,-])-?[0-9]{1,3}(?: [0-9]{3})*,[0-9]{2}( [A-Z])?$")
EACH = pytest.mark.parametrize(
    "corpus", [sample(60), pytest.param(names(), marks=pytest.mark.night)], ids=["some", "all"]
)


def receipt_of(name: str, width: int) -> Document:
    """Lay out a receipt in which every text that a shop or an operator chooses is `name`."""
    receipt = a_receipt((replace(LUNCH[0], name=name), *LUNCH[1:]))
    shop = replace(SHOP, footer=(name,))
    return lay_out_receipt(
        replace(receipt, operator=name, shop=shop), width, same, opens_drawer=True
    )


def assert_printed(paper: Document, encoder: EscposEncoder) -> list[bytes]:
    """Check that two readers see text, one pulse and one cut, and give the rows."""
    assert_fits(paper)
    data = encoder.encode(paper)
    counted = count(data)
    assert not counted.wrong
    assert (counted.pulses, counted.cuts) == (int(paper.opens_drawer), 1)
    happened = EscposDecoder(paper.width).feed(data)
    assert not [one for one in happened if isinstance(one, Refused)]
    assert sum(isinstance(one, Pulsed) for one in happened) == int(paper.opens_drawer)
    assert sum(isinstance(one, WasCut) for one in happened) == 1
    rows = [one.text for one in happened if isinstance(one, Row)]
    assert all(len(row) <= paper.width for row in rows)
    return counted.rows


def amounts(rows: list[bytes], width: int) -> list[bytes]:
    """Give the amounts that end at the right edge or before the letter of their VAT rate."""
    found = []
    for row in rows:
        match = AMOUNT.search(row)
        if match and len(row) in (width, width - 2):
            found.append(match.group().strip())
    return found


@EACH
def test_no_name_moves_an_amount_or_reaches_the_printer_as_a_command(corpus: list[str]) -> None:
    encoder = EscposEncoder()
    for width in WIDTHS:
        plain = amounts(assert_printed(receipt_of("x", width), encoder), width)
        assert len(plain) >= 5
        for name in corpus:
            rows = assert_printed(receipt_of(name, width), encoder)
            # A name may itself end like an amount; those of the paper stand in their order.
            found = iter(amounts(rows, width))
            assert all(amount in found for amount in plain), (name[:80], width)
            text = b" ".join(b" ".join(rows).split())
            shown = encoder.printable(clean(name, 400)).encode("cp858")
            assert b"".join(shown.split()) in b"".join(text.split()), name[:80]


@EACH
def test_a_report_with_hostile_groups_keeps_its_columns(corpus: list[str]) -> None:
    encoder = EscposEncoder()
    for name in corpus[::2]:
        report = replace(a_report(1), groups=(GroupSum(name, 8_000_00, 60),))
        for width in WIDTHS:
            assert_printed(lay_out_report(report, width, same), encoder)


def test_the_counter_bites() -> None:
    assert count(b"Kaffe\n\x1bp\x00\x19\xfa\x1dV\x00").pulses == 1
    assert count(b"Kaf\x1c.fe\n").wrong
    assert count(b"\x10\x14\x01\x00\x05").wrong
    assert amounts([b"Te" + b" " * 25 + b"24,90"], 32) == [b"24,90"]
    assert amounts([b"Te" + b" " * 24 + b"24,90"], 32) == []


def test_a_name_that_ends_in_a_figure_never_reads_as_the_head_of_its_price() -> None:
    for width in WIDTHS:
        for length in range(1, 40):
            line = replace(LUNCH[0], name="x" * length + " 1")
            paper = lay_out_receipt(a_receipt((line, *LUNCH[1:])), width, same)
            assert not re.search(r"x 1 [0-9]", paper.as_text())
