"""The find field: one place for scans, names, SKUs and typed codes."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.theme import paint
from ui.theme.fonts import font, width
from ui.theme.tokens import FOCUS_RING, Radius


class _Line(QLineEdit):
    """The line edit inside; while it is empty the keys of the basket belong to the basket."""

    key_for_basket = Signal(QKeyEvent)

    def event(self, event: QEvent) -> bool:
        """Undo belongs to the sale, not to the text."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.matches(QKeySequence.StandardKey.Undo):
                event.ignore()
                return False
            if event.key() == Qt.Key.Key_Delete and not self.text():
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        basket_keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        empty_keys = (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_End)
        if event.key() in basket_keys or (not self.text() and event.key() in empty_keys):
            self.key_for_basket.emit(event)
            return
        if event.matches(QKeySequence.StandardKey.Undo) or event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)


class ScanField(QWidget):
    """Frame, icon, ready sign and key cap around the line edit."""

    entered = Signal(str)
    typed = Signal(str)
    quantity_typed = Signal(int)
    key_for_basket = Signal(QKeyEvent)

    def __init__(self, placeholder: str, shorter: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placeholder, self._shorter = placeholder, shorter
        self._key = key
        self._quantity = ""
        self._ready = True
        self.line = _Line(self)
        self.line.setAccessibleName("Find: scan, or type a name, SKU or barcode")
        self.line.setFont(font(16, 450))
        self.line.setMaxLength(200)
        self.line.returnPressed.connect(lambda: self.entered.emit(self.line.text()))
        self.line.textChanged.connect(self._on_text)
        self.line.key_for_basket.connect(self.key_for_basket)
        self.line.installEventFilter(self)
        self.setFocusProxy(self.line)
        self.setAccessibleName("Find field")

    def set_quantity(self, quantity: str) -> None:
        """Show how many pieces the next item will be."""
        if quantity != self._quantity:
            self._quantity = quantity
            self.line.setAccessibleDescription(f"Quantity {quantity} for the next item" if quantity else "")
            self._place()
            self.update()

    def set_ready(self, ready: bool) -> None:
        """Whether a scan would be taken now."""
        if ready != self._ready:
            self._ready = ready
            self.update()

    def clear(self) -> None:
        """Empty the field."""
        self.line.clear()

    def text(self) -> str:
        """What is typed."""
        return self.line.text()

    def _on_text(self, text: str) -> None:
        pieces = text[:-1]
        if text.endswith("*") and pieces.isascii() and pieces.isdigit() and len(pieces) <= 5:
            self.line.clear()
            self.quantity_typed.emit(int(pieces))
            return
        self.update()
        self.typed.emit(text)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        left = 46 + self._quantity_width()
        self.line.setGeometry(round(left), 4, round(self.width() - left - self._tail_width() - 8), self.height() - 8)

    def _quantity_width(self) -> float:
        return width(f"{self._quantity} ×", font(15, 600)) + 28 if self._quantity else 0

    def _tail_width(self) -> float:
        cap = width(self._key, font(12, 600)) + 14 + 12
        return cap + (width("Ready", font(13, 600)) + 34 if self.width() >= 440 else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        focused = self.line.hasFocus()
        paint.rounded(
            painter,
            rect,
            Radius.CONTROL,
            "sunken",
            "accent" if focused else "control",
            FOCUS_RING - 1 if focused else 1,
        )
        middle = rect.center().y()
        paint.glyph(painter, QPointF(24, middle), "scan-barcode", 22, "accent")
        left = 46.0
        if self._quantity:
            paint.chip(painter, left, middle, f"{self._quantity} ×", "on_accent", "accent")
            left += self._quantity_width()
        right = rect.right() - 12
        right -= paint.key_cap(painter, right, middle, self._key) + 14
        if self.width() >= 440:
            words = "Ready" if self._ready else "Paying"
            made = font(13, 600)
            ink = "go_text" if self._ready else "ink_3"
            right -= paint.text(painter, QRectF(right - 60, 0, 60, rect.height()), words, made, ink, paint.RIGHT)
            paint.rounded(painter, QRectF(right - 15, middle - 4, 8, 8), 4, "go" if self._ready else "control")
        if not self.line.text():
            hint = QRectF(left + 4, 0, rect.width() - left - self._tail_width() - 16, rect.height())
            made = font(16, 450)
            words = self._placeholder if width(self._placeholder, made) <= hint.width() else self._shorter
            paint.text(painter, hint, words, made, "ink_2")
        painter.end()
