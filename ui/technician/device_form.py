"""Set a device up: what it is, how it is driven, where it is. A printer is checked, set up and tested by one touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports import DeviceState
from pos_app.ports.maintenance import AddressKind, DeviceRow, DriverChoice, FoundDevice, TrialReport, TrialStep
from pos_app.services.maintenance import ADDABLE_KINDS, BACKUP_PRINTER, PRINTER
from ui.technician.page import Page
from ui.technician.parts import Chip, Field, ReportView
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.touch_keys import TouchKeys

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background

_GAP, _SIDE = Space.GUTTER, Space.CARD
_WHERE = {
    AddressKind.NONE: "Nothing more is needed",
    AddressKind.NETWORK: "Network address or name",
    AddressKind.SERIAL: "Serial port, or usb: and its numbers",
    AddressKind.USB: "USB numbers",
    AddressKind.PATH: "Path or device",
    AddressKind.QUEUE: "Name of the queue",
}


_PRINTERS = {PRINTER: "receipt printer", BACKUP_PRINTER: "backup printer"}
_KINDS = (
    (PRINTER, "Printer"),
    (BACKUP_PRINTER, "Backup printer"),
    ("barcode_scanner", "Scanner"),
    ("line_display", "Pole display"),
    ("scale", "Scale"),
    ("cash_drawer", "Cash drawer"),
    ("payment_terminal", "Card terminal"),
)


class _FormCard(Card):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("Set up a device", parent)
        self.heading = ""
        self.labels: list[tuple[int, str]] = []

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title, and what each part asks for."""
        wide = rect.width() - 2 * _SIDE
        paint.text(painter, QRectF(_SIDE, 8, wide, 44), self.heading, font(20, 700))
        for top, words in self.labels:
            paint.text(painter, QRectF(_SIDE, top, wide, 22), words, font(14, 600), "ink_2")


class DeviceForm(Page):
    """Kind, driver and address on the left; keys and how it went on the right."""

    title = "Set up a device"
    done = Signal(str)
    """the name of the device, or empty"""

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._kind, self._driver, self._entry = PRINTER, "tcp", ""
        self._card = _FormCard(self)
        self.kinds = {kind: self._chip(words, lambda kind=kind: self._another_kind(kind)) for kind, words in _KINDS}
        self.drivers: dict[str, Chip] = {}
        self.address = Field("Address", self._card)
        self.address.entered.connect(self._go)
        self.go = Button("Set up and test", self._card, kind="go", icon="check", size=17)
        self.check = Button("Only check", self._card)
        self.anyway = Button("Set up anyway", self._card)
        self.cancel = Button("Back", self._card, icon="arrow-left", description="To the list of devices")
        self.go.clicked.connect(self._go)
        self.check.clicked.connect(self._check)
        self.anyway.clicked.connect(lambda: self._set_up(()))
        self.cancel.clicked.connect(lambda: self.done.emit(""))
        self._side = Card("Keys and result", self)
        self.report = ReportView("Result", self._side)
        self.keys = TouchKeys(self._side, addresses=True)
        self.keys.pressed.connect(self.address.press)

    def _chip(self, words: str, act: object) -> Chip:
        return Chip(words, self._card, act)  # type: ignore[arg-type]

    def new(self) -> None:
        """Another device; a network printer is what is mostly meant."""
        self._open(PRINTER, "tcp", "", "", "Add a device")

    def change(self, row: DeviceRow) -> None:
        """This one, differently."""
        self._open(row.kind, row.driver, row.address, row.entry, f"Change the {row.name}")

    def take_found(self, found: FoundDevice) -> None:
        """Something that discovery met: of a serial port the technician says what hangs on it."""
        kind = found.kind if found.kind in ADDABLE_KINDS else "barcode_scanner"
        self._open(kind, found.driver, found.address, "", "Add what was found")

    def _open(self, kind: str, driver: str, address: str, entry: str, heading: str) -> None:
        self._entry, self._card.heading = entry, heading
        self._card.setAccessibleName(heading)
        self._pick_kind(kind, driver)
        self.address.line.setText(address)
        self.report.show_report(None)
        self._ready()
        self.address.setFocus()

    @property
    def _choice(self) -> DriverChoice:
        return next(choice for choice in self.desk.drivers(self._kind) if choice.driver == self._driver)

    def _another_kind(self, kind: str) -> None:
        """Where the last one was says nothing about this one."""
        if kind != self._kind:
            self.address.line.clear()
            self.report.show_report(None)
        self._pick_kind(kind)

    def _pick_kind(self, kind: str, driver: str = "") -> None:
        choices = self.desk.drivers(kind)
        known = [choice.driver for choice in choices]
        self._kind = kind
        for name, chip in self.kinds.items():
            chip.setChecked(name == kind)
            chip.setEnabled(not self._entry or name == kind)
        for chip in self.drivers.values():
            chip.hide()
            chip.deleteLater()
        self.drivers = {
            choice.driver: self._chip(choice.title, lambda name=choice.driver: self._pick_driver(name))
            for choice in choices
        }
        for chip in self.drivers.values():
            chip.show()
        self._pick_driver(driver if driver in known else known[0])

    def _pick_driver(self, driver: str) -> None:
        self._driver = driver
        for name, chip in self.drivers.items():
            chip.setChecked(name == driver)
        choice = self._choice
        self.address.set_hint(f"such as {choice.example}" if choice.example else "")
        self.address.setEnabled(choice.address_kind is not AddressKind.NONE)
        self.go.rename("Set up and test" if self._kind in _PRINTERS else "Set up")
        self.keys.begin(letters=False)
        self._ready()
        self._arrange()
        self.address.setFocus()

    def _ready(self, *, failed: bool = False) -> None:
        is_printer = self._kind in _PRINTERS
        self.go.setEnabled(True)
        self.check.setEnabled(is_printer)
        self.anyway.setEnabled(failed and is_printer)

    # --- acting -------------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        driver, address = self._driver, self.address.line.text()
        self._busy("Looking for it ...")
        self.work(lambda: self.desk.bench.check_address(driver, address), self._checked)

    def _checked(self, report: TrialReport) -> None:
        self.show_result(report)

    def _go(self) -> None:
        """A printer that does not answer is not set up: the old one goes on printing."""
        if not self.go.isEnabled():
            return
        driver, address = self._driver, self.address.line.text()
        if self._kind not in _PRINTERS or self._driver == "simulator":
            self._set_up(())
            return
        self._busy("Looking for it ...")

        def checked(report: TrialReport) -> None:
            if report.good:
                self._set_up(report.steps[:1])
            else:
                self.show_result(report)

        self.work(lambda: self.desk.bench.check_address(driver, address), checked)

    def _set_up(self, steps: tuple[TrialStep, ...]) -> None:
        kind, driver, address, entry = self._kind, self._driver, self.address.line.text(), self._entry
        self._busy("Setting it up and printing a test page ..." if kind in _PRINTERS else "Setting it up ...")

        def act() -> TrialReport:
            later = self.desk.set_up(kind, driver, address, entry)
            waits = (TrialStep(later, True),) if later else ()
            if kind not in _PRINTERS:
                row = self.desk.bench.newest(kind)
                if row is not None and row.state not in (DeviceState.READY, DeviceState.BUSY):
                    words = f"It is set up, but: {row.reason or row.state.value}"
                    return TrialReport(False, words, (*steps, *waits))
                return TrialReport(True, "It is set up and ready.", (*steps, *waits))
            tested = self.desk.bench.test_device(_PRINTERS[kind])
            headline = f"Set up. {tested.headline}" if tested.good else f"It is set up, but: {tested.headline}"
            return TrialReport(tested.good, headline, (*steps, *tested.steps, *waits), tested.question)

        self.work(act, self._was_set_up)

    def _was_set_up(self, report: TrialReport) -> None:
        self.show_result(report)
        self.cancel.setFocus()

    def _busy(self, words: str) -> None:
        self.report.show_busy(words)
        for button in (self.go, self.check, self.anyway):
            button.setEnabled(False)

    def show_result(self, report: TrialReport) -> None:
        """On the right."""
        self.report.show_report(report)
        self._ready(failed=not report.good)

    def end(self) -> None:
        super().end()
        self._ready()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.56)
        self._card.setGeometry(0, 0, left, high)
        inner = left - 2 * _SIDE
        labels = [(56, "What is it?")]
        top = self._place_chips(list(self.kinds.values()), 80, inner, 3)
        choice = self._choice
        labels.append((top + 4, f"How is it driven?  {choice.note}".rstrip()))
        top = self._place_chips(list(self.drivers.values()), top + 28, inner, 2)
        where = _WHERE[choice.address_kind]
        labels.append((top + 4, f"Where is it?  {where}"))
        self.address.setGeometry(_SIDE, top + 28, inner, 52)
        self._card.labels = labels
        bottom = high - _SIDE
        self.go.setGeometry(_SIDE, bottom - Height.CASH, inner, Height.CASH)
        each = (inner - 2 * Space.S) // 3
        for place, button in enumerate((self.cancel, self.check, self.anyway)):
            at = _SIDE + place * (each + Space.S)
            button.setGeometry(at, bottom - Height.CASH - Space.S - Height.TOUCH, each, Height.TOUCH)
        self._card.update()
        right = wide - left - _GAP
        self._side.setGeometry(left + _GAP, 0, right, high)
        keys = self.keys.height_for(300)
        self.keys.setGeometry(Space.L, high - Space.L - keys, right - 2 * Space.L, keys)
        self.report.setGeometry(Space.L, Space.L, right - 2 * Space.L, high - keys - 3 * Space.L)

    def _place_chips(self, chips: list[Chip], top: int, wide: int, columns: int) -> int:
        """In rows of so many; where the next thing may begin."""
        each = (wide - (columns - 1) * Space.S) // columns
        for number, chip in enumerate(chips):
            row, column = divmod(number, columns)
            chip.setGeometry(_SIDE + column * (each + Space.S), top + row * (48 + Space.S), each, 48)
        rows = -(-len(chips) // columns)
        return top + rows * (48 + Space.S)
