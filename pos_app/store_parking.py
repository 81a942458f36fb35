"""How a store parks sales: the [parking] section of its file."""

from typing import Any

from pos_app.domain.store import ParkingRules

LONGEST_HOURS = 24 * 14


def read_parking(raw: dict[str, Any]) -> ParkingRules:
    """The store's rules for parked sales. Raises ValueError for what cannot be meant."""
    section = raw.get("parking", {})
    unknown = set(section) - {"expires_after_hours", "slip"}
    if unknown:
        raise ValueError(f"parking has no key {', '.join(sorted(unknown))}")
    hours, slip = section.get("expires_after_hours", 24), section.get("slip", True)
    if not isinstance(hours, int) or isinstance(hours, bool) or not 1 <= hours <= LONGEST_HOURS:
        raise ValueError(f"parking.expires_after_hours must be between 1 and {LONGEST_HOURS}")
    if not isinstance(slip, bool):
        raise ValueError("parking.slip must be true or false")
    return ParkingRules(hours, slip)
