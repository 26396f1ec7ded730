"""Faults that the deterministic world found, each with the smallest life that showed it."""

import pytest

from core import facts as f
from core.card import CardResult, CardSlip, CardVerdict, QueryResult
from core.checkout import SaleState
from core.control_record import Signature
from core.effects import AuthorizeCard, RegisterReceipt, ReverseCard
from core.services import copies, giving_back, payment, printing, registration
from core.services.facts_desk import take_fact
from core.services.till import Till
from tests.fake_store import FakeStore
from tests.fakes import control_code
from tests.till_start import a_store, begin


@pytest.fixture
def store() -> FakeStore:
    return a_store()


def kinds(store: FakeStore) -> list[str]:
    return [entry.kind for entry in store.disk.journal]


def sold_for_cash(till: Till, code: str, try_count: int = 1) -> None:
    """Sell one lunch; the unit answers `code`."""
    registration.add_code(till, "1", None, None)
    payment.pay_cash(till, None)
    record = next(one.record for one in till.take_effects() if isinstance(one, RegisterReceipt))
    signature = Signature(code, "CCTEST01", try_count=try_count)
    take_fact(till, f.RecordSigned(record.serial, record.receipt_no, signature))


def test_a_terminal_that_forgot_is_not_believed_against_its_own_slip(store: FakeStore) -> None:
    # The card was drawn and its slip stored; the till died before the answer, and the terminal
    # names no transaction afterwards. Twice "not charged" would have charged the guest again.
    till = begin(store)
    registration.add_code(till, "1", None, None)
    payment.pay_card(till, None, None)
    asked = till.take_effects()[-1]
    assert isinstance(asked, AuthorizeCard)
    service_id = asked.request.service_id
    slip = CardSlip("T0001", service_id=service_id, total_ore=139_00, amount_ore=139_00)
    take_fact(till, f.SlipArrived(slip))

    till = begin(store)
    for _ in range(3):
        answer = QueryResult(service_id, CardVerdict.NOT_CHARGED, evidence=("condition=NotFound",))
        take_fact(till, f.CardQueried(answer))

    assert till.state is SaleState.IN_DOUBT
    assert till.attention is not None
    assert (till.attention.code, dict(till.attention.facts)["slip_ore"]) == ("card-doubt", 139_00)


def test_codes_of_tries_within_the_driver_are_explained_in_the_journal(store: FakeStore) -> None:
    till = begin(store)
    sold_for_cash(till, control_code("1"))
    assert "record-repeated" not in kinds(store)
    sold_for_cash(till, control_code("2"), try_count=2)
    assert kinds(store).count("record-repeated") == 1


def test_a_code_that_stands_on_a_copy_is_no_code_for_a_receipt(store: FakeStore) -> None:
    till = begin(store)
    sold_for_cash(till, control_code("original"))
    copied = ask_for_a_copy(till)
    signature = Signature(control_code("copy"), "CCTEST01")
    take_fact(till, f.RecordSigned(copied.record.serial, copied.record.receipt_no, signature))
    till.take_effects()

    sold_for_cash(till, control_code("copy"))

    assert till.state is SaleState.SIGNING


def test_a_code_that_stands_on_a_receipt_is_no_code_for_a_copy(store: FakeStore) -> None:
    till = begin(store)
    sold_for_cash(till, control_code("original"))
    copied = ask_for_a_copy(till)
    signature = Signature(control_code("original"), "CCTEST01")
    take_fact(till, f.RecordSigned(copied.record.serial, copied.record.receipt_no, signature))
    assert till.numbered_copy is not None
    assert "copy-signed" not in kinds(store)


def ask_for_a_copy(till: Till) -> RegisterReceipt:
    """Lose the paper that prints, say that none came, and give what the unit is asked."""
    paper_id = min(till.papers)
    take_fact(till, f.PrintLost(paper_id, "cable"))
    till.take_effects()
    printing.decide_paper(till, paper_id, was_seen=False)
    till.effects.clear()
    copies.go_on(till)
    asked = till.take_effects()[-1]
    assert isinstance(asked, RegisterReceipt)
    return asked


def test_a_card_that_the_terminal_names_as_drawn_is_not_reversed(store: FakeStore) -> None:
    # A reversal was lost before it was done and the till died. Its clock had been set meanwhile,
    # so the terminal's answer looked older than the payment: "not charged" was taken for undone.
    till = begin(store)
    registration.add_code(till, "1", None, None)
    payment.pay_card(till, 100_00, None)
    asked = till.take_effects()[-1]
    assert isinstance(asked, AuthorizeCard)
    service_id = asked.request.service_id
    result = CardResult(service_id, CardVerdict.APPROVED, 100_00, 0, "T0001")
    take_fact(till, f.CardAnswered(result))
    giving_back.give_back(till, 1, "Maja")
    till.take_effects()

    till = begin(store)
    told = ("result=Success", "last_transaction=T0001", "last_type=Debit")
    query = QueryResult(service_id, CardVerdict.NOT_CHARGED, evidence=told)
    take_fact(till, f.CardQueried(query))

    assert till.state is SaleState.REVERSING
    assert isinstance(till.take_effects()[-1], ReverseCard)
