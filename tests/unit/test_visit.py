"""A room is worked in by whoever opened it: another person who signs on meanwhile does nothing in their name."""

import json
from pathlib import Path

import pytest
from fakes.goods_screens import MANAGER
from fakes.terminal_data import terminal_data

from pos_app.domain.operator import Operator, Role, SignedOn
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.ports.maintenance import DeviceRow
from pos_app.services.approvals import Approvals
from pos_app.services.goods.session import GoodsSession
from pos_app.services.maintenance import Maintenance
from pos_app.services.visit import Visit
from pos_app.settings_book import SettingsFile

TECHNICIAN = Operator("technician-1", "Technician", Role.TECHNICIAN)


def test_a_room_that_nobody_opened_does_nothing() -> None:
    visit = Visit(Approvals(MANAGER), MANAGER, Action.MANAGE_GOODS, "the room", "")
    with pytest.raises(CashierError) as refused:
        visit.check()
    assert refused.value.code == "not_begun"


def test_goods_are_not_changed_in_the_name_of_who_was_there_before() -> None:
    operator = SignedOn(MANAGER)
    session = GoodsSession(Approvals(operator), operator)
    session.begin()
    assert session.by == "manager-1"
    operator.change_to(Operator("manager-2", "Manager", Role.MANAGER))
    with pytest.raises(CashierError) as refused:
        _ = session.by
    assert refused.value.code == "somebody_else"
    session.begin()
    assert session.by == "manager-2"


class _Bench:
    """No device is at hand; settings are taken at once."""

    def rows(self) -> list[DeviceRow]:
        return []

    def apply(self) -> str:
        return ""


def test_the_console_does_nothing_in_the_name_of_who_was_there_before(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        operator = SignedOn(TECHNICIAN)
        console = Maintenance(
            _Bench(),
            SettingsFile(tmp_path),
            approvals=Approvals(operator),
            operator=operator,
            storage=data.storage,
        )
        console.begin()
        console.keep_scanner_timing(40, 6)
        operator.change_to(Operator("technician-2", "Technician", Role.TECHNICIAN))
        for act in (
            lambda: console.keep_scanner_timing(50, 6),
            lambda: console.use_code_page("cp437"),
            lambda: console.write_bundle([]),
            lambda: console.by,
        ):
            with pytest.raises(CashierError) as refused:
                act()
            assert refused.value.code == "somebody_else"
        assert [version.by for version in console.versions() if version.by] == ["technician-1"]

        console.begin()
        console.keep_scanner_timing(50, 6)
        rows = data.database.all("SELECT payload FROM journal WHERE kind = 'settings_changed' ORDER BY position")
        assert [json.loads(payload)["by"] for (payload,) in rows] == ["technician-1", "technician-2"]
