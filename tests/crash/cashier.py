"""A cashier who comes back to a till that died, and works until nothing is left open.

She looks at the screen, at the terminal's own memory and at the papers on the counter, and knows
nothing else. What she does in vain she does again; a till that needs more than her patience is
stuck, and that is a violation.
"""

import re
from collections.abc import Callable
from time import monotonic
from typing import Final

from core.facts import TerminalState
from tests.crash.outside import Charge, Ledgers
from tests.whole.harness import WholeTill
from tui import commands as c
from tui.views import TillView

PATIENCE_S: Final = 25.0
Facts = dict[str, str | int]


class Stuck(AssertionError):
    """The till does not come to rest."""


def bring_to_rest(till: WholeTill, look: Callable[[], Ledgers], *, may_keep: bool = True) -> None:
    """Answer every question and end the open sale with cash; returns when all is quiet."""
    until_s = monotonic() + PATIENCE_S
    while True:
        if monotonic() > until_s:
            raise Stuck(f"{till.state} {till.view.attention} papers={till.view.papers_waiting}")
        if _is_at_rest(till.view):
            return
        if not _act(till, look, may_keep=may_keep):
            _wait_for_more(till, till.view.version)


def _wait_for_more(till: WholeTill, version: int) -> None:
    """Wait until another picture comes, or a moment."""
    with till._came:
        till._came.wait_for(lambda: till.failed or till.view.version != version, 0.2)
    assert till.failed is None, (till.failed.code, till.failed.facts)


def _is_at_rest(view: TillView) -> bool:
    is_quiet = view.sale is None and view.attention is None and view.papers_waiting == 0
    is_heard = view.terminal.state is TerminalState.READY and bool(view.unit.is_ready)
    return is_quiet and is_heard


def _act(till: WholeTill, look: Callable[[], Ledgers], *, may_keep: bool) -> bool:
    """Do one thing; False when she can only wait."""
    view = till.view
    if view.attention is not None:
        command = _answer(view.attention.code, dict(view.attention.facts), till, look, may_keep)
        return command is not None and till.try_(command).error is None
    if view.sale is not None and till.state in ("open", "tendering") and view.unit.is_ready:
        if not view.sale.standing:
            return till.try_(c.VoidSale()).error is None
        return till.try_(c.PayCash()).error is None
    return False


def _answer(
    code: str, facts: Facts, till: WholeTill, look: Callable[[], Ledgers], may_keep: bool
) -> c.Command | None:
    """Answer the question on the screen from what the devices show."""
    tender = till.view.sale.current_tender if till.view.sale else None
    if code == "paper-unknown":
        is_out = is_paper_out(look().papers, str(facts["kind"]), int(facts["reference"]))
        return c.DecidePaper(int(facts["paper_id"]), was_seen=is_out)
    if code == "card-held":
        return c.KeepHeld() if may_keep else c.ReverseHeld()
    if code == "card-late-approval":
        number = int(facts["late_service_id"])
        return c.ReverseLate(number) if facts["may_reverse"] else c.SettleLateByHand(number)
    if tender is not None and code == "card-doubt":
        charge = charge_of(look(), tender.service_id)
        drawn = charge is not None and charge.is_approved
        return c.DecideDoubt(is_charged=drawn, total_ore=charge.total_ore if charge else None)
    if tender is not None and code == "card-unreversed":
        charge = charge_of(look(), tender.service_id)
        return c.DecideReversal(is_reversed=charge is not None and charge.is_reversed)
    return c.TrySigningAgain() if code.startswith("unit-") else None


def charge_of(ledgers: Ledgers, service_id: int) -> Charge | None:
    """Give what the terminal remembers of a request."""
    return next((one for one in ledgers.charges if one.service_id == service_id), None)


TITLES: Final = {
    "receipt": r"^\s*Kvitto nr {number}\b",
    "copy": r"^\s*Avser kvitto nr {number}\b",
    "z-report": r"^\s*Z-DAGRAPPORT nr {number}\b",
    "x-report": r"^\s*X-DAGRAPPORT",
    "reversal": r"^\s*KORTKÖPET ÄR ÅTERFÖRT",
}
"""By what a paper of each kind is known."""


def papers_of(papers: tuple[str, ...], kind: str, number: int) -> int:
    """Count the papers of one kind and number on the counter."""
    title = re.compile(TITLES[kind].format(number=number), re.MULTILINE)
    return sum(len(title.findall(paper)) for paper in papers)


def is_paper_out(papers: tuple[str, ...], kind: str, number: int) -> bool:
    """Say whether a paper lies on the counter, cut off."""
    return papers_of(papers, kind, number) > 0
