"""Recomputes running totals and Z reports from the journal, by other code than the till's.

Works on plain JSON values only: no class of `core` is used, so that an error in the till's own sums
cannot hide in the sums that check them (reliability I5). Section names are those of the table
`total`; letters are those of sweden 2.3.
"""

from collections.abc import Mapping
from typing import Any

from db.verify_rows import BadRow, Snapshot, expect

Payload = Mapping[str, Any]
Key = tuple[str, str]

GRAND_PERIOD = 0
_DECISIONS = {
    "card-authorized": "charged",
    "card-never-charged": "not-charged",
    "card-reversed": "reversed",
}
"""What a manager decided about an unclear card, by the kind of the row that carries his name."""


_NONE = {"count": 0, "sum_ore": 0}


class TotalsFold:
    """The totals of the open period and the grand totals, kept while the journal is read."""

    def __init__(self) -> None:
        self.period_no = 0
        self.opening_float_ore = 0
        self.totals: dict[int, dict[Key, tuple[int, int]]] = {}
        self.newest_z = 0

    def add(self, section: str, name: str, count: int, sum_ore: int, period: int = -1) -> None:
        """Add to one total of the open period, or of `period`."""
        held = self.totals.setdefault(self.period_no if period < 0 else period, {})
        former = held.get((section, name), (0, 0))
        held[section, name] = (former[0] + count, former[1] + sum_ore)

    def receipt_signed(self, event: Payload) -> None:
        """Count one closed sale."""
        receipt = event["receipt"]
        total_ore = receipt["total_ore"]
        self.add("sales", "", 1, total_ore)
        self.add("grand-sales", "", 1, total_ore, GRAND_PERIOD)
        self._add_lines(event["lines"])
        for row in receipt["vat"]:
            self.add("vat", str(row["rate_bp"]), 1, row["vat_ore"])
            self.add("vat-gross", str(row["rate_bp"]), 1, row["gross_ore"])
        for tender in receipt["tenders"]:
            self.add("tender", tender["kind"], 1, tender["amount_ore"])
            if tender["tip_ore"]:
                self.add("tip-tender", tender["kind"], 1, tender["tip_ore"])
        for _, operator, tip_ore in event["tip_operators"]:
            self.add("tip-operator", operator, 1, tip_ore)
        if receipt["rounding_ore"]:
            self.add("rounding", "", 1, receipt["rounding_ore"])
        if event["correction_count"]:
            self.add("corrections", "", event["correction_count"], event["correction_ore"])

    def _add_lines(self, lines: list[Payload]) -> None:
        groups: dict[str, int] = {}
        goods = services = 0
        for line in lines:
            groups[line["department"]] = groups.get(line["department"], 0) + line["amount_ore"]
            if line["is_service"]:
                services += line["quantity_milli"] if line["unit"] == "st" else 1000
            else:
                goods += line["quantity_milli"] if line["unit"] == "st" else 1000
        for name, sum_ore in groups.items():
            self.add("group", name, 1, sum_ore)
        if goods:
            self.add("goods", "", goods, 0)
        if services:
            self.add("services", "", services, 0)

    def card_ended(self, seq: int, kind: str, event: Payload, tender: Payload) -> None:
        """Count a card that was undone, and one that a manager decided about."""
        if event.get("resolved_by"):
            sum_ore = tender["requested_ore"] + tender["till_tip_ore"]
            if kind == "card-reversed":
                sum_ore = tender["authorized_ore"]
            self.add("card-unclear", _DECISIONS[kind], 1, sum_ore)
        # A former till counted no reversals, and its rows name no sum.
        if kind == "card-reversed" and "reversed_ore" in event:
            expect("journal", seq, "reversed_ore", event["reversed_ore"], tender["authorized_ore"])
            self.add("card-reversed", "", 1, tender["authorized_ore"])

    def period_opened(self, note: Payload) -> None:
        """Begin a period."""
        self.period_no = note["period_no"]
        self.opening_float_ore = note["opening_float_ore"]

    def check_x(self, seq: int, note: Payload) -> None:
        """Hold an X report's figures against the fold."""
        count, sum_ore = self._tally("sales")
        expect("journal", seq, "x-report receipts", note["receipts"], count)
        expect("journal", seq, "x-report sales_ore", note["sales_ore"], sum_ore)

    def check_z(self, seq: int, report: Payload, unfinished: Payload, former_hash: str) -> None:
        """Hold a Z report against the fold of its period and against its number."""
        wanted = self._report() | {"unfinished": unfinished, "head_hash": former_hash}
        # A former till reported no reversals: none may have been counted then.
        found = {"card_reversed": _NONE, **report}
        for name, value in wanted.items():
            expect("journal", seq, f"z-report {name}", found.get(name), value)
        self.newest_z = report["number"]

    def _report(self) -> dict[str, Any]:
        """Make the fields of a Z report that follow from the journal."""
        sales, cash = self._tally("sales"), self._tally("tender", "cash")
        float_changes = self._tally("float")
        tenders, tips = self._named("tender"), dict(self._pairs("tip-tender"))
        grand = self.totals.get(GRAND_PERIOD, {})
        return {
            "number": self.newest_z + 1,
            "sales_ore": sales[1],
            "receipts": sales[0],
            "returns": self._pair("returns"),
            "opening_float_ore": self.opening_float_ore,
            "expected_cash_ore": self.opening_float_ore + cash[1] + float_changes[1],
            "groups": self._named("group"),
            "vat": self._vat(),
            "float_changes": self._pair("float"),
            "goods_milli": self._tally("goods")[0],
            "services_milli": self._tally("services")[0],
            "drawer_openings": self._tally("drawer")[0],
            "copies": self._pair("copies"),
            "training": _NONE,
            "tenders": tenders,
            "discounts": _NONE,
            "corrections": self._pair("corrections"),
            "grand_sales_ore": grand.get(("grand-sales", ""), (0, 0))[1],
            "grand_returns_ore": grand.get(("grand-returns", ""), (0, 0))[1],
            "rounding_ore": self._tally("rounding")[1],
            "tips_by_tender": self._named("tip-tender"),
            "tips_by_operator": self._named("tip-operator"),
            "charged_by_tender": [
                {**one, "sum_ore": one["sum_ore"] + tips.get(one["name"], (0, 0))[1]}
                for one in tenders
            ],
            "card_reversed": self._pair("card-reversed"),
            "remarks": [
                f"card-unclear {name} {count} {sum_ore}"
                for name, (count, sum_ore) in self._pairs("card-unclear")
            ]
            + [f"restored {name}" for name, _ in self._pairs("restored")],
        }

    def _tally(self, section: str, name: str = "") -> tuple[int, int]:
        return self.totals.get(self.period_no, {}).get((section, name), (0, 0))

    def _pair(self, section: str) -> dict[str, int]:
        count, sum_ore = self._tally(section)
        return {"count": count, "sum_ore": sum_ore}

    def _pairs(self, section: str) -> list[tuple[str, tuple[int, int]]]:
        held = self.totals.get(self.period_no, {})
        return sorted((name, value) for (of, name), value in held.items() if of == section)

    def _named(self, section: str) -> list[dict[str, Any]]:
        return [
            {"name": name, "count": count, "sum_ore": sum_ore}
            for name, (count, sum_ore) in self._pairs(section)
        ]

    def _vat(self) -> list[dict[str, int]]:
        gross = dict(self._pairs("vat-gross"))
        rows = [(int(name), gross[name][1], vat[1]) for name, vat in self._pairs("vat")]
        return [
            {"rate_bp": rate_bp, "gross_ore": gross_ore, "vat_ore": vat_ore}
            for rate_bp, gross_ore, vat_ore in sorted(rows, reverse=True)
        ]

    def check_totals(self, snapshot: Snapshot) -> int:
        """Hold every running total against the fold; gives the number of rows."""
        stored = {
            (row[0], row[1], row[2]): (row[3], row[4])
            for row in snapshot.stream("SELECT period_no, section, name, count, sum_ore FROM total")
        }
        for period, held in self.totals.items():
            for (section, name), value in held.items():
                key = f"{period}/{section}/{name}"
                found = stored.pop((period, section, name), None)
                if found is None:
                    raise BadRow(
                        "total", key, "row is missing, the journal says {value}", value=value
                    )
                expect("total", key, "(count, sum_ore)", found, value)
        for period, section, name in stored:
            raise BadRow("total", f"{period}/{section}/{name}", "nothing in the journal counts so")
        return sum(len(held) for held in self.totals.values())


def check_receipt_sums(seq: int, receipt: Payload) -> None:
    """Hold the amounts of one journalled receipt against each other; tips are in none of them."""
    total_ore, to_pay_ore = receipt["total_ore"], receipt["total_ore"] + receipt["rounding_ore"]
    lines_ore = sum(line["amount_ore"] for line in receipt["lines"])
    gross_ore = sum(row["gross_ore"] for row in receipt["vat"])
    paid_ore = sum(tender["amount_ore"] for tender in receipt["tenders"])
    expect("journal", seq, "sum of the receipt's lines", lines_ore, total_ore)
    expect("journal", seq, "sum of the receipt's VAT bases", gross_ore, total_ore)
    expect("journal", seq, "sum of the receipt's tenders", paid_ore, to_pay_ore)
    gross_by_rate: dict[int, int] = {}
    for line in receipt["lines"]:
        rate_bp = line["rate_bp"]
        gross_by_rate[rate_bp] = gross_by_rate.get(rate_bp, 0) + line["amount_ore"]
    for row in receipt["vat"]:
        rate_bp, gross_ore = row["rate_bp"], row["gross_ore"]
        expect("journal", seq, f"base at {rate_bp}", gross_ore, gross_by_rate.get(rate_bp, 0))
        expect("journal", seq, f"VAT at {rate_bp}", row["vat_ore"], _vat_of(gross_ore, rate_bp))
    for tender in receipt["tenders"]:
        if tender["tip_ore"] < 0:
            raise BadRow("journal", seq, "the receipt holds a negative tip")


def _vat_of(gross_ore: int, rate_bp: int) -> int:
    """Say the VAT contained in a gross amount, half away from zero."""
    size, rest = divmod(abs(gross_ore) * rate_bp, 10_000 + rate_bp)
    size += 2 * rest >= 10_000 + rate_bp
    return size if gross_ore >= 0 else -size
