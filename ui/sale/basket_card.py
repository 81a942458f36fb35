"""The basket card: its head, the lines, the message strip; idle and complete have their own pictures in it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.domain.orders import is_deposit
from pos_app.ports import Formatter
from ui.promotions.words import hint_words
from ui.sale.complete_page import CompletePage
from ui.sale.line_items_canvas import (
    TEXT_LEFT,
    TOTAL_FROM_RIGHT,
    LineItemsCanvas,
    ScrollThumb,
    column_offsets,
)
from ui.sale.rows import RowMaker, quantity_text
from ui.sale.sale_view_model import SaleViewModel, Stage
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.widgets.buttons import IconButton
from ui.widgets.card import Card
from ui.widgets.message_strip import MessageStrip

if TYPE_CHECKING:
    from ui.widgets.sheet import Sheet

_HEAD = 56
_INSET = 16
_COLUMNS = 32
_STRIP = 60
_SHEET_INSET = 5
"""So far from the card's edge, the sheet leaves its round corners alone."""
_FIND = "or type a name, SKU or barcode"


class IdlePicture(QWidget):
    """What the basket shows while it is empty."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title, self._hint = "", ""
        self.say("Scan to begin", _FIND)

    def say(self, title: str, hint: str) -> None:
        """What is to be scanned."""
        if (title, hint) != (self._title, self._hint):
            self._title, self._hint = title, hint
            self.setAccessibleName(title)
            self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        painter.fillRect(rect, colour("surface"))
        centre = rect.center() - QPointF(0, 20)
        paint.rounded(painter, QRectF(centre.x() - 44, centre.y() - 88, 88, 88), 24, "accent_soft")
        paint.glyph(painter, QPointF(centre.x(), centre.y() - 44), "scan-barcode", 44, "accent", 1.75)
        title = QRectF(0, centre.y() + 18, rect.width(), 36)
        paint.text(painter, title, self._title, font(26, 700, display=True), "ink", paint.CENTRE)
        hint = QRectF(0, centre.y() + 58, rect.width(), 24)
        paint.text(painter, hint, self._hint, font(15, 450), "ink_2", paint.CENTRE)
        painter.end()


def _pieces_milli(line: BasketLine) -> int:
    """What a line counts among the items: something weighed is one package."""
    return line.quantity_milli if line.item.sold_by is SoldBy.EACH else QUANTITY_SCALE


def _complete_words(basket: Basket) -> str:
    return "Deposit taken" if is_deposit(basket) else "Sale complete"


class BasketCard(Card):
    """Head with item count and receipt number, column names, lines, messages."""

    new_sale = Signal()

    def __init__(self, sale: SaleViewModel, formatter: Formatter, parent: QWidget | None = None) -> None:
        super().__init__("Current sale", parent)
        self._sale = sale
        self._formatter = formatter
        self._rows = RowMaker(formatter, sale.services.profile.weight_unit)
        self._pieces = ""
        self._number = ""
        self._hint = self._short_hint = ""
        self._title = "Current sale"
        self.canvas = LineItemsCanvas(self)
        self._thumb = ScrollThumb(self.canvas, self)
        self._idle = IdlePicture(self)
        self.complete_page = CompletePage(formatter, self)
        self.strip = MessageStrip(self)
        self.products = IconButton("Products", "layout-grid", self)
        self.products.setAccessibleDescription("Key Ctrl T")
        self.products.setVisible(bool(sale.services.profile.tile_pages))
        self._sheet: Sheet | None = None
        self._covers: list[QWidget] = []
        self.covered = False
        """True while something else than a sheet lies over the basket."""

    @property
    def sheet(self) -> "Sheet":
        """Something to read over the basket; made when it is needed for the first time."""
        if self._sheet is None:
            from ui.widgets.sheet import Sheet

            self._sheet = Sheet(self)
            self.add_cover(self._sheet)
        return self._sheet

    @property
    def sheet_open(self) -> bool:
        """True while a sheet, or something else, is over the basket."""
        return any(not cover.isHidden() for cover in self._covers)

    def add_cover(self, cover: QWidget) -> None:
        """Something else that may lie over the basket, like the sheet."""
        self._covers.append(cover)
        self._place_covers()

    def close_sheet(self) -> None:
        """Back to the basket."""
        for cover in self._covers:
            cover.hide()
        self.update()

    def refresh(self) -> None:
        """Show the sale as it is now."""
        sale, view = self._sale, self._sale.view
        rows = self._rows.rows(view.priced.lines)
        complete = sale.stage is Stage.COMPLETE
        self.canvas.show_rows(rows, 0 if complete else sale.selected, sale.merged, sale.editable)
        pieces = sum(_pieces_milli(line.line) for line in view.priced.lines)
        items = f"{quantity_text(pieces)} item{'' if pieces == 1000 else 's'}" if rows else ""
        hint = self._hint_words()
        head = (_complete_words(view.basket) if complete else "Current sale", items, view.receipt_number, hint[0])
        if head != (self._title, self._pieces, self._number, self._hint):
            self._title, self._pieces, self._number, self._hint = head
            self._short_hint = hint[1]
            self.setAccessibleDescription(", ".join(part for part in head if part))
            beside = self.products.x() if self.products.isVisibleTo(self) else self.width() - _INSET
            self.update(_INSET, 6, beside - _INSET, _HEAD - 8)
        if complete and sale.completed is not None:
            self.complete_page.show_sale(sale.completed)
        self.complete_page.setVisible(complete)
        self._idle.setVisible(not rows and not complete)
        if view.exchange is None:
            self._idle.say("Scan to begin", _FIND)
        else:
            self._idle.say("Scan the new goods", "What came back pays first. F7 shows it or takes it off")
        self.strip.show_messages(sale.banner, sale.toast)
        if self._sheet is not None:
            self._sheet.refresh()
        self._thumb.update()

    def _hint_words(self) -> tuple[str, str]:
        """What is almost there, long and short, in a place of its own; it makes no sound and asks for nothing."""
        hint = self._sale.savings.hint
        return ("", "") if hint is None or self._sale.stage is not Stage.SALE else hint_words(hint, self._formatter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        top = _HEAD + _COLUMNS
        bottom = self.height() - _STRIP - 12 - 8
        self.canvas.setGeometry(1, top, self.width() - 10, bottom - top)
        self._thumb.setGeometry(self.width() - 9, top, 7, bottom - top)
        self.products.move(self.width() - 54, 3)
        whole = (1, _HEAD + 1, self.width() - 2, bottom - _HEAD - 1)
        self._idle.setGeometry(*whole)
        self.complete_page.setGeometry(*whole)
        self.strip.setGeometry(12, self.height() - _STRIP - 12, self.width() - 24, _STRIP)
        self._place_covers()

    def _place_covers(self) -> None:
        inset = _SHEET_INSET
        for cover in self._covers:
            cover.setGeometry(inset, inset, self.width() - 2 * inset, self.height() - _STRIP - 20 - inset)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Head and column names, whichever of them is exposed."""
        if self.sheet_open or self.covered:
            return
        wide = round(rect.width())
        if self.exposed.intersects(QRect(0, 0, wide, _HEAD - 1)):
            self._paint_head(painter, rect)
        if self.exposed.intersects(QRect(0, _HEAD, wide, _COLUMNS)):
            self._paint_column_names(painter, rect)

    def _paint_head(self, painter: QPainter, rect: QRectF) -> None:
        middle = _HEAD / 2 + 1
        left = 20 + paint.text(painter, QRectF(20, 0, 260, _HEAD + 2), self._title, font(20, 700)) + 12
        if self._pieces:
            left += paint.chip(painter, left, middle, self._pieces, "ink_2", "sunken", "line") + 8
        if self._number:
            left += paint.chip(painter, left, middle, f"No. {self._number}", "ink_2", "sunken", "line") + 12
        right = rect.right() - (0 if self.products.isHidden() else self.products.width())
        if self._hint:
            self._paint_hint(painter, QRectF(left, 0, right - 16 - left, _HEAD + 2))
        elif self.canvas.rows and self._sale.editable and rect.width() > 700:
            made = font(13, 500)
            paint.text(
                painter,
                QRectF(right - 150, 0, 130, _HEAD + 2),
                "Edit line  ↑ ↓  + −",
                made,
                "ink_3",
                paint.RIGHT,
            )

    def _paint_hint(self, painter: QPainter, place: QRectF) -> None:
        """At the right end, as wide as its words and never wider than its place."""
        made = font(13, 600)
        words = self._hint if width(self._hint, made) + 44 <= place.width() else self._short_hint
        wide = min(width(words, made) + 44, place.width())
        plate = QRectF(place.right() - wide, place.center().y() - 15, wide, 30)
        paint.rounded(painter, plate, 15, "go_soft")
        paint.glyph(painter, QPointF(plate.left() + 18, plate.center().y()), "tag", 16, "go_text")
        paint.text(painter, plate.adjusted(32, 0, -12, 0), words, made, "go_text")

    def _paint_column_names(self, painter: QPainter, rect: QRectF) -> None:
        columns = QRectF(1, _HEAD, rect.width() - 2, _COLUMNS - 1)
        painter.fillRect(columns, colour("sunken"))
        painter.fillRect(QRectF(1, _HEAD, rect.width() - 2, 1), colour("line"))
        painter.fillRect(QRectF(1, _HEAD + _COLUMNS - 1, rect.width() - 2, 1), colour("line"))
        made, right = font(13, 600), self.canvas.geometry().right() + 1
        paint.text(painter, QRectF(TEXT_LEFT, _HEAD, 120, _COLUMNS), "Item", made, "ink_2")
        quantity_offset, unit_offset = column_offsets(self.canvas.width())
        quantity = QRectF(right - quantity_offset - 40, _HEAD, 80, _COLUMNS)
        paint.text(painter, quantity, "Qty", made, "ink_2", paint.CENTRE)
        unit = QRectF(right - unit_offset - 100, _HEAD, 100, _COLUMNS)
        paint.text(painter, unit, "Unit price", made, "ink_2", paint.RIGHT)
        total = QRectF(right - TOTAL_FROM_RIGHT - 100, _HEAD, 100, _COLUMNS)
        paint.text(painter, total, "Total", made, "ink_2", paint.RIGHT)
