"""What a return gives, beside its lines: how it adds up, where the money goes, what happens to the points."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.theme.tokens import Height
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.choice import Choice

_MARGIN = 20
_ROW = 25
_TOTAL = 60
_HEADING = 30


@dataclass(frozen=True, slots=True)
class PanelRow:
    """Words and a figure."""

    name: str
    amount: str
    ink: str = "ink"


@dataclass(frozen=True, slots=True)
class RefundPage:
    """All that the panel shows. Empty names of buttons hide them."""

    title: str
    rows: Sequence[PanelRow]
    total_name: str
    total: str
    heading: str = ""
    parts: Sequence[PanelRow] = ()
    note: str = ""
    choices: bool = False
    to_store_credit: bool = False
    only_store_credit: bool = False
    plain: str = ""
    main: str = ""
    main_usable: bool = True
    main_kind: str = "go"
    done: bool = False


class RefundPanel(Card):
    """Shows one page; its buttons say what was chosen."""

    closed = Signal()
    main_chosen = Signal()
    plain_chosen = Signal()
    original_chosen = Signal()
    credit_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Refund", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.page = RefundPage("", (), "", "")
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.original = Choice("As paid", self)
        self.credit = Choice("Store credit", self)
        self.original.clicked.connect(self.original_chosen)
        self.credit.clicked.connect(self.credit_chosen)
        self.plain = Button("Exchange", self, icon="repeat-2", size=17)
        self.plain.clicked.connect(self.plain_chosen)
        self.main = Button("Refund", self, kind="go", size=20)
        self.main.clicked.connect(self.main_chosen)

    def show_page(self, page: RefundPage) -> None:
        """Show what a return gives now."""
        self.page = page
        self.setAccessibleName(page.title)
        self.setAccessibleDescription(f"{page.total_name} {page.total}. {page.note}".strip())
        for button, name in ((self.plain, page.plain), (self.main, page.main)):
            button.setVisible(bool(name))
            button.rename(name or button.text())
        self.main.setEnabled(page.main_usable)
        self.main.set_kind(page.main_kind)
        self.plain.setEnabled(page.main_usable)
        for choice, chosen in ((self.original, not page.to_store_credit), (self.credit, page.to_store_credit)):
            choice.setVisible(page.choices)
            choice.setChecked(chosen)
        self.original.setEnabled(not page.only_store_credit)
        self._arrange()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.main.click()
        else:
            super().keyPressEvent(event)

    # --- geometry and painting ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        left, wide = _MARGIN, self.width() - 2 * _MARGIN
        self.close_button.move(self.width() - 58, 8)
        top = self.height() - 16 - Height.PAY
        self.main.setGeometry(left, top, wide, Height.PAY)
        if self.page.plain:
            top -= Height.CASH + 10
            self.plain.setGeometry(left, top, wide, Height.CASH)
        if self.page.choices:
            top -= Height.CASH + 10
            half = (wide - 10) // 2
            self.original.setGeometry(left, top, half, Height.CASH)
            self.credit.setGeometry(left + half + 10, top, wide - half - 10, Height.CASH)
        self._buttons_top = top

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """From the top: how it adds up, the total, where it goes, what is to be known."""
        page, left, wide = self.page, float(_MARGIN), rect.width() - 2 * _MARGIN
        paint.text(painter, QRectF(left, 8, wide - 44, 48), page.title, font(20, 700))
        top = 60.0
        for row in page.rows:
            self._paint_row(painter, row, QRectF(left, top, wide, _ROW))
            top += _ROW
        painter.fillRect(QRectF(left, top + 4, wide, 1), colour("line"))
        self._paint_total(painter, QRectF(left, top + 6, wide, _TOTAL))
        top += _TOTAL + 12
        if page.heading:
            paint.text(painter, QRectF(left, top, wide, _HEADING - 4), page.heading, font(14, 700), "ink_2")
            top += _HEADING - 2
        for row in page.parts:
            if top + _ROW > self._buttons_top:
                return
            self._paint_row(painter, row, QRectF(left, top, wide, _ROW), weight=600)
            top += _ROW
        if page.note:
            room = QRectF(left + 26, top + 8, wide - 26, self._buttons_top - top - 14)
            if room.height() >= 18:
                paint.glyph(painter, QPointF(left + 10, top + 18), "info", 18, "accent")
                paint.wrapped(painter, room, page.note, font(14, 500))

    def _paint_row(self, painter: QPainter, row: PanelRow, place: QRectF, weight: int = 500) -> None:
        used = paint.text(painter, place, row.amount, font(15, 600, tabular=True), row.ink, paint.RIGHT)
        ink = "ink" if weight == 600 else "ink_2"
        paint.text(painter, place.adjusted(0, 0, -used - 12, 0), row.name, font(15, weight), ink)

    def _paint_total(self, painter: QPainter, place: QRectF) -> None:
        page = self.page
        name = font(18, 600)
        room = place.width() - width(page.total_name, name) - 12
        for size in (42, 36, 30, 24):
            made = font(size, 700, display=True)
            if width(page.total, made) <= room:
                break
        used = paint.text(painter, place, page.total, made, "go_text" if page.done else "ink", paint.RIGHT)
        paint.text(painter, place.adjusted(0, 0, -used - 8, 0), page.total_name, name)
