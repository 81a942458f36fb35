"""What stands around the counter: plugged in at once, on the network when somebody asks for it."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import FoundDevice, TrialReport
from ui.technician.field_keys import FieldKeys
from ui.technician.page import Page
from ui.technician.parts import Field, RowItem, RowList
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background

_SIDE = Space.CARD
_ICONS = {"receipt_printer": "printer", "serial_port": "cable"}


class _FindCard(Card):
    words = ""

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """What it is about, and how far the search is."""
        wide = rect.width() - 2 * _SIDE
        paint.text(painter, QRectF(_SIDE, 8, wide, 44), "Find devices", font(20, 700))
        paint.text(painter, QRectF(_SIDE, 184, wide, 26), self.words, font(14, 500), "ink_2")


class FindPage(Page):
    """Buttons that search, and what was met. A touch sets it up."""

    title = "Find"
    icon = "radar"
    picked = Signal(object)
    _met = Signal(object, object)

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.found: list[FoundDevice] = []
        self._cancelled = Event()
        self._card = _FindCard("Find devices", self)
        self.attached = Button("Plugged in", self._card, icon="usb", size=16)
        self.network = Button("Printers on the network", self._card, icon="network", size=16)
        self.stop = Button("Stop", self._card, icon="x", size=16)
        self.hosts = Field("Where to look", self._card, icon="network")
        self.hosts.set_hint("empty: this till's own network; or 192.168.1.0/24")
        self.hosts.entered.connect(self._search)
        self.list = RowList("What was found", self._card, empty="")
        self.list.chosen.connect(self._picked)
        self.keys = FieldKeys(self, self.hosts, self.list)
        self.attached.clicked.connect(self._look)
        self.network.clicked.connect(self._search)
        self.stop.clicked.connect(self._stop)
        self._met.connect(self._on_met)
        self._busy(False)

    def begin(self) -> None:
        """What is plugged in is looked at without being asked: that touches nothing."""
        if not self.found:
            self._look()

    def end(self) -> None:
        super().end()
        self._stop()

    def _look(self) -> None:
        self._say("Looking at the ports of this machine ...")
        self._busy(True)
        self.work(self.desk.bench.attached, self._looked)

    def _looked(self, devices: list[FoundDevice]) -> None:
        self._busy(False)
        self._show(devices)
        self._say(f"{len(devices)} found. Touch one to set it up." if devices else "Nothing is plugged in.")

    def _search(self) -> None:
        """Tells of each printer while it goes on."""
        if not self.network.isEnabled():
            return
        hosts, cancelled = self.hosts.line.text().strip(), Event()
        self._cancelled = cancelled
        self._show([])
        self._say("Searching the network ...")
        self._busy(True)

        def met(device: FoundDevice) -> None:
            self._met.emit(cancelled, device)

        self.work(lambda: self.desk.bench.on_network(hosts, met, cancelled), self._searched)

    def _on_met(self, search: Event, device: FoundDevice) -> None:
        """Met again in another way, it is shown once, as it was described last."""
        if search is self._cancelled and not search.is_set():
            self._show([*(one for one in self.found if one.address != device.address), device])

    def _searched(self, tried: int) -> None:
        self._busy(False)
        met = f"{len(self.found)} found. Touch one to set it up." if self.found else "No printer was found."
        self._say(f"Addresses tried: {tried}. {met}")

    def _stop(self) -> None:
        """The search ends by itself a moment later; what it has met stays."""
        self._cancelled.set()
        if self._task is not None:
            self._task.cancel()
        self._busy(False)
        self._say("Stopped." if not self.found else f"{len(self.found)} found. Touch one to set it up.")

    def _busy(self, busy: bool) -> None:
        self.attached.setEnabled(not busy)
        self.network.setEnabled(not busy)
        self.stop.setEnabled(busy)

    def _say(self, words: str) -> None:
        self._card.words = words
        self._card.setAccessibleDescription(words)
        self._card.update()

    def _show(self, devices: list[FoundDevice]) -> None:
        self.found = devices
        items = [
            RowItem(one.title, "  ·  ".join(dict.fromkeys((one.address, one.detail))), _ICONS[one.kind], "accent")
            for one in devices
        ]
        self.list.show_items(items)

    def _picked(self, number: int) -> None:
        self.picked.emit(self.found[number])

    def show_result(self, report: TrialReport) -> None:
        """A network that cannot be searched says why."""
        self._busy(False)
        self._say(report.headline)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self._card.setGeometry(0, 0, wide, high)
        inner = wide - 2 * _SIDE
        each = (inner - 2 * Space.S) // 3
        for place, button in enumerate((self.attached, self.network, self.stop)):
            button.setGeometry(_SIDE + place * (each + Space.S), 60, each, 52)
        self.hosts.setGeometry(_SIDE, 124, inner, 52)
        self.list.setGeometry(_SIDE, 216, inner, high - 216 - _SIDE)
