"""Reads a paper as a customer or an inspector does: by its words, never by the till's layouts.

Shares nothing with `core/receipt_layout.py`, `core/report_layout.py` nor the till's money. A label
that is broken over rows is joined; a figure is what stands at the right edge.
"""

import re
from dataclasses import dataclass, field

_ORE = r"-?\d{1,3}(?: \d{3})*,\d\d"
_AMOUNT = re.compile(rf"(?:^|(?<=\D) |  )({_ORE})(?: ([A-Z]))?$")
_COUNT = re.compile(r"  (\d+(?:,\d+)?)$")
_TALLY = re.compile(r"^(.*), (\d+) st$")
_VAT = re.compile(rf"^(?:([A-Z]) )?([\d,]+) % +({_ORE}) +({_ORE})$")
_RULE = re.compile(r"^-+$")
_CODE = re.compile(r"^Kontrollkod\n([A-Z2-7]+)(;?)\n(;?)([A-Z2-7]+)$", re.MULTILINE)


@dataclass
class PaperTender:
    """One way of paying, as the paper tells it; absent rows are None."""

    word: str
    paid_ore: int
    given_ore: int | None = None
    change_ore: int | None = None
    tip_ore: int | None = None
    charged_ore: int | None = None


@dataclass
class CardBlock:
    """The cardholder's part of one card payment."""

    amount_ore: int | None = None
    tip_ore: int = 0
    total_ore: int | None = None


@dataclass
class ReceiptPaper:
    """What stands on a receipt or its copy."""

    lines: list[tuple[str, int]] = field(default_factory=list)
    """Letter and amount of each article."""
    total_ore: int | None = None
    """`Summa`, which stands there only when cash is rounded."""
    rounding_ore: int | None = None
    to_pay_ore: int | None = None
    tenders: list[PaperTender] = field(default_factory=list)
    vat: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    """Per rate in basis points: letter, net, VAT."""
    vat_ore: int | None = None
    cards: list[CardBlock] = field(default_factory=list)
    code: str = ""


Figure = tuple[int | None, int]
"""A count, where there is one, and a sum or a number of thousandths."""


@dataclass
class ReportPaper:
    """What stands on an X or a Z."""

    number: int | None
    rows: dict[tuple[str, str], Figure] = field(default_factory=dict)
    """Under (heading, label); a heading ends at a blank row."""
    vat: dict[int, tuple[int, int]] = field(default_factory=dict)


def ore_of(text: str) -> int:
    """Read an amount: every digit, a sign before it."""
    digits = int("".join(one for one in text if one.isdigit()))
    return -digits if text.startswith("-") else digits


def read_receipt(text: str) -> ReceiptPaper:
    """Read an original or a copy."""
    found = ReceiptPaper()
    head, lines, pay, vat, *rest = _sections(text)
    assert head
    for row in lines:
        hit = _AMOUNT.search(row)
        if hit is not None:
            found.lines.append((hit[2] or "", ore_of(hit[1])))
    _read_pay(found, pay)
    for row in vat:
        rate = _VAT.match(row)
        hit = _AMOUNT.search(row)
        if rate is not None:
            found.vat[_bp(rate[2])] = (rate[1] or "", ore_of(rate[3]), ore_of(rate[4]))
        elif row.startswith("Moms totalt") and hit is not None:
            found.vat_ore = ore_of(hit[1])
    found.cards = [
        _read_card(rows) for rows in rest if "Kortinnehavarens kvitto" in map(str.strip, rows)
    ]
    code = _CODE.search(text)
    if code is not None:
        found.code = "".join(code.groups())
    return found


def _read_pay(found: ReceiptPaper, rows: list[str]) -> None:
    label = ""
    for row in rows:
        hit = _AMOUNT.search(row)
        label = f"{label} {row[: hit.start()] if hit else row}".strip()
        if hit is None:
            continue
        amount_ore, last = ore_of(hit[1]), found.tenders[-1:]
        match label.partition(" ")[0]:
            case "Summa":
                found.total_ore = amount_ore
            case "Öresavrundning":
                found.rounding_ore = amount_ore
            case "ATT":
                found.to_pay_ore = amount_ore
            case "Betalt:":
                found.tenders.append(PaperTender(label.partition(" ")[2], amount_ore))
            case "Mottaget" if last:
                last[0].given_ore = amount_ore
            case "Växel" if last:
                last[0].change_ore = amount_ore
            case "Dricks" if last:
                last[0].tip_ore = amount_ore
            case "Debiterat" if last:
                last[0].charged_ore = amount_ore
        label = ""


def read_card(text: str) -> CardBlock:
    """Read a paper that tells of one card payment and no receipt."""
    return _read_card(text.splitlines())


def _read_card(rows: list[str]) -> CardBlock:
    block = CardBlock()
    for row in rows:
        hit = _AMOUNT.search(row)
        if hit is None:
            continue
        label = row[: hit.start()].strip()
        if label == "Belopp":
            block.amount_ore = ore_of(hit[1])
        elif label == "Dricks":
            block.tip_ore = ore_of(hit[1])
        elif label in ("Totalt SEK", "Debiterat kort"):
            block.total_ore = ore_of(hit[1])
    return block


_HEADINGS = {
    "Försäljning per varugrupp", "Moms per momssats", "Försäljning per betalmedel",
    "Dricks per betalmedel (ej omsättning)", "Dricks per kassör",
    "Debiterat per betalmedel (försäljning och dricks)",
}  # fmt: skip


def read_report(text: str) -> ReportPaper:
    """Read an X or a Z, up to its remarks."""
    number = re.search(r"^ *Z-DAGRAPPORT nr (\d+)$", text, re.MULTILINE)
    found = ReportPaper(int(number[1]) if number else None)
    heading = label = ""
    for row in text.splitlines():
        if row == "Anmärkningar":
            break
        rate = _VAT.match(row)
        if rate is not None:
            found.vat[_bp(rate[2])] = (ore_of(rate[3]), ore_of(rate[4]))
            continue
        if row.startswith("Momssats "):
            continue
        if not row or _RULE.match(row):
            heading = label = ""
            continue
        hit = _AMOUNT.search(row) or _COUNT.search(row)
        label = f"{label} {row[: hit.start()] if hit else row}".strip()
        if hit is None:
            if label in _HEADINGS:
                heading, label = label, ""
            continue
        tally = _TALLY.match(label)
        count = int(tally[2]) if tally else None
        found.rows[heading, tally[1] if tally else label] = (count, _figure(hit[1]))
        label = ""
    return found


def _figure(text: str) -> int:
    """Read an amount as öre, a count as thousandths."""
    if re.fullmatch(_ORE, text):
        return ore_of(text)
    whole, _, rest = text.partition(",")
    return int(whole) * 1000 + int((rest + "000")[:3])


def _bp(percent: str) -> int:
    whole, _, rest = percent.partition(",")
    return int(whole) * 100 + int((rest + "00")[:2])


def _sections(text: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for row in text.splitlines():
        if _RULE.match(row):
            sections.append([])
        else:
            sections[-1].append(row)
    return sections
