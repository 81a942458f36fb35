"""Painting helpers: rounded grounds, one-line texts, icons, chips, key caps and the focus ring.

All text is drawn as plain text: what comes from data is never read as markup.
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from ui.theme.current import colour, paint_colour
from ui.theme.fonts import ShapedText, font, metrics, shaped, width
from ui.theme.icons import icon
from ui.theme.tokens import FOCUS_RING

# Where in its rectangle a text stands; middle height always.
LEFT, CENTRE, RIGHT = 0, 1, 2
SMALLEST_AMOUNT = 11
_PARAGRAPH = int(Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)


def rounded(
    painter: QPainter, rect: QRectF, radius: float, fill: str = "", border: str = "", border_width: float = 1.0
) -> None:
    """A rounded rectangle: fill and border are token names or #RRGGBB; the border lies inside."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(_colour(fill) if fill else Qt.BrushStyle.NoBrush)
    if border:
        inset = border_width / 2
        rect = rect.adjusted(inset, inset, -inset, -inset)
        painter.setPen(QPen(_colour(border), border_width))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(rect, radius, radius)


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    made: QFont,
    ink: str = "ink",
    align: int = LEFT,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> float:
    """One line of text inside a rectangle, shortened where it does not fit; returns the width it took."""
    made_ready = shaped(words, made)
    room = rect.width()
    if made_ready.width > room + 0.5:
        made_ready = shaped(metrics(made).elidedText(words, elide, room), made)
    painter.setFont(made)
    left = rect.left()
    if align != LEFT:
        spare = room - made_ready.width
        left += spare if align == RIGHT else spare / 2
    _draw(painter, QPointF(left, rect.top() + (rect.height() - made_ready.height) / 2), made_ready, _colour(ink))
    return made_ready.width


def _draw(painter: QPainter, at: QPointF, made_ready: ShapedText, ink: QColor) -> None:
    """Large letters are painted as outlines where the painter is not opaque, at fifty times the cost; a pale pen gives
    the same pixels.
    """
    opacity = painter.opacity()
    if opacity == 1.0:
        painter.setPen(ink)
        painter.drawStaticText(at, made_ready.text)
        return
    pale = QColor(ink)
    pale.setAlphaF(opacity)
    painter.setPen(pale)
    painter.setOpacity(1.0)
    painter.drawStaticText(at, made_ready.text)
    painter.setOpacity(opacity)


def amount(
    painter: QPainter,
    rect: QRectF,
    words: str,
    size: int,
    weight: int,
    ink: str = "ink",
    align: int = RIGHT,
) -> float:
    """An amount in columns of digits: smaller where it would not fit, but never shortened; returns its width."""
    made = font(size, weight, tabular=True)
    while size > SMALLEST_AMOUNT and width(words, made) > rect.width():
        size -= 1
        made = font(size, weight, tabular=True)
    return text(painter, rect, words, made, ink, align)


def wrapped(painter: QPainter, rect: QRectF, words: str, made: QFont, ink: str = "ink_2", centre: bool = False) -> None:
    """A paragraph wrapped at words."""
    painter.setFont(made)
    painter.setPen(_colour(ink))
    across = int(Qt.AlignmentFlag.AlignHCenter if centre else Qt.AlignmentFlag.AlignLeft)
    painter.drawText(rect, across | _PARAGRAPH, words)


def wrapped_height(words: str, made: QFont, wide: float) -> float:
    """How high a paragraph is at a width."""
    return metrics(made).boundingRect(QRectF(0, 0, wide, 1000), int(Qt.TextFlag.TextWordWrap), words).height()


def glyph(painter: QPainter, centre: QPointF, name: str, size: int, ink: str = "ink", stroke: float = 2.0) -> None:
    """An icon around a point."""
    ratio = painter.device().devicePixelRatioF()
    pixmap = icon(name, size, _colour(ink).name(), ratio, stroke)
    painter.drawPixmap(QPointF(round(centre.x() - size / 2), round(centre.y() - size / 2)), pixmap)


def key_cap(
    painter: QPainter, right: float, middle: float, key: str, ink: str = "ink_3", border: str = "line_2"
) -> float:
    """A small key with its name, its right edge at a point; returns its width."""
    size = key_cap_width(key)
    rect = QRectF(right - size, middle - 10, size, 20)
    rounded(painter, rect, 5, "", border)
    text(painter, rect, key, font(12, 600), ink, CENTRE)
    return size


def key_cap_width(key: str) -> float:
    """How wide a key is drawn."""
    return width(key, font(12, 600)) + 14


def chip(painter: QPainter, left: float, middle: float, words: str, ink: str, ground: str, border: str = "") -> float:
    """A short text on a soft ground; returns its width."""
    made = font(13, 600)
    size = width(words, made) + 20
    rect = QRectF(left, middle - 13, size, 26)
    rounded(painter, rect, 13, ground, border)
    text(painter, rect, words, made, ink, CENTRE)
    return size


def focus_ring(painter: QPainter, rect: QRectF, radius: float, ink: str = "accent") -> None:
    """The sign of keyboard focus, inside the control's edge."""
    rounded(painter, rect.adjusted(1, 1, -1, -1), max(radius - 1, 2), "", ink, FOCUS_RING)


def _colour(name: str) -> QColor:
    return paint_colour(name) if name.startswith("#") else colour(name)
