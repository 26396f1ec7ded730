"""Faults planted into papers: the sale is right, and its paper tells something else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from core import card_block, receipt_layout, report_layout
from core.receipt import Receipt, ReceiptKind, ReceiptTender
from core.services import printing

Plant = tuple[tuple[Any, str, Any], ...]
"""Where, which name, what stands there instead."""

_write_to_pay = receipt_layout._write_to_pay
_write_tender = receipt_layout._write_tender
_write_vat = receipt_layout._write_vat
_write_card = receipt_layout._write_card
_write_amounts = card_block._write_amounts
_lay_out_report = report_layout.lay_out_report
_lay_out_reversal = receipt_layout.lay_out_reversal
_control_code_rows = receipt_layout._control_code_rows


def _total_too_high() -> Plant:
    """Adds a krona to the total on the paper."""

    def write(sheet: Any, receipt: Receipt, words: Any) -> None:
        shown: Any = _Other(receipt, to_pay_ore=receipt.to_pay_ore + 1_00)
        _write_to_pay(sheet, shown, words)

    return ((receipt_layout, "_write_to_pay", write),)


def _without_tip() -> Plant:
    """Leaves the tip off the paper."""
    return _tender_changed(lambda one: replace(one, tip_ore=0))


def _charged_wrong() -> Plant:
    """Shows half the tip, and with it a wrong debited sum."""
    return _tender_changed(lambda one: replace(one, tip_ore=(one.tip_ore + 1) // 2))


def _without_change() -> Plant:
    """Keeps silent about the change."""
    return _tender_changed(lambda one: replace(one, change_ore=0))


def _tender_changed(change: Callable[[ReceiptTender], ReceiptTender]) -> Plant:
    def write(sheet: Any, tender: ReceiptTender, receipt: Receipt, words: Any) -> None:
        _write_tender(sheet, change(tender), receipt, words)

    return ((receipt_layout, "_write_tender", write),)


def _vat_wrong() -> Plant:
    """Shows one öre more VAT of the first rate."""

    def write(sheet: Any, rows: Any, letters: Any, words: Any) -> None:
        first, *others = rows
        _write_vat(sheet, (replace(first, vat_ore=first.vat_ore + 1), *others), letters, words)

    return ((receipt_layout, "_write_vat", write),)


def _without_card_line() -> Plant:
    """Leaves out that a card paid."""

    def write(sheet: Any, tender: ReceiptTender, receipt: Receipt, words: Any) -> None:
        if tender.kind != "card":
            _write_tender(sheet, tender, receipt, words)

    return ((receipt_layout, "_write_tender", write),)


def _without_card_block() -> Plant:
    """Leaves out the cardholder's part."""
    return ((receipt_layout, "_write_card", lambda *_: None),)


def _card_total_wrong() -> Plant:
    """Tells another sum in the cardholder's part."""

    def write(sheet: Any, slip: Any, charged_ore: int, words: Any) -> None:
        _write_amounts(sheet, replace(slip, total_ore=slip.total_ore + 1), charged_ore, words)

    return ((card_block, "_write_amounts", write),)


def _code_cut() -> Plant:
    """Prints the control code without its last letter."""

    def rows(code: str, width: int) -> list[str]:
        return _control_code_rows(code[:-1], width)

    return ((receipt_layout, "_control_code_rows", rows),)


def _copy_total_wrong() -> Plant:
    """Adds a krona to the total on copies alone."""

    def write(sheet: Any, receipt: Receipt, words: Any) -> None:
        more_ore = 1_00 if receipt.kind is ReceiptKind.COPY else 0
        shown: Any = _Other(receipt, to_pay_ore=receipt.to_pay_ore + more_ore)
        _write_to_pay(sheet, shown, words)

    return ((receipt_layout, "_write_to_pay", write),)


def _undone_sum_wrong() -> Plant:
    """Promises the customer an öre more than was undone."""

    def lay_out(slip: Any, *others: Any) -> Any:
        return _lay_out_reversal(replace(slip, total_ore=slip.total_ore + 1), *others)

    return ((printing, "lay_out_reversal", lay_out),)


def _report_changed(**other: Any) -> Plant:
    def lay_out(report: Any, width: int, words: Any) -> Any:
        changed = {name: make(report) for name, make in other.items()}
        return _lay_out_report(replace(report, **changed), width, words)

    return ((printing, "lay_out_report", lay_out),)


def _report_sales_wrong() -> Plant:
    """Shows a krona more of sales on an X or Z."""
    return _report_changed(sales_ore=lambda report: report.sales_ore + 1_00)


def _report_vat_wrong() -> Plant:
    """Leaves the lowest rate of VAT off an X or Z."""
    return _report_changed(vat=lambda report: report.vat[:-1])


def _report_without_tips() -> Plant:
    """Leaves the tips off an X or Z."""
    return _report_changed(tips_by_tender=lambda _: ())


def _report_receipts_wrong() -> Plant:
    """Shows one receipt more on an X or Z."""
    return _report_changed(receipts=lambda report: report.receipts + 1)


class _Other:
    """A value or module with some things that are not its own."""

    def __init__(self, real: Any, **other: Any) -> None:
        self._real = real
        self.__dict__.update(other)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


PAPER_PLANTS: Final[dict[str, tuple[Callable[[], Plant], tuple[str, ...]]]] = {
    "total +1.00 on the paper": (_total_too_high, ("I2",)),
    "tip left off the paper": (_without_tip, ("I1",)),
    "charged amount wrong": (_charged_wrong, ("I1",)),
    "change left off the paper": (_without_change, ("I2",)),
    "VAT line wrong": (_vat_wrong, ("I7",)),
    "card line missing": (_without_card_line, ("I1",)),
    "card block missing": (_without_card_block, ("I1",)),
    "card block of another sum": (_card_total_wrong, ("I1",)),
    "control code cut": (_code_cut, ("I3",)),
    "total +1.00 on the copy alone": (_copy_total_wrong, ("I2",)),
    "undone sum wrong on its paper": (_undone_sum_wrong, ("I1",)),
    "sales of a report wrong on paper": (_report_sales_wrong, ("I5",)),
    "VAT of a report wrong on paper": (_report_vat_wrong, ("I5",)),
    "tips of a report left off the paper": (_report_without_tips, ("I5",)),
    "receipts of a report wrong on paper": (_report_receipts_wrong, ("I5",)),
}
"""Fault: the variant, and the checks that may name it."""
