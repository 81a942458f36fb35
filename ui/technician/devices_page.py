"""Every device of the counter with its health in words; one of them with all there is to know, tested and changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports import DeviceState
from pos_app.ports.maintenance import DeviceRow, TrialReport
from pos_app.services.maintenance import BACKUP_PRINTER, PRINTER
from ui.technician.page import Page
from ui.technician.parts import TALL_ROW, Chip, Facts, ReportView, RowItem, RowList, look_of
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background

_REFRESH_MS = 1_000
_GAP, _SIDE = Space.GUTTER, Space.L
_HEAD = 78
_STATE_WORDS = {
    DeviceState.READY: "Ready",
    DeviceState.BUSY: "Busy",
    DeviceState.WARNING: "Look at it",
    DeviceState.OFFLINE: "Cannot be reached",
    DeviceState.ERROR: "Does not work",
    DeviceState.ABSENT: "Not started",
}
_KIND_WORDS = {
    "receipt_printer": "Receipt printer",
    "backup_printer": "Receipt printer that steps in",
    "cash_drawer": "Cash drawer",
    "barcode_scanner": "Barcode scanner",
    "line_display": "Pole display",
    "scale": "Scale",
    "payment_terminal": "Card terminal",
}
_TESTS = {
    "receipt_printer": "Test page",
    "backup_printer": "Test page",
    "cash_drawer": "Open it",
    "line_display": "Show a test",
}
_PRINTERS = (PRINTER, BACKUP_PRINTER)
_CHANGEABLE = ("receipt_printer", "backup_printer", "payment_terminal", "barcode_scanner", "line_display", "scale")


def state_words(row: DeviceRow) -> str:
    """Health in words."""
    words = row.reason or _STATE_WORDS[row.state]
    is_an_address = not words.partition(" ")[0].isalpha()
    return words if is_an_address else words[:1].upper() + words[1:]


class _Details(Card):
    """The head of the right-hand card: name, kind and state."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Device", parent)
        self.row: DeviceRow | None = None

    def show_row(self, row: DeviceRow | None) -> None:
        """Show this one."""
        if row != self.row:
            self.row = row
            self.setAccessibleName(row.name if row is not None else "Device")
            self.setAccessibleDescription(state_words(row) if row is not None else "")
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A large icon of its state, the name, and the state in words."""
        if self.row is None:
            return
        icon, ink, ground = look_of(self.row.state)
        paint.rounded(painter, QRectF(_SIDE, 16, 48, 48), 12, ground)
        paint.glyph(painter, QPointF(_SIDE + 24, 40), icon, 26, ink)
        room = rect.width() - _SIDE * 2 - 60
        name = self.row.name[:1].upper() + self.row.name[1:]
        paint.text(painter, QRectF(_SIDE + 60, 14, room, 28), name, font(20, 700))
        paint.text(painter, QRectF(_SIDE + 60, 42, room, 22), state_words(self.row), font(14, 600), ink)


class DevicesPage(Page):
    """The list, and one device beside it."""

    title = "Devices"
    icon = "plug"
    add_wanted = Signal()
    change_wanted = Signal(object)

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._rows: list[DeviceRow] = []
        self._name = ""
        self._code_page = ""
        self._list_card = Card("Devices of this counter", self)
        self.list = RowList("Devices of this counter", self._list_card, empty="No device is set up.", row=TALL_ROW)
        self.list.chosen.connect(self._chosen)
        self.add = Button("Add a device", self._list_card, kind="accent", icon="plus", size=16)
        self.add.clicked.connect(self.add_wanted)
        self.details = _Details(self)
        self.facts = Facts("Facts", self.details)
        self.report = ReportView("Result", self.details)
        self.test = Button("Test page", self.details, kind="accent")
        self.check = Button("Check", self.details)
        self.change = Button("Change", self.details)
        self.remove = Button("Remove", self.details)
        self.test.clicked.connect(self._test)
        self.check.clicked.connect(self._check)
        self.change.clicked.connect(lambda: self._row and self.change_wanted.emit(self._row))
        self.remove.clicked.connect(self._remove)
        pages = desk.bench.code_pages()
        self.pages = {name: Chip(name, self.details, lambda name=name: self._use_page(name)) for name in pages}
        self.logo = Button("Store the logo in the printer", self.details, icon="stamp", size=15)
        self.logo.clicked.connect(self._store_logo)
        self._sure = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)

    def begin(self) -> None:
        """Look now, and every second while it is shown."""
        self._code_page = self.desk.bench.code_page()
        self._timer.start(_REFRESH_MS)
        self.refresh()

    def end(self) -> None:
        super().end()
        self._timer.stop()
        self.report.show_report(None)
        self._unsure()

    @property
    def _row(self) -> DeviceRow | None:
        return next((row for row in self._rows if row.name == self._name), None)

    def refresh(self) -> None:
        """How everything is now."""
        self._rows = self.desk.rows()
        if self._row is None and self._rows:
            self._name = self._rows[0].name
        names = [row.name for row in self._rows]
        self.list.show_items([self._item(row) for row in self._rows], names.index(self._name) if names else -1)
        self._show_details()

    def show_device(self, name: str) -> None:
        """Choose this one."""
        self._name = name
        self.refresh()

    @staticmethod
    def _item(row: DeviceRow) -> RowItem:
        icon, ink, _ = look_of(row.state)
        return RowItem(row.name[:1].upper() + row.name[1:], state_words(row), icon, ink, row.driver.replace("_", " "))

    def _chosen(self, number: int) -> None:
        self._name = self._rows[number].name
        self.report.show_report(None)
        self._unsure()
        self._show_details()

    def _show_details(self) -> None:
        row = self._row
        self.details.show_row(row)
        if row is None:
            return
        self.facts.show_facts(self._facts(row))
        self.test.setEnabled(row.kind in _TESTS)
        self.test.rename(_TESTS.get(row.kind, "Test"))
        self.change.setEnabled(row.kind in _CHANGEABLE)
        for name, chip in self.pages.items():
            chip.setVisible(row.kind == PRINTER)
            chip.setChecked(name == self._code_page)
        self.logo.setVisible(row.kind in _PRINTERS)
        self._arrange()
        self.remove.setEnabled(bool(row.entry) or (row.driver != "simulator" and row.kind in _CHANGEABLE))

    @staticmethod
    def _facts(row: DeviceRow) -> list[tuple[str, str]]:
        facts = [
            ("Kind", _KIND_WORDS.get(row.kind, row.kind)),
            ("Driver", row.driver or "none"),
            ("Connection", row.address or "none needed"),
            ("Last contact", contact_words(row.last_contact)),
        ]
        if row.kind in _PRINTERS:
            facts.append(("Model", row.identity or "not said"))
            facts.append(("Firmware", row.firmware or "not said"))
        return facts + [(_counter_words(name), f"{count:,}") for name, count in row.statistics]

    # --- acting -------------------------------------------------------------------------------------------------------

    def _test(self) -> None:
        name = self._name
        self.report.show_busy("Under way ...")
        self._arrange()
        self.work(lambda: self.desk.bench.test_device(name), self.show_result)

    def _use_page(self, name: str) -> None:
        """Letters came out wrong: another code page, and the test page again."""
        printer = self._name
        self._code_page = name
        self.report.show_busy(f"Trying code page {name} ...")
        self._arrange()

        def act() -> TrialReport:
            self.desk.use_code_page(name)
            return self.desk.bench.test_device(printer)

        self.work(act, self.show_result)

    def _store_logo(self) -> None:
        name = self._name
        self.report.show_busy("Storing the logo ...")
        self._arrange()
        self.work(lambda: self.desk.bench.store_logo(name), self.show_result)

    def _check(self) -> None:
        name = self._name
        self.report.show_busy("Asking it ...")
        self._arrange()
        self.work(lambda: self.desk.bench.check_device(name), self.show_result)

    def _remove(self) -> None:
        """The second touch does it; the settings' versions bring it back."""
        row = self._row
        if row is None:
            return
        if not self._sure:
            self._sure = True
            self.remove.rename("Remove it?")
            self.remove.set_kind("danger")
            return
        self._unsure()
        self.work(lambda: self.desk.remove(row), lambda later: self._removed(row, later))

    def _removed(self, row: DeviceRow, later: str) -> None:
        words = f"The {row.name} was removed. Settings bring it back."
        self.refresh()
        self.show_result(TrialReport(True, f"{words} {later}".strip()))

    def _unsure(self) -> None:
        self._sure = False
        self.remove.rename("Remove")
        self.remove.set_kind("plain")

    def show_result(self, report: TrialReport) -> None:
        """Below the facts."""
        self.report.show_report(report)
        self._arrange()
        self.refresh()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.44)
        self._list_card.setGeometry(0, 0, left, high)
        self.list.setGeometry(_SIDE, _SIDE, left - 2 * _SIDE, high - 2 * _SIDE - 52 - _SIDE)
        self.add.setGeometry(_SIDE, high - _SIDE - 52, left - 2 * _SIDE, 52)
        right = wide - left - _GAP
        self.details.setGeometry(left + _GAP, 0, right, high)
        inner = right - 2 * _SIDE
        buttons = high - _SIDE - Height.TOUCH
        each = (inner - 3 * Space.S) // 4
        for place, button in enumerate((self.test, self.check, self.change, self.remove)):
            button.setGeometry(_SIDE + place * (each + Space.S), buttons, each, Height.TOUCH)
        pages = list(self.pages.values())
        with_pages = bool(pages) and self._row is not None and self._row.kind == PRINTER
        if with_pages:
            chip = (inner - (len(pages) - 1) * Space.S) // len(pages)
            for place, button in enumerate(pages):
                button.setGeometry(_SIDE + place * (chip + Space.S), buttons - 56, chip, Height.TOUCH)
        above = buttons - (56 if with_pages else 0)
        with_logo = self._row is not None and self._row.kind in _PRINTERS
        if with_logo:
            above -= 56
            self.logo.setGeometry(_SIDE, above, inner, Height.TOUCH)
        room = above - _HEAD - 12
        shown = self.report.report is not None or bool(self.report.busy)
        # The words of a trial come first; what there is no room for any more was seen before it.
        rows = max(2, min(6, (room - 12 - self.report.height_for(inner)) // Facts.row))
        facts = min(room, rows * Facts.row + 4) if shown else room
        self.facts.setGeometry(_SIDE, _HEAD, inner, facts)
        self.report.setGeometry(_SIDE, _HEAD + facts + 12, inner, max(0, room - facts - 12))
        self.report.setVisible(shown)


def contact_words(at: datetime | None) -> str:
    """When a device was last heard of."""
    if at is None:
        return "not yet"
    seconds = (datetime.now(UTC) - at).total_seconds()
    return "just now" if seconds < 15 else at.astimezone().strftime("%H:%M:%S")


def _counter_words(name: str) -> str:
    """GoodScanCount is Good scan: UnifiedPOS names in plain words."""
    return re.sub(r"(?<=.)([A-Z])", lambda found: f" {found[1].lower()}", name.removesuffix("Count"))
