"""A till without disk or devices for the screens' tests: it answers at once, from values alone.

It knows a handful of articles and just enough of the rules to lead the screens through every
page. What a device would tell is set by the test: `tell(...)` posts a changed picture.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from textual.message import Message
from textual.widget import Widget

from core import errors
from core.card import Prompt
from core.catalog import Article, KeyKind, QuickKey, Unit
from core.checkout import SaleState
from core.document import Document
from core.facts import PAYMENT_TIMEOUT, PrinterCondition, TerminalState
from core.money import cash_rounding_ore
from core.receipt import Receipt, ReceiptKind, ReceiptLine, ReceiptTender, Shop
from core.receipt_layout import lay_out_receipt
from core.sale import Line, Sale, line_amount
from core.services.till import Attention
from core.tender import Tender, TenderKind, TenderState
from tui import commands as c
from tui.messages import CommandDone, TillChanged, TillReady
from tui.views import Outcome, ShopView, TerminalPicture, TillView, UnitPicture

AT = datetime(2026, 5, 1, 14, 32, tzinfo=UTC)
SHOP = Shop(
    "Exempelkaféet AB",
    "556677-8899",
    ("Storgatan 1", "111 22 Stockholm"),
    "KASSA1",
    ("Tack och välkommen!",),
)
ARTICLES = (
    Article("1001", "Bryggkaffe", "Kaffe", 3400, plu="1"),
    Article("1101", "Kanelbulle", "Fika", 3600, plu="31"),
    Article("3001", "Läsk cola 33 cl burk", "Dryck", 1800, ean="7310865004703"),
    Article("3401", "Bananer", "Frukt", 2790, unit=Unit.KILOGRAM, plu="141"),
    Article("4011", "Mötesrum timme", "Tjänster", None, plu="400"),
)
KEYS = (
    QuickKey(1, "q", "Brygg- kaffe", KeyKind.ARTICLE, "1001", "yellow"),
    QuickKey(1, "w", "Kanel- bulle", KeyKind.ARTICLE, "1101", "red"),
    QuickKey(1, "e", "Kaffe + bulle", KeyKind.ARTICLE, "1001 1101", "red"),
    QuickKey(1, "a", "Mötesrum", KeyKind.ARTICLE, "4011"),
    QuickKey(1, "ö", "Övrigt 25 %", KeyKind.DEPARTMENT, "Övrigt 25 %", "blue"),
    QuickKey(1, "z", "Läsk", KeyKind.ARTICLE, "3001"),
    QuickKey(1, "c", "Hylla", KeyKind.PAGE, "2", "cyan"),
    QuickKey(1, "n", "KONTANT", KeyKind.TENDER, "cash", "yellow"),
    QuickKey(1, "m", "KORT", KeyKind.TENDER, "card", "green"),
    QuickKey(2, "q", "Bananer kg", KeyKind.ARTICLE, "3401"),
    QuickKey(2, "c", "Kaffe", KeyKind.PAGE, "1", "cyan"),
)
SIMULATED = frozenset({"terminal", "control-unit", "printer"})
SHOP_VIEW = ShopView(SHOP, "Anna", True, True, "terminal", 50, 100, KEYS, "0.1.0", SIMULATED)
FIRST = TillView(
    version=1,
    sale=None,
    terminal=TerminalPicture(TerminalState.READY, "", ("VÄLKOMMEN",), None, False, 0),
    unit=UnitPicture(True, "SIMULATOR0001", "", False),
    printer=PrinterCondition.READY,
    papers_waiting=0,
    attention=None,
    card_result=None,
    last_receipt=None,
    last_paper=None,
)


class FakeTill:
    """Implements tui.till_port.TillPort on the event loop itself."""

    def __init__(
        self,
        shop: ShopView = SHOP_VIEW,
        articles: tuple[Article, ...] = ARTICLES,
        face: Callable[[], Widget] | None = None,
        is_ready: bool = True,
    ) -> None:
        self.shop = shop
        self.articles = articles
        self.view = FIRST
        self.taken: list[c.Command] = []
        self.report_paper = Document((), 42)
        self.question = Prompt(7, "1", True, ("Kontrollera underskriften.", "Är den rätt?"))
        self.may_quit = True
        self.is_card_answered = False
        """True: a card is approved at once; False: it waits for `approve`."""
        self._post: Callable[[Message], bool] = lambda message: False
        self._face = face
        self.is_ready = is_ready
        self._receipt_no = 1041
        self._sale_id = 16

    def start(self, post: Callable[[Message], bool]) -> None:
        """Become ready at once, unless the test wants to say when."""
        self._post = post
        if self.is_ready:
            self.become_ready()

    def become_ready(self) -> None:
        """Say that the till takes commands."""
        self._post(TillReady(self.shop, self.view))

    def stop(self) -> None:
        """Nothing to close."""

    def search(self, words: str, limit: int) -> tuple[Article, ...]:
        """Find by a part of the name."""
        found = [each for each in self.articles if words.lower() in each.name.lower()]
        return tuple(found[:limit])

    def terminal_face(self) -> Widget | None:
        """Give the test's face."""
        return self._face() if self._face else None

    def tell(self, **changes: object) -> None:
        """Post a picture with these fields changed."""
        self._set(**changes)
        self._post(TillChanged(self.view))

    def submit(self, command: c.Command) -> None:
        """Carry the command out and post its outcome."""
        self.taken.append(command)
        try:
            outcome = self._carry_out(command)
        except errors.TillError as error:
            outcome = Outcome(error=error)
        self._set()
        self._post(CommandDone(command, outcome, self.view))

    def approve(self, tip_ore: int = 0) -> None:
        """Let the terminal approve the card."""
        sale = self.view.sale
        assert sale is not None
        tender = sale.tenders[-1]
        paid = replace(
            tender,
            state=TenderState.SETTLED,
            amount_ore=tender.requested_ore,
            tip_ore=tip_ore + tender.till_tip_ore,
            authorized_ore=tender.requested_ore + tip_ore + tender.till_tip_ore,
        )
        self._pay(replace(sale, tenders=(*sale.tenders[:-1], paid)))
        self._post(TillChanged(self.view))

    def decline(self, condition: str = "Refusal", text: str = "") -> None:
        """Let the terminal decline the card."""
        sale = self.view.sale
        assert sale is not None
        gone = replace(sale.tenders[-1], state=TenderState.DECLINED)
        facts = (("verdict", "declined"), ("condition", condition), ("text", text))
        self.tell(
            sale=replace(sale, state=SaleState.TENDERING, tenders=(*sale.tenders[:-1], gone)),
            card_result=Attention("card-declined", facts),
        )

    def ask(self, prompt: Prompt | None, *lines: str) -> None:
        """Let the terminal ask the cashier something, or show something."""
        self.tell(terminal=replace(self.view.terminal, prompt=prompt, lines=lines))

    def overdue(self, *lines: str) -> None:
        """Let the payment run longer than the terminal's driver expected."""
        self.tell(terminal=replace(self.view.terminal, text=PAYMENT_TIMEOUT, lines=lines))

    def in_doubt(self, *evidence: str) -> None:
        """Let the outcome of the card be unknown, and a person be asked."""
        sale = self.view.sale
        assert sale is not None
        facts: list[tuple[str, str | int]] = [
            ("asked_ore", sale.tenders[-1].asked_ore),
            ("service_id", 7),
            ("started_at", AT.isoformat()),
            *((f"evidence_{no}", text) for no, text in enumerate(evidence, 1)),
        ]
        self.tell(
            sale=replace(sale, state=SaleState.IN_DOUBT),
            attention=Attention("card-doubt", tuple(facts)),
        )

    def _set(self, **changes: object) -> None:
        newer = replace(self.view, version=self.view.version + 1)
        self.view = replace(newer, **changes)  # type: ignore[arg-type]  # replace checks the names

    def _carry_out(self, command: c.Command) -> Outcome:
        match command:
            case c.AddCode():
                self._add(self._find(command.code), command.quantity_milli, command.price_ore)
            case c.AddNumbers():
                for number in command.numbers:
                    self._add(self._find(number), command.quantity_milli, command.price_ore)
            case c.AddDepartment():
                article = Article("", command.name, command.name, None)
                self._add(article, command.quantity_milli, command.price_ore)
            case c.RepeatLast():
                self._add_lines((self._sale().standing[-1],))
            case c.CorrectLast():
                self._correct()
            case c.VoidSale():
                self._set(sale=None, card_result=None)
            case c.PayCash() | c.PayCard():
                self._take(command)
            case c.AbortCard():
                self._set(terminal=replace(self.view.terminal, is_abort_asked=True))
            case c.AnswerPrompt():
                self._set(terminal=replace(self.view.terminal, prompt=None))
            case c.TakeX() | c.TakeZ():
                return Outcome(paper=self.report_paper)
            case c.Quit():
                return Outcome(may_quit=self.may_quit)
            case c.DecideDoubt() | c.DecidePaper() | c.KeepHeld():
                self._set(attention=None)
            case _:
                pass
        return Outcome()

    def _find(self, code: str) -> Article:
        for each in self.articles:
            if code and code in (each.number, each.ean, each.plu):
                return each
        raise errors.UnknownArticle(entry=code)

    def _sale(self) -> Sale:
        if self.view.sale is None or not self.view.sale.standing:
            raise errors.NothingToCorrect()
        return self.view.sale

    def _add(self, article: Article, quantity_milli: int | None, price_ore: int | None) -> None:
        if article.price_ore is None and price_ore is None:
            raise errors.PriceMissing(name=article.name)
        if article.price_ore is not None and price_ore is not None:
            raise errors.PriceNotOpen(name=article.name)
        price = article.price_ore if article.price_ore is not None else price_ore
        assert price is not None
        quantity = 1000 if quantity_milli is None else quantity_milli
        line = Line(
            0, article.number, article.name, article.department, quantity, str(article.unit),
            price, line_amount(price, quantity), 2500,
        )  # fmt: skip
        self._add_lines((line,))

    def _add_lines(self, lines: tuple[Line, ...]) -> None:
        sale = self.view.sale
        if sale is None:
            self._sale_id += 1
            sale = Sale(self._sale_id, SaleState.OPEN, "Anna", AT)
        if sale.state not in (SaleState.OPEN, SaleState.TENDERING):
            raise errors.SaleNotOpen(state=sale.state)
        for line in lines:
            numbered = replace(line, seq=len(sale.lines) + 1)
            total_ore = sale.total_ore + line.amount_ore
            sale = replace(sale, lines=(*sale.lines, numbered), total_ore=total_ore)
        self._set(sale=sale, card_result=None)

    def _correct(self) -> None:
        sale = self._sale()
        self._add_lines((sale.standing[-1].opposite(len(sale.lines) + 1),))

    def _take(self, command: c.PayCash | c.PayCard) -> None:
        sale = self.view.sale
        if sale is None or not sale.standing:
            raise errors.NothingToPay()
        left_ore = sale.remaining_ore
        number = len(sale.tenders) + 1
        if isinstance(command, c.PayCard):
            asked_ore = left_ore if command.amount_ore is None else command.amount_ore
            if asked_ore > left_ore:
                raise errors.TenderExceedsRemaining(remaining_ore=left_ore)
            tip_ore = 0 if command.total_ore is None else command.total_ore - asked_ore
            tender = Tender(
                number, TenderKind.CARD, TenderState.REQUESTED, "Anna", asked_ore,
                till_tip_ore=tip_ore, started_at=AT, service_id=7,
            )  # fmt: skip
            state = SaleState.AUTHORIZING
            self._set(
                sale=replace(sale, state=state, tenders=(*sale.tenders, tender)),
                card_result=None,
                terminal=replace(self.view.terminal, lines=(), is_abort_asked=False),
            )
            if self.is_card_answered:
                self.approve()
            return
        rounding_ore = cash_rounding_ore(left_ore)
        due_ore = left_ore + rounding_ore
        given_ore = due_ore if command.given_ore is None else command.given_ore
        is_all = given_ore >= due_ore
        tender = Tender(
            number, TenderKind.CASH, TenderState.SETTLED, "Anna", given_ore,
            amount_ore=due_ore if is_all else given_ore, given_ore=given_ore,
            change_ore=given_ore - due_ore if is_all else 0,
            rounding_ore=rounding_ore if is_all else 0,
        )  # fmt: skip
        self._pay(replace(sale, tenders=(*sale.tenders, tender)))

    def _pay(self, sale: Sale) -> None:
        """Close the sale when nothing remains, else wait for the rest."""
        if sale.remaining_ore:
            self._set(sale=replace(sale, state=SaleState.TENDERING))
            return
        self._receipt_no += 1
        receipt = Receipt(
            kind=ReceiptKind.SALE,
            shop=SHOP,
            receipt_no=self._receipt_no,
            at=AT,
            operator="Anna",
            lines=tuple(
                ReceiptLine(
                    each.name, each.quantity_milli, each.unit, each.unit_price_ore,
                    each.amount_ore, each.rate_bp,
                )
                for each in sale.standing
            ),
            total_ore=sale.total_ore,
            rounding_ore=sale.rounding_ore,
            vat=sale.vat,
            tenders=tuple(
                ReceiptTender(
                    str(each.kind), each.amount_ore, each.tip_ore, each.given_ore,
                    each.change_ore,
                )
                for each in sale.settled
            ),
            control_unit_id="SIMULATOR0001",
            control_code="ABCD" * 10,
            is_demo=True,
        )  # fmt: skip
        paper = lay_out_receipt(receipt, 42, lambda text: text)
        self._set(sale=None, last_receipt=receipt, last_paper=paper)


class FixedClock:
    """A wall clock that stands still; seconds are the computer's own, as keys carry them."""

    def now(self) -> datetime:
        """Give the tests' time."""
        return AT + timedelta(seconds=self.ahead_s)

    def __init__(self) -> None:
        self.ahead_s = 0
        """Seconds that a test lets pass at once."""

    def monotonic_s(self) -> float:
        """Give real seconds, and those that the test let pass."""
        from time import monotonic

        return monotonic() + self.ahead_s
