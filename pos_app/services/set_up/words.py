"""A change in words: what, and from what to what."""

from collections.abc import Iterator, Sequence
from typing import Any

from pos_app.domain.settings_edits import Edit
from pos_app.services.set_up.fields import Entries, Field, Page
from pos_app.services.set_up.values import NOT_SET, Writer

ARROW = "→"


def words_of(edits: Sequence[Edit], pages: Sequence[Page], writer: Writer) -> list[str]:
    """One line for each key that changes, in the words of the room."""
    parts = {place: part for page in pages for place, part in page.places()}
    return [line for edit in edits for line in _lines(edit, parts.get(edit.place), writer)]


def titled(entries: Entries, entry: Any, writer: Writer) -> str:
    """What an entry is called."""
    if not isinstance(entry, dict):
        return str(entry)
    name = entry.get(entries.named) or entry.get(entries.fields[0].key)
    if name is None:
        return f"New {entries.one}"
    field = entries.field(entries.named)
    return writer.shown(field, name) if field is not None else str(name)


def details(entries: Entries, entry: Any, writer: Writer) -> str:
    """What stands below its title."""
    if not isinstance(entry, dict):
        return ""
    told = ((entries.field(key), entry.get(key)) for key in entries.told)
    shown = [
        f"{field.name.lower()} {writer.shown(field, value)}"
        if field.kind.value == "day"
        else writer.shown(field, value)
        for field, value in told
        if field is not None and value is not None
    ]
    return "  ·  ".join(shown)


def _lines(edit: Edit, part: Field | Entries | None, writer: Writer) -> Iterator[str]:
    if isinstance(part, Entries) and edit.of_entry:
        yield from _entry_lines(edit, part, writer)
    elif isinstance(part, Field):
        yield f"{part.name}: {_pair(part, edit.old, edit.new, writer)}"
    else:
        yield f"{'.'.join(edit.place)}: {_said(edit.old)} {ARROW} {_said(edit.new)}"


def _entry_lines(edit: Edit, part: Entries, writer: Writer) -> Iterator[str]:
    if edit.old is None:
        told = details(part, edit.new, writer)
        yield f"{part.name}: {titled(part, edit.new, writer)} added" + (f" ({told})" if told else "")
    elif edit.new is None:
        yield f"{part.name}: {titled(part, edit.old, writer)} taken out"
    else:
        for key in dict.fromkeys((*edit.old, *edit.new)):
            old, new = edit.old.get(key), edit.new.get(key)
            if old != new:
                field = part.field(key) or Field(key, key, "")
                yield f"{titled(part, edit.old, writer)}, {field.name.lower()}: {_pair(field, old, new, writer)}"


def _pair(field: Field, old: Any, new: Any, writer: Writer) -> str:
    before, after = (writer.shown(field, one) if one is not None else NOT_SET.lower() for one in (old, new))
    return f"{before} {ARROW} {after}"


def _said(value: Any) -> str:
    return NOT_SET.lower() if value is None else str(value)
