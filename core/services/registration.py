"""Before payment: open the sale, add and correct lines, void it.

Every function commits before it returns, so a line is durable before it is shown. A sale that was
being paid but has nothing settled goes back to open by itself when a line is added.
"""

from core import events as ev
from core.catalog import Article, ArticleKind
from core.checkout import SaleState, check_editable
from core.errors import (
    AmountTooLarge,
    NothingToCorrect,
    NothingToPay,
    NothingToRepeat,
    PriceMissing,
    PriceNotOpen,
    QuantityOutOfRange,
    SaleNotOpen,
    UnknownArticle,
)
from core.journal import kind_of
from core.money import AMOUNT_MAX_ORE, GRAND_MAX_ORE
from core.payload import canonical
from core.sale import LINES_MAX, Line, Sale, line_amount
from core.services.till import Till
from core.totals import GRAND_PERIOD, Change, Section

ONE_MILLI = 1000
"""A quantity of one."""


def add_code(
    till: Till, code: str, quantity_milli: int | None, price_ore: int | None
) -> tuple[Line, ...]:
    """Add the article that carries this EAN, PLU or number. Raises RuleError, nothing changed."""
    article = till.store.find_article(code)
    if article is None:
        raise UnknownArticle(entry=code)
    return add_articles(till, (article,), quantity_milli, price_ore)


def add_numbers(
    till: Till,
    numbers: tuple[str, ...],
    quantity_milli: int | None,
    price_ore: int | None = None,
) -> None:
    """Add the articles of one quick key, all or none. Raises RuleError, nothing changed."""
    articles = []
    for number in numbers:
        article = till.store.find_article(number)
        if article is None:
            raise UnknownArticle(entry=number)
        articles.append(article)
    add_articles(till, tuple(articles), quantity_milli, price_ore)


def add_articles(
    till: Till,
    articles: tuple[Article, ...],
    quantity_milli: int | None,
    price_ore: int | None,
) -> tuple[Line, ...]:
    """Add articles, each with its deposit. Raises RuleError, nothing changed."""
    seq = len(till.sale.lines) + 1 if till.sale and _is_editable(till.sale) else 1
    lines: list[Line] = []
    for article in articles:
        lines += _article_lines(till, article, seq + len(lines), quantity_milli, price_ore)
    _add(till, tuple(lines))
    return tuple(lines)


def add_department(till: Till, name: str, price_ore: int, quantity_milli: int | None) -> None:
    """Sell on a department at an open price. Raises RuleError, nothing changed."""
    department = till.store.department(name)
    if department is None:
        raise UnknownArticle(entry=name)
    if price_ore <= 0:
        raise PriceMissing(name=name, reason="zero")
    if price_ore > AMOUNT_MAX_ORE:
        raise AmountTooLarge(price_ore=price_ore)
    quantity = ONE_MILLI if quantity_milli is None else quantity_milli
    seq = len(till.sale.lines) + 1 if till.sale and _is_editable(till.sale) else 1
    line = Line(
        seq=seq,
        number="",
        name=name,
        department=name,
        quantity_milli=quantity,
        unit="st",
        unit_price_ore=price_ore,
        amount_ore=line_amount(price_ore, quantity),
        rate_bp=till.store.vat_rate(department.vat_code, till.clock.now().date()),
    )
    _add(till, (line,))


def repeat_last(till: Till) -> None:
    """Add the last article once more; only in an open sale that has a line (contract.md 5)."""
    standing = till.sale.standing if till.sale and _is_editable(till.sale) else ()
    articles = [line for line in standing if not line.follows]
    if not articles:
        raise NothingToRepeat()
    last = articles[-1]
    if last.number:
        add_code(till, last.number, last.quantity_milli, _typed_price(till, last))
    else:
        add_department(till, last.name, last.unit_price_ore, last.quantity_milli)


def correct_last(till: Till) -> None:
    """Take the last article away, with its deposit; the correction stays in the journal."""
    sale = till.sale
    if sale is None or not _is_editable(sale) or not sale.standing:
        raise NothingToCorrect()
    last = sale.standing[-1]
    head = last.follows or last.seq
    gone = [line for line in sale.standing if head in (line.seq, line.follows)]
    lines = tuple(
        line.opposite(len(sale.lines) + index) for index, line in enumerate(gone, start=1)
    )
    till.settle(*_thawed(sale), ev.LinesCorrected(sale.sale_id, lines))
    till.last_tender_error = None


def void_sale(till: Till) -> None:
    """Drop the sale before payment; it stays in the journal and counts as item s."""
    sale = till.sale
    if sale is None:
        raise NothingToPay()
    check_editable(sale)
    with till.store.unit_of_work() as uow:
        till.record(uow, sale, (ev.SaleVoided(sale.sale_id, sale.total_ore),))
        if sale.standing:
            voided = Change(Section.CORRECTIONS, "", 1, sale.total_ore)
            uow.add_totals(till.period.no, (voided,))
        uow.commit()
    till.sale = None
    till.last_tender_error = None


def _article_lines(
    till: Till, article: Article, seq: int, quantity_milli: int | None, price_ore: int | None
) -> list[Line]:
    """Make the line of one article and, after it, the line of its deposit at the same rate."""
    quantity = ONE_MILLI if quantity_milli is None else quantity_milli
    if quantity % 1000 and article.unit == "st":
        raise QuantityOutOfRange(
            reason="by-piece", name=article.name, quantity_milli=quantity, unit=str(article.unit)
        )
    if article.price_ore is None and price_ore is None:
        raise PriceMissing(name=article.name, number=article.number)
    if article.price_ore is not None and price_ore is not None:
        raise PriceNotOpen(name=article.name)
    if price_ore is not None and price_ore <= 0:
        raise PriceMissing(name=article.name, reason="zero")
    if price_ore is not None and price_ore > AMOUNT_MAX_ORE:
        raise AmountTooLarge(price_ore=price_ore)
    unit_price_ore = price_ore if article.price_ore is None else article.price_ore
    assert unit_price_ore is not None
    department = till.store.department(article.department)
    assert department is not None, article.department
    rate_bp = till.store.vat_rate(department.vat_code, till.clock.now().date())
    lines = [_line(article, seq, quantity, unit_price_ore, rate_bp, follows=0)]
    if article.deposit_number:
        deposit = till.store.find_article(article.deposit_number)
        if deposit is None or deposit.price_ore is None:
            raise UnknownArticle(entry=article.deposit_number)
        lines.append(_line(deposit, seq + 1, quantity, deposit.price_ore, rate_bp, follows=seq))
    return lines


def _line(
    article: Article, seq: int, quantity: int, unit_price_ore: int, rate_bp: int, follows: int
) -> Line:
    return Line(
        seq=seq,
        number=article.number,
        name=article.name,
        department=article.department,
        quantity_milli=quantity,
        unit=str(article.unit),
        unit_price_ore=unit_price_ore,
        amount_ore=line_amount(unit_price_ore, quantity),
        rate_bp=rate_bp,
        is_service=article.kind is ArticleKind.SERVICE,
        follows=follows,
    )


def _typed_price(till: Till, line: Line) -> int | None:
    """Give the price to repeat an article with: only open prices were typed."""
    article = till.store.find_article(line.number)
    return line.unit_price_ore if article is not None and article.price_ore is None else None


def _is_editable(sale: Sale) -> bool:
    """Say whether lines may change."""
    try:
        check_editable(sale)
    except SaleNotOpen:
        return False
    return True


def _thawed(sale: Sale) -> tuple[ev.SaleEvent, ...]:
    """Give the event that takes a sale with nothing settled back to open, if it needs one."""
    return (ev.SaleUnfrozen(sale.sale_id),) if sale.state == SaleState.TENDERING else ()


def _add(till: Till, lines: tuple[Line, ...]) -> None:
    """Add lines to the open sale, opening one first if there is none; one commit."""
    sale = till.sale
    if sale is None:
        _open_with(till, lines)
        return
    check_editable(sale)
    total_ore = sale.total_ore + sum(line.amount_ore for line in lines)
    if len(sale.lines) + len(lines) > LINES_MAX or total_ore > AMOUNT_MAX_ORE:
        raise AmountTooLarge(total_ore=total_ore, lines=len(sale.lines))
    till.settle(*_thawed(sale), ev.LinesAdded(sale.sale_id, lines))
    till.last_tender_error = None


def _open_with(till: Till, lines: tuple[Line, ...]) -> None:
    """Open a sale and add its first lines in one commit. Raises UnitNotReady, AmountTooLarge."""
    _check_grand_total(till)
    till.check_unit()
    now = till.clock.now()
    with till.store.unit_of_work() as uow:
        sale = Sale(uow.next_number("sale_id"), SaleState.OPEN, till.rules.operator, now)
        uow.put_sale(None, sale)
        opened = ev.SaleOpened(sale.sale_id)
        uow.append_journal(now, kind_of(opened), till.rules.operator, canonical(opened))
        after = till.record(uow, sale, (ev.LinesAdded(sale.sale_id, lines),))
        uow.commit()
    till.sale = after
    till.last_tender_error = None


def _check_grand_total(till: Till) -> None:
    """Refuse a sale that could carry a grand total past what every reader holds exactly (F59)."""
    grand_ore = max((ore for _count, ore in till.store.totals(GRAND_PERIOD).values()), default=0)
    if grand_ore + AMOUNT_MAX_ORE > GRAND_MAX_ORE:
        raise AmountTooLarge(grand_ore=grand_ore)
