"""What a status line says of the till's picture (contract.md 4)."""

from core.sale import Line
from tui.screens.page import Notice
from tui.screens.till_desk import TillDesk
from tui.views import TillView


def status_fields(desk: TillDesk) -> dict[str, object]:
    """Give the fields of one line, in the contract's order."""
    view, shop, page = desk.view, desk.shop, desk.top
    sale = view.sale if view else None
    receipt = view.last_receipt if view else None
    return {
        "screen": page.name,
        "mode": "sale",
        "operator": shop.operator if shop else "",
        "sale_id": sale.sale_id if sale else None,
        "state": str(sale.state) if sale else "none",
        "line_count": _standing_count(sale.lines) if sale else 0,
        "total_ore": sale.total_ore if sale else 0,
        "remaining_ore": sale.remaining_ore if sale else 0,
        "tip_ore": sale.tip_ore if sale else 0,
        "entry": page.entry_text,
        "attention": _attention(view, page.error_code, desk.notice),
        "receipt_no": receipt.receipt_no if receipt else None,
        "busy": desk.is_busy,
    }


def _standing_count(lines: tuple[Line, ...]) -> int:
    """Count the lines that stand; each correction takes exactly one away."""
    return len(lines) - 2 * sum(1 for line in lines if line.corrects)


def _attention(view: TillView | None, page_code: str, notice: Notice | None) -> str:
    """Give the code of the error or question on the screen, the most pressing first."""
    if notice is not None and notice.code:
        return notice.code
    if page_code:
        return page_code
    if view is None:
        return ""
    if view.attention is not None:
        return view.attention.code
    return view.card_result.code if view.card_result is not None else ""
