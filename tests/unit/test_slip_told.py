"""A card slip that comes outside a payment is kept and told, and moves no sale."""

from core import facts as f
from core.card import CardResult, CardSlip, CardVerdict
from core.control_record import Signature
from core.effects import RegisterReceipt
from core.services import payment, registration
from core.services.facts_desk import take_fact
from core.services.till import Till
from tests.fake_store import FakeStore
from tests.till_start import a_store, begin
from tui.attention_texts import slip_told_words

ASKED_ORE = 139_00
SLIP = CardSlip(
    reference="T0001",
    service_id=1,
    total_ore=ASKED_ORE,
    at="2026-11-23 12:00:05",
    masked_pan="************9659",
)


def sold() -> Till:
    """Give a till that sold once by card."""
    till = begin(a_store())
    registration.add_code(till, "1", None, None)
    payment.pay_card(till, None, None)
    till.take_effects()
    take_fact(till, f.SlipArrived(SLIP))
    result = CardResult(1, CardVerdict.APPROVED, ASKED_ORE, 0, "T0001", SLIP.at, slips=(SLIP,))
    take_fact(till, f.CardAnswered(result))
    (record,) = [each.record for each in till.take_effects() if isinstance(each, RegisterReceipt)]
    signature = Signature("A" * 59, "SIMULATOR0001")
    take_fact(till, f.RecordSigned(record.serial, record.receipt_no, signature))
    return till


def received(till: Till) -> int:
    """Count the journal's rows about slips."""
    store = till.store
    assert isinstance(store, FakeStore)
    return sum(entry.kind == "slip-received" for entry in store.disk.journal)


def told(till: Till) -> str:
    """Give what the screen tells of it."""
    return slip_told_words(till.slip_told) if till.slip_told else ""


def test_the_slips_of_a_payment_are_not_told() -> None:
    assert told(sold()) == ""


def test_a_slip_printed_again_is_kept_and_told_with_its_receipt_until_the_next_payment() -> None:
    till = sold()
    count = received(till)
    take_fact(till, f.SlipArrived(SLIP))
    assert received(till) == count + 1
    words = (
        "skrev ut ett kortkvitto igen: 139,00 kr, 2026-11-23 12:00:05, ************9659, kvitto 1"
    )
    assert words in told(till)
    assert "inget nytt är draget" in told(till)
    assert till.sale is None
    registration.add_code(till, "3", None, None)
    assert told(till)
    payment.pay_cash(till, None)
    assert told(till) == ""


def test_a_slip_of_no_sale_in_the_till_is_kept_and_told_as_that() -> None:
    till = sold()
    foreign = CardSlip(reference="T0009", service_id=0, total_ore=5_00, at=SLIP.at)
    take_fact(till, f.SlipArrived(foreign))
    assert "utan köp i kassan: 5,00 kr" in told(till)
    assert received(till) > 2
