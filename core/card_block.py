"""The card block: what a Swedish card slip must show, from the terminal's fields.

One place decides how many digits of a card number reach paper: the customer's copy shows the last
four, the merchant's the first six and the last four, whatever the terminal sent (PCI DSS 3.4.1;
terminal-protocols 4). The fields are laid out by us because Westpay sends fields, not lines.
"""

from re import compile as compile_pattern

from core.card import CardSlip
from core.card_secrets import redact
from core.money import format_kronor
from core.sheet import TEXT_MAX, Sheet, Translate
from core.text import clean

_LAST_DIGITS = compile_pattern(r"[0-9]{1,4}$")
_FIRST_DIGITS = compile_pattern(r"^[0-9]{6}(?=[^0-9])")
_NOT_PAN = compile_pattern(r"[ -]")
_HIDDEN = "*" * 12


def customer_pan(masked_pan: str) -> str:
    """Show at most the last four digits of a card number; nothing else of it passes."""
    packed = _NOT_PAN.sub("", masked_pan)
    last = _LAST_DIGITS.search(packed)
    return (_HIDDEN + last.group()) if last else (_HIDDEN if packed else "")


def merchant_pan(masked_pan: str) -> str:
    """Show at most the first six and the last four digits; first six only if masked behind."""
    packed = _NOT_PAN.sub("", masked_pan)
    first = _FIRST_DIGITS.match(packed)
    shown = customer_pan(packed)
    return first.group() + shown[6:] if first else shown


def control_line(slip: CardSlip) -> str:
    """Write entry, verification and channel, then responder, response, institution, approval.

    As `K/1 3 00 SWE 741591` (terminal-protocols 4, "code string").
    """
    verification = "a" if slip.id_method == "%" else slip.id_method
    parts = (
        f"{slip.entry_mode}{verification}{slip.channel}",
        slip.responder,
        slip.response_code,
        slip.institution,
        slip.approval_code,
    )
    return " ".join(part for part in parts if part.strip())


def write_customer_block(
    sheet: Sheet, slip: CardSlip, charged_ore: int, known: tuple[str, ...], _: Translate
) -> None:
    """Write the cardholder's copy of one card tender.

    `charged_ore` stands in for a total that the slip lacks; `known` are texts of the heading that
    need not be repeated.
    """
    _write_merchant(sheet, slip, known)
    _write_head(sheet, slip, customer_pan(slip.masked_pan), _)
    _write_amounts(sheet, slip, charged_ore, _)
    _write_references(sheet, slip, _)
    sheet.centred(_("Kortinnehavarens kvitto"))


def write_merchant_block(
    sheet: Sheet, slip: CardSlip, known: tuple[str, ...], _: Translate
) -> None:
    """Write the merchant's copy with its signature lines (only when a signature is asked for)."""
    _write_merchant(sheet, slip, known)
    _write_head(sheet, slip, merchant_pan(slip.masked_pan), _)
    _write_amounts(sheet, slip, slip.amount_ore + slip.tip_ore, _)
    _write_references(sheet, slip, _)
    _write_signatures(sheet, slip, _)
    sheet.centred(_("Försäljarens kvitto"))


def _write_merchant(sheet: Sheet, slip: CardSlip, known: tuple[str, ...]) -> None:
    shown = {text.casefold() for text in known}
    for text in slip.merchant:
        if not any(text.casefold() in line for line in shown):
            sheet.text(redact(text))


def _write_head(sheet: Sheet, slip: CardSlip, pan: str, _: Translate) -> None:
    sheet.row(_kind_word(slip, _), slip.at, is_bold=True)
    if slip.status != "approved":
        sheet.text(_outcome_word(slip, _), is_bold=True)
        sheet.text(redact(slip.denial_reason))
    sheet.row(redact(slip.method or slip.card_name), pan)
    sheet.text(_entry_words(slip, _))
    if slip.is_copy_of_query:
        sheet.text(_("Uppgifterna är hämtade ur terminalen efter ett avbrott"))


def _write_amounts(sheet: Sheet, slip: CardSlip, charged_ore: int, _: Translate) -> None:
    amount_ore = slip.amount_ore or charged_ore - slip.tip_ore
    total_ore = slip.total_ore or charged_ore
    sheet.row(_("Belopp"), format_kronor(amount_ore))
    for label, part_ore in (
        (_("Varav moms"), slip.vat_ore),
        (_("Kontantuttag"), slip.cash_back_ore),
        (_("Dricks"), slip.tip_ore),
        (_("Avgift"), slip.charge_ore),
    ):
        if part_ore:
            sheet.row(label, format_kronor(part_ore))
    total = _("Totalt {currency}").format(currency=clean(slip.currency, 3))
    sheet.row(total, format_kronor(total_ore), is_bold=True)
    for text in slip.dcc_lines:
        sheet.text(redact(text))


def _write_references(sheet: Sheet, slip: CardSlip, _: Translate) -> None:
    for label, value in (
        (_("Inlösare"), redact(slip.bank_agent)),
        (_("Butiksnr"), slip.acquirer_reference),
        (_("Terminal"), slip.terminal_id),
        (_("Terminalens operatör"), slip.operator_id),
        (_("Kontrollrad"), control_line(slip)),
        (_("Svarskod"), slip.response_code),
        (_("Godkännandekod"), slip.approval_code),
        (_("Referens"), slip.reference),
        (_("AID"), slip.aid),
        (_("TVR"), slip.tvr),
        (_("TSI"), slip.tsi),
    ):
        cleaned = clean(value, TEXT_MAX)
        if cleaned:
            sheet.row(label, cleaned)


def _write_signatures(sheet: Sheet, slip: CardSlip, _: Translate) -> None:
    if slip.kind in ("refund", "reversal"):
        labels = [_("Kassörens namn"), _("Kassörens underskrift")]
    else:
        sheet.text(_("Debitera mitt konto enligt ovan"))
        labels = [_("Kortinnehavarens underskrift"), _("Legitimation nr")]
    for label in labels:
        sheet.blank()
        sheet.blank()
        sheet.rule()
        sheet.text(label)


def _kind_word(slip: CardSlip, _: Translate) -> str:
    if slip.kind == "refund":
        return _("RETUR")
    if slip.kind == "cash-advance":
        return _("KONTANTUTTAG")
    if slip.kind == "reversal":
        return _("MAKULERING")
    return _("KÖP")


def _outcome_word(slip: CardSlip, _: Translate) -> str:
    return _("AVBRUTET") if slip.status == "cancelled" else _("MEDGES EJ")


def _entry_words(slip: CardSlip, _: Translate) -> str:
    entries = {
        "K": _("Kontaktlös"),
        "C": _("Chip"),
        "D": _("Magnetremsa"),
        "T": _("Manuellt inmatat kort"),
    }
    checks = {
        "A": _("PIN använd"),
        "a": _("PIN använd"),
        "@": _("Underskrift"),
        "b": _("PIN och underskrift"),
        "%": _("Verifierad av enhet"),
    }
    words = [entries.get(slip.entry_mode, ""), checks.get(slip.id_method, "")]
    if slip.is_verified_by_device and slip.id_method != "%":
        words.append(_("Verifierad av enhet"))
    return ", ".join(word for word in words if word)
