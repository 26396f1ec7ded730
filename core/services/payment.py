"""Paying: drives the checkout by the loop effect -> device -> fact -> event -> commit.

Each function here takes a command or a fact, commits what follows from it, and only then puts
effects on the till's list (reliability 2, d2-d8). `forward` is the loop itself: it does what the
stored state asks for, fresh or after a restart.
"""

from core import events as ev
from core.card import CardResult
from core.card_policy import TipMode, judge
from core.checkout import SaleState
from core.errors import (
    AmountTooLarge,
    CardNotConfigured,
    CashNotWhole,
    NothingToPay,
    PaymentInProgress,
    TenderExceedsRemaining,
)
from core.facts import CardAnswered
from core.money import AMOUNT_MAX_ORE, cash_rounding_ore
from core.sale import Sale
from core.services.late import take_late
from core.services.slips import keep_slip
from core.services.steps import UNANSWERED, ask_about_doubt, forward, open_tender
from core.services.till import Attention, Till
from core.tender import Tender


def pay_cash(till: Till, given_ore: int | None) -> None:
    """Take cash: `None` = exactly what remains, rounded. Raises RuleError, nothing changed.

    The whole remaining amount is rounded to kronor (SFS 1970:1029); a part is whole kronor as is.
    """
    sale = _payable(till)
    remaining_ore = sale.remaining_ore
    rounding_ore = cash_rounding_ore(remaining_ore)
    due_ore = remaining_ore + rounding_ore
    given = due_ore if given_ore is None else given_ore
    if given % 100:
        raise CashNotWhole(given_ore=given)
    if given < 0 or (given == 0 and due_ore != 0):
        raise NothingToPay(given_ore=given)
    if given > max(AMOUNT_MAX_ORE, due_ore):
        raise AmountTooLarge(given_ore=given)
    is_all = given >= due_ore
    event = ev.CashTendered(
        sale_id=sale.sale_id,
        tender_no=len(sale.tenders) + 1,
        amount_ore=due_ore if is_all else given,
        rounding_ore=rounding_ore if is_all else 0,
        given_ore=given,
        change_ore=given - due_ore if is_all else 0,
    )
    till.settle(*_frozen(sale), event)
    till.last_tender_error = till.slip_told = None
    forward(till, is_fresh=True)


def pay_card(till: Till, amount_ore: int | None, total_ore: int | None) -> None:
    """Ask the terminal for the card's part; `None` = all that remains.

    `total_ore` is the whole total typed in the till's tip window (mode `till`), tip included.
    The intent is durable before anything leaves. Raises RuleError, nothing changed.
    """
    sale = _payable(till)
    rules = till.rules
    if not rules.has_terminal:
        raise CardNotConfigured()
    till.check_no_late()
    till.check_last_told()
    requested_ore = sale.remaining_ore if amount_ore is None else amount_ore
    if requested_ore <= 0:
        if not sale.remaining_ore:
            raise NothingToPay(reason="costs-nothing")
        raise NothingToPay(remaining_ore=requested_ore)
    if requested_ore > sale.remaining_ore:
        raise TenderExceedsRemaining(amount_ore=requested_ore, remaining_ore=sale.remaining_ore)
    till_tip_ore = 0
    if total_ore is not None and rules.tip.mode is TipMode.TILL:
        till_tip_ore = rules.tip.tip_of_total(total_ore, requested_ore)
    with till.store.unit_of_work() as uow:
        requested = ev.CardRequested(
            sale_id=sale.sale_id,
            tender_no=len(sale.tenders) + 1,
            service_id=uow.next_number("service_id"),
            requested_ore=requested_ore,
            till_tip_ore=till_tip_ore,
            is_tip_allowed=rules.tip.mode is TipMode.TERMINAL,
            baseline_transaction=till.terminal.last_transaction,
            started_at=till.clock.now(),
        )
        till.sale = till.record(uow, sale, (*_frozen(sale), requested))
        uow.commit()
    till.last_tender_error = till.slip_told = None
    till.attention = None
    till.terminal.lines = ()
    till.terminal.prompt = None
    till.terminal.slip = None
    till.terminal.is_abort_asked = False
    till.terminal.is_signature_refused = False
    forward(till, is_fresh=True)


def take_answer(till: Till, fact: CardAnswered) -> None:
    """Take the terminal's final word. A foreign or late one moves no sale.

    A late approval of a payment that ended unpaid is told; any other is journalled only.
    """
    tender = open_tender(till, fact.result.service_id)
    if tender is None or till.state not in UNANSWERED:
        if take_late(till, fact.result):
            return
        till.note_alone(
            "answer-ignored",
            service_id=fact.result.service_id,
            verdict=str(fact.result.verdict),
            authorized_ore=fact.result.authorized_ore or 0,
        )
        return
    take_result(till, tender, fact.result)


def take_result(till: Till, tender: Tender, result: CardResult) -> None:
    """Judge a final word, fresh or from a query, and go on from there."""
    assert till.sale is not None
    is_restored = till.lost_time.has_card(tender.service_id)
    event = judge(till.sale.sale_id, tender, result, till.rules.tip, is_restored=is_restored)
    if isinstance(event, ev.AnswerUnusable) and till.state is SaleState.IN_DOUBT:
        ask_about_doubt(till, tender, (event.text,))
        return
    till.terminal.prompt = None
    till.attention = None
    if result.poi_transaction:
        till.terminal.last_transaction = result.poi_transaction
    with till.store.unit_of_work() as uow:
        for slip in result.slips:
            keep_slip(till, uow, slip)
        till.sale = till.record(uow, till.sale, (event,))
        uow.commit()
    if isinstance(event, ev.CardDeclined | ev.CardAborted):
        till.last_tender_error = _not_paid(till, event, result)
    forward(till, is_fresh=True)


def _not_paid(till: Till, event: ev.CardDeclined | ev.CardAborted, result: CardResult) -> Attention:
    """Say why a card was not paid; what the cashier himself refused is no word of the bank."""
    if till.terminal.is_signature_refused:
        return Attention("card-signature-refused", (("verdict", str(result.verdict)),))
    return Attention(
        "card-declined" if isinstance(event, ev.CardDeclined) else "card-stopped",
        (("verdict", str(result.verdict)), ("condition", event.condition), ("text", event.text)),
    )


def take_not_sent(till: Till, service_id: int, text: str) -> None:
    """Nothing left us: the tender ends as aborted and the sale is where it was."""
    tender = open_tender(till, service_id)
    if tender is None or till.state is not SaleState.AUTHORIZING:
        return
    assert till.sale is not None
    till.settle(ev.CardAborted(till.sale.sale_id, service_id, "not-sent", text))
    till.last_tender_error = Attention("terminal-unreachable", (("text", text),))


def take_lost(till: Till, service_id: int, text: str) -> None:
    """The outcome is unknown: in doubt, and asked about; never charged again (protocols 5.3)."""
    tender = open_tender(till, service_id)
    if tender is None or till.state is not SaleState.AUTHORIZING:
        return
    assert till.sale is not None
    till.terminal.prompt = None
    till.settle(ev.AnswerLost(till.sale.sale_id, service_id, text))
    forward(till, is_fresh=True)


def _payable(till: Till) -> Sale:
    """Give the present sale if it may be paid now. Raises RuleError."""
    till.check_no_payment()
    sale = till.sale
    if sale is None or not sale.standing:
        raise NothingToPay()
    if sale.state not in (SaleState.OPEN, SaleState.TENDERING):
        raise PaymentInProgress(state=sale.state)
    till.check_unit_for_payment()
    till.check_files()
    return sale


def _frozen(sale: Sale) -> tuple[ev.SaleEvent, ...]:
    """Give the event that starts payment, if the sale is still open."""
    return (ev.SaleFrozen(sale.sale_id),) if sale.state == SaleState.OPEN else ()
