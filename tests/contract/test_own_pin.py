"""An operator changes their own PIN at a till; a central one is another at every till, and no journal holds it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.real_till import RealTill

from pos_app.domain.operator import Operator, Role, SignedOn
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import PinChange
from pos_app.services.own_pin import OwnPin
from pos_app.storage.operator_register import OperatorRegister
from pos_app.storage.own_pins import SqliteOwnPins
from sync.terminal.people import CentralPeople

ASSOCIATE = Operator("associate-7", "Associate", Role.ASSOCIATE)
LOCAL = Operator("technician-1", "Technician", Role.TECHNICIAN)
OLD, NEW = "175319", "286420"


@pytest.fixture
def central(tmp_path: Path, central_database: str) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central", central_database)
    made.service.people.add(ASSOCIATE, "107", OLD)
    yield made
    made.close()


def open_till(folder: Path, central: RealCentral, workstation_id: str) -> RealTill:
    till = RealTill(folder, workstation_id)
    till.enrol(central.url, central.service.open_enrolment("001", workstation_id))
    till.connect()
    till.drain()
    return till


@pytest.fixture
def till(tmp_path: Path, central: RealCentral) -> Iterator[RealTill]:
    made = open_till(tmp_path / "first", central, "01")
    OperatorRegister(made.data.database, made.data.storage).add(LOCAL, "901", "909092")
    yield made
    made.close()


def own_pin(till: RealTill, who: Operator = ASSOCIATE) -> OwnPin:
    pins = SqliteOwnPins(till.data.database, till.data.storage)
    return OwnPin(operator=SignedOn(who), people=till.data.people, pins=pins, gateway=CentralPeople(till.client))


def test_the_new_pin_signs_on_at_every_till_and_the_old_one_nowhere(central, till, tmp_path: Path):
    other = open_till(tmp_path / "second", central, "02")
    own_pin(till).change(OLD, NEW)
    other.drain()
    till.drain()
    for one in (till, other):
        assert one.data.people.by_pin("107", NEW) == ASSOCIATE
        assert one.data.people.by_pin("107", OLD) is None
    other.close()


def test_no_journal_entry_holds_a_pin_or_what_it_could_be_tried_against(central, till):
    own_pin(till).change(OLD, NEW)
    rows = till.data.database.all("SELECT payload FROM journal WHERE kind = 'operator_changed'")
    said = b"".join(payload for (payload,) in rows)
    assert b'"act":"pin_set"' in said
    assert not [secret for secret in (OLD, NEW, "proof", "salt") if secret.encode() in said]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (OLD, "123456", "tried first"),
        (OLD, "000000", "tried first"),
        (OLD, "12345", "6 digits"),
        (OLD, OLD, "the PIN you have"),
        ("175310", NEW, "Not recognised"),
    ],
    ids=["counting-up", "one-digit", "too-short", "the-same", "wrong-old-one"],
)
def test_a_weak_pin_and_a_wrong_old_one_are_refused_and_nothing_changes(central, till, old: str, new: str, words: str):
    with pytest.raises(CashierError, match=words):
        own_pin(till).change(old, new)
    assert till.data.people.by_pin("107", OLD) == ASSOCIATE


def test_wrong_old_pins_count_like_any_wrong_pin(central, till):
    for _ in range(5):
        with pytest.raises(CashierError):
            own_pin(till).change("175310", NEW)
    with pytest.raises(CashierError, match="Too many wrong tries"):
        own_pin(till).change(OLD, NEW)


def test_without_a_line_a_central_pin_stays_and_a_local_one_changes(central, till):
    central.server.stop()
    with pytest.raises(OfflineError, match="Nothing changed"):
        own_pin(till).change(OLD, NEW)
    assert till.data.people.by_pin("107", OLD) == ASSOCIATE
    own_pin(till, LOCAL).change("909092", NEW)
    assert till.data.people.by_pin("901", NEW) == LOCAL


def test_a_till_that_does_not_know_the_old_pin_changes_none(central, till):
    gateway = CentralPeople(till.client)
    with pytest.raises(RefusedError, match="another one by now"):
        gateway.change_pin(PinChange(ASSOCIATE.operator_id, bytes(32), bytes(16), "argon2id:2:32768:1", bytes(32)))
    till.drain()
    assert till.data.people.by_pin("107", OLD) == ASSOCIATE


def test_a_lost_answer_is_asked_for_again(central, till):
    kept: list[PinChange] = []
    pins = SqliteOwnPins(till.data.database, till.data.storage)
    pins.change(
        ASSOCIATE.operator_id,
        OLD,
        NEW,
        lambda change: (kept.append(change), CentralPeople(till.client).change_pin(change)),
    )
    CentralPeople(till.client).change_pin(kept[0])
    till.drain()
    assert till.data.people.by_pin("107", NEW) == ASSOCIATE
