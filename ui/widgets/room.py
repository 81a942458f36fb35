"""A room over the window: pages named on the left, the page beside them. The sale below is kept.

A room takes every key and every scan while it is open; its pages do their work off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.errors import CashierError, WorldError
from pos_app.ports.maintenance import TrialReport
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.control import Control

if TYPE_CHECKING:
    from ui.background import Background, Task

RAIL = 168
HEAD = Height.TOP_BAR


class RoomPage(QWidget):
    """One page; begin is called when it is shown, end when it is left."""

    title = ""
    icon = ""

    def __init__(self, background: Background, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.title)
        self._background = background
        self._task: Task | None = None

    def begin(self) -> None:
        """It is shown."""

    def end(self) -> None:
        """It is left: what is under way comes to nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def take_scan(self, code: str) -> bool:
        """True when the page is about scans."""
        return False

    def step_back(self) -> bool:
        """Esc: True when there was a step back on this page."""
        return False

    def work(
        self, work: Callable[[], Any], then: Callable[[Any], None], otherwise: Callable[[str], None] | None = None
    ) -> Task:
        """Do it in the background; what the world or whoever works here does wrong arrives as words."""

        def failed(error: Exception) -> None:
            if not isinstance(error, CashierError | WorldError):
                raise error
            (otherwise or self.failed)(str(error))

        self._task = self._background.run(work, then, failed)
        return self._task

    def failed(self, words: str) -> None:
        """Something did not work."""
        self.show_result(TrialReport(False, words))

    def show_result(self, report: TrialReport) -> None:
        """Where the page shows how something went."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("page"))
        painter.end()


class _RailButton(Control):
    def __init__(self, page: RoomPage, parent: QWidget) -> None:
        super().__init__(page.title, parent)
        self._icon = page.icon
        self.setCheckable(True)

    def nextCheckState(self) -> None:
        """The room says which is chosen."""

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A bar and a soft ground on the page that is shown."""
        chosen = self.isChecked()
        ground = "accent_soft" if chosen else "hover" if self.hovered or self.isDown() else ""
        if ground:
            paint.rounded(painter, rect, self.radius, ground)
        if chosen:
            paint.rounded(painter, QRectF(rect.left(), rect.top() + 12, 4, rect.height() - 24), 2, "accent")
        ink = "accent" if chosen else "ink"
        paint.glyph(painter, QPointF(rect.left() + 28, rect.center().y()), self._icon, 22, ink)
        paint.text(painter, rect.adjusted(52, 0, -6, 0), self.text(), font(16, 700 if chosen else 600), ink)


class Room(QWidget):
    """Pages with their names on the left; beneath is a page that is come to from another one and has no name there."""

    closed = Signal()
    scan_not_taken = Signal()

    def __init__(self, title: str, icon: str, place: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self._title, self._icon, self._place = title, icon, place
        self._words = ""
        self.close_button = Button("Back to the till", self, key="Esc", icon="arrow-left", size=16)
        self.close_button.clicked.connect(self.closed)
        self.rail: dict[str, Control] = {}
        self._pages: tuple[RoomPage, ...] = ()
        self._beneath: dict[RoomPage, RoomPage] = {}
        self.page: RoomPage
        self.hide()

    def add_pages(self, pages: Sequence[RoomPage], beneath: dict[RoomPage, RoomPage] | None = None) -> None:
        """The pages, the first of which is shown when the room opens; beneath: page -> the one it belongs to."""
        self._pages, self._beneath = tuple(pages), beneath or {}
        self.rail = {page.title: _RailButton(page, self) for page in pages}
        for page, button in zip(pages, self.rail.values(), strict=True):
            button.clicked.connect(lambda _=False, page=page: self.show_page(page))
        self.page = self._pages[0]
        for page in self._all():
            page.hide()

    def _all(self) -> tuple[RoomPage, ...]:
        return (*self._pages, *self._beneath)

    def open(self) -> None:
        """Cover the window with the first page."""
        self._words = ""
        self.show()
        self.raise_()
        self.show_page(self._pages[0])

    def end(self) -> None:
        """Uncover it."""
        self.page.end()
        self.page.hide()
        self.hide()

    def show_page(self, page: RoomPage) -> None:
        """Leave the page that is shown for this one."""
        if not self.page.isHidden():
            self.page.end()
        self.page = page
        self._words = ""
        self.setAccessibleDescription("")
        for other in self._all():
            other.setVisible(other is page)
        shown = self._beneath.get(page, page)
        for title, button in self.rail.items():
            button.setChecked(title == shown.title)
        self._arrange()
        self.setFocus()
        page.begin()
        self.update()

    def take_scan(self, code: str) -> None:
        """The page that is about scans takes it; elsewhere it is told that nothing was sold."""
        if not self.page.take_scan(code):
            self._words = "That scan was not used. Go back to the till to sell."
            self.setAccessibleDescription(self._words)
            self.update(0, 0, self.width(), HEAD)
            self.scan_not_taken.emit()

    @property
    def words(self) -> str:
        """What the head says."""
        return self._words

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc: one step back, from a page beneath another to that, from there to the till. No key reaches the sale."""
        if event.key() == Qt.Key.Key_Escape:
            if not self.page.step_back():
                above = self._beneath.get(self.page)
                self.show_page(above) if above is not None else self.closed.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Shortcuts of the window below do not work while it is covered."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Round and round among what can be seen here, as it is read."""
        stops = [part for part in self.findChildren(QWidget) if self._is_stop(part)]
        stops.sort(key=self._reading_order)
        if stops:
            at = next((number for number, stop in enumerate(stops) if stop.hasFocus()), -1 if forward else 0)
            stops[(at + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    @staticmethod
    def _is_stop(part: QWidget) -> bool:
        can = bool(part.focusPolicy() & Qt.FocusPolicy.TabFocus) and part.focusProxy() is None
        return can and part.isVisible() and part.isEnabled()

    def _reading_order(self, part: QWidget) -> tuple[int, int, int]:
        at = part.mapTo(self, part.rect().topLeft())
        column = 0 if at.y() < HEAD else 1 if at.x() < RAIL else 2 + at.x() // 400
        return column, at.y(), at.x()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        self.close_button.setGeometry(wide - Space.GUTTER - 216, 10, 216, Height.TOUCH)
        left, top = RAIL + Space.GUTTER, HEAD + Space.GUTTER
        each = min(60, (high - top - Space.GUTTER) // max(1, len(self.rail)))
        for place, button in enumerate(self.rail.values()):
            button.setGeometry(Space.S, top + place * each, RAIL - Space.S, min(52, each - 4))
        self.page.setGeometry(left, top, wide - left - Space.GUTTER, high - top - Space.GUTTER)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("page"))
        painter.fillRect(QRectF(0, 0, self.width(), HEAD), colour("surface"))
        painter.fillRect(QRectF(0, HEAD - 1, self.width(), 1), colour("line"))
        paint.rounded(painter, QRectF(Space.GUTTER, 12, 44, 44), 12, "accent")
        paint.glyph(painter, QPointF(Space.GUTTER + 22, 34), self._icon, 24, "on_accent")
        left, room = Space.GUTTER + 58, self.width() - 58 - 270.0
        paint.text(painter, QRectF(left, 10, room, 28), self._title, font(20, 700))
        words, ink = (self._words, "bad") if self._words else (self._place, "ink_2")
        paint.text(painter, QRectF(left, 37, room, 22), words, font(14, 600), ink)
        painter.end()
