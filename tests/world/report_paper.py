"""Holds an X or Z on paper against the world's own sums, label by label."""

from collections.abc import Iterator

from tests.world.fold import Figures
from tests.world.read_paper import Figure, ReportPaper

_MEANS = {"card": "Kort", "cash": "Kontant"}
_TENDERS = "Försäljning per betalmedel"
_TIPS = "Dricks per betalmedel (ej omsättning)"
_TIPPED = "Dricks per kassör"
_CHARGED = "Debiterat per betalmedel (försäljning och dricks)"
_GROUPS = "Försäljning per varugrupp"
_NONE: Figure = (None, 0)


def check_report(paper: ReportPaper, figures: Figures) -> Iterator[str]:
    """Say where a report's paper tells something else than the journal adds up to (I5)."""
    name = "X" if paper.number is None else f"Z {paper.number}"
    if paper.vat != figures["vat"]:
        yield f"I5 paper of {name} shows VAT {paper.vat}, the journal {figures['vat']}"
    wanted = _rows_of(figures)
    for key in sorted(paper.rows.keys() | wanted.keys()):
        if paper.rows.get(key) != wanted.get(key):
            yield f"I5 paper of {name}: {key} is {paper.rows.get(key)}, not {wanted.get(key)}"


def _rows_of(figures: Figures) -> dict[tuple[str, str], Figure]:
    """Give every row with a figure that must stand on the paper."""
    grand_ore, grand_returns_ore = figures["grand"]
    corrected = "Rättelser och annat som minskat försäljningen"
    rows: dict[tuple[str, str], Figure] = {
        ("", "Total försäljning"): (None, figures["sales"]),
        ("", "Försäljning efter returer"): (None, figures["sales"]),
        ("Moms per momssats", "Moms totalt"): (
            None,
            sum(vat_ore for _, vat_ore in figures["vat"].values()),
        ),
        ("", "Växelkassa vid start"): (None, figures["float"]),
        ("", "Ändringar av växelkassan"): (0, 0),
        ("", "Antal sålda varor"): (None, figures["goods"]),
        ("", "Antal sålda tjänster"): (None, figures["services"]),
        ("", "Antal kassakvitton"): (None, figures["receipts"] * 1000),
        ("", "Antal lådöppningar utan försäljning"): (None, figures["drawer"] * 1000),
        ("", "Kvittokopior"): figures["copies"],
        ("", "Övningsregistreringar"): (0, 0),
        (_TENDERS, "Öresavrundning"): (None, figures["rounding"]),
        ("", "Returer"): (0, 0),
        ("", "Rabatter"): (0, 0),
        ("", corrected): figures["corrections"],
        ("", "Oavslutade försäljningar"): (0, 0),
        ("", "Grand total försäljning"): (None, grand_ore),
        ("", "Grand total retur"): (None, grand_returns_ore),
        ("", "Grand total netto"): (None, grand_ore - grand_returns_ore),
        ("", "Förväntade kontanter i lådan"): (None, figures["cash"]),
        ("", "Återförda kortköp"): figures["reversed"],
    }
    for heading, name in (
        (_TENDERS, "tenders"),
        (_TIPS, "tips"),
        (_TIPPED, "tips by operator"),
        (_CHARGED, "charged"),
    ):
        rows |= {(heading, _MEANS.get(one, one)): told for one, told in figures[name].items()}
        if not figures[name]:
            rows[heading, "Inga"] = _NONE
    rows |= {(_GROUPS, one): (None, ore) for one, (_, ore) in figures["groups"].items()}
    if not figures["groups"]:
        rows[_GROUPS, "Inga"] = _NONE
    return rows
