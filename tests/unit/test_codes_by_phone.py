"""A code by telephone is not to be guessed: five tries, then a pause that neither a restart nor the clock shortens."""

from datetime import timedelta
from pathlib import Path

import pytest
from fakes.terminal_data import NOON, terminal_data

from pos_app.clock import SetClock
from pos_app.domain.operator import Operator, Role
from pos_app.domain.phone_approval import code_of
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.ids import SystemIds
from pos_app.services.approvals import ApprovalRequest
from pos_app.services.approving import Approving
from pos_app.storage.operator_register import OperatorRegister
from pos_app.storage.terminal_database import TerminalDatabase

ASSOCIATE = Operator("associate-1", "Associate", Role.ASSOCIATE)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
REQUEST = ApprovalRequest(Action.NO_SALE)


def approving(data: TerminalDatabase, clock: SetClock) -> Approving:
    return Approving(operator=ASSOCIATE, people=data.people, storage=data.storage, clock=clock, ids=SystemIds())


def wrong(desk: Approving) -> str:
    with pytest.raises(CashierError) as refused:
        desk.by_code(REQUEST, desk.challenge(), "00000000", "")
    return refused.value.code


def right(desk: Approving, data: TerminalDatabase) -> str:
    challenge = desk.challenge()
    code = code_of(data.people.approval_secret(), challenge, REQUEST.action, 0, MANAGER.operator_id)
    return desk.by_code(REQUEST, challenge, code, "Change for a customer").approver_id


def test_after_five_wrong_codes_not_even_a_right_one_is_taken_until_the_pause_is_over(tmp_path: Path):
    clock = SetClock(NOON)
    with terminal_data(tmp_path, clock=clock) as data:
        OperatorRegister(data.database, data.storage).add(MANAGER, "301", "908172")
        desk = approving(data, clock)
        assert [wrong(desk) for _ in range(5)] == ["wrong_code"] * 5
        with pytest.raises(CashierError, match="Too many wrong codes"):
            right(desk, data)
        assert data.people.by_pin("301", "908172") == MANAGER, "a PIN works meanwhile"
        clock.at += timedelta(minutes=1, seconds=1)
        assert right(desk, data) == MANAGER.operator_id
        assert wrong(desk) == "wrong_code", "after a right one it counts from the beginning"
        assert data.people.code_wait_ms() == 0


def test_the_pause_survives_a_restart_and_another_time_on_the_clock(tmp_path: Path):
    clock = SetClock(NOON)
    with terminal_data(tmp_path, clock=clock) as data:
        desk = approving(data, clock)
        for _ in range(6):
            with pytest.raises(CashierError):
                desk.by_code(REQUEST, desk.challenge(), "00000000", "")
    tomorrow = SetClock(NOON + timedelta(days=1))
    with terminal_data(tmp_path, clock=tomorrow) as data:
        assert data.people.code_wait_ms() > 0
        assert wrong(approving(data, tomorrow)) == "code_wait"
