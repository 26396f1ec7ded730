"""How a closed receipt counts: the changes to the running totals, as values.

The store adds them in the commit that stores the control code, nowhere else (house.md 4). Names of
sections are the store's keys; `core/report_builder.py` reads them back into a report.
"""

from collections.abc import Iterable
from enum import StrEnum

from core.events import ReceiptSigned
from core.frozen import frozen
from core.vat import vat_contained


class Section(StrEnum):
    """What a running total is about. Letters are those of sweden 2.3."""

    SALES = "sales"
    """f and l: sum incl. VAT without rounding, and number of receipts."""
    RETURNS = "returns"
    GROUP = "group"
    """g, per department."""
    VAT = "vat"
    """h, per rate in basis points: sum is the VAT."""
    VAT_GROSS = "vat-gross"
    GOODS = "goods"
    """j: count is the quantity in thousandths."""
    SERVICES = "services"
    TENDER = "tender"
    """p: sales part per payment means."""
    ROUNDING = "rounding"
    TIP_TENDER = "tip-tender"
    TIP_OPERATOR = "tip-operator"
    CORRECTIONS = "corrections"
    """s: corrections and voids, as positive sums."""
    COPIES = "copies"
    CARD_UNCLEAR = "card-unclear"
    """Unclear card outcomes that a manager decided (`charged`, `not-charged`, `reversed`), and
    late approvals (`late`) with the manager's answer (`late-reversed`, `late-by-hand`)."""
    CARD_REVERSED = "card-reversed"
    """Card payments that were undone at the terminal, whoever told that they were."""
    RESTORED = "restored"
    """A backup was put back; the name is the range of receipts that are lost, or `none`."""
    DRAWER = "drawer"
    FLOAT = "float"
    GRAND_SALES = "grand-sales"
    """u: never reset; kept in period 0."""
    GRAND_RETURNS = "grand-returns"


GRAND_PERIOD = 0
"""Period of the grand totals."""
GRAND = frozenset({Section.GRAND_SALES, Section.GRAND_RETURNS})
"""Sections that run for the life of the register (R27)."""


@frozen
class Change:
    """One addition to a running total."""

    section: Section
    name: str
    count: int
    sum_ore: int


def changes_of(event: ReceiptSigned) -> tuple[Change, ...]:
    """List what a closed sale adds to the totals."""
    receipt = event.receipt
    changes = [
        Change(Section.SALES, "", 1, receipt.total_ore),
        Change(Section.GRAND_SALES, "", 1, receipt.total_ore),
    ]
    groups: dict[str, int] = {}
    quantities = {Section.GOODS: 0, Section.SERVICES: 0}
    for line in event.lines:
        groups[line.department] = groups.get(line.department, 0) + line.amount_ore
        kind = Section.SERVICES if line.is_service else Section.GOODS
        # What is sold by weight, length or time counts as one piece each (items j and k).
        quantities[kind] += line.quantity_milli if line.unit == "st" else 1000
    changes += [Change(Section.GROUP, name, 1, sum_ore) for name, sum_ore in groups.items()]
    changes += [Change(kind, "", milli, 0) for kind, milli in quantities.items() if milli]
    for row in receipt.vat:
        assert row.vat_ore == vat_contained(row.gross_ore, row.rate_bp)
        changes.append(Change(Section.VAT, str(row.rate_bp), 1, row.vat_ore))
        changes.append(Change(Section.VAT_GROSS, str(row.rate_bp), 1, row.gross_ore))
    for tender in receipt.tenders:
        changes.append(Change(Section.TENDER, tender.kind, 1, tender.amount_ore))
    if receipt.rounding_ore:
        changes.append(Change(Section.ROUNDING, "", 1, receipt.rounding_ore))
    for kind_name, operator, tip_ore in event.tip_operators:
        changes.append(Change(Section.TIP_TENDER, kind_name, 1, tip_ore))
        changes.append(Change(Section.TIP_OPERATOR, operator, 1, tip_ore))
    if event.correction_count:
        changes.append(
            Change(Section.CORRECTIONS, "", event.correction_count, event.correction_ore)
        )
    return merge(changes)


def merge(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Add up changes of the same section and name."""
    merged: dict[tuple[Section, str], tuple[int, int]] = {}
    for change in changes:
        count, sum_ore = merged.get((change.section, change.name), (0, 0))
        merged[change.section, change.name] = (count + change.count, sum_ore + change.sum_ore)
    return tuple(Change(*key, *value) for key, value in merged.items())
