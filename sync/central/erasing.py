"""Erasure on request. The person, keys, card, PIN, codes and links are gone; the ledger keeps an opaque id that leads
nowhere, so all sums and chains stay proven. What a till put into a quarantined event goes too.
"""

import contextlib
import json
from datetime import datetime

from sqlalchemy import Connection, select, update

from sync.central import former, leaving, tables
from sync.central.ledger import derived_id
from sync.central.vault import Vault


def erase(connection: Connection, vault: Vault, now: datetime, member_id: str) -> str:
    """Erase a member, also one who left before; again, it changes nothing. Returns the id that stays in the ledger.

    Raises CentralError when there is no such member, or points are set aside for a sale being paid.
    """
    if connection.dialect.name == "sqlite":
        # Else deleted rows could still be read in the file until their pages are used again.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    member_id = former.survivor(connection, member_id)
    keys, email = _known_of(connection, vault, member_id)
    leaving.close(connection, now, derived_id("erase", member_id), member_id, "", former.ERASED)
    for table in (tables.former_member, tables.unclaimed):
        connection.execute(update(table).where(table.c.email_key.in_(sorted(keys))).values(email_key=""))
    if email:
        _erase_in_quarantine(connection, email)
    return member_id


def _known_of(connection: Connection, vault: Vault, member_id: str) -> tuple[set[str], str]:
    """Keys of all addresses of a member, also of accounts that were merged in, and the address itself."""
    person, ended = tables.person, tables.former_member
    rows = connection.execute(
        select(ended.c.email_key).where((ended.c.member_id == member_id) | (ended.c.successor_id == member_id))
    )
    keys = {row.email_key for row in rows}
    row = connection.execute(
        select(person.c.email_key, person.c.sealed).where(person.c.member_id == member_id)
    ).one_or_none()
    if row is None:
        return keys - {""}, ""
    return (keys | {row.email_key}) - {""}, vault.unseal(bytes(row.sealed), member_id)["email"]


def _erase_in_quarantine(connection: Connection, email: str) -> None:
    event, fork = tables.event, tables.event_fork
    for table, which in ((event, (event.c.status == "quarantined",)), (fork, ())):
        keys = list(table.primary_key)
        for row in connection.execute(select(*keys, table.c.payload).where(*which)).all():
            if _names(bytes(row.payload), email):
                same = [key == value for key, value in zip(keys, row, strict=False)]
                connection.execute(update(table).where(*same).values(payload=tables.ERASED_PAYLOAD))


def _names(payload: bytes, email: str) -> bool:
    """True when bytes hold an address, written out or in JSON's own way."""
    text = payload.decode("utf-8", "replace")
    # What cannot be read as JSON was put into quarantine for that; its plain text is looked at.
    with contextlib.suppress(ValueError, RecursionError):
        text += json.dumps(json.loads(payload), ensure_ascii=False)
    return email in text.casefold()
