"""Rebuilds each sale from the journal and holds its stored rows against it.

Plain JSON values and a small walk of events, not the till's own state machine: a line, a tender, a
sale or a receipt that was edited, added or taken away beside the journal is named by table and key.
"""

from datetime import datetime
from typing import Any, Final

from db.verify_rows import BadRow, Row, Snapshot, expect, expect_body
from db.verify_totals import Payload

_STATE_AFTER: Final = {
    "sale-opened": "open",
    "lines-added": "open",
    "lines-corrected": "open",
    "sale-frozen": "tendering",
    "sale-unfrozen": "open",
    "sale-voided": "voided",
    "cash-tendered": "tendering",
    "cash-returned": "tendering",
    "card-requested": "authorizing",
    "card-abort-asked": "authorizing",
    "card-authorized": "tendering",
    "card-declined": "tendering",
    "card-aborted": "tendering",
    "card-never-charged": "tendering",
    "answer-lost": "in_doubt",
    "answer-unusable": "in_doubt",
    "card-authorized-out-of-policy": "held",
    "manager-kept": "tendering",
    "reversal-requested": "reversing",
    "card-reversed": "tendering",
    "reversal-refused": "held",
    "receipt-numbered": "signing",
    "receipt-signed": "closed",
}
"""Kind of a sale's journal row: state after it; `tendering` is `paid` when nothing remains."""

SALE_KINDS: Final = frozenset(_STATE_AFTER)

_TENDER_AFTER: Final = {
    "card-authorized": "settled",
    "card-declined": "declined",
    "card-aborted": "aborted",
    "card-never-charged": "never-charged",
    "card-authorized-out-of-policy": "held",
    "manager-kept": "settled",
    "reversal-requested": "reversing",
    "card-reversed": "reversed",
    "reversal-refused": "held",
}
_PAYING: Final = frozenset({"cash-tendered", "card-authorized", "manager-kept"})
_LINE_FIELDS: Final = (
    "seq",
    "number",
    "name",
    "department",
    "quantity_milli",
    "unit",
    "unit_price_ore",
    "amount_ore",
    "rate_bp",
    "is_service",
    "corrects",
    "follows",
)
_TENDER_COLUMNS: Final = (
    "no",
    "kind",
    "state",
    "amount_ore",
    "tip_ore",
    "authorized_ore",
    "service_id",
)
_SELECT_SALE: Final = (
    "SELECT sale_id, state, operator, total_ore, receipt_no, serial, control_record, opened_at"
    " FROM sale WHERE sale_id BETWEEN ? AND ?"
)
_SELECT_RECEIPT: Final = (
    "SELECT receipt_no, sale_id, period_no, at, serial, control_code, unit_id, total_ore, body"
    " FROM receipt WHERE receipt_no BETWEEN ? AND ?"
)
_SELECT_LINES: Final = (
    f"SELECT sale_id, {', '.join(_LINE_FIELDS)} FROM sale_line WHERE sale_id BETWEEN ? AND ?"
    " ORDER BY sale_id, seq"
)
_SELECT_TENDERS: Final = (
    f"SELECT sale_id, {', '.join(_TENDER_COLUMNS)}, body FROM tender WHERE sale_id BETWEEN ? AND ?"
    " ORDER BY sale_id, no"
)
_NEW_TENDER: Final = {
    "amount_ore": 0,
    "tip_ore": 0,
    "till_tip_ore": 0,
    "is_tip_allowed": False,
    "given_ore": 0,
    "change_ore": 0,
    "rounding_ore": 0,
    "service_id": 0,
    "baseline_transaction": "",
    "poi_transaction": "",
    "authorized_ore": 0,
    "started_at": None,
    "hold_reason": "",
    "is_tip_derived": False,
    "resolved_by": "",
    "reversal_service_id": 0,
    "is_abort_asked": False,
}


class JournalledSale:
    """One sale as the journal tells it."""

    def __init__(self, sale_id: int, opened_at: str, operator: str, is_bound: bool) -> None:
        self.sale_id = sale_id
        self.is_bound = is_bound
        """Whether `opened_at` is stored as journalled; former tills stored microseconds."""
        self.opened_at = opened_at
        self.operator = operator
        self.state = "open"
        self.lines: list[Payload] = []
        self.tenders: list[dict[str, Any]] = []
        self.record: Payload = {}
        self.record_text = ""

    @property
    def total_ore(self) -> int:
        """Sum of all lines, corrections included."""
        return sum(line["amount_ore"] for line in self.lines)

    @property
    def standing(self) -> list[Payload]:
        """Lines that neither are corrections nor were taken away."""
        gone = {line["corrects"] for line in self.lines}
        return [one for one in self.lines if not one["corrects"] and one["seq"] not in gone]

    @property
    def settled(self) -> list[dict[str, Any]]:
        """Tenders that pay."""
        return [tender for tender in self.tenders if tender["state"] == "settled"]

    @property
    def rounding_ore(self) -> int:
        """Cash rounding."""
        return sum(tender["rounding_ore"] for tender in self.settled)

    @property
    def remaining_ore(self) -> int:
        """What is left to pay."""
        paid_ore: int = sum(tender["amount_ore"] for tender in self.settled)
        return self.total_ore + self.rounding_ore - paid_ore

    def take(self, seq: int, kind: str, event: Payload, payload: str) -> None:
        """Take one journal row of this sale."""
        if kind in ("lines-added", "lines-corrected"):
            self.lines += event["lines"]
        elif kind == "cash-tendered":
            self.tenders.append(self._cash(event))
        elif kind == "card-requested":
            self.tenders.append(self._card(event))
        elif kind == "cash-returned":
            self._return_cash(seq, event)
        elif kind == "card-abort-asked":
            self.tender_of(seq, event["service_id"])["is_abort_asked"] = True
        elif kind in _TENDER_AFTER:
            self._move_tender(seq, kind, event)
        elif kind == "receipt-numbered":
            self.record = event["record"]
            self.record_text = payload.removeprefix('{"record":').rpartition(',"sale_id":')[0]
        self.state = _STATE_AFTER[kind]
        if kind not in _PAYING:
            return
        remaining_ore = self.remaining_ore
        if remaining_ore == 0:
            self.state = "paid"
        if remaining_ore < 0:
            raise BadRow(
                "journal", seq, "sale {sale_id} is paid beyond its total", sale_id=self.sale_id
            )

    def tender_of(self, seq: int, service_id: int) -> dict[str, Any]:
        """Find the card tender of a service id. Raises BadRow."""
        for tender in self.tenders:
            if service_id and tender["service_id"] == service_id:
                return tender
        raise BadRow(
            "journal",
            seq,
            "service id {service_id} is no tender of its sale",
            service_id=service_id,
        )

    def _cash(self, event: Payload) -> dict[str, Any]:
        return {
            **_NEW_TENDER,
            "no": event["tender_no"],
            "kind": "cash",
            "state": "settled",
            "operator": self.operator,
            "requested_ore": event["amount_ore"],
            **{name: event[name] for name in ("amount_ore", "given_ore", "change_ore")},
            "rounding_ore": event["rounding_ore"],
        }

    def _card(self, event: Payload) -> dict[str, Any]:
        names = ("service_id", "requested_ore", "till_tip_ore", "is_tip_allowed", "started_at")
        return {
            **_NEW_TENDER,
            "no": event["tender_no"],
            "kind": "card",
            "state": "requested",
            "operator": self.operator,
            **{name: event[name] for name in names},
            "baseline_transaction": event["baseline_transaction"],
        }

    def _return_cash(self, seq: int, event: Payload) -> None:
        tender = self.settled[-1] if self.settled else {}
        wanted = {
            "kind": "cash",
            "no": event["tender_no"],
            "amount_ore": event["returned_ore"],
        }
        for name, value in wanted.items():
            expect("journal", seq, f"cash given back, {name}", tender.get(name), value)
        tender |= {"state": "reversed", "amount_ore": 0}

    def _move_tender(self, seq: int, kind: str, event: Payload) -> None:
        tender = self.tender_of(seq, event["service_id"])
        is_given_back = kind == "reversal-requested" and self.state == "tendering"
        waiting = ("settled",) if is_given_back else ("requested", "held", "reversing")
        if tender["state"] not in waiting:
            raise BadRow("journal", seq, "{kind} names no waiting tender of its sale", kind=kind)
        tender["state"] = _TENDER_AFTER[kind]
        if kind in ("card-authorized", "card-authorized-out-of-policy"):
            self._draw(seq, tender, event)
        elif kind == "manager-kept":
            tender["resolved_by"] = event["by"]
        elif kind == "card-never-charged":
            tender["resolved_by"] = event["resolved_by"]
        elif kind == "reversal-requested":
            tender["reversal_service_id"] = event["reversal_service_id"]
        elif kind == "card-reversed":
            tender["amount_ore"] = tender["tip_ore"] = 0
            # A former till knew no reversal that a manager decides, and said nothing of one.
            tender["resolved_by"] = event.get("resolved_by", "")

    def _draw(self, seq: int, tender: dict[str, Any], event: Payload) -> None:
        names = ("authorized_ore", "amount_ore", "tip_ore", "is_tip_derived", "poi_transaction")
        tender.update({name: event[name] for name in names})
        tender["hold_reason"] = event.get("reason", "")
        tender["resolved_by"] = event.get("resolved_by", "")
        if event["authorized_ore"] != event["amount_ore"] + event["tip_ore"]:
            raise BadRow("journal", seq, "amount and tip do not add up to what was authorized")

    def check_signed(self, seq: int, event: Payload) -> None:
        """Hold the journalled receipt against the sale it closes and its frozen record."""
        receipt, record = event["receipt"], self.record
        facts = {
            "receipt_no": (receipt["receipt_no"], record["receipt_no"]),
            "serial": (event["serial"], record["serial"]),
            "receipt total": (receipt["total_ore"], self.total_ore),
            "receipt rounding": (receipt["rounding_ore"], self.rounding_ore),
            "recorded total": (record["total_ore"], self.total_ore + self.rounding_ore),
            "standing lines": (event["lines"], self.standing),
            "tenders": (
                [_figures(one) for one in receipt["tenders"]],
                [_figures(one) for one in self.settled],
            ),
            "recorded VAT": (
                record["vat"],
                [{"rate_bp": one["rate_bp"], "vat_ore": one["vat_ore"]} for one in receipt["vat"]],
            ),
            "tips": (
                event["tip_operators"],
                [[t["kind"], t["operator"], t["tip_ore"]] for t in self.settled if t["tip_ore"]],
            ),
        }
        for name, (found, wanted) in facts.items():
            expect("journal", seq, name, found, wanted)

    def check_rows(self, snapshot: Snapshot) -> int:
        """Hold the stored sale, its lines and its tenders against the journal; gives the count."""
        found_sale = snapshot.of_key(_SELECT_SALE, self.sale_id)
        if not found_sale:
            raise BadRow("sale", self.sale_id, "row is missing")
        sale = found_sale[0]
        names = ("state", "operator", "total_ore", "receipt_no", "serial", "control_record")
        wanted = (
            self.state,
            self.operator,
            self.total_ore,
            self.record.get("receipt_no"),
            self.record.get("serial"),
            self.record_text or None,
        )
        for name, found, value in zip(names, sale, wanted, strict=False):
            expect("sale", self.sale_id, name, found, value)
        opened_at = sale[-1] if self.is_bound else _to_ms(sale[-1])
        expect("sale", self.sale_id, "opened_at", opened_at, self.opened_at)
        lines = snapshot.of_key(_SELECT_LINES, self.sale_id)
        self._check_keys("sale_line", [row[0] for row in lines], [o["seq"] for o in self.lines])
        for row, line in zip(lines, self.lines, strict=True):
            self._check_line(row, line)
        tenders = snapshot.of_key(_SELECT_TENDERS, self.sale_id)
        self._check_keys("tender", [row[0] for row in tenders], [o["no"] for o in self.tenders])
        for row, tender in zip(tenders, self.tenders, strict=True):
            self._check_tender(row, tender)
        return 1 + len(lines) + len(tenders)

    def _check_keys(self, table: str, stored: list[int], journalled: list[int]) -> None:
        for key in journalled:
            if key not in stored:
                raise BadRow(table, f"{self.sale_id}/{key}", "row is missing")
        for key in stored:
            if key not in journalled:
                raise BadRow(table, f"{self.sale_id}/{key}", "row is not in the journal")

    def _check_line(self, row: Row, line: Payload) -> None:
        if row == tuple(line[name] for name in _LINE_FIELDS):
            return
        for name, found in zip(_LINE_FIELDS, row, strict=True):
            value = int(line[name]) if name == "is_service" else line[name]
            expect("sale_line", f"{self.sale_id}/{line['seq']}", name, found, value)

    def _check_tender(self, row: Row, tender: Payload) -> None:
        key = f"{self.sale_id}/{tender['no']}"
        for name, found in zip(_TENDER_COLUMNS, row[:-1], strict=True):
            expect("tender", key, name, found, tender[name])
        expect_body("tender", key, row[-1], tender, later="is_abort_asked")


def _to_ms(stamp: str) -> str:
    """Cut a time to the journal's milliseconds; what is no time stays as it is."""
    try:
        return datetime.fromisoformat(stamp).isoformat(timespec="milliseconds")
    except ValueError:
        return stamp


def _figures(tender: Payload) -> tuple[Any, ...]:
    names = ("kind", "amount_ore", "tip_ore", "given_ore", "change_ore")
    return tuple(tender[name] for name in names)


def check_receipt_row(snapshot: Snapshot, event: Payload, payload: str, period_no: int) -> None:
    """Hold the stored receipt against its `receipt-signed` row, to the letter."""
    receipt = event["receipt"]
    number = receipt["receipt_no"]
    found_receipt = snapshot.of_key(_SELECT_RECEIPT, number)
    if not found_receipt:
        raise BadRow("receipt", number, "row is missing")
    row = found_receipt[0]
    wanted = {
        "sale_id": event["sale_id"],
        "period_no": period_no,
        "at": receipt["at"],
        "serial": event["serial"],
        "control_code": receipt["control_code"],
        "unit_id": receipt["control_unit_id"],
        "total_ore": receipt["total_ore"],
    }
    for (name, value), found in zip(wanted.items(), row[:-1], strict=True):
        expect("receipt", number, name, found, value)
    if f'"receipt":{row[-1]},"sale_id":' not in payload:
        raise BadRow("receipt", number, "body is not the one of its journal row")
