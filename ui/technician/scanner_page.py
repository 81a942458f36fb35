"""Scan something: every byte, the time between them, what kind of code it was, what it says, and what to set."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.scan_report import KeyHeard, ScanReport, scan_report
from pos_app.ports import ScanEvent
from pos_app.ports.maintenance import FoundDevice, TrialReport
from ui.technician.key_recorder import KeyRecorder
from ui.technician.page import Page
from ui.technician.parts import Facts, ReportView
from ui.theme import paint
from ui.theme.fonts import font, width
from ui.theme.tokens import Radius, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background
    from ui.qt_bridge import QtBridge

_SIDE = Space.CARD
_CODE_TOP, _CODE_HIGH = 60, 96


class _CodeCard(Card):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("Scanner test", parent)
        self.code, self.count, self.source = "", 0, ""
        self.duplicate = False
        self.refusal = ""

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The last code, as large as it fits."""
        wide = rect.width() - 2 * _SIDE
        paint.text(painter, QRectF(_SIDE, 8, wide, 44), "Scanner test", font(20, 700))
        if self.count:
            words = f"{self.count} read" + (f"  ·  {self.source}" if self.source else "")
            paint.text(painter, QRectF(_SIDE, 8, wide, 44), words, font(14, 500, tabular=True), "ink_2", paint.RIGHT)
        box = QRectF(_SIDE, _CODE_TOP, wide, _CODE_HIGH)
        ground = "bad_soft" if self.refusal else "go_soft" if self.code else "sunken"
        paint.rounded(painter, box, Radius.CONTROL, ground, "line")
        inner = box.adjusted(18, 0, -18, 0)
        if self.refusal:
            paint.glyph(painter, QPointF(inner.left() + 12, box.center().y()), "circle-x", 26, "bad")
            paint.text(painter, inner.adjusted(40, 0, 0, 0), self.refusal, font(17, 600))
        elif not self.code:
            paint.glyph(painter, QPointF(inner.left() + 12, box.center().y()), "scan-barcode", 26, "accent")
            paint.text(painter, inner.adjusted(40, 0, 0, 0), "Scan anything: nothing is sold here", font(17, 600))
        else:
            shown = self.code.replace("\x1d", "\u2039GS\u203a")
            chip = 118 if self.duplicate else 0
            room = inner.width() - chip
            size = next((s for s in (34, 28, 22, 18) if width(shown, font(s, 700, tabular=True)) <= room), 15)
            paint.text(painter, inner.adjusted(0, 0, -chip, 0), shown, font(size, 700, tabular=True))
            if self.duplicate:
                paint.chip(painter, box.right() - 122, box.center().y(), "Same again", "warn", "warn_soft")


class ScannerPage(Page):
    """Keyboard scanners by their keys, the others by what their driver took."""

    title = "Scanner"
    icon = "scan-barcode"
    _tried = Signal(object, int)

    def __init__(
        self, desk: Maintenance, background: Background, bridge: QtBridge, gap_ms: int, parent: QWidget
    ) -> None:
        super().__init__(desk, background, parent)
        self._gap_ms = gap_ms
        self._cancelled = Event()
        self.result: ScanReport | None = None
        self._card = _CodeCard(self)
        self.facts = Facts("What was read", self._card)
        self.advice = ReportView("Advice", self._card)
        self.find_speed = Button("Find a serial scanner's speed", self._card, icon="gauge", size=15)
        self.stop = Button("Stop", self._card, icon="x")
        self.find_speed.clicked.connect(self._find_ports)
        self.stop.clicked.connect(self._stop)
        self.stop.setEnabled(False)
        self._recorder = KeyRecorder(self)
        self._recorder.burst.connect(self._typed)
        bridge.scanned.connect(self._scanned)
        bridge.scan_refused.connect(self._refused)
        self._tried.connect(self._on_tried)

    def begin(self) -> None:
        """From now on every scan is shown here."""
        self._recorder.listen(True)

    def end(self) -> None:
        super().end()
        self._recorder.listen(False)
        self._stop()

    def take_scan(self, code: str) -> bool:
        """It has been shown already, key by key or as its driver took it."""
        return True

    # --- scans --------------------------------------------------------------------------------------------------------

    def _typed(self, keys: tuple[KeyHeard, ...]) -> None:
        self._show(keys, "typed like a keyboard", timed=True)

    def _scanned(self, event: ScanEvent) -> None:
        if self._recorder.listening:
            keys = tuple(KeyHeard(letter) for letter in f"{event.symbology}{event.text}\r")
            self._show(keys, event.source or "by its driver", timed=False)

    def _refused(self, reason: str) -> None:
        if self._recorder.listening:
            self._card.refusal, self._card.count = reason, self._card.count + 1
            self.facts.show_facts(())
            self.advice.show_report(TrialReport(False, "It was read and not taken: the log has its bytes."))
            self._card.update()

    def _show(self, keys: tuple[KeyHeard, ...], source: str, *, timed: bool) -> None:
        previous = self.result.code if self.result is not None else ""
        code = "".join(key.text for key in keys).rstrip("\r\n\t")
        parts = self.desk.bench.code_parts(code)
        self.result = report = scan_report(
            keys, longest_gap_allowed_ms=self._gap_ms, previous=previous, parts=parts, timed=timed
        )
        card = self._card
        card.code, card.count, card.source = report.code, card.count + 1, source
        card.duplicate, card.refusal = report.is_duplicate, ""
        card.setAccessibleDescription(f"{report.code}, {report.symbology}")
        card.update()
        self.facts.show_facts(_facts(report, timed=timed))
        self.advice.show_report(TrialReport(bool(report.end), report.advice[0]))

    # --- speed --------------------------------------------------------------------------------------------------------

    def _find_ports(self) -> None:
        self.advice.show_busy("Looking for serial ports ...")
        self.find_speed.setEnabled(False)
        self.work(self.desk.bench.attached, self._find_on)

    def _find_on(self, found: list[FoundDevice]) -> None:
        serial = [device for device in found if device.kind == "serial_port"]
        # A scanner is mostly one that USB makes a port of.
        ports = [device.detail for device in sorted(serial, key=lambda one: not one.address.startswith("usb:"))]
        if not ports:
            self.show_result(TrialReport(False, "There is no serial port on this machine."))
            return
        cancelled = Event()
        self._cancelled = cancelled
        self.stop.setEnabled(True)

        def tried(speed: int) -> None:
            self._tried.emit(cancelled, speed)

        self.work(lambda: self.desk.bench.find_baud(ports[0], tried, cancelled), lambda s: self._found(ports[0], s))

    def _on_tried(self, search: Event, speed: int) -> None:
        if search is self._cancelled:
            self.advice.show_busy(f"Scan a label now: trying {speed} baud. Scan it again until this stops.")

    def _found(self, port: str, speed: int | None) -> None:
        if speed is None:
            words = "No speed fitted, or nothing was scanned. Is the scanner on this port, and set to serial?"
            self.show_result(TrialReport(False, words))
        else:
            self.show_result(
                TrialReport(True, f"The scanner on {port} works at {speed} baud: set it up as {port}@{speed}.")
            )

    def _stop(self) -> None:
        self._cancelled.set()
        self.stop.setEnabled(False)
        self.find_speed.setEnabled(True)
        if self.advice.busy:
            self.advice.show_report(None)

    def show_result(self, report: TrialReport) -> None:
        """What became of the search."""
        self.stop.setEnabled(False)
        self.find_speed.setEnabled(True)
        self.advice.show_report(report)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self._card.setGeometry(0, 0, wide, high)
        inner = wide - 2 * _SIDE
        top = _CODE_TOP + _CODE_HIGH + 14
        bottom = high - _SIDE - 48
        self.find_speed.setGeometry(_SIDE, bottom, inner - 140, 48)
        self.stop.setGeometry(wide - _SIDE - 128, bottom, 128, 48)
        advice = 92
        self.advice.setGeometry(_SIDE, bottom - advice - 8, inner, advice)
        self.facts.setGeometry(_SIDE, top, inner, bottom - advice - 16 - top)


def _facts(report: ScanReport, *, timed: bool) -> list[tuple[str, str]]:
    facts = [("Symbology", report.symbology), ("Ends with", report.end or "nothing")]
    if timed:
        facts.append(("Time between keys", f"{report.average_gap_ms} ms, longest {report.longest_gap_ms} ms"))
    facts.append(("Length", f"{len(report.code)} characters"))
    facts += report.parts
    size = 22 * 3
    for start in range(0, min(len(report.hexadecimal), 4 * size), size):
        name = "Bytes" if start == 0 else ""
        facts.append((name, report.hexadecimal[start : start + size]))
    return facts
