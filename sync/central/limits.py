"""How often somebody may ask: a bucket of tokens per name."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from sync import contract
from sync.central.errors import CentralError
from sync.central.settings import CentralSettings

MAXIMUM_NAMES = 10_000


class LookUpLimits:
    """Who may ask how often for members, cards and sales. Thread-safe.

    A terminal has two buckets: of all look-ups, and a much smaller one of those that found nobody, since trying out
    addresses finds nobody most of the time and a counter seldom does. An address has one, for terminals together: a
    store's tills come from one, and stolen keys would be used from one.
    """

    def __init__(self, settings: CentralSettings) -> None:
        self._terminals = RateLimit(settings.look_ups_at_once, settings.look_ups_per_minute / 60)
        self._misses = RateLimit(settings.misses_at_once, settings.misses_per_minute / 60)
        self._addresses = RateLimit(settings.address_look_ups_at_once, settings.address_look_ups_per_minute / 60)

    def take(self, terminal_id: str, address: str) -> None:
        """A look-up is about to be made. Raises CentralError (429)."""
        self._misses.require(terminal_id)
        self._terminals.take(terminal_id)
        self._addresses.take(address)

    def found_nobody(self, terminal_id: str) -> None:
        """It was answered, and there was nothing."""
        self._misses.use(terminal_id)


def is_miss(answer: contract.Message | None) -> bool:
    """True when the answer says that there is nobody of that address or card."""
    return isinstance(answer, contract.MemberAnswer) and answer.member is None


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

    def use(self, name: str) -> None:
        """Use one token where there is one; refuse nothing."""
        self._use(name, 1.0)

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
