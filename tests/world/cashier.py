"""The people of the world: cashier, manager and back office, who see the screen and the devices.

What they want is thrown; what they know is what lies on the counter, the price labels, the
terminal's own display and the paper in the printer. They never look into the till's memory beyond
what its screen shows: the sale, its state and the question that is asked.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core.card_policy import TipMode
from core.checkout import SaleState
from core.services import (
    copies,
    doubt,
    facts_desk,
    giving_back,
    late,
    payment,
    printing,
    registration,
    reporting,
    signing,
)
from core.services.till import Rules, Till
from core.tender import TenderKind
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from tests.world.process import Process
from tests.world.shop import ARTICLES, price_labels, put_articles
from tests.world.watch import Watch

MANAGER = "Maja"
REVERSALS_MAX = 3
MISREAD_ORE = 1_00
"""By so much a manager misreads a total."""
Basket = list[list[tuple[int, int]]]
"""Articles on the counter, each with its deposit: (rate, amount)."""


class Cashier:
    """Works at one till for a day, through every restart."""

    def __init__(self, process: Process, watch: Watch, rules: Rules, sales: int) -> None:
        self.process = process
        self.watch = watch
        self._rules = rules
        self.sales_left = sales
        self.labels = price_labels()
        self.basket: Basket = []
        self.maybe: Basket | None = None
        """What lies there if the act that the till died in was done."""
        self._wanted = 0
        self._reversals = 0
        self._returns = 0
        self._is_aside = False
        self._sold_before = 0

    @property
    def is_done(self) -> bool:
        """Say whether the day's sales are sold and nothing is open."""
        till = self.process.till
        is_open = till.sale is not None or till.attention is not None or bool(till.lates)
        return self.sales_left <= 0 and not is_open and not till.papers and not till.copies

    def look_after_restart(self) -> None:
        """See what the till kept of the act it died in."""
        sale = self.process.till.sale
        # The till may have died in the act of changing a price: the label says what the file says.
        ((price_ore,),) = self.watch.read("SELECT price_ore FROM article WHERE number='1'")
        self.labels["1"].price_ore = price_ore
        if sale is None:
            self._close_counter()
            return
        shown = sum(line.amount_ore for line in sale.standing)
        known = [held for held in (self.basket, self.maybe) if held is not None]
        for held in known:
            if sum(ore for group in held for _, ore in group) == shown:
                self._lay(held)
                self.maybe = None
                return
        self.watch.wrong.append(f"I8 the screen shows {shown} after the restart, sold: {known}")

    def act(self) -> None:
        """Do what comes next."""
        till = self.process.till
        if self._answer_questions():
            return
        match till.state:
            case None | SaleState.OPEN:
                self._sell()
            case SaleState.TENDERING:
                self._go_on_paying()
            case SaleState.HELD:
                self._decide_held()
            case SaleState.SIGNING if till.unit.is_waiting_for_person:
                self.process.command(signing.try_signing_again)
            case _:
                self._wait(5)

    def aside(self) -> None:
        """Do what one does while the terminal works."""
        if self._is_aside:
            return
        self._is_aside = True
        till, chance = self.process.till, self.process.chance
        try:
            attention = till.attention.code if till.attention else ""
            if till.state is SaleState.AUTHORIZING:
                prompt = till.terminal.prompt
                if prompt is not None and chance.says(70):
                    word = "yes" if chance.says(45) else "no"
                    self._do(lambda t: facts_desk.answer_prompt(t, prompt.prompt_id, word))
                elif not till.terminal.is_abort_asked and chance.strikes(60):
                    self._do(facts_desk.abort_card)
            elif attention == "card-doubt" and chance.says(30):
                self._read_the_slip()
            elif attention == "card-unreversed" and chance.says(30):
                self._read_the_reversal()
        finally:
            self._is_aside = False

    def _do(self, act: Callable[[Till], object], then: Basket | None = None) -> bool:
        """Press a key; `then` is what lies on the counter if the till takes it."""
        self.maybe = then
        is_done = self.process.command(act)
        if is_done and then is not None:
            self._lay(then)
        self.maybe = None
        return is_done

    def _lay(self, basket: Basket) -> None:
        self.basket = basket
        self.watch.counter.goods = [one for group in basket for one in group]

    def _wait(self, seconds: float) -> None:
        self.process.devices.clock.sleep(seconds)
        self.process.tend()

    def _close_counter(self) -> None:
        """The sale is over: what lay there is sold or put back."""
        if self.basket or self.maybe:
            sold = self.watch.read("SELECT count(*) FROM receipt")[0][0]
            self.sales_left -= 1
            self._sold_before = sold
        self._wanted = self._reversals = self._returns = 0
        self.maybe = None
        self.watch.counter.clear()
        self._lay([])

    def _answer_questions(self) -> bool:
        """Answer what the till asks; True when something was done or waited for."""
        till, process = self.process.till, self.process
        attention = till.attention
        code = attention.code if attention else ""
        if attention is not None and code == "paper-unknown":
            self._look_for_paper(dict(attention.facts))
        elif code == "card-doubt":
            self._read_the_slip()
        elif code == "card-unreversed":
            self._read_the_reversal()
        elif attention is not None and code == late.LATE_CODE:
            self._answer_for_late(dict(attention.facts))
        elif till.numbered_copy is not None and not till.is_copy_out and process.chance.says(60):
            self._wait(2)
        else:
            return False
        return True

    def _look_for_paper(self, facts: dict[str, str | int]) -> None:
        if self.process.devices.printer.is_stopped:
            self._wait(20)
            return
        seen = self.watch.saw(str(facts["kind"]), int(facts["reference"]))
        paper_id = int(facts["paper_id"])

        def decide(till: Till) -> None:
            printing.decide_paper(till, paper_id, was_seen=seen)
            copies.go_on(till)

        self._do(decide)

    def _read_the_slip(self) -> None:
        """The manager reads the terminal's slip, when it is done; now and then he misreads it."""
        terminal, chance = self.process.devices.terminal, self.process.chance
        sale = self.process.till.sale
        tender = sale.current_tender if sale else None
        if sale is None or tender is None or terminal.is_running:
            self.process.devices.clock.sleep(5)
            return
        charge = terminal.shows(tender.service_id)
        if charge is not None and chance.strikes(600):
            chance.fire("manager-misreads")
            self.watch.misread.add(tender.service_id)
            charge = None
        total_ore = charge.total_ore if charge else None
        self.watch.saying.pop(tender.service_id, None)  # Of a till that died before it was taken.
        if total_ore is not None and total_ore > MISREAD_ORE and chance.strikes(300):
            chance.fire("manager-misreads")
            total_ore -= MISREAD_ORE
            self.watch.misread.add(tender.service_id)
            self.watch.saying[tender.service_id] = total_ore
        is_charged = charge is not None
        self._do(
            lambda till: doubt.decide_doubt(
                till, is_charged=is_charged, total_ore=total_ore, by=MANAGER
            )
        )

    def _read_the_reversal(self) -> None:
        sale = self.process.till.sale
        tender = sale.current_tender if sale else None
        if tender is None:
            return
        is_reversed = self.process.devices.terminal.shows(tender.service_id) is None
        if not is_reversed and self.process.chance.strikes(600):
            self.process.chance.fire("manager-misreads")
            self.watch.misread.add(tender.service_id)
            self.watch.called_undone.add(tender.service_id)
            is_reversed = True
        self._do(lambda till: doubt.decide_reversal(till, is_reversed=is_reversed, by=MANAGER))

    def _answer_for_late(self, facts: dict[str, str | int]) -> None:
        service_id = int(facts["late_service_id"])
        if facts["is_reversing"]:
            self._wait(2)
        elif facts["may_reverse"] and not facts["reversal_service_id"]:
            self._do(lambda till: late.reverse_late(till, service_id, MANAGER))
        else:
            self._do(lambda till: late.settle_by_hand(till, service_id, MANAGER))

    def _decide_held(self) -> None:
        till = self.process.till
        assert till.sale is not None
        tender = till.sale.current_tender
        assert tender is not None
        terminal = self.process.devices.terminal
        if tender.reversal_service_id and terminal.shows(tender.service_id) is None:
            self._do(lambda t: doubt.decide_reversal(t, is_reversed=True, by=MANAGER))
        elif self._reversals >= REVERSALS_MAX or self.process.chance.says(45):
            self._do(lambda t: doubt.keep_held(t, MANAGER))
        else:
            self._reversals += 1
            self._do(lambda t: doubt.reverse_held(t, MANAGER))

    def _sell(self) -> None:
        chance, till = self.process.chance, self.process.till
        if till.sale is None:
            if self.basket:
                self._close_counter()
            if self.sales_left <= 0:
                self._wait(2)
                return
            if chance.says(5):
                self._do(reporting.z_report)
            elif chance.says(6):
                self._do(self._look_at_x)
                return
            self._wanted = chance.dice.choice((1, 1, 1, 2, 2, 3, 5))
        if till.unit.is_ready is False:
            self._wait(2)
        if len(self.basket) < self._wanted or not self.basket:
            self._add()
        elif chance.says(8):
            self._do(registration.correct_last, self.basket[:-1])
            self._wanted = len(self.basket)
        elif chance.says(4):
            self._do(registration.void_sale, [])
            if till.sale is None:
                self._close_counter()
        elif chance.strikes(60):
            self._change_price()
        else:
            self._pay()

    def _look_at_x(self, till: Till) -> None:
        """Take an X, look at it, and print it now and then."""
        report = reporting.x_report(till)
        self.watch.x_taken(report)
        if self.process.chance.says(50):
            reporting.print_x(till, report)

    def _add(self) -> None:
        chance = self.process.chance
        number = chance.dice.choice("12345671")
        label = self.labels[number]
        milli = chance.dice.randrange(50, 3000) if label.by_weight else 1000
        if not label.by_weight and chance.says(15):
            milli = 2000
        price_ore = chance.dice.randrange(1_00, 300_00) if label.price_ore is None else None
        unit_ore = price_ore if label.price_ore is None else label.price_ore
        assert unit_ore is not None
        group = [(label.rate_bp, (unit_ore * milli + 500) // 1000)]
        if label.deposit_ore:
            group.append((label.rate_bp, (label.deposit_ore * milli + 500) // 1000))
        self._do(
            lambda till: registration.add_code(till, number, milli, price_ore),
            [*self.basket, group],
        )

    def _change_price(self) -> None:
        """The back office changes the price of the lunch while it lies in the sale."""
        chance, process = self.process.chance, self.process
        price_ore = 139_00 + chance.dice.randrange(20) * 50
        article = replace(ARTICLES[1], price_ore=price_ore)

        def change(till: Till) -> None:
            with process.store.unit_of_work() as uow:
                at = till.clock.now()
                put_articles(CatalogueWriter(uow, CatalogueStore(), at, "Kontoret"), article)
                uow.commit()
            process.store.reload_catalogue()

        self._do(change)
        chance.fire("price-changed")
        self.labels["1"].price_ore = price_ore

    def _go_on_paying(self) -> None:
        till, chance = self.process.till, self.process.chance
        assert till.sale is not None
        last = till.sale.last_settled
        if last is not None and self._returns < REVERSALS_MAX and chance.says(25):
            self._returns += 1
            number = last.no
            if self._do(lambda t: giving_back.give_back(t, number, MANAGER)):
                return
        self._pay()

    def _pay(self) -> None:
        till, chance = self.process.till, self.process.chance
        if not till.unit.is_ready:
            self._wait(2)
        assert till.sale is not None
        remaining_ore = till.sale.remaining_ore
        has_card = any(one.kind is TenderKind.CARD for one in till.sale.tenders)
        if till.lates or not chance.says(40 if has_card else 78):
            given_ore = None
            if chance.says(40):
                given_ore = (remaining_ore // 100 + chance.dice.randrange(1, 200)) * 100
            elif chance.says(20) and remaining_ore > 40_00:
                given_ore = remaining_ore // 200 * 100
            self.watch.counter.take_cash(given_ore)
            self._do(lambda t: payment.pay_cash(t, given_ore))
            return
        amount_ore = remaining_ore // 2 if chance.says(20) and remaining_ore > 40_00 else None
        total_ore = None
        if self._rules.tip.mode is TipMode.TILL and chance.says(60):
            total_ore = (amount_ore or remaining_ore) + chance.dice.randrange(1, 30) * 1_00
        self.watch.counter.key_card(amount_ore or remaining_ore, total_ore)
        self._do(lambda t: payment.pay_card(t, amount_ore, total_ore))

    def let_time_pass(self) -> None:
        """Stand still for an hour or so; days and summer time end by themselves."""
        clock, chance = self.process.devices.clock, self.process.chance
        before = clock.true_now()
        clock.sleep(timedelta(minutes=20 + chance.dice.randrange(60)).total_seconds())
        after = clock.true_now()
        if before.utcoffset() != after.utcoffset():
            chance.fire("summer-time")
        if before.date() != after.date() and self.process.till.sale is not None:
            chance.fire("midnight")
