"""The first window of all: the demo store to try, or this store to set up, one step after the other."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.first_run import FirstRunDesk
from ui.announce import announce
from ui.background import Background
from ui.first_run.device_pages import CentralPage, GoodsStep, PrinterPage, ReadyPage
from ui.first_run.step_page import StepPage
from ui.first_run.store_pages import ManagerPage, MoneyPage, StorePage
from ui.first_run.take_over_pages import CopyPage, KeyPage, OwnPinPage
from ui.theme import paint
from ui.theme.current import colour, theme, use
from ui.theme.fonts import font
from ui.theme.tokens import Height, Radius, Space
from ui.wedge_scanner import WedgeScanner
from ui.widgets.buttons import Button
from ui.widgets.control import Control

_RAIL, _HEAD = 208, Height.TOP_BAR
_STEP = 48


class Chosen(Enum):
    """How the first start ended."""

    NOTHING = "nothing"
    DEMO = "demo"
    STORE = "store"


class _BigChoice(Control):
    """A card to touch: an icon, what it is, and what comes of it."""

    radius = Radius.CARD

    def __init__(self, name: str, words: str, icon: str, parent: QWidget) -> None:
        super().__init__(name, parent, description=words)
        self._words, self._icon = words, icon

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """In the middle of the card."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "surface", "line_2")
        middle, top = rect.center().x(), rect.top() + 44
        paint.rounded(painter, QRectF(middle - 36, top, 72, 72), 20, "accent_soft")
        paint.glyph(painter, QPointF(middle, top + 36), self._icon, 38, "accent")
        paint.text(
            painter,
            QRectF(rect.left() + 20, top + 92, rect.width() - 40, 40),
            self.text(),
            font(22, 700),
            "ink",
            paint.CENTRE,
        )
        words = QRectF(rect.left() + 32, top + 140, rect.width() - 64, rect.height() - 140)
        paint.wrapped(painter, words, self._words, font(16, 500), "ink_2", centre=True)


class FirstRunWindow(QWidget):
    """Ends with what was chosen; what was said in the steps is on disk."""

    ended = Signal(object)

    def __init__(self, desk: FirstRunDesk, *, resumes: bool) -> None:
        super().__init__()
        use(theme())
        self.setWindowTitle("Point of sale")
        self.setAccessibleName("First start")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(1024, 700)
        self._desk = desk
        self._chosen = Chosen.NOTHING
        self.words = ""
        """What the head says of a scan."""
        self.wedge = WedgeScanner(self._scanned, parent=self)
        background = Background(self)
        demo = "A made-up shop with goods, members and simulated devices. Nothing in it is real; look around."
        own = "Name, taxes, manager's PIN, printer and goods: the first sale in five minutes. Stop and go on any time."
        self.demo = _BigChoice("Try the demo store", demo, "sparkles", self)
        self.own = _BigChoice("Set up this store", own, "store", self)
        self.demo.clicked.connect(lambda: self._end(Chosen.DEMO))
        self.own.clicked.connect(self._begin)
        self.take_over = Button("This till had a copy: restore it", self, icon="archive-restore", size=16)
        self.take_over.clicked.connect(lambda: self._follow(self._take_over_pages))
        self._set_up_pages: list[StepPage] = [
            kind(desk, background, self)
            for kind in (StorePage, MoneyPage, ManagerPage, PrinterPage, GoodsStep, CentralPage, ReadyPage)
        ]
        copies = CopyPage(desk, background, self)
        self._take_over_pages: list[StepPage] = [
            copies,
            KeyPage(desk, background, self, copies),
            OwnPinPage(desk, background, self),
        ]
        self.pages = self._set_up_pages
        """The steps of the way that was chosen."""
        self.page: StepPage | None = None
        for page in (*self._set_up_pages, *self._take_over_pages):
            page.hide()
            page.done.connect(self._on)
            page.back.connect(self._back)
        if resumes:
            self._begin()
        else:
            self.own.setFocus()

    def _scanned(self, code: str) -> None:
        """A scan types into no field and presses no button, but the recovery key's where that is asked for."""
        if self.page is not None and self.page.take_scan(code):
            return
        self.words = "That scan was not used: the till sells once it is set up."
        announce(self, self.words, urgent=True)
        self.update(0, 0, self.width(), _HEAD)

    def _follow(self, pages: list[StepPage]) -> None:
        self.pages = pages
        self.show_page(pages[0])

    def _begin(self) -> None:
        """At the step it was at."""
        self.pages = self._set_up_pages
        self.show_page(next(page for page in self.pages if page.step is self._desk.step))

    def show_page(self, page: StepPage | None) -> None:
        """This step; None: the choice."""
        if self.page is not None:
            self.page.end()
            self.page.hide()
        self.page, self.words = page, ""
        for choice in (self.demo, self.own, self.take_over):
            choice.setVisible(page is None)
        if page is not None:
            page.back_button.setEnabled(page is not self._set_up_pages[0] or not self._desk.numbers_are_fixed)
            page.show()
            self._arrange()
            page.begin()
            self.setAccessibleDescription(self._place)
        self.update()

    @property
    def _place(self) -> str:
        if self.page is None:
            return "Welcome"
        return f"Step {self.pages.index(self.page) + 1} of {len(self.pages)}"

    def _on(self) -> None:
        assert self.page is not None
        number = self.pages.index(self.page) + 1
        if number == len(self.pages):
            self._end(Chosen.STORE)
        else:
            self.show_page(self.pages[number])

    def _back(self) -> None:
        """The step before; from the first one to the choice, while nothing exists yet."""
        assert self.page is not None
        number = self.pages.index(self.page)
        self.show_page(self.pages[number - 1] if number else None)

    def _end(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing keeps what was said: the next start goes on there."""
        if self.page is not None:
            self.page.end()
        self._desk.close()
        super().closeEvent(event)
        self.ended.emit(self._chosen)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc: a step back. Enter on the first page sets the store up."""
        if event.key() == Qt.Key.Key_Escape and self.page is not None:
            if not self.page.step_back() and self.page.back_button.isEnabled():
                self._back()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Right))
        else:
            super().keyPressEvent(event)

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        each = min(440, (wide - 3 * Space.XXL * 2) // 2)
        left = (wide - 2 * each - 32) // 2
        top = max(_HEAD + 40, (high - 320) // 2)
        self.demo.setGeometry(left, top, each, 300)
        self.own.setGeometry(left + each + 32, top, each, 300)
        gap = Space.GUTTER
        self.take_over.setGeometry((wide - each) // 2, top + 300 + 24, each, Height.CASH)
        for page in (*self._set_up_pages, *self._take_over_pages):
            page.setGeometry(_RAIL + gap, _HEAD + gap, wide - _RAIL - 2 * gap, high - _HEAD - 2 * gap)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("page"))
        painter.fillRect(QRectF(0, 0, self.width(), _HEAD), colour("surface"))
        painter.fillRect(QRectF(0, _HEAD - 1, self.width(), 1), colour("line"))
        paint.rounded(painter, QRectF(Space.GUTTER, 12, 44, 44), 12, "accent")
        paint.glyph(painter, QPointF(Space.GUTTER + 22, 34), "store", 24, "on_accent")
        left, room = Space.GUTTER + 58, self.width() - 58 - 32.0
        way = "Restore a till" if self.pages is self._take_over_pages else "Set up this store"
        title = "Welcome" if self.page is None else way
        paint.text(painter, QRectF(left, 10, room, 28), title, font(20, 700))
        words = "What shall this computer be?" if self.page is None else self._place
        line = QRectF(left, 37, room, 22)
        paint.text(painter, line, self.words or words, font(14, 600), "bad" if self.words else "ink_2")
        if self.page is not None:
            self._paint_rail(painter, self.pages.index(self.page))
        painter.end()

    def _paint_rail(self, painter: QPainter, current: int) -> None:
        """The steps: done with a tick, the one under way marked, the others faint."""
        for number, page in enumerate(self.pages):
            row = QRectF(Space.S, _HEAD + Space.GUTTER + number * (_STEP + 8), _RAIL - Space.S, _STEP)
            here, done = number == current, number < current
            if here:
                paint.rounded(painter, row, Radius.CONTROL, "accent_soft")
                paint.rounded(painter, QRectF(row.left(), row.top() + 12, 4, row.height() - 24), 2, "accent")
            ink = "accent" if here else "go_text" if done else "ink_2"
            icon = "circle-check" if done else page.icon
            paint.glyph(painter, QPointF(row.left() + 28, row.center().y()), icon, 22, ink)
            words = row.adjusted(52, 0, -6, 0)
            paint.text(painter, words, page.title, font(15, 700 if here else 600), "accent" if here else "ink_2")
