"""A manager changes goods at one till's window; the store's other till, which was off, charges that from its start."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.goods_screens import change_price, import_file, open_goods
from fakes.whole_counter import HEADPHONES, WholeCounter, open_central
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ui.goods.goods_room import GoodsRoom


@pytest.fixture
def open_one(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[[str], WholeCounter]]:
    """open_one("02"): this till of the store; the one before it is put away."""
    central = open_central(tmp_path / "central")
    opened: list[WholeCounter] = []

    def put_away() -> None:
        if opened and not opened[-1].closed:
            opened[-1].close()

    def open_it(workstation_id: str) -> WholeCounter:
        put_away()
        opened.append(WholeCounter(tmp_path / workstation_id, central, workstation_id=workstation_id))
        return opened[-1]

    yield open_it
    put_away()
    central.close()


def lines(room: GoodsRoom) -> str:
    return " ".join(" ".join(text for _, text, _ in room.files.lines.lines).split())


def test_a_price_changed_at_one_till_is_charged_at_the_other_and_what_it_cannot_take_is_listed(
    open_one: Callable[[str], WholeCounter],
) -> None:
    first = open_one("02")
    change_price(first)
    first.press(Qt.Key.Key_Escape)
    import_file(first)
    first.register.goods.change("NEW-1", {"price": "34.90"}, (), by="manager-1", reason="Season")
    first.all_sent()
    name = first.register.data.identity.terminal_id()

    second = open_one("03")
    second.until(second.register.goods_delivery.arrived.not_taken, "it has heard of everything")
    second.scan(HEADPHONES)
    second.until(lambda: second.view.priced.lines, "it is sold")
    assert second.view.priced.lines[-1].line.unit_price_minor == 22_900
    (done, *_) = second.register.goods.history("HP-700")
    assert done.made_by == f"manager-1 at {name}"
    room = open_goods(second)
    second.touch(room.rail["Files"])
    second.until(lambda: room.files.lines.lines, "the page says what there is")
    assert "Import a file at every till." in lines(room)
    assert f"Not taken over from {name}" in lines(room)
    assert "This till has no product NEW-1: import the file that has it." in lines(room)
