"""What the terminal remembers, made wrong: the till's query may never read an approval into it.

The judge of this file is written from terminal-protocols 5.3 step 7 and reads with another parser.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from time import thread_time
from xml.dom.minidom import Element, parseString
from xml.parsers.expat import ExpatError

from core.card import CardRequest, CardVerdict, QueryResult
from devices.simulators.terminal_ledger import LedgerEntry, LedgerState
from devices.simulators.terminal_writing import Address, last_transaction_answer
from devices.terminals.westpay_epas import recovery
from devices.terminals.westpay_epas.codec import UnusableMessage, decode
from devices.terminals.westpay_epas.messages import GetLastTransactionResponse
from devices.terminals.westpay_epas.session import Exchange, is_answer_to
from tests.frames.approvals import POI, STARTED_AT, WORKSTATION, Approval
from tests.frames.figures import Figures
from tests.frames.judge import amount_ore
from tests.frames.mutator import change
from tests.frames.terminal_run import US, known

QUERY_ID = "77"
_EARLIEST = timedelta(minutes=5)


def run(count: int, seed: int) -> Figures:
    """Show the driver's query `count` mutated answers."""
    told = Figures("query")
    dice = Random(seed)
    asked = [one for one in known()[0] if not one.is_refund]
    answers = [_answer(one) for one in asked]
    for number in range(count):
        at = number % len(asked)
        payload = change(answers[at], dice)
        began_s = thread_time()
        try:
            query = _shown(asked[at], payload)
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            told.crash(f"{type(exc).__name__} {exc} at {number}: {payload[:2000]!r}")
            continue
        told.take(thread_time() - began_s)
        if query is None or query.verdict is not CardVerdict.APPROVED:
            continue
        told.accepted += 1
        result = query.result
        is_exact = result is not None and result.authorized_ore == asked[at].total_ore
        if not is_exact or not _is_this_payment(asked[at], payload):
            told.false_approval(f"at {number}: {payload[:2000]!r}")
    return told.end()


def _answer(asked: Approval) -> bytes:
    entry = LedgerEntry(
        transaction_id=asked.transaction_id,
        service_id=str(asked.service_id),
        sale_transaction_id="1",
        state=LedgerState.APPROVED,
        is_refund=False,
        amount_ore=asked.requested_ore,
        tip_ore=asked.tip_ore,
        at=STARTED_AT + timedelta(seconds=30),
    )
    return last_transaction_answer(Address(QUERY_ID, WORKSTATION, POI), entry)[4:]


def _shown(asked: Approval, payload: bytes) -> QueryResult | None:
    try:
        message = decode(payload)
    except UnusableMessage:
        return None
    exchange = Exchange(int(QUERY_ID), "GetLastTransaction", 0)
    is_answer = isinstance(message, GetLastTransactionResponse) and is_answer_to(
        exchange, message.header, US
    )
    if not is_answer or not isinstance(message, GetLastTransactionResponse):
        return None
    request = CardRequest(
        service_id=asked.service_id,
        sale_transaction_id="1",
        amount_ore=asked.requested_ore,
        is_tip_allowed=asked.is_tip_allowed,
        operator_id="17",
        started_at=STARTED_AT,
        baseline_transaction=asked.baseline,
    )
    return recovery.judge(request, message, (), may_still_arrive=False)


def _is_this_payment(asked: Approval, payload: bytes) -> bool:
    try:
        document = parseString(payload)
    except (ExpatError, ValueError, LookupError):
        return False
    found = {
        name: document.getElementsByTagName(name)
        for name in ("MessageHeader", "Response", "Transaction")
    }
    if any(len(elements) != 1 for elements in found.values()):
        return False
    header, response, deal = (elements[0] for elements in found.values())
    extras_ore = [
        amount_ore(deal.getAttribute(name)) if deal.getAttribute(name) else 0
        for name in ("GratuityAmount", "CashBackAmount", "CashAdvanceChargeAmount")
    ]
    drawn_ore = amount_ore(deal.getAttribute("AuthorizedAmount"))
    return (
        header.getAttribute("ServiceID") == QUERY_ID
        and header.getAttribute("POIID") == POI
        and header.getAttribute("MessageCategory") == "GetLastTransaction"
        and response.getAttribute("Result") == "Success"
        and not response.getAttribute("ErrorCondition")
        and deal.getAttribute("TransactionID") not in ("", asked.baseline)
        and deal.getAttribute("CurrencyCode") == "SEK"
        and deal.getAttribute("Type") == "Debit"
        and drawn_ore == asked.total_ore
        and drawn_ore == asked.requested_ore + sum(one or 0 for one in extras_ore)
        and None not in extras_ore
        and _is_in_time(asked, deal)
    )


def _is_in_time(asked: Approval, deal: Element) -> bool:
    try:
        at = datetime.fromisoformat(deal.getAttribute("TimeStamp"))
    except ValueError:
        return False
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return at >= STARTED_AT - (_EARLIEST if asked.baseline else timedelta(seconds=2))
