"""What a description of settings is made of. Forms, the words of a change and its checks all come from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a setting is, and so how it is typed, checked and shown."""

    TEXT = "text"
    ID = "id"
    """Small letters, digits and _; fixed once it is in use."""
    AMOUNT = "amount"
    """An amount in the store's currency, in the file a text like "49.99"."""
    PERCENT = "percent"
    """A part of 1, in the file a text like "0.0825", shown as 8.25 %."""
    DECIMAL = "decimal"
    """A number with a point, in the file a text."""
    WHOLE = "whole"
    SWITCH = "switch"
    CHOICE = "choice"
    DAY = "day"
    """A day of the calendar, typed like 2026-12-25."""
    TEXTS = "texts"
    """Several texts in order, each edited by itself."""
    AMOUNTS = "amounts"
    """Several amounts in order, each edited by itself."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of store.toml. What is not said there counts as default, in words.

    A default of an amount is in minor units, of a percentage in millionths. low and high bound a whole number; most is
    how many letters or entries there may be, letters how many each of several texts has. fixed says why it is only
    shown.
    """

    key: str
    name: str
    help: str
    kind: Kind = Kind.TEXT
    choices: tuple[tuple[str, str], ...] = ()
    default: Any = None
    unit: str = ""
    low: int | None = None
    high: int | None = None
    most: int = 120
    letters: int = 60
    needed: bool = False
    fixed: str = ""

    @property
    def is_list(self) -> bool:
        """True when it is several values, each edited by itself."""
        return self.kind in (Kind.TEXTS, Kind.AMOUNTS)

    @property
    def each(self) -> "Field":
        """One value of several."""
        kind = Kind.TEXT if self.kind is Kind.TEXTS else Kind.AMOUNT
        return Field("", self.name, self.help, kind, most=self.letters, needed=True)


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of tables: one is what an entry is called. named is the key of an entry's title, told are those that
    stand below it. ends is the key of its last day: an entry that sales may refer to is ended, not taken out.
    """

    key: str
    name: str
    one: str
    help: str
    fields: tuple[Field, ...]
    named: str
    told: tuple[str, ...] = ()
    ends: str = ""
    kept: str = ""
    """Why an entry in force cannot be taken out; empty when it can."""
    fresh: tuple[tuple[str, Any], ...] = ()
    """What a new entry begins with."""

    def field(self, key: str) -> Field | None:
        """The description of a key."""
        return next((field for field in self.fields if field.key == key), None)


@dataclass(frozen=True, slots=True)
class Group:
    """Settings of one table of the file that belong together; the table () is the file's first."""

    name: str
    icon: str
    table: tuple[str, ...]
    help: str
    parts: tuple[Field | Entries, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands under one name of the room."""

    name: str
    icon: str
    groups: tuple[Group, ...]

    def places(self) -> Iterator[tuple[tuple[str, ...], Field | Entries]]:
        """Every setting of the page with its place in the file."""
        for group in self.groups:
            for part in group.parts:
                yield (*group.table, part.key), part
