"""The loop itself: what the stored state of the present sale asks for, fresh or after a restart.

A step puts effects on the till's list or a question on the screen; it decides nothing. The table is
core.checkout.RECOVERY.
"""

from datetime import datetime
from typing import Final

from core.card import CardRequest
from core.checkout import Effect as Step
from core.checkout import SaleState, next_effect
from core.effects import AuthorizeCard, QueryCard, RegisterReceipt, ReverseCard
from core.sale import Sale
from core.services.signing import number_receipt, register_again
from core.services.slips import approved_slip
from core.services.till import Attention, Till
from core.tender import Tender

UNANSWERED: Final = (SaleState.AUTHORIZING, SaleState.IN_DOUBT)
"""Only here may an answer about a payment move the sale; a doubled or late one is ignored."""


def forward(till: Till, *, is_fresh: bool) -> None:
    """Do what the stored state of the present sale asks for (core.checkout.RECOVERY)."""
    sale = till.sale
    if sale is None:
        return
    step = next_effect(SaleState(sale.state), is_fresh=is_fresh)
    tender = sale.current_tender
    if step is Step.AUTHORIZE_CARD:
        assert tender is not None
        till.effects.append(AuthorizeCard(card_request(till, sale, tender)))
    elif step is Step.QUERY_CARD:
        assert tender is not None
        till.not_charged_count = 0
        till.still_running_count = 0
        till.terminal.query_attempt = 0
        till.effects.append(QueryCard(card_request(till, sale, tender)))
    elif step is Step.ASK_MANAGER:
        assert tender is not None
        ask_about_held(till, tender)
    elif step is Step.REVERSE_CARD:
        assert tender is not None
        hand_out_reversal(till, tender.reversal_service_id, tender.poi_transaction)
    elif step is Step.NUMBER_RECEIPT:
        till.effects.append(RegisterReceipt(number_receipt(till)))
    elif step is Step.REGISTER_RECEIPT:
        register_again(till)


def hand_out_reversal(till: Till, reversal_id: int, poi_transaction: str) -> None:
    """Have the terminal reverse a transaction; until it is answered, no older query counts."""
    till.terminal.reversal_out = reversal_id
    till.effects.append(ReverseCard(reversal_id, poi_transaction))


def card_request(till: Till, sale: Sale, tender: Tender) -> CardRequest:
    """Make the request of a tender; the same values every time, for fresh and for query."""
    started_at = tender.started_at
    assert isinstance(started_at, datetime)
    return CardRequest(
        service_id=tender.service_id,
        sale_transaction_id=f"{till.rules.shop.register_id}-{sale.sale_id}-{tender.no}",
        amount_ore=tender.asked_ore,
        is_tip_allowed=tender.is_tip_allowed,
        operator_id=tender.operator,
        started_at=started_at,
        baseline_transaction=tender.baseline_transaction,
    )


def open_tender(till: Till, service_id: int) -> Tender | None:
    """Give the waiting tender that a fact is about; None when it is about something else."""
    tender = till.sale.current_tender if till.sale else None
    if tender is None or service_id not in (tender.service_id, tender.reversal_service_id):
        return None
    return tender


def ask_about_doubt(till: Till, tender: Tender, evidence: tuple[str, ...]) -> None:
    """Ask a person about a payment in doubt; an approved slip that the till holds is told."""
    slip = approved_slip(till, tender)
    till.attention = Attention(
        "card-doubt",
        (
            ("asked_ore", tender.asked_ore),
            ("requested_ore", tender.requested_ore),
            ("service_id", tender.service_id),
            ("started_at", tender.started_at.isoformat() if tender.started_at else ""),
            ("slip_ore", slip.total_ore if slip is not None else 0),
            *((f"evidence_{no}", text) for no, text in enumerate(evidence, start=1)),
        ),
    )


def ask_again_about_doubt(till: Till) -> None:
    """Ask anew when a slip came while a person is asked: he must see it before he answers."""
    tender = till.sale.current_tender if till.sale else None
    if tender is None or till.attention is None or till.attention.code != "card-doubt":
        return
    facts = till.attention.facts
    ask_about_doubt(
        till, tender, tuple(str(v) for name, v in facts if name.startswith("evidence_"))
    )


def ask_about_held(till: Till, tender: Tender) -> None:
    """Ask the manager to keep or reverse, and after a reversal also what its slip shows."""
    till.attention = Attention(
        "card-held",
        (
            ("reason", tender.hold_reason),
            ("requested_ore", tender.requested_ore),
            ("authorized_ore", tender.authorized_ore),
            ("amount_ore", tender.amount_ore),
            ("tip_ore", tender.tip_ore),
            ("limit_percent", till.rules.tip.max_percent),
            ("reversal_service_id", tender.reversal_service_id),
        ),
    )
