"""Where a serial number is asked for: typed, or scanned, which is the one scan that answers a prompt."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.domain.serial_number import LONGEST_SERIAL_NUMBER
from ui.sale.item_entry import SerialRequest
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.touch_keys import TouchKeys

_NAME_TOP, _HINT_TOP, _FIELD_TOP = 54, 100, 150
_SPACE_FOR_PREFIX = 10


class SerialPanel(Card):
    """Item, number, what is wrong with it, and the way out. However it is left without a number, that is heard."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Serial number", parent)
        self._request: SerialRequest | None = None
        self._problem = ""
        self.close_button = IconButton("Do not sell this item", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.line = QLineEdit(self)
        self.line.setFont(font(20, 600, tabular=True))
        self.line.setMaxLength(LONGEST_SERIAL_NUMBER + _SPACE_FOR_PREFIX)
        self.line.returnPressed.connect(self._done)
        self.line.textChanged.connect(self._typed)
        self.line.installEventFilter(self)
        self.keypad = TouchKeys(self)
        self.keypad.pressed.connect(self._pressed)
        self.leave = Button("Do not sell", self, kind="plain", size=17)
        self.leave.clicked.connect(self.closed)
        self.action = Button("Use number", self, kind="go", size=18)
        self.action.clicked.connect(self._done)

    @property
    def request(self) -> SerialRequest | None:
        """What is asked for, or None."""
        return self._request

    def ask(self, request: SerialRequest) -> None:
        """Ask for this number; shown already."""
        self._request, self._problem = request, ""
        self.setAccessibleName(request.number_name)
        self.setAccessibleDescription(f"{request.item_name}. {request.hint}")
        self.line.setAccessibleName(request.number_name)
        self.line.setText("")
        self._typed()
        self.update()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_scan(self, code: str) -> bool:
        """Every scan is the answer while a number is asked for; one that cannot be it is heard and changes nothing."""
        if self._request is None:
            return False
        self._answer(code)
        return True

    def _done(self) -> None:
        text = self.line.text().strip()
        if text:
            self._answer(text)

    def _answer(self, text: str) -> None:
        request, self._request = self._request, None
        assert request is not None
        problem = request.answer(text)
        if problem:
            self._request, self._problem = request, problem
            self.setAccessibleDescription(f"{problem} {request.item_name}")
            self.line.selectAll()
            self.update()
        elif self._request is None:
            self.closed.emit()

    def _pressed(self, character: str) -> None:
        """The keys to touch type where the text cursor is."""
        if character:
            self.line.insert(character)
        else:
            self.line.backspace()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self) -> None:
        self.action.setEnabled(bool(self.line.text().strip()))

    def hideEvent(self, event: QHideEvent) -> None:
        """Left for something else: the item is not in the basket, and that has to be known."""
        request = self._request
        if request is not None and self.isHidden():
            self._request = None
            request.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() - 40
        self.close_button.move(self.width() - 58, 8)
        self.line.setGeometry(34, _FIELD_TOP + 4, wide - 28, 56)
        half = (wide - 10) // 2
        top = self.height() - 16 - Height.PAY
        pad = self.keypad.height_for(top - 12 - _FIELD_TOP - 80)
        self.keypad.setGeometry(20, top - 12 - pad, wide, pad)
        self.leave.setGeometry(20, top, half, Height.PAY)
        self.action.setGeometry(20 + half + 10, top, wide - half - 10, Height.PAY)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, item, frame, and what is expected or wrong."""
        request = self._request
        if request is None:
            return
        wide = rect.width() - 40
        paint.text(painter, QRectF(20, 8, wide - 48, 48), request.number_name, font(20, 700))
        paint.wrapped(painter, QRectF(20, _NAME_TOP, wide, 46), request.item_name, font(16, 600), "ink")
        if self._problem:
            paint.glyph(painter, QPointF(31, _HINT_TOP + 11), "triangle-alert", 20, "bad")
            paint.wrapped(painter, QRectF(50, _HINT_TOP, wide - 30, 48), self._problem, font(15, 600), "bad")
        else:
            paint.wrapped(painter, QRectF(20, _HINT_TOP, wide, 48), request.hint, font(15, 450))
        focused = self.line.hasFocus()
        border, thick = ("accent", FOCUS_RING - 1) if focused else ("control", 1)
        if self._problem:
            border = "bad"
        paint.rounded(painter, QRectF(20, _FIELD_TOP, wide, 64), Radius.CONTROL, "sunken", border, thick)
