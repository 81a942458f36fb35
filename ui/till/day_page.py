"""A page over the whole window: what is going on, its steps on the left, the work in the middle, the ways on below.

It is the same page for opening the day, closing it and looking at reports. Keys that nobody here wants end here, so
that nothing happens to what lies below.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import Radius
from ui.widgets.buttons import Button

_HEAD, _FOOT = 80, 88
_RAIL, _NARROW_RAIL, _NARROW = 236, 196, 1200
_STEP = 56
_BUTTON = 56
_MAIN, _PLAIN = 268, 176


@dataclass(frozen=True, slots=True)
class PageWords:
    """What the page says: its title, where and when, an icon, the steps and which of them this is (none: -1)."""

    title: str
    subtitle: str
    icon: str
    steps: Sequence[str] = ()
    step: int = -1
    heading: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way on: what its button is called, and what it does."""

    name: str
    act: Callable[[], object]
    kind: str = "plain"


class PageBody(QWidget):
    """The work of one step."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.hide()

    def stops(self) -> Sequence[QWidget]:
        """What the Tab key goes to, in its order."""
        return ()

    def begin(self) -> bool:
        """Take the focus; False when there is nothing to type or choose here."""
        return False

    def take_scan(self, code: str) -> bool:
        """True when a scanned code was meant for this step."""
        return False

    def step_back(self) -> None:
        """Escape: one step back, where a step has one."""


class _Rail(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._steps: Sequence[str] = ()
        self._step = -1

    def show_steps(self, steps: Sequence[str], step: int) -> None:
        """All steps; those before this one are done."""
        self._steps, self._step = steps, step
        words = f"Step {step + 1} of {len(steps)}: {steps[step]}" if 0 <= step < len(steps) else "Steps"
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        for number, name in enumerate(self._steps):
            middle = 12 + number * _STEP + _STEP / 2 - 4
            here, done = number == self._step, number < self._step
            if here:
                place = QRectF(0, middle - 24, self.width(), 48)
                paint.rounded(painter, place, Radius.CONTROL, "accent_soft")
            circle = QRectF(12, middle - 14, 28, 28)
            paint.rounded(
                painter, circle, 14, "accent" if here else "go_soft" if done else "sunken", "" if here else "line"
            )
            if done:
                paint.glyph(painter, circle.center(), "check", 16, "go_text")
            else:
                ink = "on_accent" if here else "ink_2"
                paint.text(painter, circle, str(number + 1), font(14, 700, tabular=True), ink, paint.CENTRE)
            words = QRectF(50, middle - 24, self.width() - 56, 48)
            made = font(15, 700 if here else 500)
            paint.text(painter, words, name, made, "accent" if here else "ink" if done else "ink_2")
        painter.end()


class DayPage(QWidget):
    """Shows one body at a time."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._words = PageWords("", "", "sunrise")
        self._note, self._bad = "", False
        self.body: PageBody | None = None
        self.rail = _Rail(self)
        self.back = Button("Back", self, size=16)
        self.extra = Button("More", self, size=16)
        self.main = Button("Next", self, kind="accent", size=18)
        self._ways: dict[Button, Way | None] = {}
        for button in (self.back, self.extra, self.main):
            button.clicked.connect(lambda _=False, one=button: self._go(one))
        self.hide()

    def show_step(
        self, words: PageWords, body: PageBody, main: Way, *, back: Way | None = None, extra: Way | None = None
    ) -> None:
        """Show this step; a way that is none has no button."""
        self._words = words
        self.setAccessibleName(words.title)
        if self.body is not None and self.body is not body:
            self.body.hide()
        self.body = body
        self._ways = {self.main: main, self.back: back, self.extra: extra}
        for button, way in self._ways.items():
            button.rename(way.name if way is not None else "Not used")
            button.setVisible(way is not None)
            button.setEnabled(True)
            button.set_kind(way.kind if way is not None else "plain")
        self.rail.show_steps(words.steps, words.step)
        self.rail.setVisible(bool(words.steps))
        self.say("")
        self._arrange()
        body.show()
        self.show()
        self.raise_()
        self.take_focus()

    def _go(self, button: Button) -> None:
        way = self._ways.get(button)
        if way is not None:
            way.act()

    def take_focus(self) -> None:
        """Typing goes to the step, or Enter to what leads on."""
        if self.body is not None and not self.body.begin():
            self.main.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, note: str, *, bad: bool = False) -> None:
        """Words above the buttons; bad ones are a refusal."""
        self._note, self._bad = note, bad
        self.setAccessibleDescription(f"{self._words.heading}. {self._words.hint} {note}".strip())
        self.update()

    @property
    def note(self) -> str:
        """What was said last."""
        return self._note

    # --- keys --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()
        if event.key() == Qt.Key.Key_Escape and self.body is not None:
            self.body.step_back()

    def event(self, event: QEvent) -> bool:
        """Shortcuts of the window below do not work while it is covered."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        inside = self.body.stops() if self.body is not None else ()
        every = (*inside, self.back, self.extra, self.main)
        stops = [one for one in every if one.isVisible() and one.isEnabled()]
        at = next((n for n, stop in enumerate(stops) if stop.hasFocus()), -1 if forward else 0)
        if stops:
            stops[(at + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    # --- showing -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _inside(self) -> QRectF:
        rail = 0
        if self._words.steps:
            rail = (_NARROW_RAIL if self.width() < _NARROW else _RAIL) + 16
        return QRectF(32 + rail, _HEAD + 16, self.width() - 64 - rail, self.height() - _HEAD - _FOOT - 32)

    def _arrange(self) -> None:
        inside = self._inside()
        rail = round(inside.left()) - 48
        self.rail.setGeometry(32, _HEAD + 24, max(rail, 0), round(inside.height()) - 8)
        if self.body is not None:
            top = round(inside.top()) + 70
            high = round(inside.height()) - 70
            self.body.setGeometry(round(inside.left()) + 8, top, round(inside.width()) - 8, high)
        top = self.height() - _FOOT + 8
        right = self.width() - 32
        self.main.setGeometry(right - _MAIN, top, _MAIN, _BUTTON)
        self.extra.setGeometry(right - _MAIN - 12 - _PLAIN, top, _PLAIN, _BUTTON)
        self.back.setGeometry(32, top, _PLAIN, _BUTTON)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("page"))
        words, wide = self._words, self.width()
        painter.fillRect(QRectF(0, 0, wide, _HEAD - 8), colour("surface"))
        painter.fillRect(QRectF(0, _HEAD - 9, wide, 1), colour("line"))
        paint.rounded(painter, QRectF(24, 12, 48, 48), 12, "accent")
        paint.glyph(painter, QPointF(48, 36), words.icon, 24, "on_accent")
        paint.text(painter, QRectF(88, 10, wide - 120, 30), words.title, font(22, 700, display=True))
        paint.text(painter, QRectF(88, 39, wide - 120, 22), words.subtitle, font(14, 500, tabular=True), "ink_2")
        card = QRectF(16, _HEAD + 8, wide - 32, self.height() - _HEAD - _FOOT - 8)
        paint.rounded(painter, card, Radius.CARD, "surface", "line")
        inside = self._inside()
        if words.steps:
            painter.fillRect(QRectF(inside.left() - 8, card.top() + 1, 1, card.height() - 2), colour("line"))
        left, room = inside.left() + 8, inside.width() - 8
        paint.text(painter, QRectF(left, inside.top(), room, 32), words.heading, font(22, 700, display=True))
        paint.text(painter, QRectF(left, inside.top() + 33, room, 24), words.hint, font(15, 450), "ink_2")
        self._paint_note(painter)
        painter.end()

    def _paint_note(self, painter: QPainter) -> None:
        if not self._note:
            return
        left = 32 + (_PLAIN + 16 if not self.back.isHidden() else 0)
        taken = _MAIN + 16 + (_PLAIN + 12 if not self.extra.isHidden() else 0)
        place = QRectF(left, self.height() - _FOOT + 8, self.width() - 32 - taken - left, _BUTTON)
        made, ink = font(14, 600), "bad" if self._bad else "ink_2"
        high = min(paint.wrapped_height(self._note, made, place.width() - 30), place.height())
        if self._bad:
            paint.glyph(painter, QPointF(place.left() + 10, place.center().y()), "circle-alert", 20, ink)
            place.adjust(28, 0, 0, 0)
        paint.wrapped(painter, place.adjusted(0, (place.height() - high) / 2, 0, 0), self._note, made, ink)
