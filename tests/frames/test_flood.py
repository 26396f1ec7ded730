"""A terminal that floods a whole till: the keys go on, the journal stays small, the link is let go.

Reliability F24, I16.
"""

import re
from statistics import median
from time import monotonic

import pytest

from core.facts import TerminalState
from devices.simulators import terminal_writing as writing
from devices.terminals.westpay_epas.throttle import BURST
from tests.frames.approvals import STARTED_AT, approval
from tests.whole.conftest import OpenShop
from tests.whole.conftest import open_shop as open_shop
from tests.whole.harness import CHOCOLATE
from tui import commands as c

ADDRESS = writing.Address("0", "kassa1", "80000082")
FLOODS = {
    "keep-alives": writing.KEEP_ALIVE,
    "displays": writing.display(ADDRESS, ("Hej",), "11"),
    "questions": writing.display(ADDRESS, ("Fråga",), "999", "TextString"),
    "strays": writing.plain_answer(ADDRESS, "Reversal", writing.Told()),
    "events": writing.event(ADDRESS, "CardRemoved", STARTED_AT),
}


def _flood(what: str) -> bytes:
    if what != "slips":
        return FLOODS[what] * 3_000
    good = approval(1).slips or approval(2).slips
    return b"".join(
        writing.frame(re.sub(b'(ReferenceNumber=")[^"]*', b"\\g<1>%012d" % number, good[0]))
        for number in range(3_000)
    )


@pytest.mark.parametrize(
    "what",
    [
        *("displays", "strays", "slips"),
        *(pytest.param(what, marks=pytest.mark.night) for what in ("keep-alives", "questions")),
        pytest.param("events", marks=pytest.mark.night),
    ],
)
def test_keys_go_on_while_a_terminal_floods_the_till(what: str, open_shop: OpenShop) -> None:
    shop = open_shop()
    till = shop.open().ready()
    till.do(c.AddCode(CHOCOLATE))
    before = shop.rows("SELECT count(*) FROM journal")[0][0]
    shop.terminal.send_raw(_flood(what))
    spent_s = []
    for _time in range(15):
        began_s = monotonic()
        till.do(c.AddCode(CHOCOLATE))
        spent_s.append(monotonic() - began_s)
    till.wait(lambda view: view.terminal.state is TerminalState.UNREACHABLE)
    assert till.view.terminal.text == "too many messages"
    assert median(spent_s) < 0.1
    after = shop.rows("SELECT count(*) FROM journal")[0][0]
    assert after - before < 15 + BURST + 20
    till.do(c.PayCash())
    till.wait_state("")
