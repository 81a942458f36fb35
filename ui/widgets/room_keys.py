"""Keys to touch for the fields of a room: a finger in a field brings them, where they do not hide it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.orders.address_keys import BACKSPACE, HEIGHT, NEXT, AddressKeys

_GAP = 8


class RoomKeys(QObject):
    """One keyboard over a page; a capital begins a word."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._line: QLineEdit | None = None
        self.keys: AddressKeys | None = None
        """Made when the first finger asks for it."""

    def serve(self, *fields: QWidget) -> None:
        """The lines in these parts of the page."""
        for field in fields:
            for line in field.findChildren(QLineEdit):
                line.installEventFilter(self)

    def put_away(self) -> None:
        """The page is in sight again."""
        self._line = None
        if self.keys is not None:
            self.keys.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress and isinstance(watched, QLineEdit):
            self.put_away() if watched is self._line else self._show(watched)
        elif watched is self._line and kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.put_away()
        return False

    def _show(self, line: QLineEdit) -> None:
        if self.keys is None:
            self.keys = AddressKeys(self._page, done="Enter")
            self.keys.pressed.connect(self._pressed)
        self._line = line
        wide, high = self._page.width(), self._page.height()
        place = line.mapTo(self._page, line.rect().topLeft())
        below = place.y() + line.height() + _GAP + HEIGHT <= high
        bottom = high if below else place.y() - _GAP
        self.keys.show_over(QRectF(-8, 0, wide + 16, bottom), 0)

    def _pressed(self, key: str) -> None:
        line = self._line
        if line is None:
            return
        if key == NEXT:
            line.returnPressed.emit()
            self.put_away()
        elif key == BACKSPACE:
            line.backspace()
        else:
            before = line.text()[: line.cursorPosition()]
            line.insert(key if not before or before.endswith(" ") else key.lower())
