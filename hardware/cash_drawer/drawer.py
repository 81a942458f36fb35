"""A cash drawer: whether it is open, as far as it can tell, and how its last kick went. What kicks it drives it."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from hardware.base import Device, StatusListener
from pos_app.errors import WorldError
from pos_app.ports import DeviceState

logger = logging.getLogger(__name__)

_SPRINGS_OPEN_WITHIN_S = 10.0
"""A drawer that is only looked at now and then may have sprung open for us that long ago."""

PositionListener = Callable[[bool], None]


class DrawerError(WorldError):
    """The drawer could not be opened; the message says why. It will not open later by itself."""


class DrawerOpener(Protocol):
    """Whatever gives a drawer its pulse."""

    def kick_drawer(self, reason: str) -> "Future[None]":
        """Open it now or not at all; the future fails with a WorldError that says why. Never blocks."""


class CashDrawer(Device):
    """The drawer's state. Its listener hears open and shut on the device's thread, and must not block.

    open_level is "high" or "low" where the drawer tells; a drawer without it counts as unknown, never as shut.
    """

    def __init__(
        self, on_status: StatusListener | None = None, name: str = "cash drawer", open_level: str = ""
    ) -> None:
        super().__init__(name, "cash_drawer", on_status)
        self._open_level = open_level
        self.on_position: PositionListener | None = None
        self.is_open: bool | None = None
        self.sprang_open = False
        """Whether it opened since its pulse, also when it was shut again meanwhile."""
        self._expected_until = 0.0
        self.report(DeviceState.READY)

    @property
    def tells(self) -> bool:
        """True when the drawer says whether it is open."""
        return bool(self._open_level)

    def sensed(self, is_high: bool) -> None:
        """The level of the drawer's contact, as it is now."""
        if not self._open_level:
            return
        is_open = is_high == (self._open_level == "high")
        if is_open is self.is_open:
            return
        was_known, self.is_open = self.is_open is not None, is_open
        self.sprang_open = self.sprang_open or is_open
        if is_open or was_known:
            self._moved(is_open, by_hand=is_open and was_known and time.monotonic() > self._expected_until)

    def expect(self) -> None:
        """It gets its pulse now: springing open is no surprise."""
        self.sprang_open = bool(self.is_open)
        self._expected_until = time.monotonic() + _SPRINGS_OPEN_WITHIN_S

    def opened(self, reason: str) -> None:
        """It got its pulse, and, where it tells, sprang open."""
        self.count("DrawerGoodOpenCount")
        logger.info("cash drawer opened: %s", reason)
        if not self.tells:
            self.report(DeviceState.READY)

    def failed(self, cause: str) -> str:
        """It was not opened; the words to say so."""
        message = f"The drawer was not opened: {cause} Open it with its key if need be."
        self.count("DrawerFailedOpenCount")
        self.report(DeviceState.WARNING, message)
        logger.warning("%s", message)
        return message

    def _moved(self, is_open: bool, *, by_hand: bool) -> None:
        """The time makes each opening by hand news of its own, so that each is in the journal."""
        if by_hand:
            self.count("DrawerOpenedByHandCount")
            logger.warning("cash drawer opened by hand")
            self.report(DeviceState.WARNING, f"Opened by hand at {time.strftime('%H:%M:%S')}, not by the till.")
        else:
            self.report(DeviceState.READY, "open" if is_open else "shut")
        if self.on_position is not None:
            self.on_position(is_open)


STUCK = "It got its pulse and stayed shut."
