"""Who works this till: covers the window until somebody signs on. The sale below is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports import Person
from ui.sign_on.person_pad import PersonPad
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import Radius
from ui.widgets.control import Control

_WIDTH, _HEIGHT = 864, 640
_LEFT = 400
_TILE = 56
_MOST_TILES = 6
_PEOPLE_TOP = 216
_HINT_ROW = 24


@dataclass(frozen=True, slots=True)
class SignOnWords:
    """What the page says: where this is, what state it is in, and in a demonstration everybody's PIN."""

    place: str
    moment: str
    state: str
    detail: str
    hints: tuple[tuple[str, str], ...] = ()


def initials(name: str) -> str:
    """Of the first two words."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


class _PersonTile(Control):
    def __init__(self, person: Person, parent: QWidget) -> None:
        super().__init__(person.operator.display_name, parent, description=f"Number {person.number}")
        self._number = person.number

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Initials, name and number."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "surface", "line_2")
        middle = rect.center().y()
        paint.rounded(painter, QRectF(rect.left() + 10, middle - 18, 36, 36), 18, "violet_soft")
        circle = QRectF(rect.left() + 10, middle - 18, 36, 36)
        paint.text(painter, circle, initials(self.text()), font(14, 700), "violet", paint.CENTRE)
        room = rect.width() - 62
        paint.text(painter, QRectF(rect.left() + 56, middle - 20, room, 22), self.text(), font(15, 600))
        number = QRectF(rect.left() + 56, middle + 1, room, 18)
        paint.text(painter, number, self._number, font(13, 500, tabular=True), "ink_2")


class SignOnPage(QWidget):
    """A PIN pad, and those who work here to pick from."""

    entered = Signal(str, str)
    """number and PIN"""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Sign on")
        self._words = SignOnWords("", "", "", "")
        self.tiles: list[_PersonTile] = []
        self.pad = PersonPad(self, "Sign on")
        self.pad.entered.connect(self.entered)
        self.hide()

    def open(self, words: SignOnWords, people: Sequence[Person], number: str = "") -> None:
        """Cover the window; number is that of whoever locked it."""
        self.show_people(words, people)
        self.pad.clear(number)
        self.show()
        self.raise_()
        self.pad.setFocus()

    def show_people(self, words: SignOnWords, people: Sequence[Person]) -> None:
        """Whom to pick from, and what is said; what was typed stays."""
        self._words = words
        self.setAccessibleDescription(f"{words.state}. {words.detail}")
        for tile in self.tiles:
            tile.hide()
            tile.deleteLater()
        self.tiles = [_PersonTile(person, self) for person in people[:_MOST_TILES]]
        for tile, person in zip(self.tiles, people, strict=False):
            tile.clicked.connect(lambda _=False, number=person.number: self._pick(number))
            tile.show()
        self._arrange()
        self.update()

    def end(self) -> None:
        """Uncover the window. The focus goes first: Qt would look for another place for it inside of what is hidden."""
        self.parentWidget().setFocus()
        self.pad.clear()
        self.hide()

    def _pick(self, number: str) -> None:
        self.pad.clear(number)
        self.pad.setFocus()

    # --- keys --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that the pad does not want end here."""
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Shortcuts of the window below do not work while it is covered."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        stops: Sequence[QWidget] = [*self.tiles, self.pad, self.pad.confirm]
        at = next((n for n, stop in enumerate(stops) if stop.hasFocus()), 0)
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    # --- showing -----------------------------------------------------------------------------------------------------

    def _box(self) -> QRectF:
        wide, high = min(_WIDTH, self.width() - 32), min(_HEIGHT, self.height() - 32)
        return QRectF((self.width() - wide) // 2, (self.height() - high) // 2, wide, high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        box = self._box()
        left, top = round(box.left()) + 24, round(box.top()) + _PEOPLE_TOP
        half = (_LEFT - 24 - 10) // 2
        for number, tile in enumerate(self.tiles):
            row, column = divmod(number, 2)
            tile.setGeometry(left + column * (half + 10), top + row * (_TILE + 8), half, _TILE)
        pad_left = round(box.left()) + 24 + _LEFT
        wide = round(box.right()) - 24 - pad_left
        self.pad.setGeometry(pad_left, round(box.top()) + 24, wide, round(box.height()) - 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("page"))
        box, words = self._box(), self._words
        paint.rounded(painter, box, Radius.CARD, "surface", "line")
        left, wide = box.left() + 24, float(_LEFT - 24)
        paint.rounded(painter, QRectF(left, box.top() + 24, 48, 48), 12, "accent")
        paint.glyph(painter, QPointF(left + 24, box.top() + 48), "shopping-bag", 24, "on_accent")
        paint.text(painter, QRectF(left + 64, box.top() + 22, wide - 64, 28), words.place, font(18, 700))
        moment = QRectF(left + 64, box.top() + 50, wide - 64, 22)
        paint.text(painter, moment, words.moment, font(14, 500, tabular=True), "ink_2")
        paint.text(painter, QRectF(left, box.top() + 96, wide, 36), words.state, font(26, 700, display=True))
        paint.wrapped(painter, QRectF(left, box.top() + 134, wide, 48), words.detail, font(15, 450))
        if self.tiles:
            paint.text(painter, QRectF(left, box.top() + 186, wide, 24), "Who are you?", font(15, 600), "ink_2")
        self._paint_hints(painter, QRectF(left, box.bottom() - 24, wide, 0))
        paint.rounded(painter, QRectF(left + wide + 12, box.top() + 24, 1, box.height() - 48), 0, "line")
        painter.end()

    def _paint_hints(self, painter: QPainter, bottom: QRectF) -> None:
        """In a demonstration: whose PIN is what."""
        if not self._words.hints:
            return
        high = len(self._words.hints) * _HINT_ROW + 46
        place = bottom.adjusted(0, -high, 0, 0)
        paint.rounded(painter, place, Radius.CONTROL, "sunken", "line")
        inner = place.adjusted(14, 8, -14, -8)
        paint.text(painter, QRectF(inner.left(), inner.top(), inner.width(), 24), "Demo PINs", font(14, 600), "ink_2")
        top = inner.top() + 26
        for who, pin in self._words.hints:
            row = QRectF(inner.left(), top, inner.width(), _HINT_ROW)
            paint.text(painter, row, who, font(14, 500), "ink")
            paint.text(painter, row, pin, font(14, 600, tabular=True), "ink", paint.RIGHT)
            top += _HINT_ROW
