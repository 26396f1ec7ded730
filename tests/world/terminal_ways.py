"""What may become of a payment or reversal on the terminal of the world, and how often."""

from dataclasses import dataclass

from devices.simulators.terminal_script import Fault
from devices.simulators.terminal_writing import Address

PAYMENT_WAYS = {
    "plain": 150,
    "answer-lost-before": 55,
    "answer-lost-after": 60,
    "answer-late": 85,
    "answer-doubled": 60,
    "answer-of-former": 75,
    "answer-foreign": 55,
    "answer-other-terminal": 55,
    "answer-wrong-amount": 60,
    "answer-broken": 55,
    "answer-withheld": 50,
    "drawn-wrong": 55,
    "drawn-in-part": 65,
    "drawn-after-loss": 75,
    "card-declined": 55,
    "card-stopped": 55,
    "signature": 150,
    "slips-missing": 55,
    "slips-doubled": 55,
    "slip-hostile": 55,
}
REVERSAL_WAYS = {
    "plain": 30,
    "reversal-lost-before": 25,
    "reversal-lost-after": 25,
    "reversal-refused": 25,
}
BROKEN = (Fault.CUT, Fault.BAD_UTF8, Fault.NO_RESULT, Fault.DOUBLE_RESULT, Fault.NO_AMOUNT,
          Fault.DOUBLE_AMOUNT, Fault.NEGATIVE_AMOUNT, Fault.TOO_LONG, Fault.DOCTYPE,
          Fault.UNKNOWN_CONDITION)  # fmt: skip
SPOILED = {
    "answer-doubled": Fault.DUPLICATE,
    "answer-foreign": Fault.OTHER_ID,
    "answer-other-terminal": Fault.OTHER_POI,
}


@dataclass
class Run:
    """One payment on the terminal; its way is what becomes of it."""

    address: Address
    sale: str
    amount_ore: int
    may_tip: bool
    way: str
    tip_ore: int = 0
    is_approved: bool = False
    is_asking: bool = False
