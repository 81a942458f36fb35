"""The simulated devices of a demonstration till in a window of their own: paper, drawer, scanner, card terminal."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QScrollArea, QWidget

from ui.qt_bridge import QtBridge
from ui.services_bundle import DevicePanelParts
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.control import Control

_WIDTH, _HEIGHT = 860, 760
_PAPER_WIDTH = 420
_CARD_ANSWERS = (("approve", "Approve"), ("decline", "Decline"), ("lose_answer", "Lose answer"))


class PaperPicture(QWidget):
    """The paper as it comes out, scaled to the strip's width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Receipt paper")
        self._picture = QPixmap()

    def show_picture(self, png: bytes) -> None:
        """Show this piece of paper."""
        picture = QPixmap()
        if picture.loadFromData(png) and picture.width():
            self._picture = picture
            self.setFixedHeight(self._shown_height())
            self.setAccessibleDescription("The latest receipt is shown")
            self.update()

    @property
    def has_paper(self) -> bool:
        """True once something was printed."""
        return not self._picture.isNull()

    def _shown_height(self) -> int:
        return round((self.width() - 24) * self._picture.height() / self._picture.width()) + 24

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.has_paper:
            self.setFixedHeight(self._shown_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("sunken"))
        if self.has_paper:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(QRectF(12, 12, self.width() - 24, self.height() - 24), self._picture, QRectF())
        else:
            words = QRectF(0, 40, self.width(), 30)
            paint.text(painter, words, "Nothing printed yet", font(15, 500), "ink_2", paint.CENTRE)
        painter.end()


class _Switch(Control):
    """One of several answers, or something that is on or off."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.setCheckable(True)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Filled while it is chosen."""
        chosen = self.isChecked()
        ground, border = ("accent", "") if chosen else ("hover" if self.hovered else "surface", "line_2")
        paint.rounded(painter, rect, self.radius, ground, border)
        ink = "on_accent" if chosen else "ink"
        paint.text(painter, rect.adjusted(6, 0, -6, 0), self.text(), font(14, 600), ink, paint.CENTRE)


class _CodeFrame(QWidget):
    """The frame of the code field."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.rounded(painter, QRectF(self.rect()), 12, "sunken", "control")
        painter.end()


class _Section(Card):
    """A card with a title, an icon and a state in words."""

    def __init__(self, title: str, icon: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._title, self._icon = title, icon
        self._state = ""

    def show_state(self, words: str) -> None:
        """Say how the device is."""
        self._state = words
        self.setAccessibleDescription(words)
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The head line."""
        paint.glyph(painter, QPointF(28, 26), self._icon, 20, "ink_2")
        used = paint.text(painter, QRectF(48, 8, rect.width() - 64, 36), self._title, font(16, 700))
        state = QRectF(48 + used + 12, 8, rect.width() - used - 76, 36)
        paint.text(painter, state, self._state, font(14, 500), "ink_2", paint.RIGHT)


class DevicePanel(QWidget):
    """Everything a demonstration needs instead of hardware."""

    def __init__(self, parts: DevicePanelParts, bridge: QtBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._parts = parts
        self.setWindowTitle("Simulated devices")
        self.setAccessibleName("Simulated devices")
        self.setMinimumSize(760, 640)
        self.resize(_WIDTH, _HEIGHT)
        self._printer = _Section("Receipt printer", "printer", self)
        self.paper = PaperPicture()
        self._scroll = QScrollArea(self._printer)
        self._scroll.setWidget(self.paper)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("Paper")
        self._scroll.viewport().setAccessibleName("Paper in sight")
        self._scroll.verticalScrollBar().setAccessibleName("Position on the paper")
        self._paper_out = self._toggle(self._printer, "Paper out", parts.set_paper_out)
        self._build_scanner()
        self._build_drawer()
        self._build_card_terminal()
        self._build_central()
        bridge.paper_printed.connect(self._printed)
        bridge.drawer_changed.connect(self._drawer_changed)
        self._drawer_changed(False)
        self._printer.show_state("Ready")

    # --- parts ------------------------------------------------------------------------------------------------------

    def _build_scanner(self) -> None:
        self._scanner = _Section("Barcode scanner", "scan-barcode", self)
        self._scanner.show_state("Touch a product to scan it")
        self._code_frame = _CodeFrame(self._scanner)
        self._code_frame.setAccessibleName("Code")
        self.code = QLineEdit(self._scanner)
        self.code.setAccessibleName("Code to scan")
        self.code.setPlaceholderText("Type a code")
        self.code.setFont(font(16, 450, tabular=True))
        self.code.setMaxLength(120)
        self.code.returnPressed.connect(self._scan_typed)
        self.scan = Button("Scan", self._scanner, kind="accent")
        self.scan.clicked.connect(self._scan_typed)
        self.products = [self._product_button(product.name, product.code) for product in self._parts.products]
        for part in (self.code, self.scan, *self.products):
            part.setEnabled(self._parts.inject_scan is not None)

    def _product_button(self, name: str, code: str) -> Button:
        button = Button(name, self._scanner, size=14, description=f"Scan {code}")
        button.clicked.connect(lambda: self._scan(code))
        return button

    def _build_drawer(self) -> None:
        self._drawer = _Section("Cash drawer", "inbox", self)
        self.close_drawer = Button("Push it shut", self._drawer)
        self.close_drawer.clicked.connect(self._push_drawer)

    def _build_card_terminal(self) -> None:
        self._card = _Section("Card terminal", "credit-card", self)
        self._card.show_state("Next answer")
        self.card_answers = [self._answer_button(answer, name) for answer, name in _CARD_ANSWERS]
        self.card_answers[0].setChecked(True)

    def _answer_button(self, answer: str, name: str) -> _Switch:
        button = _Switch(name, self._card)
        button.setAutoExclusive(True)
        button.setEnabled(self._parts.card_terminal is not None)
        button.clicked.connect(lambda: self._set_answer(answer))
        return button

    def _build_central(self) -> None:
        self._central = _Section("Central rewards service", "server", self)
        self._central.show_state("Running" if self._parts.set_central_running else "Not on this machine")
        self.central_stopped = self._toggle(self._central, "Stop it", self._stop_central)
        self.central_stopped.setEnabled(self._parts.set_central_running is not None)

    def _toggle(self, section: QWidget, name: str, act: Callable[[bool], None] | None) -> _Switch:
        button = _Switch(name, section)
        button.setEnabled(act is not None)
        if act is not None:
            button.toggled.connect(act)
        return button

    # --- acting -----------------------------------------------------------------------------------------------------

    def _scan_typed(self) -> None:
        code = self.code.text().strip()
        if code:
            self._scan(code)
            self.code.clear()

    def _scan(self, code: str) -> None:
        if self._parts.inject_scan is not None:
            self._parts.inject_scan(code)

    def _push_drawer(self) -> None:
        if self._parts.close_drawer is not None:
            self._parts.close_drawer()
        self._drawer_changed(False)

    def _set_answer(self, answer: str) -> None:
        if self._parts.card_terminal is not None:
            self._parts.card_terminal.set_next(answer)

    def _stop_central(self, stopped: bool) -> None:
        if self._parts.set_central_running is not None:
            self._parts.set_central_running(not stopped)
        self.central_stopped.rename("Start it" if stopped else "Stop it")
        self._central.show_state("Stopped" if stopped else "Running")

    def _printed(self, png: bytes) -> None:
        self.paper.show_picture(png)
        self._printer.show_state("Receipt printed")
        self._scroll.verticalScrollBar().setValue(0)

    def _drawer_changed(self, is_open: bool) -> None:
        self._drawer.show_state("Open" if is_open else "Shut")
        self.close_drawer.setEnabled(is_open)

    # --- geometry ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self._printer.setGeometry(16, 16, _PAPER_WIDTH, high - 32)
        self._scroll.setGeometry(12, 52, _PAPER_WIDTH - 24, high - 32 - 52 - 72)
        self._paper_out.setGeometry(16, high - 32 - 62, _PAPER_WIDTH - 32, 48)
        left = _PAPER_WIDTH + 32
        column = wide - left - 16
        low = 116
        top = high - 16 - low
        for section in (self._central, self._card, self._drawer):
            section.setGeometry(left, top, column, low)
            top -= low + 12
        self._scanner.setGeometry(left, 16, column, top + low - 16)
        self._row((self.central_stopped,), column, 54)
        self._row(self.card_answers, column, 54)
        self._row((self.close_drawer,), column, 54)
        self._code_frame.setGeometry(16, 54, column - 16 - 16 - 104 - 12, 48)
        self.code.setGeometry(30, 56, column - 30 - 16 - 104 - 12 - 8, 44)
        self.scan.setGeometry(column - 16 - 104, 54, 104, 48)
        each, row_height = (column - 32 - 8) // 2, 56
        for number, button in enumerate(self.products):
            row, place = divmod(number, 2)
            top = 114 + row * row_height
            button.setGeometry(16 + place * (each + 8), top, each, 48)
            button.setVisible(top + row_height <= self._scanner.height())

    @staticmethod
    def _row(buttons: Sequence[QWidget], column: int, top: int) -> None:
        each = (column - 32 - 8 * (len(buttons) - 1)) // len(buttons)
        for number, button in enumerate(buttons):
            button.setGeometry(16 + number * (each + 8), top, each, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("page"))
        painter.end()
