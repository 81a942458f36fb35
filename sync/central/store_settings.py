"""Changes of a store's settings, read from the journals of its tills for its other tills. One read, nothing kept."""

import hashlib
import json
import logging

import msgspec
from sqlalchemy import Connection, Index, select

from pos_app.domain.journal import EventKind
from sync import store_settings as wire
from sync.central import tables
from sync.central.database import Database

MOST_CHANGES = 200
"""The newest of them; a till that was away for longer gets the settings as a file."""

_OF_SETTINGS = tables.event.c.kind == EventKind.STORE_SETTINGS_CHANGED.value
EVENT_OF_SETTINGS = Index(
    "event_of_settings", tables.event.c.terminal_id, sqlite_where=_OF_SETTINGS, postgresql_where=_OF_SETTINGS
)

_logger = logging.getLogger(__name__)


def settings_changes(database: Database, store_id: str, have: str) -> wire.StoreSettings:
    """All changes of a store, or nothing new when the terminal names their digest."""

    def read(connection: Connection) -> list[wire.SettingsChange]:
        event, terminal = tables.event, tables.terminal
        tills = select(terminal.c.terminal_id).where(terminal.c.store_id == store_id)
        query = (
            select(event.c.event_id, event.c.terminal_id, event.c.occurred_at, event.c.payload)
            .where(_OF_SETTINGS, event.c.terminal_id.in_(tills), event.c.status == "applied")
            .order_by(event.c.received_at.desc(), event.c.terminal_id, event.c.sequence.desc())
            .limit(MOST_CHANGES)
        )
        found = [_change(*row) for row in connection.execute(query)]
        return [change for change in reversed(found) if change is not None]

    changes = database.read(read)
    digest = hashlib.sha256(" ".join(f"{one.change_id}:{one.what}" for one in changes).encode()).hexdigest()
    if digest == have:
        return wire.StoreSettings(digest=digest, unchanged=True)
    return wire.StoreSettings(digest=digest, changes=changes)


def _change(event_id: str, terminal_id: str, occurred_at: str, payload: bytes) -> wire.SettingsChange | None:
    """None for a change without its edits: one that was too long for the journal goes by file."""
    try:
        plain = json.loads(bytes(payload))
        if plain["what"] == "saved" and not plain.get("edits"):
            return None
        return msgspec.convert(
            {
                "change_id": plain.get("change_id") or event_id,
                "terminal_id": terminal_id,
                "what": plain["what"],
                "at": occurred_at,
                **{key: plain[key] for key in ("by", "why", "effective_on", "words")},
                "edits": plain.get("edits", []),
            },
            wire.SettingsChange,
        )
    except (ValueError, KeyError, TypeError) as error:
        _logger.warning("event %s says nothing of settings that can be read: %s", event_id, error)
        return None
