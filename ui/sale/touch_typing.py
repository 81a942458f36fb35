"""Keys to touch where a field has none of its own: a finger in the field brings them, another puts them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.widgets.touch_keys import TouchKeys

if TYPE_CHECKING:
    from ui.orders.address_keys import AddressKeys
    from ui.sale.checkout_window import CheckoutWindow

OWN_KEYS = "own_keys"
"""A property of panels that bring a keyboard themselves."""
_ABOVE_THE_STRIP = 72


class TouchTyping(QObject):
    """One keyboard for the find field, the member's address, and panels that ask for words."""

    def __init__(self, window: CheckoutWindow) -> None:
        super().__init__(window)
        self._window = window
        self._line: QLineEdit | None = None
        self.keys: AddressKeys | None = None
        """Made when the first finger asks for it."""
        window.sale.changed.connect(self._make_way)
        window.sale.item_added.connect(self.put_away)
        window.side.panel_closed.connect(self.put_away)
        window.side.panel_added.connect(self.serve)
        self.serve(window.side.member)
        self.serve(window.scan_field)

    def serve(self, widget: QWidget) -> None:
        """The fields of a part of the window, unless it has keys of its own."""
        if widget.findChild(TouchKeys) is None and not widget.property(OWN_KEYS):
            for line in widget.findChildren(QLineEdit):
                line.installEventFilter(self)

    def put_away(self, _: object = None) -> None:
        """The basket is in sight again."""
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
        from ui.orders.address_keys import AddressKeys

        if self.keys is None:
            self.keys = AddressKeys(self._window, done="Enter")
            self.keys.pressed.connect(self._pressed)
        self._line = line
        self.keys.show_over(QRectF(self._window.basket.geometry()), _ABOVE_THE_STRIP)

    def _pressed(self, key: str) -> None:
        from ui.orders.address_keys import BACKSPACE, NEXT

        line = self._line
        if line is None:
            return
        if key == NEXT:
            line.returnPressed.emit()
        elif key == BACKSPACE:
            line.backspace()
        else:
            line.insert(key.lower())

    def _make_way(self) -> None:
        """A question lies over everything else."""
        if self._line is not None and self._window.sale.question is not None:
            self.put_away()
