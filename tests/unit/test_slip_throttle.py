"""What a terminal may cause in the journal: slips of payments always, the rest within a limit."""

from core.card import CardSlip
from core.facts import Fact, ForeignAnswer, SlipArrived
from devices.terminals.westpay_epas.throttle import BURST, OWN_SLIPS_MAX, REFILL_S, Throttle
from tests.frames.terminal_run import StillClock


def test_slips_of_our_payments_come_through_however_many_payments_there_are() -> None:
    told: list[Fact] = []
    throttle = Throttle(StillClock(), told.append, lambda asked: asked > 0)
    for service_id in range(1, 500):
        for _copy in range(2):
            throttle(SlipArrived(CardSlip("1", service_id=service_id)))
    assert len(told) == 998


def test_a_flood_is_cut_and_let_through_slowly_afterwards() -> None:
    told: list[Fact] = []
    clock = StillClock()
    throttle = Throttle(clock, told.append, lambda asked: asked == 7)
    for number in range(1000):
        throttle(ForeignAnswer(number, "Payment", "Success"))
        throttle(SlipArrived(CardSlip(str(number), service_id=7)))
    assert len(told) == BURST + OWN_SLIPS_MAX
    clock.at_s += 3 * REFILL_S
    for number in range(1000):
        throttle(ForeignAnswer(number, "Payment", "Success"))
    assert len(told) == BURST + OWN_SLIPS_MAX + 3
