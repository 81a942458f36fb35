"""The strip below the basket: a toast that passes, or a banner that stays. It has its own place and covers nothing."""

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.messages import Banner, Toast
from ui.theme import paint
from ui.theme.fonts import font, width
from ui.theme.tokens import Radius
from ui.widgets.buttons import Button


class _ToastButton(Button):
    """The undo of a toast: the toast's own colours."""

    radius = 8.0

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Words and key cap, no frame."""
        right = rect.right() - 10
        right -= paint.key_cap(painter, right, rect.center().y(), "Ctrl Z", "on_toast", "on_toast") + 16
        paint.text(
            painter,
            rect.adjusted(12, 0, right - rect.right(), 0),
            self.text(),
            font(15, 600),
            "toast_action",
            paint.RIGHT,
        )


class MessageStrip(QWidget):
    """Shows the banner when there is one, else the toast, else nothing."""

    undo = Signal()
    search = Signal(str)
    dismiss = Signal()
    sell = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Messages")
        self._toast: Toast | None = None
        self._banner: Banner | None = None
        self._undo = _ToastButton("Undo", self, description="Key Ctrl Z")
        self._search = Button("Search", self, icon="search")
        self._sell = Button("Sell", self, icon="tag", description="By its department, at a price you type")
        self._sell.clicked.connect(lambda: self.sell.emit(self._banner.code if self._banner else ""))
        self._dismiss = Button("Dismiss", self)
        self._undo.clicked.connect(self.undo)
        self._search.clicked.connect(lambda: self.search.emit(self._banner.code if self._banner else ""))
        self._dismiss.clicked.connect(self.dismiss)
        self._arrange()

    def show_messages(self, banner: Banner | None, toast: Toast | None) -> None:
        """Show these; the banner goes first."""
        if (banner, toast) != (self._banner, self._toast):
            same_buttons = self._kind(self._banner, self._toast) == self._kind(banner, toast)
            self._banner, self._toast = banner, toast
            words = f"{banner.title}. {banner.detail}" if banner else toast.words if toast else ""
            self.setAccessibleDescription(words)
            if same_buttons:
                self.update(0, 0, self._left_of_buttons(), self.height())
            else:
                self._arrange()
                self.update()

    def _left_of_buttons(self) -> int:
        shown = (button for button in (self._undo, self._sell, self._search, self._dismiss) if not button.isHidden())
        return min((button.x() for button in shown), default=self.width())

    @staticmethod
    def _kind(banner: Banner | None, toast: Toast | None) -> tuple[str, bool, bool]:
        """What decides everything but the words."""
        if banner is not None:
            return banner.tone, bool(banner.code), banner.sellable
        return "toast" if toast else "", toast is not None and toast.undoable, False

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        banner, toast = self._banner, self._toast
        self._search.setVisible(banner is not None and bool(banner.code))
        self._sell.setVisible(banner is not None and banner.sellable)
        self._dismiss.setVisible(banner is not None)
        self._undo.setVisible(banner is None and toast is not None and toast.undoable)
        middle = self.height() // 2
        right = self.width() - 6
        self._undo.setGeometry(right - 148, middle - 24, 148, 48)
        self._dismiss.setGeometry(right - 104, middle - 24, 100, 48)
        self._search.setGeometry(right - 104 - 116, middle - 24, 108, 48)
        self._sell.setGeometry(right - 104 - 116 - 100, middle - 24, 92, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        middle = rect.center().y()
        if self._banner is not None:
            self._paint_banner(painter, rect, middle, self._banner)
        elif self._toast is not None:
            paint.rounded(painter, rect, Radius.CONTROL, "toast")
            paint.glyph(painter, QPointF(26, middle), "circle-check", 20, "toast_go")
            room = rect.width() - 48 - (164 if self._toast.undoable else 20)
            paint.text(painter, QRectF(48, 0, room, rect.height()), self._toast.words, font(15, 600), "on_toast")
        painter.end()

    def _paint_banner(self, painter: QPainter, rect: QRectF, middle: float, banner: Banner) -> None:
        tone, ground = ("bad", "bad_soft") if banner.tone == "bad" else ("warn", "warn_soft")
        paint.rounded(painter, rect, Radius.CONTROL, ground, tone, 1.5)
        paint.glyph(painter, QPointF(28, middle), "triangle-alert", 22, tone)
        room = rect.width() - 52 - (340 if banner.sellable else 240 if banner.code else 124)
        detail, small = font(14, 500, tabular=True), font(13, 500, tabular=True)
        two_lines = width(banner.detail, small) > room
        paint.text(painter, QRectF(52, middle - (27 if two_lines else 22), room, 22), banner.title, font(15, 700), tone)
        if two_lines:
            paint.wrapped(painter, QRectF(52, middle - 6, room, 36), banner.detail, small, "ink")
        else:
            made = detail if width(banner.detail, detail) <= room else small
            paint.text(painter, QRectF(52, middle, room, 20), banner.detail, made, "ink")
