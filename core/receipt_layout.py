"""Receipt and signature slip -> neutral elements for a width in characters; knows no printer.

Every receipt shows all of SKVFS 2014:9 7 kap. 1 § (sweden R12 a-l) and the control code (R13). The
total to pay stands before the tip, because a tip is no part of the purchase (sweden 5.2). The
regulated markings are fixed Swedish words in double size; nobody can edit or translate them (R21).
"""

from core.card import CardSlip
from core.card_block import write_customer_block, write_merchant_block
from core.document import Document
from core.money import format_kronor
from core.receipt import Receipt, ReceiptKind, ReceiptLine, ReceiptTender, Shop
from core.sheet import DEMO_MARK, Sheet, Translate
from core.tender import TenderKind
from core.text import clean
from core.vat import VatRow

_FIXED_LETTERS = {2500: "A", 1200: "B", 600: "C", 0: "D"}
_LETTER_MARGIN = 2
"""Cells at the right edge that hold the VAT letter, so that all amounts stand in one column."""

_NAME_MAX = 120
_CONTROL_CODE_MAX = 400

_MARKS = {
    ReceiptKind.SALE: "",
    ReceiptKind.RETURN: "RETURKVITTO",
    ReceiptKind.COPY: "KOPIA",
    ReceiptKind.TRAINING: "ÖVNING",
    ReceiptKind.PRO_FORMA: "EJ KVITTO",
}


def lay_out_receipt(
    receipt: Receipt, width: int, _: Translate, *, opens_drawer: bool = False
) -> Document:
    """Lay out one receipt for `width` characters (32, 42, 48; at least 16). Source: sweden R12-R26.

    `opens_drawer` asks the printer to pulse the drawer after the text (R35).
    """
    sheet = Sheet(width)
    _write_marks(sheet, receipt)
    _write_shop(sheet, receipt.shop, _)
    _write_identity(sheet, receipt, _)
    sheet.rule()
    letters = vat_letters(tuple(row.rate_bp for row in receipt.vat))
    for line in receipt.lines:
        _write_line(sheet, line, letters, _)
    sheet.rule()
    _write_to_pay(sheet, receipt, _)
    for tender in receipt.tenders:
        _write_tender(sheet, tender, receipt, _)
    sheet.rule()
    _write_vat(sheet, receipt.vat, letters, _)
    known = (receipt.shop.name, receipt.shop.org_no, *receipt.shop.address)
    for tender in receipt.tenders:
        if tender.kind == TenderKind.CARD:
            sheet.rule()
            _write_card(sheet, tender, known, _)
    sheet.rule()
    _write_control(sheet, receipt, _)
    for text in receipt.shop.footer:
        sheet.centred(text)
    _write_marks(sheet, receipt)
    return sheet.document(opens_drawer=opens_drawer)


def lay_out_signature_slip(
    slip: CardSlip, shop: Shop, width: int, _: Translate, is_demo: bool
) -> Document:
    """Lay out the merchant's copy that the customer (refund: the cashier) signs.

    It is no receipt, says so, and carries neither receipt number nor articles nor control code.
    """
    sheet = Sheet(width)
    if is_demo:
        sheet.marking(DEMO_MARK)
    _write_slip_head(sheet, _("KORTBLANKETT FÖR UNDERSKRIFT"), shop, _)
    write_merchant_block(sheet, slip, (shop.name, shop.org_no, *shop.address), _)
    if is_demo:
        sheet.marking(DEMO_MARK)
    return sheet.document()


def lay_out_reversal(
    slip: CardSlip, shop: Shop, width: int, _: Translate, is_demo: bool
) -> Document:
    """Lay out the customer's paper about a card payment that was undone; it is no receipt."""
    sheet = Sheet(width)
    if is_demo:
        sheet.marking(DEMO_MARK)
    _write_slip_head(sheet, _("KORTKÖPET ÄR ÅTERFÖRT"), shop, _)
    sheet.text(_("Beloppet nedan går tillbaka till kortet."))
    known = (shop.name, shop.org_no, *shop.address)
    write_customer_block(sheet, slip, slip.amount_ore + slip.tip_ore, known, _)
    if is_demo:
        sheet.marking(DEMO_MARK)
    return sheet.document()


def _write_slip_head(sheet: Sheet, title: str, shop: Shop, _: Translate) -> None:
    sheet.centred(title, is_bold=True)
    sheet.centred(_("Detta är inget kassakvitto"))
    sheet.rule()
    sheet.text(shop.name)
    sheet.text(_("Org.nr {org_no}").format(org_no=shop.org_no))
    for text in shop.address:
        sheet.text(text)
    sheet.text(_("Kassa {register}").format(register=shop.register_id))


def vat_letters(rates_bp: tuple[int, ...]) -> dict[int, str]:
    """Give each VAT rate its letter: 25 % A, 12 % B, 6 % C, 0 % D, others from E on."""
    others = [rate_bp for rate_bp in rates_bp if rate_bp not in _FIXED_LETTERS]
    spare = {rate_bp: chr(ord("E") + index % 22) for index, rate_bp in enumerate(others)}
    return _FIXED_LETTERS | spare


def format_rate(rate_bp: int) -> str:
    """Write basis points as percent: 2500 becomes `25 %`, 1250 `12,5 %`."""
    whole, rest = divmod(rate_bp, 100)
    fraction = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{fraction} %"


def format_quantity(quantity_milli: int) -> str:
    """Write thousandths without needless zeros: 3000 becomes `3`, 435 `0,435`."""
    whole, rest = divmod(abs(quantity_milli), 1000)
    fraction = f",{rest:03d}".rstrip("0") if rest else ""
    return f"{'-' if quantity_milli < 0 else ''}{whole}{fraction}"


def tender_word(kind: str, _: Translate) -> str:
    """Name a payment means for people; an unknown one keeps its own name."""
    return {TenderKind.CASH.value: _("Kontant"), TenderKind.CARD.value: _("Kort")}.get(kind, kind)


def unit_word(unit: str, _: Translate) -> str:
    """Name a unit for people; an unknown one keeps its own name."""
    return {"st": _("st"), "kg": _("kg"), "l": _("l"), "m": _("m"), "h": _("h")}.get(unit, unit)


def _write_marks(sheet: Sheet, receipt: Receipt) -> None:
    if receipt.is_demo:
        sheet.marking(DEMO_MARK)
    sheet.marking(_MARKS[receipt.kind])


def _write_shop(sheet: Sheet, shop: Shop, _: Translate) -> None:
    sheet.centred(shop.name, is_bold=True)
    sheet.centred(_("Org.nr {org_no}").format(org_no=shop.org_no))
    for text in shop.address:
        sheet.centred(text)
    sheet.blank()


def _write_identity(sheet: Sheet, receipt: Receipt, _: Translate) -> None:
    if receipt.kind is ReceiptKind.COPY:
        copy = _("Kvittokopia nr {number}").format(number=receipt.copy_no)
        sheet.row(copy, f"{receipt.at:%Y-%m-%d %H:%M}")
        original_at = receipt.original_at or receipt.at
        original = _("Avser kvitto nr {number}").format(number=receipt.receipt_no)
        sheet.row(original, f"{original_at:%Y-%m-%d %H:%M}")
    else:
        title = _("Returkvitto nr {number}")
        if receipt.kind is not ReceiptKind.RETURN:
            title = _("Kvitto nr {number}")
        sheet.row(title.format(number=receipt.receipt_no), f"{receipt.at:%Y-%m-%d %H:%M}")
    served = _("Betjänad av {operator}").format(operator=clean(receipt.operator, _NAME_MAX))
    sheet.row(_("Kassa {register}").format(register=receipt.shop.register_id), served)


def _write_line(sheet: Sheet, line: ReceiptLine, letters: dict[int, str], _: Translate) -> None:
    unit = unit_word(line.unit, _)
    name = f"{format_quantity(line.quantity_milli)} {unit} {clean(line.name, _NAME_MAX)}"
    sheet.row(name, f"{format_kronor(line.amount_ore)} {letters[line.rate_bp]}")
    if abs(line.quantity_milli) != 1000:
        price = format_kronor(line.unit_price_ore)
        sheet.text(_("à {price} kr/{unit}").format(price=price, unit=unit), indent=2)


def _write_to_pay(sheet: Sheet, receipt: Receipt, _: Translate) -> None:
    if receipt.rounding_ore:
        _money_row(sheet, _("Summa"), receipt.total_ore)
        _money_row(sheet, _("Öresavrundning"), receipt.rounding_ore)
    if receipt.to_pay_ore < 0:
        _money_row(sheet, _("ATT ÅTERBETALA SEK"), -receipt.to_pay_ore, is_bold=True)
    else:
        _money_row(sheet, _("ATT BETALA SEK"), receipt.to_pay_ore, is_bold=True)


def _write_tender(sheet: Sheet, tender: ReceiptTender, receipt: Receipt, _: Translate) -> None:
    word = tender_word(tender.kind, _)
    if receipt.to_pay_ore < 0:
        _money_row(sheet, _("Återbetalt: {means}").format(means=word), -tender.amount_ore)
    else:
        _money_row(sheet, _("Betalt: {means}").format(means=word), tender.amount_ore)
    if tender.change_ore:
        _money_row(sheet, _("Mottaget"), tender.given_ore)
        _money_row(sheet, _("Växel tillbaka"), tender.change_ore)
    if tender.tip_ore:
        _money_row(sheet, _("Dricks (ej moms, ingår ej i köpet)"), tender.tip_ore)
        if tender.kind == TenderKind.CARD:
            _money_row(sheet, _("Debiterat kort"), tender.charged_ore, is_bold=True)
        else:
            _money_row(sheet, _("Debiterat"), tender.charged_ore, is_bold=True)


def _write_vat(
    sheet: Sheet, rows: tuple[VatRow, ...], letters: dict[int, str], _: Translate
) -> None:
    sheet.columns(_("Momssats"), _("Netto"), _("Moms"), margin=_LETTER_MARGIN)
    for row in rows:
        label = f"{letters[row.rate_bp]} {format_rate(row.rate_bp)}"
        net, vat = format_kronor(row.net_ore), format_kronor(row.vat_ore)
        if not sheet.columns(label, net, vat, margin=_LETTER_MARGIN):
            sheet.row(_("{rate} netto").format(rate=label), net, margin=_LETTER_MARGIN)
            sheet.row(_("{rate} moms").format(rate=label), vat, margin=_LETTER_MARGIN)
    _money_row(sheet, _("Moms totalt"), sum(row.vat_ore for row in rows))


def _write_card(sheet: Sheet, tender: ReceiptTender, known: tuple[str, ...], _: Translate) -> None:
    if tender.card is None:
        sheet.text(_("Kortterminalen lämnade inga kortuppgifter"))
        sheet.row(_("Debiterat kort"), format_kronor(tender.charged_ore))
        sheet.centred(_("Kortinnehavarens kvitto"))
        return
    write_customer_block(sheet, tender.card, tender.charged_ore, known, _)


def _write_control(sheet: Sheet, receipt: Receipt, _: Translate) -> None:
    unit = _("Kontrollenhet {unit_id}").format(unit_id=receipt.control_unit_id)
    sheet.text(unit)
    if not receipt.control_code:
        return
    sheet.text(_("Kontrollkod"))
    for row in _control_code_rows(clean(receipt.control_code, _CONTROL_CODE_MAX), sheet.width):
        sheet.text(row)


def _control_code_rows(code: str, width: int) -> list[str]:
    """Break after `;`, or before it where it alone would stand over the edge."""
    first, mark, second = code.partition(";")
    if len(first) % width == 0:
        return [first, mark + second]
    return [first + mark, second]


def _money_row(sheet: Sheet, label: str, amount_ore: int, *, is_bold: bool = False) -> None:
    sheet.row(label, format_kronor(amount_ore), is_bold=is_bold, margin=_LETTER_MARGIN)
