"""One suite for every control unit driver, against the simulated unit over the real wire.

The ledger of the simulated unit is the truth; the driver's word is held against it. Source:
core/ports.py, sweden R49-R52 and 3.4, house 14 point 1, reliability F31-F34.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.control_record import CONTROL_CODE, RecordVat
from core.errors import DeviceRefused, DeviceUnavailable, OutcomeUnknown, SimulatorRefused
from tests.contract.control_unit_bench import FIRST, LIMIT_S, SECOND, THIRD, Bench

WITHOUT_V1 = pytest.mark.parametrize("bench", ["cleancash-v2", "xccsp"], indirect=True)
"""For tests that wait long and have nothing to say about v1."""


@pytest.fixture(params=["cleancash-v2", "cleancash-v1", "xccsp"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(request.param, tmp_path)
    made.simulate()
    yield made
    made.close()


def code_of(error: DeviceUnavailable | DeviceRefused | OutcomeUnknown) -> object:
    return error.facts.get("code")


def refusal_code(bench: Bench, number: int) -> str:
    return f"fault-{number}" if bench.wire == "xccsp" else f"nak-{number:03d}"


def test_poll_names_the_unit_and_says_that_it_is_a_simulator(bench: Bench) -> None:
    status = bench.driver().poll()
    assert status.unit_id == "SIMCC000000000017"
    assert (status.is_ready, status.is_simulator, status.text) == (True, True, "")


@pytest.mark.parametrize(("main", "is_ready"), [(0, True), (1, True), (3, True), (4, False)])
def test_main_status_decides_readiness(bench: Bench, main: int, is_ready: bool) -> None:
    bench.unit.set_status(main_status=main)
    status = bench.driver().poll()
    assert status.is_ready is is_ready
    assert (status.text == "") is (main == 0)


def test_registering_gives_the_code_of_the_ledger(bench: Bench) -> None:
    signature = bench.driver().register(FIRST)
    assert CONTROL_CODE.fullmatch(signature.control_code)
    assert [row.control_code for row in bench.unit.ledger] == [signature.control_code]
    assert signature.unit_id == "SIMCC000000000017"
    assert bench.unit.ledger[0].sent.total == "125,00"


def test_every_kind_of_record_is_taken(bench: Bench) -> None:
    driver = bench.driver()
    vats = (RecordVat(2500, 4500), RecordVat(1200, 1650), RecordVat(600, 328), RecordVat(0, 0))
    back = replace(
        FIRST,
        serial=3,
        receipt_no=3,
        total_ore=-12500,
        negative_total_ore=12500,
        vat=(RecordVat(2500, -2500),),
    )
    rounded = replace(back, serial=4, receipt_no=4, total_ore=-12550, negative_total_ore=12501)
    for record in (FIRST, replace(SECOND, total_ore=43700, vat=vats), back, rounded):
        driver.register(record)
    assert [row.sent.negative_total for row in bench.unit.ledger] == [
        "0,00",
        "0,00",
        "125,00",
        "125,01",
    ]


def test_answer_lost_after_registering_is_found_by_the_identical_message(bench: Bench) -> None:
    bench.unit.set_fault("drop-after-registering", times=1)
    signature = bench.driver().register(FIRST)
    assert [row.control_code for row in bench.unit.ledger] == [signature.control_code]
    first, second = bench.registrations_sent()
    assert first == second


def test_repeat_in_a_later_call_sends_the_identical_message(bench: Bench) -> None:
    driver = bench.driver()
    bench.unit.set_fault("drop-after-registering")
    with pytest.raises(OutcomeUnknown):
        driver.register(FIRST)
    bench.unit.set_fault(None)
    signature = driver.register(FIRST)
    assert [row.control_code for row in bench.unit.ledger] == [signature.control_code]
    sent = bench.registrations_sent()
    assert len(sent) == 4
    assert len(set(sent)) == 1


def test_repeat_after_a_restart_gives_the_same_code(bench: Bench) -> None:
    before = bench.driver()
    signature = before.register(FIRST)
    before.close()
    assert bench.driver().register(FIRST) == signature
    assert len(bench.unit.ledger) == 1


def test_unit_that_refuses_a_repeat_leaves_the_outcome_unknown(bench: Bench) -> None:
    bench.simulate("refuse")
    driver = bench.driver()
    bench.unit.set_fault("drop-after-registering", times=1)
    for _again in range(2):
        with pytest.raises(OutcomeUnknown) as caught:
            driver.register(FIRST)
        assert code_of(caught.value) == refusal_code(bench, 3 if bench.wire == "xccsp" else 11)
    assert len(bench.unit.ledger) == 1


def test_unit_that_makes_a_new_code_for_a_repeat_gives_the_newest(bench: Bench) -> None:
    bench.simulate("new")
    bench.unit.set_fault("drop-after-registering", times=1)
    signature = bench.driver().register(FIRST)
    assert len(bench.unit.ledger) == 2
    assert bench.unit.ledger[1].control_code == signature.control_code


@WITHOUT_V1
def test_silent_unit_is_unavailable_and_nothing_is_sent(bench: Bench) -> None:
    bench.unit.set_fault("silent")
    driver = bench.driver()
    with pytest.raises(DeviceUnavailable):
        driver.poll()
    with pytest.raises(DeviceUnavailable):
        driver.register(FIRST)
    assert bench.registrations_sent() == []


def test_unit_that_falls_silent_is_tried_three_times_and_no_more(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_fault("drop-after-registering")
    with pytest.raises(OutcomeUnknown):
        driver.register(FIRST)
    sent = bench.registrations_sent()
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert len(bench.unit.ledger) == 1


@WITHOUT_V1
def test_unit_silent_from_the_registration_on_leaves_the_outcome_unknown(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_fault("silent")
    with pytest.raises(OutcomeUnknown):
        driver.register(FIRST)
    assert bench.unit.view().registered_count == 0
    bench.unit.set_fault(None)
    driver.poll()
    assert driver.register(FIRST).control_code == bench.unit.ledger[0].control_code


def test_slow_unit_is_waited_for(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_fault("slow", seconds=LIMIT_S / 10)
    assert driver.register(FIRST).control_code == bench.unit.ledger[0].control_code


def test_answer_that_comes_too_late_is_never_another_receipts(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_fault("slow", seconds=LIMIT_S * 1.5, times=1)
    assert driver.register(FIRST).control_code == bench.unit.ledger[0].control_code
    for record in (SECOND, THIRD):
        code = driver.register(record).control_code
        assert code == bench.unit.ledger[record.serial - 1].control_code


@pytest.mark.parametrize("fault", ["bad-checksum", "truncated"])
def test_damaged_answer_is_asked_for_again(bench: Bench, fault: str) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_fault(fault, times=1)
    assert driver.register(FIRST).control_code == bench.unit.ledger[0].control_code
    assert len(bench.unit.ledger) == 1


@WITHOUT_V1
@pytest.mark.parametrize("fault", ["bad-checksum", "truncated"])
def test_answer_that_stays_damaged_is_an_unknown_outcome(bench: Bench, fault: str) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_fault(fault)
    with pytest.raises(OutcomeUnknown):
        driver.register(FIRST)
    with pytest.raises(DeviceUnavailable):
        driver.poll()


def test_noise_before_the_answer_costs_nothing_on_the_cable(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_fault("noise", times=None if bench.wire != "xccsp" else 1)
    assert driver.register(FIRST).control_code == bench.unit.ledger[0].control_code


@pytest.mark.parametrize("number", [3, 6, 7, 9, 10])
def test_refused_registration_is_final(bench: Bench, number: int) -> None:
    driver = bench.driver()
    bench.unit.set_fault("refuse", number=number)
    with pytest.raises(DeviceRefused) as caught:
        driver.register(FIRST)
    assert code_of(caught.value) == refusal_code(bench, number)
    assert len(bench.registrations_sent()) <= 1
    bench.unit.set_fault(None)
    driver.register(FIRST)


def test_error_inside_the_unit_is_tried_again(bench: Bench) -> None:
    driver = bench.driver()
    bench.unit.set_fault("refuse", number=8, times=2)
    assert driver.register(FIRST).control_code == bench.unit.ledger[0].control_code
    bench.unit.set_fault("refuse", number=8)
    with pytest.raises(OutcomeUnknown) as caught:
        driver.register(SECOND)
    assert code_of(caught.value) == refusal_code(bench, 8)


def test_unit_bound_to_another_register_refuses(bench: Bench) -> None:
    bench.driver().register(FIRST)
    other = bench.driver(register_id="KASSA2")
    with pytest.raises(DeviceRefused) as caught:
        other.register(replace(SECOND, register_id="KASSA2"))
    assert code_of(caught.value) == refusal_code(bench, 7)
    assert len(bench.unit.ledger) == 1


def test_code_of_the_wrong_length_is_not_believed(bench: Bench) -> None:
    bench.unit.set_fault("wrong-length-code")
    with pytest.raises(OutcomeUnknown) as caught:
        bench.driver().register(FIRST)
    assert code_of(caught.value) == "code-shape"
    assert len(bench.registrations_sent()) == 1


def test_code_of_an_earlier_receipt_is_not_believed(bench: Bench) -> None:
    driver = bench.driver()
    driver.register(FIRST)
    bench.unit.set_fault("repeated-code")
    with pytest.raises(OutcomeUnknown) as caught:
        driver.register(SECOND)
    assert code_of(caught.value) == "code-repeated"
    bench.unit.set_fault(None)
    assert driver.register(SECOND).control_code == bench.unit.ledger[1].control_code


def test_simulator_is_refused_before_anything_of_the_record_leaves(bench: Bench) -> None:
    driver = bench.driver(is_simulator_allowed=False)
    with pytest.raises(SimulatorRefused):
        driver.register(FIRST)
    with pytest.raises(SimulatorRefused):
        driver.poll()
    with pytest.raises(SimulatorRefused):
        driver.register(FIRST)
    assert bench.registrations_sent() == []


def test_unit_that_is_no_simulator_is_taken_in_a_real_shop(bench: Bench) -> None:
    bench.simulate(unit_id="CCTEST00000000017")
    driver = bench.driver(is_simulator_allowed=False)
    assert not driver.poll().is_simulator
    assert driver.register(FIRST).unit_id == "CCTEST00000000017"


def test_unit_exchanged_behind_our_back_is_not_believed(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.unit_id = "SIMCC000000000018"
    if bench.wire == "cleancash-v1":
        return  # v1 answers carry no unit id; the next poll tells.
    with pytest.raises(OutcomeUnknown) as caught:
        driver.register(FIRST)
    assert code_of(caught.value) == "unit-changed"
    assert driver.poll().unit_id == "SIMCC000000000018"


def test_unplugged_unit_is_unavailable(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unplug()
    with pytest.raises(DeviceUnavailable):
        driver.poll()
    with pytest.raises(DeviceUnavailable):
        driver.register(FIRST)


def test_storage_full_stops_the_till(bench: Bench) -> None:
    driver = bench.driver()
    driver.poll()
    bench.unit.set_status(storage_status=2)
    with pytest.raises(DeviceRefused):
        driver.register(FIRST)


def test_storage_warning_is_told(bench: Bench) -> None:
    bench.unit.set_status(storage_status=1)
    signature = bench.driver().register(FIRST)
    # v1 has no field for the storage.
    assert signature.is_storage_warning is (bench.wire != "cleancash-v1")


def test_driver_may_be_closed_and_used_again(bench: Bench) -> None:
    driver = bench.driver()
    driver.register(FIRST)
    driver.close()
    assert driver.register(SECOND).control_code == bench.unit.ledger[1].control_code


def test_simulated_unit_tells_its_face(bench: Bench) -> None:
    changes: list[str] = []
    bench.unit.on_change = lambda: changes.append(bench.unit.view().fault)
    bench.unit.set_fault("slow", seconds=0)
    bench.driver().register(FIRST)
    view = bench.unit.view()
    assert changes == ["slow", "slow"]
    assert view.registered_count == 1
    assert "125,00" in "\n".join(view.last_lines)
