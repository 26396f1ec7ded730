"""Approvals as a real terminal sends them: what was asked, the slips, the answer.

Made by the simulated terminal's writer from one random number generator, so that a number names
one approval for ever.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from devices.simulators.terminal_ledger import LedgerEntry, LedgerState
from devices.simulators.terminal_writing import Address, SlipExtra, Told, payment_answer, slip

WORKSTATION = "kassa1"
POI = "80000082"
STARTED_AT = datetime(2026, 11, 23, 18, 4, 55, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Approval:
    """One approved payment."""

    service_id: int
    requested_ore: int
    tip_ore: int
    is_tip_allowed: bool
    is_refund: bool
    transaction_id: str
    baseline: str
    slips: tuple[bytes, ...]
    """Payloads of the slips that came before the answer; maybe none."""
    payload: bytes
    """The answer."""

    @property
    def total_ore(self) -> int:
        """What was drawn."""
        return self.requested_ore + self.tip_ore


def approval(number: int) -> Approval:
    """Make the approval of this number.

    One that allows a tip has its slips, as on a real terminal: without them nobody can tell a tip
    from a wrong amount.
    """
    dice = Random(number)
    is_tip_allowed = dice.random() < 0.5
    requested_ore = dice.choice((dice.randint(1, 999), dice.randint(1000, 9_999_999)))
    is_refund = not is_tip_allowed and dice.random() < 0.2
    tip_ore = dice.randint(0, requested_ore // 3) if is_tip_allowed else 0
    service_id = dice.randint(1, 10**9)
    transaction_id = f"{dice.randint(1, 10**9):012d}"
    entry = LedgerEntry(
        transaction_id=transaction_id,
        service_id=str(service_id),
        sale_transaction_id="1",
        at=STARTED_AT + timedelta(seconds=dice.randint(5, 90)),
        amount_ore=requested_ore,
        tip_ore=tip_ore,
        state=LedgerState.APPROVED,
        is_refund=is_refund,
    )
    workstation = dice.choice(("", WORKSTATION))
    address = Address(str(service_id), workstation, POI)
    has_slips = is_tip_allowed or dice.random() < 0.5
    extra = SlipExtra(operator_id="17")
    slips = [slip(address, entry, is_merchant, extra)[4:] for is_merchant in (True, False)]
    told = payment_answer(address, Told(), entry, _amount_text(dice, entry.total_ore))
    return Approval(
        service_id,
        requested_ore,
        tip_ore,
        is_tip_allowed,
        is_refund,
        transaction_id,
        dice.choice(("", "000000000000")),
        tuple(slips) if has_slips else (),
        _dressed(dice, told[4:], tip_ore),
    )


def _amount_text(dice: Random, ore: int) -> str:
    whole, cents = divmod(ore, 100)
    short = f"{whole}" if cents == 0 else f"{whole}.{cents:02d}"
    return dice.choice((short, f"{whole}.{cents:02d}"))


def _dressed(dice: Random, payload: bytes, tip_ore: int) -> bytes:
    """Add what real answers may carry beside what is needed."""
    text = payload.decode("utf-8")
    crowns, cents = divmod(tip_ore, 100)
    for old, new in (
        ("<AmountsResp ", '<AmountsResp Currency="SEK" '),
        ("<AmountsResp ", f'<AmountsResp TipAmount="{crowns}.{cents:02d}" '),
        ("<POIData>", '<Loyalty Level="9"><Deep/></Loyalty><POIData>'),
        ("<MessageHeader ", '<MessageHeader DeviceID="7" '),
        (
            "<SaleToPOIResponse>",
            '<SaleToPOIResponse xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xsi:noNamespaceSchemaLocation="EpasSaleToPOIMessages.xsd">',
        ),
        ("<PaymentResponse>", "<PaymentResponse><!-- ok -->"),
    ):
        if dice.random() < 0.25:
            text = text.replace(old, new, 1)
    return text.encode("utf-8")
