"""Faults planted on purpose: the harness must catch each of them, or it proves nothing.

Each is called in the fork that is to live with it and changes that process only.
"""

from collections.abc import Callable, Iterable
from time import sleep
from typing import Any, Final

import pytest

from core import checkout
from core import events as ev
from core.checkout import PaperState
from core.effects import AuthorizeCard
from core.sale import Sale
from core.services import recovery
from core.services.steps import card_request
from core.services.till import Till
from core.store_ports import UnitOfWork
from tui.device_desk import DeviceDesk

_UNTIL_CHARGED_S: Final = 0.25
"""Long enough for the simulated customer to tap."""


def pays_first_and_writes_after() -> None:
    """Ask the terminal before the intent is committed."""
    patch, record, hand_out = pytest.MonkeyPatch(), Till.record, DeviceDesk.hand_out
    desks: list[DeviceDesk] = []
    asked: set[int] = set()
    begin = DeviceDesk.start

    def start(desk: DeviceDesk, report: Any) -> None:
        desks.append(desk)
        begin(desk, report)

    def once(desk: DeviceDesk, effect: Any) -> None:
        if not (isinstance(effect, AuthorizeCard) and effect.request.service_id in asked):
            hand_out(desk, effect)

    def too_late(till: Till, uow: UnitOfWork, sale: Sale, events: Iterable[ev.SaleEvent]) -> Sale:
        events = tuple(events)
        after = record(till, uow, sale, events)
        if any(isinstance(event, ev.CardRequested) for event in events):
            assert after.current_tender is not None
            request = card_request(till, after, after.current_tender)
            asked.add(request.service_id)
            hand_out(desks[0], AuthorizeCard(request))
            sleep(_UNTIL_CHARGED_S)
        return after

    patch.setattr(DeviceDesk, "start", start)
    patch.setattr(DeviceDesk, "hand_out", once)
    patch.setattr(Till, "record", too_late)


def asks_again_as_new() -> None:
    """After a restart, send the payment once more instead of asking what became of it."""
    patch = pytest.MonkeyPatch()
    patch.setattr(recovery, "_take_up_card", lambda _till: None)
    fresh = (checkout.Effect.AUTHORIZE_CARD, checkout.Effect.AUTHORIZE_CARD)
    patch.setitem(checkout.RECOVERY, checkout.S.AUTHORIZING, fresh)


def prints_a_second_original() -> None:
    """After a restart, print a paper again that was printing."""
    patch = pytest.MonkeyPatch()

    def queue_again(till: Till) -> None:
        for paper in till.store.pending_papers():
            with till.store.unit_of_work() as uow:
                uow.set_paper_state(paper.paper_id, PaperState.QUEUED)
                uow.commit()
        till.papers.update({one.paper_id: one for one in till.store.pending_papers()})

    patch.setattr(recovery, "take_up_papers", queue_again)


PLANTS: Final[dict[str, Callable[[], None]]] = {
    "pays-first": pays_first_and_writes_after,
    "asks-again-as-new": asks_again_as_new,
    "second-original": prints_a_second_original,
}
