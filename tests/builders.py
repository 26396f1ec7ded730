"""Sales, rules and tills for tests: one typical value, changed where a test needs it."""

from dataclasses import replace
from datetime import datetime

from core.card_policy import TipMode, TipPolicy
from core.catalog import Article, ArticleKind, Department
from core.checkout import SaleState
from core.receipt import Shop
from core.sale import Line, Sale
from core.services.till import Rules
from core.tender import Tender, TenderKind, TenderState
from tests.fakes import NOON

SHOP = Shop("Exempelkaféet AB", "556677-8899", ("Storgatan 1", "111 22 Stockholm"), "KASSA1")
DEPARTMENTS = (
    Department("Lunch", "fixed:1200"),
    Department("Dryck", "fixed:2500"),
    Department("Bröd", "fixed:600"),
)
LUNCH = Article("1", "Dagens lunch", "Lunch", 139_00)
BEER = Article("2", "Lager 40 cl", "Dryck", 89_50)
BUN = Article("3", "Bulle", "Bröd", 20_90)
SERVICE = Article("4", "Kuvertavgift", "Lunch", 15_00, kind=ArticleKind.SERVICE)
ARTICLES = (LUNCH, BEER, BUN, SERVICE)
THREE_ORE = 249_40
"""Lunch, beer and bun: rounds down to 249,00 in cash."""


def same(text: str) -> str:
    """Translate nothing."""
    return text


def some_rules(
    mode: TipMode = TipMode.TERMINAL, max_percent: int = 100, **changes: object
) -> Rules:
    """Give the rules of a demo café whose terminal asks for tips."""
    rules = Rules(
        shop=SHOP,
        operator="Anna",
        manager="Maja",
        tip=TipPolicy(mode, max_percent=max_percent),
        has_terminal=True,
        has_printer=True,
        paper_width=42,
        opening_float_ore=1_000_00,
        is_demo=True,
        program="Blipp test 0",
        words=same,
    )
    return replace(rules, **changes)  # type: ignore[arg-type]  # replace checks the names


def a_line(seq: int, price_ore: int, rate_bp: int = 1200, department: str = "Lunch") -> Line:
    """Give one line of one piece."""
    return Line(
        seq=seq,
        number=str(seq),
        name=f"Vara {seq}",
        department=department,
        quantity_milli=1000,
        unit="st",
        unit_price_ore=price_ore,
        amount_ore=price_ore,
        rate_bp=rate_bp,
    )


def a_sale(
    *prices_ore: int,
    state: SaleState = SaleState.OPEN,
    tenders: tuple[Tender, ...] = (),
    at: datetime = NOON,
) -> Sale:
    """Give a sale of one line per price; without prices one lunch of 249,00."""
    lines = tuple(a_line(no, price) for no, price in enumerate(prices_ore or (249_00,), start=1))
    total_ore = sum(line.amount_ore for line in lines)
    return Sale(7, state, "Anna", at, lines, tenders, total_ore=total_ore)


def a_card(
    requested_ore: int = 249_00,
    *,
    state: TenderState = TenderState.REQUESTED,
    till_tip_ore: int = 0,
    is_tip_allowed: bool = True,
    no: int = 1,
) -> Tender:
    """Give the tender of a card that was asked for."""
    return Tender(
        no=no,
        kind=TenderKind.CARD,
        state=state,
        operator="Anna",
        requested_ore=requested_ore,
        till_tip_ore=till_tip_ore,
        is_tip_allowed=is_tip_allowed,
        service_id=10 + no,
        started_at=NOON,
    )


def a_settled_card(amount_ore: int = 249_00, tip_ore: int = 31_00, no: int = 1) -> Tender:
    """Give the tender of a card that was drawn."""
    return replace(
        a_card(amount_ore, no=no),
        state=TenderState.SETTLED,
        amount_ore=amount_ore,
        tip_ore=tip_ore,
        authorized_ore=amount_ore + tip_ore,
        poi_transaction=f"T{no}",
    )
