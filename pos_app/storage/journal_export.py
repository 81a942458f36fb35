"""The journal as text for auditors: one JSON object a line, closed by a digest of all lines before it."""

import hashlib
import json
from collections.abc import Iterator

from pos_app.domain.journal import JournalEntry
from pos_app.storage.database import Database
from pos_app.storage.journal import incarnations, stream_entries


def export_lines(database: Database) -> Iterator[bytes]:
    """Every entry, oldest first, its payload in the exact bytes that were hashed; then the digest line.

    Raises WorldError when the file cannot be read.
    """
    digest = hashlib.sha256()
    count = 0
    with database.snapshot():
        terminal = database.one("SELECT store_id || '-' || workstation_id FROM terminal")
        terminal_id = terminal[0] if terminal else ""
        for number, _ in incarnations(database):
            for entry in stream_entries(database, terminal_id, number):
                line = _line(entry)
                digest.update(line)
                count += 1
                yield line
    closing = {"terminal_id": terminal_id, "entries": count, "sha256": digest.hexdigest()}
    yield json.dumps(closing, separators=(",", ":")).encode() + b"\n"


def _line(entry: JournalEntry) -> bytes:
    head = {
        "terminal_id": entry.terminal_id,
        "incarnation": entry.incarnation,
        "sequence": entry.sequence,
        "event_id": entry.event_id,
        "kind": entry.kind,
        "version": entry.version,
        "occurred_at": entry.occurred_at,
        "business_day": entry.business_day,
        "previous_hash": entry.previous_hash,
        "entry_hash": entry.entry_hash,
    }
    return json.dumps(head, separators=(",", ":"))[:-1].encode() + b',"payload":' + entry.payload + b"}\n"
