"""Changes that were not saved yet, over the settings as they are planned."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from pos_app.domain.settings_edits import Edit, Plain, edits_between
from pos_app.services.set_up.fields import Field

Place = tuple[str | int, ...]
"""Keys of tables and numbers of entries: ("tax", 0, "rate")."""


class Draft:
    """The planned settings with what somebody changed of them, and nothing saved."""

    def __init__(self, planned: Plain) -> None:
        self.planned = planned
        self.plain: Plain = deepcopy(planned)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What was changed so far."""
        return edits_between(self.planned, self.plain)

    def get(self, place: Place) -> Any:
        """The value there; None when there is none."""
        return _at(self.plain, place)

    def before(self, place: Place) -> Any:
        """The planned value there, where nothing moved; None when there is none."""
        return _at(self.planned, place)

    def entries(self, place: Place) -> list[Any]:
        """The entries of a list; empty when there is none."""
        found = self.get(place)
        return found if isinstance(found, list) else []

    def entries_of(self, field: Field, place: Place) -> list[Any]:
        """The values of a setting that has several; those that count unless others are set."""
        return list(self.entries(place) or field.default or ())

    def spell_out(self, field: Field, place: Place) -> None:
        """Before one of several values is changed: those that counted unless set stand in the file from now on."""
        if self.get(place) is None and field.default:
            self.set(place, list(field.default))

    def set(self, place: Place, value: Any) -> None:
        """Another value; None takes the key out, and the table around it when nothing else is in it."""
        *around, last = place
        inside = self._table(tuple(around))
        if isinstance(inside, list):
            inside[int(last)] = value
        elif value is not None:
            inside[last] = value
        elif last in inside:
            del inside[last]
            self._drop_if_empty(tuple(around))

    def add(self, place: Place, entry: Any) -> int:
        """One more entry at the end of a list; its number."""
        entries = self.entries(place)
        if not entries:
            self.set(place, entries := [])
        entries.append(deepcopy(entry))
        return len(entries) - 1

    def take_out(self, place: Place, number: int) -> None:
        """An entry of a list is gone."""
        entries = self.entries(place)
        del entries[number]
        if not entries:
            self.set(place, None)

    def move(self, place: Place, number: int, steps: int) -> int:
        """An entry earlier or later in its list; its new number."""
        entries = self.entries(place)
        to = max(0, min(number + steps, len(entries) - 1))
        entries.insert(to, entries.pop(number))
        return to

    def is_new(self, place: Place, number: int) -> bool:
        """True for an entry that the planned settings do not have."""
        before = self.before(place)
        wanted = self.entries(place)[number]
        return not any(_same_entry(one, wanted) for one in before or ())

    def take_over(self, plain: Plain) -> None:
        """These settings in the place of the drafted ones: an import, or an earlier version."""
        self.plain = deepcopy(plain)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _table(self, around: Place) -> Any:
        inside: Any = self.plain
        for key in around:
            inside = inside[key] if isinstance(key, int) else inside.setdefault(key, {})
        return inside

    def _drop_if_empty(self, place: Place) -> None:
        if place and not self.get(place) and isinstance(place[-1], str):
            del self._table(place[:-1])[place[-1]]


def _at(plain: Any, place: Sequence[str | int]) -> Any:
    inside = plain
    for key in place:
        if isinstance(key, int):
            if not isinstance(inside, list) or key >= len(inside):
                return None
            inside = inside[key]
        elif isinstance(inside, dict):
            inside = inside.get(key)
        else:
            return None
    return inside


def _same_entry(one: Any, other: Any) -> bool:
    """By the id that entries have, else by all that they say."""
    if isinstance(one, dict) and isinstance(other, dict):
        key = next((key for key in one if key.endswith("id")), "")
        if key:
            return bool(one[key] == other.get(key)) and one.get("from") == other.get("from")
    return bool(one == other)
