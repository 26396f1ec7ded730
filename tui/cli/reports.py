"""`blipp report x` and `report z [N]`: the report as text on standard output.

Works on a copy of the database: an X taken here leaves no row in the journal and the till does not
notice it. A Z is never made here, only shown.
"""

import argparse

from core.payload import restore
from core.report_layout import lay_out_report
from core.reports import DayReport
from core.services.reporting import build_report
from core.services.till import Till
from core.store_ports import Period
from db.read_copy import reading_copy
from db.store import SqliteStore
from tui.cli.options import UsageError
from tui.cli.place import Place, place_of
from tui.cli.say import say
from tui.clock import SystemClock
from tui.i18n import _, translator
from tui.register_binding import check_register


def run(options: argparse.Namespace) -> int:
    """Print the report; 1 when there is none."""
    if options.kind == "x" and options.number is not None:
        raise UsageError(_("En X-rapport har inget nummer."))
    place = place_of(options)
    if not place.database.is_file():
        raise UsageError(_("{folder}: där finns ingen butik").format(folder=place.data_dir))
    clock = SystemClock()
    with reading_copy(place.database, clock.now()) as store:
        check_register(store, place.config, is_demo=place.is_demo)
        report: DayReport | None
        if options.kind == "x":
            report = _x_report(store, place, clock)
        else:
            report = _z_report(store, options.number)
    if report is None:
        say(_("Den rapporten finns inte."), is_error=True)
        return 1
    words = translator(place.config.shop.receipt_language)
    say(lay_out_report(report, place.config.printer.width, words).as_text())
    return 0


def _x_report(store: SqliteStore, place: Place, clock: SystemClock) -> DayReport:
    """Build an X as the till would; before its first start that of a period which opens now."""
    from tui.compose import make_rules

    float_ore = place.config.till.opening_float_ore
    period = store.period() or Period(1, clock.now(), float_ore)
    rules = make_rules(place.config, is_demo=place.is_demo)
    till = Till(
        store=store,
        clock=clock,
        rules=rules,
        period=period,
        witness=lambda entry, kind, number: None,
    )
    return build_report(till, number=None)


def _z_report(store: SqliteStore, number: int | None) -> DayReport | None:
    body = store.z_report(number)
    return None if body is None else restore(DayReport, body)
