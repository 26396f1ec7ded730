"""What a shop has before it has anything of its own: VAT rates, and a panel with cash and card."""

from typing import Final

from core.layout_file import default_layout
from core.ports import Clock
from core.vat_table import STANDARD_VAT_RATES
from db.catalog import CatalogueStore
from db.catalog_writer import CatalogueWriter
from db.store import SqliteStore
from db.unit_of_work import SqliteUnitOfWork

OPERATOR: Final = "blipp"
"""Who made the shop, in the journal."""


def fill_new_shop(store: SqliteStore, clock: Clock) -> bool:
    """Give a shop its VAT rates and a panel where it has none; False when nothing was missing."""
    catalogue = CatalogueStore()
    with store.unit_of_work() as uow:
        is_filled = add_missing(uow, catalogue, clock)
        uow.commit()
    if is_filled:
        store.reload_catalogue()
    return is_filled


def add_missing(uow: SqliteUnitOfWork, catalogue: CatalogueStore, clock: Clock) -> bool:
    """Add rates and panel within the caller's unit of work, journalled."""
    connection = uow.connection
    writer = CatalogueWriter(uow, catalogue, clock.now(), OPERATOR)
    has_rates = bool(catalogue.vat_rates(connection))
    has_panel = bool(catalogue.quick_keys(connection))
    if not has_rates:
        writer.put_vat_rates(STANDARD_VAT_RATES)
    if not has_panel:
        writer.replace_layout(default_layout(catalogue.departments(connection)))
    return not (has_rates and has_panel)
