"""Time and identifiers, as the services ask for them."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """Aware wall time in the store's zone."""

    def monotonic_ms(self) -> int:
        """Milliseconds that never go back."""


class IdSource(Protocol):
    """Identifiers."""

    def new_id(self) -> str:
        """A UUIDv7."""
