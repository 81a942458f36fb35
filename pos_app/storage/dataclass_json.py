"""Dataclasses as JSON and back: the sale under way, and what is remembered of members.

Writing is one pass of the JSON encoder, because it happens at every scan. Reading follows the types of the
dataclasses: keys it does not know are skipped and missing ones take their defaults, so that a program that was
updated in the middle of a sale can go on with it.
"""

import dataclasses
import json
import types
import typing
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def to_json(value: Any) -> str:
    """A dataclass of plain values, tuples, times and further dataclasses as JSON."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """The value of its JSON. Raises ValueError, TypeError or KeyError when it is none."""
    return cast("T", _read(kind, json.loads(text)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    kind: Any = type(value)
    return {name: getattr(value, name) for name in _names(kind)}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _types(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        inner = next(part for part in typing.get_args(kind) if part is not type(None))
        return None if value is None else _read(inner, value)
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(_read(inner, part) for part in value)
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return kind(*(_read(_types(kind)[name], part) for name, part in zip(kind._fields, value, strict=True)))
    if dataclasses.is_dataclass(kind):
        return _construct(kind, value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


def _construct(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise TypeError(f"a {kind.__name__} is a JSON object")
    known = _types(kind)
    return kind(**{name: _read(known[name], part) for name, part in value.items() if name in known})
