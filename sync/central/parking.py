"""Sales parked at one till for all tills of its store: kept sealed, handed to exactly one.

A sale is handed out only while its own till says so (offered_until), so that a till without a line can go on with its
own sales as soon as that has passed. Who took one may ask again until it says that it has gone on: no answer that
was lost loses a sale.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    Table,
    Text,
    and_,
    delete,
    or_,
    select,
    update,
)

from pos_app.ports import Clock
from sync import parking
from sync.central.database import Database, write_rows
from sync.central.errors import CentralError
from sync.central.moments import parse, stored
from sync.central.tables import metadata
from sync.central.terminals import Terminal
from sync.central.vault import Vault

LONGEST_OFFER = timedelta(minutes=2)
KEPT_AFTER_THE_END = timedelta(days=7)
_NOTHING = b""


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


# sealed holds summary and document under the vault's key, and nothing once the sale has ended.
parked_sale = Table(
    "parked_sale",
    metadata,
    _text("parking_id", key=True),
    _text("store_id"),
    _text("terminal_id"),
    _text("state"),
    _text("taken_by"),
    _text("parked_at"),
    _text("offered_until"),
    _text("expires_at"),
    _text("changed_at"),
    Column("sealed", LargeBinary, nullable=False),
    Index("parked_sale_by_store", "store_id", "state"),
)


class ParkingDesk:
    """Parked sales over one database. All calls raise CentralError for a refusal. Thread-safe."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def offer(self, terminal: Terminal, request: parking.OfferParked) -> None:
        """Keep a sale of this till for the others of its store."""
        now = self._clock.now()
        self._database.run(lambda connection: offer(connection, self._vault, now, terminal, request))

    def look(self, terminal: Terminal, request: parking.LookParked) -> parking.ParkedList:
        """The store's parked sales, and what became of this till's own."""
        now = self._clock.now()
        return self._database.run(lambda connection: look(connection, self._vault, now, terminal, request))

    def take(self, terminal: Terminal, parking_id: str) -> parking.ParkedDocument:
        """Hand a sale to this till alone."""
        now = self._clock.now()
        return self._database.run(lambda connection: take(connection, self._vault, now, terminal, parking_id))


def offer(
    connection: Connection, vault: Vault, now: datetime, terminal: Terminal, request: parking.OfferParked
) -> None:
    """Keep a sale of this till; nobody may take it before the till says until when. Raises CentralError."""
    parking_id = request.summary.parking_id
    plain = {"summary": msgspec.json.encode(request.summary).decode(), "document": request.document}
    row = {
        "parking_id": parking_id,
        "store_id": terminal.store_id,
        "terminal_id": terminal.terminal_id,
        "state": "offered",
        "taken_by": "",
        "parked_at": _moment(request.summary.parked_at),
        "offered_until": stored(now),
        "expires_at": _moment(request.expires_at),
        "changed_at": stored(now),
        "sealed": vault.seal(plain, parking_id),
    }
    again = "(parking_id) DO UPDATE SET state = 'offered', sealed = excluded.sealed, changed_at = excluded.changed_at"
    write_rows(
        connection,
        parked_sale,
        [row],
        f"{again} WHERE parked_sale.state = 'withdrawn' AND parked_sale.terminal_id = excluded.terminal_id",
    )
    owner = select(parked_sale.c.terminal_id).where(parked_sale.c.parking_id == parking_id)
    if connection.execute(owner).scalar_one() != terminal.terminal_id:
        raise CentralError(409, "parked_by_another", "Another till has parked a sale under this id.")


def look(
    connection: Connection, vault: Vault, now: datetime, terminal: Terminal, request: parking.LookParked
) -> parking.ParkedList:
    """Renew what the till offers, withdraw what it offers no more, and show what the store has. Raises CentralError."""
    table = parked_sale
    store = table.c.store_id == terminal.store_id
    mine = and_(store, table.c.terminal_id == terminal.terminal_id)
    until = stored(min(parse(_moment(request.offered_until)), now + LONGEST_OFFER))
    if request.settled:
        _end(connection, now, and_(store, table.c.parking_id.in_(request.settled), _is_taken_by(terminal)))
    if request.offered:
        connection.execute(
            update(table)
            .where(mine, table.c.state == "offered", table.c.parking_id.in_(request.offered))
            .values(offered_until=until)
        )
    connection.execute(
        update(table)
        .where(mine, table.c.state == "offered", table.c.parking_id.not_in(request.offered))
        .values(state="withdrawn", sealed=_NOTHING, changed_at=stored(now))
    )
    connection.execute(delete(table).where(store, _is_over(now), table.c.parking_id.not_in(request.offered)))
    others = select(table).where(
        store,
        table.c.terminal_id != terminal.terminal_id,
        or_(_may_be_taken(now), _is_taken_by(terminal)),
    )
    offers = select(table.c.parking_id, table.c.state, table.c.taken_by).where(
        mine, table.c.parking_id.in_(request.offered)
    )
    known = {row.parking_id: parking.ParkedOffer(**row._mapping) for row in connection.execute(offers)}
    taken = select(table.c.parking_id).where(store, _is_taken_by(terminal))
    return parking.ParkedList(
        sales=[
            parking.ParkedAt(
                terminal_id=row.terminal_id,
                summary=_summary(vault, row.sealed, row.parking_id),
                taken_here=row.state == "taken",
            )
            for row in connection.execute(others.order_by(table.c.parked_at.desc()))
        ],
        # What is not known here any more may be offered again.
        offers=[known.get(each) or parking.ParkedOffer(parking_id=each, state="withdrawn") for each in request.offered],
        taken_here=list(connection.execute(taken).scalars()),
    )


def take(
    connection: Connection, vault: Vault, now: datetime, terminal: Terminal, parking_id: str
) -> parking.ParkedDocument:
    """Hand the sale to this till alone; it may ask again. Raises CentralError when it is not to be had."""
    table = parked_sale
    is_mine = and_(table.c.terminal_id == terminal.terminal_id, table.c.state == "offered")
    row = connection.execute(
        update(table)
        .where(
            table.c.parking_id == parking_id,
            table.c.store_id == terminal.store_id,
            or_(is_mine, _is_taken_by(terminal), _may_be_taken(now)),
        )
        .values(state="taken", taken_by=terminal.terminal_id, changed_at=stored(now))
        .returning(table.c.sealed)
    ).one_or_none()
    if row is None:
        raise _refusal(connection, terminal, parking_id)
    return parking.ParkedDocument(document=vault.unseal(row.sealed, parking_id)["document"])


def _summary(vault: Vault, sealed: bytes, parking_id: str) -> parking.ParkedSummary:
    return msgspec.json.decode(vault.unseal(sealed, parking_id)["summary"], type=parking.ParkedSummary)


def _refusal(connection: Connection, terminal: Terminal, parking_id: str) -> CentralError:
    table = parked_sale
    which = select(table.c.taken_by).where(table.c.parking_id == parking_id, table.c.store_id == terminal.store_id)
    taken_by = connection.execute(which).scalar_one_or_none()
    if taken_by:
        return CentralError(409, "parked_taken", f"Till {taken_by} has this sale.")
    return CentralError(409, "parked_gone", "This sale cannot be taken now: its own till has it, or it is too old.")


def _may_be_taken(now: datetime) -> ColumnElement[bool]:
    table = parked_sale
    return and_(table.c.state == "offered", table.c.offered_until > stored(now), table.c.expires_at > stored(now))


def _is_taken_by(terminal: Terminal) -> ColumnElement[bool]:
    """It took the sale, and has not said that it went on."""
    return and_(parked_sale.c.state == "taken", parked_sale.c.taken_by == terminal.terminal_id)


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Ended, withdrawn or expired so long ago that no till will ask about it any more."""
    table, before = parked_sale, stored(now - KEPT_AFTER_THE_END)
    return and_(
        table.c.changed_at < before, or_(table.c.state.in_(("ended", "withdrawn")), table.c.expires_at < before)
    )


def _end(connection: Connection, now: datetime, which: ColumnElement[bool]) -> None:
    connection.execute(update(parked_sale).where(which).values(state="ended", sealed=_NOTHING, changed_at=stored(now)))


def _moment(text: str) -> str:
    try:
        return stored(parse(text))
    except (ValueError, OverflowError) as error:
        raise CentralError(422, "bad_time", "A time has no offset or is none.") from error
