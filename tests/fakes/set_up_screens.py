"""Store set-up as a manager comes to its screens, and hands that find their way in it."""

from collections.abc import Callable
from shutil import rmtree
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from fakes.whole_counter import WholeCounter

    from ui.set_up.room import SetUpRoom
    from ui.set_up.settings_page import SettingsPage

MANAGER = "OPB-MANAGER"
_ENTER = Qt.Key.Key_Return


def open_set_up(counter: "WholeCounter") -> "SetUpRoom":
    """The manager takes over the till and opens the room; it has read the settings."""
    counter.scan(MANAGER)
    counter.until(lambda: counter.register.operator.now.operator_id == "manager-1", "the manager is signed on")
    counter.window.set_up.open()
    room = counter.window.set_up.room
    counter.until(lambda: room.session.loaded, "the settings are read")
    QApplication.processEvents()
    return room


def go(counter: "WholeCounter", room: "SetUpRoom", page: str, *names: str) -> "SettingsPage":
    """Touch a name on the rail, then one row after the other."""
    counter.touch(next(button for title, button in room.rail.items() if title == page))
    shown = room.page
    for name in names:
        row = next(row for row in shown.list.rows if row.item.name.startswith(name))
        while not row.isVisible():
            counter.touch(shown.list.later)
        counter.touch(row)
    return shown


def type_value(counter: "WholeCounter", page: "SettingsPage", text: str) -> None:
    """Into the line of the setting that is open, then Enter."""
    page.editor.line.line.selectAll()
    counter.type(text)
    counter.press(_ENTER)


def _store(counter: "WholeCounter") -> None:
    go(counter, open_set_up(counter), "Store", "Name and place")


def _tax(counter: "WholeCounter") -> None:
    room = open_set_up(counter)
    page = go(counter, room, "Taxes", "Taxes", "Taxes", "Sales tax", "Rate")
    type_value(counter, page, "8.75")
    counter.until(lambda: page.editor.examples, "the example is computed")
    counter.touch(page.list.rows[2])


def _problem(counter: "WholeCounter") -> None:
    room = open_set_up(counter)
    page = go(counter, room, "Tills", "Drawer", "Opening float")
    type_value(counter, page, "8,25")


def _choices(counter: "WholeCounter") -> None:
    go(counter, open_set_up(counter), "Tenders", "Ways to pay", "Tenders of", "Manufacturer", "Worth more")


def _reasons(counter: "WholeCounter") -> None:
    page = go(counter, open_set_up(counter), "Reasons", "Discounts")
    counter.touch(page.add)
    page.keys_wanted.emit(page.editor.line)


def _preview(counter: "WholeCounter") -> None:
    page = go(counter, open_set_up(counter), "Receipts", "Texts")
    counter.touch(page.preview)
    counter.until(lambda: page.paper._scroll.isVisible(), "the paper is drawn")


def _rights(counter: "WholeCounter") -> None:
    go(counter, open_set_up(counter), "Rights", "Discounts", "Associate: and")


def _fixed(counter: "WholeCounter") -> None:
    go(counter, open_set_up(counter), "Store", "Language", "Currency")


def _programme(counter: "WholeCounter") -> None:
    room = open_set_up(counter)
    counter.touch(room.rail["Programme"])
    counter.until(lambda: room.programme.facts.facts, "the terms are read")


def _changes(counter: "WholeCounter") -> "SetUpRoom":
    rmtree(counter.folder / "store-history", ignore_errors=True)
    (counter.folder / "store.toml").unlink(missing_ok=True)
    room = open_set_up(counter)
    page = go(counter, room, "Taxes", "Taxes", "Taxes", "Sales tax", "Rate")
    type_value(counter, page, "8.75")
    page = go(counter, room, "Store", "Name and place", "Name")
    type_value(counter, page, "Northgate Home and Electronics")
    counter.touch(room.rail["Changes"])
    counter.until(lambda: room.changes.save.isEnabled(), "the changes can be saved")
    return room


def _saved(counter: "WholeCounter") -> None:
    room = _changes(counter)
    room.changes.why.setFocus()
    counter.type("New district tax")
    counter.press(_ENTER)
    counter.until(lambda: room.changes.report.report is not None, "it is saved")


def _history(counter: "WholeCounter") -> None:
    _saved(counter)
    room = counter.window.set_up.room
    counter.touch(room.rail["History"])
    counter.until(lambda: len(room.history.list.rows) > 1, "the versions are read")


SET_UP_SCREENS: dict[str, Callable[["WholeCounter"], None]] = {
    "set-up-store": _store,
    "set-up-tax": _tax,
    "set-up-problem": _problem,
    "set-up-choices": _choices,
    "set-up-reasons": _reasons,
    "set-up-preview": _preview,
    "set-up-rights": _rights,
    "set-up-fixed": _fixed,
    "set-up-programme": _programme,
    "set-up-changes": lambda counter: _changes(counter) and None,
    "set-up-saved": _saved,
    "set-up-history": _history,
}
