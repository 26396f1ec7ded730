"""Receipts, slips and reports for tests: one typical value, changed where a test needs it."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from core.card import CardSlip
from core.money import cash_rounding_ore, price_of
from core.receipt import Receipt, ReceiptKind, ReceiptLine, ReceiptTender, Shop
from core.reports import DayReport, GroupSum, Tally, TipSum, VatSum
from core.vat import vat_rows

AT = datetime(2026, 11, 23, 18, 5, 21, tzinfo=ZoneInfo("Europe/Stockholm"))
SHOP = Shop(
    name="Exempelkaféet AB",
    org_no="556677-8899",
    address=("Storgatan 1", "111 22 Stockholm"),
    register_id="KASSA1",
    footer=("Tack och välkommen åter!",),
)
UNIT_ID = "CCTEST00000000017"
CODE = "UFFQD564M5SQ2JFEAVNOVXV6O6I7NSIQ;M2O6FTVNVMGKNOEPOOTXJY3M7A"


def same(text: str) -> str:
    """Translate nothing."""
    return text


def a_line(
    name: str, price_ore: int, rate_bp: int = 1200, quantity_milli: int = 1000, unit: str = "st"
) -> ReceiptLine:
    """Give a row of goods."""
    amount_ore = price_of(price_ore, quantity_milli)
    return ReceiptLine(name, quantity_milli, unit, price_ore, amount_ore, rate_bp)


LUNCH = (
    a_line("Dagens lunch", 139_00),
    a_line("Lager 40 cl", 89_00, 2500),
    a_line("Bulle, avhämtning", 10_50, 600, 2000),
)
"""249,00 kr in three rates."""


def a_slip(amount_ore: int = 249_00, tip_ore: int = 31_00) -> CardSlip:
    """Give the customer's copy of a contactless purchase."""
    return CardSlip(
        reference="000009103009",
        at="2026-11-23 18:05:21",
        amount_ore=amount_ore,
        tip_ore=tip_ore,
        total_ore=amount_ore + tip_ore,
        bank_agent="Swedbank",
        acquirer_reference="10020001",
        terminal_id="80000082",
        merchant=("Exempelkaféet AB", "Storgatan 1", "111 22 Stockholm", "556677-8899"),
        card_name="Mastercard",
        masked_pan="************9659",
        entry_mode="K",
        id_method="/",
        channel="1",
        responder="3",
        response_code="00",
        institution="SWE",
        approval_code="741591",
        aid="A0000000041010",
        tvr="0000008001",
        tsi="0000",
    )


def a_card(amount_ore: int = 249_00, tip_ore: int = 31_00) -> ReceiptTender:
    """Give a card tender with its slip."""
    return ReceiptTender("card", amount_ore, tip_ore, card=a_slip(amount_ore, tip_ore))


def cash_for(amount_ore: int, given_ore: int) -> ReceiptTender:
    """Give a cash tender that pays `amount_ore`, rounding included."""
    change_ore = given_ore - amount_ore
    return ReceiptTender("cash", amount_ore, given_ore=given_ore, change_ore=change_ore)


def a_receipt(
    lines: tuple[ReceiptLine, ...] = LUNCH,
    tenders: tuple[ReceiptTender, ...] | None = None,
    *,
    rounding_ore: int = 0,
    is_demo: bool = False,
    kind: ReceiptKind = ReceiptKind.SALE,
) -> Receipt:
    """Give a receipt of `lines`; without tenders a card with a tip of 31,00 pays all."""
    total_ore = sum(line.amount_ore for line in lines)
    return Receipt(
        kind=kind,
        shop=SHOP,
        receipt_no=1042,
        at=AT,
        operator="Anna",
        lines=lines,
        total_ore=total_ore,
        rounding_ore=rounding_ore,
        vat=vat_rows((line.rate_bp, line.amount_ore) for line in lines),
        tenders=(a_card(total_ore),) if tenders is None else tenders,
        control_unit_id=UNIT_ID,
        control_code=CODE,
        is_demo=is_demo,
    )


def a_cash_receipt(lines: tuple[ReceiptLine, ...], given_ore: int) -> Receipt:
    """Give a receipt paid in cash, rounded to whole kronor."""
    total_ore = sum(line.amount_ore for line in lines)
    rounding_ore = cash_rounding_ore(total_ore)
    tenders = (cash_for(total_ore + rounding_ore, given_ore),)
    return a_receipt(lines, tenders, rounding_ore=rounding_ore)


def a_copy(receipt: Receipt) -> Receipt:
    """Give the one permitted copy of `receipt`."""
    later = receipt.at.replace(hour=19)
    return replace(receipt, kind=ReceiptKind.COPY, at=later, original_at=receipt.at, copy_no=3)


def a_report(number: int | None = None, *, is_demo: bool = False) -> DayReport:
    """Give an X report, or with a number a Z report, in which every field has its own value."""
    return DayReport(
        shop=SHOP,
        at=AT,
        number=number,
        period_opened_at=AT.replace(hour=8, minute=0),
        program="Blipp SE 0.1.0",
        sales_ore=12_345_50,
        returns=Tally(2, 158_00),
        groups=(GroupSum("Mat", 8_000_00, 60), GroupSum("Öl & vin", 4_345_50, 31)),
        vat=(VatSum(2500, 4_345_50, 869_10), VatSum(1200, 8_000_00, 857_14)),
        opening_float_ore=1_500_00,
        float_changes=Tally(1, -200_00),
        goods_milli=90_435,
        services_milli=3_000,
        receipts=77,
        drawer_openings=4,
        copies=Tally(5, 437_00),
        training=Tally(6, 99_00),
        tenders=(GroupSum("cash", 2_345_90, 20), GroupSum("card", 10_000_00, 57)),
        discounts=Tally(7, 70_00),
        corrections=Tally(8, 88_00),
        unfinished=Tally(1, 45_00),
        grand_sales_ore=1_912_345_50,
        grand_returns_ore=4_158_00,
        rounding_ore=40,
        tips_by_tender=(TipSum("card", 9, 431_00),),
        tips_by_operator=(TipSum("Anna", 5, 231_00), TipSum("Bo", 4, 200_00)),
        charged_by_tender=(GroupSum("cash", 2_345_90, 20), GroupSum("card", 10_431_00, 57)),
        expected_cash_ore=3_645_90,
        card_reversed=Tally(2, 612_00),
        remarks=("receipt 1040 explained: paper unknown",),
        head_hash="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        is_demo=is_demo,
    )
