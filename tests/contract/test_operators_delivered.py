"""Operators are added at the central service and sign on at the tills of their stores, also without a network."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.real_till import RealTill
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from pos_app.domain.operator import Operator, Role
from pos_app.domain.phone_approval import challenge_of
from pos_app.domain.rights import Action
from pos_app.ids import SystemIds
from pos_app.services.approvals import ApprovalRequest
from pos_app.services.approving import Approving
from pos_app.storage.operator_register import OperatorRegister
from sync.central.errors import CentralError
from sync.central.people import tables

ASSOCIATE = Operator("associate-7", "Associate", Role.ASSOCIATE)
MANAGER = Operator("manager-7", "Manager", Role.MANAGER)
LOCAL = Operator("technician-1", "Technician", Role.TECHNICIAN)


@pytest.fixture
def central(tmp_path: Path, central_database: str) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central", central_database)
    yield made
    made.close()


@pytest.fixture
def till(tmp_path: Path, central: RealCentral) -> Iterator[RealTill]:
    """A till of store 001 with a technician of its own."""
    made = RealTill(tmp_path / "till")
    OperatorRegister(made.data.database, made.data.storage).add(LOCAL, "901", "909090")
    made.enrol(central.url, central.service.open_enrolment("001", "01"))
    made.connect()
    yield made
    made.close()


def changes(till: RealTill) -> list[tuple[str, str]]:
    rows = till.data.database.all("SELECT payload FROM journal WHERE kind = 'operator_changed' ORDER BY position")
    return [(plain["changed_operator_id"], plain["act"]) for plain in (json.loads(payload) for (payload,) in rows)]


def test_who_was_added_at_the_service_signs_on_at_the_till_without_it(central, till):
    central.service.people.add(ASSOCIATE, "107", "175319")
    badge = central.service.people.new_badge(ASSOCIATE.operator_id)
    till.drain()
    central.server.stop()
    assert till.data.people.by_pin("107", "175319") == ASSOCIATE
    assert till.data.people.by_badge(badge) == ASSOCIATE
    assert till.data.people.by_pin("107", "175310") is None


def test_a_new_pin_and_a_removal_reach_the_till_and_its_own_people_stay(central, till):
    people = central.service.people
    people.add(ASSOCIATE, "107", "175319")
    people.add(MANAGER, "307", "864202")
    till.drain()
    people.set_pin(ASSOCIATE.operator_id, "246810")
    people.remove(MANAGER.operator_id)
    till.drain()
    assert till.data.people.by_pin("107", "175319") is None
    assert till.data.people.by_pin("107", "246810") == ASSOCIATE
    assert till.data.people.by_pin("307", "864202") is None
    assert till.data.people.by_pin("901", "909090") == LOCAL
    assert [person.number for person in till.data.people.everybody()] == ["107", "901"]


def test_only_what_changed_is_written_however_often_it_comes(central, till):
    central.service.people.add(ASSOCIATE, "107", "175319")
    till.drain()
    known = changes(till)
    till.connect()
    till.drain()
    assert changes(till) == known == [("technician-1", "added"), ("associate-7", "delivered")]


def test_an_operator_of_another_store_is_not_delivered(central, till):
    central.service.people.add(ASSOCIATE, "107", "175319", stores=["002"])
    central.service.people.add(MANAGER, "307", "864202", stores=["001", "002"])
    till.drain()
    assert [person.number for person in till.data.people.everybody()] == ["307", "901"]


def test_two_stores_may_use_one_number_and_one_store_may_not(central):
    people = central.service.people
    people.add(ASSOCIATE, "107", "175319", stores=["001"])
    people.add(MANAGER, "107", "864202", stores=["002"])
    with pytest.raises(CentralError, match=r"belongs to associate-7"):
        people.add(Operator("other", "Other", Role.ASSOCIATE), "107", "135791", stores=["001"])


def test_what_travels_says_no_pin_and_the_services_journal_gets_none(central, till):
    central.service.people.add(ASSOCIATE, "107", "175319")
    till.drain()
    till.drain()
    entries = b"".join(payload for (payload,) in till.data.database.all("SELECT payload FROM journal"))
    delivered = central.service.people.for_store("001")
    assert b"175319" not in entries
    assert "175319" not in str(delivered)
    assert "pin" not in str(central.service.people.everybody()[0].operator)
    assert central.service.verify().findings == ()


def test_the_service_answers_an_approval_by_telephone_and_the_till_checks_it_alone(central, till):
    central.service.people.add(MANAGER, "307", "864202")
    till.drain()
    request = ApprovalRequest(Action.DISCOUNT, 5_000, 200_000)
    approving = Approving(
        operator=ASSOCIATE, people=till.data.people, storage=till.data.storage, clock=till.clock, ids=SystemIds()
    )
    challenge = approving.challenge()
    code = central.service.people.phone_code("001", MANAGER.operator_id, challenge, Action.DISCOUNT, 5_000)
    central.server.stop()
    assert approving.by_code(request, challenge, code, "Customer care").approver_id == MANAGER.operator_id


def test_a_manager_of_another_store_gives_no_code(central):
    central.service.people.add(MANAGER, "307", "864202", stores=["002"])
    with pytest.raises(CentralError, match="does not work in store 001"):
        central.service.people.phone_code("001", MANAGER.operator_id, challenge_of("x"), Action.NO_SALE, 0)


@pytest.mark.parametrize(
    ("number", "pin", "name", "code"),
    [
        ("x1", "175319", "Other", "number_form"),
        ("108", "1753", "Other", "pin_form"),
        ("108", "175319", " ", "name_form"),
    ],
    ids=["number of letters", "short PIN", "no name"],
)
def test_what_cannot_be_an_operator_is_refused_in_words(central, number, pin, name, code):
    with pytest.raises(CentralError) as refusal:
        central.service.people.add(Operator("other", name, Role.ASSOCIATE), number, pin)
    assert refusal.value.code == code
    assert central.service.people.everybody() == []


def test_every_change_is_on_record_and_stays(central):
    people = central.service.people
    people.add(ASSOCIATE, "107", "175319", by="manager")
    people.set_pin(ASSOCIATE.operator_id, "246810", by="manager")
    people.new_badge(ASSOCIATE.operator_id, by="manager")
    people.remove(ASSOCIATE.operator_id, by="manager")
    database = central.service.people._database
    rows = database.read(lambda connection: connection.execute(select(tables.operator_change)).all())
    assert sorted(row.act for row in rows) == ["added", "badge_set", "pin_set", "removed"]
    assert {row.changed_by for row in rows} == {"manager"}
    with pytest.raises(DBAPIError, match="append-only"):
        database.run(lambda connection: connection.execute(delete(tables.operator_change)))
