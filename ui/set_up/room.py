"""Store set-up: covers the window; what can be set on the left, the settings beside it. The sale below is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from ui.orders.address_keys import BACKSPACE, NEXT, AddressKeys
from ui.set_up.changes_page import ChangesPage
from ui.set_up.history_page import HistoryPage
from ui.set_up.programme_page import ProgrammePage
from ui.set_up.session import SetUpSession
from ui.set_up.settings_page import SettingsPage
from ui.technician.parts import Field
from ui.theme.tokens import Space
from ui.widgets.room import RAIL, Room, RoomPage

if TYPE_CHECKING:
    from pos_app.services.set_up.draft import Draft
    from pos_app.services.set_up.set_up import SetUp
    from ui.background import Background
    from ui.services_bundle import Services


class SetUpRoom(Room):
    """A page for each part of the settings, what was changed, and the history."""

    def __init__(self, desk: SetUp, services: Services, background: Background, place: str, parent: QWidget) -> None:
        super().__init__("Store set-up", "store", place, parent)
        self._desk, self._background = desk, background
        self.session = SetUpSession(desk, self)
        self.settings = [SettingsPage(page, self.session, background, self) for page in desk.pages]
        self.programme = ProgrammePage(services.terms, services.profile.rights, services.formatter, background, self)
        self.changes = ChangesPage(self.session, background, self)
        self.history = HistoryPage(self.session, background, self)
        self.add_pages([*self.settings, self.programme, self.changes, self.history])
        self.session.changed.connect(self._count)
        self.history.drafted.connect(lambda: self.show_page(self.changes))
        for page in (*self.settings, self.changes):
            page.keys_wanted.connect(self._type_into)
        self._line: Field | None = None
        self.keys = AddressKeys(self, done="Done")
        self.keys.pressed.connect(self._pressed)

    def open(self) -> None:
        """Read the settings, then cover the window with the first page; a draft that was left is still there."""
        super().open()
        self.page.work(self._desk.draft, self._loaded)

    def _loaded(self, draft: Draft) -> None:
        self.session.take(draft)
        self.page.begin()

    def show_page(self, page: RoomPage) -> None:
        """Keys of the page before are put away."""
        if hasattr(self, "keys"):
            self.keys.hide()
        super().show_page(page)

    def page_named(self, title: str) -> RoomPage:
        """The page of this name."""
        return next(page for page in self._pages if page.title == title)

    def _count(self) -> None:
        """The rail says how many changes wait to be saved."""
        count = self.session.count
        self.rail[self.changes.title].rename(f"Changes ({count})" if count else "Changes")

    # --- letters ------------------------------------------------------------------------------------------------------

    def _type_into(self, line: Field) -> None:
        self._line = line
        place = QRectF(RAIL + Space.GUTTER, 0, self.width() - RAIL - 2 * Space.GUTTER, self.height() - Space.GUTTER)
        self.keys.show_over(place, 0)

    def _pressed(self, key: str) -> None:
        """Words begin with a capital, as names do; a keyboard types what it likes."""
        line = self._line
        if line is None or key == NEXT:
            self.keys.hide()
            return
        before = line.line.text()[: line.line.cursorPosition()]
        begins = not before or before.endswith(" ")
        line.press("" if key == BACKSPACE else key if begins else key.lower())
