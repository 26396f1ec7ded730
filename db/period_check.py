"""Holds the running totals of the open period against its stored receipts before a Z is taken.

A byte of the disk that changed under the till would make a wrong Z for ever: the sums that carry
money are made anew by other code, over the receipts of this period only, so that a Z does not slow
down with the years (reliability F45, I5). `blipp verify` looks at everything else.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Engine

from core.errors import StoreDamaged
from db.start_checks import check_start

_RECEIPTS: Final = """SELECT 'sales', '', count(*), coalesce(sum(total_ore), 0) FROM receipt
  WHERE period_no = ?1"""
_TENDERS: Final = """SELECT 'tender', json_extract(part.value, '$.kind'), count(*),
  sum(json_extract(part.value, '$.amount_ore'))
  FROM receipt, json_each(receipt.body, '$.tenders') AS part WHERE period_no = ?1 GROUP BY 2"""
_TIPS: Final = """SELECT 'tip-tender', json_extract(part.value, '$.kind'), count(*),
  sum(json_extract(part.value, '$.tip_ore'))
  FROM receipt, json_each(receipt.body, '$.tenders') AS part
  WHERE period_no = ?1 AND json_extract(part.value, '$.tip_ore') <> 0 GROUP BY 2"""
_VAT: Final = """SELECT 'vat', CAST(json_extract(part.value, '$.rate_bp') AS TEXT), count(*),
  sum(json_extract(part.value, '$.vat_ore'))
  FROM receipt, json_each(receipt.body, '$.vat') AS part WHERE period_no = ?1 GROUP BY 2"""
_GROSS: Final = """SELECT 'vat-gross', CAST(json_extract(part.value, '$.rate_bp') AS TEXT),
  count(*), sum(json_extract(part.value, '$.gross_ore'))
  FROM receipt, json_each(receipt.body, '$.vat') AS part WHERE period_no = ?1 GROUP BY 2"""
_ROUNDING: Final = """SELECT 'rounding', '', count(*),
  sum(json_extract(body, '$.rounding_ore')) FROM receipt
  WHERE period_no = ?1 AND json_extract(body, '$.rounding_ore') <> 0 HAVING count(*) > 0"""
_GRAND: Final = """SELECT 'grand-sales', '', count(*), coalesce(sum(total_ore), 0) FROM receipt
  WHERE ?1 >= 0"""
_STORED: Final = """SELECT section, name, count, sum_ore FROM total WHERE period_no = ?
  AND section IN ('sales', 'tender', 'tip-tender', 'vat', 'vat-gross', 'rounding', 'grand-sales')"""

Sums = dict[tuple[str, str], tuple[int, int]]


def check_before_z(engine: Engine, period_no: int) -> None:
    """Check pages, schema, the journal's tail and the period's money. Raises StoreDamaged."""
    check_start(engine)
    parts = (_RECEIPTS, _TENDERS, _TIPS, _VAT, _GROSS, _ROUNDING)
    for period, statements in ((period_no, parts), (0, (_GRAND,))):
        made, stored = (
            dict(_sums(engine, period, statements)),
            dict(_sums(engine, period, (_STORED,))),
        )
        for key in sorted({*made, *stored}):
            if made.get(key, (0, 0)) != stored.get(key, (0, 0)):
                raise StoreDamaged(reason="totals-differ", section=key[0], name=key[1])


def _sums(
    engine: Engine, period_no: int, statements: tuple[str, ...]
) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    with engine.connect() as connection:
        for statement in statements:
            for section, name, count, sum_ore in connection.exec_driver_sql(
                statement, (period_no,)
            ):
                yield (str(section), str(name)), (int(count), int(sum_ore))
