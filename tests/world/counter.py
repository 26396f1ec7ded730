"""The counter's own books: what was sold in each sale and how it was paid, and papers held against.

What lay there and what was asked of whom is the cashier's knowledge, what was drawn the terminal's,
the code the control unit's. From the till's file comes one thing only: which of a sale's card
requests it takes for paid (I1 holds that against the terminal at the end of the day).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from core.receipt import Shop
from devices.simulators.terminal_ledger import LedgerEntry
from tests.world.fold import vat_in
from tests.world.read_paper import CardBlock, PaperTender, ReceiptPaper, read_card, read_receipt

Goods = list[tuple[int, int]]
"""What lies on the counter: (rate, amount) of each article and deposit."""
_LETTERS = {2500: "A", 1200: "B", 600: "C"}


@dataclass(frozen=True)
class Drawn:
    """One card payment as the terminal drew it and the shop splits it."""

    part_ore: int
    """What it pays of the sale."""
    tip_ore: int
    entry: LedgerEntry

    @property
    def charged_ore(self) -> int:
        """Give what left the card."""
        return self.part_ore + self.tip_ore


@dataclass(frozen=True)
class Sold:
    """One sale when the control unit was told of it."""

    goods: tuple[tuple[int, int], ...]
    cards: tuple[Drawn, ...]
    cash: tuple[int | None, ...]
    """What the cashier laid into the drawer, or tried to; None = the exact sum."""
    rounding_ore: int

    @property
    def total_ore(self) -> int:
        """Give the price of the goods."""
        return sum(ore for _, ore in self.goods)

    @property
    def due_ore(self) -> int:
        """Give what the customer owed."""
        return self.total_ore + self.rounding_ore

    @property
    def gross(self) -> dict[int, int]:
        """Give the price of the goods of each rate."""
        gross: Counter[int] = Counter()
        for rate_bp, ore in self.goods:
            gross[rate_bp] += ore
        return dict(gross)


@dataclass
class Counting:
    """The sale that is made now, and those that the control unit was told of."""

    shop: Shop
    shows: Callable[[int], LedgerEntry | None] = lambda _: None
    """What stands drawn for a service id: the terminal's word."""
    undone: Callable[[], list[LedgerEntry]] = list
    """What was undone: the terminal's word."""
    goods: Goods = field(default_factory=list)
    cash: list[int | None] = field(default_factory=list)
    is_last_cash: bool = False
    """The newest try to pay was one in cash."""
    card_part_ore: int = 0
    card_total_ore: int = 0
    """What the cashier keyed last: what the card pays of the sale, and that with the tip."""
    asked: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Per service id: that part and that total."""
    sold: dict[int, Sold] = field(default_factory=dict)
    said: dict[int, int] = field(default_factory=dict)
    """Per service id: the total that a manager decided on, where he misread it."""

    def take_cash(self, given_ore: int | None) -> None:
        """The cashier takes cash, or tries to."""
        self.cash.append(given_ore)
        self.is_last_cash = True

    def key_card(self, part_ore: int, total_ore: int | None) -> None:
        """The cashier keys a card payment."""
        self.card_part_ore = part_ore
        self.card_total_ore = part_ore if total_ore is None else total_ore
        self.is_last_cash = False

    def ask_card(self, service_id: int, amount_ore: int) -> str:
        """A request reached the terminal; gives what is wrong with its amount."""
        self.asked[service_id] = (self.card_part_ore, self.card_total_ore)
        if amount_ore == self.card_total_ore:
            return ""
        return f"I1 payment {service_id} asks for {amount_ore}, keyed {self.card_total_ore}"

    def clear(self) -> None:
        """The sale is over."""
        self.cash.clear()

    def sell(self, number: int, service_ids: list[int]) -> Sold:
        """The unit was told of the sale: freeze what was sold and how it was paid."""
        cards = tuple(self._drawn(one) for one in service_ids)
        rest_ore = sum(ore for _, ore in self.goods) - sum(one.part_ore for one in cards)
        # Parts in cash are whole kronor, so that they do not move what is rounded.
        rounding_ore = (rest_ore + 50) // 100 * 100 - rest_ore if self.is_last_cash else 0
        self.sold[number] = Sold(tuple(self.goods), cards, tuple(self.cash), rounding_ore)
        return self.sold[number]

    def _drawn(self, service_id: int) -> Drawn:
        entry = self.shows(service_id)
        part_ore, asked_ore = self.asked[service_id]
        assert entry is not None, f"payment {service_id} pays and does not stand drawn"
        total_ore = self.said.get(service_id, entry.total_ore)
        if total_ore < asked_ore:
            part_ore = min(part_ore, total_ore)
        return Drawn(part_ore, total_ore - part_ore, entry)

    def check_reversal(self, text: str, called_undone: Iterable[int]) -> Iterator[str]:
        """Hold the customer's paper about an undone card payment against the terminal (I1).

        `called_undone`: payments that a manager called so though they stand.
        """
        shown = read_card(text)
        standing = [entry for one in called_undone if (entry := self.shows(one))]
        entries = [*self.undone(), *standing]
        undone = [(one.amount_ore, one.tip_ore, one.total_ore) for one in entries]
        if (shown.amount_ore, shown.tip_ore, shown.total_ore) not in undone:
            yield f"I1 paper of an undone payment shows {shown}, undone: {undone}"

    def check_paper(self, number: int, text: str, code: str) -> Iterator[str]:
        """Hold an original or a copy against the sale; `code` is what the unit gave for it."""
        sold = self.sold.get(number)
        if sold is None:
            yield f"I2 paper of receipt {number} is of no sale"
            return
        paper, name = read_receipt(text), f"receipt {number}"
        shop = (self.shop.name, self.shop.org_no, *self.shop.address, self.shop.register_id)
        if not all(word in text for word in shop):
            yield f"I2 paper of {name} does not say who sold"
        if paper.code != code:
            yield f"I3 paper of {name} shows code {paper.code!r}, the unit gave {code!r}"
        lines = Counter((_LETTERS[rate], ore) for rate, ore in sold.goods)
        if Counter(paper.lines) != lines:
            yield f"I11 paper of {name} shows lines {paper.lines}, sold: {sold.goods}"
        yield from _check_sums(name, paper, sold)
        yield from _check_tenders(name, paper, sold)
        yield from _check_cards(name, paper, sold)


def _check_sums(name: str, paper: ReceiptPaper, sold: Sold) -> Iterator[str]:
    """I2 and I7: total, rounding, what is owed, VAT of each rate."""
    told = (paper.total_ore, paper.rounding_ore, paper.to_pay_ore)
    is_rounded = sold.rounding_ore != 0
    summed = (sold.total_ore, sold.rounding_ore) if is_rounded else (None, None)
    if told != (*summed, sold.due_ore):
        yield f"I2 paper of {name} shows sums {told}, sold: {summed}, {sold.due_ore}"
    vat = {
        rate: (_LETTERS[rate], ore - vat_in(ore, rate), vat_in(ore, rate))
        for rate, ore in sold.gross.items()
    }
    if paper.vat != vat or paper.vat_ore != sum(ore for _, _, ore in vat.values()):
        yield f"I7 paper of {name} shows VAT {paper.vat}, {paper.vat_ore}, sold: {vat}"


def _check_tenders(name: str, paper: ReceiptPaper, sold: Sold) -> Iterator[str]:
    """I1, I2 and I7: each part paid, tip, debited sum, cash given and change."""
    cards = [one for one in paper.tenders if one.word == "Kort"]
    wanted = [
        PaperTender(
            "Kort", one.part_ore, tip_ore=one.tip_ore or None,
            charged_ore=one.charged_ore if one.tip_ore else None,
        )
        for one in sold.cards
    ]  # fmt: skip
    if cards != wanted:
        yield f"I1 paper of {name} says {cards}, drawn: {wanted}"
    tries = list(sold.cash)
    for one in paper.tenders:
        if one.word != "Kort" and not _is_taken(one, tries):
            yield f"I2 paper of {name} says {one}, taken: {tries}"
    if sum(one.paid_ore for one in paper.tenders) != sold.due_ore:
        yield f"I2 paper of {name} shows {paper.tenders} for {sold.due_ore}"


def _check_cards(name: str, paper: ReceiptPaper, sold: Sold) -> Iterator[str]:
    """I1: a block for each card, with what the terminal drew; without a slip the sum alone."""
    for drawn, block in zip_longest(sold.cards, paper.cards):
        if drawn is None or block is None:
            yield f"I1 paper of {name} shows cards {paper.cards}, drawn: {sold.cards}"
            return
        entry = drawn.entry
        wanted = CardBlock(entry.amount_ore, entry.tip_ore, entry.total_ore)
        if block.amount_ore is None:
            wanted = CardBlock(total_ore=drawn.charged_ore)
        if block != wanted:
            yield f"I1 paper of {name} shows card {block}, drawn: {entry}"


def _is_taken(cash: PaperTender, tries: list[int | None]) -> bool:
    """Say whether the cashier took just that, with the right change; used up when he did."""
    if cash.word != "Kontant" or cash.tip_ore is not None or cash.charged_ore is not None:
        return False
    given_ore = cash.paid_ore if cash.given_ore is None else cash.given_ore
    is_right = given_ore - (cash.change_ore or 0) == cash.paid_ore
    for one in (given_ore, None):
        if is_right and one in tries and (one is not None or cash.given_ore is None):
            tries.remove(one)
            return True
    return False
