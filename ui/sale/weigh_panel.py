"""Where goods are weighed: what lies on the scale now, or a weight that is typed."""

from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports import Scale, WeightReading, WeightState
from pos_app.services.weighing import weight_text
from ui.sale.item_entry import WeightRequest
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.keypad import Keypad

_NAME_TOP, _BOX_TOP, _BOX = 58, 106, 104
_MOST_DIGITS = 6


class WeighPanel(Card):
    """Item, weight, what to do, and the way out. However it is left without a weight, that is heard."""

    closed = Signal()
    _read = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Weigh", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._request: WeightRequest | None = None
        self._scale: Scale | None = None
        self._reading: WeightReading | None = None
        self.digits = ""
        self._read.connect(self._show_reading, Qt.ConnectionType.QueuedConnection)
        self.close_button = IconButton("Do not sell this item", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.keypad = Keypad(self)
        self.keypad.pressed.connect(self._pressed)
        self.leave = Button("Do not sell", self, kind="plain", size=17)
        self.leave.clicked.connect(self.closed)
        self.action = Button("Use weight", self, kind="go", size=18)
        self.action.clicked.connect(self._done)

    @property
    def request(self) -> WeightRequest | None:
        """What is weighed, or None."""
        return self._request

    @property
    def words(self) -> str:
        """What to do now."""
        if self.digits:
            return "Typed by hand: a second person may have to agree."
        if self._scale is None:
            return "No scale here: type the weight."
        if self._reading is None:
            return "Put it on the scale."
        unit = self._request.unit if self._request is not None else ""
        if self._reading.unit and self._reading.unit != unit:
            return f"The scale is set to {self._reading.unit}, this store sells by {unit}: type the weight."
        return self._reading.words

    @property
    def weight_milli(self) -> int:
        """What would be sold now; 0 while no weight stands."""
        if self.digits:
            return int(self.digits)
        stands = self._reading is not None and self._reading.state is WeightState.STABLE and not self.words
        return self._reading.weight_milli if stands and self._reading is not None else 0

    def ask(self, request: WeightRequest, scale: Scale | None) -> None:
        """Weigh this; shown already."""
        self._request, self._scale, self._reading, self.digits = request, scale, None, ""
        self.setAccessibleName(f"Weigh {request.item_name}")
        self._refresh()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if scale is not None:
            scale.watch(partial(self._tell, request))

    def _tell(self, request: WeightRequest, reading: WeightReading) -> None:
        """On the scale's thread."""
        try:
            self._read.emit(request, reading)
        except RuntimeError:  # the window was closed while the scale was still talking
            return

    def _show_reading(self, request: WeightRequest, reading: WeightReading) -> None:
        if request is self._request and reading != self._reading:
            self._reading = reading
            self._refresh()

    def _pressed(self, digits: str) -> None:
        self.digits = (self.digits + digits).lstrip("0")[:_MOST_DIGITS] if digits else self.digits[:-1]
        self._refresh()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        self.action.setEnabled(self.weight_milli > 0)
        self.action.rename("Use typed weight" if self.digits else "Use weight")
        self.setAccessibleDescription(f"{self._shown()}. {self.words}")
        self.update()

    def _shown(self) -> str:
        unit = self._request.unit if self._request is not None else ""
        if self.digits:
            return weight_text(int(self.digits), unit)
        reading = self._reading
        if reading is None or reading.state not in (WeightState.STABLE, WeightState.MOTION, WeightState.ZERO):
            return f"–.––– {unit}"
        return weight_text(reading.weight_milli, reading.unit or unit)

    def _done(self) -> None:
        request, weight_milli, by_hand = self._request, self.weight_milli, bool(self.digits)
        if request is None or not weight_milli:
            return
        self._request = None
        self._let_go()
        self.closed.emit()
        request.answer(weight_milli, by_hand)

    def _let_go(self) -> None:
        scale, self._scale = self._scale, None
        if scale is not None:
            scale.watch(None)

    def hideEvent(self, event: QHideEvent) -> None:
        """Left for something else: the item is not in the basket, and that has to be known."""
        request = self._request
        if request is not None and self.isHidden():
            self._request = None
            self._let_go()
            request.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._done()
        elif event.key() == Qt.Key.Key_Backspace:
            self._pressed("")
        elif event.text().isdecimal() and event.text().isascii():
            self._pressed(event.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() - 40
        self.close_button.move(self.width() - 58, 8)
        half = (wide - 10) // 2
        top = self.height() - 16 - Height.PAY
        above = _BOX_TOP + _BOX + 76
        pad = min(4 * Height.KEY + 24, max(4 * 48 + 24, top - 12 - above))
        self.keypad.setGeometry(20, top - 12 - pad, wide, pad)
        self.leave.setGeometry(20, top, half, Height.PAY)
        self.action.setGeometry(20 + half + 10, top, wide - half - 10, Height.PAY)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, item and its price, the weight in large figures, what it comes to, and what to do."""
        request = self._request
        if request is None:
            return
        wide = rect.width() - 40
        paint.text(painter, QRectF(20, 8, wide - 48, 48), "Weigh", font(20, 700))
        paint.wrapped(painter, QRectF(20, _NAME_TOP, wide, 44), request.item_name, font(16, 600), "ink")
        box = QRectF(20, _BOX_TOP, wide, _BOX)
        stands = self.weight_milli > 0
        paint.rounded(painter, box, Radius.CONTROL, "sunken", "accent" if stands else "control", 2 if stands else 1)
        ink = "ink" if stands else "ink_2"
        figures = QRectF(box.left() + 16, box.top() + 6, wide - 32, 60)
        paint.text(painter, figures, self._shown(), font(38, 700, tabular=True), ink, paint.RIGHT)
        below = QRectF(box.left() + 16, box.top() + 68, wide - 32, 28)
        paint.text(painter, below, f"{request.unit_price} per {request.unit}", font(15, 450, tabular=True), "ink_2")
        if stands:
            paint.text(painter, below, request.cost(self.weight_milli), font(17, 600, tabular=True), "ink", paint.RIGHT)
        tone, icon = ("go_text", "check") if stands and not self.digits else ("ink_2", "info")
        words = self.words or "The weight is steady."
        paint.glyph(painter, QPointF(31, _BOX_TOP + _BOX + 20), icon, 20, tone)
        paint.wrapped(painter, QRectF(50, _BOX_TOP + _BOX + 9, wide - 30, 48), words, font(15, 500), "ink")
