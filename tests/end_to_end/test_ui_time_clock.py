"""The time clock under More: coming, going, and the last entries."""

from PySide6.QtCore import Qt


def open_clock(counter) -> list[str]:
    """The rows of the time clock's list."""
    counter.window.people.show_time_clock()
    return [row.text() for row in counter.window.side.list_panel.rows]


def test_coming_and_going_are_two_keys_and_journaled(counter, shop):
    assert open_clock(counter) == ["Clock in"]
    counter.press(Qt.Key.Key_Return)
    assert open_clock(counter) == ["Clock out", "Associate clocked in"]
    counter.press(Qt.Key.Key_Return)
    assert open_clock(counter) == ["Clock in", "Associate clocked out", "Associate clocked in"]
    assert shop.storage.kinds() == ["clocked_in", "clocked_out"]


def test_an_associate_sees_their_own_entries_and_a_manager_everybodys(counter, shop):
    open_clock(counter)
    counter.press(Qt.Key.Key_Return)
    counter.scan("OPB-SECOND")
    counter.until(lambda: shop.operator.operator_id == "associate-2")
    assert open_clock(counter) == ["Clock in"]
    counter.press(Qt.Key.Key_Escape)
    counter.scan("OPB-MANAGER")
    counter.until(lambda: shop.operator.operator_id == "manager-1")
    assert open_clock(counter) == ["Clock in", "Associate clocked in"]


def test_it_stands_under_people_with_lock_and_sign_off(counter):
    counter.press(Qt.Key.Key_F10)
    rows = counter.window.side.list_panel.rows
    counter.click(next(row for row in rows if row.text() == "People"))
    names = [row.text() for row in counter.window.side.list_panel.rows]
    assert {"Time clock", "Lock the till", "Sign off"} <= set(names)
