"""Frozen values to JSON text and back: journal payloads and stored receipts.

One canonical form, so that a hash over it can be made again by anybody: UTF-8, keys sorted, no
white space, dates in ISO 8601, enums as their value, tuples as lists (docs/journal.md).
"""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from hashlib import sha256
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_PLAIN: Final = frozenset({int, str, bool, NoneType})
"""Types that JSON holds as they are; a float is none of them and is refused."""
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_plain(value: Any) -> Any:
    """Turn a value made of dataclasses, tuples, enums and dates into plain JSON values."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): to_plain(part) for key, part in value.items()}
    assert is_dataclass(value), f"no canonical form for {type(value)}"
    kind: Any = type(value)
    plain = {}
    for name in _field_names(kind):
        part = getattr(value, name)
        plain[name] = part if type(part) in _PLAIN else to_plain(part)
    return plain


def canonical(value: Any) -> str:
    """Write a value as canonical JSON text."""
    return _ENCODER.encode(to_plain(value))


def digest(text: str) -> str:
    """Give the SHA-256 of a canonical text in lower-case hex: what the journal binds a body by."""
    return sha256(text.encode()).hexdigest()


def restore(kind: type[T], text: str) -> T:
    """Read back what `canonical` wrote. Raises ValueError when the text is not of that kind."""
    try:
        restored: T = _build(kind, json.loads(text))
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error
    return restored


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, plain: Any) -> Any:
    origin = get_origin(kind)
    if origin is tuple:
        if not isinstance(plain, list):
            raise ValueError(f"cannot read {plain!r} as {kind}")
        parts = get_args(kind)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_build(parts[0], part) for part in plain)
        return tuple(_build(part, value) for part, value in zip(parts, plain, strict=True))
    if origin in (UnionType, Union):
        if plain is None:
            return None
        chosen = next(part for part in get_args(kind) if part is not NoneType)
        return _build(chosen, plain)
    if kind is datetime:
        return datetime.fromisoformat(plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    made: Any = kind
    if is_dataclass(kind):
        if not isinstance(plain, dict):
            raise ValueError(f"cannot read {plain!r} as {kind}")
        hints = _hints(made)
        return made(**{name: _build(hints[name], value) for name, value in plain.items()})
    if kind in (int, str, bool) and type(plain) is kind:
        return plain
    raise ValueError(f"cannot read {plain!r} as {kind}")
