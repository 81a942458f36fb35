"""What a till tells the service of itself, and what it is asked to do from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pos_app.ports.maintenance import DeviceRow

MAXIMUM_BUNDLE_BYTES = 640 * 1024
"""Of a support bundle that is sent: a request to the service has room for it."""


class RemotePolicy(StrEnum):
    """What a till does when the back office asks: nothing, support bundles only, or settings too."""

    NEVER = "never"
    BUNDLES = "bundles"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class TillHealth:
    """A till as it is now. Sizes in bytes; business_day is empty between days."""

    software_version: str
    system: str
    disk_free_bytes: int
    data_bytes: int
    business_day: str
    started_at: str
    settings_version: int
    devices: tuple[DeviceRow, ...]


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """Something that somebody at the back office asks. values are settings; None takes a key out."""

    order_id: str
    kind: str
    asked_by: str
    reason: str
    values: Mapping[str, str | int | None] = field(default_factory=dict)


class OrderOutcome(StrEnum):
    """What became of an order."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What became of an order, in words for who asked; bundle is a zip file."""

    outcome: OrderOutcome
    words: str
    bundle: bytes = b""


class FleetRoom(Protocol):
    """The till, as the line to the service needs it. Calls touch disk and devices: never on the GUI thread."""

    def health(self) -> TillHealth:
        """How the till is. Returns at once. Raises WorldError."""

    def carry_out(self, order: RemoteOrder) -> OrderResult:
        """Do what was asked, as far as the till's policy allows. Raises nothing: what goes wrong is in the result."""
