"""The article file (contract.md 2.1): CSV text to articles and back, all or nothing.

Every row is read even after a bad one, so that the shop gets one list of all that is wrong instead
of one fault per try; with any fault no article is given out. What is judged is the catalogue as it
would be afterwards: rows over what is known. There number, PLU and EAN are unique across all three
together, so that Enter is never ambiguous; two articles may swap their codes in one file.

An EAN is kept as written; UPC-A with twelve digits and with a leading zero are one code
(core.barcode). A cell that begins with `=`, `+`, `-` or `@` is a name like any other: this file is
data for a till, and nothing in the house runs it.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Final

from core.article_rows import Cells, RowError, RowFault, read_cell, read_row, write_cell
from core.barcode import twin_of
from core.catalog import Article, Department
from core.frozen import frozen
from core.money import format_plain
from core.text import clean

FILE_BYTES_MAX: Final = 20_000_000
ROWS_MAX: Final = 100_000
CELL_LENGTH_MAX: Final = 200

COLUMNS: Final = (
    "number",
    "ean",
    "plu",
    "name",
    "price",
    "department",
    "vat",
    "kind",
    "unit",
    "deposit",
)
COLUMNS_NEEDED: Final = ("number", "name", "price", "department", "vat")
"""A file without one of these is refused; what a missing other column holds stays as it is."""


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """What is in the catalogue before the file."""

    articles: Mapping[str, Article] = field(default_factory=dict)
    """By number."""
    departments: Mapping[str, Department] = field(default_factory=dict)
    """By name."""


@frozen
class ArticleRow:
    """One good row."""

    row: int
    """As a spreadsheet counts: the names of the columns are row 1."""
    article: Article
    department: Department


@frozen
class ArticleFile:
    """What a file holds: rows, or what is wrong with it; never both."""

    rows: tuple[ArticleRow, ...] = ()
    errors: tuple[RowError, ...] = ()
    """By row, then in the order of the columns."""

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles in the order of the file."""
        return tuple(row.article for row in self.rows)

    @property
    def departments(self) -> tuple[Department, ...]:
        """The departments in the order in which the file first names them."""
        return tuple({row.department.name: row.department for row in self.rows}.values())


@frozen
class ArticleChange:
    """What an import did to one article; goes to the journal (sweden R10)."""

    before: Article | None
    """None = the article is new."""
    after: Article

    @property
    def is_price_changed(self) -> bool:
        """Say whether the price is another one than before; a new article has a new price."""
        return self.before is None or self.before.price_ore != self.after.price_ore


@frozen
class CatalogueChanges:
    """What an import did; articles that stay as they were are not in it."""

    departments: tuple[Department, ...] = ()
    """New ones only: an import never changes the VAT of a department."""
    articles: tuple[ArticleChange, ...] = ()


def changes_of(file: ArticleFile, known: CatalogueView) -> CatalogueChanges:
    """Say what `file` adds and changes in `known`. The file must have no errors."""
    assert not file.errors
    before = known.articles
    return CatalogueChanges(
        tuple(each for each in file.departments if each.name not in known.departments),
        tuple(
            ArticleChange(before.get(each.number), each)
            for each in file.articles
            if before.get(each.number) != each
        ),
    )


def parse_article_bytes(data: bytes, known: CatalogueView) -> ArticleFile:
    """Read the bytes of a file. At most FILE_BYTES_MAX; larger ones need not be read at all."""
    if len(data) > FILE_BYTES_MAX:
        return _refused(RowError(0, "", RowFault.FILE_TOO_LARGE, str(len(data))))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        row = data.count(b"\n", 0, exc.start) + 1
        return _refused(RowError(row, "", RowFault.NOT_UTF8, data[exc.start : exc.end].hex()))
    return parse_articles(text, known)


def parse_articles(text: str, known: CatalogueView) -> ArticleFile:
    """Read the text of a file over what is known; see the module for what is judged."""
    text = text.removeprefix("\ufeff")
    if len(text) > FILE_BYTES_MAX:
        return _refused(RowError(0, "", RowFault.FILE_TOO_LARGE, str(len(text))))
    records = _records(text)
    if isinstance(records, RowError):
        return _refused(records)
    header, body = records
    wrong_columns = _header_errors(header)
    if wrong_columns:
        return ArticleFile(errors=tuple(wrong_columns))
    errors: list[RowError] = []
    rows: list[ArticleRow] = []
    bad_numbers: list[tuple[int, str]] = []
    departments = dict(known.departments)
    for row, record in body:
        cells = _cells(row, header, record, errors)
        if cells is None:
            continue
        found = read_row(row, cells, known.articles, departments)
        if isinstance(found, list):
            errors += found
            bad_numbers.append((row, read_cell(cells["number"], CELL_LENGTH_MAX)))
        else:
            rows.append(ArticleRow(row, *found))
    errors += _errors_of_the_whole(rows, bad_numbers, known)
    if errors:
        place = {column: at for at, column in enumerate(COLUMNS)}
        errors.sort(key=lambda error: (error.row, place.get(error.column, -1)))
        return ArticleFile(errors=tuple(errors))
    return ArticleFile(rows=tuple(rows))


def write_articles(
    articles: Iterable[Article], departments: Mapping[str, Department], delimiter: str = ";"
) -> str:
    """Write articles as a file that `parse_articles` reads back as the same articles.

    Every article's department must be among `departments`. Lines end in CR LF (RFC 4180).
    """
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in articles:
        writer.writerow(
            (
                write_cell(each.number),
                each.ean,
                each.plu,
                write_cell(each.name),
                "" if each.price_ore is None else format_plain(each.price_ore),
                write_cell(each.department),
                _vat_word(departments[each.department].vat_code),
                each.kind.value,
                each.unit.value,
                write_cell(each.deposit_number),
            )
        )
    return out.getvalue()


def codes_of(article: Article) -> frozenset[str]:
    """Give every code that Enter takes for this article, both forms of a UPC-A included."""
    codes = {article.number, article.plu, article.ean, twin_of(article.ean)}
    return frozenset(codes - {""})


def _vat_word(vat_code: str) -> str:
    if not vat_code.startswith("fixed:"):
        return vat_code
    return format_plain(int(vat_code.removeprefix("fixed:")))


def _refused(error: RowError) -> ArticleFile:
    return ArticleFile(errors=(error,))


def _records(text: str) -> tuple[Sequence[str], list[tuple[int, list[str]]]] | RowError:
    """Split the text into the header and the numbered rows that hold something."""
    first_line = text.partition("\n")[0]
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=";" if ";" in first_line else ",", strict=True
    )
    row = 0
    body: list[tuple[int, list[str]]] = []
    header: list[str] = []
    try:
        for row, record in enumerate(reader, start=1):
            if row == 1:
                header = [cell.strip().lower() for cell in record]
            elif any(cell.strip() for cell in record):
                body.append((row, record))
            if len(body) > ROWS_MAX:
                return RowError(row, "", RowFault.TOO_MANY_ROWS, str(ROWS_MAX))
    except csv.Error:
        return RowError(row + 1, "", RowFault.BAD_QUOTES, "")
    return header, body


def _header_errors(header: Sequence[str]) -> list[RowError]:
    errors = []
    for at, column in enumerate(header):
        if column not in COLUMNS:
            name = clean(column, CELL_LENGTH_MAX)
            errors.append(RowError(1, name, RowFault.UNKNOWN_COLUMN, ""))
        elif column in header[:at]:
            errors.append(RowError(1, column, RowFault.COLUMN_TWICE, ""))
    missing = [column for column in COLUMNS_NEEDED if column not in header]
    return errors + [RowError(1, column, RowFault.COLUMN_MISSING, "") for column in missing]


def _cells(
    row: int, header: Sequence[str], record: Sequence[str], errors: list[RowError]
) -> Cells | None:
    """Name the cells of one row by their columns; None and an error when that cannot be."""
    if len(record) != len(header):
        fault = RowFault.TOO_MANY_CELLS if len(record) > len(header) else RowFault.TOO_FEW_CELLS
        errors.append(RowError(row, "", fault, str(len(record))))
        return None
    long = [at for at, cell in enumerate(record) if len(cell) > CELL_LENGTH_MAX]
    for at in long:
        errors.append(RowError(row, header[at], RowFault.TOO_LONG, record[at][:20]))
    return None if long else dict(zip(header, record, strict=True))


def _errors_of_the_whole(
    rows: Sequence[ArticleRow], bad_numbers: Sequence[tuple[int, str]], known: CatalogueView
) -> list[RowError]:
    """Judge the catalogue as it would be after the file.

    A row that could not be read still counts as the one that holds its number, so that one fault
    does not make followers that vanish with it.
    """
    numbers: dict[str, int] = {}
    errors = []
    for row, number in sorted([*((each.row, each.article.number) for each in rows), *bad_numbers]):
        if number and numbers.setdefault(number, row) != row:
            at = f"#{numbers[number]}"
            errors.append(RowError(row, "number", RowFault.NUMBER_TWICE, number, at))
    untouched = [each for number, each in known.articles.items() if number not in numbers]
    unread = frozenset(number for _, number in bad_numbers)
    return errors + _code_errors(rows, untouched) + _deposit_errors(rows, untouched, unread)


def _code_errors(rows: Sequence[ArticleRow], untouched: Sequence[Article]) -> list[RowError]:
    owners = {code: each.number for each in untouched for code in codes_of(each)}
    errors = []
    for each in rows:
        article = each.article
        cells = (("number", article.number), ("ean", article.ean), ("plu", article.plu))
        for column, code in cells:
            forms = (code, twin_of(code)) if column == "ean" else (code,)
            holder = next((owners[form] for form in forms if form and form in owners), "")
            if holder not in ("", article.number):
                errors.append(RowError(each.row, column, RowFault.CODE_TAKEN, code, holder))
        for code in codes_of(article):
            owners.setdefault(code, article.number)
    return errors


def _deposit_errors(
    rows: Sequence[ArticleRow], untouched: Sequence[Article], unread: frozenset[str]
) -> list[RowError]:
    after = {each.number: each for each in untouched}
    after.update((each.article.number, each.article) for each in rows)
    errors = []
    for each in rows:
        number = each.article.deposit_number
        if not number or number in unread:
            continue
        deposit = after.get(number)
        fault = RowFault.DEPOSIT_UNKNOWN if deposit is None else _deposit_fault(deposit)
        if fault is not None:
            errors.append(RowError(each.row, "deposit", fault, number))
    # A deposit that others already name may not be changed into something that is none.
    named = {each.deposit_number: each.number for each in untouched if each.deposit_number}
    for each in rows:
        fault = _deposit_fault(each.article)
        holder = named.get(each.article.number, "")
        if holder and fault is not None:
            value = each.article.deposit_number
            column = "deposit" if value else "price"
            errors.append(RowError(each.row, column, fault, value, holder))
    return errors


def _deposit_fault(deposit: Article) -> RowFault | None:
    """Say why an article cannot be the deposit of another one."""
    if deposit.deposit_number:
        return RowFault.DEPOSIT_HAS_DEPOSIT
    return RowFault.DEPOSIT_WITHOUT_PRICE if deposit.price_ore is None else None
