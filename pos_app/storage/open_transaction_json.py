"""The sale under way as JSON and back.

Writing is one pass of the JSON encoder, because it happens at every scan. Reading follows the types of the
dataclasses: keys it does not know are skipped and missing ones take their defaults, so that a program that was
updated in the middle of a sale can go on with it.
"""

import dataclasses
import json
import types
import typing
from enum import Enum
from functools import cache
from typing import Any

from pos_app.ports import OpenTransaction


def to_json(transaction: OpenTransaction) -> str:
    """The transaction as JSON."""
    return json.dumps(transaction, default=_fields, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> OpenTransaction:
    """The transaction of its JSON. Raises ValueError, TypeError or KeyError when it is none."""
    value = _read(OpenTransaction, json.loads(text))
    if not isinstance(value, OpenTransaction):
        raise TypeError("a transaction under way is a JSON object")
    return value


def _fields(value: Any) -> dict[str, Any]:
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
    if dataclasses.is_dataclass(kind):
        return _construct(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


def _construct(kind: Any, value: dict[str, Any]) -> Any:
    known = _types(kind)
    return kind(**{name: _read(known[name], part) for name, part in value.items() if name in known})
