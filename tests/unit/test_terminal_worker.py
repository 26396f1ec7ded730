"""The terminal's worker: a question that is asked in vain holds up no newer job."""

import threading
from datetime import UTC, datetime
from typing import cast

from core import facts as f
from core.card import CardRequest
from core.effects import AuthorizeCard, QueryCard
from core.errors import DeviceUnavailable
from core.ports import PaymentTerminal
from devices.worker import TerminalWorker

REQUEST = CardRequest(1, "KASSA1-1-1", 34_00, False, "Anna", datetime(2026, 11, 29, tzinfo=UTC), "")


class Away:
    """A terminal that nobody reaches."""

    def query(self, _request: CardRequest) -> None:
        raise DeviceUnavailable(text="away")

    authorize = query

    def tend(self) -> None:
        """Nothing is to be done."""

    def close(self) -> None:
        """Nothing is open."""


def test_a_card_that_is_asked_for_ends_the_pause_between_two_questions() -> None:
    seen: list[f.Fact] = []
    is_asked, is_answered = threading.Event(), threading.Event()

    def report(fact: f.Fact) -> None:
        seen.append(fact)
        (is_asked if isinstance(fact, f.CardQueryFailed) else is_answered).set()

    worker = TerminalWorker(lambda: cast(PaymentTerminal, Away()), report)
    worker.retry_first_s = 8.0
    worker.start()
    worker.give(QueryCard(REQUEST))
    assert is_asked.wait(5)
    worker.give(AuthorizeCard(REQUEST))
    assert is_answered.wait(5), "it waited for the next question"
    assert [type(fact) for fact in seen] == [f.CardQueryFailed, f.CardNotSent]
    worker.stop(5)
