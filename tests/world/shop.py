"""The shop of the world: a database with goods, made once and copied for each day."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from core.article_file import ArticleFile, ArticleRow
from core.catalog import Article, ArticleKind, Department, Unit
from core.payload import canonical
from core.vat_table import STANDARD_VAT_RATES
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.store import SqliteStore
from tests.world.clock import ZONE

FLOAT_ORE: Final = 1_000_00
OPENED: Final = datetime(2026, 1, 2, 8, 0, tzinfo=ZONE)
RATES_BP: Final = {"Lunch": 1200, "Dryck": 2500, "Bröd": 600}
_DEPARTMENTS: Final = {name: Department(name, f"fixed:{rate}") for name, rate in RATES_BP.items()}
ARTICLES: Final = (
    Article("9", "Pant", "Dryck", 1_00),
    Article("1", "Dagens lunch", "Lunch", 139_00),
    Article("2", "Lager 33 cl", "Dryck", 29_50, deposit_number="9"),
    Article("3", "Bulle", "Bröd", 20_90),
    Article("4", "Kuvertavgift", "Lunch", 15_00, kind=ArticleKind.SERVICE),
    Article("5", "Potatis", "Bröd", 24_95, unit=Unit.KILOGRAM),
    Article("6", "Bukett", "Dryck", None),
    Article("7", "[@click=app.quit]Te[/] =1+1", "Bröd", 31_00),
)


@dataclass
class Good:
    """What a cashier knows of one article: its price label."""

    price_ore: int | None
    rate_bp: int
    deposit_ore: int
    by_weight: bool


def price_labels() -> dict[str, Good]:
    """Give the labels on the shelf, by article number."""
    prices = {one.number: one.price_ore or 0 for one in ARTICLES}
    return {
        one.number: Good(
            one.price_ore,
            RATES_BP[one.department],
            prices.get(one.deposit_number, 0),
            one.unit is not Unit.PIECE,
        )
        for one in ARTICLES
    }


def ram_disk() -> Path | None:
    """Give a folder on a ram disk, if there is one."""
    found = Path("/dev/shm")
    return found if found.is_dir() else None


@contextmanager
def made_shop() -> Iterator[Path]:
    """Make the shop in a temporary folder, and remove it after."""
    folder = Path(tempfile.mkdtemp(prefix="blipp-world-", dir=ram_disk()))
    try:
        _fill(folder / "shop.db")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(path: Path) -> None:
    store = SqliteStore(path, OPENED)
    with store.unit_of_work() as uow:
        writer = CatalogueWriter(uow, CatalogueStore(), OPENED, "blipp")
        put_articles(writer)
        writer.put_vat_rates(STANDARD_VAT_RATES)
        uow.put_setting(OPENED, "blipp", "demo", "0")
        period = uow.open_period(OPENED, FLOAT_ORE)
        note = {
            "period_no": period.no,
            "opening_float_ore": period.opening_float_ore,
            "opened_at": period.opened_at.isoformat(),
        }
        uow.append_journal(OPENED, "period-opened", "Anna", canonical(note))
        uow.commit()
    store.close()


def put_articles(writer: CatalogueWriter, *articles: Article) -> None:
    """Put goods into the catalogue: these, or all."""
    rows = [
        ArticleRow(at, one, _DEPARTMENTS[one.department])
        for at, one in enumerate(articles or ARTICLES, start=2)
    ]
    writer.put_articles(ArticleFile(tuple(rows)))
