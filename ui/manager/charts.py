"""Charts, painted: bars side by side or one below the other, shares of a whole, a line through days.

They are drawn in the colours of a theme that is handed in, so that paper is light whatever the screen is. Nothing is
told by colour alone: every part has its name and its value beside it.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from pos_app.domain.report import Chart, ChartKind
from ui.theme import paint
from ui.theme.current import paint_colour
from ui.theme.fonts import font, width
from ui.theme.tokens import Theme

Words = Callable[[int], str]
"""A value as people read it."""

TITLE_HEIGHT = 40
_UPRIGHT_LABEL = 48
"""A name that is wider than this cannot stand below its bar."""
_BAR_ROW = 34
_UPRIGHT, _LINE, _SHARES = 190, 190, 34
_NUMBERED_FROM = 16
"""A part of the ring carries its number from a sixteenth of the whole."""
_MARGIN = 20
_TICKS = 4


def chart_height(chart: Chart) -> int:
    """How high the chart is drawn, with its title."""
    if not any(value for _, value in chart.points):
        return 0
    if chart.kind is ChartKind.SHARES:
        return TITLE_HEIGHT + max(170, _SHARES * len(chart.points)) + _MARGIN
    if chart.kind is ChartKind.BARS and not _upright(chart):
        return TITLE_HEIGHT + _BAR_ROW * len(chart.points) + _MARGIN
    return TITLE_HEIGHT + (_LINE if chart.kind is ChartKind.LINE else _UPRIGHT) + _MARGIN


def paint_chart(painter: QPainter, rect: QRectF, chart: Chart, words: Words, look: Theme) -> None:
    """Title and picture in a rectangle of chart_height."""
    paint.rounded(painter, rect.adjusted(0, 0, 0, -8), 12, look.sunken, look.line)
    title = QRectF(rect.left() + _MARGIN, rect.top() + 4, rect.width() - 2 * _MARGIN, TITLE_HEIGHT - 4)
    paint.text(painter, title, chart.title, font(15, 700), look.ink)
    place = rect.adjusted(_MARGIN, TITLE_HEIGHT, -_MARGIN, -_MARGIN)
    match chart.kind:
        case ChartKind.SHARES:
            _shares(painter, place, chart.points, words, look)
        case ChartKind.LINE:
            _line(painter, place, chart.points, words, look)
        case ChartKind.BARS if _upright(chart):
            _bars(painter, place, chart.points, words, look)
        case _:
            _lying_bars(painter, place, chart.points, words, look)


def _upright(chart: Chart) -> bool:
    return all(width(name, font(13, 500)) <= _UPRIGHT_LABEL for name, _ in chart.points)


# --- scale ------------------------------------------------------------------------------------------------------------


def ticks(lowest: int, highest: int) -> list[int]:
    """Round values from at or below the lowest to at or above the highest, zero among them."""
    lowest, highest = min(lowest, 0), max(highest, 0)
    reach = max(highest - lowest, 1)
    step = _round_step(reach, _TICKS)
    first, last = lowest // step, max(-(-highest // step), 1 if not lowest else 0)
    return [number * step for number in range(first, last + 1)]


def _round_step(reach: int, count: int) -> int:
    """1, 2 or 5 times a power of ten, so that about so many steps make the reach."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * count >= reach:
                return factor * power
        power *= 10


def _axis(painter: QPainter, place: QRectF, marks: Sequence[int], words: Words, look: Theme) -> QRectF:
    """Lines across with their values on the left; what is left for the picture comes back."""
    made = font(13, 500, tabular=True)
    label = max(width(words(mark), made) for mark in marks) + 12
    plot = place.adjusted(label, 6, 0, -26)
    for mark in marks:
        y = _height_of(mark, marks, plot)
        painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), paint_colour(look.line_2 if mark == 0 else look.line))
        at = QRectF(place.left(), y - 10, label - 12, 20)
        paint.text(painter, at, words(mark), made, look.ink_2, paint.RIGHT)
    return plot


def _height_of(value: int, marks: Sequence[int], plot: QRectF) -> float:
    return plot.bottom() - plot.height() * (value - marks[0]) / max(marks[-1] - marks[0], 1)


# --- pictures ---------------------------------------------------------------------------------------------------------


def _bars(painter: QPainter, place: QRectF, points: Sequence[tuple[str, int]], words: Words, look: Theme) -> None:
    marks = ticks(min(value for _, value in points), max(value for _, value in points))
    plot = _axis(painter, place, marks, words, look)
    room = plot.width() / len(points)
    wide = min(room * 0.64, 56)
    zero = _height_of(0, marks, plot)
    for number, (name, value) in enumerate(points):
        middle = plot.left() + room * (number + 0.5)
        top = _height_of(value, marks, plot)
        bar = QRectF(middle - wide / 2, min(top, zero), wide, max(abs(zero - top), 1))
        if value:
            paint.rounded(painter, bar, min(4, bar.height() / 2), look.accent if value > 0 else look.bad)
        label = QRectF(middle - room / 2, plot.bottom() + 4, room, 22)
        paint.text(painter, label, name, font(13, 500, tabular=True), look.ink_2, paint.CENTRE)


def _lying_bars(painter: QPainter, place: QRectF, points: Sequence[tuple[str, int]], words: Words, look: Theme) -> None:
    made, figures = font(14, 500), font(14, 600, tabular=True)
    names = min(max(width(name, made) for name, _ in points) + 16, place.width() * 0.4)
    figure = max(width(words(value), figures) for _, value in points) + 12
    room = place.width() - names - figure
    most = max(abs(value) for _, value in points)
    for number, (name, value) in enumerate(points):
        top = place.top() + number * _BAR_ROW
        paint.text(painter, QRectF(place.left(), top, names - 12, _BAR_ROW), name, made, look.ink)
        track = QRectF(place.left() + names, top + 8, room, _BAR_ROW - 16)
        paint.rounded(painter, track, 4, look.line)
        bar = QRectF(track.left(), track.top(), max(room * abs(value) / most, 2 if value else 0), track.height())
        if value:
            paint.rounded(painter, bar, min(4, bar.width() / 2), look.accent if value > 0 else look.bad)
        at = QRectF(track.right(), top, figure, _BAR_ROW)
        paint.text(painter, at, words(value), figures, look.ink, paint.RIGHT)


def _shares(painter: QPainter, place: QRectF, points: Sequence[tuple[str, int]], words: Words, look: Theme) -> None:
    """A ring with numbered parts, and the numbers' names and values beside it."""
    whole = sum(value for _, value in points)
    side = min(place.height(), 170.0)
    ring = QRectF(place.left() + 8, place.top() + (place.height() - side) / 2, side, side)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    start = 90 * 16
    begun = 0
    for number, (_, value) in enumerate(points):
        end = begun + value
        span = -(end * 360 * 16 // whole) + (begun * 360 * 16 // whole)
        painter.setBrush(paint_colour(look.tints[number % len(look.tints)].icon))
        painter.setPen(QPen(paint_colour(look.sunken), 2))
        painter.drawPie(ring, start, span)
        start += span
        begun = end
    _number_parts(painter, ring, points, whole, look)
    hole = ring.adjusted(side * 0.29, side * 0.29, -side * 0.29, -side * 0.29)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paint_colour(look.sunken))
    painter.drawEllipse(hole)
    _legend(painter, place.adjusted(side + 40, 0, 0, 0), points, whole, words, look)


def _number_parts(painter: QPainter, ring: QRectF, points: Sequence[tuple[str, int]], whole: int, look: Theme) -> None:
    """The number of each part that is wide enough, in the middle of its piece of the ring."""
    begun = 0
    for number, (_, value) in enumerate(points):
        if value * _NUMBERED_FROM >= whole:
            angle = 2 * pi * (begun + value / 2) / whole
            reach = ring.width() * 0.36
            x, y = ring.center().x() + reach * sin(angle), ring.center().y() - reach * cos(angle)
            place = QRectF(x - 12, y - 12, 24, 24)
            paint.text(painter, place, str(number + 1), font(13, 700), look.surface, paint.CENTRE)
        begun += value


def _legend(
    painter: QPainter, place: QRectF, points: Sequence[tuple[str, int]], whole: int, words: Words, look: Theme
) -> None:
    figures = font(14, 600, tabular=True)
    figure = max(width(words(value), figures) for _, value in points) + 16
    top = place.top() + (place.height() - _SHARES * len(points)) / 2
    room = min(place.width(), 620.0)
    for number, (name, value) in enumerate(points):
        line = QRectF(place.left(), top + number * _SHARES, room, _SHARES)
        swatch = QRectF(line.left(), line.center().y() - 11, 22, 22)
        paint.rounded(painter, swatch, 6, look.tints[number % len(look.tints)].icon)
        paint.text(painter, swatch, str(number + 1), font(13, 700), look.surface, paint.CENTRE)
        named = QRectF(line.left() + 34, line.top(), room - 34 - figure - 76, _SHARES)
        paint.text(painter, named, name, font(14, 500), look.ink)
        tenths = (value * 2_000 + whole) // (2 * whole)
        percent = QRectF(line.right() - figure - 70, line.top(), 64, _SHARES)
        paint.text(painter, percent, f"{tenths // 10}.{tenths % 10} %", figures, look.ink_2, paint.RIGHT)
        at = QRectF(line.right() - figure, line.top(), figure, _SHARES)
        paint.text(painter, at, words(value), figures, look.ink, paint.RIGHT)


def _line(painter: QPainter, place: QRectF, points: Sequence[tuple[str, int]], words: Words, look: Theme) -> None:
    marks = ticks(min(value for _, value in points), max(value for _, value in points))
    plot = _axis(painter, place, marks, words, look)
    step = plot.width() / max(len(points) - 1, 1)
    left = plot.left() if len(points) > 1 else plot.center().x()
    dots = [QPointF(left + number * step, _height_of(value, marks, plot)) for number, (_, value) in enumerate(points)]
    zero = _height_of(0, marks, plot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paint_colour(look.accent_soft))
    painter.drawPolygon(QPolygonF([QPointF(dots[0].x(), zero), *dots, QPointF(dots[-1].x(), zero)]))
    painter.setPen(QPen(paint_colour(look.accent), 2))
    for first, second in pairwise(dots):
        painter.drawLine(first, second)
    if len(dots) <= 62:
        painter.setBrush(paint_colour(look.accent))
        for dot in dots:
            painter.drawEllipse(dot, 2.5, 2.5)
    made = font(13, 500, tabular=True)
    room = max(width(name, made) for name, _ in points) + 20
    every = max(1, -(-len(points) // max(int(plot.width() / room), 1)))
    for number in range(0, len(points), every):
        name = points[number][0]
        wide = width(name, made)
        x = min(max(dots[number].x() - wide / 2, plot.left()), plot.right() - wide)
        paint.text(painter, QRectF(x, plot.bottom() + 4, wide + 1, 22), name, made, look.ink_2)
