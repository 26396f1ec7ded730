"""Canonical text: what is written is read back, and there is one way to write it."""

import json
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import events as ev
from core.card import CardSlip
from core.control_record import ControlRecord
from core.payload import canonical, restore, to_plain
from core.reports import DayReport
from core.tender import Tender

WHOLE = st.integers(-(10**12), 10**12)
TEXT = st.text(max_size=12)
TIMES = st.builds(
    lambda at, minutes: at.replace(tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.integers(-12 * 60, 12 * 60),
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: WHOLE,
    str: TEXT,
    bool: st.booleans(),
    datetime: TIMES,
    NoneType: st.none(),
}
# Values with rules of their own are tested where their rules are.
FREE = [
    one
    for one in (*get_args(ev.SaleEvent), Tender, CardSlip, DayReport)
    if one not in (ev.ReceiptNumbered, ev.ReceiptSigned)
]


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Give values of a type as `core` declares it."""
    origin = get_origin(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin is tuple:
        parts = get_args(kind)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return st.lists(any_of(parts[0]), max_size=3).map(tuple)
        return st.tuples(*map(any_of, parts))
    if origin in (UnionType, Union):
        return st.one_of(*map(any_of, get_args(kind)))
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: any_of(hints[field.name]) for field in fields(kind)})


@pytest.mark.parametrize("kind", FREE, ids=lambda kind: kind.__name__)
def test_decode_of_encode_is_the_value_again(kind: type) -> None:
    @given(any_of(kind))
    def check(value: Any) -> None:
        text = canonical(value)
        assert restore(kind, text) == value
        assert canonical(restore(kind, text)) == text
        assert "\n" not in text

    check()


@given(st.dictionaries(TEXT, st.one_of(WHOLE, TEXT, st.booleans())))
def test_the_text_is_json_with_sorted_keys_and_no_blanks(facts: dict[str, Any]) -> None:
    text = canonical(facts)
    assert json.loads(text) == facts
    again = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert text == again


def test_numbers_truth_and_nothing_keep_their_kind() -> None:
    assert (
        canonical({"b": True, "a": 1, "c": None, "å": "ö"}) == '{"a":1,"b":true,"c":null,"å":"ö"}'
    )


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Priced:
    price_ore: int
    colour: Colour = Colour.RED


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        {"a": 0.1},
        (1.5,),
        Priced(0.5),  # type: ignore[arg-type]  # that is the test
        {1, 2},
        b"x",
        object(),
    ],
)
def test_a_float_and_what_has_no_canonical_form_is_a_bug(value: object) -> None:
    with pytest.raises(AssertionError):
        to_plain(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"price_ore":1.0,"colour":"red"}',
        '{"price_ore":true,"colour":"red"}',
        '{"price_ore":"1","colour":"red"}',
        '{"price_ore":1,"colour":"blue"}',
        '{"price_ore":1,"colour":"red","more":1}',
        '{"price_ore":null,"colour":"red"}',
        "null",
        "7",
    ],
)
def test_text_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- JSON errors are ValueErrors too
        restore(Priced, text)


def test_a_text_is_not_read_as_a_list_of_letters() -> None:
    text = canonical(CardSlip("1", merchant=("Kafé",))).replace('["Kafé"]', '"Kafé"')
    with pytest.raises(ValueError, match="cannot read"):
        restore(CardSlip, text)


def test_a_control_record_is_read_back_with_its_rules() -> None:
    text = (
        '{"at":"2026-11-23T12:00:00+01:00","negative_total_ore":0,"org_no":"5566778899",'
        '"receipt_no":1,"register_id":"KASSA1","serial":1,"total_ore":100,"type":"normal",'
        '"vat":[{"rate_bp":2500,"vat_ore":20}]}'
    )
    assert canonical(restore(ControlRecord, text)) == text
