"""Members by the million, loaded past the service; a sample of them whole, so that they can be found by their keys."""

import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pos_app.domain.member_card import card_number
from sync import contract
from sync.central.service import SECRETS_FILE, CentralService
from sync.central.vault import Vault

_TABLES = ("account", "person", "member_card", "balance", "lot")
_NOT_READ = ("person_by_similar", "lot_by_expiry", "lot_open_by_expiry")
"""Indexes that no look-up reads: left out, or loading takes half as long again."""
_MEMBER_ID = "'01a00000-0000-7000-8000-' || lpad(to_hex(i), 12, '0')"
_SEALED = rf"'\x{'5a' * 80}'::bytea"
_ROWS = {
    "account": ("member_id, joined_at, joined_event_id", "{id}, '2020-01-01T00:00:00.000000Z', md5(i::text)"),
    "person": (
        "member_id, email_key, sealed, marketing_consent, consent_at, similar_key",
        f"{{id}}, encode(sha256(('e' || i)::bytea), 'hex'), {_SEALED}, false, '2020-01-01T00:00:00.000000Z', ''",
    ),
    "member_card": ("card_key, member_id, sealed", f"encode(sha256(('c' || i)::bytea), 'hex'), {{id}}, {_SEALED}"),
    "balance": ("member_id, points, held, pending, version", "{id}, 1000, 0, 0, 1"),
    "lot": (
        "lot_id, member_id, pool, earned_on, expires_on, granted, remaining",
        "encode(sha256(('l' || i)::bytea), 'hex'), {id}, 'store', '2026-01-02', '2027-03-31', 1000, 1000",
    ),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Members whose keys and sealed data are real."""

    member_ids: tuple[str, ...]
    emails: tuple[str, ...]
    cards: tuple[str, ...]


def load(url: str, secrets: Path, count: int, sampled: int) -> float:
    """Fill an empty database of the service with `count` members; how many seconds it took.

    Indexes are made after the rows.
    """
    CentralService.open(secrets, url).close()
    began = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for table in _TABLES:
            _fill(connection, table, count)
        _make_real(connection, Vault.load(secrets / SECRETS_FILE), count, sampled)
        connection.execute(f"VACUUM (FREEZE, ANALYZE) {', '.join(_TABLES)}")
        connection.execute("CHECKPOINT")
    return time.perf_counter() - began


def _fill(connection: "psycopg.Connection[tuple[object, ...]]", table: str, count: int) -> None:
    columns, values = _ROWS[table]
    constraints = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('p', 'u') ORDER BY contype",
        (table,),
    ).fetchall()
    with connection.transaction():
        for name, _ in constraints:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        indexes = connection.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = %s::regclass",
            (table,),
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute(f"TRUNCATE {table}")  # in the transaction of the rows: they need no log
        chosen = values.format(id=_MEMBER_ID)
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM generate_series(0, {count - 1}) i")
        for name, definition in indexes:
            if name not in _NOT_READ:
                connection.execute(definition)
        for name, definition in constraints:
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def sample_of(count: int, sampled: int) -> Sample:
    """Every so many-th member, the same ones each time."""
    numbers = [index * (count // sampled) for index in range(sampled)]
    return Sample(
        tuple(f"01a00000-0000-7000-8000-{number:012x}" for number in numbers),
        tuple(f"member{number}@example.com" for number in numbers),
        tuple(card_number(number) for number in numbers),
    )


def _make_real(connection: "psycopg.Connection[tuple[object, ...]]", vault: Vault, count: int, sampled: int) -> None:
    sample = sample_of(count, sampled)
    people, cards = [], []
    for member_id, email, card in zip(sample.member_ids, sample.emails, sample.cards, strict=True):
        sealed = vault.seal({"email": email, "display_name": ""}, member_id)
        people.append((vault.email_key(email), sealed, member_id))
        cards.append((vault.keyed("card", card), vault.seal({"card_number": card}, member_id), member_id))
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany("UPDATE person SET email_key = %s, sealed = %s WHERE member_id = %s", people)
        cursor.executemany("UPDATE member_card SET card_key = %s, sealed = %s WHERE member_id = %s", cards)


def find_by_email(email: str) -> bytes:
    """The body of a look-up."""
    return contract.encode(contract.FindMember(email=email))


def find_by_card(card: str) -> bytes:
    """The body of a look-up."""
    return contract.encode(contract.FindMember(card_number=card))
