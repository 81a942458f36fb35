"""Terminals whose data runs in two places, and what a restored till lacks.

A till that is restored from a copy goes on under a new incarnation. New entries of an older one after that can only
come from the machine, or the disk, that the copy was made of: somebody still sells there. What they sold counts once,
as it should; that it happens is kept here, shown in the back office, and told to the old machine.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Table, Text, select

from pos_app.domain.journal import EventKind
from sync import standing
from sync.central import tables
from sync.central.database import Database, write_rows
from sync.central.terminals import Terminal


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


# An incarnation that went on after a newer one began, and the first entry that showed it. Append-only (triggers).
terminal_fork = Table(
    "terminal_fork",
    tables.metadata,
    _text("terminal_id", key=True),
    _text("incarnation", key=True),
    _text("newer_incarnation", key=True),
    Column("sequence", BigInteger, nullable=False),
    _text("received_at"),
)
APPEND_ONLY = (terminal_fork,)


@dataclass(frozen=True, slots=True)
class Fork:
    """One terminal that runs in two places."""

    terminal_id: str
    incarnation: str
    newer_incarnation: str
    sequence: int
    received_at: str

    @property
    def words(self) -> str:
        """What happened, and where."""
        return (
            f"terminal {self.terminal_id} runs in two places: incarnation {self.incarnation[:12]} went on with entry "
            f"{self.sequence} after {self.newer_incarnation[:12]} had taken its place"
        )


def newer_than(first_seen: Mapping[tuple[str, str], str], key: tuple[str, str]) -> str:
    """The newest incarnation of the same terminal that began after this one; empty when this one is the newest."""
    terminal_id, _ = key
    mine = first_seen[key]
    later = [(at, name) for (terminal, name), at in first_seen.items() if terminal == terminal_id and at > mine]
    return max(later)[1] if later else ""


def note(connection: Connection, key: tuple[str, str], newer: str, sequence: int, received_at: str) -> None:
    """An older incarnation went on; the first entry that showed it stays noted."""
    row = {
        "terminal_id": key[0],
        "incarnation": key[1],
        "newer_incarnation": newer,
        "sequence": sequence,
        "received_at": received_at,
    }
    write_rows(connection, terminal_fork, [row])


def all_forks(connection: Connection) -> list[Fork]:
    """Those that were noted since the terminal was let in the last time, which gave it a new key; newest first."""
    fork, terminal = terminal_fork, tables.terminal
    rows = connection.execute(
        select(fork)
        .join(terminal, terminal.c.terminal_id == fork.c.terminal_id)
        .where(fork.c.received_at >= terminal.c.enrolled_at)
        .order_by(fork.c.received_at.desc())
    )
    return [Fork(*row) for row in rows]


class StandingDesk:
    """Tells a restored till what the service has of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, terminal: Terminal, message: standing.AskStanding) -> standing.Standing:
        """What lies beyond what the till says it has."""
        held = {one.incarnation: one.sequence for one in message.held}
        return self._database.read(lambda connection: _standing(connection, terminal.terminal_id, held))

    def forks(self) -> list[Fork]:
        """Terminals that run in two places, newest first."""
        return self._database.read(all_forks)


def _standing(connection: Connection, terminal_id: str, held: Mapping[str, int]) -> standing.Standing:
    chain, event = tables.terminal_chain, tables.event
    found = standing.Standing()
    chains = connection.execute(
        select(chain.c.incarnation, chain.c.high_water)
        .where(chain.c.terminal_id == terminal_id)
        .order_by(chain.c.first_seen_at)
    ).all()
    for row in chains:
        have = held.get(row.incarnation, 0)
        if row.high_water <= have:
            continue
        found.lacking_entries += row.high_water - have
        _add(
            found,
            connection.execute(
                select(event.c.kind, event.c.occurred_at, event.c.payload)
                .where(
                    event.c.terminal_id == terminal_id,
                    event.c.incarnation == row.incarnation,
                    event.c.sequence > have,
                    event.c.status != "quarantined",
                )
                .order_by(event.c.sequence)
                .execution_options(yield_per=500)
            ),
        )
    return found


def _add(found: standing.Standing, rows: Iterable[Any]) -> None:
    for row in rows:
        found.last_at = max(found.last_at, row.occurred_at)
        payload = _read(row.payload)
        header = payload.get("header", payload)
        number = header.get("sequence_number", 0) if isinstance(header, dict) else 0
        found.transaction_sequence = max(found.transaction_sequence, number)
        if row.kind == EventKind.Z_REPORT:
            found.z_number = max(found.z_number, payload.get("z_number", 0))
        if row.kind == EventKind.SALE:
            found.lacking_sales += 1
            found.lacking_sales_minor += payload.get("total_minor", 0)
            found.last_receipt = header.get("receipt_number", "")
            found.first_receipt = found.first_receipt or found.last_receipt


def _read(payload: bytes) -> dict[str, Any]:
    """What was applied was read before; what says nothing is none of our numbers."""
    read = json.loads(payload)
    return read if isinstance(read, dict) else {}
