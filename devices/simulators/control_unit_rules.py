"""What a control unit accepts in a record: formats and relations, field by field.

Shared by both wires of the simulated unit, and written without the drivers' codecs, so that a
mistake there is refused here. Refusals carry the number that a NAK and a Fault have in common.
Source: sweden 3.2, 3.4, 4.2.
"""

from datetime import datetime
from re import compile as compile_pattern

from core.frozen import frozen

INVALID_SEQUENCE = 4
INVALID = 3
NOT_OPERATIONAL = 6
INVALID_REGISTER = 7
MEMORY_FULL = 10
INVALID_SERIAL = 11

_SERIAL = compile_pattern(r"[1-9][0-9]{0,11}")
_DATE = compile_pattern(r"[0-9]{12}")
_REGISTER_ID = compile_pattern(r"[A-Za-z0-9]{1,16}")
_ORG_NO = compile_pattern(r"[0-9]{10}")
_AMOUNT = compile_pattern(r"-?(?:0|[1-9][0-9]*),[0-9]{2}")
_RATE = compile_pattern(r"(?:0|[1-9][0-9]?),[0-9]{2}")
_TYPES = frozenset({"normal", "kopia", "ovning", "profo"})
_AMOUNT_MAX = 14
_VAT_MAX = 4
_ROUNDING_MAX_ORE = 50


class Refused(Exception):
    """The unit says no; `number` as in NAK and Fault."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(number, words)
        self.number = number
        self.words = words


@frozen
class SentRecord:
    """A record as it stood on the wire; None = v1, which sends no serial."""

    serial: str | None
    date: str
    receipt_no: str
    register_id: str
    org_no: str
    total: str
    negative_total: str
    type: str
    vats: tuple[tuple[str, str], ...]
    """Rate and amount; unused lines are left out."""


def check_record(sent: SentRecord) -> None:
    """Check every field and the relation of sales to returns. Raises Refused."""
    if sent.serial is not None:
        _check(_SERIAL.fullmatch(sent.serial), "serial")
    _check(_DATE.fullmatch(sent.date), "date")
    _check_date(sent.date)
    _check(_SERIAL.fullmatch(sent.receipt_no), "receipt id")
    check_pair(sent.register_id, sent.org_no)
    _check(sent.type in _TYPES, "receipt type")
    total_ore = _amount(sent.total, "total")
    negative_ore = _amount(sent.negative_total, "negative total")
    _check(negative_ore >= 0, "negative total")
    _check(len(sent.vats) <= _VAT_MAX, "vat")
    vat_amounts_ore = []
    for rate, amount in sent.vats:
        _check(_RATE.fullmatch(rate), "vat rate")
        vat_amounts_ore.append(_amount(amount, "vat amount"))
    # Total is sales less returns, cash rounding included; so what is negative came from returns.
    _check(negative_ore + _ROUNDING_MAX_ORE >= -total_ore, "sales and returns")
    _check(negative_ore > 0 or all(ore >= 0 for ore in vat_amounts_ore), "sales and returns")


def check_pair(register_id: str, org_no: str) -> None:
    """Check the form of register id and organisation number. Raises Refused."""
    _check(_REGISTER_ID.fullmatch(register_id), "register id")
    _check(_ORG_NO.fullmatch(org_no), "org no")


def _check_date(date: str) -> None:
    try:
        datetime.strptime(date, "%Y%m%d%H%M").astimezone()
    except (ValueError, OverflowError) as exc:
        raise Refused(INVALID, "date") from exc


def _amount(text: str, name: str) -> int:
    is_zero_signed = text == "-0,00"
    is_form_right = _AMOUNT.fullmatch(text) is not None and len(text) <= _AMOUNT_MAX
    _check(is_form_right and not is_zero_signed, name)
    return int(text.replace(",", ""))


def _check(is_right: object, name: str) -> None:
    if not is_right:
        raise Refused(INVALID, name)
