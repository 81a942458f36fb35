"""Numbers of members' cards: random, so nobody can guess one; found by a keyed hash, kept sealed to be printed."""

import secrets
from collections.abc import Iterable

from sqlalchemy import Connection, select

from pos_app.domain.member_card import RANDOM_DIGITS, card_number, normalise_card_number
from sync.central import tables
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.vault import Vault


def give(connection: Connection, vault: Vault, member_ids: Iterable[str]) -> None:
    """A card for each member who has none."""
    rows = []
    for member_id in sorted(set(member_ids)):
        number = card_number(secrets.randbelow(10**RANDOM_DIGITS))
        rows.append(
            {
                "card_key": _key(vault, number),
                "member_id": member_id,
                "sealed": vault.seal({"card_number": number}, member_id),
            }
        )
    write_rows(connection, tables.member_card, rows)


def holder(connection: Connection, vault: Vault, number: str) -> str:
    """Whose card it is, also one of an account that was merged; empty when it is nobody's.

    Raises CentralError for what can be no card number.
    """
    try:
        key = _key(vault, normalise_card_number(number))
    except ValueError as error:
        raise CentralError(422, "bad_card_number", str(error)) from error
    card, merged = tables.member_card, tables.former_member
    query = (
        select(card.c.member_id)
        .where(card.c.card_key == key)
        .union_all(select(merged.c.successor_id).where(merged.c.card_key == key))
    )
    return connection.execute(query).scalar_one_or_none() or ""


def number_of(vault: Vault, sealed: bytes | None, member_id: str) -> str:
    """The number of a sealed one, to be shown; empty when there is none."""
    return vault.unseal(bytes(sealed), member_id)["card_number"] if sealed is not None else ""


def _key(vault: Vault, number: str) -> str:
    return vault.keyed("card", number)
