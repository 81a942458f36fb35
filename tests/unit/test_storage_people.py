"""Operators in the till's database: who a PIN or badge proves, and what wrong tries cost."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.terminal_data import NOON, terminal_data

from pos_app.domain.operator import Operator, Role
from pos_app.domain.pin_guard import LONGEST_WAIT_MS, wait_after_ms
from pos_app.errors import CashierError
from pos_app.storage.operator_register import OperatorRegister

ASSOCIATE = Operator("associate-1", "Associate", Role.ASSOCIATE)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
MINUTE_MS = 60_000


class TwoClocks:
    """Wall time that anybody may set, and the machine's own count of milliseconds, which nobody can."""

    def __init__(self) -> None:
        self.wall, self.ms = NOON, 5_000

    def now(self) -> datetime:
        return self.wall

    def monotonic_ms(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> TwoClocks:
    return TwoClocks()


@pytest.fixture
def folder(tmp_path: Path, clock: TwoClocks) -> Path:
    """A till that an associate with PIN 175319 and a manager with PIN 864202 and a badge may work."""
    with terminal_data(tmp_path, clock=clock) as data:
        register = OperatorRegister(data.database, data.storage)
        register.add(ASSOCIATE, "101", "175319")
        register.add(MANAGER, "301", "864202", "OPB-MANAGER")
    return tmp_path


def wrong(people, times: int, number: str = "101") -> None:
    for _ in range(times):
        assert people.by_pin(number, "000000") is None


def test_the_number_with_its_pin_is_the_operator(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        assert data.people.by_pin("101", "175319") == ASSOCIATE
        assert data.people.by_pin("301", "864202") == MANAGER
        assert data.people.by_pin("101", "864202") is None
        assert data.people.by_pin("999", "175319") is None
        assert data.people.by_badge("OPB-MANAGER") == MANAGER
        assert data.people.by_badge("OPB-SOMEBODY") is None


def test_five_wrong_pins_make_everybody_wait_and_the_right_pin_waits_too(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        wrong(data.people, 4)
        assert data.people.pin_wait_ms() == 0
        wrong(data.people, 1)
        assert data.people.pin_wait_ms() == MINUTE_MS
        assert data.people.by_pin("101", "175319") is None
        clock.ms += MINUTE_MS
        assert data.people.by_pin("101", "175319") == ASSOCIATE
        assert data.people.pin_wait_ms() == 0


def test_a_number_that_nobody_has_counts_like_a_wrong_pin(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        wrong(data.people, 5, number="999")
        assert data.people.pin_wait_ms() == MINUTE_MS


def test_each_further_wrong_pin_doubles_the_wait(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        wrong(data.people, 5)
        for minutes in (2, 4, 8):
            clock.ms += data.people.pin_wait_ms()
            wrong(data.people, 1)
            assert data.people.pin_wait_ms() == minutes * MINUTE_MS
    assert wait_after_ms(1000) == LONGEST_WAIT_MS


def test_neither_a_restart_nor_another_time_on_the_clock_shortens_the_wait(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        wrong(data.people, 5)
    clock.wall += timedelta(days=3)
    clock.ms = 10
    with terminal_data(folder, clock=clock) as data:
        assert data.people.pin_wait_ms() == MINUTE_MS
        clock.ms += MINUTE_MS - 1
        assert data.people.by_pin("101", "175319") is None
        clock.ms += 1
        assert data.people.by_pin("101", "175319") == ASSOCIATE


def test_a_plug_pulled_while_a_pin_is_looked_at_costs_the_try(folder, clock, monkeypatch):
    def plug(*_):
        raise KeyboardInterrupt

    with terminal_data(folder, clock=clock) as data:
        wrong(data.people, 4)
        monkeypatch.setattr("pos_app.storage.people.prove", plug)
        with pytest.raises(KeyboardInterrupt):
            data.people.by_pin("101", "000000")
    with terminal_data(folder, clock=clock) as data:
        assert data.people.pin_wait_ms() == MINUTE_MS


def test_a_colleagues_pin_ends_the_tills_wait_and_not_that_of_who_was_tried(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        wrong(data.people, 5)
        clock.ms += MINUTE_MS
        wrong(data.people, 1)
        assert data.people.by_badge("OPB-MANAGER") == MANAGER
        assert data.people.pin_wait_ms() == 0
        assert data.people.by_pin("101", "175319") is None
        assert data.people.by_pin("301", "864202") == MANAGER


def test_a_copied_database_says_nothing_about_pins_and_badges(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        rows = data.database.all("SELECT * FROM operator")
        entries = data.database.all("SELECT payload FROM journal")
    for secret in (b"175319", b"864202", b"OPB-MANAGER", b"MANAGER"):
        assert secret not in repr(rows).encode()
        assert secret not in b"".join(payload for (payload,) in entries)


def test_the_same_pin_is_worth_nothing_on_another_till(tmp_path, folder, clock):
    other = tmp_path / "other"
    other.mkdir()
    with terminal_data(folder, clock=clock) as data:
        rows = data.database.all("SELECT * FROM operator")
    with terminal_data(other, clock=clock) as data:
        with data.database.write() as connection:
            connection.executemany(f"INSERT INTO operator VALUES ({', '.join('?' * 10)})", rows)
            data.database.commit()
        assert data.people.by_pin("101", "175319") is None
        assert data.people.by_badge("OPB-MANAGER") is None


def test_a_new_pin_replaces_the_old_one_and_ends_the_wait(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        register = OperatorRegister(data.database, data.storage)
        wrong(data.people, 5)
        register.set_pin("101", "246810")
        register.unlock()
        assert data.people.by_pin("101", "175319") is None
        assert data.people.by_pin("101", "246810") == ASSOCIATE


def test_who_was_removed_cannot_sign_on(folder, clock):
    with terminal_data(folder, clock=clock) as data:
        OperatorRegister(data.database, data.storage).remove("301")
        assert data.people.by_pin("301", "864202") is None
        assert data.people.by_badge("OPB-MANAGER") is None
        assert [person.number for person in data.people.everybody()] == ["101"]


@pytest.mark.parametrize(
    ("number", "pin", "name", "code"),
    [
        ("301", "175319", "Other", "number_taken"),
        ("abc", "175319", "Other", "number_form"),
        ("102", "1111", "Other", "pin_form"),
        ("102", "888888", "Other", "pin_easy"),
        ("102", "345678", "Other", "pin_easy"),
        ("102", "987654", "Other", "pin_easy"),
        ("102", "17531x", "Other", "pin_form"),
        ("102", "175319", "", "name_form"),
        ("102", "175319", "two\nlines", "name_form"),
    ],
    ids=[
        "number taken",
        "number of letters",
        "short PIN",
        "one digit",
        "going up",
        "going down",
        "PIN with a letter",
        "no name",
        "name of two lines",
    ],
)
def test_what_cannot_be_an_operator_is_refused_in_words(folder, clock, number, pin, name, code):
    with terminal_data(folder, clock=clock) as data:
        register = OperatorRegister(data.database, data.storage)
        with pytest.raises(CashierError) as refusal:
            register.add(Operator("other", name, Role.ASSOCIATE), number, pin)
        assert refusal.value.code == code
        assert len(data.people.everybody()) == 2
