"""What `blipp verify` found, in words. Names of tables, columns and journal kinds stay as they are:
whoever mends a database by hand, or reads docs/journal.md, must find them.
"""

from collections.abc import Mapping
from typing import Final

from db.verify_restored import Gap
from db.verify_rows import Problem
from tui.i18n import N_, _

PROBLEMS: Final[Mapping[str, str]] = {
    "there is no such file": N_("filen finns inte"),
    "is missing or empty, and its log {log} is not": N_(
        "saknas eller är tom, men dess logg {log} ligger kvar: rör den inte, lägg tillbaka filen"
    ),
    "is missing from the schema": N_("saknas i databasens schema"),
    "is changed in the schema": N_("är ändrad i databasens schema"),
    "is no part of the schema": N_("hör inte till databasens schema"),
    "cannot be read: {error}": N_("kan inte läsas: {error}"),
    "SQLite says: {words}": N_("SQLite säger: {words}"),
    "row is missing": N_("raden saknas"),
    "row is missing, the journal says {value}": N_("raden saknas, journalen säger {value}"),
    "row is missing: the witness file names it ({kind} {number})": N_(
        "raden saknas: vittnesfilen nämner den ({kind} {number})"
    ),
    "row is not in the journal": N_("raden finns inte i journalen"),
    "nothing in the journal counts so": N_("inget i journalen räknas så"),
    "hash does not follow from the row and the one before": N_(
        "hash följer inte av raden och den före"
    ),
    "hash is not the one in the witness file": N_("hash är inte den som står i vittnesfilen"),
    "payload does not fit {kind}: {error}": N_("payload passar inte {kind}: {error}"),
    "{name} is {stored}, the journal says {journalled}": N_(
        "{name} är {stored}, journalen säger {journalled}"
    ),
    "{series} {number} does not follow {former}": N_("{series} {number} följer inte på {former}"),
    "{series} {number} was used before": N_("{series} {number} är redan använt"),
    "{kind} names sale {sale_id}, which is not open": N_(
        "{kind} nämner köp {sale_id}, som inte är öppet"
    ),
    "{kind} names no waiting tender of its sale": N_(
        "{kind} nämner ingen betalning som väntar i köpet"
    ),
    "{kind} of receipt {number}, whose copy is {state}": N_(
        "{kind} för kvitto {number}, vars kopia är {state}"
    ),
    "service id {service_id} is no tender of its sale": N_(
        "service_id {service_id} är ingen betalning i köpet"
    ),
    "sale {sale_id} is paid beyond its total": N_("köp {sale_id} är betalt över sin summa"),
    "amount and tip do not add up to what was authorized": N_(
        "belopp och dricks blir inte det som drogs från kortet"
    ),
    "receipt before the first period-opened row": N_("kvitto före den första raden period-opened"),
    "body is not the one of its journal row": N_("body är inte den i journalraden"),
    "body is not the one of its {kind}": N_("body är inte den i dess {kind}"),
    "body is not the one that was queued": N_("body är inte den som ställdes i kö"),
    "body is not the one that came": N_("body är inte den som kom"),
    "rows are found behind the migration that binds them": N_(
        "rader är hittade efter migreringen som binder dem"
    ),
    "{place} {row} is new and was there before": N_("{place} {row} är ny men fanns redan"),
    "slip {slip} is new {is_new}, against the rows before": N_(
        "kortslip {slip} är ny {is_new}, mot raderna före"
    ),
    "body has a field {name}, which no till writes": N_(
        "body har ett fält {name}, som ingen kassa skriver"
    ),
    "body has no field {name}": N_("body saknar fältet {name}"),
    "body is not written as a till writes it": N_("body är inte skriven som en kassa skriver"),
    "body is no JSON object": N_("body är inget JSON-objekt"),
    "body is no JSON: {error}": N_("body är inte JSON: {error}"),
    "numbers go back": N_("nummer går tillbaka"),
    "the witness file tells of other lost rows": N_("vittnesfilen nämner andra förlorade rader"),
    "the witness file tells of lost rows that no restored row explains": N_(
        "vittnesfilen nämner förlorade rader som ingen rad restored förklarar"
    ),
    "control code stands on another receipt": N_("kontrollkoden står på ett annat kvitto"),
    "original is not the stored receipt": N_("originalet är inte det sparade kvittot"),
    "the receipt holds a negative tip": N_("kvittot har negativ dricks"),
    "late approval {number} was told before": N_("sent godkännande {number} är redan berättat"),
    "Z while late approval {number} is unanswered": N_(
        "Z togs medan det sena godkännandet {number} väntade på svar"
    ),
    "value is below {newest}, in use": N_("value är lägre än {newest}, som är i bruk"),
    "no till wrote this line": N_("raden är skadad: ingen kassa har skrivit den"),
    "file cannot be read: {system}": N_("filen kan inte läsas: {system}"),
    "file is missing or empty, the journal holds {count} receipts": N_(
        "filen saknas eller är tom, journalen har {count} kvitton"
    ),
}
"""Each clause of verification -> ours."""

NAMES: Final[Mapping[str, str]] = {
    "body": N_("i body:"),
    "cash given back,": N_("kontant tillbaka:"),
    "old": N_("det gamla värdet,"),
    "base at": N_("moms: underlaget vid"),
    "VAT at": N_("moms: beloppet vid"),
    "x-report": N_("X-rapportens"),
    "z-report": N_("Z-rapportens"),
    "sum of the receipt's lines": N_("summan av kvittots rader"),
    "sum of the receipt's VAT bases": N_("summan av kvittots momsunderlag"),
    "sum of the receipt's tenders": N_("summan av kvittots betalningar"),
    "receipt total": N_("kvittots summa"),
    "receipt rounding": N_("kvittots öresavrundning"),
    "recorded total": N_("summan till kontrollenheten"),
    "recorded VAT": N_("momsen till kontrollenheten"),
    "standing lines": N_("raderna som gäller"),
    "tenders": N_("betalningarna"),
    "tips": N_("dricksen"),
    "voided total": N_("det makulerade köpets summa"),
}
"""Names that are no column or field -> ours; `base at 2500` is named by what stands before."""


def problem_words(problem: Problem) -> str:
    """Name the bad row and say what is wrong with it."""
    facts = {name: str(value) for name, value in problem.facts.items()}
    if "name" in facts:
        facts["name"] = _name(facts["name"])
    template = PROBLEMS.get(problem.template)
    told = _(template).format_map(facts) if template is not None else problem.what
    place = " ".join(part for part in (problem.table, problem.key) if part)
    return f"{place}: {told}"


def gap_words(gap: Gap) -> str:
    """Name what a restored backup left without rows: by whom, and which receipts."""
    numbers = numbers_words(gap.first, gap.last)
    words = _(
        "Lucka: rad {seq}, {at}: säkerhetskopia återlagd av {by}; kvitton utan rader: {numbers}; "
        "numren går vidare på {next_no}."
    )
    if gap.is_same_file:
        words = _(
            "Lucka: rad {seq}, {at}: vittnesfilen förlorad, börjad på nytt av {by}; kvitton utan "
            "rader: {numbers}; numren går vidare på {next_no}."
        )
    next_no = gap.next_receipt_no
    return words.format(seq=gap.seq, at=gap.at, by=gap.by, numbers=numbers, next_no=next_no)


def numbers_words(first: int, last: int) -> str:
    """Name receipts in a row: none, one, or from which to which."""
    if last < first:
        return _("inga")
    return f"{first}-{last}" if last > first else str(first)


def _name(name: str) -> str:
    head, _blank, tail = name.rpartition(" ")
    if name in NAMES:
        return _(NAMES[name])
    return f"{_(NAMES[head])} {tail}" if head in NAMES else name
