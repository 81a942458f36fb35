"""Gift cards: balance, holds while a sale is being paid, and what sales take from them.

A card is known by a reference derived from its number; the number is kept nowhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from sync import contract
from sync.central import tables
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.ledger import derived_id
from sync.central.moments import stored
from sync.central.terminals import Terminal
from sync.central.vault import Vault

HOLD_LIFE = timedelta(minutes=5)


def issue(
    connection: Connection, vault: Vault, now: datetime, number: str, amount_minor: int, currency_code: str
) -> contract.GiftCard:
    """A new card with money on it; the same card and amount again changes nothing. Raises CentralError."""
    if amount_minor <= 0:
        raise CentralError(422, "bad_amount", "A gift card is issued with an amount above zero.")
    reference = vault.gift_card_reference(number)
    card = tables.gift_card
    fresh = {"reference": reference, "currency_code": currency_code, "balance_minor": amount_minor, "held_minor": 0}
    entry_id = derived_id("gift-card-issue", reference)
    if write_rows(connection, card, [fresh]):
        entry = {
            "entry_id": entry_id,
            "reference": reference,
            "kind": "issue",
            "amount_minor": amount_minor,
            "event_id": entry_id,
            "transaction_id": "",
            "received_at": stored(now),
        }
        write_rows(connection, tables.gift_card_entry, [entry])
    issued = connection.execute(
        select(tables.gift_card_entry.c.amount_minor, card.c.currency_code)
        .join(card, card.c.reference == tables.gift_card_entry.c.reference)
        .where(tables.gift_card_entry.c.entry_id == entry_id)
    ).one()
    if (issued.amount_minor, issued.currency_code) != (amount_minor, currency_code):
        raise CentralError(409, "card_exists", "A gift card of this number was issued before, with another amount.")
    return _view(connection, reference)


def find(connection: Connection, vault: Vault, now: datetime, number: str) -> contract.GiftCard:
    """The card of a number. Raises CentralError when there is none."""
    reference = vault.gift_card_reference(number)
    _expire(connection, now, tables.gift_card_hold.c.reference == reference)
    return _view(connection, reference)


@dataclass(frozen=True, slots=True)
class CardMovement:
    """One entry of a card's account; amount_minor is below zero where money left it."""

    received_at: str
    kind: str
    amount_minor: int
    transaction_id: str


def movements(connection: Connection, vault: Vault, number: str) -> list[CardMovement]:
    """Everything that was posted to the account of a number, oldest first."""
    entry = tables.gift_card_entry
    rows = connection.execute(
        select(entry.c.received_at, entry.c.kind, entry.c.amount_minor, entry.c.transaction_id)
        .where(entry.c.reference == vault.gift_card_reference(number))
        .order_by(entry.c.received_at, entry.c.entry_id)
    )
    return [CardMovement(*row) for row in rows]


def place(
    connection: Connection, vault: Vault, now: datetime, terminal: Terminal, request: contract.PlaceGiftCardHold
) -> contract.GiftCardHoldAnswer:
    """Set aside up to the amount asked for; the same hold id again answers with the same hold.

    Raises CentralError for an unknown or empty card: the transaction must then be undone.
    """
    reference = vault.gift_card_reference(request.number)
    _expire(connection, now, tables.gift_card_hold.c.reference == reference)
    card, hold = tables.gift_card, tables.gift_card_hold
    row = connection.execute(select(hold).where(hold.c.hold_id == request.hold_id)).one_or_none()
    if row is None:
        found = connection.execute(select(card).where(card.c.reference == reference).with_for_update()).one_or_none()
        if found is None:
            raise CentralError(404, "unknown_gift_card", "There is no gift card with this number.")
        amount_minor = min(request.amount_minor, found.balance_minor - found.held_minor)
        if amount_minor <= 0:
            raise CentralError(409, "gift_card_empty", "There is nothing left on this gift card.")
        fresh = {
            "hold_id": request.hold_id,
            "reference": reference,
            "asked_minor": request.amount_minor,
            "amount_minor": amount_minor,
            "captured_minor": 0,
            "state": "held",
            "transaction_id": request.transaction_id,
            "store_id": terminal.store_id,
            "terminal_id": terminal.terminal_id,
            "placed_at": stored(now),
            "expires_at": stored(now + HOLD_LIFE),
        }
        if write_rows(connection, hold, [fresh]):
            connection.execute(
                update(card).where(card.c.reference == reference).values(held_minor=card.c.held_minor + amount_minor)
            )
        row = connection.execute(select(hold).where(hold.c.hold_id == request.hold_id)).one()
    asked = (reference, request.amount_minor, request.transaction_id, terminal.store_id)
    if (row.reference, row.asked_minor, row.transaction_id, row.store_id) != asked:
        raise CentralError(409, "hold_differs", "This hold was placed before, for something else.")
    return contract.GiftCardHoldAnswer(
        hold_id=row.hold_id,
        reference=row.reference,
        amount_minor=row.amount_minor,
        balance_minor=_view(connection, row.reference).balance_minor,
        state=row.state,
    )


def release(connection: Connection, terminal: Terminal, hold_id: str) -> None:
    """Give back what a hold set aside; harmless when it is gone or belongs to another store."""
    hold = tables.gift_card_hold
    row = connection.execute(
        update(hold)
        .where(hold.c.hold_id == hold_id, hold.c.state == "held", hold.c.store_id == terminal.store_id)
        .values(state="released")
        .returning(hold.c.reference, hold.c.amount_minor)
    ).one_or_none()
    if row is not None:
        _give_back(connection, {row.reference: row.amount_minor})


def expire_all(connection: Connection, now: datetime) -> int:
    """Give back all holds whose time is up; how many they were."""
    return _expire(connection, now)


def capture(
    connection: Connection,
    received_at: str,
    event_id: str,
    transaction_id: str,
    tender_id: str,
    reference: str,
    amount_minor: int,
) -> str:
    """Take what a sale was paid with. Returns what is odd about it, empty when nothing is.

    The goods are gone, so a card is charged also after its hold is over; its balance may become negative.
    """
    card, hold = tables.gift_card, tables.gift_card_hold
    row = connection.execute(select(hold).where(hold.c.hold_id == reference).with_for_update()).one_or_none()
    card_reference = reference if row is None else row.reference
    odd = "" if row is not None and row.state == "held" else "gift_card_without_hold"
    held_minor = 0
    if row is not None:
        held_minor = row.amount_minor if row.state == "held" else 0
        connection.execute(
            update(hold)
            .where(hold.c.hold_id == row.hold_id)
            .values(state="captured", captured_minor=hold.c.captured_minor + amount_minor)
        )
    charged = connection.execute(
        update(card)
        .where(card.c.reference == card_reference)
        .values(balance_minor=card.c.balance_minor - amount_minor, held_minor=card.c.held_minor - held_minor)
        .returning(card.c.balance_minor)
    ).one_or_none()
    if charged is None:
        return "gift_card_unknown"
    entry = {
        "entry_id": derived_id(event_id, "gift_card", tender_id),
        "reference": card_reference,
        "kind": "capture",
        "amount_minor": -amount_minor,
        "event_id": event_id,
        "transaction_id": transaction_id,
        "received_at": received_at,
    }
    write_rows(connection, tables.gift_card_entry, [entry])
    return "gift_card_overdrawn" if charged.balance_minor < 0 else odd


def refund(connection: Connection, received_at: str, event_id: str, tender: Any, amount_minor: int) -> str:
    """Credit a card with what a return gives back of a tender, never more than was paid with it.

    Returns what is odd about it, empty when nothing is.
    """
    card, hold, entry = tables.gift_card, tables.gift_card_hold, tables.gift_card_entry
    placed = connection.execute(select(hold.c.reference).where(hold.c.hold_id == tender.reference)).scalar()
    reference = placed or tender.reference
    known = connection.execute(select(card.c.reference).where(card.c.reference == reference).with_for_update()).scalar()
    if known is None:
        return "gift_card_unknown"
    before = connection.execute(
        select(func.coalesce(func.sum(entry.c.amount_minor), 0)).where(
            entry.c.reference == reference,
            entry.c.transaction_id == tender.transaction_id,
            entry.c.kind == "refund",
        )
    ).scalar_one()
    credited = min(amount_minor, max(tender.amount_minor - int(before), 0))
    if credited:
        connection.execute(
            update(card).where(card.c.reference == reference).values(balance_minor=card.c.balance_minor + credited)
        )
        row = {
            "entry_id": derived_id(event_id, "gift_card_refund", tender.tender_id),
            "reference": reference,
            "kind": "refund",
            "amount_minor": credited,
            "event_id": event_id,
            "transaction_id": tender.transaction_id,
            "received_at": received_at,
        }
        write_rows(connection, entry, [row])
    return "gift_card_refund_cut" if credited < amount_minor else ""


def _expire(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> int:
    hold = tables.gift_card_hold
    rows = connection.execute(
        update(hold)
        .where(hold.c.state == "held", hold.c.expires_at <= stored(now), *which)
        .values(state="expired")
        .returning(hold.c.reference, hold.c.amount_minor)
    ).all()
    amounts: dict[str, int] = {}
    for row in rows:
        amounts[row.reference] = amounts.get(row.reference, 0) + row.amount_minor
    _give_back(connection, amounts)
    return len(rows)


def _give_back(connection: Connection, amounts_by_reference: dict[str, int]) -> None:
    card = tables.gift_card
    for reference, amount_minor in sorted(amounts_by_reference.items()):
        connection.execute(
            update(card).where(card.c.reference == reference).values(held_minor=card.c.held_minor - amount_minor)
        )


def _view(connection: Connection, reference: str) -> contract.GiftCard:
    card = tables.gift_card
    row = connection.execute(select(card).where(card.c.reference == reference)).one_or_none()
    if row is None:
        raise CentralError(404, "unknown_gift_card", "There is no gift card with this number.")
    return contract.GiftCard(
        reference=row.reference,
        balance_minor=max(row.balance_minor - row.held_minor, 0),
        currency_code=row.currency_code,
    )
