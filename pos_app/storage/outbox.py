"""The journal as outbox: what lies beyond the acknowledged mark is still to be sent."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from pos_app.domain.journal import JournalEntry
from pos_app.ports import EventOutcome
from pos_app.storage.database import Connection, Database
from pos_app.storage.journal import SELECT_ENTRY, JournalTail, entry_of
from pos_app.storage.member_cache import SqliteMemberCache
from pos_app.storage.terms import SqliteTerms

# The incarnation that is being sent: the oldest with something left, else the current one.
_SENDING = """
    SELECT i.number, i.incarnation, i.acknowledged FROM incarnation i
    ORDER BY NOT EXISTS (
        SELECT 1 FROM journal j WHERE j.incarnation_number = i.number AND j.sequence > i.acknowledged
    ), CASE WHEN EXISTS (
        SELECT 1 FROM journal j WHERE j.incarnation_number = i.number AND j.sequence > i.acknowledged
    ) THEN i.number ELSE -i.number END
    LIMIT 1
"""

# An address (or the number of a card that was loaded) is settled once the service has every event that names it, none
# of them is quarantined, and no sale under way or parked will name it again. It goes a while after that: a service that
# lost its newest events asks for them again, and could not post them without (docs/adr/0029).
CONTACTS_KEPT_S = 7 * 24 * 60 * 60
_IS_SETTLED = """
    EXISTS (
        SELECT 1 FROM journal j WHERE j.contact_id = contact.contact_id
    ) AND NOT EXISTS (
        SELECT 1 FROM journal j JOIN incarnation i ON i.number = j.incarnation_number
        WHERE j.contact_id = contact.contact_id AND (
            j.sequence > i.acknowledged
            OR EXISTS (
                SELECT 1 FROM event_outcome o
                WHERE o.incarnation_number = j.incarnation_number AND o.sequence = j.sequence
            )
        )
    ) AND NOT EXISTS (SELECT 1 FROM open_transaction WHERE instr(document, contact.contact_id))
    AND NOT EXISTS (SELECT 1 FROM parked_sale WHERE instr(document, contact.contact_id))
"""
_SETTLE_CONTACTS = f"UPDATE contact SET settled_at_s = ? WHERE settled_at_s IS NULL AND {_IS_SETTLED}"  # noqa: S608
_ERASE_CONTACTS = f"DELETE FROM contact WHERE settled_at_s <= ? AND {_IS_SETTLED}"  # noqa: S608
_UNSETTLE_CONTACTS = """
    UPDATE contact SET settled_at_s = NULL WHERE settled_at_s IS NOT NULL AND EXISTS (
        SELECT 1 FROM journal j
        WHERE j.contact_id = contact.contact_id AND j.incarnation_number = ? AND j.sequence > ?
    )
"""


# Points spent offline are settled once the service has the sale and has not put it aside.
_SETTLE_REDEMPTIONS = """
    UPDATE offline_redemption SET settled_at_s = ?
    WHERE settled_at_s IS NULL AND incarnation_number = ? AND sequence <= ? AND NOT EXISTS (
        SELECT 1 FROM event_outcome o
        WHERE o.incarnation_number = offline_redemption.incarnation_number AND o.sequence = offline_redemption.sequence
    )
"""
_UNSETTLE_REDEMPTIONS = """
    UPDATE offline_redemption SET settled_at_s = NULL WHERE incarnation_number = ? AND sequence > ?
"""


class SqliteOutbox:
    """The outbox as the sync thread sees it; it reads on a connection of its own. Threads may share it."""

    def __init__(
        self,
        database: Database,
        tail: JournalTail,
        terms: SqliteTerms,
        members: SqliteMemberCache,
        witness: Callable[[], None],
        save_promotions: Callable[[bytes], None],
    ) -> None:
        self._database = database
        self._reader = database.new_reader()
        self._tail = tail
        self._terms = terms
        self._members = members
        self._witness = witness
        self._save_promotions = save_promotions

    def terminal_identity(self) -> tuple[str, str]:
        """Terminal id, and the incarnation whose journal is being sent (an older one is finished first)."""
        return self._tail.terminal_id, self._sending()[1]

    def acknowledged(self) -> int:
        """The highest sequence of that incarnation the central service has."""
        return self._sending()[2]

    def journal_end(self) -> int:
        """The last entry of that incarnation; 0 when it has none."""
        row = self._reader.one(
            "SELECT coalesce(max(sequence), 0) FROM journal WHERE incarnation_number = ?", (self._sending()[0],)
        )
        return int(row[0]) if row else 0

    def is_over(self) -> bool:
        """True when another incarnation follows that one."""
        return self._reader.one("SELECT 1 FROM incarnation WHERE number > ?", (self._sending()[0],)) is not None

    def pending(self, limit: int) -> list[JournalEntry]:
        """Entries of that incarnation beyond the mark, oldest first."""
        number, _, acknowledged = self._sending()
        rows = self._reader.all(
            f"{SELECT_ENTRY} WHERE j.incarnation_number = ? AND j.sequence > ? ORDER BY j.sequence LIMIT ?",
            (number, acknowledged, limit),
        )
        return [entry_of(self._tail.terminal_id, row) for row in rows]

    def pending_count(self) -> int:
        """How many entries are still to be sent."""
        row = self._reader.one(
            """
            SELECT count(*) FROM incarnation i JOIN journal j
            ON j.incarnation_number = i.number AND j.sequence > i.acknowledged
            """
        )
        return int(row[0]) if row else 0

    def quarantined(self) -> list[EventOutcome]:
        """Events that the central service has but could not apply, oldest first."""
        rows = self._reader.all(
            "SELECT sequence, event_id, status, reason FROM event_outcome ORDER BY incarnation_number, sequence"
        )
        return [EventOutcome(*row) for row in rows]

    def contacts(self, entries: Sequence[JournalEntry]) -> dict[str, str]:
        """Addresses that these entries' members are known by: contact id -> e-mail."""
        found: dict[str, str] = {}
        for entry in entries:
            row = self._reader.one(
                """
                SELECT c.contact_id, c.email FROM journal j JOIN contact c ON c.contact_id = j.contact_id
                WHERE j.event_id = ?
                """,
                (entry.event_id,),
            )
            if row:
                found[row[0]] = row[1]
        return found

    def acknowledge(self, acknowledged_sequence: int, outcomes: Sequence[EventOutcome], at: str) -> None:
        """Move the mark (back too, when the central service lost its tail) and keep what was quarantined."""
        number, _, before = self._sending()
        with self._database.write() as connection:
            connection.execute(
                "UPDATE incarnation SET acknowledged = ?, acknowledged_at = ? WHERE number = ?",
                (acknowledged_sequence, at, number),
            )
            for outcome in outcomes:
                _keep(connection, number, outcome, at)
            at_s = int(datetime.fromisoformat(at).timestamp())
            connection.execute(_SETTLE_CONTACTS, (at_s,))
            connection.execute(_ERASE_CONTACTS, (at_s - CONTACTS_KEPT_S,))
            connection.execute(_SETTLE_REDEMPTIONS, (at_s, number, acknowledged_sequence))
            if acknowledged_sequence < before:
                connection.execute(_UNSETTLE_REDEMPTIONS, (number, acknowledged_sequence))
                connection.execute(_UNSETTLE_CONTACTS, (number, acknowledged_sequence))
            self._database.commit()
        if acknowledged_sequence != before:
            self._witness()

    def save_terms(self, document: bytes) -> None:
        """Terms as delivered, and whom to forget; the newest version by its own window becomes current.

        Raises ValueError when they cannot be understood; what is known then stays.
        """
        self._terms.save(document)
        for member_id in json.loads(document).get("forget_members", ()):
            self._members.forget(member_id)

    def save_promotions(self, document: bytes) -> None:
        """Editions of promotions as delivered; what is known stays. Raises ValueError when they are unreadable."""
        self._save_promotions(document)

    def _sending(self) -> tuple[int, str, int]:
        row = self._reader.one(_SENDING)
        if row is None:
            raise LookupError("the database has no incarnation")
        return row[0], row[1], row[2]


def _keep(connection: Connection, incarnation_number: int, outcome: EventOutcome, at: str) -> None:
    if outcome.status == "quarantined":
        connection.execute(
            "INSERT OR REPLACE INTO event_outcome VALUES (?, ?, ?, ?, ?, ?)",
            (incarnation_number, outcome.sequence, outcome.event_id, outcome.status, outcome.reason, at),
        )
    else:
        connection.execute(
            "DELETE FROM event_outcome WHERE incarnation_number = ? AND sequence = ?",
            (incarnation_number, outcome.sequence),
        )
