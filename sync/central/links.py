"""The member's other accounts: the store (shopping) account and the credit card, each linked once."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from sync.central import tables
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.vault import Vault

CREDIT_CARD = "credit_card"
_NAMES = {"shopping": "shopping account", CREDIT_CARD: "credit card"}


def link(
    connection: Connection, vault: Vault, now: datetime, event_id: str, member_id: str, kind: str, reference: str
) -> None:
    """Link an account; the same link again changes nothing. Of its number only a keyed hash is kept.

    Raises CentralError when the member has another one linked, or somebody else has this one.
    """
    table, key = tables.account_link, reference_key(vault, kind, reference)
    row = {
        "member_id": member_id,
        "kind": kind,
        "reference_key": key,
        "event_id": event_id,
        "linked_at": stored(now),
    }
    if write_rows(connection, table, [row]):
        return
    mine = connection.execute(
        select(table.c.reference_key).where(table.c.member_id == member_id, table.c.kind == kind)
    ).scalar_one_or_none()
    if mine is None:
        raise CentralError(409, "linked_elsewhere", f"This {_NAMES[kind]} is linked to another member.")
    if mine != key:
        raise CentralError(409, "linked_already", f"Another {_NAMES[kind]} is linked. Unlink that one first.")


def unlink(connection: Connection, member_id: str, kind: str) -> None:
    """Undo a link; harmless when there is none."""
    table = tables.account_link
    connection.execute(delete(table).where(table.c.member_id == member_id, table.c.kind == kind))


def of_member(connection: Connection, member_id: str) -> list[str]:
    """The kinds of accounts that a member has linked."""
    table = tables.account_link
    query = select(table.c.kind).where(table.c.member_id == member_id).order_by(table.c.kind)
    return list(connection.execute(query).scalars())


def has_card(connection: Connection, member_id: str) -> bool:
    """True for a member with the linked credit card, whose points can be used for longer."""
    return CREDIT_CARD in of_member(connection, member_id)


def reference_key(vault: Vault, kind: str, reference: str) -> str:
    """What a link is compared by: case, blanks and hyphens do not count."""
    return vault.keyed(f"link-{kind}", "".join(reference.split()).replace("-", "").casefold())
