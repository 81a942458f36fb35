"""Floor of a drain: the outbox read by the driver, rows and balances written by `executemany`, marks moved; no network.

Batches of a thousand, each durable on both sides before the next.
"""

import json
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

_BATCH = 1000
_TABLES = """
    CREATE TABLE event (terminal TEXT, sequence INTEGER, event_id TEXT UNIQUE, payload BLOB,
                        PRIMARY KEY (terminal, sequence)) WITHOUT ROWID;
    CREATE TABLE ledger (id INTEGER PRIMARY KEY, member TEXT, points INTEGER, event_id TEXT);
    CREATE TABLE balance (member TEXT PRIMARY KEY, points INTEGER) WITHOUT ROWID;
"""
_PENDING = (
    "SELECT sequence, event_id, payload FROM journal WHERE kind = 'sale' AND sequence > ? ORDER BY sequence LIMIT ?"
)
_BALANCE = "INSERT INTO balance VALUES (?, ?) ON CONFLICT (member) DO UPDATE SET points = points + excluded.points"


def drain(till: Path, key_hex: str, central: Path) -> int:
    """Bring every sale of the till's file to a new central file; how many there were."""
    source: Any = dbapi2.connect(str(till), isolation_level=None)
    source.execute(f"PRAGMA key = \"x'{key_hex}'\"")
    source.execute("PRAGMA synchronous = FULL")
    target: Any = dbapi2.connect(str(central), isolation_level=None)
    target.execute("PRAGMA journal_mode = WAL")
    target.execute("PRAGMA synchronous = FULL")
    target.executescript(_TABLES)
    mark = done = 0
    while rows := source.execute(_PENDING, (mark, _BATCH)).fetchall():
        target.execute("BEGIN IMMEDIATE")
        target.executemany("INSERT INTO event VALUES ('001-02', ?, ?, ?)", rows)
        credits = []
        for _, event_id, payload in rows:
            sale = json.loads(payload)
            if sale["member"]:
                credits.append(
                    (sale["member"]["contact_id"], sum(line["points_base"] for line in sale["lines"]), event_id)
                )
        target.executemany("INSERT INTO ledger (member, points, event_id) VALUES (?, ?, ?)", credits)
        target.executemany(_BALANCE, [(member, points) for member, points, _ in credits])
        target.execute("COMMIT")
        mark = rows[-1][0]
        source.execute("UPDATE incarnation SET acknowledged = ?", (mark,))
        done += len(rows)
    source.close()
    target.close()
    return done
