"""Scan something: every byte, the time between them, what kind of code it was, what it says, and what to set."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.scan_report import KeyHeard, ScanReport, control_names, refusal_advice, scan_report
from pos_app.ports import ScanEvent
from pos_app.ports.maintenance import FoundDevice, TrialReport
from ui.technician.key_recorder import KeyRecorder
from ui.technician.page import Page
from ui.technician.parts import Facts, ReportView, RowItem, RowList
from ui.technician.raw_bytes import RawBurst, RawBytes
from ui.theme import paint
from ui.theme.fonts import font, width
from ui.theme.tokens import Radius, Space
from ui.wedge_scanner import WedgeTiming, learned_timing
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background
    from ui.qt_bridge import QtBridge
    from ui.wedge_scanner import WedgeScanner

_SIDE = Space.CARD
_CODE_TOP, _CODE_HIGH = 60, 96
_SCANS_TO_LEARN = 3


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
    """Keyboard scanners by their keys, the others by their bytes and what their driver made of them."""

    title = "Scanner"
    icon = "scan-barcode"
    _tried = Signal(object, int)

    def __init__(
        self, desk: Maintenance, background: Background, bridge: QtBridge, wedge: WedgeScanner, parent: QWidget
    ) -> None:
        super().__init__(desk, background, parent)
        self._wedge = wedge
        self._typed_scans: list[tuple[KeyHeard, ...]] = []
        self._cancelled = Event()
        self.result: ScanReport | None = None
        self._card = _CodeCard(self)
        self.facts = Facts("What was read", self._card)
        self.ports = RowList("Serial ports", self._card)
        self.ports.chosen.connect(self._picked_port)
        self.advice = ReportView("Advice", self._card)
        self.find_speed = Button("Find a serial scanner's speed", self._card, icon="gauge", size=15)
        self.keep = Button("Keep its timing", self._card, icon="timer", size=15)
        self.stop = Button("Stop", self._card, icon="x")
        self.find_speed.clicked.connect(self._find_ports)
        self.keep.clicked.connect(self._keep_timing)
        self.stop.clicked.connect(self._stop)
        self._recorder = KeyRecorder(wedge, self)
        self._recorder.burst.connect(self._typed)
        self._raw = RawBytes(self)
        self._found_ports: list[str] = []
        bridge.scanned.connect(self._scanned)
        bridge.scan_refused.connect(self._refused)
        self._tried.connect(self._on_tried)
        self._searching(False)

    def begin(self) -> None:
        """From now on every scan is shown here."""
        self._typed_scans.clear()
        self._raw.forget()
        self._recorder.listen(True)
        self.desk.bench.hear_scanners(self._raw.heard)
        self._searching(False)

    def end(self) -> None:
        super().end()
        self.desk.bench.hear_scanners(None)
        self._recorder.listen(False)
        self._stop()

    def take_scan(self, code: str) -> bool:
        """It has been shown already, key by key or as its driver took it."""
        return True

    # --- scans --------------------------------------------------------------------------------------------------------

    def _typed(self, keys: tuple[KeyHeard, ...]) -> None:
        self._show(keys, "typed like a keyboard")
        self._typed_scans = [*self._typed_scans, keys][-_SCANS_TO_LEARN:]
        self._searching(self.stop.isEnabled())

    def _scanned(self, event: ScanEvent) -> None:
        if self._recorder.listening:
            keys = tuple(KeyHeard(letter) for letter in f"{event.symbology}{event.text}\r")
            self._show(keys, event.source or "by its driver", self._raw.take(event.source))

    def _refused(self, reason: str) -> None:
        if not self._recorder.listening:
            return
        burst = self._raw.take()
        self._card.refusal, self._card.count = reason, self._card.count + 1
        bytes_of_it = _bytes_facts(burst.data.hex(" "), control_names(burst.data)) if burst.data else []
        self.facts.show_facts(bytes_of_it)
        words = refusal_advice(burst.data) if burst.data else "It was read and not taken: the log has its bytes."
        self.advice.show_report(TrialReport(False, words))
        self._card.update()

    def _show(self, keys: tuple[KeyHeard, ...], source: str, burst: RawBurst | None = None) -> None:
        previous = self.result.code if self.result is not None else ""
        code = "".join(key.text for key in keys).rstrip("\r\n\t")
        self.result = report = scan_report(
            keys,
            longest_gap_allowed_ms=self._wedge.timing.gap_ms,
            previous=previous,
            parts=self.desk.bench.code_parts(code),
            timed=burst is None,
            raw=burst.data if burst is not None else b"",
        )
        card = self._card
        card.code, card.count, card.source = report.code, card.count + 1, source
        card.duplicate, card.refusal = report.is_duplicate, ""
        card.setAccessibleDescription(f"{report.code}, {report.symbology}")
        card.update()
        self.facts.show_facts(_facts(report, burst))
        self.advice.show_report(TrialReport(bool(report.end), report.advice[0]))

    # --- timing -------------------------------------------------------------------------------------------------------

    def _keep_timing(self) -> None:
        """From the scans just made: the till's settings, and at once in this window."""
        pauses = [[key.gap_ms for key in keys[1:]] for keys in self._typed_scans]
        lengths = [len("".join(key.text for key in keys).rstrip()) for keys in self._typed_scans]
        try:
            learned = learned_timing(pauses, lengths, self._wedge.timing)
        except ValueError as error:
            self.show_result(TrialReport(False, str(error)))
            return
        self.advice.show_busy("Keeping it ...")
        self.work(
            lambda: self.desk.keep_scanner_timing(learned.gap_ms, learned.minimum_length), lambda _: self._kept(learned)
        )

    def _kept(self, timing: WedgeTiming) -> None:
        self._wedge.use(timing)
        words = (
            f"Kept: at most {timing.gap_ms} ms between two keys, codes of {timing.minimum_length} characters or more."
        )
        self.show_result(TrialReport(True, words))

    # --- speed --------------------------------------------------------------------------------------------------------

    def _find_ports(self) -> None:
        self.advice.show_busy("Looking for serial ports ...")
        self._searching(True)
        self.work(self.desk.bench.attached, self._which_port)

    def _which_port(self, found: list[FoundDevice]) -> None:
        """The only port, or the one that somebody picks; a scanner is mostly one that USB makes a port of."""
        serial = [device for device in found if device.kind == "serial_port"]
        serial.sort(key=lambda one: not one.address.startswith("usb:"))
        self._found_ports = [device.detail for device in serial]
        if not serial:
            self.show_result(TrialReport(False, "There is no serial port on this machine."))
        elif len(serial) == 1:
            self._find_on(self._found_ports[0])
        else:
            self.advice.show_busy("Which port is the scanner on? Touch it.")
            self.ports.show_items([RowItem(one.title, one.detail, "cable", "accent", one.address) for one in serial])
            self._searching(True, choosing=True)

    def _picked_port(self, number: int) -> None:
        self._find_on(self._found_ports[number])

    def _find_on(self, port: str) -> None:
        cancelled = Event()
        self._cancelled = cancelled
        self._searching(True)

        def tried(speed: int) -> None:
            self._tried.emit(cancelled, speed)

        self.work(lambda: self.desk.bench.find_baud(port, tried, cancelled), lambda speed: self._found(port, speed))

    def _on_tried(self, search: Event, speed: int) -> None:
        if search is self._cancelled and not search.is_set():
            self.advice.show_busy(f"Scan a label now: trying {speed} baud. Scan it again until this stops.")

    def _found(self, port: str, speed: int | None) -> None:
        self.desk.bench.hear_scanners(self._raw.heard)  # those that had let go of their ports
        if speed is None:
            words = f"No speed fitted, or nothing was scanned. Is the scanner on {port}, and set to serial?"
            self.show_result(TrialReport(False, words))
        else:
            self.show_result(
                TrialReport(True, f"The scanner on {port} works at {speed} baud: set it up as {port}@{speed}.")
            )

    def _stop(self) -> None:
        self._cancelled.set()
        self._searching(False)
        if self.advice.busy:
            self.advice.show_report(None)

    def show_result(self, report: TrialReport) -> None:
        """What became of the search, or of the timing."""
        self._searching(False)
        self.advice.show_report(report)

    def _searching(self, under_way: bool, *, choosing: bool = False) -> None:
        self.stop.setEnabled(under_way)
        self.find_speed.setEnabled(not under_way)
        self.keep.setEnabled(not under_way and len(self._typed_scans) == _SCANS_TO_LEARN)
        self.facts.setVisible(not choosing)
        self.ports.setVisible(choosing)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self._card.setGeometry(0, 0, wide, high)
        inner = wide - 2 * _SIDE
        top = _CODE_TOP + _CODE_HIGH + 14
        bottom = high - _SIDE - 48
        right = wide - _SIDE
        self.stop.setGeometry(right - 116, bottom, 116, 48)
        self.keep.setGeometry(right - 116 - Space.S - 200, bottom, 200, 48)
        self.find_speed.setGeometry(_SIDE, bottom, inner - 116 - 200 - 2 * Space.S, 48)
        advice = 92
        self.advice.setGeometry(_SIDE, bottom - advice - 8, inner, advice)
        for part in (self.facts, self.ports):
            part.setGeometry(_SIDE, top, inner, bottom - advice - 16 - top)


def _facts(report: ScanReport, burst: RawBurst | None) -> list[tuple[str, str]]:
    facts = [("Symbology", report.symbology), ("Ends with", report.end or "nothing")]
    if burst is None:
        facts.append(("Time between keys", f"{report.average_gap_ms} ms, longest {report.longest_gap_ms} ms"))
    elif burst.data:
        pieces = len(burst.pauses_ms) + 1
        longest = f" pieces, longest pause {max(burst.pauses_ms)} ms" if burst.pauses_ms else " piece"
        facts.append(("Came in", f"{pieces}{longest}"))
    facts.append(("Length", f"{len(report.code)} characters"))
    return facts + list(report.parts) + _bytes_facts(report.hexadecimal, report.controls)


def _bytes_facts(hexadecimal: str, controls: str) -> list[tuple[str, str]]:
    size = 22 * 3
    starts = range(0, min(len(hexadecimal), 4 * size), size)
    lines = [("Bytes" if start == 0 else "", hexadecimal[start : start + size].strip()) for start in starts]
    return [("Control characters", controls or "none"), *lines]
