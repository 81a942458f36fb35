"""A TOML text made to say something else: what stays the same keeps its comments, its order and its form."""

import re
import tomllib
from collections.abc import Mapping, MutableMapping
from difflib import SequenceMatcher
from typing import Any

from pos_app.domain.settings_edits import Plain, is_entries, plain_of

_BLANK_LINES = re.compile(r"\n{3,}")


def reworded(text: str, plain: Plain) -> str:
    """The text saying this. Raises ValueError for a text that is no TOML."""
    import tomlkit

    document = tomlkit.parse(text)
    if plain_of(document) == plain:
        return text
    _reword(document, plain)
    made = document.as_string()
    tidy = _BLANK_LINES.sub("\n\n", made)
    # What was put together is believed only when it reads as it should; comments are worth less than the settings.
    return next((one for one in (tidy, made) if plain_of(tomllib.loads(one)) == plain), tomlkit.dumps(plain))


def _reword(table: MutableMapping[str, Any], plain: Mapping[str, Any]) -> None:
    import tomlkit
    from tomlkit.items import AoT

    for key in [key for key in table if key not in plain]:
        del table[key]
    for key, value in plain.items():
        before = table.get(key)
        if before is not None and plain_of(before) == value:
            continue
        if isinstance(value, dict):
            if not isinstance(before, MutableMapping):
                table[key] = tomlkit.table()
            _reword(table[key], value)
        elif is_entries(value) and isinstance(before, AoT):
            _reword_entries(before, value)
        elif is_entries(value) and before is None and isinstance(table, tomlkit.TOMLDocument):
            table[key] = tomlkit.aot()
            for entry in value:
                table[key].append(_table(entry))
        else:
            table[key] = _item(value)


def _reword_entries(tables: Any, entries: list[Plain]) -> None:
    """Entries that are still there keep their text."""
    old = [repr(plain_of(one)) for one in tables]
    matcher = SequenceMatcher(None, old, [repr(one) for one in entries], autojunk=False)
    kept: list[Any] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        both = min(old_to - old_from, new_to - new_from)
        for step in range(both):
            table = tables[old_from + step]
            if tag != "equal":
                _reword(table, entries[new_from + step])
            kept.append(table)
        kept += [_table(entry) for entry in entries[new_from + both : new_to]]
    while len(tables):
        del tables[len(tables) - 1]
    for table in kept:
        tables.append(table)


def _table(entry: Plain) -> Any:
    import tomlkit

    table = tomlkit.table()
    for key, value in entry.items():
        table[key] = _item(value)
    table.add(tomlkit.nl())
    return table


def _item(value: Any) -> Any:
    """Tables inside of a value are written in braces."""
    import tomlkit

    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update({key: _item(one) for key, one in value.items()})
        return inline
    if isinstance(value, list):
        array = tomlkit.array()
        for one in value:
            array.append(_item(one))
        if is_entries(value):
            array.multiline(True)
        return array
    return tomlkit.item(value)
