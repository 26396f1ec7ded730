"""`python -m bench.generate DIRECTORY COUNT`: a shop with COUNT receipts in its open period.

Every sale is made by the till's own events, state machine, totals, canonical text and hash, so that
`blipp verify` accepts the data; only the writing is in bulk, a thousand sales in one transaction.
A sale is what a café sells: three lines in three rates, cash or card, sometimes with a tip.
"""

import gc
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from core import events as ev
from core.card import CardSlip
from core.checkout import SaleState, advance
from core.control_record import ControlRecord, RecordVat
from core.journal import chain_hash, kind_of
from core.money import cash_rounding_ore
from core.payload import canonical, digest
from core.receipt import Receipt, ReceiptKind, ReceiptLine, ReceiptTender, Shop
from core.sale import Line, Sale
from core.store_ports import Period
from core.tender import Tender, TenderKind
from core.totals import Change, changes_of, merge
from db.store import SqliteStore
from db.unit_of_work import line_row
from devices.simulators.control_unit import UNIT_ID

SWEDEN: Final = ZoneInfo("Europe/Stockholm")
OPERATOR: Final = "Kassa"
SHOP: Final = Shop("Exempelkaféet AB", "556677-8899", ("Storgatan 1", "111 22 Stockholm"), "KASSA1")
BATCH: Final = 1_000
FLOAT_ORE: Final = 1_000_00
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_GOODS: Final = (
    ("1001", "Bryggkaffe", "Kaffe & te", 34_00, 1200),
    ("2001", "Kanelbulle", "Bakat", 36_00, 1200),
    ("3001", "Lager 33 cl", "Öl & vin", 69_00, 2500),
    ("4001", "Fläderdryck 25 cl", "Kiosk", 29_00, 600),
    ("4002", "Chokladkaka", "Kiosk", 25_50, 600),
)
_INSERTS: Final = {
    "journal": "INSERT INTO journal (seq, at, kind, operator, payload, hash) VALUES (?,?,?,?,?,?)",
    "sale": "INSERT INTO sale (sale_id, state, operator, opened_at, total_ore, receipt_no, serial,"
    " control_record) VALUES (?,?,?,?,?,?,?,?)",
    "sale_line": "INSERT INTO sale_line (sale_id, seq, number, name, department, quantity_milli,"
    " unit, unit_price_ore, amount_ore, rate_bp, is_service, corrects, follows)"
    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "tender": "INSERT INTO tender (sale_id, no, kind, state, amount_ore, tip_ore, authorized_ore,"
    " service_id, body) VALUES (?,?,?,?,?,?,?,?,?)",
    "slip": "INSERT INTO slip (reference, copy, service_id, seen, body) VALUES (?,?,?,1,?)",
    "receipt": "INSERT INTO receipt (receipt_no, sale_id, period_no, at, serial, control_code,"
    " unit_id, total_ore, body) VALUES (?,?,?,?,?,?,?,?,?)",
    "paper": "INSERT INTO paper (paper_id, kind, reference, state, opens_drawer, body)"
    " VALUES (?,'receipt',?,'printed',?,?)",
}


class _Writer:
    """Collects rows and knows the head of the journal."""

    def __init__(self, store: SqliteStore, period: Period, seq: int, head: str) -> None:
        self._store = store
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _INSERTS}
        self._changes: list[Change] = []
        self.period = period
        self.seq = seq
        self.head = head
        self.at = period.opened_at
        self.witness: list[str] = []
        self.service_id = 0
        self.text = ""
        """Payload of the newest event."""
        self.slip: CardSlip | None = None
        """The newest card slip; the receipt of the same sale carries it."""

    def put(self, table: str, *row: Any) -> None:
        """Collect one row."""
        self._rows[table].append(row)

    def note(self, kind: str, text: str) -> None:
        """Chain one journal row, as SqliteUnitOfWork.append_journal does."""
        self.seq += 1
        stamp = self.at.isoformat(timespec="milliseconds")
        self.head = chain_hash(self.head, self.seq, stamp, kind, OPERATOR, text)
        self.put("journal", self.seq, stamp, kind, OPERATOR, text, self.head)

    def advance(self, sale: Sale, *events: ev.SaleEvent) -> Sale:
        """Advance a sale by the till's own table, journalling each event."""
        for event in events:
            sale = advance(sale, event)
            self.text = canonical(event)
            self.note(kind_of(event), self.text)
        return sale

    def count(self, event: ev.ReceiptSigned) -> None:
        """Collect what a receipt adds to the totals."""
        self._changes += changes_of(event)

    def flush(self, counters: dict[str, int]) -> None:
        """Write everything in one transaction."""
        with self._store.unit_of_work() as uow:
            cursor = uow.connection.connection.cursor()
            for table, rows in self._rows.items():
                cursor.executemany(_INSERTS[table], rows)
                rows.clear()
            for name, value in counters.items():
                cursor.execute("INSERT OR REPLACE INTO counter VALUES (?,?)", (name, value))
            uow.add_totals(self.period.no, merge(self._changes))
            uow.commit()
        self._changes.clear()


def generate(data_dir: Path, count: int, witness: Path | None = None) -> None:
    """Write a new shop with `count` receipts; `witness` = the witness file, as compose names it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    began = datetime.now(SWEDEN).replace(microsecond=0) - timedelta(seconds=count + 60)
    store = SqliteStore(data_dir / "till.db", began)
    writer = _open_shop(store, began)
    gc.disable()
    for first in range(1, count + 1, BATCH):
        last = min(first + BATCH - 1, count)
        for number in range(first, last + 1):
            _sell(writer, number)
        names = ("sale_id", "receipt_no", "serial", "paper_id")
        writer.flush(dict.fromkeys(names, last) | {"service_id": writer.service_id})
    gc.enable()
    store.close()
    place = witness or data_dir / "witness" / "witness.log"
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.write_text("".join(writer.witness), "utf-8")
    place.chmod(0o600)


def _open_shop(store: SqliteStore, began: datetime) -> _Writer:
    """Bind the shop and open the first period, journalled as at the till's first start."""
    assert store.period() is None, "the folder holds a shop already"
    marks = {"demo": "1", "org_no": SHOP.org_no, "register_id": SHOP.register_id}
    with store.unit_of_work() as uow:
        for key, value in marks.items():
            uow.put_setting(began, OPERATOR, key, value)
        period = uow.open_period(began, FLOAT_ORE)
        note = {
            "period_no": period.no,
            "opening_float_ore": period.opening_float_ore,
            "opened_at": period.opened_at.isoformat(),
        }
        entry = uow.append_journal(began, "period-opened", OPERATOR, canonical(note))
        uow.commit()
    return _Writer(store, period, entry.seq, entry.hash)


def _sell(writer: _Writer, number: int) -> None:
    """Make one sale from its first line to its printed receipt."""
    writer.at += timedelta(seconds=1)
    opened_at = writer.at
    writer.note("sale-opened", canonical(ev.SaleOpened(number)))
    sale = Sale(number, SaleState.OPEN, OPERATOR, opened_at)
    lines = tuple(_lines(number))
    sale = writer.advance(sale, ev.LinesAdded(number, lines), ev.SaleFrozen(number))
    is_cash = number % 5 < 2
    sale = _pay_cash(writer, sale) if is_cash else _pay_card(writer, sale)
    record = ControlRecord(
        serial=number,
        at=writer.at,
        receipt_no=number,
        register_id=SHOP.register_id,
        org_no=SHOP.org_no.replace("-", ""),
        total_ore=sale.total_ore + sale.rounding_ore,
        negative_total_ore=0,
        vat=tuple(RecordVat(row.rate_bp, row.vat_ore) for row in sale.vat),
    )
    sale = writer.advance(sale, ev.ReceiptNumbered(number, record))
    event = _signed(writer, sale, record)
    sale = writer.advance(sale, event)
    writer.count(event)
    _finish(writer, sale, event, canonical(record), is_cash=is_cash)


def _lines(number: int) -> Iterator[Line]:
    for seq in range(1, 4):
        article, name, department, price_ore, rate_bp = _GOODS[(number + seq) % len(_GOODS)]
        yield Line(
            seq=seq,
            number=article,
            name=name,
            department=department,
            quantity_milli=1000,
            unit="st",
            unit_price_ore=price_ore,
            amount_ore=price_ore,
            rate_bp=rate_bp,
        )


def _pay_cash(writer: _Writer, sale: Sale) -> Sale:
    rounding_ore = cash_rounding_ore(sale.total_ore)
    due_ore = sale.total_ore + rounding_ore
    given_ore = (due_ore + 99_00) // 100_00 * 100_00 + 100_00
    event = ev.CashTendered(
        sale.sale_id, 1, due_ore, rounding_ore, given_ore, change_ore=given_ore - due_ore
    )
    return writer.advance(sale, event)


def _pay_card(writer: _Writer, sale: Sale) -> Sale:
    writer.service_id += 1
    service_id, tip_ore = writer.service_id, 20_00 if sale.sale_id % 3 == 0 else 0
    reference = f"{service_id:012d}"
    total_ore = sale.total_ore + tip_ore
    asked = ev.CardRequested(
        sale.sale_id, 1, service_id, sale.total_ore, 0, True, "", started_at=writer.at
    )
    sale = writer.advance(sale, asked)
    slip = CardSlip(
        reference=reference,
        service_id=service_id,
        amount_ore=sale.total_ore,
        tip_ore=tip_ore,
        total_ore=total_ore,
        terminal_id="80000082",
        card_name="Mastercard",
        masked_pan="************9659",
        aid="A0000000041010",
        approval_code="741591",
    )
    body = canonical(slip)
    facts = {"reference": reference, "copy": "customer", "status": "approved", "is_new": True}
    facts |= {"total_ore": total_ore, "tip_ore": tip_ore, "service_id": service_id}
    writer.note("slip-received", canonical(facts | {"digest": digest(body)}))
    writer.put("slip", reference, "customer", service_id, body)
    drawn = ev.CardAuthorized(
        sale.sale_id, service_id, total_ore, sale.total_ore, tip_ore, False, reference
    )
    writer.slip = slip
    return writer.advance(sale, drawn)


def _signed(writer: _Writer, sale: Sale, record: ControlRecord) -> ev.ReceiptSigned:
    receipt = Receipt(
        kind=ReceiptKind.SALE,
        shop=SHOP,
        receipt_no=record.receipt_no,
        at=record.at,
        operator=OPERATOR,
        lines=tuple(_receipt_line(line) for line in sale.standing),
        total_ore=sale.total_ore,
        rounding_ore=sale.rounding_ore,
        vat=sale.vat,
        tenders=tuple(_receipt_tender(writer, tender) for tender in sale.settled),
        control_unit_id=UNIT_ID,
        control_code=_code(record.receipt_no),
        is_demo=True,
    )
    tips = tuple((str(one.kind), one.operator, one.tip_ore) for one in sale.settled if one.tip_ore)
    return ev.ReceiptSigned(sale.sale_id, receipt, sale.standing, tips, 0, 0, record.serial)


def _receipt_line(line: Line) -> ReceiptLine:
    return ReceiptLine(
        line.name,
        line.quantity_milli,
        line.unit,
        line.unit_price_ore,
        line.amount_ore,
        line.rate_bp,
        line.is_service,
    )


def _receipt_tender(writer: _Writer, tender: Tender) -> ReceiptTender:
    return ReceiptTender(
        kind=str(tender.kind),
        amount_ore=tender.amount_ore,
        tip_ore=tender.tip_ore,
        given_ore=tender.given_ore,
        change_ore=tender.change_ore,
        card=writer.slip if tender.kind is TenderKind.CARD else None,
    )


def _code(number: int) -> str:
    """Make a control code of the right shape, another one for each receipt."""
    digest = sha256(str(number).encode()).digest() + sha256(b"%d" % -number).digest()
    text = "".join(_LETTERS[byte & 31] for byte in digest)
    return f"{text[:32]};{text[32:58]}"


def _finish(
    writer: _Writer, sale: Sale, event: ev.ReceiptSigned, record: str, *, is_cash: bool
) -> None:
    """Put the rows of a closed sale, and let its paper come out."""
    receipt, number = event.receipt, event.receipt.receipt_no
    body = writer.text.partition('"receipt":')[2].rpartition(',"sale_id":')[0]
    at = receipt.at.isoformat()
    opened_at = sale.opened_at.isoformat(timespec="milliseconds")
    writer.put(
        "sale", number, "closed", OPERATOR, opened_at, sale.total_ore, number, number, record
    )
    for line in sale.lines:
        writer.put("sale_line", *line_row(number, line))
    for one in sale.tenders:
        figures = (one.amount_ore, one.tip_ore, one.authorized_ore, one.service_id)
        writer.put(
            "tender", number, one.no, str(one.kind), str(one.state), *figures, canonical(one)
        )
    code, unit = receipt.control_code, receipt.control_unit_id
    writer.put(
        "receipt", number, number, writer.period.no, at, number, code, unit, sale.total_ore, body
    )
    moved = {"paper_id": number, "paper": "receipt", "number": number}
    queued = moved | {"opens_drawer": is_cash, "digest": digest(body)}
    writer.note("paper-queued", canonical(queued))
    writer.witness.append(f"{writer.seq} {writer.head} receipt {number}\n")
    writer.put("paper", number, number, int(is_cash), body)
    writer.note("paper-started", canonical(moved))
    writer.note("paper-printed", canonical(moved))


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]))
