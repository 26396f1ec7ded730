"""The fault kinds of the world, each counted when it happens and not when it is planned."""

from collections import Counter
from random import Random
from typing import Final

KINDS: Final = {
    # The card terminal and its link.
    "terminal-unreachable": "nobody listens at the terminal when a card is asked for",
    "answer-lost-before": "the link is torn before the card is drawn",
    "answer-lost-after": "the link is torn after the card was drawn",
    "terminal-away": "it stays away for ten seconds to two minutes after that",
    "answer-late": "the answer comes after the till stopped waiting",
    "answer-doubled": "the same answer comes twice",
    "answer-of-former": "the answer to a former payment comes again during the next one",
    "answer-foreign": "the answer carries another service id",
    "answer-other-terminal": "the answer carries another terminal id",
    "answer-wrong-amount": "the answer names another amount than was drawn",
    "answer-broken": "the answer is no usable message",
    "answer-withheld": "the terminal never answers",
    "drawn-wrong": "the terminal draws more than it was asked for",
    "drawn-in-part": "the terminal draws less than it was asked for",
    "drawn-after-loss": "the card is drawn although the link was lost before",
    "card-declined": "the bank says no",
    "card-stopped": "the customer stops",
    "abort": "the till's abort is obeyed",
    "abort-crossed": "the till's abort crosses the approval",
    "tip-above-cap": "a tip above the cap",
    "tip-while-off": "a tip although tips are off",
    "signature": "the cashier is asked to approve a signature",
    "signature-refused": "the cashier refuses the signature",
    "slips-missing": "no slip is printed",
    "slips-doubled": "each slip is printed twice",
    "slip-outside": "a slip comes outside its payment",
    "slip-hostile": "a slip carries a whole card number and control bytes",
    "query-lost": "the link is torn at the question about a lost answer",
    "query-busy": "the terminal answers a question with Busy",
    "query-forgotten": "the terminal remembers no transaction",
    "reversal-lost-before": "a reversal is lost before it is done",
    "reversal-lost-after": "a reversal is lost after it was done",
    "reversal-refused": "a reversal is refused",
    # The control unit.
    "unit-silent": "the control unit answers nothing",
    "unit-lost-before": "the record is lost on its way",
    "unit-lost-after": "the record is registered and its answer lost",
    "unit-damaged": "the unit's answer is damaged (checksum, XML)",
    "unit-refuses": "the unit refuses a record",
    "unit-wrong-length": "the code has the wrong length",
    "unit-repeats-code": "the unit answers with a former receipt's code",
    "unit-other-receipt": "the answer names another receipt",
    "unit-repeat-same": "a repeated record brings its first code",
    "unit-repeat-refuse": "a repeated record is refused",
    "unit-repeat-new": "a repeated record is registered anew",
    # The printer.
    "printer-unreachable": "the printer is not there",
    "printer-out-of-paper": "no paper or an open cover before the first byte",
    "printer-silent": "the printer answers no status",
    "paper-lost-before": "the link is torn while the paper is sent",
    "paper-lost-after": "the paper is out and its word lost",
    "paper-ends-midway": "the roll ends in the middle of a paper",
    # The disk.
    "disk-full": "the disk has no page left",
    "commit-fails": "a commit fails and nothing is kept",
    "commit-unsure": "a commit is kept and yet fails",
    # The process.
    "death-before-commit": "the process ends before a commit",
    "death-after-commit": "the process ends after a commit",
    "death-before-witness": "the process ends between commit and witness",
    "death-before-effect": "the process ends before a device is asked",
    "death-after-effect": "the process ends after a device acted, before its word is taken",
    "death-in-recovery": "the process ends while it recovers",
    # Time and people.
    "clock-back": "the wall clock is set back",
    "clock-forward": "the wall clock is set forward",
    "midnight": "a day ends while a sale is open",
    "summer-time": "summer time begins or ends while the till sells",
    "price-changed": "a price changes while its article lies in the sale",
    "manager-misreads": "the manager says a drawn card was not drawn, or for less, or is undone",
}
"""Kind: what happens."""


class Chance:
    """The only dice of a world. Counts what fired."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.fired: Counter[str] = Counter()
        self.is_calm = False
        """Nothing goes wrong any more: the day is being brought to its end."""
        self.rate_percent = 100
        """How often faults strike, of what they do on a day of the world."""

    def says(self, percent: int) -> bool:
        """Throw for a choice of people."""
        return self.dice.randrange(100) < percent

    def strikes(self, per_mille: int) -> bool:
        """Throw for a fault."""
        return self.dice.randrange(100_000) < per_mille * self.rate_percent and not self.is_calm

    def fire(self, kind: str) -> None:
        """Count a fault that happens now."""
        assert kind in KINDS, kind
        self.fired[kind] += 1

    def pick(self, weights: dict[str, int]) -> str:
        """Throw for one of several ways; the first is the one without a fault."""
        if self.is_calm or self.dice.randrange(100) >= self.rate_percent:
            return next(iter(weights))
        left = self.dice.randrange(sum(weights.values()))
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        raise AssertionError(weights)
