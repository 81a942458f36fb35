"""What every device has: a name, a kind, a state with its reason, and counters."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from pos_app.ports import DeviceState, DeviceStatus

StatusListener = Callable[[DeviceStatus], None]


class Device:
    """The state of one device, told to a listener on each change. Thread-safe.

    kind is the UnifiedPOS category in lower case: receipt_printer, cash_drawer, barcode_scanner, payment_terminal.
    Counters carry the names of the UnifiedPOS statistics (CommunicationErrorCount, GoodScanCount ...).
    The listener is called on the device's thread and must not block.
    """

    def __init__(self, name: str, kind: str, on_status: StatusListener | None = None) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._status = DeviceStatus(name, kind, DeviceState.ABSENT, "It was not started yet.")
        self._counters: Counter[str] = Counter()
        self._last_contact: datetime | None = None
        self._on_status = on_status

    @property
    def status(self) -> DeviceStatus:
        """How the device is now."""
        with self._lock:
            return self._status

    @property
    def last_contact(self) -> datetime | None:
        """When it was last heard of in good health."""
        with self._lock:
            return self._last_contact

    def report(self, state: DeviceState, reason: str = "") -> None:
        """Set the state; the listener hears of it when it is news."""
        with self._lock:
            if state in (DeviceState.READY, DeviceState.WARNING):
                self._last_contact = datetime.now(UTC)
            status = DeviceStatus(self.name, self._status.kind, state, reason)
            if status == self._status:
                return
            self._status = status
        if self._on_status is not None:
            self._on_status(status)

    def count(self, statistic: str, by: int = 1) -> None:
        """Add to a counter."""
        with self._lock:
            self._counters[statistic] += by

    def statistics(self) -> dict[str, int]:
        """The counters so far."""
        with self._lock:
            return dict(self._counters)
