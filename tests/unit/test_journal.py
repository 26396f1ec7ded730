"""The chain: every field is in the hash, and the hash is the one that is documented."""

from hashlib import sha256
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import events as ev
from core.journal import GENESIS, NOTE_KINDS, chain_hash, kind_of
from db.verify_sales import SALE_KINDS
from tests.fake_store import Disk, FakeStore
from tests.fakes import FixedClock

FIELDS = (GENESIS, 1, "2026-11-23T12:00:00.000+01:00", "sale-opened", "Anna", '{"sale_id":1}')
line = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20)


def test_the_hash_is_sha256_of_six_lines() -> None:
    text = "\n".join(map(str, FIELDS))
    assert chain_hash(*FIELDS) == sha256(text.encode("utf-8")).hexdigest()


@pytest.mark.parametrize("index", range(6))
def test_every_field_is_in_the_hash(index: int) -> None:
    changed: list[object] = list(FIELDS)
    changed[index] = 2 if index == 1 else f"{FIELDS[index]}x"
    assert chain_hash(*changed) != chain_hash(*FIELDS)  # type: ignore[arg-type] # same types


@given(line, line, line, line, line)
def test_text_cannot_move_from_one_field_to_the_next(
    at: str, kind: str, operator: str, payload: str, moved: str
) -> None:
    one = chain_hash(GENESIS, 1, at, kind + moved, operator, payload)
    other = chain_hash(GENESIS, 1, at, kind, moved + operator, payload)
    assert moved == "" or one != other


@pytest.mark.parametrize("index", [2, 3, 4, 5])
def test_a_line_feed_in_a_field_is_a_bug(index: int) -> None:
    broken: list[object] = list(FIELDS)
    broken[index] = f"{FIELDS[index]}\nx"
    with pytest.raises(AssertionError):
        chain_hash(*broken)  # type: ignore[arg-type] # same types


def test_rows_are_chained_in_order_and_a_rollback_leaves_no_hole() -> None:
    store, clock = FakeStore(Disk()), FixedClock()
    with store.unit_of_work() as uow:
        first = uow.append_journal(clock.now(), "sale-opened", "Anna", "{}")
        uow.commit()
    with store.unit_of_work() as uow:
        uow.append_journal(clock.now(), "sale-frozen", "Anna", "{}")
    with store.unit_of_work() as uow:
        second = uow.append_journal(clock.now(), "sale-frozen", "Anna", "{}")
        uow.commit()
    assert (first.seq, second.seq) == (1, 2)
    fields = (second.seq, second.at, second.kind, second.operator, second.payload)
    assert second.hash == chain_hash(first.hash, *fields)


def test_every_sale_event_has_a_kind_of_its_own_that_verification_knows() -> None:
    kinds = {kind_of(object.__new__(one)) for one in get_args(ev.SaleEvent)}
    assert len(kinds) == len(get_args(ev.SaleEvent))
    assert kinds == SALE_KINDS
    assert not kinds & NOTE_KINDS
