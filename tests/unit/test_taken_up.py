"""After a restart the screen tells what became of the sale that was being paid."""

import pytest

from core import facts as f
from core.card import CardResult, CardVerdict, QueryResult
from core.control_record import Signature
from core.effects import AuthorizeCard, RegisterReceipt
from core.services import doubt, payment, registration, taken_up
from core.services.facts_desk import take_fact
from core.services.till import Till
from tests.till_start import a_store, begin, started
from tui.before_stop_texts import BEFORE_STOP, before_stop_words

ASKED_ORE = 139_00
APPROVED = CardResult(1, CardVerdict.APPROVED, ASKED_ORE, 0, "T0001", "2026-11-23 12:00:05")


@pytest.fixture
def till() -> Till:
    """Give a till that was stopped in the middle of a card payment."""
    before = begin(a_store())
    registration.add_code(before, "1", None, None)
    payment.pay_card(before, None, None)
    asked = before.take_effects()[-1]
    assert isinstance(asked, AuthorizeCard)
    return begin(before.store)


def told(till: Till) -> str:
    """Give what the screen tells of the sale from before the stop."""
    taken_up.follow(till)
    return before_stop_words(till.before_stop) if till.before_stop else ""


def query(till: Till, verdict: CardVerdict, result: CardResult | None = None) -> None:
    take_fact(till, f.CardQueried(QueryResult(1, verdict, result)))
    taken_up.follow(till)


def sign(till: Till) -> None:
    """Let the control unit answer about the receipt that it was told of."""
    (record,) = [each.record for each in till.take_effects() if isinstance(each, RegisterReceipt)]
    signature = Signature("A" * 59, "SIMULATOR0001")
    take_fact(till, f.RecordSigned(record.serial, record.receipt_no, signature))


def test_a_card_that_is_found_drawn_is_told_with_its_receipt_until_the_next_sale(
    till: Till,
) -> None:
    assert told(till) == "Detta är köpet från före omstarten."
    query(till, CardVerdict.APPROVED, APPROVED)
    assert told(till) == "Detta är köpet från före omstarten."
    sign(till)
    words = "Kortköpet från före omstarten är klart: 139,00 kr drogs EN gång. Kvitto 1 "
    assert told(till) == words + "skrivs ut."
    (paper_id,) = till.papers
    take_fact(till, f.PaperPrinted(paper_id))
    assert told(till) == words + "är klart."
    registration.add_code(till, "3", None, None)
    assert told(till) == ""
    registration.void_sale(till)
    assert told(till) == "", "it comes back with no later sale"


def test_a_card_that_was_not_drawn_is_told_until_the_next_payment(till: Till) -> None:
    query(till, CardVerdict.NOT_CHARGED)
    query(till, CardVerdict.NOT_CHARGED)
    assert "drogs INTE" in told(till)
    assert told(begin(till.store)) == "", "the second start finds no open payment"
    payment.pay_cash(till, None)
    assert told(till) == ""


def test_what_a_person_decided_is_told_as_well(till: Till) -> None:
    take_fact(till, f.CardQueryFailed(1, "unreachable", doubt.QUERY_TRIES_MAX))
    doubt.decide_doubt(till, is_charged=True, total_ore=None, by="Maja")
    assert told(till) == "Detta är köpet från före omstarten."
    sign(till)
    assert "139,00 kr drogs EN gång" in told(till)


def test_a_paid_sale_that_waited_for_its_code_is_told_when_it_has_it(till: Till) -> None:
    query(till, CardVerdict.APPROVED, APPROVED)
    till = started(till.store)
    assert told(till) == "Detta är köpet från före omstarten."
    sign(till)
    assert "139,00 kr, betalt EN gång. Kvitto 1 " in told(till)


def test_a_sale_that_was_not_being_paid_is_not_told() -> None:
    till = begin(a_store())
    registration.add_code(till, "1", None, None)
    assert told(begin(till.store)) == ""


def test_every_word_about_the_sale_from_before_the_stop_is_plain() -> None:
    named = ("omstarten", "säkerhetskopia")
    assert all(any(name in words for name in named) for words in BEFORE_STOP.values())
