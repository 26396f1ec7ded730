"""Frozen values behave as the standard library's frozen, slotted dataclasses do."""

from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from typing import Any

import pytest

from core.frozen import frozen


@frozen
class Pair:
    """A value with a default."""

    left: int
    right: str = "r"

    @property
    def both(self) -> str:
        """What a property gives."""
        return f"{self.left}{self.right}"


@frozen
class Twin:
    """Another value with the same fields."""

    left: int
    right: str = "r"


@frozen
class Nothing:
    """A value without fields."""


@dataclass(frozen=True, slots=True)
class Standard:
    """What the standard decorator makes."""

    left: int
    right: str = "r"


def test_fields_are_given_by_place_by_name_or_by_default() -> None:
    for pair in (Pair(1), Pair(1, "r"), Pair(left=1, right="r"), Pair(1, right="r")):
        assert (pair.left, pair.right, pair.both) == (1, "r", "1r")
    assert Nothing() == Nothing()


@pytest.mark.parametrize("words", [{}, {"left": 1, "wrong": 2}, {"right": "x"}])
def test_a_missing_or_unknown_field_is_refused(words: dict[str, object]) -> None:
    make: Any = Pair
    with pytest.raises(TypeError):
        make(**words)
    make(1)
    with pytest.raises(TypeError):
        make(**words)


def test_a_value_never_changes() -> None:
    pair = Pair(1)
    for name in ("left", "right", "new"):
        with pytest.raises(FrozenInstanceError):
            setattr(pair, name, 2)
        with pytest.raises(FrozenInstanceError):
            delattr(pair, name)
    assert pair == Pair(1)
    assert not hasattr(pair, "__dict__")


def test_values_are_equal_by_class_and_fields() -> None:
    others: tuple[object, ...] = (Pair(2), Pair(1, "x"), Twin(1), Nothing(), 1)
    assert Pair(1) == Pair(1)
    assert all(Pair(1) != other for other in others)
    assert {Pair(1), Pair(1), Pair(2)} == {Pair(2), Pair(1)}
    unhashable: Any = []
    with pytest.raises(TypeError):
        hash(Pair(unhashable))


def test_the_standard_tools_read_and_replace_fields() -> None:
    ours: Any = Pair
    assert [(each.name, each.default) for each in fields(Pair)] == [
        (each.name, each.default) for each in fields(Standard)
    ]
    assert replace(Pair(1), right="x") == Pair(1, "x")
    with pytest.raises(TypeError):
        replace(ours(1), wrong=1)
    assert ours.__match_args__ == Standard.__match_args__
    match Pair(1, "x"):
        case Pair(left, right="x"):
            assert left == 1
        case other:
            raise AssertionError(other)
    assert is_dataclass(ours)


def test_a_value_is_written_as_the_standard_one() -> None:
    assert repr(Pair(1)) == repr(Standard(1)).replace("Standard", "Pair")
    assert repr(Nothing()) == "Nothing()"


def test_a_factory_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(AssertionError, match=r"Basket\.things"):

        @frozen
        class Basket:
            things: list[str] = field(default_factory=list)
