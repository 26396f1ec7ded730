"""The world's own sums: reports recomputed from the journal's raw rows, by code of their own.

Shares nothing with the till's sums nor with `blipp verify`. Source: docs/journal.md.
"""

from collections import Counter
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Figures = dict[str, Any]
"""What a report tells, by name."""


def vat_in(gross_ore: int, rate_bp: int) -> int:
    """Give the VAT contained in a gross amount, half away from zero."""
    exact = Fraction(gross_ore * rate_bp, 10_000 + rate_bp)
    size = int(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


class Fold:
    """What the journal adds up to so far."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()
        """Sums of the period, and counts under `#` and the same name."""
        self.grand_ore = 0
        self.z_count = 0
        self.float_ore = 0
        self.receipt_no = 0
        """Newest number that was given out."""
        self.receipts: dict[int, Row] = {}
        """Signed receipts by number."""
        self.z_figures: dict[int, Figures] = {}
        """What each Z must tell."""
        self.x_figures: list[Figures] = []
        """What the X reports must have told."""
        self._corrections: dict[int, tuple[int, int]] = {}
        """Corrected lines of each sale that is not over: count and sum."""
        self._asked: dict[int, int] = {}
        """What was asked of the terminal, by service id."""
        self._lates: dict[int, int] = {}
        """What was drawn late, by service id."""

    def forget(self) -> None:
        """Forget the receipts, reports and card requests of a day that is over."""
        self.receipts.clear()
        self.x_figures.clear()
        self.z_figures.clear()
        self._asked.clear()

    def take(self, kind: str, note: Row) -> list[str]:
        """Take one row; gives what is wrong with it."""
        match kind:
            case "period-opened":
                self.float_ore = note["opening_float_ore"]
            case "lines-corrected" | "sale-voided":
                self._correct(kind, note)
            case "receipt-numbered":
                return self._numbered(note["record"])
            case "receipt-signed":
                return self._signed(note)
            case "copy-signed":
                self._count("copies", note["total_ore"])
            case "drawer-kicked":
                self._count("drawer", 0)
            case "x-report":
                return self._x(note)
            case "z-report":
                return self._z(note)
            case _:
                self._card(kind, note)
        return []

    def _correct(self, kind: str, note: Row) -> None:
        sale_id = note["sale_id"]
        if kind == "sale-voided":
            self._corrections.pop(sale_id, None)
            if note["total_ore"]:
                self._count("corrections", note["total_ore"])
            return
        count, ore = self._corrections.get(sale_id, (0, 0))
        for line in note["lines"]:
            count, ore = count + 1, ore - line["amount_ore"]
        self._corrections[sale_id] = (count, ore)

    def _card(self, kind: str, note: Row) -> None:
        """Count what was undone, and what a manager decided about an unclear card."""
        service_id = note.get("service_id", 0)
        match kind:
            case "card-requested":
                self._asked[service_id] = note["requested_ore"] + note["till_tip_ore"]
            case "card-authorized" if note["resolved_by"]:
                self._count("unclear charged", self._asked[service_id])
            case "card-never-charged" if note["resolved_by"]:
                self._count("unclear not-charged", self._asked[service_id])
            case "card-reversed":
                self._count("reversed", note["reversed_ore"])
                if note["resolved_by"]:
                    self._count("unclear reversed", note["reversed_ore"])
            case "card-late-approval":
                self._lates[service_id] = note["authorized_ore"]
                self._count("unclear late", note["authorized_ore"])
            case "late-reversed":
                self._count("reversed", self._lates[service_id])
                self._count("unclear late-reversed", self._lates[service_id])
            case "late-by-hand":
                self._count("unclear late-by-hand", self._lates[service_id])

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
            if one["kind"] == "cash" and one["change_ore"] != one["given_ore"] - one["amount_ore"]:
                wrong.append(f"I2 receipt {number}: change {one['change_ore']}")
            self._count("tender " + one["kind"], one["amount_ore"])
            if one["tip_ore"]:
                self._count("tip " + one["kind"], one["tip_ore"])
                self._count("tipped " + receipt["operator"], one["tip_ore"])
        for rate, ore in gross.items():
            self.sums[f"gross {rate}"] += ore
            self.sums[f"vat {rate}"] += vat_in(ore, rate)
        self._count("sales", total_ore)
        self.sums["rounding"] += receipt["rounding_ore"]
        self.grand_ore += total_ore
        self._count_lines(event)
        return wrong

    def _count_lines(self, event: Row) -> None:
        departments: Counter[str] = Counter()
        for line in event["lines"]:
            departments[line["department"]] += line["amount_ore"]
            milli = line["quantity_milli"] if line["unit"] == "st" else 1000
            self.sums["services" if line["is_service"] else "goods"] += milli
        for name, ore in departments.items():
            self._count("group " + name, ore)
        count, ore = self._corrections.pop(event["sale_id"], (0, 0))
        self.sums["#corrections"] += count
        self.sums["corrections"] += ore

    def figures(self) -> Figures:
        """Give what a report must tell now, by the names of `told_by`."""
        sums = self.sums
        tenders, tips = self._named("tender "), self._named("tip ")
        return {
            "number": None,
            "sales": sums["sales"],
            "receipts": sums["#sales"],
            "groups": self._named("group "),
            "vat": {
                int(name[6:]): (ore, sums["vat " + name[6:]])
                for name, ore in sums.items()
                if name.startswith("gross ")
            },
            "float": self.float_ore,
            "goods": sums["goods"],
            "services": sums["services"],
            "drawer": sums["#drawer"],
            "copies": (sums["#copies"], sums["copies"]),
            "tenders": tenders,
            "corrections": (sums["#corrections"], sums["corrections"]),
            "none": [(0, 0)] * 5,
            "grand": (self.grand_ore, 0),
            "rounding": sums["rounding"],
            "tips": tips,
            "tips by operator": self._named("tipped "),
            "charged": {
                name: (count, ore + tips.get(name, (0, 0))[1])
                for name, (count, ore) in tenders.items()
            },
            "cash": self.float_ore + sums["tender cash"],
            "reversed": (sums["#reversed"], sums["reversed"]),
            "unclear": self._named("unclear "),
        }

    def x_taken(self, report: Row) -> list[str]:
        """Hold a whole X report, as the screen shows it, against the journal."""
        found = self.figures()
        self.x_figures.append(found)
        return _differences("X", told_by(report), found)

    def _x(self, report: Row) -> list[str]:
        told = (report["sales_ore"], report["receipts"])
        found = (self.sums["sales"], self.sums["#sales"])
        return [] if told == found else [f"I5 X says {told}, the journal {found}"]

    def _z(self, report: Row) -> list[str]:
        self.z_count += 1
        found = self.figures() | {"number": self.z_count}
        self.z_figures[self.z_count] = found
        self.sums.clear()
        return _differences(f"Z {self.z_count}", told_by(report), found)

    def _named(self, begin: str) -> dict[str, tuple[int, int]]:
        """Give count and sum of each name that was counted under `begin`."""
        return {
            name[len(begin) :]: (self.sums["#" + name], ore)
            for name, ore in self.sums.items()
            if name.startswith(begin)
        }


def told_by(report: Row) -> Figures:
    """Give the figures of an X or Z as its row or the screen tells them."""

    def tally(name: str) -> tuple[int, int]:
        return (report[name]["count"], report[name]["sum_ore"])

    def named(name: str) -> dict[str, tuple[int, int]]:
        return {one["name"]: (one["count"], one["sum_ore"]) for one in report[name]}

    nothing = ("returns", "float_changes", "training", "discounts", "unfinished")
    remarks = [one.split() for one in report["remarks"]]
    return {
        "number": report["number"],
        "sales": report["sales_ore"],
        "receipts": report["receipts"],
        "groups": named("groups"),
        "vat": {one["rate_bp"]: (one["gross_ore"], one["vat_ore"]) for one in report["vat"]},
        "float": report["opening_float_ore"],
        "goods": report["goods_milli"],
        "services": report["services_milli"],
        "drawer": report["drawer_openings"],
        "copies": tally("copies"),
        "tenders": named("tenders"),
        "corrections": tally("corrections"),
        "none": [tally(name) for name in nothing],
        "grand": (report["grand_sales_ore"], report["grand_returns_ore"]),
        "rounding": report["rounding_ore"],
        "tips": named("tips_by_tender"),
        "tips by operator": named("tips_by_operator"),
        "charged": named("charged_by_tender"),
        "cash": report["expected_cash_ore"],
        "reversed": tally("card_reversed"),
        "unclear": {name: (int(count), int(ore)) for _, name, count, ore in remarks},
    }


def _differences(name: str, told: Figures, found: Figures) -> list[str]:
    return [
        f"I5 {name} says {what} {told[what]}, the journal {value}"
        for what, value in found.items()
        if told[what] != value
    ]
