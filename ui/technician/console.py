"""The technician's console: covers the window; pages on the left, the page beside them. The sale below is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import DeviceRow, FoundDevice
from ui.technician.device_form import DeviceForm
from ui.technician.devices_page import DevicesPage
from ui.technician.find_page import FindPage
from ui.technician.line_page import LinePage
from ui.technician.log_page import LogPage
from ui.technician.scanner_page import ScannerPage
from ui.technician.settings_page import SettingsPage
from ui.technician.support_page import SupportPage
from ui.technician.updates_page import UpdatesPage
from ui.widgets.room import Room

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background
    from ui.qt_bridge import QtBridge
    from ui.wedge_scanner import WedgeScanner


class TechnicianConsole(Room):
    """Eight pages, and the form that sets a device up."""

    def __init__(
        self,
        desk: Maintenance,
        background: Background,
        bridge: QtBridge,
        wedge: WedgeScanner,
        place: str,
        parent: QWidget,
    ) -> None:
        super().__init__("Technician's console", "wrench", place, parent)
        self.devices = DevicesPage(desk, background, self)
        self.find = FindPage(desk, background, self)
        self.scanner = ScannerPage(desk, background, bridge, wedge, self)
        self.line = LinePage(desk, background, self)
        self.settings = SettingsPage(desk, background, self)
        self.log = LogPage(desk, background, self)
        self.support = SupportPage(desk, background, self)
        self.updates = UpdatesPage(desk, background, self)
        self.form = DeviceForm(desk, background, self)
        pages = (
            *(self.devices, self.find, self.scanner, self.line),
            *(self.settings, self.updates, self.log, self.support),
        )
        self.add_pages(pages, {self.form: self.devices})
        self.devices.add_wanted.connect(self._add)
        self.devices.change_wanted.connect(self._change)
        self.find.picked.connect(self._take_found)
        self.form.done.connect(lambda _: self.show_page(self.devices))

    def _add(self) -> None:
        self.show_page(self.form)
        self.form.new()

    def _change(self, row: DeviceRow) -> None:
        self.show_page(self.form)
        self.form.change(row)

    def _take_found(self, found: FoundDevice) -> None:
        self.show_page(self.form)
        self.form.take_found(found)
