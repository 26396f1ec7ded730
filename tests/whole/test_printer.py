"""The paper beside the sale: it waits, it is asked about, and it never prints twice by itself."""

from core.facts import PrinterCondition
from tests.whole.harness import MUG, SALE_ORE, Shop, WholeTill, amounts, wait_until
from tui import commands as c


def paid_in_cash(shop: Shop) -> WholeTill:
    till = shop.open().ready()
    till.sell()
    till.do(c.PayCash())
    till.receipt(1)
    return till


def test_a_receipt_waits_for_paper_and_prints_beside_the_next_sale(shop: Shop) -> None:
    shop.printer.set_paper("out")
    till = shop.open()
    till.wait(lambda view: view.printer is PrinterCondition.PAPER_OUT and view.unit.is_ready)
    till.sell()
    till.do(c.PayCash())
    assert amounts(till.receipt(1)) == [("cash", SALE_ORE, 0)]
    assert till.view.papers_waiting == 1
    till.wait(lambda view: view.is_drawer_waiting)
    till.sell(MUG)
    assert not shop.papers()
    shop.printer.set_paper("ok")
    till.papers_done()
    till.wait(lambda view: not view.is_drawer_waiting)
    assert till.state == "open"
    assert len(shop.receipts()) == 1
    assert shop.printer.drawer_pulses == 1
    till.do(c.PayCard())
    till.receipt(2)
    till.papers_done()
    assert ["Kvitto nr 1 " in shop.receipts()[0], "Kvitto nr 2 " in shop.receipts()[1]] == [
        True
    ] * 2
    assert shop.printer.drawer_pulses == 1


def test_a_receipt_waits_over_a_restart(shop: Shop) -> None:
    shop.printer.set_cover(True)
    till = shop.open()
    till.wait(lambda view: view.printer is PrinterCondition.COVER_OPEN and view.unit.is_ready)
    till.sell()
    till.do(c.PayCash())
    till.receipt(1)
    till.stop()
    shop.printer.set_cover(False)
    till = shop.open().ready()
    till.papers_done()
    assert len(shop.receipts()) == 1
    assert till.view.attention is None


def test_a_printer_that_is_not_there_holds_nothing_up(shop: Shop) -> None:
    shop.printer.unplug()
    till = shop.open()
    till.wait(lambda view: view.printer is PrinterCondition.UNREACHABLE and view.unit.is_ready)
    for receipt_no in (1, 2):
        till.sell(MUG)
        till.do(c.PayCash())
        till.receipt(receipt_no)
    assert till.view.papers_waiting == 2
    shop.printer.plug()
    till.papers_done()
    assert len(shop.receipts()) == 2


def test_a_silent_printer_is_told_and_its_paper_waits(shop: Shop) -> None:
    shop.printer.set_silent(True)
    till = shop.open()
    till.wait(lambda view: view.printer is PrinterCondition.SILENT and view.unit.is_ready)
    till.sell()
    till.do(c.PayCash())
    till.receipt(1)
    assert till.view.papers_waiting == 1
    shop.printer.set_silent(False)
    till.papers_done()
    assert len(shop.receipts()) == 1


def test_a_printer_unplugged_in_the_middle_asks_whether_the_paper_came_out(shop: Shop) -> None:
    shop.printer.stop_after(300, "unplug")
    till = paid_in_cash(shop)
    facts = till.wait_attention("paper-unknown")
    assert (facts["kind"], facts["reference"]) == ("receipt", 1)
    shop.printer.plug()
    till.ready()
    till.sell(MUG)
    till.do(c.PayCash())
    till.receipt(2)
    till.do(c.DecidePaper(int(facts["paper_id"]), was_seen=True))
    till.papers_done()
    assert sum("Kvitto nr 1 " in paper for paper in shop.receipts()) <= 1
    assert shop.notes("paper-seen")


def test_paper_that_runs_out_in_the_middle_asks_too(shop: Shop) -> None:
    shop.printer.stop_after(300, "paper-out")
    till = paid_in_cash(shop)
    facts = till.wait_attention("paper-unknown")
    shop.printer.set_paper("ok")
    till.do(c.DecidePaper(int(facts["paper_id"]), was_seen=True))
    till.papers_done()
    assert len(shop.receipts()) == 1


def copy_wanted(shop: Shop, till: WholeTill) -> None:
    """Say that nobody saw the receipt, once the printer is back."""
    facts = till.wait_attention("paper-unknown")
    shop.printer.plug()
    till.ready()
    till.do(c.DecidePaper(int(facts["paper_id"]), was_seen=False))


def kopior(shop: Shop) -> list[str]:
    return [paper for paper in shop.papers() if "Kvittokopia nr" in paper]


def test_a_receipt_that_nobody_saw_gets_one_copy_that_is_registered_and_counted(
    shop: Shop,
) -> None:
    shop.printer.stop_after(300, "unplug")
    till = paid_in_cash(shop)
    copy_wanted(shop, till)
    till.papers_done()
    (copy,) = kopior(shop)
    assert "K O P I A" in copy
    assert "Avser kvitto nr 1" in copy
    assert [row.sent.type for row in shop.unit.ledger] == ["normal", "kopia"]
    assert [row.sent.receipt_no for row in shop.unit.ledger] == ["1", "1"]
    assert shop.unit.ledger[1].control_code[:32] in copy
    for report in (till.x(), till.z()):
        assert (report.copies.count, report.copies.sum_ore) == (1, SALE_ORE)
        assert (report.receipts, report.sales_ore) == (1, SALE_ORE)
    till.sell(MUG)
    till.do(c.PayCash())
    till.receipt(2)
    assert shop.rows("SELECT receipt_no, copy_no, state FROM receipt_copy") == [(1, 1, "signed")]


def test_a_copy_that_is_lost_too_is_never_followed_by_another(shop: Shop) -> None:
    shop.printer.stop_after(300, "unplug")
    till = paid_in_cash(shop)
    till.wait_attention("paper-unknown")
    shop.printer.stop_after(300, "unplug")
    copy_wanted(shop, till)
    copy_wanted(shop, till)
    till.papers_done()
    assert not kopior(shop)
    assert len(shop.unit.ledger) == 2
    assert till.view.attention is None


def test_a_copy_waits_for_its_control_unit_over_a_restart_and_no_sale_passes_it(
    shop: Shop,
) -> None:
    shop.printer.stop_after(300, "unplug")
    till = paid_in_cash(shop)
    shop.unit.set_fault("drop-after-registering", times=1000)
    till.sell(MUG)
    copy_wanted(shop, till)
    wait_until(lambda: shop.rows("SELECT 1 FROM receipt_copy WHERE state='numbered'"))
    assert till.refuse(c.PayCash()) == "unit-not-ready"
    till.stop()
    till = shop.open()
    shop.unit.set_fault(None)
    till.papers_done()
    assert len(kopior(shop)) == 1
    assert len(shop.unit.ledger) == 2
    till.do(c.PayCash())
    till.receipt(2)
    assert [row.sent.serial for row in shop.unit.ledger] == ["1", "2", "3"]


def test_a_copy_waits_until_the_sale_at_the_terminal_is_signed(shop: Shop) -> None:
    shop.play("hold")
    shop.printer.stop_after(300, "unplug")
    till = paid_in_cash(shop)
    till.ready_but_printer()
    till.sell(MUG)
    till.do(c.PayCard())
    wait_until(shop.charges)
    facts = till.wait_attention("paper-unknown")
    shop.printer.plug()
    till.do(c.DecidePaper(int(facts["paper_id"]), was_seen=False))
    assert till.view.papers_waiting == 1
    shop.terminal.release()
    till.receipt(2)
    till.papers_done()
    assert [row.sent.type for row in shop.unit.ledger] == ["normal", "normal", "kopia"]


def test_a_copy_that_the_unit_refuses_does_not_print_and_holds_nothing_up(shop: Shop) -> None:
    shop.printer.stop_after(300, "unplug")
    till = paid_in_cash(shop)
    shop.unit.set_fault("refuse", number=6)
    copy_wanted(shop, till)
    till.papers_done()
    shop.unit.set_fault(None)
    assert not kopior(shop)
    till.sell(MUG)
    till.do(c.PayCash())
    till.receipt(2)
    assert shop.notes("copy-refused")


def test_a_report_that_nobody_saw_prints_again(shop: Shop) -> None:
    till = shop.open().ready()
    shop.printer.stop_after(300, "unplug")
    till.z()
    copy_wanted(shop, till)
    till.papers_done()
    assert sum("Z-DAGRAPPORT nr 1" in paper for paper in shop.papers()) == 1


def test_the_question_is_still_there_after_a_restart(shop: Shop) -> None:
    shop.printer.stop_after(300, "unplug")
    till = paid_in_cash(shop)
    till.wait_attention("paper-unknown")
    till.stop()
    shop.printer.plug()
    till = shop.open()
    facts = till.wait_attention("paper-unknown")
    till.ready()
    assert till.refuse(c.DecidePaper(99, was_seen=True)) == "sale-not-open"
    till.do(c.DecidePaper(int(facts["paper_id"]), was_seen=True))
    assert till.view.attention is None
    assert till.refuse(c.DecidePaper(int(facts["paper_id"]), was_seen=True)) == "sale-not-open"


def test_x_and_z_wait_for_paper_as_well(shop: Shop) -> None:
    till = shop.open().ready()
    shop.printer.set_paper("out")
    till.wait(lambda view: view.printer is PrinterCondition.PAPER_OUT)
    till.x()
    till.do(c.PrintX())
    assert till.z().number == 1
    assert till.view.papers_waiting == 2
    shop.printer.set_paper("ok")
    till.papers_done()
    assert ["DAGRAPPORT" in paper for paper in shop.papers()] == [True, True]
