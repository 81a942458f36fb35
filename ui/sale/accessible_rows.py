"""The basket's lines for screen readers: a list with one item per line, although all is painted by one widget."""

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from ui.sale.line_items_canvas import LineItemsCanvas

_kept: list[QAccessibleInterface] = []
"""Qt looks at these whenever it likes, so they are never given back to Python's collector."""


class AccessibleRow(QAccessibleInterface):
    """One line of the basket. It stays valid for its place in the list, whatever line is there."""

    def __init__(self, basket: "AccessibleBasket", index: int) -> None:
        super().__init__()
        self._basket = basket
        self._index = index

    def isValid(self) -> bool:
        return self._index < self._basket.childCount()

    def object(self) -> QObject | None:
        return None

    def parent(self) -> QAccessibleInterface:
        return self._basket

    def child(self, index: int) -> QAccessibleInterface | None:
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        canvas = self._basket.canvas
        if not self.isValid():
            return QRect()
        place = canvas.place_of(self._index)
        return QRect(canvas.mapToGlobal(QPoint(place.left(), place.top())), place.size())

    def text(self, which: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        row = self._basket.canvas.rows[self._index]
        if which == QAccessible.Text.Name:
            return row.spoken
        return row.meta if which == QAccessible.Text.Description else ""

    def setText(self, which: QAccessible.Text, text: str) -> None:
        """A line cannot be renamed."""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        canvas = self._basket.canvas
        state.selectable = True
        if self.isValid():
            selected = canvas.rows[self._index].line_number == canvas.selected
            state.selected = selected
            state.focused = selected and canvas.hasFocus()
        return state


class AccessibleBasket(QAccessibleWidget):
    """The canvas as a list."""

    def __init__(self, canvas: LineItemsCanvas) -> None:
        super().__init__(canvas, QAccessible.Role.List, "Basket")
        self.canvas = canvas
        self._children: list[AccessibleRow] = []

    def childCount(self) -> int:
        return len(self.canvas.rows)

    def child(self, index: int) -> QAccessibleInterface | None:
        if not 0 <= index < self.childCount():
            return None
        while len(self._children) <= index:
            self._children.append(AccessibleRow(self, len(self._children)))
        return self._children[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((n for n, known in enumerate(self._children) if known is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        for index in range(self.childCount()):
            child = self.child(index)
            if child is not None and child.rect().contains(x, y):
                return child
        return None


def _make(kind: str, widget: QObject) -> QAccessibleInterface | None:
    if not isinstance(widget, LineItemsCanvas):
        return None
    basket = AccessibleBasket(widget)
    _kept.append(basket)
    return basket


def install() -> None:
    """Let screen readers see the lines of every basket canvas made from now on."""
    QAccessible.installFactory(_make)
