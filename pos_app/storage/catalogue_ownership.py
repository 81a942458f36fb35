"""Who says what about a product: what was delivered to the store, and the store's own word, which wins (ADR 0026)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pos_app.storage.database import Connection

_OWNED = "SELECT item_id, delivered, override FROM item_local WHERE item_id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Ownership:
    """Columns of an item as they were delivered (None: the store put it on file itself) and as the store has them."""

    delivered: dict[str, Any] | None
    override: dict[str, Any]

    @property
    def in_force(self) -> dict[str, Any]:
        """What the item is."""
        return {**(self.delivered or {}), **self.override}

    def now_delivered(self, columns: dict[str, Any]) -> "Ownership":
        """Another word from whoever delivers; the first one about the store's own product takes what is equal."""
        if self.delivered is not None:
            return replace(self, delivered=columns)
        return Ownership(columns, {name: value for name, value in self.override.items() if columns[name] != value})

    def with_own(self, columns: Mapping[str, Any]) -> "Ownership":
        """The store's word about these columns; what is as it was delivered is given back."""
        override = {**self.override, **columns}
        if self.delivered is not None:
            given_back = {name for name in columns if self.delivered[name] == columns[name]}
            override = {name: value for name, value in override.items() if name not in given_back}
        return Ownership(self.delivered, override)


def ownership_of(connection: Connection, item_ids: Iterable[str]) -> dict[str, Ownership]:
    """Of those items that the store has a word about."""
    rows = connection.execute(_OWNED, (json.dumps(list(item_ids)),)).fetchall()
    return {item_id: read(delivered, override) for item_id, delivered, override in rows}


def read(delivered: str, override: str) -> Ownership:
    """Of the stored texts."""
    return Ownership(json.loads(delivered) if delivered else None, json.loads(override))


def save(connection: Connection, item_id: str, ownership: Ownership) -> None:
    """Keep it."""
    delivered = "" if ownership.delivered is None else json.dumps(ownership.delivered, ensure_ascii=False)
    connection.execute(
        "INSERT OR REPLACE INTO item_local (item_id, delivered, override) VALUES (?, ?, ?)",
        (item_id, delivered, json.dumps(ownership.override, ensure_ascii=False)),
    )


def forget(connection: Connection, item_id: str) -> None:
    """The store has nothing to say about it any more."""
    connection.execute("DELETE FROM item_local WHERE item_id = ?", (item_id,))
