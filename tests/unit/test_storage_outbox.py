"""What is still to be sent, what the central service said, and who this terminal is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile, copytree

import pytest
from fakes.terminal_data import NOON, cash_sale, header, open_day, terminal_data

from pos_app.clock import SetClock
from pos_app.domain.basket import Basket, MemberReference
from pos_app.domain.poslog import sale_to_plain
from pos_app.domain.rewards import BonusOffer, OfferScope, PointsTaxTreatment, ProgrammeTerms
from pos_app.ports import Enrolment, EventOutcome, OpenTransaction
from pos_app.storage.outbox import CONTACTS_KEPT_S
from pos_app.storage.terminal_database import TerminalDatabase

AT = "2026-11-22T20:00:00+00:00"


def _no_sales(data: TerminalDatabase, count: int) -> None:
    for _ in range(count):
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {})
            work.commit()


def _sequences(data: TerminalDatabase, limit: int = 100) -> list[int]:
    return [entry.sequence for entry in data.outbox.pending(limit)]


def test_what_lies_beyond_the_mark_is_sent_oldest_first(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _no_sales(data, 5)
        assert _sequences(data, 3) == [1, 2, 3]
        data.outbox.acknowledge(3, [EventOutcome(1, "e", "applied")], AT)
        assert (_sequences(data), data.outbox.pending_count(), data.outbox.acknowledged()) == ([4, 5], 2, 3)
    with terminal_data(tmp_path) as data:
        assert _sequences(data) == [4, 5]


def test_the_mark_moves_back_when_the_service_lost_its_tail(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _no_sales(data, 5)
        data.outbox.acknowledge(5, [], AT)
        assert _sequences(data) == []
        data.outbox.acknowledge(2, [], AT)
        assert _sequences(data) == [3, 4, 5]


def test_a_quarantined_event_is_kept_until_the_service_applies_it(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _no_sales(data, 3)
        refused = EventOutcome(2, "event-2", "quarantined", "unknown currency")
        data.outbox.acknowledge(3, [EventOutcome(1, "event-1", "applied"), refused], AT)
        data.outbox.acknowledge(3, [], AT)
        assert data.outbox.quarantined() == [refused]
        data.outbox.acknowledge(3, [EventOutcome(2, "event-2", "applied")], AT)
        assert data.outbox.quarantined() == []


def _member_sale(data: TerminalDatabase, contact_id: str, email: str = "") -> None:
    with data.storage.unit_of_work() as work:
        number = work.begin_transaction()
        work.append("sale", sale_to_plain(cash_sale(number, contact_id=contact_id)))
        if email:
            work.add_contact(contact_id, email)
        work.commit()


def _a_week_later() -> str:
    return (datetime.fromisoformat(AT) + timedelta(seconds=CONTACTS_KEPT_S)).isoformat()


def test_an_address_travels_with_every_event_that_names_it_and_is_erased_a_week_later(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        with data.storage.unit_of_work() as work:
            work.add_contact("c1", "jane@example.com")
            work.append("member_enrolled", {"contact_id": "c1", "marketing_consent": False, "joined_at": AT})
            work.commit()
        _member_sale(data, "c1")
        _member_sale(data, "c2", "joe@example.com")
        entries = data.outbox.pending(10)
        assert data.outbox.contacts(entries) == {"c1": "jane@example.com", "c2": "joe@example.com"}
        assert data.outbox.contacts(entries[:1]) == {"c1": "jane@example.com"}
        assert b"@" not in b"".join(entry.payload for entry in entries)
        data.outbox.acknowledge(1, [], AT)
        assert data.outbox.contacts(entries[1:2]) == {"c1": "jane@example.com"}
        data.outbox.acknowledge(2, [], AT)
        assert data.outbox.contacts(entries) == {"c1": "jane@example.com", "c2": "joe@example.com"}
        data.outbox.acknowledge(2, [], _a_week_later())
        assert data.outbox.contacts(entries) == {"c2": "joe@example.com"}


def test_a_service_that_lost_its_newest_events_gets_their_addresses_again(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _member_sale(data, "c1", "jane@example.com")
        entries = data.outbox.pending(10)
        data.outbox.acknowledge(1, [], AT)
        data.outbox.acknowledge(0, [], _a_week_later())
        assert data.outbox.contacts(data.outbox.pending(10)) == {"c1": "jane@example.com"}
        data.outbox.acknowledge(1, [], _a_week_later())
        assert data.outbox.contacts(entries) == {"c1": "jane@example.com"}


def test_an_address_is_kept_for_a_quarantined_event_and_for_a_sale_under_way(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _member_sale(data, "c1", "jane@example.com")
        _member_sale(data, "c2", "joe@example.com")
        basket = Basket().attach_member(MemberReference(contact_id="c2"))
        with data.storage.unit_of_work() as work:
            work.save_open_transaction(OpenTransaction(header(3), basket))
            work.commit()
        entries = data.outbox.pending(10)
        data.outbox.acknowledge(2, [EventOutcome(1, entries[0].event_id, "quarantined", "no")], AT)
        data.outbox.acknowledge(2, [], _a_week_later())
        assert data.outbox.contacts(entries).keys() == {"c1", "c2"}
        with data.storage.unit_of_work() as work:
            work.clear_open_transaction()
            work.commit()
        data.outbox.acknowledge(2, [EventOutcome(1, entries[0].event_id, "applied")], AT)
        data.outbox.acknowledge(2, [], _a_week_later())
        assert data.outbox.contacts(entries) == {}


# --- identity --------------------------------------------------------------------------------------------------------


def test_the_enrolment_is_kept_with_its_key(tmp_path: Path) -> None:
    enrolment = Enrolment("001-02", "001", "02", "https://central.example", bytes(range(32)))
    with terminal_data(tmp_path) as data:
        assert data.identity.enrolment() is None
        data.identity.save_enrolment(enrolment)
    with terminal_data(tmp_path) as data:
        assert data.identity.enrolment() == enrolment


def _copy(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for name in ("terminal.db", "database.key"):
        copyfile(source / name, target / name)


def test_a_restored_older_copy_goes_on_as_another_incarnation(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    till, backup = tmp_path / "till", tmp_path / "backup"
    with terminal_data(till) as data:
        first = data.identity.incarnation()
        open_day(data, 0)
        _member_sale(data, "c1", "jane@example.com")
        data.outbox.acknowledge(2, [], AT)
    _copy(till, backup)
    with terminal_data(till) as data:
        _member_sale(data, "c2")
        _member_sale(data, "c2")
    _copy(backup, till)
    expect_log("an older copy: entry 5 is not in it; the journal goes on under a new incarnation")
    with terminal_data(till) as data:
        assert data.identity.incarnation() != first
        assert data.outbox.terminal_identity() == ("001-02", first)
        assert _sequences(data) == [3]
        with data.storage.unit_of_work() as work:
            assert work.begin_transaction() == 4
            entry = work.append("no_sale", {})
            work.commit()
        assert (entry.sequence, entry.incarnation) == (1, data.identity.incarnation())
        assert data.outbox.pending_count() == 2
        data.outbox.acknowledge(3, [], AT)
        assert data.outbox.terminal_identity() == ("001-02", data.identity.incarnation())
        assert [(e.incarnation, e.sequence) for e in data.outbox.pending(9)] == [(entry.incarnation, 1)]
        assert data.outbox.acknowledged() == 0


def test_a_database_copied_elsewhere_is_another_incarnation(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    with terminal_data(tmp_path / "till") as data:
        _no_sales(data, 1)
        first = data.identity.incarnation()
    _copy(tmp_path / "till", tmp_path / "other")
    expect_log("copied here without its witness")
    with terminal_data(tmp_path / "other") as data:
        assert data.identity.incarnation() != first


def test_a_whole_folder_that_moved_stays_the_same_incarnation(tmp_path: Path) -> None:
    with terminal_data(tmp_path / "till") as data:
        _no_sales(data, 1)
        first = data.identity.incarnation()
    copytree(tmp_path / "till", tmp_path / "moved")
    with terminal_data(tmp_path / "moved") as data:
        assert data.identity.incarnation() == first


# --- terms -----------------------------------------------------------------------------------------------------------

TERMS = {
    "terms_id": "standard",
    "version": 2,
    "effective_from": "2026-01-01T00:00:00+00:00",
    "earn_points_per_unit": 2,
    "redeem_points": 500,
    "redeem_value_minor": 500,
    "redeem_step_points": 500,
    "points_tax_treatment": "discount",
    "time_zone": "Europe/Berlin",
    "offers": [
        {
            "offer_id": "double",
            "version": 3,
            "starts_at": "2026-11-01T00:00:00",
            "ends_at": "2026-11-30T23:59:59Z",
            "multiplier": 2,
            "scope": {"categories": ["audio"], "invented_later": [1]},
        }
    ],
    "enrolment_offers": [{"offer_id": "welcome"}],
    "invented_later": True,
}


def test_terms_are_those_of_the_programme_until_some_are_delivered(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        assert data.terms.current_terms() == ProgrammeTerms()


def test_delivered_terms_are_read_whole_and_survive(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        data.outbox.save_terms(json.dumps({"terms": [TERMS]}).encode())
        saved = data.terms.current_terms()
    with terminal_data(tmp_path) as data:
        assert data.terms.current_terms() == saved
    assert (saved.version, saved.earn_points_per_unit, saved.redeem_points) == (2, 2, 500)
    assert saved.points_tax_treatment is PointsTaxTreatment.DISCOUNT
    assert saved.offers == (
        BonusOffer(
            "double",
            3,
            datetime(2026, 10, 31, 23, tzinfo=UTC),
            datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC),
            2,
            OfferScope(categories=("audio",)),
        ),
    )


def test_a_version_comes_into_force_at_its_own_time(tmp_path: Path) -> None:
    clock = SetClock(NOON)
    later = TERMS | {"version": 3, "effective_from": "2026-11-22T13:00:00-08:00", "offers": []}
    with terminal_data(tmp_path, clock=clock) as data:
        data.outbox.save_terms(json.dumps(later).encode())
        data.outbox.save_terms(json.dumps(TERMS).encode())
        assert data.terms.current_terms().version == 2
        clock.at = NOON.replace(hour=13)
        assert data.terms.current_terms().version == 3
        assert data.terms.terms_of("standard", 2).version == 2


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[1]",
        b'{"terms": [{}]}',
        b'{"terms": 1}',
        json.dumps(TERMS | {"redeem_points": 7, "redeem_step_points": 3}).encode(),
        json.dumps(TERMS | {"redeem_points": 0}).encode(),
        json.dumps(TERMS | {"earn_points_per_unit": "2"}).encode(),
        json.dumps(TERMS | {"time_zone": "Nowhere/At all"}).encode(),
        json.dumps({"terms": [TERMS | {"version": 9}, {"terms_id": 1}]}).encode(),
    ],
)
def test_terms_that_cannot_be_understood_leave_the_known_ones_in_force(tmp_path: Path, document: bytes) -> None:
    with terminal_data(tmp_path) as data:
        data.outbox.save_terms(json.dumps(TERMS).encode())
        with pytest.raises(ValueError, match=r"."):
            data.outbox.save_terms(document)
        assert data.terms.current_terms().version == 2
