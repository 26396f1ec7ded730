"""One row of the article file: cells to one article and its department, or named faults.

What can be judged from the row alone and from the departments is judged here; what needs the other
articles (codes that are taken, deposits) in core.article_file. The words for the faults are made
in tui: here they are codes with the value that was refused.
"""

from collections.abc import Callable, Mapping, MutableMapping
from enum import StrEnum
from typing import Final, TypeVar

from core.barcode import EAN_LENGTHS, is_digits, is_ean
from core.card_secrets import redact
from core.catalog import Article, ArticleKind, Department, Unit
from core.errors import AmountTooLarge, NotAnAmount
from core.frozen import frozen
from core.money import parse_kronor
from core.text import clean
from core.vat import VAT_CODES

NUMBER_LENGTH_MAX: Final = 20
PLU_LENGTH_MAX: Final = 6
NAME_LENGTH_MAX: Final = 60
DEPARTMENT_LENGTH_MAX: Final = 60
VAT_PERCENT_MAX_BP: Final = 9999
"""A control unit takes two digits before the comma (sweden 3.2 and 4.2)."""

_CLEANED_LENGTH_MAX: Final = 800
"""Well above a whole cell: cleaning must not hide that a name is too long."""

T = TypeVar("T")

Cells = Mapping[str, str]
"""The raw cells of one row by the name of their column."""


class RowFault(StrEnum):
    """What is wrong with a row, a column or the file."""

    FILE_TOO_LARGE = "file-too-large"
    NOT_UTF8 = "not-utf8"
    BAD_QUOTES = "bad-quotes"
    TOO_MANY_ROWS = "too-many-rows"
    UNKNOWN_COLUMN = "unknown-column"
    COLUMN_TWICE = "column-twice"
    COLUMN_MISSING = "column-missing"
    TOO_MANY_CELLS = "too-many-cells"
    TOO_FEW_CELLS = "too-few-cells"
    TOO_LONG = "too-long"
    EMPTY = "empty"
    HOLDS_BLANK = "holds-blank"
    """An article number with a blank could not stand in a quick key's list of numbers."""
    NOT_DIGITS = "not-digits"
    EAN_LENGTH = "ean-length"
    EAN_CHECK_DIGIT = "ean-check-digit"
    NOT_AN_AMOUNT = "not-an-amount"
    AMOUNT_TOO_LARGE = "amount-too-large"
    NEGATIVE_PRICE = "negative-price"
    UNKNOWN_VAT = "unknown-vat"
    VAT_DIFFERS = "vat-differs"
    """Not the VAT of the row's department; `other` tells that one."""
    UNKNOWN_KIND = "unknown-kind"
    UNKNOWN_UNIT = "unknown-unit"
    NUMBER_TWICE = "number-twice"
    """`other` tells the earlier row as `#4`."""
    CODE_TAKEN = "code-taken"
    """`other` tells the number of the article that has it as EAN, PLU or number."""
    DEPOSIT_UNKNOWN = "deposit-unknown"
    DEPOSIT_HAS_DEPOSIT = "deposit-has-deposit"
    DEPOSIT_WITHOUT_PRICE = "deposit-without-price"


@frozen
class RowError:
    """One fault, so that the shop finds the cell."""

    row: int
    """As a spreadsheet counts: the names of the columns are row 1; 0 = the whole file."""
    column: str
    """Empty = the whole row."""
    fault: RowFault
    value: str
    """What stood there, cleaned."""
    other: str = ""
    """What it collides with, see RowFault."""


_FORMULA: Final = tuple("=+-@'")
"""What a spreadsheet would calculate when a cell begins with it; and the mark that prevents it."""


def read_cell(text: str, length_max: int) -> str:
    """Clean a cell, and take off the mark that `write_cell` put before it."""
    cleaned = clean(text, length_max)
    return cleaned[1:] if cleaned[:1] == "'" and cleaned[1:].startswith(_FORMULA) else cleaned


def write_cell(text: str) -> str:
    """Mark a text that a spreadsheet would take for a formula (reliability S7)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Refused(Exception):
    """Ends the reading of one cell."""

    def __init__(self, fault: RowFault, other: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.other = other


class _Row:
    """The cells of one row; collects what is wrong with each."""

    def __init__(self, row: int, cells: Cells) -> None:
        self._row = row
        self._cells = cells
        self.errors: list[RowError] = []

    def read(self, column: str, rule: Callable[[str], T], kept: T) -> T:
        """Read one cell by its rule; `kept` when the file has no such column or it is bad."""
        if column not in self._cells:
            return kept
        text = read_cell(self._cells[column], _CLEANED_LENGTH_MAX)
        try:
            return rule(text)
        except _Refused as exc:
            self.errors.append(RowError(self._row, column, exc.fault, text, exc.other))
            return kept


def read_row(
    row: int,
    cells: Cells,
    known: Mapping[str, Article],
    departments: MutableMapping[str, Department],
) -> tuple[Article, Department] | list[RowError]:
    """Read one row, or say everything that is wrong with its cells.

    What is known of the same number fills the columns that the file does not have. A department
    that is not among `departments` is new and is added to them, so that the next row is held
    against it.
    """
    reader = _Row(row, cells)
    number = reader.read("number", _number, "")
    before = known.get(number) or Article(number, "", "", None)
    department_name = reader.read("department", _text_rule(DEPARTMENT_LENGTH_MAX), "")
    vat_code = reader.read("vat", lambda text: _vat(text, departments.get(department_name)), "")
    article = Article(
        number=number,
        name=reader.read("name", _name, ""),
        department=department_name,
        price_ore=reader.read("price", _price, None),
        ean=reader.read("ean", _ean, before.ean),
        plu=reader.read("plu", _plu, before.plu),
        kind=reader.read("kind", _kind, before.kind),
        unit=reader.read("unit", _unit, before.unit),
        deposit_number=reader.read("deposit", _deposit, before.deposit_number),
    )
    if department_name and vat_code:
        departments.setdefault(department_name, Department(department_name, vat_code))
    return reader.errors or (article, departments[department_name])


def _text_rule(length_max: int) -> Callable[[str], str]:
    def rule(text: str) -> str:
        if not text:
            raise _Refused(RowFault.EMPTY)
        if len(text) > length_max:
            raise _Refused(RowFault.TOO_LONG)
        return text

    return rule


def _name(text: str) -> str:
    return redact(_text_rule(NAME_LENGTH_MAX)(text))


def _number(text: str) -> str:
    if " " in text:
        raise _Refused(RowFault.HOLDS_BLANK)
    return _text_rule(NUMBER_LENGTH_MAX)(text)


def _deposit(text: str) -> str:
    return _number(text) if text else ""


def _ean(text: str) -> str:
    if not text:
        return ""
    if not is_digits(text):
        raise _Refused(RowFault.NOT_DIGITS)
    if len(text) not in EAN_LENGTHS:
        raise _Refused(RowFault.EAN_LENGTH)
    if not is_ean(text):
        raise _Refused(RowFault.EAN_CHECK_DIGIT)
    return text


def _plu(text: str) -> str:
    if not text:
        return ""
    if not is_digits(text):
        raise _Refused(RowFault.NOT_DIGITS)
    if len(text) > PLU_LENGTH_MAX:
        raise _Refused(RowFault.TOO_LONG)
    return text


def _price(text: str) -> int | None:
    if not text:
        return None
    price_ore = _hundredths(text, RowFault.NOT_AN_AMOUNT)
    if price_ore < 0:
        raise _Refused(RowFault.NEGATIVE_PRICE)
    return price_ore


def _hundredths(text: str, fault: RowFault) -> int:
    try:
        return parse_kronor(text)
    except NotAnAmount as exc:
        raise _Refused(fault) from exc
    except AmountTooLarge as exc:
        raise _Refused(RowFault.AMOUNT_TOO_LARGE) from exc


def _vat(text: str, department: Department | None) -> str:
    """Read a word or a percentage, and hold it against the VAT that the department has."""
    vat_code = text.lower()
    if vat_code not in VAT_CODES:
        if not text:
            raise _Refused(RowFault.EMPTY)
        # Hundredths of a percent are read like hundredths of a krona.
        rate_bp = _hundredths(text.removesuffix("%"), RowFault.UNKNOWN_VAT)
        if text.startswith("-") or rate_bp > VAT_PERCENT_MAX_BP:
            raise _Refused(RowFault.UNKNOWN_VAT)
        vat_code = f"fixed:{rate_bp}"
    if department is not None and department.vat_code != vat_code:
        raise _Refused(RowFault.VAT_DIFFERS, department.vat_code)
    return vat_code


def _kind(text: str) -> ArticleKind:
    try:
        return ArticleKind(text.lower()) if text else ArticleKind.GOODS
    except ValueError as exc:
        raise _Refused(RowFault.UNKNOWN_KIND) from exc


def _unit(text: str) -> Unit:
    try:
        return Unit(text.lower()) if text else Unit.PIECE
    except ValueError as exc:
        raise _Refused(RowFault.UNKNOWN_UNIT) from exc
