"""Keys to touch for a field of a page that has none beside it: a finger brings them, another puts them away."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtWidgets import QWidget

from ui.orders.address_keys import BACKSPACE, NEXT, AddressKeys
from ui.technician.parts import Field

_INSET = 10


class FieldKeys(QObject):
    """The keyboard of one page, over its lower part; covered is what lies there, out of sight meanwhile."""

    def __init__(self, page: QWidget, field: Field, covered: QWidget) -> None:
        super().__init__(page)
        self._page, self._field, self._covered = page, field, covered
        self.keys: AddressKeys | None = None
        """Made when the first finger asks for it."""
        field.line.installEventFilter(self)
        field.entered.connect(self.put_away)

    def put_away(self) -> None:
        """What lies under it is in sight again."""
        if self.keys is not None:
            self.keys.hide()
            self._covered.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress:
            self._show() if self.keys is None or self.keys.isHidden() else self.put_away()
        elif event.type() is QEvent.Type.FocusOut:
            self.put_away()
        return False

    def _show(self) -> None:
        if self.keys is None:
            self.keys = AddressKeys(self._page, done="Enter")
            self.keys.pressed.connect(self._pressed)
            # A touch of a key, or of what is between two keys, leaves the focus in the field.
            self.keys.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self.keys.setFocusProxy(self._field.line)
        self._covered.hide()
        self.keys.show_over(QRectF(self._page.rect()).adjusted(0, 0, 0, -_INSET), 0)

    def _pressed(self, key: str) -> None:
        if key == NEXT:
            self._field.entered.emit()
        else:
            self._field.press("" if key == BACKSPACE else key.lower())
