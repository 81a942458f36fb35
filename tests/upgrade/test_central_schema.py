"""A database of the service's first version goes on under this one, with everything that is in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.central_databases import central_database as central_database
from fakes.central_databases import postgresql_url as postgresql_url
from fakes.central_till import Journal, returned_line
from sqlalchemy import Connection, inspect, text

from pos_app.clock import SystemClock
from sync import contract, membership
from sync.central import tables, terms
from sync.central.database import Database
from sync.central.ledger import derived_id
from sync.central.migrations import MIGRATIONS
from sync.central.service import CentralService
from sync.central.vault import Vault

VAULT = Vault(b"p" * 32, b"s" * 32)
FIRST_VERSION = {
    "account",
    "person",
    "ledger",
    "lot",
    "balance",
    "hold",
    "gift_card",
    "gift_card_entry",
    "gift_card_hold",
    "terminal",
    "terminal_chain",
    "enrolment_code",
    "event",
    "event_key",
    "event_fork",
    "sale",
    "unclaimed",
    "terms",
    "schema_version",
}
ADDED = {"person": ("similar_key", "segment"), "sale": ("earned_on", "expires_on")}


def make_first_version(connection: Connection) -> None:
    """The tables as they were: without what came later."""
    MIGRATIONS[0](connection)
    for table in reversed(tables.metadata.sorted_tables):
        if table.name not in FIRST_VERSION:
            connection.execute(text(f"DROP TABLE {table.name}"))
    for name, columns in ADDED.items():
        for index in tables.metadata.tables[name].indexes:
            if {column.name for column in index.columns} & set(columns):
                connection.execute(text(f"DROP INDEX {index.name}"))
        for column in columns:
            connection.execute(text(f"ALTER TABLE {name} DROP COLUMN {column}"))
    connection.execute(tables.schema_version.insert().values(version=1))


def sell_in_the_first_version(connection: Connection, at: str) -> None:
    """A sale of 100 dollars by the member, as the first version wrote it down."""
    journal = Journal()
    entry = journal.sale("t1", member_id="m1")
    standard = terms.STANDARD
    connection.execute(
        tables.terms.insert().values(
            terms_id=standard.terms_id,
            version=standard.version,
            effective_from="1970-01-01T00:00:00.000000Z",
            document=contract.encode(standard),
        )
    )
    lot_id = derived_id("lot", "m1", "store", "2015-03-31")
    chain = {"terminal_id": entry.terminal_id, "incarnation": entry.incarnation}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("terminal_chain", chain | {"high_water": 1, "head_hash": entry.entry_hash, "first_seen_at": at}),
        ("terminal", {"terminal_id": "001-01", "store_id": "001", "workstation_id": "01", "public_key": b"k"}),
        ("event", chain | {"sequence": 1, "event_id": "t1", "kind": "sale", "version": 1, "payload": entry.payload}),
        ("event_key", chain | {"event_id": "t1", "payload_hash": "", "sequence": 1}),
        ("sale", {"transaction_id": "t1", "event_id": "t1", "receipt_number": "001-01-000001", "store_id": "001"}),
        ("ledger", {"entry_id": "x", "event_id": "t1", "member_id": "m1", "pool": "store", "lot_id": lot_id}),
        ("lot", {"lot_id": lot_id, "member_id": "m1", "pool": "store", "granted": 100, "remaining": 100}),
    ]
    more: dict[str, dict[str, Any]] = {
        "terminal": {"state": "active", "enrolled_at": at, "last_seen_at": at, "software_version": ""},
        "event": {
            "occurred_at": entry.occurred_at,
            "business_day": entry.business_day,
            "previous_hash": entry.previous_hash,
            "entry_hash": entry.entry_hash,
            "received_at": at,
            "status": "applied",
            "reason": "",
            "member_id": "m1",
            "points": 100,
            "correction_points": 0,
        },
        "sale": {
            "business_day": "2014-11-28",
            "ended_at": "2014-11-28T18:05:00.000000Z",
            "member_id": "m1",
            "total_minor": 10_000,
            "currency_code": "USD",
            "terms_id": "standard",
            "terms_version": 1,
        },
        "ledger": {
            "kind": "earn_base",
            "points": 100,
            "transaction_id": "t1",
            "line_number": 1,
            "offer_id": "",
            "store_id": "001",
            "occurred_at": at,
            "received_at": at,
            "reason": "",
        },
        "lot": {"earned_on": "2014-11-28", "expires_on": "2015-03-31"},
    }
    for name, values in rows:
        row = values | more.get(name, {})
        names = ", ".join(row)
        connection.execute(text(f"INSERT INTO {name} ({names}) VALUES (:{', :'.join(row)})"), row)
    connection.execute(text("UPDATE balance SET points = 100"))


@pytest.fixture
def service(central_database: str) -> Iterator[CentralService]:
    """This version of the service over a database with a member of the first."""
    database = Database.open(central_database)

    def work(connection: Connection) -> None:
        make_first_version(connection)
        key, at = VAULT.email_key("jo@example.com"), "2026-01-01T00:00:00.000000Z"
        sealed = VAULT.seal({"email": "jo@example.com", "display_name": ""}, "m1")
        for statement in (
            f"INSERT INTO account VALUES ('m1', '{at}', 'e1', NULL)",
            "INSERT INTO balance VALUES ('m1', 0, 0, 0, 0)",
        ):
            connection.execute(text(statement))
        connection.execute(
            text("INSERT INTO person VALUES ('m1', :key, :sealed, :consent, :at)"),
            {"key": key, "sealed": sealed, "consent": False, "at": at},
        )
        sell_in_the_first_version(connection, at)

    database.run(work)
    made = CentralService(database, VAULT, SystemClock())
    yield made
    made.close()


def test_a_member_of_the_first_version_gets_a_card_and_all_the_rest(service: CentralService) -> None:
    member = service.find_member(contract.FindMember(email="jo@example.com")).member
    assert member is not None
    assert (member.member_id, member.segment) == ("m1", "consumer")
    assert service.find_member(contract.FindMember(card_number=member.card_number)).member is not None
    service.desk.set_pin(membership.SetPin(member_id="m1", pin="4711"))
    service.care.erase("m1")
    assert service.verify().findings == ()


def test_a_sale_of_the_first_version_can_be_returned(service: CentralService) -> None:
    assert service.verify().findings == ()
    found = service.find_sale(contract.FindSale(receipt_number="001-01-000001")).found
    assert found is not None
    journal = Journal()
    journal.sale("t1", member_id="m1")
    journal.returned("r1", "t1", returned_line(1))
    result = service.upload("001-01", journal.batch(2)).results[0]
    assert (result.status, result.points) == ("applied", -100)
    assert service.verify().findings == ()


def test_an_upgraded_database_has_what_a_new_one_has(service: CentralService, tmp_path: Path) -> None:
    def shape(connection: Connection) -> dict[str, tuple[set[str], set[str]]]:
        found = inspect(connection)
        return {
            name: (
                {one["name"] for one in found.get_columns(name)},
                {str(one["name"]) for one in found.get_indexes(name)},
            )
            for name in found.get_table_names()
            if name in tables.metadata.tables
        }

    fresh = CentralService(Database.open(f"sqlite:///{tmp_path / 'fresh.db'}"), VAULT)
    wanted = fresh._database.read(shape)
    fresh.close()
    upgraded = service._database.read(shape)
    assert {name: columns for name, (columns, _) in upgraded.items()} == {
        name: columns for name, (columns, _) in wanted.items()
    }
    missing = {name: indexes - upgraded[name][1] for name, (_, indexes) in wanted.items()}
    assert {name: indexes for name, indexes in missing.items() if indexes} == {}
