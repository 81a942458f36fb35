"""Who this terminal is, and whether its data is the same that it was."""

import logging
from collections.abc import Callable
from pathlib import Path

from pos_app.errors import WorldError
from pos_app.ports import Clock, Enrolment, IdSource
from pos_app.storage.database import Connection, Database
from pos_app.storage.journal import JournalTail
from pos_app.storage.witness import Witness, read_witness, write_witness

log = logging.getLogger(__name__)


class SqliteIdentityStore:
    """The terminal's ids and its enrolment. Threads may share it."""

    def __init__(self, database: Database, tail: JournalTail) -> None:
        self._database = database
        self._tail = tail

    def terminal_id(self) -> str:
        """Store-workstation."""
        return self._tail.terminal_id

    def incarnation(self) -> str:
        """A random id, new with each database, reinstall or restore, so that a fork shows."""
        return self._tail.incarnation

    def enrolment(self) -> Enrolment | None:
        """The enrolment, or None while the terminal has not been let in."""
        row = self._database.one(
            "SELECT terminal_id, store_id, workstation_id, central_url, private_key FROM enrolment"
        )
        return Enrolment(*row) if row else None

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Keep the enrolment and its key, encrypted with the database."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO enrolment VALUES (1, ?, ?, ?, ?, ?)",
                (
                    enrolment.terminal_id,
                    enrolment.store_id,
                    enrolment.workstation_id,
                    enrolment.central_url,
                    enrolment.private_key,
                ),
            )
            self._database.commit()


def establish(database: Database, *, store_id: str, workstation_id: str, clock: Clock, ids: IdSource) -> str:
    """Make the terminal's row and first incarnation, or check that the data is this terminal's and is not older.

    Why a new incarnation began with data that was here already; empty when none did.

    Raises WorldError when the data belongs to another terminal.
    """
    row = database.one("SELECT store_id, workstation_id FROM terminal")
    began_at = clock.now().isoformat(timespec="milliseconds")
    if row is None:
        with database.write() as connection:
            connection.execute(
                "INSERT INTO terminal (id, store_id, workstation_id) VALUES (1, ?, ?)", (store_id, workstation_id)
            )
            _begin_incarnation(connection, ids.new_id(), began_at, "new", 0)
            database.commit()
        return ""
    if row != (store_id, workstation_id):
        raise WorldError(
            f"The data in {database.path.parent} belongs to workstation {row[1]} of store {row[0]}, "
            f"not to workstation {workstation_id} of store {store_id}."
        )
    witness = read_witness(database.path.parent)
    restored = database.one(
        "SELECT number, copy_made_at, numbers_from FROM restoration WHERE incarnation IS NULL ORDER BY number DESC"
    )
    reason = f"the data was restored from the copy of {restored[1]}" if restored else _doubt(database, witness)
    if reason:
        log.warning("%s; the journal goes on under a new incarnation", reason)
        reached = max(witness.transaction_sequence if witness else 0, restored[2] or 0 if restored else 0)
        name = ids.new_id()
        with database.write() as connection:
            connection.execute("DELETE FROM open_transaction")
            connection.execute("DELETE FROM parked_sale")
            # An older copy does not know what was spent offline since: nothing more until the service is heard.
            connection.execute("DELETE FROM member_cache")
            connection.execute("UPDATE programme SET terminal_budget_points = 0")
            connection.execute("UPDATE terminal SET transaction_sequence = max(transaction_sequence, ?)", (reached,))
            (before,) = connection.execute("SELECT transaction_sequence FROM terminal").fetchone()
            _begin_incarnation(connection, name, began_at, reason, before)
            connection.execute("UPDATE restoration SET incarnation = ? WHERE incarnation IS NULL", (name,))
            database.commit()
    return reason


def _begin_incarnation(connection: Connection, name: str, began_at: str, reason: str, before: int) -> None:
    connection.execute(
        "INSERT INTO incarnation (incarnation, began_at, reason, transactions_before) VALUES (?, ?, ?, ?)",
        (name, began_at, reason, before),
    )


def _doubt(database: Database, witness: Witness | None) -> str:
    """Why this cannot be the database that ran here last, or empty."""
    if database.one("SELECT 1 FROM journal LIMIT 1") is None and witness is None:
        return ""
    if witness is None:
        return "the data was copied here without its witness"
    if database.one("SELECT 1 FROM incarnation WHERE incarnation = ?", (witness.incarnation,)) is None:
        return "the data is a restored copy of before its last restore"
    if not witness.sequence:
        return ""
    found = database.one(
        """
        SELECT 1 FROM journal j JOIN incarnation i ON i.number = j.incarnation_number
        WHERE i.incarnation = ? AND j.sequence = ? AND j.entry_hash = ?
        """,
        (witness.incarnation, witness.sequence, witness.entry_hash),
    )
    if found:
        return ""
    (reached,) = database.one("SELECT transaction_sequence FROM terminal") or (0,)
    if reached < witness.transaction_sequence:
        return f"the data is an older copy: entry {witness.sequence} is not in it"
    return f"the end of the journal is missing: entry {witness.sequence} had been written and is not in it"


def witness_of(database: Database, folder: Path) -> Callable[[], None]:
    """What writes down how far the journal got. A failure costs a warning, never a sale."""

    def write() -> None:
        current = database.one(
            "SELECT number, incarnation, transaction_sequence FROM incarnation, terminal ORDER BY number DESC LIMIT 1"
        )
        if current is None:
            return
        number, incarnation, transaction_sequence = current
        last = database.one(
            "SELECT sequence, entry_hash FROM journal WHERE incarnation_number = ? ORDER BY sequence DESC LIMIT 1",
            (number,),
        )
        sequence, entry_hash = last or (0, "")
        try:
            write_witness(folder, Witness(incarnation, sequence, entry_hash, transaction_sequence))
        except OSError as error:
            log.warning("the journal's witness cannot be written: %s", error)

    return write
