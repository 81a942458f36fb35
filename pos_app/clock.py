"""Time comes from here only, so that a test or a simulation can own it."""

import time
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo


class SystemClock:
    """The machine's wall and monotonic time, in the store's time zone."""

    def __init__(self, time_zone: str = "UTC") -> None:
        self._zone: tzinfo = UTC if time_zone == "UTC" else ZoneInfo(time_zone)

    def now(self) -> datetime:
        """Aware wall time, in the store's zone."""
        return datetime.now(self._zone)

    def monotonic_ms(self) -> int:
        """Milliseconds that never go back."""
        return time.monotonic_ns() // 1_000_000


class SetClock:
    """A clock that stands where it is put: for scenario files, simulations and tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time it was put to."""
        return self.at

    def monotonic_ms(self) -> int:
        """Milliseconds of the time it was put to."""
        return int(self.at.timestamp() * 1000)
