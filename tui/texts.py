"""Words and figures that people read on the screens: amounts, times, errors, devices' states.

The only place, beside attention_texts, where a code or a device's state becomes language. The
texts are Swedish and go through gettext; facts that come from outside are cleaned by the drawing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from core.facts import PrinterCondition, TerminalState
from core.money import format_kronor
from core.receipt import Receipt
from core.tender import TenderKind
from tui.device_words import device_words
from tui.i18n import N_, _


def amount(amount_ore: int) -> str:
    """Write an amount: `1 249,00`."""
    return format_kronor(amount_ore)


def kronor(amount_ore: int) -> str:
    """Write an amount with its currency: `1 249,00 kr`."""
    return _("{amount} kr").format(amount=format_kronor(amount_ore))


def spaced(amount_ore: int) -> str:
    """Write an amount large: `1 2 4 9 , 0 0`, with more room where the thousands part."""
    return " ".join(format_kronor(amount_ore))


def quantity(quantity_milli: int, unit: str) -> str:
    """Write a quantity: `3`, `0,435 kg`."""
    whole, part = divmod(abs(quantity_milli), 1000)
    sign = "-" if quantity_milli < 0 else ""
    number = f"{sign}{whole}" + (f",{part:03d}" if part else "")
    return number if unit == "st" else f"{number} {unit}"


def date_and_time(at: datetime) -> str:
    """Write a date and time: `2026-05-01 14:32`."""
    return f"{at:%Y-%m-%d %H:%M}"


def seconds(count: int) -> str:
    """Write a passed time: `0:07`."""
    return f"{count // 60}:{count % 60:02d}"


class Facts(Mapping[str, str]):
    """Facts of an error as text, for the fields of a sentence; a missing one is empty."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        self._facts = facts

    def __getitem__(self, name: str) -> str:
        value = self._facts.get(name)
        if value is None:
            return ""
        if name.endswith("_ore") and isinstance(value, int):
            return kronor(value)
        return str(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


ERRORS: Final[dict[str, str]] = {
    "till": N_("Något gick fel i kassan."),
    "rule": N_("Det går inte nu."),
    "not-an-amount": N_("{text} är inget belopp. Skriv kronor, till exempel 25 eller 24,50."),
    "not-an-amount/no-code": N_("{text} är ett belopp: tryck en knapp för varugrupp, eller +."),
    "amount-too-large": N_("Beloppet är för stort."),
    "quantity-out-of-range": N_("Antalet går inte. Skriv till exempel 3* eller 0,435* före varan."),
    "quantity-out-of-range/by-piece": N_("{name} säljs styckvis: skriv ett helt antal före *."),
    "quantity-out-of-range/no-code": N_("Skanna eller skriv varan efter antalet."),
    "unknown-article": N_("Okänd vara: {entry}"),
    "price-missing": N_("{name} har inget fast pris: skriv priset först."),
    "price-missing/zero": N_("Priset är 0: skriv vad varan kostar."),
    "price-not-open": N_("{name} har fast pris: ta bort siffrorna, eller skriv * efter ett antal."),
    "vat-rate-missing": N_("Momssatsen för varan gäller inte i dag."),
    "sale-not-open": N_("Det går inte nu: köpet betalas."),
    "sale-not-open/part-paid": N_(
        "En del är redan betald: ge tillbaka den först, med - i betalningen."
    ),
    "nothing-to-correct": N_("Det finns ingen rad att ta bort."),
    "nothing-to-pay": N_("Det finns inget att betala. Lägg in en vara först."),
    "nothing-to-pay/costs-nothing": N_(
        "Köpet kostar inget: kortet behövs inte. Avsluta det med jämna kontanter."
    ),
    "nothing-to-repeat": N_("Det finns ingen vara att upprepa."),
    "nothing-to-repeat/after-payment": N_(
        "Enter upprepar ingen vara direkt efter en betalning: tryck varan."
    ),
    "tender-exceeds-remaining": N_("Beloppet är mer än det som återstår, {remaining_ore}."),
    "nothing-to-give-back": N_("Det finns ingen betald del att ge tillbaka."),
    "nothing-to-give-back/not-last": N_(
        "Kortbetalningen är inte terminalens senaste och kan inte återföras härifrån."
    ),
    "cash-not-whole": N_("Kontanter tas i hela kronor."),
    "tender-exceeds-remaining/below-asked": N_("Summan är mindre än det begärda beloppet."),
    "tender-exceeds-remaining/change": N_("För stort belopp: skannade du en vara?"),
    "tip-below-amount": N_("{total_ore} är mindre än beloppet {asked_ore}. Skriv hela summan."),
    "tip-too-large": N_("Dricksen {tip_ore} är för stor: högst {percent} %."),
    "card-not-configured": N_("Ingen kortterminal är ansluten till kassan."),
    "unit-not-ready": N_("Kontrollenheten är inte redo: kassan kan inte sälja. {text}"),
    "unit-not-ready/simulator-refused": N_(
        "Kontrollenheten är en simulator och får bara användas i övningsläge."
    ),
    "unit-not-ready/unit-changed": N_(
        "Det är en annan kontrollenhet än den som skrev under det senaste kvittot: kassan kan inte "
        "sälja. Är den utbytt, skriv dess nummer i [control_unit] unit_id (blipp doctor visar det)."
    ),
    "unit-not-ready/copy-waits": N_(
        "En kvittokopia väntar på kontrollkod: kassan kan inte ta betalt än."
    ),
    "payment-in-progress": N_("En betalning pågår. Avsluta den först."),
    "payment-in-progress/asking-terminal": N_(
        "Kassan måste först höra terminalens senaste betalning. Vänta en stund, eller ta kontant."
    ),
    "payment-in-progress/late-approval": N_(
        "Ett kort blev draget i efterhand. Svara på den frågan innan nästa kort."
    ),
    "payment-in-progress/still-running": N_(
        "Terminalen håller fortfarande på med betalningen. Avbryt den på terminalen."
    ),
    "store-damaged/journal-behind-witness": N_(
        "Databasen är äldre än sitt vittne: kassan får inte sälja. Kör blipp verify. En "
        "säkerhetskopia läggs tillbaka med blipp restore."
    ),
    "store-damaged/database-gone": N_(
        "Databasen saknas: {file} finns inte eller är tom, men vittnesfilen har sett kassan sälja. "
        "Sitter disken i? Lägg tillbaka filen, och starta igen. Är den borta för gott: blipp "
        "restore med en säkerhetskopia."
    ),
    "store-damaged/database-gone-log-left": N_(
        "Databasen saknas: {file} finns inte eller är tom, men dess logg {log} ligger kvar, med de "
        "senaste köpen. Rör inte loggen. Lägg tillbaka databasen bredvid den, och starta igen. Är "
        "den borta för gott: blipp restore med en säkerhetskopia."
    ),
    "store-damaged/witness-missing": N_(
        "Vittnesfilen saknas: {file} finns inte. Utan den kan ett kvittonummer komma två gånger: "
        "kassan får inte sälja. Sitter disken i? Anslut den eller lägg tillbaka filen, och starta "
        "igen. Är den borta för gott: blipp restore --same-file, med sista kvittot till hands."
    ),
    "store-damaged/witness-empty": N_(
        "Vittnesfilen är tom: {file}. Utan den kan ett kvittonummer komma två gånger: kassan får "
        "inte sälja. Lägg tillbaka den rätta filen och starta igen. Är den borta för gott: blipp "
        "restore --same-file, med sista kvittot till hands."
    ),
    "store-damaged/witness-unreadable": N_(
        "Vittnesfilen kan inte läsas: {file} ({system}). Kassan får inte sälja utan den. Laga "
        "disken eller ge kassan rätt till filen, och starta igen. Går det inte: skriv en annan "
        "plats i [data] witness och lägg en kopia av filen där."
    ),
    "report-not-allowed": N_("Z-rapport går inte: ett köp väntar på kort eller kontrollkod."),
    "report-not-allowed/card": N_("Z-rapport går inte: en kortbetalning pågår eller är oklar."),
    "report-not-allowed/code": N_("Z-rapport går inte: ett betalt köp väntar på sin kontrollkod."),
    "report-not-allowed/late-approval": N_(
        "Z-rapport går inte: ett kort blev draget i efterhand och väntar på ditt svar."
    ),
    "not-yet-built": N_("Det finns inte än i denna version."),
    "disk-nearly-full": N_(
        "Disken med {place} är nästan full ({free_mb} MB ledigt, {wanted_mb} behövs): kassan tar "
        "inte betalt. Ta bort andra filer från den."
    ),
    "illegal-transition": N_("Det går inte i det läge som köpet är i."),
    "device": N_("En apparat svarade fel."),
    "device-unavailable": N_("Apparaten svarar inte."),
    "paper-out": N_("Papperet är slut i skrivaren, eller luckan är öppen."),
    "device-refused": N_("Apparaten nekade."),
    "unit-changed": N_("Det är en annan kontrollenhet än förut."),
    "simulator-refused": N_("Apparaten är en simulator och får bara användas i övningsläge."),
    "outcome-unknown": N_("Ingen vet hur det gick: svaret kom inte fram."),
    "remote-protocol": N_("Apparaten svarade på ett sätt som kassan inte förstår."),
    "store": N_("Databasen kan inte skrivas. Kassan får inte sälja."),
    "store/read-only": N_("Disken kan bara läsas. Kassan får inte sälja: byt eller laga disken."),
    "store/io": N_(
        "Disken kan inte läsas eller skrivas. Kassan är stoppad; en betalning som pågick frågas om "
        "vid nästa start. Byt disk, och gå vidare från en säkerhetskopia med blipp restore."
    ),
    "store/cannot-open": N_("Databasen kan inte öppnas. Kassan får inte sälja."),
    "store/not-allowed": N_("Kassan har inte rätt till sina filer, och får inte sälja. ({file})"),
    "store/copy-full": N_(
        "Det finns inte plats för kopian på disken. Ingen kopia är gjord; kassan kan sälja vidare."
    ),
    "store/few-files": N_(
        "Kassan får bara ha {found} öppna filer och behöver {wanted}: den kan inte sälja. Höj "
        "gränsen (ulimit -n) och starta igen."
    ),
    "store/little-memory": N_(
        "Kassan får bara {found} MB minne och behöver {wanted}: den kan inte sälja. Höj gränsen "
        "(ulimit -v) och starta igen."
    ),
    "store-busy": N_(
        "Databasen används av ett annat program. Inget är ändrat: försök igen om en stund."
    ),
    "store-full": N_(
        "Disken är full. Kassan är stoppad; en betalning som pågick frågas om vid nästa start. "
        "Ta bort andra filer från datorn och starta kassan igen."
    ),
    "store-damaged": N_(
        "Databasen är skadad. Kassan får inte sälja. Kör blipp verify, och gå vidare från en "
        "säkerhetskopia med blipp restore."
    ),
    "store/file-rights": N_(
        "Andra på datorn kan läsa {file}: kassan får inte sälja. Ge filen kassans eget konto, "
        "eller lägg data på en disk som har filrättigheter."
    ),
    "store-damaged/file-replaced": N_(
        "{file} är utbytt eller borttagen medan kassan är igång: kassan får inte sälja. "
        "Kör blipp verify."
    ),
    "store-damaged/totals-differ": N_(
        "Dagens summor följer inte av kvittona ({section}): ingen Z-rapport är tagen och kassan är "
        "stoppad. Kör blipp verify, och gå vidare från en säkerhetskopia med blipp restore."
    ),
    "store-damaged/schema-changed": N_(
        "Databasens schema är ändrat ({kind} {name}): kassan får inte sälja. Kör blipp verify."
    ),
    "store-damaged/chain-broken": N_(
        "Journalens kedja är bruten vid rad {seq}: kassan får inte sälja. Kör blipp verify."
    ),
    "store-damaged/wal-reset-bug": N_(
        "SQLite {sqlite} har ett fel som kan förstöra databasen: kassan får inte sälja. "
        "Installera Blipp på nytt."
    ),
    "store-too-new": N_(
        "Databasen är skriven av en nyare version av Blipp ({migration}): den här får inte sälja "
        "med den. Installera den nyare versionen igen."
    ),
    "store-in-use": N_("En annan kassa använder redan dessa data."),
    "store-damaged/binding-changed": N_(
        "Databasens märkning (övning eller riktig, företag, kassa) är ändrad: kassan får inte "
        "sälja. Kör blipp verify."
    ),
    "config": N_("Inställningen är fel: {file} {key} {nearest}"),
    "config/demo-database": N_(
        "Dessa data är en övningsbutiks och blir aldrig en riktig butiks. Starta med --demo, "
        "eller ange en annan mapp med --data."
    ),
    "config/shop-database": N_(
        "Dessa data är en riktig butiks: öva inte på dem. Starta utan --demo, eller ange en "
        "annan mapp med --data."
    ),
    "config/other-register": N_(
        "Dessa data hör till kassa {found}, inställningarna är för kassa {value}. Använd den "
        "andra kassans inställningar, eller ange en annan mapp med --data."
    ),
    "config/other-shop": N_(
        "Dessa data hör till företaget {found}, inställningarna är för {value}. Använd det "
        "företagets inställningar, eller ange en annan mapp med --data."
    ),
    "bug": N_("Ett fel i programmet. Kassan är stoppad; inget köp är förlorat."),
}
"""By code, or by `code/reason` where a fact tells more."""


def is_told_by_reason(code: str, facts: Mapping[str, object]) -> bool:
    """Say whether the reason of an error has words of its own, so that its facts add nothing."""
    return f"{code}/{facts.get('reason')}" in ERRORS


def error_words(code: str, facts: Mapping[str, object]) -> str:
    """Say what an error means and what may be done next."""
    reason = facts.get("reason") or facts.get("error")
    words = ERRORS.get(f"{code}/{reason}") or ERRORS.get(code) or ERRORS["till"]
    plain = {**facts, "text": device_words(str(facts.get("text", "")))}
    return _(words).format_map(Facts(plain)).strip()


TERMINAL_STATES: Final[dict[TerminalState, str]] = {
    TerminalState.OFF: N_("ingen"),
    TerminalState.CONNECTING: N_("ansluter"),
    TerminalState.LOGGING_IN: N_("loggar in"),
    TerminalState.READY: N_("redo"),
    TerminalState.BUSY: N_("upptagen"),
    TerminalState.MAINTENANCE: N_("underhåll"),
    TerminalState.UNREACHABLE: N_("nås inte"),
    TerminalState.REFUSED: N_("ej tillåten"),
}
"""The link to the card terminal, for the top line."""

PRINTER_CONDITIONS: Final[dict[PrinterCondition, str]] = {
    PrinterCondition.READY: N_("redo"),
    PrinterCondition.PAPER_LOW: N_("papper snart slut"),
    PrinterCondition.PAPER_OUT: N_("PAPPER SLUT"),
    PrinterCondition.COVER_OPEN: N_("LUCKA ÖPPEN"),
    PrinterCondition.UNREACHABLE: N_("nås inte"),
    PrinterCondition.SILENT: N_("svarar inte"),
    PrinterCondition.REFUSED: N_("ej tillåten"),
    PrinterCondition.DISK_FAULT: N_("DISKFEL"),
    PrinterCondition.NONE: N_("ingen"),
}
"""The printer's condition, for the top line."""

TENDERS: Final[dict[str, str]] = {
    TenderKind.CASH: N_("Kontant"),
    TenderKind.CARD: N_("Kort"),
}
"""Payment means."""


def tender_name(kind: str) -> str:
    """Name a payment means."""
    return _(TENDERS.get(kind, kind))


def paid_rows(receipt: Receipt) -> tuple[tuple[str, str], ...]:
    """Tell how a finished receipt was paid, as names and amounts."""
    rows = [(_("Att betala"), amount(receipt.to_pay_ore))]
    for tender in receipt.tenders:
        is_cash = tender.kind == TenderKind.CASH
        paid_ore = tender.given_ore if is_cash else tender.charged_ore
        rows.append((tender_name(tender.kind), amount(paid_ore)))
        if tender.tip_ore:
            rows.append((_("varav dricks"), amount(tender.tip_ore)))
        if tender.change_ore:
            rows.append((_("Växel"), amount(tender.change_ore)))
    return tuple(rows)
