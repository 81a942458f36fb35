"""The technician's console: covers the window; pages on the left, the page beside them. The sale below is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import DeviceRow, FoundDevice
from ui.technician.device_form import DeviceForm
from ui.technician.devices_page import DevicesPage
from ui.technician.find_page import FindPage
from ui.technician.line_page import LinePage
from ui.technician.log_page import LogPage
from ui.technician.page import Page
from ui.technician.scanner_page import ScannerPage
from ui.technician.settings_page import SettingsPage
from ui.technician.support_page import SupportPage
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.control import Control

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background
    from ui.qt_bridge import QtBridge

_RAIL = 168
_HEAD = Height.TOP_BAR


class _RailButton(Control):
    def __init__(self, page: type[Page], parent: QWidget) -> None:
        super().__init__(page.title, parent)
        self._icon = page.icon
        self.setCheckable(True)

    def nextCheckState(self) -> None:
        """The console says which is chosen."""

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


class TechnicianConsole(QWidget):
    """Seven pages, and the form that sets a device up."""

    closed = Signal()
    scan_not_taken = Signal()

    def __init__(
        self, desk: Maintenance, background: Background, bridge: QtBridge, gap_ms: int, place: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Technician's console")
        self._place = place
        self._words = ""
        self.close_button = Button("Back to the till", self, key="Esc", icon="arrow-left", size=16)
        self.close_button.clicked.connect(self.closed)
        self.devices = DevicesPage(desk, background, self)
        self.find = FindPage(desk, background, self)
        self.scanner = ScannerPage(desk, background, bridge, gap_ms, self)
        self.line = LinePage(desk, background, self)
        self.settings = SettingsPage(desk, background, self)
        self.log = LogPage(desk, background, self)
        self.support = SupportPage(desk, background, self)
        self.form = DeviceForm(desk, background, self)
        self._pages: tuple[Page, ...] = (
            *(self.devices, self.find, self.scanner, self.line),
            *(self.settings, self.log, self.support),
        )
        self.rail = {page.title: _RailButton(type(page), self) for page in self._pages}
        for page, button in zip(self._pages, self.rail.values(), strict=True):
            button.clicked.connect(lambda _=False, page=page: self.show_page(page))
        self.devices.add_wanted.connect(self._add)
        self.devices.change_wanted.connect(self._change)
        self.find.picked.connect(self._take_found)
        self.form.done.connect(lambda _: self.show_page(self.devices))
        self.page: Page = self.devices
        for page in (*self._pages, self.form):
            page.hide()
        self.hide()

    def open(self) -> None:
        """Cover the window with the list of devices."""
        self._words = ""
        self.show()
        self.raise_()
        self.show_page(self.devices)

    def end(self) -> None:
        """Uncover it."""
        self.page.end()
        self.page.hide()
        self.hide()

    def show_page(self, page: Page) -> None:
        """Leave the page that is shown for this one."""
        if not self.page.isHidden():
            self.page.end()
        self.page = page
        self._words = ""
        for other in (*self._pages, self.form):
            other.setVisible(other is page)
        shown = self.devices if page is self.form else page
        for title, button in self.rail.items():
            button.setChecked(title == shown.title)
        self._arrange()
        self.setFocus()
        page.begin()
        self.update()

    def take_scan(self, code: str) -> None:
        """The page that tests scanners shows it; elsewhere it is told that nothing was sold."""
        if not self.page.take_scan(code):
            self._words = "That scan was not used. Go back to the till to sell."
            self.update(0, 0, self.width(), _HEAD)
            self.scan_not_taken.emit()

    @property
    def words(self) -> str:
        """What the head says."""
        return self._words

    def _add(self) -> None:
        self.show_page(self.form)
        self.form.new()

    def _change(self, row: DeviceRow) -> None:
        self.show_page(self.form)
        self.form.change(row)

    def _take_found(self, found: FoundDevice) -> None:
        self.show_page(self.form)
        self.form.take_found(found)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc: from the form to the list, from there to the till. No other key reaches the sale below."""
        if event.key() == Qt.Key.Key_Escape:
            self.show_page(self.devices) if self.page is self.form else self.closed.emit()
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
        column = 0 if at.y() < _HEAD else 1 if at.x() < _RAIL else 2 + at.x() // 400
        return column, at.y(), at.x()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        self.close_button.setGeometry(wide - Space.GUTTER - 216, 10, 216, Height.TOUCH)
        for place, button in enumerate(self.rail.values()):
            button.setGeometry(Space.S, _HEAD + Space.GUTTER + place * 60, _RAIL - Space.S, 52)
        left, top = _RAIL + Space.GUTTER, _HEAD + Space.GUTTER
        self.page.setGeometry(left, top, wide - left - Space.GUTTER, high - top - Space.GUTTER)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("page"))
        painter.fillRect(QRectF(0, 0, self.width(), _HEAD), colour("surface"))
        painter.fillRect(QRectF(0, _HEAD - 1, self.width(), 1), colour("line"))
        paint.rounded(painter, QRectF(Space.GUTTER, 12, 44, 44), 12, "accent")
        paint.glyph(painter, QPointF(Space.GUTTER + 22, 34), "wrench", 24, "on_accent")
        left, room = Space.GUTTER + 58, self.width() - 58 - 270.0
        paint.text(painter, QRectF(left, 10, room, 28), "Technician's console", font(20, 700))
        words, ink = (self._words, "bad") if self._words else (self._place, "ink_2")
        paint.text(painter, QRectF(left, 37, room, 22), words, font(14, 600), ink)
        painter.end()
