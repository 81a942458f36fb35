"""Coming and going at a till with a real journal."""

import pytest
from fakes.memory_people import ASSOCIATE, MANAGER
from fakes.terminal_data import open_day, terminal_data

from pos_app.domain.operator import SignedOn
from pos_app.errors import CashierError
from pos_app.services.time_clock import TimeClock


def test_who_came_is_in_until_they_go_also_after_a_restart(tmp_path):
    operator = SignedOn(ASSOCIATE)
    with terminal_data(tmp_path) as data:
        open_day(data)
        clock = TimeClock(operator=operator, storage=data.storage, records=data.time_clock)
        assert not clock.is_in
        clock.clock_in()
        assert clock.is_in
        operator.change_to(MANAGER)
        assert not clock.is_in
    with terminal_data(tmp_path) as data:
        operator.change_to(ASSOCIATE)
        clock = TimeClock(operator=operator, storage=data.storage, records=data.time_clock)
        assert clock.is_in
        clock.clock_out()
        assert [entry.came for entry in clock.latest(10)] == [False, True]
        plan = str(
            data.database.all("EXPLAIN QUERY PLAN SELECT 1 FROM journal WHERE kind IN ('clocked_in', 'clocked_out')")
        )
        assert "journal_time_clock" in plan


def test_coming_twice_and_going_without_coming_are_refused(tmp_path):
    with terminal_data(tmp_path) as data:
        open_day(data)
        clock = TimeClock(operator=ASSOCIATE, storage=data.storage, records=data.time_clock)
        with pytest.raises(CashierError, match="has not come yet"):
            clock.clock_out()
        clock.clock_in()
        with pytest.raises(CashierError, match="came already"):
            clock.clock_in()
        assert len(clock.latest(10)) == 1


def test_nobody_does_not_come(tmp_path):
    with terminal_data(tmp_path) as data:
        open_day(data)
        with pytest.raises(CashierError, match="Sign on first"):
            TimeClock(operator=SignedOn(), storage=data.storage, records=data.time_clock).clock_in()
