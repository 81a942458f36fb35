"""What differs between two settings, as edits that can be done again on others: so a change may wait for its day.

Settings are the plain data of a TOML file: tables, lists of tables, and values; days are texts like 2026-12-25.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import SequenceMatcher
from typing import Any

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. place names a key with the tables around it, or a list of tables; then `at` is the place in it.

    None stands for what is not there. An entry of a list is found again by what it says, since others may have been
    put before it meanwhile.
    """

    place: tuple[str, ...]
    old: Any
    new: Any
    at: int = -1

    @property
    def of_entry(self) -> bool:
        """True when an entry of a list of tables is added, changed or taken out."""
        return self.at >= 0


class EditConflictError(ValueError):
    """The settings no longer say what an edit began with."""

    def __init__(self, edit: Edit) -> None:
        super().__init__(f"{'.'.join(edit.place)} was changed in between")
        self.edit = edit


def plain_of(value: Any) -> Any:
    """The plain data of what a TOML reader gave: days and times as texts."""
    if isinstance(value, Mapping):
        return {str(key): plain_of(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_of(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def edits_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """What leads from one to the other, in the order of the file."""
    return tuple(_differences(old, new, ()))


def edited(plain: Mapping[str, Any], edits: Iterable[Edit]) -> Plain:
    """The settings with these edits; one that was done before changes nothing. Raises EditConflictError."""
    result: Plain = deepcopy(dict(plain))
    for edit in edits:
        _edit_entry(result, edit) if edit.of_entry else _edit_key(result, edit)
    return result


def is_entries(value: Any) -> bool:
    """True for a list of tables."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], table: tuple[str, ...]) -> Iterator[Edit]:
    for key in dict.fromkeys((*old, *new)):
        before, after, place = old.get(key), new.get(key), (*table, key)
        if before == after:
            continue
        there = [one for one in (before, after) if one is not None]
        if all(is_entries(one) for one in there):
            yield from _entries(before or [], after or [], place)
        elif all(isinstance(one, dict) for one in there):
            yield from _differences(before or {}, after or {}, place)
        else:
            yield Edit(place, before, after)


def _entries(old: Sequence[Plain], new: Sequence[Plain], place: tuple[str, ...]) -> Iterator[Edit]:
    matcher = SequenceMatcher(None, [_written(one) for one in old], [_written(one) for one in new], autojunk=False)
    for _, old_from, old_to, new_from, new_to in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        both = min(old_to - old_from, new_to - new_from)
        for step in range(both):
            yield Edit(place, old[old_from + step], new[new_from + step], new_from + step)
        for number in range(old_from + both, old_to):
            yield Edit(place, old[number], None, new_from + both)
        for number in range(new_from + both, new_to):
            yield Edit(place, None, new[number], number)


def _written(entry: Plain) -> str:
    return json.dumps(entry, sort_keys=True, ensure_ascii=False)


def _edit_key(plain: Plain, edit: Edit) -> None:
    inside, key = _table_of(plain, edit), edit.place[-1]
    now = inside.get(key)
    if now == edit.new:
        return
    if now != edit.old:
        raise EditConflictError(edit)
    if edit.new is None:
        del inside[key]
    else:
        inside[key] = deepcopy(edit.new)
    _drop_empty(plain, edit.place[:-1])


def _edit_entry(plain: Plain, edit: Edit) -> None:
    inside, key = _table_of(plain, edit), edit.place[-1]
    entries: list[Plain] = inside.setdefault(key, [])
    if edit.old is None:
        if edit.new not in entries:
            entries.insert(min(edit.at, len(entries)), deepcopy(edit.new))
    elif edit.new is None:
        if edit.old in entries:
            entries.remove(edit.old)
        elif _likest(entries, edit.old, edit.old) is not None:
            raise EditConflictError(edit)
    elif edit.new not in entries or edit.old in entries:
        found = _likest(entries, edit.old, edit.new)
        if found is None:
            raise EditConflictError(edit)
        entries[found] = _with_changes(entries[found], edit.old, edit.new)
    _drop_empty(plain, edit.place)


def _table_of(plain: Plain, edit: Edit) -> Plain:
    inside = plain
    for name in edit.place[:-1]:
        inside = inside.setdefault(name, {})
    return inside


def _drop_empty(plain: Plain, place: tuple[str, ...]) -> None:
    """A table or list of tables of which nothing is left is not there."""
    for depth in range(len(place), 0, -1):
        inside: Any = plain
        for name in place[: depth - 1]:
            inside = inside[name]
        if inside[place[depth - 1]]:
            return
        del inside[place[depth - 1]]


def _likest(entries: Sequence[Plain], old: Plain, new: Plain) -> int | None:
    """The entry that an edit means: what it changes is as it was, and more of the rest than in any other."""
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    best, best_score = None, 0
    for number, entry in enumerate(entries):
        if all(entry.get(key) == old.get(key) for key in changed):
            score = sum(entry.get(key) == value for key, value in old.items())
            if score > best_score:
                best, best_score = number, score
    return best


def _with_changes(entry: Plain, old: Plain, new: Plain) -> Plain:
    """The entry with what the edit changes, in the order of the new one; what others changed of it stays."""
    changed = {key for key in {**old, **new} if old.get(key) != new.get(key)}
    kept = {key: value for key, value in entry.items() if key not in changed}
    ordered = dict.fromkeys((*new, *kept))
    return {
        key: new[key] if key in changed else kept[key] for key in ordered if key in (new if key in changed else kept)
    }
