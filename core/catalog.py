"""The catalogue as values: articles, departments, quick keys.

A line copies what it needs at the time of sale; nothing here is looked up again for an old sale
(reliability I11). VAT belongs to the department, never to the article.
"""

from enum import StrEnum

from core.frozen import frozen


class ArticleKind(StrEnum):
    """Counted apart on X and Z (sweden 2.3 j and k)."""

    GOODS = "goods"
    SERVICE = "service"


class Unit(StrEnum):
    """What one of it is."""

    PIECE = "st"
    KILOGRAM = "kg"
    LITRE = "l"
    METRE = "m"
    HOUR = "h"


@frozen
class Department:
    """A main group (huvudgrupp); may be sold at an open price from a quick key."""

    name: str
    vat_code: str
    """One of core.vat.VAT_CODES, or `fixed:<basis points>`."""


@frozen
class Article:
    """What is sold."""

    number: str
    """Unique, 1-20 characters."""
    name: str
    """1-60 clean characters; fixed at registration (SKVFS 2014:9 6 kap. 4 §)."""
    department: str
    price_ore: int | None
    """Incl. VAT, per unit; None = asked for at the till."""
    ean: str = ""
    plu: str = ""
    kind: ArticleKind = ArticleKind.GOODS
    unit: Unit = Unit.PIECE
    deposit_number: str = ""
    """Article that follows this one as its deposit (pant), at this one's VAT rate."""


class KeyKind(StrEnum):
    """What a quick key does."""

    ARTICLE = "article"
    """target = article number; `12 3`: several numbers separated by blanks add them all."""
    DEPARTMENT = "department"
    """target = department name: sells what was typed as an open price."""
    TENDER = "tender"
    """target = cash | card: pays what remains at once (digits typed before open the pay screen)."""
    PAGE = "page"
    """target = page number."""
    FUNCTION = "function"
    """target = id of a function in tui/bindings.py."""


@frozen
class QuickKey:
    """One key of the panel, laid out as the letter rows of the keyboard."""

    page: int
    """1 and up."""
    letter: str
    """One of the letters of the Swedish keyboard's three rows, lower case."""
    label: str
    """At most two lines of nine characters are drawn."""
    kind: KeyKind
    target: str
    colour: str = ""
    """Empty, or one of: red, green, yellow, blue, magenta, cyan (16-colour safe)."""


LETTER_ROWS = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
"""The letter rows of a Swedish keyboard, as the panel shows them."""
