"""What a simulated device remembers over its own end: whole rows, durable, and nothing torn."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.control_unit_rules import MEMORY_FULL, Refused, SentRecord
from devices.simulators.terminal_ledger import Ledger, LedgerEntry, LedgerState, TerminalClock
from tui.demo_devices import DemoDevices

AT = datetime(2026, 11, 28, 18, 46, tzinfo=UTC)


def terminal(file: Path) -> Ledger:
    clock = TerminalClock()
    clock.set(AT)
    return Ledger(clock, file)


def approved(ledger: Ledger, amount_ore: int = 249_00) -> LedgerEntry:
    number = ledger.next_id()
    return LedgerEntry(number, "7", "K-1-1", LedgerState.APPROVED, False, amount_ore, 31_00, AT)


def record(serial: int) -> SentRecord:
    return SentRecord(
        str(serial), "202611281846", str(serial), "KASSA1", "5566778899", "34,00", "0,00",
        "normal", (("12,00", "3,64"),),
    )  # fmt: skip


def test_a_terminal_knows_its_transactions_after_its_process_died(tmp_path: Path) -> None:
    file = tmp_path / "devices" / "terminal.jsonl"
    ledger = terminal(file)
    for amount_ore in (249_00, 10_00):
        assert ledger.add(approved(ledger, amount_ore))
    again = terminal(file)
    assert again.entries() == ledger.entries()
    assert again.last() == ledger.last()
    assert int(again.next_id()) > int(again.entries()[-1].transaction_id)


def test_a_reversal_is_remembered_and_not_done_twice(tmp_path: Path) -> None:
    file = tmp_path / "terminal.jsonl"
    ledger = terminal(file)
    entry = approved(ledger)
    ledger.add(entry)
    again = terminal(file)
    assert again.reverse_last(entry.transaction_id) is not None
    once_more = terminal(file)
    assert [each.state for each in once_more.entries()] == [LedgerState.REVERSED]
    assert once_more.reverse_last(entry.transaction_id) is None


@pytest.mark.parametrize("torn", [b"{", b'{"transaction_id": "1"}\n', b"\xff\n", b"[]\n", b"7\n"])
def test_a_row_that_was_being_written_is_written_over(tmp_path: Path, torn: bytes) -> None:
    file = tmp_path / "terminal.jsonl"
    ledger = terminal(file)
    first = approved(ledger)
    ledger.add(first)
    with file.open("ab") as opened:
        opened.write(torn)
    again = terminal(file)
    assert again.entries() == (first,)
    second = approved(again, 10_00)
    assert again.add(second)
    assert terminal(file).entries() == (first, second)


def test_a_terminal_that_cannot_remember_draws_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ledger = terminal(tmp_path / "file" / "terminal.jsonl")
    assert not ledger.add(approved(ledger))
    assert ledger.entries() == ()


def test_a_control_unit_gives_a_receipt_its_first_code_after_its_process_died(
    tmp_path: Path,
) -> None:
    file = tmp_path / "unit.jsonl"
    unit = SimulatedControlUnit(ledger_file=file)
    codes = [unit.register(record(serial)) for serial in (1, 2)]
    again = SimulatedControlUnit(ledger_file=file)
    assert again.view().registered_count == 2
    assert again.register(record(2)) == codes[1]
    assert again.ledger == unit.ledger
    with pytest.raises(Refused):
        again.register(SentRecord("2", *_rest("35,00")))
    assert again.register(record(3)) not in codes


def _rest(total: str) -> tuple[str, str, str, str, str, str, str, tuple[tuple[str, str], ...]]:
    return ("202611281846", "2", "KASSA1", "5566778899", total, "0,00", "normal", ())


def test_the_devices_of_a_demo_outlive_a_till_that_was_killed(tmp_path: Path) -> None:
    def devices() -> DemoDevices:
        everything = frozenset({"terminal", "control-unit", "printer"})
        return DemoDevices(everything, "80000082", tmp_path, is_tip_enabled=True)

    killed = devices()
    killed.unit.register(record(1))
    killed.terminal._ledger.add(approved(killed.terminal._ledger))
    again = devices()
    assert again.unit.ledger == killed.unit.ledger
    assert again.terminal.ledger() == killed.terminal.ledger()
    assert len(again.terminal.ledger()) == 1


def test_a_control_unit_that_cannot_remember_says_that_its_memory_is_full(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    unit = SimulatedControlUnit(ledger_file=tmp_path / "file" / "unit.jsonl")
    with pytest.raises(Refused) as refused:
        unit.register(record(1))
    assert refused.value.number == MEMORY_FULL
    assert unit.ledger == ()
