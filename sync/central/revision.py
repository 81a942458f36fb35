"""The number that tells the tills to ask for the terms again: it changes with all that is delivered with them."""

from sqlalchemy import Connection, select

from sync.central import tables
from sync.central.database import write_rows

_NAME = "terms"


def change(connection: Connection) -> None:
    """The terms, a till's share of its store's budget or the members to be forgotten are others from here on."""
    row = {"name": _NAME, "number": 1}
    write_rows(connection, tables.revision, [row], "(name) DO UPDATE SET number = revision.number + 1")


def current(connection: Connection) -> int:
    """The number now."""
    query = select(tables.revision.c.number).where(tables.revision.c.name == _NAME)
    return int(connection.execute(query).scalar_one_or_none() or 0)
