"""X and Z -> neutral elements: every field a-w of SKVFS 2014:9 7 kap. 3 § (sweden 2.3), labelled.

The mandatory fields come first and in the regulation's order; tips, the acquirer's figures and the
expected cash stand after them, because they are no turnover (sweden R31, 5.2). Screen and printer
show the same Document, so they cannot disagree.
"""

from core.document import Document
from core.money import format_kronor
from core.receipt_layout import format_quantity, format_rate, tender_word
from core.reports import DayReport, GroupSum, Tally, TipSum
from core.sheet import DEMO_MARK, Sheet, Translate
from core.text import clean

_NAME_MAX = 120


def lay_out_report(report: DayReport, width: int, _: Translate) -> Document:
    """Lay out an X (no number) or Z report for `width` characters. Source: sweden 2.3, R27-R32."""
    sheet = Sheet(width)
    if report.is_demo:
        sheet.marking(DEMO_MARK)
    _write_heading(sheet, report, _)
    _write_sales(sheet, report, _)
    _write_counts(sheet, report, _)
    _write_grand_totals(sheet, report, _)
    _write_tips(sheet, report, _)
    _write_end(sheet, report, _)
    if report.is_demo:
        sheet.marking(DEMO_MARK)
    return sheet.document()


def _write_heading(sheet: Sheet, report: DayReport, _: Translate) -> None:
    """Fields a-e and the program (R30)."""
    sheet.centred(report.shop.name, is_bold=True)
    sheet.centred(_("Org.nr {org_no}").format(org_no=report.shop.org_no))
    for text in report.shop.address:
        sheet.centred(text)
    sheet.blank()
    if report.number is None:
        sheet.centred(_("X-DAGRAPPORT"), is_bold=True)
    else:
        title = _("Z-DAGRAPPORT nr {number}").format(number=report.number)
        sheet.centred(title, is_bold=True)
    sheet.row(_("Framställd"), f"{report.at:%Y-%m-%d %H:%M}")
    sheet.row(_("Perioden började"), f"{report.period_opened_at:%Y-%m-%d %H:%M}")
    sheet.row(_("Kassa"), report.shop.register_id)
    sheet.row(_("Program"), report.program)
    sheet.rule()


def _write_sales(sheet: Sheet, report: DayReport, _: Translate) -> None:
    """Fields f-i."""
    _money(sheet, _("Total försäljning"), report.sales_ore, is_bold=True)
    _money(sheet, _("Försäljning efter returer"), report.net_sales_ore)
    sheet.blank()
    sheet.text(_("Försäljning per varugrupp"), is_bold=True)
    for group in report.groups:
        _money(sheet, clean(group.name, _NAME_MAX), group.sum_ore)
    if not report.groups:
        _money(sheet, _("Inga"), 0)
    sheet.blank()
    sheet.text(_("Moms per momssats"), is_bold=True)
    sheet.columns(_("Momssats"), _("Försäljning"), _("Moms"))
    for rate in report.vat:
        label = format_rate(rate.rate_bp)
        gross, vat = format_kronor(rate.gross_ore), format_kronor(rate.vat_ore)
        if not sheet.columns(label, gross, vat):
            sheet.row(_("{rate} försäljning").format(rate=label), gross)
            sheet.row(_("{rate} moms").format(rate=label), vat)
    _money(sheet, _("Moms totalt"), sum(rate.vat_ore for rate in report.vat))
    sheet.blank()
    _money(sheet, _("Växelkassa vid start"), report.opening_float_ore)
    _tally(sheet, _("Ändringar av växelkassan"), report.float_changes, _)
    sheet.rule()


def _write_counts(sheet: Sheet, report: DayReport, _: Translate) -> None:
    """Fields j-t and the cash rounding."""
    sheet.row(_("Antal sålda varor"), format_quantity(report.goods_milli))
    sheet.row(_("Antal sålda tjänster"), format_quantity(report.services_milli))
    sheet.row(_("Antal kassakvitton"), str(report.receipts))
    sheet.row(_("Antal lådöppningar utan försäljning"), str(report.drawer_openings))
    _tally(sheet, _("Kvittokopior"), report.copies, _)
    _tally(sheet, _("Övningsregistreringar"), report.training, _)
    sheet.blank()
    sheet.text(_("Försäljning per betalmedel"), is_bold=True)
    _write_groups(sheet, _named(report.tenders, _), _)
    _money(sheet, _("Öresavrundning"), report.rounding_ore)
    sheet.blank()
    _tally(sheet, _("Returer"), report.returns, _)
    _tally(sheet, _("Rabatter"), report.discounts, _)
    _tally(sheet, _("Rättelser och annat som minskat försäljningen"), report.corrections, _)
    _tally(sheet, _("Oavslutade försäljningar"), report.unfinished, _)
    sheet.rule()


def _write_grand_totals(sheet: Sheet, report: DayReport, _: Translate) -> None:
    """Fields u-w, never reset (R27)."""
    _money(sheet, _("Grand total försäljning"), report.grand_sales_ore)
    _money(sheet, _("Grand total retur"), report.grand_returns_ore)
    _money(sheet, _("Grand total netto"), report.grand_net_ore, is_bold=True)
    sheet.rule()


def _write_tips(sheet: Sheet, report: DayReport, _: Translate) -> None:
    """Tips outside turnover, and what the acquirer pays out (sweden 5.2)."""
    sheet.text(_("Dricks per betalmedel (ej omsättning)"), is_bold=True)
    by_tender = tuple(
        TipSum(tender_word(tip.name, _), tip.count, tip.sum_ore) for tip in report.tips_by_tender
    )
    _write_tip_rows(sheet, by_tender, _)
    sheet.blank()
    sheet.text(_("Dricks per kassör"), is_bold=True)
    _write_tip_rows(sheet, report.tips_by_operator, _)
    sheet.blank()
    sheet.text(_("Debiterat per betalmedel (försäljning och dricks)"), is_bold=True)
    _write_groups(sheet, _named(report.charged_by_tender, _), _)
    sheet.rule()


def _write_end(sheet: Sheet, report: DayReport, _: Translate) -> None:
    _money(sheet, _("Förväntade kontanter i lådan"), report.expected_cash_ore, is_bold=True)
    _tally(sheet, _("Återförda kortköp"), report.card_reversed, _)
    if report.remarks:
        sheet.blank()
        sheet.text(_("Anmärkningar"), is_bold=True)
        for remark in report.remarks:
            sheet.text(_remark(remark, _))
    if report.head_hash:
        sheet.blank()
        sheet.text(_("Journalens senaste kontrollsumma"))
        sheet.text(report.head_hash)


def _remark(remark: str, _: Translate) -> str:
    """Say a remark's machine words (core.reports) in words; one we do not know stands as it is."""
    kind, _space, told = remark.partition(" ")
    if remark == "restored none":
        return _("En säkerhetskopia är återlagd: inget kvitto saknas i journalen")
    if remark == "restored witness none":
        return _("Vittnesfilen är förlorad och börjad på nytt: inget kvitto saknas i journalen")
    if kind == "restored":
        lost = _("En säkerhetskopia är återlagd: kvitto {numbers} saknas i journalen")
        if told.startswith("witness "):
            lost = _("Vittnesfilen är förlorad: kvitto {numbers} saknas i journalen")
        return lost.format(numbers=told.removeprefix("witness "))
    decision, _space, figures = told.partition(" ")
    count, _space, sum_ore = figures.partition(" ")
    words = {
        "charged": _("Kort, oklart utfall: beslutat debiterat, {count} st, {amount}"),
        "not-charged": _("Kort, oklart utfall: beslutat ej debiterat, {count} st, {amount}"),
        "late": _("Kort, godkänt i efterhand: {count} st, {amount}"),
        "late-reversed": _("Kort, godkänt i efterhand: återfört, {count} st, {amount}"),
        "late-by-hand": _("Kort, godkänt i efterhand: hanterat för hand, {count} st, {amount}"),
        "reversed": _("Kort, oklart utfall: beslutat återfört, {count} st, {amount}"),
    }
    if kind != "card-unclear" or decision not in words:
        return remark
    return words[decision].format(count=count, amount=format_kronor(int(sum_ore)))


def _write_groups(sheet: Sheet, groups: tuple[GroupSum, ...], _: Translate) -> None:
    for group in groups:
        if group.count:
            _tally(sheet, clean(group.name, _NAME_MAX), Tally(group.count, group.sum_ore), _)
        else:
            _money(sheet, clean(group.name, _NAME_MAX), group.sum_ore)
    if not groups:
        _money(sheet, _("Inga"), 0)


def _write_tip_rows(sheet: Sheet, tips: tuple[TipSum, ...], _: Translate) -> None:
    for tip in tips:
        _tally(sheet, clean(tip.name, _NAME_MAX), Tally(tip.count, tip.sum_ore), _)
    if not tips:
        _money(sheet, _("Inga"), 0)


def _named(groups: tuple[GroupSum, ...], _: Translate) -> tuple[GroupSum, ...]:
    return tuple(
        GroupSum(tender_word(group.name, _), group.sum_ore, group.count) for group in groups
    )


def _money(sheet: Sheet, label: str, amount_ore: int, *, is_bold: bool = False) -> None:
    sheet.row(label, format_kronor(amount_ore), is_bold=is_bold)


def _tally(sheet: Sheet, label: str, tally: Tally, _: Translate) -> None:
    """Write label, count and sum: `Kvittokopior, 2 st        58,00`."""
    counted = _("{label}, {count} st").format(label=label, count=tally.count)
    sheet.row(counted, format_kronor(tally.sum_ore))
