"""How often somebody may ask: a bucket of tokens per name."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from sync.central.errors import CentralError

MAXIMUM_NAMES = 10_000


class RateLimit:
    """At most burst at once and per_second on average, for each name. Thread-safe."""

    def __init__(self, burst: int, per_second: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._per_second = per_second
        self._now_s = now_s
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Use one token. Raises CentralError (429) when there is none."""
        if not self._use(name, 1.0):
            self._refuse()

    def require(self, name: str) -> None:
        """Raise CentralError (429) when there is no token; use none."""
        if not self._use(name, 0.0):
            self._refuse()

    def _refuse(self) -> None:
        wait_s = max(1, round(1 / self._per_second))
        raise CentralError(429, "too_many_requests", "Too many of these requests. Wait a moment.", wait_s)

    def _use(self, name: str, tokens: float) -> bool:
        now_s = self._now_s()
        with self._lock:
            left, at_s = self._buckets.pop(name, (float(self._burst), now_s))
            left = min(self._burst, left + (now_s - at_s) * self._per_second)
            allowed = left >= 1.0
            self._buckets[name] = (left - tokens if allowed else left, now_s)
            while len(self._buckets) > MAXIMUM_NAMES:
                self._buckets.popitem(last=False)
            return allowed
