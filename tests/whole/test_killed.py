"""kill -9 in the middle of everything: after a restart one charge, one code, one receipt."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.simulators.control_unit_http import SimulatedHttpUnit
from devices.simulators.terminal import Step
from tests.whole.harness import SALE_ORE, Shop, WholeTill, amounts, totals, wait_until
from tui import commands as c

Start = Callable[..., "subprocess.Popen[bytes]"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(shop: Shop) -> Iterator[Start]:
    """Start a till that sells for 249,00 and pays, in a process of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start_one(what: str = "card") -> "subprocess.Popen[bytes]":
        assert isinstance(shop.wire, SimulatedHttpUnit)
        shop.data_dir.mkdir()
        terminal = shop.config.terminal
        where = (str(shop.data_dir), terminal.host, str(terminal.port), shop.wire.url)
        command = [sys.executable, "-m", "tests.whole.till_process", *where]
        started.append(subprocess.Popen([*command, str(shop.printer.port), what], cwd=ROOT))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()


def killed(process: "subprocess.Popen[bytes]") -> None:
    assert process.poll() is None, "it ended by itself"
    process.kill()
    process.wait()


def one_of_each(shop: Shop, till: WholeTill, tip_ore: int = 0) -> None:
    """One receipt, one charge, one registration, one paper."""
    assert amounts(till.receipt(1)) == [("card", SALE_ORE, tip_ore)]
    assert totals(shop.charges()) == [(SALE_ORE, tip_ore)]
    assert len(shop.terminal.ledger()) == 1
    assert [row.sent.receipt_no for row in shop.unit.ledger] == ["1"]
    till.papers_done()
    assert len(shop.receipts()) == 1
    assert till.z().receipts == 1


def test_killed_while_the_customer_looks_for_the_card_is_in_doubt_at_once_and_charges_nothing(
    shop: Shop, start: Start
) -> None:
    shop.terminal.set_script(None)
    process = start()
    wait_until(lambda: shop.terminal.view().step is Step.TIP)
    killed(process)
    till = shop.open()
    view = till.wait(lambda view: view.card_result)
    assert "authorizing" not in {str(each.sale.state) for each in till.seen if each.sale}
    assert [one for one in shop.notes("answer-lost") if "restart" in one]
    assert view.card_result is not None
    assert view.card_result.code == "card-never-charged"
    assert till.state == "tendering"
    assert till.view.sale is not None
    assert till.view.sale.total_ore == SALE_ORE
    till.ready()
    till.do(c.PayCash())
    till.receipt(1)
    assert not shop.terminal.ledger()


def test_killed_after_the_approval_and_before_its_answer_finds_the_payment(
    shop: Shop, start: Start
) -> None:
    shop.play("tip 31.00\nhold")
    process = start()
    wait_until(shop.charges)
    killed(process)
    till = shop.open().ready()
    one_of_each(shop, till, tip_ore=31_00)
    told = [each.before_stop.code for each in till.seen if each.before_stop]
    assert (told[0], told[-1]) == ("before-stop-open", "before-stop-charged")


def test_an_abort_in_the_first_moment_of_a_restart_does_no_harm(shop: Shop, start: Start) -> None:
    shop.play("hold")
    process = start()
    wait_until(shop.charges)
    killed(process)
    till = shop.open()
    outcome = till.try_(c.AbortCard())
    assert outcome.error is None or outcome.error.code == "sale-not-open"
    one_of_each(shop, till.ready())


def test_killed_and_the_terminal_stays_away_until_later(shop: Shop, start: Start) -> None:
    shop.play("hold")
    process = start()
    wait_until(shop.charges)
    killed(process)
    shop.terminal.pull_cable()
    till = shop.open()
    till.wait_attention("card-doubt")
    assert till.state == "in_doubt"
    assert till.refuse(c.PayCash()) == "payment-in-progress"
    shop.terminal.plug_cable()
    one_of_each(shop, till)


def test_killed_while_the_paid_sale_waits_for_its_code_signs_it_once(
    shop: Shop, start: Start
) -> None:
    shop.play("answer-wait 0.2")
    process = start()
    wait_until(shop.charges)
    shop.unit.set_fault("drop-after-registering")
    wait_until(lambda: shop.unit.ledger)
    killed(process)
    shop.unit.set_fault(None)
    one_of_each(shop, shop.open().ready())


def test_killed_while_the_paper_prints_asks_about_it_and_copies_at_most_once(
    shop: Shop, start: Start
) -> None:
    shop.printer.stop_after(200, "silent")
    process = start("cash")
    wait_until(lambda: shop.unit.ledger)
    wait_until(lambda: shop.printer.view().is_silent)
    killed(process)
    shop.printer.set_silent(False)
    till = shop.open()
    facts = till.wait_attention("paper-unknown")
    assert (facts["kind"], facts["reference"]) == ("receipt", 1)
    till.ready()
    till.sell()
    assert till.state == "open"
    till.do(c.DecidePaper(int(facts["paper_id"]), was_seen=True))
    assert till.view.attention is None
    till.papers_done()
    assert len(shop.receipts()) == 1
