"""The top bar: where we are, the find field, the state of everything outside, and who is signed on."""

from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.operator import Operator
from pos_app.domain.store import StoreProfile
from pos_app.ports import Clock, DeviceState, DeviceStatus, SyncStatus
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.theme.tokens import Height
from ui.widgets.buttons import IconButton
from ui.widgets.scan_field import ScanField

_KIND_ICONS = {
    "receipt_printer": "printer",
    "barcode_scanner": "scan-barcode",
    "cash_drawer": "inbox",
    "payment_terminal": "credit-card",
    "backup": "database-backup",
}
_SHOWN_KINDS = ("receipt_printer", "barcode_scanner")
_NOT_STARTED = "not started"
_WORST_FIRST = (
    *(DeviceState.ERROR, DeviceState.OFFLINE, DeviceState.WARNING, DeviceState.BUSY, DeviceState.READY),
    DeviceState.ABSENT,
)
_DOTS = {
    DeviceState.READY: "go",
    DeviceState.BUSY: "go",
    DeviceState.WARNING: "warn",
    DeviceState.OFFLINE: "bad",
    DeviceState.ERROR: "bad",
    DeviceState.ABSENT: "control",
}
_NARROW = 1200


class OnlinePill(QWidget):
    """Whether the central service can be reached, and how many sales still wait for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = SyncStatus(online=True, queued=0)
        self._set_words()

    def show_status(self, status: SyncStatus) -> None:
        """Show this state."""
        if status != self._status:
            self._status = status
            self._set_words()
            self.updateGeometry()
            self.update()

    def _set_words(self) -> None:
        status = self._status
        queued = f" · {status.queued} queued" if status.queued else ""
        self.words = ("Online" if status.online else "Offline") + queued
        self.setAccessibleName(f"Rewards service: {self.words}")
        self.setToolTip(status.reason or ("Connected" if status.online else "The sale goes on; nothing is lost"))

    def sizeHint(self) -> QSize:
        return QSize(round(width(self.words, font(14, 600))) + 52, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        ink, ground = ("go_text", "go_soft") if self._status.online else ("warn", "warn_soft")
        paint.rounded(painter, rect, rect.height() / 2, ground)
        paint.glyph(painter, QPointF(23, rect.center().y()), "wifi" if self._status.online else "wifi-off", 18, ink)
        paint.text(painter, rect.adjusted(38, 0, -8, 0), self.words, font(14, 600, tabular=True), ink)
        painter.end()


class DeviceBadge(QWidget):
    """A device's icon with a dot for its state; the words are in the tool tip and for screen readers."""

    def __init__(self, status: DeviceStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(36, 36)
        self.show_status(status)

    def show_status(self, status: DeviceStatus) -> None:
        """Show this state."""
        self._status = status
        words = f"{status.name}: {status.state.value}" + (f", {status.reason}" if status.reason else "")
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint.rounded(painter, rect, 18, "sunken", "line")
        paint.glyph(painter, rect.center(), _KIND_ICONS.get(self._status.kind, "plug"), 18, "ink_2")
        dot = _DOTS[self._status.state]
        paint.rounded(painter, QRectF(24, 24, 12, 12), 6, "surface")
        paint.rounded(painter, QRectF(26, 26, 8, 8), 4, dot)
        if dot in ("bad", "warn"):
            paint.rounded(painter, QRectF(21, 21, 15, 15), 7.5, dot)
            paint.text(painter, QRectF(21, 21, 15, 15), "!", font(12, 700), "surface", paint.CENTRE)
        painter.end()


class OperatorBadge(QWidget):
    """Who is signed on."""

    def __init__(self, operator: Operator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operator = operator
        self.refresh()

    def refresh(self) -> None:
        """Somebody else is signed on."""
        self._role = self._operator.role.value.capitalize() if self._operator.operator_id else ""
        words = f"{self._operator.display_name}, {self._role}" if self._role else "nobody"
        self.setAccessibleName(f"Signed on: {words}")
        self.update()

    def wanted_width(self, compact: bool) -> int:
        """Wide enough for the name, or for the initials alone."""
        if compact:
            return 40
        lines = (width(self._operator.display_name, font(15, 600)), width(self._second_line(), font(13, 500)))
        return round(max(lines)) + 54

    def _second_line(self) -> str:
        return "Signed on" if self._role.lower() == self._operator.display_name.lower() else self._role

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        middle = rect.center().y()
        paint.rounded(painter, QRectF(0, middle - 20, 40, 40), 20, "violet_soft")
        initials = "".join(word[0] for word in self._operator.display_name.split()[:2]).upper() or "?"
        paint.text(painter, QRectF(0, middle - 20, 40, 40), initials, font(15, 700), "violet", paint.CENTRE)
        if rect.width() > 60:
            paint.text(
                painter, QRectF(50, middle - 21, rect.width() - 50, 22), self._operator.display_name, font(15, 600)
            )
            second = QRectF(50, middle + 1, rect.width() - 50, 18)
            paint.text(painter, second, self._second_line(), font(13, 500), "ink_3")
        painter.end()


class TopBar(QWidget):
    """Store and clock, find field, states, operator and the lock."""

    lock_wanted = Signal()

    def __init__(self, profile: StoreProfile, operator: Operator, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Top bar")
        self._profile = profile
        self._till = profile.workstation_id
        self._clock = clock
        self._now: datetime = clock.now()
        self.scan_field = ScanField("Scan, or type a name, SKU or barcode", "Scan, or type a name", "F2", self)
        self.online = OnlinePill(self)
        self.operator = OperatorBadge(operator, self)
        self.lock_button = IconButton("Lock the till", "lock", self, bordered=True)
        self.lock_button.setAccessibleDescription("Key Ctrl L")
        self.lock_button.clicked.connect(self.lock_wanted)
        self._statuses: dict[str, DeviceStatus] = {}
        # Printer and scanner have their places from the start, so that nothing moves when they report.
        self._badges = {
            kind: DeviceBadge(DeviceStatus(kind.replace("_", " "), kind, DeviceState.ABSENT, _NOT_STARTED), self)
            for kind in _SHOWN_KINDS
        }
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._tick()

    def show_devices(self, statuses: list[DeviceStatus]) -> None:
        """Show printer and scanner, others once they need somebody; of several of a kind the worst is shown."""
        for status in statuses:
            self._statuses[status.name] = status
            needs_somebody = status.state in (DeviceState.ERROR, DeviceState.OFFLINE, DeviceState.WARNING)
            if status.kind in self._badges or needs_somebody:
                self._show_device(status)

    def _show_device(self, status: DeviceStatus) -> None:
        badge = self._badges.get(status.kind)
        if badge is None:
            badge = self._badges[status.kind] = DeviceBadge(status, self)
            badge.show()
            self._place()
        same = [each for each in self._statuses.values() if each.kind == status.kind]
        badge.show_status(min(same, key=lambda each: _WORST_FIRST.index(each.state)))

    def show_sync(self, status: SyncStatus) -> None:
        """Show the connection's state."""
        self.online.show_status(status)
        self._place()

    def show_operator(self) -> None:
        """Somebody else is signed on."""
        self.operator.refresh()
        self._place()

    def show_till(self, name: str) -> None:
        """Which till is sold from, where a workstation has several."""
        if name != self._till:
            self._till = name
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        compact = self.width() < _NARROW
        field_left = 212 if compact else 280
        right = self.width() - 16
        middle = Height.TOP_BAR // 2
        self.lock_button.move(right - 48, middle - 24)
        right -= 48 + 12
        operator_width = self.operator.wanted_width(compact)
        self.operator.setGeometry(right - operator_width, middle - 24, operator_width, 48)
        right -= operator_width + (16 if compact else 24)
        # The pill has room for its longest words, so that nothing moves when the connection goes.
        pill_room = 176 if compact else 186
        badges = list(self._badges.values())
        states = pill_room + len(badges) * 42
        left = right - states
        field_width = min(left - 18 - field_left, 760)
        self.scan_field.setGeometry(field_left, middle - Height.SCAN_FIELD // 2, field_width, Height.SCAN_FIELD)
        left = field_left + field_width + 18
        for badge in badges:
            badge.move(left, middle - 18)
            left += 42
        self.online.setGeometry(left, middle - 18, min(self.online.sizeHint().width(), pill_room - 6), 36)

    def _tick(self) -> None:
        self._now = self._clock.now()
        self.update(0, 0, 280, Height.TOP_BAR)
        self._timer.start(max(1000, (60 - self._now.second) * 1000))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        painter.fillRect(rect, colour("surface"))
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), colour("line"))
        middle = (Height.TOP_BAR - 1) / 2
        paint.rounded(painter, QRectF(16, middle - 20, 40, 40), 10, "accent")
        paint.glyph(painter, QPointF(36, middle), "shopping-bag", 20, "on_accent")
        room = (200 if rect.width() < _NARROW else 264) - 68
        paint.text(painter, QRectF(68, middle - 21, room, 22), self._profile.store_name, font(16, 700))
        paint.text(
            painter, QRectF(68, middle + 1, room, 20), self._second_line(room), font(13, 500, tabular=True), "ink_2"
        )
        painter.end()

    def _second_line(self, room: float) -> str:
        till, now = f"Till {self._till}", self._now
        day = f"{now:%a} {now.day} {now:%b}"
        full = f"{till}  ·  {day}, {now:%H:%M}"
        return full if width(full, font(13, 500, tabular=True)) <= room else f"{till}  ·  {now:%H:%M}"
