"""Buttons: the plain one, the one that takes money, tiles of the action bar and small icon buttons."""

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font, width
from ui.theme.tokens import Height, Radius
from ui.widgets.control import Control

_PAY_WIDTH_WITH_KEY = 360
_PAY_AMOUNT, _PAY_NAME = (26, 700), (22, 700)
_OVERHANG = 3
"""So far, in pixels, a letter may reach out of the width of its text."""
_SMALL_TEXT = 12
_LOOKS = {
    # kind: ground, ground under the pointer, border, text
    "plain": ("surface", "hover", "line_2", "ink"),
    "accent": ("accent", "accent_hover", "", "on_accent"),
    "soft": ("accent_soft", "accent_soft", "accent_line", "accent"),
    "go": ("go", "go_hover", "", "on_go"),
    "danger": ("bad_soft", "bad_soft", "", "bad"),
    "quiet": ("", "hover", "", "ink_2"),
}


class Button(Control):
    """Words, an icon before them and the key that does the same."""

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        kind: str = "plain",
        icon: str = "",
        key: str = "",
        size: int = 15,
        description: str = "",
    ) -> None:
        super().__init__(name, parent, description=description or (f"Key {key}" if key else ""))
        self._kind = kind
        self._icon = icon
        self._key = key
        self._size = size
        self.ring = "ink" if kind in ("go", "accent") else "accent"

    def set_icon(self, icon: str) -> None:
        """Another icon before the words."""
        if icon != self._icon:
            self._icon = icon
            self.update()

    def set_kind(self, kind: str) -> None:
        """Look like another kind of button."""
        if kind != self._kind:
            self._kind = kind
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, words and key cap in the middle; key cap to the right when there is room."""
        ground, under_pointer, border, ink = _LOOKS[self._kind]
        shown = under_pointer if self.hovered or self.isDown() else ground
        paint.rounded(painter, rect, self.radius, shown, border)
        made = font(self._size, 600, tabular=True)
        if width(self.text(), made) > rect.width() - 10:
            made = font(_SMALL_TEXT, 600, tabular=True)
        words = width(self.text(), made)
        cap = width(self._key, font(12, 600)) + 14 if self._key else 0
        with_cap = bool(cap) and words + cap + 44 <= rect.width()
        icon_width = 28 if self._icon else 0
        middle = rect.center().y()
        if with_cap:
            left = rect.left() + 14
            paint.key_cap(painter, rect.right() - 11, middle, self._key, ink if border == "" else "ink_3")
        else:
            left = max(rect.left() + 4, rect.center().x() - (words + icon_width) / 2)
        if self._icon:
            paint.glyph(painter, QPointF(left + 10, middle), self._icon, 20, ink)
            left += icon_width
        room = rect.right() - left - (cap + 16 if with_cap else 4)
        paint.text(painter, QRectF(left, rect.top(), room, rect.height()), self.text(), made, ink)

    def fits(self, words: str) -> bool:
        """True when these words can be shown in full; most can in the size they are painted in, measured only once."""
        room = self.width() - 8
        return any(width(words, font(size, 600, tabular=True)) <= room for size in (self._size, _SMALL_TEXT))

    def sizeHint(self) -> QSize:
        words = width(self.text(), font(self._size, 600))
        return QSize(round(words) + (28 if self._icon else 0) + (60 if self._key else 32), Height.TOUCH)


class PayButton(Control):
    """The large button that takes money: what it does on the left, how much on the right."""

    ring = "ink"

    def __init__(self, name: str, key: str, parent: QWidget | None = None, *, icon: str = "") -> None:
        super().__init__(name, parent, description=f"Key {key}" if key else "")
        self._key = key
        self._icon = icon
        self._amount = ""

    def set_amount(self, amount: str) -> None:
        """The amount it would take, written out; only its place is painted again, unless the name gives way to it."""
        if amount != self._amount:
            before, self._amount = self._place_of_amount(), amount
            self.setAccessibleName(f"{self.text()} {amount}".strip())
            changed = (before | self._place_of_amount()).adjusted(-_OVERHANG, 0, _OVERHANG, 0).toAlignedRect()
            beside = changed.left() >= self._left_of_name() + width(self.text(), font(*_PAY_NAME)) + 12
            self.update(changed if beside else self.rect())

    def has_room_for(self, name: str, amount: str) -> bool:
        """True when this name can stand in full beside this amount."""
        free = self._place_of_amount().right() - width(amount, font(*_PAY_AMOUNT, display=True))
        return self._left_of_name() + width(name, font(*_PAY_NAME)) + 12 <= free

    def _left_of_name(self) -> float:
        return 60.0 if self._icon else 24.0

    def _has_key_cap(self) -> bool:
        return bool(self._key) and self.width() >= _PAY_WIDTH_WITH_KEY

    def _place_of_amount(self) -> QRectF:
        right = self.width() - 22.0
        if self._has_key_cap():
            right -= paint.key_cap_width(self._key) + 20
        amount = width(self._amount, font(*_PAY_AMOUNT, display=True))
        return QRectF(right - amount, 0, amount, self.height())

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A solid ground while it can be used, a flat one while there is nothing to take."""
        ink = "on_go"
        paint.rounded(painter, rect, self.radius, "go_hover" if self.hovered or self.isDown() else "go")
        amount = self._place_of_amount()
        paint.text(painter, amount, self._amount, font(*_PAY_AMOUNT, display=True), ink)
        if self._has_key_cap() and self.exposed.right() > amount.right() + 2 * _OVERHANG:
            paint.key_cap(painter, rect.right() - 22, rect.center().y(), self._key, ink, ink)
        if self.exposed.left() >= amount.left() - 2 * _OVERHANG:
            return
        left = self._left_of_name()
        if self._icon:
            paint.glyph(painter, QPointF(left - 24, rect.center().y()), self._icon, 24, ink)
        words = QRectF(left, rect.top(), amount.left() - left - 12, rect.height())
        paint.text(painter, words, self.text(), font(*_PAY_NAME), ink)


class Tile(Control):
    """One place of the action bar: icon above, name below, the key in the corner and a count when there is one."""

    def __init__(self, name: str, icon: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent, description=f"Key {key}")
        self._icon = icon
        self._key = key
        self._count = 0

    def show_count(self, name: str, icon: str, count: int) -> None:
        """Be called something else, and show how many wait behind it."""
        if (name, icon, count) != (self.text(), self._icon, self._count):
            self._icon, self._count = icon, count
            self.rename(name)
            self.setAccessibleDescription(f"Key {self._key}" + (f", {count} waiting" if count else ""))
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The key cap goes where the tile is narrow."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "surface", "line")
        paint.glyph(painter, QPointF(rect.left() + 24, rect.top() + 21), self._icon, 20, "ink")
        if self._count:
            words = str(min(self._count, 99))
            pill = QRectF(rect.left() + 42, rect.top() + 10, max(22.0, width(words, font(13, 700)) + 12), 22)
            paint.rounded(painter, pill, 11, "accent")
            paint.text(painter, pill, words, font(13, 700, tabular=True), "on_accent", paint.CENTRE)
        paint.key_cap(painter, rect.right() - 11, rect.top() + 21, self._key)
        words = QRectF(rect.left() + 14, rect.bottom() - 31, rect.width() - 22, 24)
        paint.text(painter, words, self.text(), font(15, 600))


class IconButton(Control):
    """An icon alone; its name is for screen readers and the tool tip."""

    def __init__(self, name: str, icon: str, parent: QWidget | None = None, *, bordered: bool = False) -> None:
        super().__init__(name, parent)
        self._icon = icon
        self._bordered = bordered
        self.setToolTip(name)
        self.setFixedSize(Height.TOUCH, Height.TOUCH)

    def set_icon(self, name: str, icon: str) -> None:
        """Show and mean something else."""
        self._icon = icon
        self.rename(name)
        self.setToolTip(name)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A faint ground under the pointer."""
        if self._bordered:
            inner = rect.adjusted(2, 2, -2, -2)
            paint.rounded(painter, inner, Radius.CONTROL, "hover" if self.hovered else "surface", "line_2")
        elif self.hovered:
            paint.rounded(painter, rect.adjusted(6, 6, -6, -6), Radius.CHIP, "hover")
        paint.glyph(painter, rect.center(), self._icon, 20, "ink" if self._bordered else "ink_2")
