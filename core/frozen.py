"""Frozen values: `dataclass(frozen=True, slots=True)` without its price at start.

The standard decorator writes and compiles six methods for each class and takes half a millisecond;
for the hundred and fifty values of the house that is a tenth of the time until the first durable
line. Here all values share their methods, and `__init__` alone is compiled, when the first value
of its kind is made (docs/decisions/008).

`fields`, `replace`, `is_dataclass` and `match` work as with the standard one. A default must be a
value itself; for a default that is made anew each time use the standard decorator.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class of annotated fields a frozen, slotted dataclass."""
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    names = [each.name for each in fields(made)]
    for each in fields(made):
        # Said when the class is made, not when the first value of it is.
        assert each.default_factory is MISSING, f"{cls.__name__}.{each.name}: a factory"
    read: Callable[[object], object] = attrgetter(*names) if names else _read_nothing

    def is_equal(self: object, other: object) -> object:
        if self.__class__ is not other.__class__:
            return NotImplemented
        return read(self) == read(other)

    made.__init__ = _init_first
    made.__repr__ = _repr
    made.__eq__ = is_equal
    made.__hash__ = lambda self: hash(read(self))
    made.__setattr__ = made.__delattr__ = _refuse
    chosen: type[T] = made
    return chosen


def _read_nothing(_value: object) -> tuple[()]:
    return ()


def _refuse(value: object, name: str, *_rest: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(value).__name__}.{name} never changes")


def _repr(value: Any) -> str:
    parts = ", ".join(f"{each.name}={getattr(value, each.name)!r}" for each in fields(value))
    return f"{type(value).__qualname__}({parts})"


def _init_first(value: Any, *args: object, **named: object) -> None:
    """Make the first value of a class: compile its `__init__`, which serves from then on."""
    cls: Any = type(value)
    cls.__init__ = _compile_init(cls, fields(cls))
    cls.__init__(value, *args, **named)


def _compile_init(cls: type, parts: tuple[Field[Any], ...]) -> Callable[..., None]:
    """Write `__init__`: it sets each slot by its descriptor, which `__setattr__` does not guard."""
    names: dict[str, Any] = {}
    parameters, steps = ["self"], []
    for part in parts:
        names[f"set_{part.name}"] = getattr(cls, part.name).__set__
        names[f"default_{part.name}"] = part.default
        is_needed = part.default is MISSING
        parameters.append(part.name if is_needed else f"{part.name}=default_{part.name}")
        steps.append(f" set_{part.name}(self, {part.name})")
    source = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(steps) or " pass")
    exec(source, names)
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init
