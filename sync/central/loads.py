"""Money that tills put onto numbers: gift cards sold and topped up, store credit. Each event counts once.

What a customer paid for is never lost to a mistake: a card that should have been new, or should have been known, is
loaded all the same, with a remark for the back office.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, Table, Text, func, select, update

from pos_app.domain.journal import EventKind
from pos_app.domain.stored_value import StoredValueError, clean_number
from sync import contract
from sync.central import gift_cards, tables
from sync.central.database import write_rows
from sync.central.ledger import derived_id
from sync.central.moments import stored
from sync.central.sale_facts import Outcome
from sync.central.sales import PoisonError
from sync.central.terminals import Terminal
from sync.central.vault import Vault
from sync.stored_value import HoldLoads, LoadsHeld, LoadStanding, StoredValueLoadedPayload

HELD_FOR_A_VOID = timedelta(days=1)
"""So long may a till that lost its line keep the event of a void to itself before the card can be spent again."""
KINDS = frozenset({str(EventKind.STORED_VALUE_LOADED)})

# Append-only (triggers). Which line of which sale put money onto which account.
gift_card_load = Table(
    "gift_card_load",
    tables.metadata,
    Column("event_id", Text, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("transaction_id", Text, nullable=False),
    Column("line_number", BigInteger, nullable=False),
    Column("received_at", Text, nullable=False),
    Index("gift_card_load_by_sale", "transaction_id", "line_number"),
)
APPEND_ONLY = (gift_card_load,)


@dataclass(frozen=True, slots=True)
class ArrivedLoad:
    """One event, read. number is what the money is kept under; it goes no further than its keyed reference."""

    event_id: str
    store_id: str
    payload: StoredValueLoadedPayload
    number: str
    outcome: Outcome


def read_load(event: contract.Event, store_id: str, contacts: Mapping[str, str], outcome: Outcome) -> ArrivedLoad:
    """The load of a journal entry. Raises PoisonError for one that cannot be applied."""
    try:
        payload = contract.decode(bytes(event.payload), StoredValueLoadedPayload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise PoisonError("bad_payload", str(error)[:300]) from error
    try:
        number = clean_number(contacts.get(payload.contact_id, ""))
    except StoredValueError as error:
        raise PoisonError("no_number", "The number of the card did not come along or is none.") from error
    return ArrivedLoad(event.event_id, store_id, payload, number, outcome)


def apply(connection: Connection, vault: Vault, now: datetime, one: ArrivedLoad) -> None:
    """Put the money onto its number; what cannot be is quarantined with the reason."""
    card, payload = tables.gift_card, one.payload
    reference = vault.gift_card_reference(one.number)
    fresh = {"reference": reference, "currency_code": payload.currency_code, "balance_minor": 0, "held_minor": 0}
    is_new = bool(write_rows(connection, card, [fresh]))
    currency_code = connection.execute(
        select(card.c.currency_code).where(card.c.reference == reference).with_for_update()
    ).scalar_one()
    if currency_code != payload.currency_code:
        one.outcome.quarantined = True
        one.outcome.reason = f"other_currency: the card holds {currency_code}"
        return
    received_at = stored(now)
    entry = {
        "entry_id": derived_id(one.event_id, "gift_card_load"),
        "reference": reference,
        "kind": "load",
        "amount_minor": payload.amount_minor,
        "event_id": one.event_id,
        "transaction_id": "",
        "received_at": received_at,
    }
    load = {
        "event_id": one.event_id,
        "reference": reference,
        "kind": payload.kind,
        "amount_minor": payload.amount_minor,
        "store_id": one.store_id,
        "transaction_id": payload.transaction_id,
        "line_number": payload.line_number,
        "received_at": received_at,
    }
    write_rows(connection, tables.gift_card_entry, [entry])
    write_rows(connection, gift_card_load, [load])
    connection.execute(
        update(card)
        .where(card.c.reference == reference)
        .values(balance_minor=card.c.balance_minor + payload.amount_minor)
    )
    if is_new == (payload.kind == "top_up"):
        one.outcome.reason = "gift_card_not_known_before" if is_new else "gift_card_known_before"


def hold_for_void(connection: Connection, now: datetime, terminal: Terminal, request: HoldLoads) -> LoadsHeld:
    """Set the money of a sale's cards aside, all of it or nothing, so that none is spent while the sale is voided."""
    card, hold, load = tables.gift_card, tables.gift_card_hold, gift_card_load
    gift_cards.expire_all(connection, now)
    rows = connection.execute(
        select(load, card.c.balance_minor, card.c.held_minor)
        .join(card, card.c.reference == load.c.reference)
        .where(
            load.c.transaction_id == request.transaction_id,
            load.c.line_number.in_(sorted(set(request.line_numbers))),
            load.c.store_id == terminal.store_id,
        )
        .order_by(load.c.event_id)
        .with_for_update(of=card)
    ).all()
    known = connection.execute(select(hold).where(hold.c.hold_id.in_([_void_hold(row) for row in rows]))).all()
    mine = {one.hold_id: one.amount_minor for one in known if one.state == "held"}
    gone = {one.hold_id for one in known if one.state == "captured"}

    def left_of(row: Any) -> int:
        free_minor = row.balance_minor - row.held_minor + mine.get(_void_hold(row), 0)
        return 0 if _void_hold(row) in gone else min(max(free_minor, 0), row.amount_minor)

    left = {row.event_id: left_of(row) for row in rows}
    enough = all(left[row.event_id] == row.amount_minor for row in rows)
    complete = enough and {row.line_number for row in rows} == set(request.line_numbers)
    for row in rows if complete else ():
        _hold_load(connection, now, terminal, request.return_id, row, held_before=_void_hold(row) in mine)
    return LoadsHeld(
        held=complete,
        loads=[
            LoadStanding(line_number=row.line_number, loaded_minor=row.amount_minor, left_minor=left[row.event_id])
            for row in rows
        ],
    )


def release(connection: Connection, terminal: Terminal, return_id: str) -> None:
    """The void is not made: what was set aside for it can be spent again. Harmless when there is nothing."""
    hold = tables.gift_card_hold
    voided = select(hold.c.hold_id).where(
        hold.c.transaction_id == return_id, hold.c.state == "held", hold.c.terminal_id == terminal.terminal_id
    )
    for hold_id in connection.execute(voided).scalars().all():
        gift_cards.release(connection, terminal, hold_id)


def take_back(
    connection: Connection, received_at: str, event_id: str, transaction_id: str, line_numbers: Sequence[int]
) -> str:
    """A gift card that was sold comes back: what its line put onto it goes. Returns what is odd about it."""
    card, entry, load = tables.gift_card, tables.gift_card_entry, gift_card_load
    rows = connection.execute(
        select(load)
        .where(load.c.transaction_id == transaction_id, load.c.line_number.in_(sorted(line_numbers)))
        .order_by(load.c.event_id)
    ).all()
    odd = ""
    for row in rows:
        taken = {
            "entry_id": derived_id(row.event_id, "gift_card_load_taken_back"),
            "reference": row.reference,
            "kind": "take_back",
            "amount_minor": -row.amount_minor,
            "event_id": event_id,
            "transaction_id": "",
            "received_at": received_at,
        }
        if write_rows(connection, entry, [taken]):
            held_minor = _end_hold(connection, row)
            left_minor = connection.execute(
                update(card)
                .where(card.c.reference == row.reference)
                .values(
                    balance_minor=card.c.balance_minor - row.amount_minor, held_minor=card.c.held_minor - held_minor
                )
                .returning(card.c.balance_minor)
            ).scalar_one()
            odd = "gift_card_overdrawn" if left_minor < 0 else odd
    return odd


def proven(connection: Connection) -> Iterator[str]:
    """Every load stands in the account it names, once, with its amount."""
    entry, load = tables.gift_card_entry, gift_card_load
    posted = select(entry).where(entry.c.kind == "load").subquery()
    rows = connection.execute(
        select(
            func.coalesce(load.c.event_id, posted.c.event_id).label("event_id"),
            func.coalesce(load.c.amount_minor, 0).label("loaded"),
            func.coalesce(posted.c.amount_minor, 0).label("posted"),
        )
        .select_from(load)
        .outerjoin(posted, (posted.c.event_id == load.c.event_id) & (posted.c.reference == load.c.reference), full=True)
        .where(func.coalesce(load.c.amount_minor, 0) != func.coalesce(posted.c.amount_minor, 0))
    )
    for row in rows:
        yield f"load {row.event_id}: {row.loaded} minor units were loaded, {row.posted} stand in the account"


def _void_hold(load: Any) -> str:
    """Each load can be held for one void at a time."""
    return derived_id(load.event_id, "gift_card_load_void")


def _hold_load(
    connection: Connection, now: datetime, terminal: Terminal, return_id: str, load: Any, *, held_before: bool
) -> None:
    card, hold = tables.gift_card, tables.gift_card_hold
    row = {
        "hold_id": _void_hold(load),
        "reference": load.reference,
        "asked_minor": load.amount_minor,
        "amount_minor": load.amount_minor,
        "captured_minor": 0,
        "state": "held",
        "transaction_id": return_id,
        "store_id": terminal.store_id,
        "terminal_id": terminal.terminal_id,
        "placed_at": stored(now),
        "expires_at": stored(now + HELD_FOR_A_VOID),
    }
    if not write_rows(connection, hold, [row]):
        connection.execute(update(hold).where(hold.c.hold_id == row["hold_id"]).values(row))
    if not held_before:
        connection.execute(
            update(card)
            .where(card.c.reference == load.reference)
            .values(held_minor=card.c.held_minor + load.amount_minor)
        )


def _end_hold(connection: Connection, load: Any) -> int:
    """What was held of a load for its void is taken now; how much that was."""
    hold = tables.gift_card_hold
    row = connection.execute(
        update(hold)
        .where(hold.c.hold_id == _void_hold(load), hold.c.state == "held")
        .values(state="captured", captured_minor=load.amount_minor)
        .returning(hold.c.amount_minor)
    ).scalar_one_or_none()
    return row or 0
