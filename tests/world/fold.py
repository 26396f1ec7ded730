"""The world's own sums: reports recomputed from the journal's raw rows, by code of their own.

Shares nothing with the till's sums nor with `blipp verify`. Source: docs/journal.md.
"""

from collections import Counter
from fractions import Fraction
from typing import Any

Row = dict[str, Any]


def vat_in(gross_ore: int, rate_bp: int) -> int:
    """Give the VAT contained in a gross amount, half away from zero."""
    exact = Fraction(gross_ore * rate_bp, 10_000 + rate_bp)
    size = int(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


class Fold:
    """What the journal adds up to so far."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()
        self.grand_ore = 0
        self.z_count = 0
        self.float_ore = 0
        self.receipt_no = 0
        """Newest number that was given out."""
        self.receipts: dict[int, Row] = {}
        """Signed receipts by number."""

    def take(self, kind: str, note: Row) -> list[str]:
        """Take one row; gives what is wrong with it."""
        match kind:
            case "period-opened":
                self.float_ore = note["opening_float_ore"]
            case "receipt-numbered":
                return self._numbered(note["record"])
            case "receipt-signed":
                return self._signed(note)
            case "card-reversed":
                self._count("reversed", note["reversed_ore"])
            case "copy-signed":
                self._count("copies", note["total_ore"])
            case "drawer-kicked":
                self._count("drawer", 0)
            case "x-report":
                return self._x(note)
            case "z-report":
                return self._z(note)
        return []

    def _count(self, name: str, sum_ore: int) -> None:
        self.sums[name] += sum_ore
        self.sums["#" + name] += 1

    def _numbered(self, record: Row) -> list[str]:
        self.receipt_no += 1
        if record["receipt_no"] != self.receipt_no:
            return [f"I4 receipt {record['receipt_no']} was numbered after {self.receipt_no - 1}"]
        return []

    def _signed(self, event: Row) -> list[str]:
        receipt = event["receipt"]
        number, total_ore = receipt["receipt_no"], receipt["total_ore"]
        wrong = []
        if number in self.receipts:
            wrong.append(f"I4 receipt {number} was signed twice")
        self.receipts[number] = receipt
        gross: Counter[int] = Counter()
        for line in receipt["lines"]:
            gross[line["rate_bp"]] += line["amount_ore"]
        tenders = receipt["tenders"]
        paid_ore = sum(one["amount_ore"] for one in tenders)
        if sum(gross.values()) != total_ore or paid_ore != total_ore + receipt["rounding_ore"]:
            wrong.append(f"I2 receipt {number}: lines, total and tenders do not add up")
        vat = {row["rate_bp"]: (row["gross_ore"], row["vat_ore"]) for row in receipt["vat"]}
        if vat != {rate: (ore, vat_in(ore, rate)) for rate, ore in gross.items()}:
            wrong.append(f"I7 receipt {number}: VAT {vat} is not that of its lines")
        if any(one["tip_ore"] < 0 for one in tenders):
            wrong.append(f"I7 receipt {number}: a negative tip")
        for one in tenders:
            if one["kind"] == "cash" and one["change_ore"] not in (
                0,
                one["given_ore"] - one["amount_ore"],
            ):
                wrong.append(f"I2 receipt {number}: change {one['change_ore']}")
            self._count("tender " + one["kind"], one["amount_ore"])
            if one["tip_ore"]:
                self._count("tip " + one["kind"], one["tip_ore"])
        for rate, ore in gross.items():
            self.sums[f"gross {rate}"] += ore
            self.sums[f"vat {rate}"] += vat_in(ore, rate)
        self._count("sales", total_ore)
        self.sums["rounding"] += receipt["rounding_ore"]
        self.grand_ore += total_ore
        return wrong

    def _x(self, report: Row) -> list[str]:
        told = (report["sales_ore"], report["receipts"])
        found = (self.sums["sales"], self.sums["#sales"])
        return [] if told == found else [f"I5 X says {told}, the journal {found}"]

    def _z(self, report: Row) -> list[str]:
        sums = self.sums
        told = {
            "sales": report["sales_ore"],
            "receipts": report["receipts"],
            "rounding": report["rounding_ore"],
            "grand": report["grand_sales_ore"],
            "cash": report["expected_cash_ore"],
            "number": report["number"],
            "copies": (report["copies"]["count"], report["copies"]["sum_ore"]),
            "reversed": report["card_reversed"]["count"],
            "drawer": report["drawer_openings"],
            "tips": {one["name"]: one["sum_ore"] for one in report["tips_by_tender"]},
            "tenders": {one["name"]: one["sum_ore"] for one in report["tenders"]},
            "vat": {one["rate_bp"]: (one["gross_ore"], one["vat_ore"]) for one in report["vat"]},
        }
        found = {
            "sales": sums["sales"],
            "receipts": sums["#sales"],
            "rounding": sums["rounding"],
            "grand": self.grand_ore,
            "cash": self.float_ore + sums["tender cash"],
            "number": self.z_count + 1,
            "copies": (sums["#copies"], sums["copies"]),
            "drawer": sums["#drawer"],
            "tips": self._named("tip "),
            "tenders": self._named("tender "),
            "vat": {
                int(name[6:]): (ore, sums["vat " + name[6:]])
                for name, ore in sums.items()
                if name.startswith("gross ")
            },
        }
        self.z_count += 1
        self.sums.clear()
        return [
            f"I5 Z {self.z_count} says {name} {told[name]}, the journal {value}"
            for name, value in found.items()
            if told[name] != value
        ]

    def _named(self, begin: str) -> dict[str, int]:
        return {
            name[len(begin) :]: ore for name, ore in self.sums.items() if name.startswith(begin)
        }
