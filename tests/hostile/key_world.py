"""Customers and devices beside the keys: cards drawn, lost, held; cables, unit and paper."""

from collections import Counter
from random import Random
from time import monotonic

from devices.simulators.terminal_script import load_script
from tests.whole.harness import Shop
from tui.views import TillView

PLAYS = (
    *("tap", "tap", "tip 31.00", "decline", "stop", "swipe", "tip 900.00", "tip 900.00"),
    *("cable before-approval", "cable after-approval", "no-response", "hold", "hold"),
    *("question code", "question voice", "late-abort", "force-tip 10.00"),
)
CARD = ("authorizing", "in_doubt", "reversing")
LINK_AWAY_S = (0.2, 3.0, 8.0)
LONG_AWAY_S = 20.0


class KeyWorld:
    """What customers and devices do, at random, beside the keys."""

    def __init__(self, shop: Shop, draw: Random) -> None:
        """Let the customers to come do all sorts of things at the terminal."""
        self._shop, self._draw = shop, draw
        plays = [draw.choice(PLAYS) for _each in range(400)]
        shop.terminal.set_script(load_script("\nnext\n".join(plays)))
        self._plug_at_s = self._stay_s = 0.0
        self._reversals = 0
        self._mend_at_s = 0.0

    def step(self, view: TillView, seen: Counter[str]) -> None:
        """Let something happen, or not; `seen` counts the commands that were given."""
        draw, terminal, now_s = self._draw, self._shop.terminal, monotonic()
        state = str(view.sale.state) if view.sale else ""
        reversals = seen["ReverseHeld"] + seen["GiveBack"] + seen["ReverseLate"]
        is_reversal, self._reversals = reversals > self._reversals, reversals
        if not terminal.is_plugged:
            if now_s > self._plug_at_s or (state not in CARD and now_s > self._stay_s):
                terminal.plug_cable()
        elif is_reversal and draw.random() < 0.6:
            self._pull(LONG_AWAY_S)
        elif state in CARD and draw.random() < 0.004:
            self._pull(draw.choice(LINK_AWAY_S))
        elif state == "authorizing" and draw.random() < 0.1 and self._is_drawn(view):
            self._pull(LONG_AWAY_S)
        if draw.random() < 0.01:
            terminal.release()
        self._trouble(now_s)

    def _pull(self, away_s: float) -> None:
        """Take the terminal's cable out for so long, or until the card is decided on."""
        self._shop.terminal.pull_cable()
        self._stay_s = monotonic() + 0.5
        self._plug_at_s = monotonic() + away_s

    def _is_drawn(self, view: TillView) -> bool:
        """Say whether the terminal has drawn the card that the till waits for."""
        tender = view.sale.current_tender if view.sale else None
        charges = self._shop.charges()
        return tender is not None and str(tender.service_id) in {c.service_id for c in charges}

    def _trouble(self, now_s: float) -> None:
        """Take unit or printer away for a moment, and bring it back."""
        draw, shop = self._draw, self._shop
        if self._mend_at_s:
            if now_s > self._mend_at_s:
                self._mend_at_s = 0.0
                self.mend()
        elif draw.random() < 0.003:
            self._mend_at_s = now_s + draw.choice((0.1, 1.0))
            draw.choice((
                lambda: shop.unit.set_fault("silent"),
                lambda: shop.printer.set_paper("out"),
                lambda: shop.printer.stop_after(draw.randint(10, 400), "unplug"),
            ))()  # fmt: skip

    def mend(self) -> None:
        """Bring unit and printer back."""
        self._shop.unit.set_fault(None)
        self._shop.printer.set_paper("ok")
        self._shop.printer.plug()


def check_cards(shop: Shop) -> None:
    """Hold each card against the terminal's ledger; what a person decided is told to the shop.

    A manager who presses keys at random decides wrongly: that is his, and no violation. Of every
    other card what is booked must be what was drawn, once it is not running any more.
    """
    drawn = {int(one.service_id): one.total_ore for one in shop.charges()}
    rows = shop.rows(
        "SELECT service_id, authorized_ore, state, json_extract(body, '$.resolved_by')"
        " FROM tender WHERE kind = 'card'"
    )
    lates = {row[0] for row in shop.rows("SELECT service_id FROM card_late")}
    booked_ore = 0
    for number, authorized_ore, state, resolved_by in rows:
        booked = authorized_ore if state in ("settled", "held") else 0
        booked_ore += booked
        is_open = state in ("requested", "reversing") or resolved_by or number in lates
        assert is_open or drawn.get(number, 0) == booked, (number, state, drawn.get(number), booked)
    assert set(drawn) <= {row[0] for row in rows}, "a card was drawn that nobody asked for"
    shop.decided_ore = booked_ore - sum(drawn.values())
