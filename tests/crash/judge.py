"""Holds a till at rest against the ledgers of the world: I1-I7, I9 and I10 of reliability.md 3.

Own sums over raw rows; nothing of the till's arithmetic. At rest nothing may be left unknown.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from core.money import parse_kronor
from db.verify import verify_file, verify_shop
from tests.crash.cashier import papers_of
from tests.crash.outside import Ledgers
from tests.crash.scripts import BACKUP
from tui.compose import DATABASE_NAME

Rows = list[tuple[Any, ...]]


class Shop:
    """The rows of a shop's database, read and never changed."""

    def __init__(self, data: Path) -> None:
        """Read what is judged."""
        connection = dbapi2.connect(f"file:{data / DATABASE_NAME}?mode=ro", uri=True)
        read = connection.execute
        self.receipts: Rows = read(
            "SELECT receipt_no, serial, control_code, total_ore, body, period_no FROM receipt"
            " ORDER BY receipt_no"
        ).fetchall()
        self.cards: Rows = read(
            "SELECT service_id, authorized_ore, tip_ore, tender.state, sale.state FROM tender"
            " JOIN sale USING (sale_id) WHERE kind='card'"
        ).fetchall()
        self.lates = dict(read("SELECT service_id, state FROM card_late").fetchall())
        self.reports: Rows = read("SELECT z_no, period_no, body FROM z_report").fetchall()
        self.papers: Rows = read("SELECT kind, reference, state FROM paper").fetchall()
        self.seqs: Rows = read("SELECT count(*), max(seq) FROM journal").fetchall()
        self.articles = int(
            read("SELECT count(*) FROM article WHERE number LIKE '77__'").fetchone()[0]
        )
        connection.close()


def violations(data: Path, witness: Path, world: Ledgers) -> list[str]:
    """Name everything that is wrong with a till at rest; empty = all invariants hold."""
    report = verify_shop(data, witness)
    if not report.is_sound:
        return [f"I6 verify: {report.problem}"]
    copy = data.parent / BACKUP
    if copy.exists():
        backed_up = verify_file(copy, None)
        if not backed_up.is_sound:
            return [f"F63 backup: {backed_up.problem}"]
    shop = Shop(data)
    return [
        *_cards(shop, world),
        *_sums(shop),
        *_codes(shop, world),
        *_numbers(shop),
        *_reports(shop),
        *_papers(shop, world),
    ]


def _cards(shop: Shop, world: Ledgers) -> Iterator[str]:
    """I1 and I9: approvals are tenders of closed sales, once each; nothing is left unknown."""
    drawn = {one.service_id: (one.total_ore, one.tip_ore) for one in world.charges
             if one.is_approved}  # fmt: skip
    booked = {row[0]: (row[1], row[2]) for row in shop.cards if row[3] == "settled"}
    by_hand = {number for number, state in shop.lates.items() if state == "by-hand"}
    if {number: sums for number, sums in drawn.items() if number not in by_hand} != booked:
        yield f"I1 drawn {drawn} but booked {booked}"
    ids = Counter(one.service_id for one in world.charges)
    yield from (f"I9 service id {number} ran {count} times" for number, count in ids.items()
                if count > 1)  # fmt: skip
    for service_id, _, _, state, sale_state in shop.cards:
        if state in ("requested", "held", "reversing"):
            yield f"I1 card {service_id} rests as {state}"
        if state == "settled" and sale_state != "closed":
            yield f"I1 card {service_id} is settled in a sale that is {sale_state}"


def _sums(shop: Shop) -> Iterator[str]:
    """I2 and I7: lines + rounding = tenders, tips apart and never negative."""
    cards = {row[0]: row for row in shop.cards}
    tips = sum(row[2] for row in cards.values() if row[3] == "settled")
    shown = 0
    for number, _, _, total_ore, body, _ in shop.receipts:
        paper = json.loads(body)
        lines = sum(line["amount_ore"] for line in paper["lines"])
        paid = sum(tender["amount_ore"] for tender in paper["tenders"])
        shown += sum(tender["tip_ore"] for tender in paper["tenders"])
        if not lines == total_ore == paper["total_ore"] == paid - paper["rounding_ore"]:
            yield f"I2 receipt {number}: lines {lines} total {total_ore} paid {paid}"
    if tips != shown:
        yield f"I7 tips drawn {tips} but shown {shown}"


def _codes(shop: Shop, world: Ledgers) -> Iterator[str]:
    """I3 and I7: each receipt has the code the unit gave for it, and the unit knows no tip."""
    told = {
        (row.receipt_no, row.code): parse_kronor(row.total)
        for row in world.registered
        if row.kind == "normal"
    }
    mine = {(row[0], row[2]): row[3] for row in shop.receipts}
    if told != mine:
        yield f"I3 the unit knows {told}, the till {mine}"
    serials = Counter(row.serial for row in world.registered if row.serial is not None)
    yield from (f"I3 serial {serial} registered {count} times" for serial, count in serials.items()
                if count > 1)  # fmt: skip


def _numbers(shop: Shop) -> Iterator[str]:
    """I4: numbers without holes, and no row of the journal is missing."""
    for what, numbers in (
        ("receipt", [row[0] for row in shop.receipts]),
        ("Z", [row[0] for row in shop.reports]),
    ):
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"I4 {what} numbers {numbers}"
    count, newest = shop.seqs[0]
    if count != newest:
        yield f"I4 {count} journal rows up to {newest}"
    if shop.articles not in (0, 20):
        yield f"half an import: {shop.articles} articles"


def _reports(shop: Shop) -> Iterator[str]:
    """I5: each receipt lies in one period that a Z closed, and the Z says their sum."""
    for number, period_no, body in shop.reports:
        sold = sum(row[3] for row in shop.receipts if row[5] == period_no)
        if json.loads(body)["sales_ore"] != sold:
            yield f"I5 Z {number} says {json.loads(body)['sales_ore']} instead of {sold}"
    closed = {row[1] for row in shop.reports}
    yield from (f"I5 receipt {row[0]} is in no Z" for row in shop.receipts if row[5] not in closed)


def _papers(shop: Shop, world: Ledgers) -> Iterator[str]:
    """I10: one original at most, one copy at most, and never neither."""
    for receipt in shop.receipts:
        number = receipt[0]
        originals = papers_of(world.papers, "receipt", number)
        copies = papers_of(world.papers, "copy", number)
        if originals > 1 or copies > 1:
            yield f"I10 receipt {number}: {originals} originals, {copies} copies"
        if originals + copies == 0:
            yield f"I10 receipt {number} never came out"
    yield from (f"I10 paper {row[0]} {row[1]} rests as {row[2]}" for row in shop.papers
                if row[2] in ("queued", "printing", "unknown"))  # fmt: skip
    yield from (f"printer: {error}" for error in world.errors)
