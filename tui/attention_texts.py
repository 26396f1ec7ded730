"""What the screens say of a question, a stop, and a card that was not paid, by their codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from core.services.late import LATE_CODE
from core.services.till import Attention
from tui.device_words import device_words
from tui.i18n import N_, _
from tui.texts import Facts, date_and_time, kronor

CONDITIONS: Final[dict[str, str]] = {
    "Aborted": N_("Kassan avbröt."),
    "Busy": N_("Terminalen är upptagen."),
    "Cancel": N_("Kunden avbröt på terminalen."),
    "DeviceOut": N_("Terminalen saknar en del som behövs."),
    "InProgress": N_("Terminalen arbetar med något annat."),
    "InsertedCard": N_("Kortet sitter kvar i terminalen."),
    "InvalidCard": N_("Kortet går inte att använda."),
    "LoggedOut": N_("Terminalen är inte inloggad."),
    "MessageFormat": N_("Terminalen förstod inte frågan."),
    "NotAllowed": N_("Terminalen tillåter inte detta."),
    "NotFound": N_("Terminalen hittar inte betalningen."),
    "PaymentRestriction": N_("Kortet får inte användas till detta."),
    "Refusal": N_("Kortet nekades av banken."),
    "UnavailableDevice": N_("Terminalen är inte redo."),
    "UnavailableService": N_("Terminalen kan inte göra detta."),
    "UnreachableHost": N_("Terminalen når inte banken."),
    "WrongPIN": N_("Fel kod."),
}
"""Words of the terminal protocol for why a card was not paid."""

RESULTS: Final[dict[str, str]] = {
    "card-declined": N_("Kortet nekades – inget är draget."),
    "card-signature-refused": N_(
        "Underskriften godkändes inte i kassan – inget är draget. Be om ett annat betalsätt."
    ),
    "card-stopped": N_("Kortbetalningen avbröts – inget är draget."),
    "terminal-unreachable": N_(
        "Terminalen kan inte nås – inget är draget. Ta kontant, eller vänta."
    ),
    "card-never-charged": N_("Terminalen har inte dragit något. Försök igen, eller ta kontant."),
    "cash-returned": N_("Ge kunden {amount_ore} ur lådan."),
    "card-reversed": N_("Kortbetalningen är återförd – kunden har pengarna tillbaka."),
    "late-reversed": N_("{authorized_ore} är återfört till kortet som drogs i efterhand."),
}
"""Why the last card attempt ended without payment."""

_NOT_THE_CARD: Final = N_("Kortbetalningen gick inte att göra – inget är draget.")
FAILURES: Final[dict[str, str]] = {
    "Busy": N_("Inget är draget. Vänta en stund och försök igen."),
    "DeviceOut": _NOT_THE_CARD,
    "MessageFormat": _NOT_THE_CARD,
    "NotAllowed": _NOT_THE_CARD,
    "UnavailableDevice": _NOT_THE_CARD,
    "UnavailableService": _NOT_THE_CARD,
    "UnreachableHost": _NOT_THE_CARD,
}
"""Conditions that say nothing of the card: the terminal itself could not (protocols 5.1)."""


def card_result_words(result: Attention) -> str:
    """Say why a card was not paid."""
    facts = dict(result.facts)
    words = _(RESULTS.get(result.code, RESULTS["card-stopped"])).format_map(Facts(facts))
    reason = str(facts.get("condition", ""))
    condition = CONDITIONS.get(reason)
    if result.code == "card-declined" and condition and reason in FAILURES:
        return f"{_(condition)} {_(FAILURES[reason])}"
    # What the terminal adds is diagnostic (protocols 5.1): told only where we know no better.
    why = _(condition) if condition else _own_words(str(facts.get("text", "")))
    return f"{words} {why}".strip()


def _said_by_device(text: str) -> str:
    """Say a device's trouble in our words; only what it said itself is told as its own."""
    words = _own_words(text)
    return _("Enheten säger: {text}").format(text=words) if words.startswith("»") else words


def _own_words(text: str) -> str:
    """Quote what the device itself said, or say its trouble in plain words."""
    plain = device_words(text)
    return plain if plain != text else f"»{text}«" if text else ""


ATTENTIONS: Final[dict[str, tuple[str, str]]] = {
    "card-doubt": (
        N_("Är kortet draget?"),
        N_(
            "Kassan fick inget säkert svar om {asked_ore}. Titta på terminalens fönster och "
            "kvitto innan du svarar. Dra inte kortet igen."
        ),
    ),
    "card-held": (
        N_("Betalningen behöver ett beslut"),
        N_("Kortet är draget på {authorized_ore}; begärt var {requested_ore}."),
    ),
    "card-late-approval": (
        N_("Ett kort blev draget i efterhand"),
        N_(
            "{authorized_ore} drogs {at}, fast betalningen hade avslutats som obetald i kassan. "
            "Kunden kan ha betalat två gånger. Nästa kort och Z väntar på ditt svar."
        ),
    ),
    "card-unreversed": (
        N_("Är kortet återfört?"),
        N_(
            "Kassan bad terminalen återföra {authorized_ore} men fick inget svar. Titta på "
            "terminalens kvitto, eller vänta: kassan frågar den själv igen."
        ),
    ),
    "unit-silent": (
        N_("Betald – väntar på kontrollkod"),
        N_(
            "Kontrollenheten har inte gett någon kod än. Köpet är betalt och sparat; "
            "kvitto {receipt_no} skrivs ut när koden kommer."
        ),
    ),
    "unit-unclear": (
        N_("Betald – ingen giltig kontrollkod"),
        N_(
            "Kontrollenheten svarade, men gav ingen giltig kod. Köpet är betalt och sparat; "
            "kvitto {receipt_no} skrivs ut när koden kommer."
        ),
    ),
    "unit-refused": (
        N_("Betald – kontrollenheten nekade"),
        N_(
            "Köpet är betalt och sparat, men kontrollenheten gav ingen kod för kvitto {receipt_no}."
        ),
    ),
    "paper-unknown": (
        N_("Kom papperet ut?"),
        N_("Skrivaren svarade inte efter utskriften. Titta efter i skrivaren."),
    ),
    "paper-refused": (
        N_("Papperet kunde inte skrivas ut"),
        N_("Skrivaren tar inte emot papperet. Det väntar i kön."),
    ),
}
"""Title and text of each question or stop."""

SLIP_AGAIN: Final = N_(
    "Kortterminalen skrev ut ett kortkvitto igen: {total_ore}, {at}, {card}, kvitto {receipt_no}. "
    "Det är sparat; inget nytt är draget."
)
SLIP_FOREIGN: Final = N_(
    "Kortterminalen skrev ut ett kortkvitto utan köp i kassan: {total_ore}, {at}, {card}. Det är "
    "sparat; inget köp är ändrat. Jämför med terminalens lista."
)
"""A card slip that came outside a payment: of a receipt that the till knows, or of none."""

HOLD_REASONS: Final[dict[str, str]] = {
    "tip-above-cap": N_(
        "Dricksen {tip_ore} är {tip_percent} % av beloppet; gränsen är {limit_percent} %."
    ),
    "tip-while-off": N_("Dricks {tip_ore} togs fast kassan inte tar dricks."),
    "partial": N_("Terminalen drog mindre än begärt: {amount_ore}."),
    "abort-too-late": N_(
        "Avbrottet kom för sent. Behåll: köpet fortsätter som betalt. Återför: kunden får allt "
        "tillbaka på kortet."
    ),
    "restored": N_(
        "Kunden kan redan ha ett kvitto, som saknas i journalen. Behåll: köpet bokförs nu, med "
        "nytt kvitto; släng det om kunden har sitt. Återför: bara om kunden varken har kvitto "
        "eller varor."
    ),
}
"""Why an approved card is held."""

LATE_PART: Final = N_(
    "Terminalen drog {authorized_ore} mer på kortet, {at}, än vad som beslutades i kassan. Gör upp "
    "det med kunden. Nästa kort och Z väntar på ditt svar."
)
"""What a late approval is where the payment counts as paid, by somebody's decision."""

PAPERS: Final[dict[str, str]] = {
    "receipt": N_("Kom kvitto {reference} ut?"),
    "copy": N_("Kom kopian av kvitto {reference} ut?"),
    "slip": N_("Kom kortslippen för underskrift ut?"),
    "reversal": N_("Kom kundens papper om återföringen ut?"),
    "x-report": N_("Kom X-rapporten ut?"),
    "z-report": N_("Kom Z-rapport {reference} ut?"),
}
"""The question about a paper of unknown fate."""
COPY: Final = N_(
    "Detta är KOPIAN av kvitto {reference}: lagen tillåter bara en. Titta noga efter i skrivaren: "
    "svarar du nej har kunden inget papper, och kvittot skrivs inte ut igen."
)
"""What hangs on the answer about a copy (SFL 39:7, SKVFS 2014:9 6:3)."""
NO_PAPER: Final = (
    N_(
        "Kunden har inget papper. En kopia är gjord, och lagen tillåter inte fler: kassan skriver "
        "inte ut kvitto {reference} igen."
    ),
    N_(
        "Köpet är betalt och registrerat: slå inte in det igen. Vill kunden ha ett bevis, skriv en "
        "kontantnota för hand med kvittots nummer, datum och belopp, och spara en kopia av den."
    ),
)
"""What is told when the copy did not come out either."""
RESTORED: Final = N_(
    "Kassans data är återlagda från en säkerhetskopia, och papperet kan ha kommit ut före det. "
    "Har kunden fått det, eller en kopia av det, är svaret ja."
)
"""Why it is asked after a restore."""

EVIDENCE: Final[dict[str, str]] = {
    "terminal": N_("Terminalen: {value}"),
    "condition": N_("Terminalen: {value}"),
    "may_still_arrive": N_("Svaret kan fortfarande komma: {value}"),
    "last_at": N_("Terminalens senaste betalning: {value}"),
    "last_authorized_ore": N_("Dess belopp: {value}"),
    "last_tip_ore": N_("Dess dricks: {value}"),
    "slip_total_ore": N_("Kortkvittot visar {value}"),
}
"""What a query found and a cashier can use; the rest is in the journal."""

_VALUES: Final[dict[str, str]] = {"yes": N_("ja"), "no": N_("nej")}


def slip_told_words(told: Attention) -> str:
    """Tell of a card slip that came outside a payment."""
    facts = Facts(dict(told.facts))
    is_known = facts["receipt_no"] not in ("", "0")
    words = _(SLIP_AGAIN) if is_known else _(SLIP_FOREIGN)
    return words.format_map(facts)


def attention_title(attention: Attention) -> str:
    """Give the headline of a question or stop."""
    facts = Facts(dict(attention.facts))
    if attention.code == "paper-unknown" and facts["kind"] in PAPERS:
        return _(PAPERS[facts["kind"]]).format_map(facts)
    title = ATTENTIONS.get(attention.code, (N_("Kassan behöver hjälp"), ""))[0]
    return _(title)


def attention_words(attention: Attention) -> tuple[str, ...]:
    """Say what is known about a question or stop, one sentence or fact each."""
    told = dict(attention.facts)
    facts = Facts({**told, "tip_percent": _tip_percent(told)})
    rows = []
    if attention.code == "paper-unknown" and facts["kind"] == "copy":
        rows.append(_(COPY).format_map(facts))
    if "is_restored" in told:
        rows.append(_(RESTORED))
    elif told.get("is_part"):
        rows.append(_(LATE_PART).format_map(facts))
    elif attention.code in ATTENTIONS:
        rows.append(_(ATTENTIONS[attention.code][1]).format_map(facts))
    if facts["reason"] in HOLD_REASONS:
        rows.append(_(HOLD_REASONS[facts["reason"]]).format_map(facts))
    if attention.code == LATE_CODE:
        rows += _late_rows(facts)
    if facts["reversal_service_id"] not in ("", "0"):
        rows.append(_("Terminalen sade inte att återföringen blev gjord. Läs dess kvitto."))
    if facts["started_at"]:
        at = datetime.fromisoformat(facts["started_at"])
        rows.append(_("Startad {at}.").format(at=date_and_time(at)))
    if facts["slip_ore"] and int(dict(attention.facts)["slip_ore"]):
        rows.append(_("Kassan har fått ett kortkvitto: GODKÄNT {slip_ore}.").format_map(facts))
    for name, value in attention.facts:
        if name.startswith("evidence_"):
            rows.append(_evidence(str(value)))
    # Both copies of a slip say the same.
    rows = list(dict.fromkeys(row for row in rows if row))
    if facts["text"]:
        rows.append(_said_by_device(facts["text"]))
    return tuple(rows)


def charged_words(attention: Attention, total_ore: int, tip_max_percent: int) -> str:
    """Ask whether a card paid this total; what it would mean is told, and what speaks against."""
    facts = dict(attention.facts)
    slip_ore = int(facts.get("slip_ore", 0))
    # What the card pays of the sale: where the till asked for the tip, more was asked for.
    requested_ore = int(facts.get("requested_ore", facts.get("asked_ore", 0)))
    parts = []
    if slip_ore and total_ore != slip_ore:
        words = _("VARNING: kassan har fått terminalens kortkvitto GODKÄNT {slip}, inte {total}.")
        parts.append(words.format(slip=kronor(slip_ore), total=kronor(total_ore)))
    parts.append(_("Terminalen visar GODKÄNT {total}.").format(total=kronor(total_ore)))
    if total_ore > requested_ore > 0:
        tip = {"tip_ore": total_ore - requested_ore, "requested_ore": requested_ore}
        percent = _tip_percent(tip)
        words = _("Det är {tip} i dricks, {percent} % av beloppet.")
        if percent > tip_max_percent:
            words = _(
                "VARNING: det är {tip} i dricks, {percent} % av beloppet; gränsen är {limit} %."
            )
        tip_text = kronor(tip["tip_ore"])
        parts.append(words.format(tip=tip_text, percent=percent, limit=tip_max_percent))
    elif total_ore < requested_ore:
        words = _("Det är {rest} mindre än begärt: resten återstår att betala.")
        parts.append(words.format(rest=kronor(requested_ore - total_ore)))
    parts.append(_("Beslutet skrivs i journalen. Är det så?"))
    return " ".join(parts)


def must_answer_words(attention: Attention) -> str:
    """Say why a key does nothing while a question stands, and which keys do."""
    if attention.code == LATE_CODE or attention.code.startswith("paper-"):
        return _("Svara på frågan först, eller tryck Esc för att svara senare.")
    if attention.code.startswith("unit-"):
        return _("Vänta: köpet är betalt men saknar kontrollkod. Inget annat går innan den kommit.")
    if attention.code == "card-held":
        return _("Vänta: kortet är draget men köpet behöver ditt beslut. Svara på frågan först.")
    return _("Vänta: kortköpet är oklart. Svara på frågan, eller låt kassan fråga terminalen.")


def no_paper_words(attention: Attention) -> tuple[str, ...]:
    """Say that a customer has no paper and can get none from the till, and what may be done."""
    facts = Facts(dict(attention.facts))
    return tuple(_(words).format_map(facts) for words in NO_PAPER)


def next_try_words(attention: Attention) -> str:
    """Say who asks the control unit again about a paid sale: the till, or a person."""
    if Facts(dict(attention.facts))["waits_for_person"] == "1":
        return _("Kassan försöker inte mer av sig själv. Tryck 1 när felet är rättat.")
    return _("Kassan försöker igen av sig själv.")


def _late_rows(facts: Mapping[str, str]) -> list[str]:
    """Say of which card and sale a late approval is, and whether it is being reversed."""
    sale = _("Köp {sale_id}, inget kvitto.")
    if facts["receipt_no"] not in ("", "0"):
        sale = _("Köp {sale_id}, kvitto {receipt_no}.")
    rows = [sale.format_map(facts)]
    if facts["card"]:
        rows.append(_("Kort: {card}").format_map(facts))
    if facts["is_reversing"] == "1":
        rows.append(_("Återför betalningen …"))
    return rows


def _evidence(text: str) -> str:
    """Say one `key=value` of a query; empty for what no cashier can use."""
    name, _mark, value = text.partition("=")
    words = EVIDENCE.get(name)
    if words is None:
        return ""
    if name.endswith("_ore") and value.lstrip("-").isdigit():
        return _(words).format(value=kronor(int(value)))
    known = CONDITIONS.get(value) or _VALUES.get(value)
    return _(words).format(value=_(known) if known else device_words(value))


def _tip_percent(facts: Mapping[str, str | int]) -> int:
    """Give a tip in percent of what was asked, rounded up: what breaks a limit is above it."""
    tip_ore, asked_ore = int(facts.get("tip_ore", 0)), int(facts.get("requested_ore", 0))
    return -(-tip_ore * 100 // asked_ore) if asked_ore > 0 else 0
