"""X and Z: read from the running totals, so that a report does not slow down with the day's size.

X changes nothing but its journal row. Z stores the report, closes the period and opens the next in
one commit; it is refused while a sale lies between card and code (house.md 4). Numbers are unbroken
and grand totals are never reset (sweden R27-R28).
"""

from dataclasses import replace

from core.checkout import check_reportable
from core.payload import canonical
from core.reports import DayReport, GroupSum, Tally, TipSum, VatSum
from core.services.printing import queue_paper, start_next_paper
from core.services.till import Till
from core.tender import TenderKind
from core.totals import GRAND_PERIOD, Section

Totals = dict[tuple[Section, str], tuple[int, int]]


def x_report(till: Till) -> DayReport:
    """Take an X report: look without closing. Its row in the journal is durable on return."""
    report = build_report(till, number=None)
    till.note_alone("x-report", sales_ore=report.sales_ore, receipts=report.receipts)
    return report


def print_x(till: Till, report: DayReport) -> None:
    """Queue an X report that was shown for printing."""
    with till.store.unit_of_work() as uow:
        queue_paper(till, uow, "x-report", 0, report)
        uow.commit()
    start_next_paper(till)


def z_report(till: Till) -> DayReport:
    """Take the Z report: store it, close the period, open the next, print. Raises RuleError."""
    check_reportable(till.state, has_late=bool(till.lates))
    till.check_files()
    till.check_before_z()
    period = till.period
    unnumbered = build_report(till, number=None)
    with till.store.unit_of_work() as uow:
        number = uow.next_number("z_no")
        report = replace(unnumbered, number=number)
        uow.close_period(period, report)
        head = uow.append_journal(report.at, "z-report", till.rules.operator, canonical(report))
        queue_paper(till, uow, "z-report", number, report)
        opened = uow.open_period(till.clock.now(), till.rules.opening_float_ore)
        till.note(
            uow,
            "period-opened",
            period_no=opened.no,
            opening_float_ore=opened.opening_float_ore,
            opened_at=opened.opened_at.isoformat(),
        )
        uow.commit()
    till.period = opened
    till.witness(head, "z", number)
    start_next_paper(till)
    return report


def build_report(till: Till, number: int | None) -> DayReport:
    """Read the running totals of the open period into a report."""
    totals: Totals = till.store.totals(till.period.no)
    grand: Totals = till.store.totals(GRAND_PERIOD)
    receipts, sales_ore = _tally(totals, Section.SALES)
    cash_ore = totals.get((Section.TENDER, str(TenderKind.CASH)), (0, 0))[1]
    tips = {name: sum_ore for (_, name), (_, sum_ore) in _of(totals, Section.TIP_TENDER)}
    unfinished = Tally(*till.store.unfinished_tally())
    return DayReport(
        shop=replace(till.rules.shop, footer=()),
        at=till.clock.now(),
        number=number,
        period_opened_at=till.period.opened_at,
        program=till.rules.program,
        sales_ore=sales_ore,
        returns=Tally(*_tally(totals, Section.RETURNS)),
        groups=_groups(totals, Section.GROUP),
        vat=_vat(totals),
        opening_float_ore=till.period.opening_float_ore,
        float_changes=Tally(*_tally(totals, Section.FLOAT)),
        goods_milli=_tally(totals, Section.GOODS)[0],
        services_milli=_tally(totals, Section.SERVICES)[0],
        receipts=receipts,
        drawer_openings=_tally(totals, Section.DRAWER)[0],
        copies=Tally(*_tally(totals, Section.COPIES)),
        training=Tally(),
        tenders=_groups(totals, Section.TENDER),
        discounts=Tally(),
        corrections=Tally(*_tally(totals, Section.CORRECTIONS)),
        unfinished=unfinished,
        grand_sales_ore=_tally(grand, Section.GRAND_SALES)[1],
        grand_returns_ore=_tally(grand, Section.GRAND_RETURNS)[1],
        rounding_ore=_tally(totals, Section.ROUNDING)[1],
        tips_by_tender=_tips(totals, Section.TIP_TENDER),
        tips_by_operator=_tips(totals, Section.TIP_OPERATOR),
        charged_by_tender=tuple(
            GroupSum(group.name, group.sum_ore + tips.get(group.name, 0), group.count)
            for group in _groups(totals, Section.TENDER)
        ),
        expected_cash_ore=till.period.opening_float_ore
        + cash_ore
        + _tally(totals, Section.FLOAT)[1],
        card_reversed=Tally(*_tally(totals, Section.CARD_REVERSED)),
        remarks=_remarks(totals),
        head_hash=till.store.journal_head()[1],
        is_demo=till.rules.is_demo,
    )


def _of(totals: Totals, section: Section) -> list[tuple[tuple[Section, str], tuple[int, int]]]:
    return sorted((key, value) for key, value in totals.items() if key[0] is section)


def _tally(totals: Totals, section: Section) -> tuple[int, int]:
    return totals.get((section, ""), (0, 0))


def _groups(totals: Totals, section: Section) -> tuple[GroupSum, ...]:
    return tuple(
        GroupSum(name, sum_ore, count) for (_, name), (count, sum_ore) in _of(totals, section)
    )


def _tips(totals: Totals, section: Section) -> tuple[TipSum, ...]:
    return tuple(
        TipSum(name, count, sum_ore) for (_, name), (count, sum_ore) in _of(totals, section)
    )


def _vat(totals: Totals) -> tuple[VatSum, ...]:
    """Give one row per rate used, highest first."""
    rows = [
        VatSum(int(name), totals.get((Section.VAT_GROSS, name), (0, 0))[1], sum_ore)
        for (_, name), (_, sum_ore) in _of(totals, Section.VAT)
    ]
    return tuple(sorted(rows, key=lambda row: -row.rate_bp))


def _remarks(totals: Totals) -> tuple[str, ...]:
    return tuple(
        f"card-unclear {name} {count} {sum_ore}"
        for (_, name), (count, sum_ore) in _of(totals, Section.CARD_UNCLEAR)
    ) + tuple(f"restored {name}" for (_, name), _tally in _of(totals, Section.RESTORED))
