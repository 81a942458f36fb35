"""Who may change what about whom at a till, and what stays of it: real operators on a real disk."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.terminal_data import terminal_data

from pos_app.domain.operator import Operator, Role, SignedOn
from pos_app.domain.rights import may_manage
from pos_app.errors import CashierError
from pos_app.services.approvals import Approval, ApprovalNeededError, Approvals, NotAllowedError
from pos_app.services.staff import Staff
from pos_app.storage.operator_register import CENTRAL, OperatorRegister
from pos_app.storage.staff import SqliteStaffBook
from pos_app.storage.terminal_database import TerminalDatabase

ASSOCIATE = Operator("associate-1", "Associate", Role.ASSOCIATE)
SUPERVISOR = Operator("supervisor-1", "Supervisor", Role.SUPERVISOR)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
OLD_PIN, NEW_PIN = "175319", "839174"
BADGE, NEW_BADGE = "OPB-MANAGER", "OPB-5C0FFEE5C0FFEE"


class Store:
    """A till with an associate, a supervisor and a manager; the manager opened the room."""

    def __init__(self, data: TerminalDatabase) -> None:
        self.data = data
        self.register = OperatorRegister(data.database, data.storage)
        self.register.add(ASSOCIATE, "101", OLD_PIN)
        self.register.add(SUPERVISOR, "201", "864202")
        self.register.add(MANAGER, "301", "246813", BADGE)
        self.signed_on = SignedOn(MANAGER)
        book = SqliteStaffBook(data.database, data.storage, data.people)
        self.staff = Staff(book, approvals=Approvals(self.signed_on), operator=self.signed_on)
        self.staff.begin()

    def who(self, operator_id: str):
        return next(one for one in self.staff.employees() if one.operator_id == operator_id)

    def opened_by_the_supervisor(self) -> None:
        self.signed_on.change_to(SUPERVISOR)
        with pytest.raises(ApprovalNeededError) as needed:
            self.staff.begin()
        self.staff.begin(Approval("approval-1", needed.value.request, "manager-1"))

    def journal(self) -> list[dict[str, object]]:
        rows = self.data.database.all("SELECT payload FROM journal WHERE kind = 'operator_changed' ORDER BY position")
        return [json.loads(payload) for (payload,) in rows]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with terminal_data(tmp_path) as data:
        yield Store(data)


def refused(act) -> str:
    with pytest.raises(CashierError) as found:
        act()
    return found.value.code


def test_somebody_new_signs_on_at_once_and_the_journal_says_who_and_why(store: Store) -> None:
    made = store.staff.add("Weekend help", "107", Role.ASSOCIATE, (NEW_PIN, NEW_PIN), "New here")
    assert store.data.people.by_pin("107", NEW_PIN) == made.person.operator
    assert store.journal()[-1] == {
        "changed_operator_id": "staff-107",
        "act": "added",
        "origin": "local",
        "operator_id": "manager-1",
        "reason": "New here",
        "role": "associate",
        "number": "107",
    }


def test_who_ended_cannot_sign_on_stays_on_record_and_can_come_back(store: Store) -> None:
    store.staff.end(store.who("associate-1"), "Left the store")
    assert store.data.people.by_pin("101", OLD_PIN) is None
    assert "associate-1" not in [one.operator.operator_id for one in store.data.people.everybody()]
    assert store.who("associate-1").ended
    assert refused(lambda: store.staff.add("Other", "101", Role.ASSOCIATE, (NEW_PIN, NEW_PIN), "New here")) == (
        "number_taken"
    )

    store.staff.set_pin(store.who("associate-1"), (NEW_PIN, NEW_PIN), "Works here again")
    assert not store.who("associate-1").ended
    assert store.data.people.by_pin("101", NEW_PIN) == ASSOCIATE


def test_a_badge_is_one_persons_and_the_one_before_is_worth_nothing(store: Store) -> None:
    associate = store.who("associate-1")
    assert refused(lambda: store.staff.set_badge(associate, "", "First badge")) == "badge_missing"
    assert refused(lambda: store.staff.set_badge(associate, "4006381333931", "First badge")) == "badge_form"
    assert refused(lambda: store.staff.set_badge(associate, BADGE, "First badge")) == "badge_taken"
    store.staff.set_badge(associate, NEW_BADGE, "First badge")
    store.staff.set_badge(associate, f"{NEW_BADGE}2", "Lost or stolen")
    assert store.data.people.by_badge(NEW_BADGE) is None
    assert store.data.people.by_badge(f"{NEW_BADGE}2") == ASSOCIATE


def test_a_lock_after_wrong_pins_is_ended_here(store: Store) -> None:
    for _ in range(5):
        assert store.data.people.by_pin("101", "000000") is None
    assert store.who("associate-1").wait_ms > 0
    assert store.data.people.by_pin("101", OLD_PIN) is None
    store.staff.unlock(store.who("associate-1"), "Mistyped")
    assert store.who("associate-1").wait_ms == 0
    assert store.data.people.by_pin("101", OLD_PIN) == ASSOCIATE
    assert store.journal()[-1]["act"] == "unlocked"


@pytest.mark.parametrize(
    ("pin", "again", "code"),
    [(NEW_PIN, "839175", "pins_differ"), ("123456", "123456", "pin_easy"), ("12", "12", "pin_form")],
    ids=["typed differently", "easily guessed", "too short"],
)
def test_a_pin_that_is_none_leaves_the_old_one(store: Store, pin: str, again: str, code: str) -> None:
    assert refused(lambda: store.staff.set_pin(store.who("associate-1"), (pin, again), "Forgotten")) == code
    assert store.data.people.by_pin("101", OLD_PIN) == ASSOCIATE


def test_nothing_happens_without_a_reason(store: Store) -> None:
    associate = store.who("associate-1")
    before = store.journal()
    for act in (
        lambda: store.staff.set_pin(associate, (NEW_PIN, NEW_PIN), ""),
        lambda: store.staff.set_role(associate, Role.SUPERVISOR, " "),
        lambda: store.staff.set_badge(associate, NEW_BADGE, ""),
        lambda: store.staff.end(associate, ""),
        lambda: store.staff.unlock(associate, ""),
        lambda: store.staff.add("Other", "107", Role.ASSOCIATE, ("", ""), ""),
    ):
        assert refused(act) == "reason_missing"
    assert store.journal() == before


def test_nobody_changes_their_own_role_badge_or_end(store: Store) -> None:
    me = store.who("manager-1")
    assert refused(lambda: store.staff.set_role(me, Role.TECHNICIAN, "New duties")) == "not_here"
    assert refused(lambda: store.staff.set_badge(me, NEW_BADGE, "Lost or stolen")) == "not_here"
    assert refused(lambda: store.staff.end(me, "Left the store")) == "not_here"
    assert store.who("manager-1") == me


def test_head_offices_people_are_only_unlocked_here(store: Store) -> None:
    with store.data.storage.unit_of_work() as work:
        work.run("UPDATE operator SET origin = ? WHERE operator_id = 'associate-1'", (CENTRAL,))
        work.commit()
    associate = store.who("associate-1")
    assert refused(lambda: store.staff.set_pin(associate, (NEW_PIN, NEW_PIN), "Forgotten")) == "not_here"
    assert refused(lambda: store.staff.end(associate, "Left the store")) == "not_here"
    store.staff.unlock(associate, "Mistyped")
    assert store.journal()[-1]["changed_operator_id"] == "associate-1"


def test_a_supervisor_with_a_managers_yes_stays_a_supervisor(store: Store) -> None:
    store.opened_by_the_supervisor()
    assert store.staff.roles == [Role.ASSOCIATE, Role.SUPERVISOR]
    associate, manager = store.who("associate-1"), store.who("manager-1")
    assert refused(lambda: store.staff.set_role(associate, Role.MANAGER, "New duties")) == "role_too_high"
    assert refused(lambda: store.staff.set_pin(manager, (NEW_PIN, NEW_PIN), "Forgotten")) == "not_here"
    new = refused(lambda: store.staff.add("Other", "107", Role.AUDITOR, (NEW_PIN, NEW_PIN), "New here"))
    assert new == "role_too_high"
    store.staff.set_role(associate, Role.SUPERVISOR, "New duties")
    said = store.journal()[-1]
    assert (said["role"], said["operator_id"]) == ("supervisor", "supervisor-1, approved by manager-1")


def test_an_associate_may_not_even_ask(store: Store) -> None:
    store.signed_on.change_to(ASSOCIATE)
    with pytest.raises(NotAllowedError):
        store.staff.begin()
    assert refused(lambda: store.staff.end(store.who("supervisor-1"), "Left the store")) == "somebody_else"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_nobody_gives_more_than_they_have(role: Role) -> None:
    given = {other for other in Role if may_manage(role, other)}
    assert Role.MANAGER not in given or role is Role.MANAGER


def test_no_pin_or_badge_stands_in_the_journal(store: Store) -> None:
    store.staff.set_pin(store.who("associate-1"), (NEW_PIN, NEW_PIN), "Forgotten")
    store.staff.set_badge(store.who("associate-1"), NEW_BADGE, "First badge")
    said = json.dumps(store.journal())
    assert NEW_PIN not in said
    assert NEW_BADGE not in said
