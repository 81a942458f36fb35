"""The list of this till's receipts in the side column: found by number, amount or time, and what to do with one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.control import Control

_FIELD_TOP = 60
_ROWS_TOP = 122
_ROW, _GAP = 58, 6
_ACTIONS = 56 + 8 + 48 + 16


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One receipt as the list shows it."""

    receipt_number: str
    title: str
    detail: str
    total: str
    icon: str
    is_sale: bool
    has_member: bool


class _Row(Control):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("Receipt", parent)
        self.row: ReceiptRow | None = None
        self.chosen = False

    def show_row(self, row: ReceiptRow, *, chosen: bool) -> None:
        """Show another receipt, or the same one chosen."""
        if (row, chosen) != (self.row, self.chosen):
            self.row, self.chosen = row, chosen
            self.rename(f"{row.title} {row.total}")
            self.setAccessibleDescription(f"{row.detail}{', chosen' if chosen else ''}")
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, two lines, the amount; the chosen one says so by ground, border and a bar."""
        if self.row is None:
            return
        ground = "accent_soft" if self.chosen else "hover" if self.hovered else "surface"
        paint.rounded(painter, rect, self.radius, ground, "accent_line" if self.chosen else "line")
        if self.chosen:
            paint.rounded(painter, QRectF(6, 12, 4, rect.height() - 24), 2, "accent")
        middle = rect.center().y()
        paint.glyph(painter, QPointF(30, middle), self.row.icon, 20, "accent" if self.chosen else "ink_2")
        made = font(15, 600, tabular=True)
        used = paint.text(painter, rect.adjusted(54, 0, -14, 0), self.row.total, made, "ink", paint.RIGHT)
        room = rect.width() - 54 - 26 - used
        paint.text(painter, QRectF(54, middle - 22, room, 22), self.row.title, font(15, 600, tabular=True))
        paint.text(painter, QRectF(54, middle, room, 20), self.row.detail, font(13, 500, tabular=True), "ink_2")


class ReceiptsPanel(Card):
    """Field, rows, actions. Up and Down choose, Enter prints, Page keys move the paper."""

    closed = Signal()
    searched = Signal(str)
    chosen_changed = Signal()
    print_wanted = Signal()
    gift_wanted = Signal()
    email_wanted = Signal()
    paper_moved = Signal(int)
    hidden = Signal()

    def __init__(self, *, by_email: bool, parent: QWidget | None = None) -> None:
        super().__init__("Receipts", parent)
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.line = QLineEdit(self)
        self.line.setFont(font(16, 450))
        self.line.setMaxLength(40)
        self.line.setAccessibleName("Find a receipt by number, amount or time")
        self.line.textChanged.connect(self.searched)
        self.line.installEventFilter(self)
        self.setFocusProxy(self.line)
        self.print_button = Button("Print a copy", self, kind="accent", icon="printer", key="Enter", size=17)
        self.print_button.clicked.connect(self.print_wanted)
        self.gift_button = Button("Gift receipt", self, icon="gift")
        self.gift_button.clicked.connect(self.gift_wanted)
        self.email_button = Button("E-mail", self, icon="mail")
        self.email_button.clicked.connect(self.email_wanted)
        self.email_button.setVisible(by_email)
        self._by_email = by_email
        self._shown: list[_Row] = []
        self.rows: list[ReceiptRow] = []
        self.index = 0
        self._empty = ""

    @property
    def chosen(self) -> ReceiptRow | None:
        """The receipt that the actions are about."""
        return self.rows[self.index] if self.rows else None

    def begin(self) -> None:
        """An empty field, and the newest receipt chosen."""
        self.line.blockSignals(True)
        self.line.clear()
        self.line.blockSignals(False)
        self.show_rows([], "")
        self.line.setFocus()

    def show_rows(self, rows: Sequence[ReceiptRow], empty: str) -> None:
        """Show what was found; the first one is chosen."""
        self.rows, self.index, self._empty = list(rows), 0, empty
        self._refresh()
        self.chosen_changed.emit()

    def choose(self, index: int) -> None:
        """Another receipt."""
        if self.rows and index != self.index:
            self.index = max(0, min(index, len(self.rows) - 1))
            self._refresh()
            self.chosen_changed.emit()

    # --- keys ---------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._take_key(event)
        return False

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.choose(self.index + (1 if key == Qt.Key.Key_Down else -1))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.paper_moved.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.print_wanted.emit()
        else:
            return False
        return True

    # --- showing ------------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        chosen = self.chosen
        self.print_button.setEnabled(chosen is not None)
        self.gift_button.setEnabled(chosen is not None and chosen.is_sale)
        self.email_button.setEnabled(chosen is not None)
        self._arrange_rows()
        self.update()

    @property
    def _fitting(self) -> int:
        return max(1, (self.height() - _ROWS_TOP - _ACTIONS - 8) // (_ROW + _GAP))

    def _arrange_rows(self) -> None:
        fitting = self._fitting
        first = self.index // fitting * fitting
        while len(self._shown) < fitting:
            row, place = _Row(self), len(self._shown)
            row.clicked.connect(lambda _=False, place=place: self._touched(place))
            self._shown.append(row)
        for place, widget in enumerate(self._shown):
            number = first + place
            widget.setGeometry(16, _ROWS_TOP + place * (_ROW + _GAP), self.width() - 32, _ROW)
            visible = place < fitting and number < len(self.rows)
            if visible:
                widget.show_row(self.rows[number], chosen=number == self.index)
            widget.setVisible(visible)

    def _touched(self, place: int) -> None:
        self.choose(self.index // self._fitting * self._fitting + place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self.close_button.move(wide - 58, 8)
        self.line.setGeometry(56, _FIELD_TOP + 3, wide - 84, Height.TOUCH - 6)
        top = high - _ACTIONS
        self.print_button.setGeometry(16, top, wide - 32, 56)
        half = (wide - 40) // 2 if self._by_email else wide - 32
        self.gift_button.setGeometry(16, top + 64, half, 48)
        self.email_button.setGeometry(wide - 16 - half, top + 64, half, 48)
        self._arrange_rows()

    def hideEvent(self, event: QEvent) -> None:
        self.hidden.emit()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, the frame of the field, and words where there are no rows."""
        paint.text(painter, QRectF(20, 8, rect.width() - 88, 48), "Receipts", font(20, 700))
        field = QRectF(16, _FIELD_TOP, rect.width() - 32, Height.TOUCH)
        high, ink = (FOCUS_RING, "accent") if self.line.hasFocus() else (1, "control")
        paint.rounded(painter, field, Radius.CONTROL, "surface", ink, high)
        paint.glyph(painter, QPointF(38, field.center().y()), "search", 20, "ink_3")
        if not self.line.text():
            place = field.adjusted(42, 0, -10, 0)
            paint.text(painter, place, "Number, amount or time", font(16, 450), "ink_3")
        if not self.rows and self._empty:
            place = QRectF(20, _ROWS_TOP + 4, rect.width() - 40, 80)
            paint.wrapped(painter, place, self._empty, font(15, 450))
        elif len(self.rows) > self._fitting:
            words = f"{self.index + 1} of {len(self.rows)}"
            paint.text(painter, QRectF(20, 8, rect.width() - 92, 48), words, font(13, 500), "ink_2", paint.RIGHT)
