"""A scale on a serial line: asked while somebody weighs, and once in a while whether it is there."""

import logging
import time
from concurrent.futures import Future

from hardware.base import Device, StatusListener
from hardware.device_thread import DeviceThread
from hardware.receipt_printer.transports import Fault, TransportError
from hardware.scale.protocols import Nci, ScaleProtocol, Toledo8217, Weighed
from hardware.scale.settings import NCI, TOLEDO_8217, ScaleSettings
from hardware.serial_line import LineMode, SerialLine
from pos_app.ports import DeviceState
from pos_app.ports.weighing import ReadingListener, WeightReading, WeightState

logger = logging.getLogger(__name__)

ANSWER_S = 0.5
_ASK_EVERY_S = 0.15
_CHECK_EVERY_S = 5.0
_RETRY_S = 2.0
_SILENCES = 3
_LONGEST_ANSWER = 64
_WORDS = {
    WeightState.MOTION: "Still moving: wait.",
    WeightState.ZERO: "Put it on the scale.",
    WeightState.UNDER_ZERO: "The scale shows less than nothing: empty it and press its zero key.",
    WeightState.OVER_CAPACITY: "Too heavy for this scale.",
    WeightState.FAULT: "The scale reports a fault: empty it, then switch it off and on.",
}


class SerialScale(Device):
    """Reads weights while somebody watches. Its line is used by its own thread only."""

    def __init__(self, settings: ScaleSettings, on_status: StatusListener | None = None) -> None:
        """Raises ValueError for an unknown driver or a malformed address."""
        super().__init__(settings.name, "scale", on_status)
        self._settings = settings
        self._protocol, mode = _protocol_of(settings)
        self._line = SerialLine(settings.address, mode)
        self._on_reading: ReadingListener | None = None
        self._silences = 0
        self._thread = DeviceThread(f"device: {settings.name}", self._when_idle)

    def start(self) -> None:
        """Look whether the scale is there, on a thread of its own."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Let go of the line."""
        stopped = self._thread.stop(timeout_s)
        self._line.close()
        return stopped

    def watch(self, on_reading: ReadingListener | None) -> None:
        """See Scale."""
        self._on_reading = on_reading
        self._thread.wake()

    def check_health(self) -> "Future[WeightReading]":
        """Ask once, now."""
        return self._thread.submit(self._ask)

    # --- on the scale's thread ---------------------------------------------------------------------------------------

    def _when_idle(self) -> float:
        self._thread.assert_current()
        listener = self._on_reading
        reading = self._ask()
        if listener is not None and listener is self._on_reading:
            listener(reading)
        if reading.state is WeightState.OFFLINE and not self._line.is_open:
            return _RETRY_S
        return _ASK_EVERY_S if listener is not None else _CHECK_EVERY_S

    def _ask(self) -> WeightReading:
        try:
            if not self._line.is_open:
                self._line.open()
            self._drain()
            self._line.write(self._protocol.request)
            answer = self._answer()
        except TransportError as error:
            self.count("CommunicationErrorCount")
            self._line.close()
            state = DeviceState.BUSY if error.fault is Fault.BUSY else DeviceState.OFFLINE
            self.report(state, str(error))
            return WeightReading(WeightState.OFFLINE, words=str(error))
        weighed = self._protocol.read(answer) if answer else None
        if weighed is None:
            return self._not_understood(answer)
        self._silences = 0
        faulty = weighed.state is WeightState.FAULT
        self.report(DeviceState.ERROR if faulty else DeviceState.READY, _WORDS[WeightState.FAULT] if faulty else "")
        return self._judged(weighed)

    def _drain(self) -> None:
        """An answer that came too late belongs to no question any more."""
        for _ in range(8):
            if not self._line.read(0.001):
                return

    def _answer(self) -> bytes:
        answer, deadline = b"", time.monotonic() + ANSWER_S
        while (left := deadline - time.monotonic()) > 0 and not self._thread.stopping.is_set():
            answer += self._line.read(min(left, 0.1))
            plain = bytes(byte & 0x7F for byte in answer)
            if plain.endswith(self._protocol.end) or len(answer) > _LONGEST_ANSWER:
                break
        return answer

    def _not_understood(self, answer: bytes) -> WeightReading:
        self._silences += 1
        words = "The scale does not answer: is it switched on?"
        if answer:
            self.count("CommunicationErrorCount")
            words = "The scale's answer is not understood: check its speed and protocol."
            logger.warning("scale %s: no answer in [%s]", self.name, answer[:_LONGEST_ANSWER].hex(" "))
        if answer or self._silences >= _SILENCES:
            self.report(DeviceState.ERROR if answer else DeviceState.OFFLINE, words)
        return WeightReading(WeightState.OFFLINE, words=words)

    def _judged(self, weighed: Weighed) -> WeightReading:
        settings = self._settings
        state, words = weighed.state, _WORDS.get(weighed.state, "")
        if state is WeightState.STABLE:
            if weighed.weight_milli < settings.smallest_milli:
                state, words = WeightState.ZERO, _WORDS[WeightState.ZERO]
            elif weighed.weight_milli > settings.largest_milli:
                state, words = WeightState.OVER_CAPACITY, _WORDS[WeightState.OVER_CAPACITY]
            else:
                self.count("GoodWeightReadCount")
        return WeightReading(state, weighed.weight_milli, weighed.unit, words)


def _protocol_of(settings: ScaleSettings) -> tuple[ScaleProtocol, LineMode]:
    if settings.driver == NCI:
        return Nci(), LineMode(9600, 7, "E", 1)
    if settings.driver == TOLEDO_8217:
        return Toledo8217(settings.unit), LineMode(9600, 7, "E", 1)
    raise ValueError(f"unknown scale driver {settings.driver!r}: {NCI}, {TOLEDO_8217}")
