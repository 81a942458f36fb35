"""Editions of promotions: checked, published once per version, never changed after, handed out to terminals."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Connection, select

from pos_app.domain.money import MoneyError, currency
from pos_app.domain.promotion_document import PromotionDocumentError, read_promotions
from pos_app.domain.promotions import PromoCode, PromotionBook
from sync import contract
from sync.central import revision
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import parse, stored
from sync.central.promotions import tables
from sync.promotions import Edition, Editions

_LONGEST_VERSION = 9


def problems(document: Edition) -> list[str]:
    """What is wrong with an edition, a sentence each; empty when it can be published."""
    wrong: list[str] = []
    try:
        parse(document.effective_from)
    except (ValueError, OverflowError):
        wrong.append("effective_from: a time with an offset, such as 2026-11-27T00:00:00-08:00.")
    try:
        book_of(document)
    except PromotionDocumentError as error:
        wrong += error.problems
    except MoneyError as error:
        wrong.append(f"currency_code: {error}.")
    return wrong


def book_of(document: Edition) -> PromotionBook:
    """The promotions as the domain computes with them. Raises PromotionDocumentError or MoneyError.

    Times without an offset are each store's own; which zone they are read in here makes no difference to the codes.
    """
    rows = {"promotions": document.promotions, "promo_codes": document.promo_codes}
    return read_promotions(rows, currency(document.currency_code), UTC)


def publish(connection: Connection, now: datetime, document: Edition) -> bool:
    """Keep an edition and tell the tills. False when it was there already; raises CentralError."""
    if wrong := problems(document):
        raise CentralError(422, "bad_promotions", f"These promotions cannot be used: {' '.join(wrong)}")
    table, body = tables.edition, contract.encode(document)
    row = {
        "document_id": document.document_id,
        "version": document.version,
        "effective_from": stored(parse(document.effective_from)),
        "document": body,
        "published_at": stored(now),
    }
    if write_rows(connection, table, [row]):
        revision.change(connection)
        return True
    kept = connection.execute(
        select(table.c.document).where(table.c.document_id == document.document_id, table.c.version == document.version)
    ).scalar_one()
    if bytes(kept) != body:
        raise CentralError(
            409, "promotions_exist", "This version exists and sales were rung up with it: give the change a new one."
        )
    return False


def every(connection: Connection) -> list[Edition]:
    """All editions, in the order in which they come into force."""
    table = tables.edition
    query = select(table.c.document).order_by(table.c.effective_from, table.c.version)
    return [contract.decode(bytes(row.document), Edition) for row in connection.execute(query)]


def for_terminal(connection: Connection, now: datetime, store_id: str, have: frozenset[str] = frozenset()) -> Editions:
    """What the tills of a store need: the edition in force and those to come, but not the ones they have."""
    return Editions(editions=[one for one in _wanted(connection, now, store_id) if edition_id(one) not in have])


def edition_id(document: Edition) -> str:
    """The name of an edition, as sales carry it."""
    return f"{document.document_id}:{document.version}"


def state_of(document: Edition, editions: Sequence[Edition], now: datetime) -> str:
    """Of all editions in their order: to come, in force, or replaced by a later one for the same stores."""
    if parse(document.effective_from) > now:
        return "to come"
    later = [one for one in editions[list(editions).index(document) + 1 :] if parse(one.effective_from) <= now]
    replaced = any(not one.stores or (document.stores and set(document.stores) <= set(one.stores)) for one in later)
    return "replaced" if replaced else "in force"


def code_of(connection: Connection, promotions_id: str, code: str) -> PromoCode | None:
    """The code as an edition has it; None when there is no such edition, or no such code in it."""
    table = tables.edition
    document_id, _, version = promotions_id.rpartition(":")
    if not version.isdecimal() or len(version) > _LONGEST_VERSION:
        return None
    query = select(table.c.document).where(table.c.document_id == document_id, table.c.version == int(version))
    body = connection.execute(query).scalar_one_or_none()
    found = _book(bytes(body)).find_code(code) if body is not None else None
    return found[0] if found else None


@lru_cache(maxsize=32)
def _book(body: bytes) -> PromotionBook:
    """The promotions of an edition, which never changes."""
    return book_of(contract.decode(body, Edition))


def _wanted(connection: Connection, now: datetime, store_id: str) -> Sequence[Edition]:
    known = [one for one in every(connection) if not one.stores or store_id in one.stores]
    past = _in_force(known, now)
    return [*past[-1:], *known[len(past) :]]


def _in_force(known: list[Edition], now: datetime) -> list[Edition]:
    """Those that have begun, oldest first; the last one is in force."""
    return [one for one in known if parse(one.effective_from) <= now]
