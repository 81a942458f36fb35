"""Devices that failed and came back, in the journal: so that a shop knows afterwards why receipts were missing."""

import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from pos_app.domain.journal import EventKind
from pos_app.errors import WorldError
from pos_app.ports import Clock, DeviceState, DeviceStatus, Storage

_logger = logging.getLogger(__name__)
_TROUBLE = (DeviceState.ERROR, DeviceState.OFFLINE)
_MOST_IN_AN_HOUR = 20


@dataclass(slots=True)
class _Told:
    """What the journal has of one device."""

    status: DeviceStatus
    warned_of: set[str] = field(default_factory=set)
    written_at: deque[datetime] = field(default_factory=lambda: deque(maxlen=_MOST_IN_AN_HOUR))


class DeviceEvents:
    """Hears every state of every device and writes down those that matter. Thread-safe; called on device threads.

    That is: trouble, another trouble, its end, and each warning once until the next trouble, so that paper near its end
    is one entry for a roll. A device with a loose plug fills no journal: it has twenty entries in an hour at most.
    """

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._lock = Lock()
        self._told: dict[str, _Told] = {}

    def heard(self, status: DeviceStatus) -> None:
        """A device's state is news. A disk that refuses is logged; the device goes on."""
        with self._lock:
            told = self._told.setdefault(status.name, _Told(DeviceStatus(status.name, status.kind, DeviceState.READY)))
            now = self._clock.now()
            if not _matters(status, told) or _is_flapping(told, now):
                return
            _remember(status, told, now)
        try:
            self._write(status)
        except WorldError as error:
            _logger.error("a state of %s is not in the journal: %s", status.name, error)

    def _write(self, status: DeviceStatus) -> None:
        with self._storage.unit_of_work() as work:
            work.append(
                EventKind.DEVICE_EVENT,
                {"device": status.name, "kind": status.kind, "state": status.state.value, "reason": status.reason},
            )
            work.commit()


def _matters(status: DeviceStatus, told: _Told) -> bool:
    was_trouble = told.status.state in _TROUBLE
    match status.state:
        case DeviceState.ERROR | DeviceState.OFFLINE:
            return status != told.status
        case DeviceState.WARNING:
            return was_trouble or status.reason not in told.warned_of
        case DeviceState.READY:
            return was_trouble
    return False


def _remember(status: DeviceStatus, told: _Told, now: datetime) -> None:
    told.status = status
    told.written_at.append(now)
    if status.state in _TROUBLE:
        told.warned_of.clear()
    elif status.state is DeviceState.WARNING:
        told.warned_of.add(status.reason)


def _is_flapping(told: _Told, now: datetime) -> bool:
    written = told.written_at
    return len(written) == _MOST_IN_AN_HOUR and now - written[0] < timedelta(hours=1)
