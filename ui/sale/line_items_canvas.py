"""The basket as one painted widget: a new line scrolls what is there and paints only itself.

A model and view of Qt would ask Python for hundreds of values per scan; here a scan costs two painted rows.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from ui.sale.rows import Row
from ui.theme import paint
from ui.theme.current import colour, reduce_motion, tint
from ui.theme.fonts import font, width
from ui.theme.icons import goods_look
from ui.theme.tokens import Height, Radius

TOP_PADDING = 6
TEXT_LEFT = 84
TOTAL_FROM_RIGHT = 12
_NARROW = 640
STEPPER_WIDTH = 144
_MERGE_SIGN_MS = 450
_DRAG_START = 8
_DIVIDER = 2
_SHORTEST_META = 40


def column_offsets(canvas_width: float) -> tuple[int, int]:
    """How far from the right edge the quantity's centre and the unit price's right end are."""
    return (258, 112) if canvas_width < _NARROW else (294, 125)


class LineItemsCanvas(QWidget):
    """Lines of the sale with one of them selected."""

    step_requested = Signal(int, int)
    """line number, +1 or -1"""
    remove_requested = Signal(int)
    selection_changed = Signal()
    scrolled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Basket")
        self._rows: list[Row] = []
        self._selected = 0
        self._offset = 0
        self._merged_line = 0
        self._editable = True
        self._press: tuple[QPointF, int] | None = None
        self._dragging = False
        self._merge_timer = QTimer(self, singleShot=True, interval=_MERGE_SIGN_MS)
        self._merge_timer.timeout.connect(self._end_merge_sign)

    # --- what it shows ----------------------------------------------------------------------------------------------

    @property
    def rows(self) -> list[Row]:
        """The rows shown."""
        return self._rows

    @property
    def selected(self) -> int:
        """The number of the selected line; 0 for none."""
        return self._selected

    def show_rows(self, rows: Sequence[Row], selected: int, merged: int = 0, editable: bool = True) -> None:
        """Show these rows, the selected one in sight; only what differs is painted."""
        before, self._rows = self._rows, list(rows)
        if editable != self._editable:
            self._editable = editable
            self._update_line(self._selected)
        for index, row in enumerate(self._rows):
            if index >= len(before) or row is not before[index]:
                self.update(self.place_of(index).adjusted(0, 0, 0, _DIVIDER))
        if len(before) > len(self._rows):
            lowest = self.place_of(len(self._rows))
            self.update(0, lowest.top(), self.width(), self.height() - lowest.top())
        if bool(before) != bool(self._rows) or len(before) != len(self._rows):
            self._describe()
        self._set_offset(self._offset)
        self.select(selected)
        if merged and not reduce_motion():
            self._merged_line = merged
            self._update_line(merged)
            self._merge_timer.start()

    def select(self, line_number: int) -> None:
        """Select a line and bring it in sight; a number that is not there selects nothing."""
        index = self._index_of(line_number)
        if line_number != self._selected:
            self._update_line(self._selected)
            self._selected = line_number if index >= 0 else 0
            self._update_line(self._selected)
            self._describe()
            self._tell_screen_reader(index)
            self.selection_changed.emit()
        if index >= 0:
            top = TOP_PADDING + index * Height.ROW
            self._set_offset(min(max(self._offset, top + Height.ROW + TOP_PADDING - self.height()), top - TOP_PADDING))

    def _tell_screen_reader(self, index: int) -> None:
        if index >= 0 and QAccessible.isActive():
            event = QAccessibleEvent(self, QAccessible.Event.Selection)
            event.setChild(index)
            QAccessible.updateAccessibility(event)

    def move_selection(self, by: int) -> None:
        """Select the line before or after."""
        if self._rows:
            index = self._index_of(self._selected)
            wanted = len(self._rows) - 1 if index < 0 else min(max(index + by, 0), len(self._rows) - 1)
            self.select(self._rows[wanted].line_number)

    @property
    def scroll_range(self) -> tuple[int, int, int]:
        """Offset, height in sight and height of all rows, in pixels."""
        return self._offset, self.height(), self._content_height()

    def scroll_to(self, offset: int) -> None:
        """Scroll to so many pixels from the top."""
        self._set_offset(offset)

    def row_rect(self, line_number: int) -> QRect:
        """Where a line is, in the widget's coordinates."""
        return self.place_of(self._index_of(line_number))

    def place_of(self, index: int) -> QRect:
        """Where the row at that place in the basket is, in the widget's coordinates."""
        return QRect(0, TOP_PADDING + index * Height.ROW - self._offset, self.width(), Height.ROW)

    def stepper_rects(self, line_number: int) -> tuple[QRectF, QRectF]:
        """Where the selected line's minus and plus are."""
        box = self._stepper(QRectF(self.row_rect(line_number)))
        return QRectF(box.left(), box.top(), 48, box.height()), QRectF(box.right() - 48, box.top(), 48, box.height())

    # --- geometry ---------------------------------------------------------------------------------------------------

    def _content_height(self) -> int:
        return 2 * TOP_PADDING + len(self._rows) * Height.ROW

    def _index_of(self, line_number: int) -> int:
        for index in range(len(self._rows) - 1, -1, -1):
            if self._rows[index].line_number == line_number:
                return index
        return -1

    def _update_line(self, line_number: int) -> None:
        """Repaint a line, and the divider below it, which is not drawn next to the selected line."""
        index = self._index_of(line_number)
        if index >= 0:
            self.update(self.place_of(index).adjusted(0, 0, 0, _DIVIDER))

    def _set_offset(self, offset: int) -> None:
        offset = min(max(offset, 0), max(0, self._content_height() - self.height()))
        if offset != self._offset:
            moved = self._offset - offset
            self._offset = offset
            if abs(moved) < self.height():
                self.scroll(0, moved)
            else:
                self.update()
            self.scrolled.emit()

    def _stepper(self, row: QRectF) -> QRectF:
        centre = row.right() - column_offsets(row.width())[0]
        return QRectF(centre - STEPPER_WIDTH / 2, row.center().y() - 24, STEPPER_WIDTH, 48)

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground = colour("surface")
        for exposed in event.region():
            painter.setClipRect(exposed)
            painter.fillRect(exposed, ground)
            first = max(0, (exposed.top() + self._offset - TOP_PADDING) // Height.ROW)
            last = min(len(self._rows) - 1, (exposed.bottom() + self._offset - TOP_PADDING) // Height.ROW)
            for index in range(first, last + 1):
                self._paint_row(painter, self._rows[index], QRectF(self.place_of(index)), index)
        painter.end()

    def _paint_row(self, painter: QPainter, row: Row, rect: QRectF, index: int) -> None:
        selected = row.line_number == self._selected
        middle = rect.center().y()
        right = rect.right()
        if selected:
            plate = QRectF(8, rect.top() + 2, rect.width() - 8, rect.height() - 4)
            paint.rounded(painter, plate, Radius.CONTROL, "accent_soft", "accent_line")
            if self.hasFocus():
                paint.focus_ring(painter, plate, Radius.CONTROL)
        elif index and self._rows[index - 1].line_number != self._selected:
            line = QRectF(TEXT_LEFT, rect.top(), rect.width() - TEXT_LEFT - TOTAL_FROM_RIGHT, 1)
            painter.fillRect(line, colour("line"))
        icon, tint_number = goods_look(row.category, row.name)
        colours = tint(tint_number)
        paint.rounded(painter, QRectF(20, middle - 24, 48, 48), 10, colours.ground)
        paint.glyph(painter, QPointF(44, middle), icon, 24, colours.icon, 1.75)
        quantity_offset, unit_offset = column_offsets(rect.width())
        quantity_centre = right - quantity_offset
        room = quantity_centre - (STEPPER_WIDTH / 2 + 8 if selected else 44) - TEXT_LEFT
        middle_elide = Qt.TextElideMode.ElideMiddle
        name = QRectF(TEXT_LEFT, middle - 23, room, 24)
        paint.text(painter, name, row.name, font(16, 600), "ink", paint.LEFT, middle_elide)
        self._paint_meta(painter, row, QRectF(TEXT_LEFT, middle, room, 22), "ink_2" if selected else "ink_3")
        self._paint_quantity(painter, row, rect, selected)
        unit_right = right - unit_offset
        unit_room = min(100.0, unit_right - (quantity_centre + STEPPER_WIDTH / 2 + 6))
        unit = QRectF(unit_right - unit_room, middle - 12, unit_room, 24)
        paint.amount(painter, unit, row.unit_price, 15, 450, "ink_2")
        lift = 9 if row.old_total else 0
        total = QRectF(right - TOTAL_FROM_RIGHT - 108, middle - 12 - lift, 108, 24)
        paint.amount(painter, total, row.total, 17, 600)
        if row.old_total:
            old = QRectF(right - TOTAL_FROM_RIGHT - 108, middle + 3, 108, 20)
            wide = paint.text(painter, old, row.old_total, font(13, 450, tabular=True), "ink_3", paint.RIGHT)
            painter.fillRect(QRectF(old.right() - wide, round(old.center().y()), wide, 1), colour("ink_3"))

    def _paint_meta(self, painter: QPainter, row: Row, rect: QRectF, ink: str) -> None:
        made = font(14, 450)
        if not row.chip:
            paint.text(painter, rect, row.meta, made, ink)
            return
        chip_font = font(12, 600)
        wanted = width(row.chip, chip_font) + 16
        chip_width = min(wanted, rect.width())
        room = rect.width() - chip_width - 10
        used = (
            0.0
            if room < _SHORTEST_META
            else paint.text(painter, rect.adjusted(0, 0, room - rect.width(), 0), row.meta, made, ink) + 10
        )
        chip = QRectF(rect.left() + used, rect.top() + 1, chip_width, 20)
        paint.rounded(painter, chip, 10, "go_soft")
        paint.text(painter, chip.adjusted(8, 0, -8, 0), row.chip, chip_font, "go_text")

    def _paint_quantity(self, painter: QPainter, row: Row, rect: QRectF, selected: bool) -> None:
        centre, middle = rect.right() - column_offsets(rect.width())[0], rect.center().y()
        fresh = row.line_number == self._merged_line
        number = QRectF(centre - 40, middle - 14, 80, 28)
        if selected and self._editable and row.whole_pieces:
            box = self._stepper(rect)
            paint.rounded(painter, box, Radius.CONTROL, "surface", "control")
            for edge in (box.left() + 48, box.right() - 48):
                painter.fillRect(QRectF(edge, box.top() + 10, 1, box.height() - 20), colour("line"))
            paint.glyph(painter, QPointF(box.left() + 24, middle), "minus", 20, "ink")
            paint.glyph(painter, QPointF(box.right() - 24, middle), "plus", 20, "ink")
            number = QRectF(centre - 23, middle - 16, 47, 32)
        if fresh:
            plate = QRectF(centre - 21, middle - 16, 43, 32)
            paint.rounded(painter, plate, 8, "accent")
        size = 18 if selected else 16
        paint.text(
            painter, number, row.quantity, font(size, 600, tabular=True), "on_accent" if fresh else "ink", paint.CENTRE
        )

    def _end_merge_sign(self) -> None:
        line, self._merged_line = self._merged_line, 0
        self._update_line(line)

    # --- pointer and keys -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._press = (event.position(), self._offset)
            self._dragging = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is not None:
            moved = event.position().y() - self._press[0].y()
            self._dragging = self._dragging or abs(moved) > _DRAG_START
            if self._dragging:
                self._set_offset(round(self._press[1] - moved))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._press = self._press, None
        if pressed is None or self._dragging:
            return
        index = int(event.position().y() + self._offset - TOP_PADDING) // Height.ROW
        if not 0 <= index < len(self._rows):
            return
        number = self._rows[index].line_number
        if number == self._selected and self._editable and self._rows[index].whole_pieces:
            minus, plus = self.stepper_rects(number)
            if minus.contains(event.position()):
                self.step_requested.emit(number, -1)
            elif plus.contains(event.position()):
                self.step_requested.emit(number, 1)
            return
        self.select(number)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._set_offset(self._offset - event.angleDelta().y() * Height.ROW // 120)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, self.height() // Height.ROW - 1)
        steps = {Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page, Qt.Key.Key_Home: -1000, Qt.Key.Key_End: 1000}
        if event.key() in steps:
            self.move_selection(steps[Qt.Key(event.key())])
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()
        self._set_offset(self._offset)
        self.select(self._selected)

    def focusInEvent(self, event: object) -> None:
        self._update_line(self._selected)

    def focusOutEvent(self, event: object) -> None:
        self._update_line(self._selected)

    def _describe(self) -> None:
        index = self._index_of(self._selected)
        chosen = f"{self._rows[index].spoken}, line {index + 1} of {len(self._rows)}" if index >= 0 else ""
        self.setAccessibleDescription(chosen or ("Empty" if not self._rows else f"{len(self._rows)} lines"))


class ScrollThumb(QWidget):
    """Shows, beside the canvas, which part of the basket is in sight."""

    def __init__(self, canvas: LineItemsCanvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.setAccessibleName("Position in the basket")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        canvas.scrolled.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        offset, in_sight, content = self._canvas.scroll_range
        if content <= in_sight:
            return
        track = self.height() - 8
        length = max(28.0, track * in_sight / content)
        top = 4 + (track - length) * offset / (content - in_sight)
        painter = QPainter(self)
        paint.rounded(painter, QRectF(1, top, 4, length), 2, "line_2")
        painter.end()
