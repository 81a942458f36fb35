"""The customer's screen: idle, basket, payment and summary, painted; every figure comes written out.

Sizes are in units of a screen 800 high, so that a small panel and a large monitor show the same picture.
"""

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from pos_app.domain.receipt_texts import ReceiptTexts
from pos_app.ports.customer_display import IDLE_VIEW, CustomerLine, CustomerView, DisplayState
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width

_HEIGHT = 800
_LONGEST_TEXT = 120
SMALLEST_WIDTH, SMALLEST_HEIGHT = 800, 480


class CustomerDisplayWindow(QWidget):
    """Implements pos_app.ports.CustomerDisplay. It wants no focus: where it gets some, activated says so, and the till
    takes scans and keys back.
    """

    activated = Signal()

    def __init__(self, store_name: str, texts: ReceiptTexts, logo_file: Path | None = None) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWindowTitle(store_name)
        self.setMinimumSize(SMALLEST_WIDTH, SMALLEST_HEIGHT)
        self._store_name = store_name
        self._texts = texts
        self._logo = QPixmap(str(logo_file)) if logo_file is not None else QPixmap()
        self.view = IDLE_VIEW
        self.show_view(IDLE_VIEW)

    def show_view(self, view: CustomerView) -> None:
        """Show this now; what is the same already costs nothing."""
        if view != self.view or not self.accessibleName():
            self.view = view
            self.setAccessibleName(" ".join(self._said(view)))
            self.update()

    def end(self) -> None:
        """Close the window."""
        self.close()

    def _said(self, view: CustomerView) -> list[str]:
        if view.state is DisplayState.IDLE:
            return [self._store_name, self._texts("display_welcome")]
        words = [self._texts("display_total"), view.total]
        return words + ([self._texts("change"), view.change] if view.change else [])

    def changeEvent(self, event: QEvent) -> None:
        """A customer who touched the screen, or a desktop that activates every new window."""
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()
        super().changeEvent(event)

    # --- painting -----------------------------------------------------------------------------------------------------

    def _px(self, units: float) -> float:
        return units * min(self.height() / _HEIGHT, self.width() / 1100)

    def _size(self, units: float) -> int:
        return max(12, round(self._px(units)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("page"))
        rect = QRectF(self.rect())
        match self.view.state:
            case DisplayState.IDLE:
                self._paint_idle(painter, rect)
            case DisplayState.BASKET | DisplayState.PAYMENT:
                self._paint_basket(painter, rect)
            case DisplayState.SUMMARY:
                self._paint_summary(painter, rect)
        painter.end()

    def _paint_idle(self, painter: QPainter, rect: QRectF) -> None:
        middle = rect.center().y() - self._px(40)
        self._paint_logo(painter, QRectF(rect.left(), middle - self._px(120), rect.width(), self._px(180)), 76)
        words = QRectF(rect.left(), middle + self._px(90), rect.width(), self._px(60))
        paint.text(painter, words, self._texts("display_welcome"), font(self._size(34), 500), "ink_2", paint.CENTRE)

    def _paint_logo(self, painter: QPainter, place: QRectF, name_units: float) -> None:
        """The store's logo on white as it was drawn for, or its name in large letters."""
        if self._logo.isNull():
            self._fitted(painter, place, self._store_name, name_units, "ink")
            return
        scale = min(place.width() * 0.8 / self._logo.width(), place.height() / self._logo.height())
        wide, high = self._logo.width() * scale, self._logo.height() * scale
        shown = QRectF(place.center().x() - wide / 2, place.center().y() - high / 2, wide, high)
        margin = self._px(24)
        paint.rounded(painter, shown.adjusted(-margin, -margin, margin, margin), self._px(20), "#FFFFFF")
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(shown, self._logo, QRectF(self._logo.rect()))

    def _paint_basket(self, painter: QPainter, rect: QRectF) -> None:
        gap = self._px(28)
        side = min(rect.width() * 0.42, self._px(480))
        basket = QRectF(gap, gap, rect.width() - side - 3 * gap, rect.height() - 2 * gap)
        total = QRectF(rect.right() - side - gap, gap, side, rect.height() - 2 * gap)
        self._paint_lines(painter, basket)
        self._paint_total(painter, total)

    def _paint_lines(self, painter: QPainter, card: QRectF) -> None:
        """The last lines that fit, the newest at the bottom and marked."""
        paint.rounded(painter, card, self._px(20), "surface", "line")
        inner = card.adjusted(self._px(24), self._px(16), -self._px(24), -self._px(16))
        row = self._px(74)
        fitting = max(1, int(inner.height() // row))
        lines = self.view.lines[-fitting:]
        for number, line in enumerate(lines):
            place = QRectF(inner.left(), inner.top() + number * row, inner.width(), row)
            newest = number == len(lines) - 1
            if newest:
                ground = place.adjusted(-self._px(12), self._px(3), self._px(12), -self._px(3))
                paint.rounded(painter, ground, self._px(12), "accent_soft")
            elif number < len(lines) - 2:
                painter.fillRect(QRectF(place.left(), place.bottom(), place.width(), 1), colour("line"))
            self._paint_line(painter, place, line)

    def _paint_line(self, painter: QPainter, place: QRectF, line: CustomerLine) -> None:
        made = font(self._size(24), 600, tabular=True)
        upper = place.adjusted(0, 0, 0, -self._px(26)) if line.saved else place
        amount = paint.text(painter, upper, line.amount, made, "ink", paint.RIGHT)
        left = place.left()
        if line.quantity != "1":
            quantity = f"{line.quantity} ×"
            left += paint.text(painter, upper, quantity, made, "ink_2") + self._px(10)
        name = QRectF(left, upper.top(), max(0.0, upper.right() - left - amount - self._px(20)), upper.height())
        paint.text(painter, name, line.name[:_LONGEST_TEXT], font(self._size(24), 500))
        if line.saved:
            lower = QRectF(place.left(), place.bottom() - self._px(38), place.width(), self._px(28))
            paint.text(painter, lower, line.saved[:_LONGEST_TEXT], font(self._size(18), 500, tabular=True), "go_text")

    def _paint_total(self, painter: QPainter, card: QRectF) -> None:
        view = self.view
        paint.rounded(painter, card, self._px(20), "surface", "line")
        inner = card.adjusted(self._px(28), self._px(24), -self._px(28), -self._px(24))
        top = inner.top()
        if view.first_name or view.points_to_earn:
            top = self._paint_member(painter, inner, top) + self._px(20)
        paying = view.state is DisplayState.PAYMENT
        rows = [(self._texts("display_total"), view.total), *view.paid] if paying else []
        for name, amount in rows:
            place = QRectF(inner.left(), top, inner.width(), self._px(40))
            used = paint.text(painter, place, amount, font(self._size(24), 600, tabular=True), "ink", paint.RIGHT)
            room = place.adjusted(0, 0, -used - self._px(12), 0)
            paint.text(painter, room, name[:_LONGEST_TEXT], font(self._size(22), 500), "ink_2")
            top += self._px(42)
        # The figure keeps its place whatever stands around it.
        savings = QRectF(inner.left(), inner.bottom() - self._px(36), inner.width(), self._px(36))
        figure = QRectF(inner.left(), savings.top() - self._px(118), inner.width(), self._px(110))
        label = QRectF(inner.left(), figure.top() - self._px(40), inner.width(), self._px(40))
        if view.savings:
            saved = self._texts("saved", amount=view.savings)
            paint.text(painter, savings, saved, font(self._size(24), 600, tabular=True), "go_text", paint.RIGHT)
        if view.at_card_terminal:
            above = QRectF(inner.left(), label.top() - self._px(56), inner.width(), self._px(44))
            self._fitted(painter, above, self._texts("display_card"), 26, "accent", paint.RIGHT)
        name = self._texts("display_due" if paying else "display_total")
        paint.text(painter, label, name, font(self._size(28), 600), "ink_2", paint.RIGHT)
        self._fitted(painter, figure, view.due if paying else view.total, 92, "ink", paint.RIGHT)

    def _paint_member(self, painter: QPainter, inner: QRectF, top: float) -> float:
        """First name and points on a soft ground; where it ends."""
        view, texts = self.view, self._texts
        greeting = texts("display_hello", name=view.first_name[:24]) if view.first_name else texts("rewards").title()
        earn = texts("display_earn", points=view.points_to_earn)
        balance = texts("display_balance", points=view.points_balance) if view.points_balance else ""
        pad, made = self._px(18), font(self._size(20), 500)
        room = inner.width() - 2 * pad
        earn_high = paint.wrapped_height(earn, made, room)
        high = pad * 2 + self._px(36) + earn_high + (self._px(30) if balance else 0)
        box = QRectF(inner.left(), top, inner.width(), high)
        paint.rounded(painter, box, self._px(14), "go_soft")
        line = QRectF(box.left() + pad, box.top() + pad, room, self._px(32))
        paint.text(painter, line, greeting, font(self._size(26), 700), "go_text")
        paint.wrapped(painter, QRectF(line.left(), line.bottom() + self._px(4), room, earn_high), earn, made, "go_text")
        if balance:
            below = QRectF(line.left(), box.bottom() - pad - self._px(24), room, self._px(26))
            paint.text(painter, below, balance, made, "go_text")
        return box.bottom()

    def _paint_summary(self, painter: QPainter, rect: QRectF) -> None:
        view, texts = self.view, self._texts
        centre = rect.center()
        top = centre.y() - self._px(280)
        circle = self._px(84)
        paint.rounded(painter, QRectF(centre.x() - circle / 2, top, circle, circle), circle / 2, "go_soft")
        paint.glyph(painter, QPointF(centre.x(), top + circle / 2), "check", self._size(44), "go_text", 2.5)
        thanks = texts("display_thanks_name", name=view.first_name[:24]) if view.first_name else texts("display_thanks")
        words = QRectF(rect.left(), top + circle + self._px(16), rect.width(), self._px(64))
        self._fitted(painter, words.adjusted(self._px(40), 0, -self._px(40), 0), thanks, 46, "ink")
        label = QRectF(rect.left(), words.bottom() + self._px(18), rect.width(), self._px(40))
        name, amount = (texts("change"), view.change) if view.change else (texts("display_total"), view.total)
        paint.text(painter, label, name, font(self._size(28), 600), "ink_2", paint.CENTRE)
        figure = QRectF(rect.left(), label.bottom(), rect.width(), self._px(170))
        self._fitted(painter, figure.adjusted(self._px(40), 0, -self._px(40), 0), amount, 150, "ink")
        below = [f"{texts('display_total')} {view.total}"] if view.change else []
        below += [texts("saved", amount=view.savings)] if view.savings else []
        below += [texts("display_earned", points=view.points_to_earn)] if view.points_to_earn else []
        line = QRectF(rect.left(), figure.bottom() + self._px(12), rect.width(), self._px(44))
        paint.text(
            painter, line, "   ·   ".join(below), font(self._size(26), 600, tabular=True), "go_text", paint.CENTRE
        )

    def _fitted(
        self, painter: QPainter, place: QRectF, words: str, units: float, ink: str, align: int = paint.CENTRE
    ) -> None:
        """Words as large as they fit into their place."""
        size = self._size(units)
        while size > 16 and width(words, font(size, 700, display=True)) > place.width():
            size = max(16, size * 9 // 10)
        paint.text(painter, place, words, font(size, 700, display=True), ink, align)
