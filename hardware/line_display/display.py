"""A line display on a serial line. It shows what is so now; what it could not show in time is forgotten."""

import logging
import threading

from hardware.base import Device, StatusListener
from hardware.device_thread import DeviceThread
from hardware.line_display.commands import Cd5220, DisplayCommands, EscPosDisplay
from hardware.line_display.lines import lines_of
from hardware.line_display.settings import CD5220, ESCPOS, LineDisplaySettings
from hardware.receipt_printer.transports import Fault, TransportError
from hardware.serial_line import SerialLine
from pos_app.domain.receipt_texts import ReceiptTexts
from pos_app.ports import DeviceState
from pos_app.ports.customer_display import IDLE_VIEW, CustomerView

logger = logging.getLogger(__name__)

_RETRY_S = 2.0
_CHECK_S = 10.0
_TEST_S = 4.0


class LineDisplay(Device):
    """A CustomerDisplay. show_view only leaves the view behind; the display's own thread shows the newest."""

    def __init__(
        self, settings: LineDisplaySettings, texts: ReceiptTexts, on_status: StatusListener | None = None
    ) -> None:
        """Raises ValueError for an unknown driver or a malformed address."""
        super().__init__(settings.name, "line_display", on_status)
        self._settings = settings
        self._texts = texts
        self._commands = _commands_of(settings.driver)
        self._line = SerialLine(settings.address)
        self._slot = threading.Lock()
        self._wanted, self._before = IDLE_VIEW, IDLE_VIEW
        self._shown: tuple[str, str] | None = None
        self._test: tuple[str, str] | None = None
        self._warned = False
        self._thread = DeviceThread(f"device: {settings.name}", self._when_idle)

    def start(self) -> None:
        """Show what is wanted, on a thread of its own."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Let go of the line; what stands there is cleared where that is possible."""
        stopped = self._thread.stop(timeout_s)
        if stopped and self._line.is_open:
            try:
                self._line.write(self._commands.clear())
            except TransportError as error:
                logger.info("line display %s was not cleared: %s", self.name, error)
        self._line.close()
        return stopped

    def show_view(self, view: CustomerView) -> None:
        """See CustomerDisplay."""
        with self._slot:
            if view == self._wanted:
                return
            self._before, self._wanted = self._wanted, view
        self._thread.wake()

    def end(self) -> None:
        """See CustomerDisplay."""
        self.show_view(IDLE_VIEW)

    def show_text(self, upper: str, lower: str) -> None:
        """For a technician's test: these two lines stand for a few seconds. Never blocks."""
        with self._slot:
            self._test = (upper, lower)
        self._thread.wake()

    # --- on the display's thread -------------------------------------------------------------------------------------

    def _when_idle(self) -> float:
        self._thread.assert_current()
        with self._slot:
            view, before = self._wanted, self._before
            test, self._test = self._test, None
        lines = test or lines_of(view, before, self._texts, self._settings.idle_lines, self._commands.clean)
        try:
            if not self._line.is_open:
                self._open()
            if lines != self._shown:
                self._show(lines)
        except TransportError as error:
            self._lost(error)
            return _RETRY_S
        return _TEST_S if test else _CHECK_S

    def _show(self, lines: tuple[str, str]) -> None:
        self._line.write(self._commands.show(*lines))
        self._shown = lines
        self.count("LinesShownCount")

    def _open(self) -> None:
        self._line.open()
        self._line.write(self._commands.begin(self._settings.brightness))
        self._shown = None
        self._warned = False
        self.report(DeviceState.READY)

    def _lost(self, error: TransportError) -> None:
        self.count("CommunicationErrorCount")
        self._line.close()
        self._shown = None
        if not self._warned:
            logger.warning("line display %s: %s", self.name, error)
            self._warned = True
        self.report(DeviceState.BUSY if error.fault is Fault.BUSY else DeviceState.OFFLINE, str(error))


def _commands_of(driver: str) -> DisplayCommands:
    if driver == CD5220:
        return Cd5220()
    if driver == ESCPOS:
        return EscPosDisplay()
    raise ValueError(f"unknown display driver {driver!r}: {CD5220}, {ESCPOS}")
