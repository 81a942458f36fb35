"""The parts of the member card: who it is, a figure that can be asked about, and using points."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from pos_app.services.statements import link_name
from ui.theme import paint
from ui.theme.fonts import font, width
from ui.widgets.control import Control

LINK_ICONS = {"shopping": "store", "credit_card": "credit-card"}


class NameButton(Control):
    """Initials, name and what else is known; a touch shows everything."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Member", parent, description="Key F3: everything of the member")
        self._details = ""
        self._linked: tuple[str, ...] = ()

    def show_member(self, name: str, details: str, linked: tuple[str, ...]) -> None:
        """Show this member, with a badge for everything that is linked."""
        if (name, details, linked) != (self.text(), self._details, self._linked):
            self._details, self._linked = details, linked
            self.rename(name)
            badges = [f"{link_name(kind)} linked" for kind in linked]
            self.setAccessibleName(", ".join(part for part in (name, details, *badges) if part))
            self.setToolTip(", ".join(badges))
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A faint ground under the pointer; the arrow says that there is more."""
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, self.radius, "hover")
        middle, name = rect.center().y(), self.text()
        circle = QRectF(10, middle - 21, 42, 42)
        paint.rounded(painter, circle, 21, "go_soft")
        paint.text(painter, circle, _initials(name), font(16, 700), "go_text", paint.CENTRE)
        room = rect.width() - 64 - 24
        made = font(17, 700)
        used = min(width(name, made), room)
        if self._details:
            paint.text(painter, QRectF(64, middle - 23, room, 24), name, made)
            room += 20 - 24 * len(self._linked)
            end = 64 + paint.text(painter, QRectF(64, middle + 1, room, 20), self._details, font(14, 450), "ink_2")
            for number, kind in enumerate(self._linked):
                icon = LINK_ICONS.get(kind, "link")
                paint.glyph(painter, QPointF(end + 20 + 24 * number, middle + 11), icon, 18, "accent")
            paint.glyph(painter, QPointF(64 + used + 14, middle - 11), "chevron-right", 18, "ink_3")
        else:
            paint.text(painter, QRectF(64, middle - 21, room, 42), name, made)
            paint.glyph(painter, QPointF(64 + used + 14, middle), "chevron-right", 18, "ink_3")


class Figure(Control):
    """A figure with its name above; a touch, or F1, tells how it came about."""

    faint_when_disabled = False

    def __init__(self, name: str, parent: QWidget, *, gain: bool = False) -> None:
        super().__init__(name, parent)
        self._gain = gain
        self._value = ""

    def show_figure(self, name: str, value: str) -> None:
        """Show this figure."""
        if (name, value) != (self.text(), self._value):
            self._value = value
            self.rename(name)
            self.setAccessibleName(f"{name} {value}")
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Name and value, on a faint ground under the pointer."""
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, 10, "hover")
        inner = rect.adjusted(6, 0, -4, 0)
        name = font(13, 500) if width(self.text(), font(13, 500)) <= inner.width() else font(12, 500)
        paint.text(painter, QRectF(inner.left(), 4, inner.width(), 18), self.text(), name, "ink_3")
        made = font(17, 700, tabular=True)
        if width(self._value, made) > inner.width():
            made = font(14, 600, tabular=True)
        ink = "go_text" if self._gain else "bad" if self._value.startswith("−") else "ink"
        paint.text(painter, QRectF(inner.left(), 22, inner.width(), 24), self._value, made, ink)


class PointsButton(Control):
    """Uses points, gives them back, or says why neither can be done: always in full ink, since it is information."""

    faint_when_disabled = False

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Use points", parent)
        self.used = False

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Blue to use, green once used, grey with the reason."""
        if self.used:
            ground, border, ink, icon = "go_soft", "", "go_text", "circle-check"
        elif self.isEnabled():
            ground, border, ink, icon = "accent_soft", "accent_line", "accent", "gift"
        else:
            ground, border, ink, icon = "sunken", "line", "ink_2", "gift"
        paint.rounded(painter, rect, self.radius, ground, border)
        middle = rect.center().y()
        paint.glyph(painter, QPointF(26, middle), icon, 20, ink)
        tail = 40 if self.used and self.isEnabled() else 14
        words, made = rect.adjusted(48, 0, -tail, 0), font(15, 600, tabular=True)
        if width(self.text(), made) <= words.width():
            paint.text(painter, words, self.text(), made, ink)
        else:
            small = font(13, 500)
            high = paint.wrapped_height(self.text(), small, words.width())
            place = QRectF(words.left(), middle - high / 2, words.width(), high)
            paint.wrapped(painter, place, self.text(), small, ink)
        if self.used and self.isEnabled():
            paint.glyph(painter, QPointF(rect.right() - 22, middle), "x", 18, ink)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"
