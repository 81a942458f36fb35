"""A report laid out: chart, tables and notes one below the other, for the screen and for pages of paper alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from pos_app.domain.report import Column, Report, Table, Unit, Value
from pos_app.ports import Formatter
from pos_app.services.report_files import value_words
from ui.manager.charts import chart_height, paint_chart
from ui.theme import paint
from ui.theme.current import colour, paint_colour, theme
from ui.theme.fonts import font, width
from ui.theme.tokens import FOCUS_RING, Theme

_TITLE, _HEAD, _ROW, _TOTAL = 48, 32, 36, 42
_PAD = 12
_LEAST_TEXT = 110
_NAME, _FIGURE = 480, 130
"""A table is no wider than these make it: an eye does not find its way from a name to a figure far away."""
_MOST_SECOND_TEXT = 260


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of the report that is never torn apart: its height and how it is drawn."""

    height: int
    draw: Callable[[QPainter, QRectF, Theme], None]


def strips_of(report: Report, wide: int, formatter: Formatter) -> list[Strip]:
    """Everything of a report at a width, from top to bottom."""
    strips: list[Strip] = []
    chart = report.chart
    if chart is not None and (high := chart_height(chart)):
        words = partial(value_words, unit=chart.unit, formatter=formatter)
        strips.append(Strip(high, lambda painter, rect, look: paint_chart(painter, rect, chart, words, look)))
    for table in report.tables:
        strips += _table(table, wide, formatter)
    strips += [_note(note, wide) for note in report.notes]
    return strips


def _table(table: Table, wide: int, formatter: Formatter) -> list[Strip]:
    strips = [Strip(_TITLE, partial(_draw_title, table.title))]
    wide = min(wide, _NAME + _FIGURE * (len(table.columns) - 1)) if _has_figures(table) else wide
    if not table.rows:
        return [*strips, Strip(_ROW, partial(_draw_words, table.empty))]
    lines = [_words_of(row, table.columns, formatter) for row in table.rows]
    if len(table.columns) == 1:
        return [*strips, *(_paragraph(line[0], wide) for line in lines)]
    total = _words_of(table.total, table.columns, formatter) if table.total else []
    widths = _widths(table.columns, [*lines, total] if total else lines, wide)
    heads = [column.name for column in table.columns]
    strips.append(Strip(_HEAD, partial(_draw_row, heads, table.columns, widths, "head")))
    strips += [Strip(_ROW, partial(_draw_row, line, table.columns, widths, "row")) for line in lines]
    if total:
        strips.append(Strip(_TOTAL, partial(_draw_row, total, table.columns, widths, "total")))
    return strips


def _has_figures(table: Table) -> bool:
    return any(column.unit is not Unit.TEXT for column in table.columns)


def _words_of(row: Sequence[Value], columns: Sequence[Column], formatter: Formatter) -> list[str]:
    return [value_words(value, column.unit, formatter) for value, column in zip(row, columns, strict=True)]


def _widths(columns: Sequence[Column], lines: Sequence[Sequence[str]], wide: int) -> list[float]:
    """Numbers get the room they need; words share what is left, the first column most."""
    heads, rows = font(13, 600, tabular=True), font(14, 700, tabular=True)
    needed = [
        max(width(column.name, heads), *(width(line[number], rows) for line in lines)) + 2 * _PAD
        for number, column in enumerate(columns)
    ]
    for number, column in enumerate(columns):
        if number and column.unit is Unit.TEXT:
            needed[number] = min(max(needed[number], _LEAST_TEXT), _MOST_SECOND_TEXT)
    last_is_text = len(columns) > 1 and columns[-1].unit is Unit.TEXT
    if last_is_text and all(column.unit is Unit.TEXT for column in columns):
        needed[0] = min(needed[0], wide * 0.45)
        needed[-1] = wide - sum(needed[:-1])
    needed[0] = max(wide - sum(needed[1:]), _LEAST_TEXT)
    over = sum(needed) - wide
    return [part - over * part / sum(needed) for part in needed] if over > 0.5 else needed


def _paragraph(words: str, wide: int) -> Strip:
    """A row of words alone is read to its end."""
    high = round(paint.wrapped_height(words, font(15, 500), wide - 2 * _PAD)) + 16
    return Strip(high, partial(_draw_paragraph, words))


def _note(note: str, wide: int) -> Strip:
    high = round(paint.wrapped_height(note, font(14, 450), wide - 2 * _PAD)) + 20
    return Strip(high, partial(_draw_note, note))


# --- drawing ----------------------------------------------------------------------------------------------------------


def _draw_title(title: str, painter: QPainter, rect: QRectF, look: Theme) -> None:
    paint.text(painter, rect.adjusted(_PAD, 10, -_PAD, 0), title, font(17, 700), look.ink)


def _draw_words(words: str, painter: QPainter, rect: QRectF, look: Theme) -> None:
    paint.text(painter, rect.adjusted(_PAD, 0, -_PAD, 0), words, font(15, 450), look.ink_2)


def _draw_paragraph(words: str, painter: QPainter, rect: QRectF, look: Theme) -> None:
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), paint_colour(look.line))
    paint.wrapped(painter, rect.adjusted(_PAD, 7, -_PAD, 0), words, font(15, 500), look.ink)


def _draw_note(note: str, painter: QPainter, rect: QRectF, look: Theme) -> None:
    paint.wrapped(painter, rect.adjusted(_PAD, 14, -_PAD, 0), note, font(14, 450), look.ink_2)


def _draw_row(
    line: Sequence[str],
    columns: Sequence[Column],
    widths: Sequence[float],
    kind: str,
    painter: QPainter,
    rect: QRectF,
    look: Theme,
) -> None:
    """A line of cells: numbers on the right of their column, words on the left."""
    rect = QRectF(rect.left(), rect.top(), sum(widths), rect.height())
    if kind == "head":
        paint.rounded(painter, rect, 6, look.sunken)
    elif kind == "total":
        painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 2), paint_colour(look.line_2))
    else:
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), paint_colour(look.line))
    left = rect.left()
    for number, (words, column) in enumerate(zip(line, columns, strict=True)):
        is_text = column.unit is Unit.TEXT
        weight = {"head": 600, "total": 700}.get(kind, 500 if is_text else 600)
        made = font(13 if kind == "head" else 14, weight, tabular=not is_text)
        ink = look.ink_2 if kind == "head" or (is_text and number and kind == "row") else look.ink
        cell = QRectF(left + _PAD, rect.top(), widths[number] - 2 * _PAD, rect.height())
        if is_text:
            paint.text(painter, cell, words, made, ink)
        elif kind == "head":
            paint.text(painter, cell, words, made, ink, paint.RIGHT)
        else:
            paint.amount(painter, cell, words, 14, weight, ink)
        left += widths[number]


def spoken(report: Report, formatter: Formatter, most: int = 60) -> str:
    """The report for a screen reader, line by line."""
    said: list[str] = []
    for table in report.tables:
        said.append(table.title if table.rows else f"{table.title}: {table.empty}")
        for row in (*table.rows[:most], *((table.total,) if table.total else ())):
            words = _words_of(row, table.columns, formatter)
            named = (f"{column.name} {text}".strip() for column, text in zip(table.columns, words, strict=True) if text)
            said.append(", ".join(named))
    return ". ".join((*said, *report.notes))


# --- on the screen ----------------------------------------------------------------------------------------------------


class _Content(QWidget):
    """The strips, drawn where they are in sight."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Report")
        self.strips: list[Strip] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("surface"))
        top = 0
        for strip in self.strips:
            if top < event.rect().bottom() + 1 and top + strip.height > event.rect().top():
                strip.draw(painter, QRectF(0, top, self.width(), strip.height), theme())
            top += strip.height
        painter.end()


class ReportSheet(QWidget):
    """Shows a report, to be scrolled by keys, wheel or finger."""

    def __init__(self, formatter: Formatter, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Report")
        self._formatter = formatter
        self.report: Report | None = None
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = _Content(self._scroll)
        self._scroll.setWidget(self._content)
        self._scroll.viewport().setAutoFillBackground(False)
        for part in self._scroll.findChildren(QWidget):
            if not part.accessibleName():
                part.setAccessibleName("Report")
        self._scroll.setAccessibleName("Report")

    def show_report(self, report: Report) -> None:
        """Show it from its top."""
        self.report = report
        self._tell()
        self._arrange()
        self._scroll.verticalScrollBar().setValue(0)

    def _tell(self) -> None:
        """To a screen reader, while it can be seen by others too: later, a drawer may be counted blind."""
        shown = self.report if self.isVisible() else None
        self.setAccessibleName(shown.title if shown else "Report")
        self.setAccessibleDescription(spoken(shown, self._formatter) if shown else "")

    def showEvent(self, event: QEvent) -> None:
        self._tell()

    def hideEvent(self, event: QEvent) -> None:
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self._scroll.verticalScrollBar()
        steps = {
            Qt.Key.Key_Up: -_ROW,
            Qt.Key.Key_Down: _ROW,
            Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_Home: -bar.maximum(),
            Qt.Key.Key_End: bar.maximum(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + step)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def _arrange(self) -> None:
        inner = self.width() - 26
        self._scroll.setGeometry(6, 6, self.width() - 10, self.height() - 12)
        if self.report is not None and inner > 0:
            self._content.strips = strips_of(self.report, inner, self._formatter)
            high = sum(strip.height for strip in self._content.strips) + 8
            self._content.resize(inner, max(high, self.height() - 12))
            self._content.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        if self.hasFocus():
            paint.rounded(painter, QRectF(self.rect()), 8, "", "accent", FOCUS_RING)
        painter.end()
