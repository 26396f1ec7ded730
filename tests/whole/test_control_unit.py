"""The control unit in all its moods, in the cloud and on a cable: no code, no receipt."""

import pytest

from devices.simulators.control_unit_http import SimulatedHttpUnit
from devices.simulators.control_unit_serial import SimulatedSerialUnit
from tests.whole.conftest import OpenShop
from tests.whole.harness import MUG, SALE_ORE, Shop, WholeTill, amounts, wait_until
from tui import commands as c

BOTH = pytest.mark.parametrize("unit", ["cloud", "serial"])


def silence_unit(shop: Shop, till: WholeTill, fault: str | None = "silent") -> None:
    """Switch a fault on and wait until the till's poll has seen silence."""
    shop.unit.set_fault(fault)
    till.wait(lambda view: view.unit.is_ready is False)


def registrations(shop: Shop) -> list[bytes]:
    """The registering messages as they came over the wire."""
    if isinstance(shop.wire, SimulatedHttpUnit):
        return [body for body in shop.wire.bodies if b"RegisterReceipt" in body]
    return [frame for frame in shop.wire.frames if b"#RR#" in frame]


@BOTH
def test_a_silent_unit_lets_no_new_sale_start_and_no_open_one_be_paid(
    open_shop: OpenShop, unit: str
) -> None:
    shop = open_shop(unit=unit)
    till = shop.open().ready()
    silence_unit(shop, till)
    assert till.refuse(c.AddCode(MUG)) == "unit-not-ready"
    shop.unit.set_fault(None)
    till.ready()
    till.sell()
    silence_unit(shop, till)
    till.sell(MUG)
    till.do(c.CorrectLast())
    assert till.refuse(c.PayCard()) == "unit-not-ready"
    assert till.refuse(c.PayCash()) == "unit-not-ready"
    assert not shop.terminal.ledger()
    shop.unit.set_fault(None)
    till.ready()
    till.do(c.PayCash())
    assert amounts(till.receipt(1)) == [("cash", SALE_ORE, 0)]
    assert shop.notes("unit-silent")
    assert shop.notes("unit-ready")


def paid_while(shop: Shop, fault: str, **figures: float) -> WholeTill:
    """Pay by card, with the unit healthy until the card is charged."""
    shop.play("answer-wait 0.1\ntip 31.00")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(shop.charges)
    shop.unit.set_fault(fault, **figures)  # type: ignore[arg-type]  # its own figures
    return till


@BOTH
def test_a_unit_silent_after_the_card_leaves_the_paid_sale_waiting_and_signs_it_once(
    open_shop: OpenShop, unit: str
) -> None:
    shop = open_shop(unit=unit)
    till = paid_while(shop, "silent")
    facts = till.wait_attention("unit-silent")
    assert till.state == "signing"
    assert facts.get("receipt_no", 1) == 1
    assert till.refuse(c.AddCode(MUG)) == "sale-not-open"
    assert till.refuse(c.TakeZ()) == "report-not-allowed"
    assert not shop.receipts()
    shop.unit.set_fault(None)
    if till.state == "signing":
        till.try_(c.TrySigningAgain())
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    assert len(shop.unit.ledger) == 1
    assert len(set(registrations(shop))) == 1
    till.papers_done()
    assert len(shop.receipts()) == 1


@BOTH
def test_a_unit_that_comes_back_signs_the_waiting_sale_without_a_key(
    open_shop: OpenShop, unit: str
) -> None:
    shop = open_shop(unit=unit)
    till = paid_while(shop, "silent")
    till.wait_attention("unit-silent")
    shop.unit.set_fault(None)
    till.receipt(1)
    assert till.view.attention is None
    assert len(shop.unit.ledger) == 1


@BOTH
def test_a_unit_that_registers_and_drops_the_answer_signs_once_by_identical_bytes(
    open_shop: OpenShop, unit: str
) -> None:
    shop = open_shop(unit=unit)
    till = paid_while(shop, "drop-after-registering", times=2)
    till.receipt(1)
    assert len(shop.unit.ledger) == 1
    assert len(registrations(shop)) == 3
    assert len(set(registrations(shop))) == 1


@BOTH
def test_a_unit_slower_than_its_limit_signs_once(open_shop: OpenShop, unit: str) -> None:
    shop = open_shop(unit=unit)
    shop.play("answer-wait 0.1")
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCard())
    wait_until(shop.charges)
    shop.unit.set_fault("slow", seconds=0.8, times=1)
    till.receipt(1)
    assert len(shop.unit.ledger) == 1
    assert len(set(registrations(shop))) == 1


@BOTH
@pytest.mark.parametrize("fault", ["bad-checksum", "truncated", "noise"])
def test_a_damaged_answer_is_never_taken_for_a_code(
    open_shop: OpenShop, unit: str, fault: str
) -> None:
    shop = open_shop(unit=unit)
    till = paid_while(shop, fault, times=1)
    receipt = till.receipt(1)
    assert receipt.control_code == shop.unit.ledger[0].control_code
    assert len(shop.unit.ledger) == 1


@BOTH
@pytest.mark.parametrize("fault", ["wrong-length-code", "repeated-code"])
def test_a_code_of_the_wrong_length_or_of_another_receipt_prints_nothing(
    open_shop: OpenShop, unit: str, fault: str
) -> None:
    shop = open_shop(unit=unit)
    till = shop.open().ready()
    till.sell(MUG)
    till.do(c.PayCash())
    till.receipt(1)
    till.papers_done()
    shop.unit.set_fault(fault)
    till.sell()
    till.do(c.PayCash())
    till.wait(lambda view: view.attention and dict(view.attention.facts)["waits_for_person"])
    facts = till.wait_attention("unit-unclear")
    assert facts["receipt_no"] == 2
    assert till.state == "signing"
    assert len(shop.receipts()) == 1
    assert len(shop.notes("signing-failed")) == 3, "bounded tries, then a person"
    shop.unit.set_fault(None)
    till.try_(c.TrySigningAgain())
    assert till.receipt(2).control_code == shop.unit.ledger[-1].control_code
    till.papers_done()
    assert len(shop.receipts()) == 2


@BOTH
def test_a_unit_that_answers_no_waits_for_a_person_and_tries_again_by_key(
    open_shop: OpenShop, unit: str
) -> None:
    shop = open_shop(unit=unit)
    till = paid_while(shop, "refuse", number=6)
    facts = till.wait_attention("unit-refused")
    assert facts["receipt_no"] == 1
    assert not shop.unit.ledger
    count = len(registrations(shop))
    polled = till.view.version
    till.wait(lambda view: view.version > polled + 3)
    assert len(registrations(shop)) == count
    till.do(c.TrySigningAgain())
    till.wait(lambda view: not view.unit.is_registering and view.attention)
    shop.unit.set_fault(None)
    till.do(c.TrySigningAgain())
    till.receipt(1)
    assert len(shop.unit.ledger) == 1
    assert till.view.attention is None


def test_a_paid_sale_keeps_the_till_open_until_the_unit_is_known_to_be_away(
    open_shop: OpenShop,
) -> None:
    shop = open_shop()
    till = shop.open().ready()
    till.sell()
    shop.unit.set_fault("slow", seconds=0.4, times=1)
    till.do(c.PayCash())
    assert till.state == "signing"
    assert till.refuse(c.Quit()) == "payment-in-progress"
    till.receipt(1)
    till.sell(MUG)
    shop.unit.set_fault("wrong-length-code")
    till.do(c.PayCash())
    till.wait_attention("unit-unclear")
    assert till.try_(c.Quit()).may_quit


def test_a_wrong_password_is_told_and_nothing_can_be_sold(open_shop: OpenShop) -> None:
    shop = open_shop()
    assert isinstance(shop.wire, SimulatedHttpUnit)
    shop.wire._expected_login = "Basic something-else"
    till = shop.open()
    view = till.wait(lambda view: view.unit.is_ready is False)
    assert "401" in view.unit.text
    assert till.refuse(c.AddCode(MUG)) == "unit-not-ready"


def test_a_unit_of_version_1_signs_by_three_messages(open_shop: OpenShop) -> None:
    shop = open_shop(unit="serial-v1")
    assert isinstance(shop.wire, SimulatedSerialUnit)
    till = shop.open().ready()
    for receipt_no in (1, 2):
        till.sell()
        till.do(c.PayCard())
        receipt = till.receipt(receipt_no)
        assert receipt.control_code == shop.unit.ledger[-1].control_code
    assert len(shop.unit.ledger) == 2
    assert any(b"#SQ#" in frame for frame in shop.wire.frames)


@pytest.mark.parametrize("repeat", ["refuse", "new"])
def test_a_unit_that_does_not_repeat_a_code_signs_each_receipt_at_most_once_for_us(
    open_shop: OpenShop, repeat: str
) -> None:
    shop = open_shop(repeat=repeat)
    till = paid_while(shop, "drop-after-registering", times=1)
    if repeat == "new":
        till.receipt(1)
        assert len(shop.unit.ledger) == 2
        return
    till.wait(lambda view: view.attention)
    assert till.state == "signing"
    assert len(shop.unit.ledger) == 1


@BOTH
def test_a_sale_that_waits_for_its_code_waits_over_a_restart(
    open_shop: OpenShop, unit: str
) -> None:
    shop = open_shop(unit=unit)
    till = paid_while(shop, "silent")
    till.wait_attention("unit-silent")
    till.stop()
    till = shop.open()
    assert till.state == "signing"
    shop.unit.set_fault(None)
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, 31_00)]
    assert len(shop.unit.ledger) == 1
    assert till.ready().z().receipts == 1
